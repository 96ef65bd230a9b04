package mailin

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-imap/v2"

	"sportello/ticket"
)

// TestLookout: only what arrives later and has the mark is seen, in both
// folders, once, and only that is removed.
func TestLookout(t *testing.T) {
	for name, caps := range map[string]imap.CapSet{"UIDPLUS": allCaps, "bare": bareCaps} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newPostOffice(t, caps)
				defer o.srv.Close()
				o.create("Filed")
				o.put("INBOX", "Subject: old\r\n\r\nthe mark\r\n", time.Now())
				p := &Poller{Server: Server{Host: "mail.test", TLS: TLSNone, User: "desk", Password: func(context.Context) (string, error) { return "secret", nil }}, Dial: o.dial, MoveTo: "Filed"}
				l, err := p.Lookout(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				o.put("INBOX", "Subject: other\r\n\r\nnothing\r\n", time.Now())
				o.put("INBOX", "Subject: first\r\n\r\nthe mark\r\n", time.Now())
				o.put("Filed", "Subject: second\r\n\r\nthe mark\r\n", time.Now())
				seen, err := l.Look(t.Context(), "the mark")
				if err != nil || len(seen) != 2 || string(seen[0].Raw) != "Subject: first\r\n\r\nthe mark\r\n" {
					t.Fatalf("saw %v, %v", seen, err)
				}
				if again, err := l.Look(t.Context(), "the mark"); err != nil || len(again) > 0 {
					t.Errorf("the second look saw %v, %v", again, err)
				}
				removed, err := l.Remove(t.Context(), seen)
				if err != nil || removed != caps.Has(imap.CapUIDPlus) {
					t.Errorf("removed %t, %v", removed, err)
				}
				want := 3
				if removed {
					want = 2
				}
				if _, uids, err := p.Survey(t.Context(), ticket.Cursor{}); err != nil || len(uids) != want {
					t.Errorf("%d mails are left, %v; want %d", len(uids), err, want)
				}
			})
		})
	}
}
