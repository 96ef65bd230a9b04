package mailin

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestPollerHostileServers(t *testing.T) {
	tests := map[string]struct {
		verb   string
		answer func(w io.Writer, tag string)
	}{
		"BYE at login":     {"LOGIN", func(w io.Writer, _ string) { fmt.Fprint(w, "* BYE go away\r\n"); w.(io.Closer).Close() }},
		"BYE at SELECT":    {"SELECT", func(w io.Writer, _ string) { fmt.Fprint(w, "* BYE go away\r\n"); w.(io.Closer).Close() }},
		"endless line":     {"SELECT", func(w io.Writer, _ string) { endless(w, strings.Repeat("x", 4096)) }},
		"million untagged": {"SELECT", func(w io.Writer, _ string) { endless(w, strings.Repeat("* OK still here\r\n", 200)) }},
		"a trickle":        {"SELECT", func(w io.Writer, _ string) { trickle(w) }},
		"short line, long list": {"UID SEARCH", func(w io.Writer, tag string) {
			fmt.Fprintf(w, "* ESEARCH (TAG %q) UID ALL 1:4294967295\r\n%s OK done\r\n", tag, tag)
		}},
		"buffered literal": {"SELECT", func(w io.Writer, _ string) {
			fmt.Fprint(w, "* LIST () \"/\" {9999999999}\r\n")
			endless(w, strings.Repeat("x", 4096))
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bad := newTimes(2)
			s := &scripted{mails: threeMails()}
			s.on = func(w io.Writer, tag, verb, _ string) bool {
				if verb != tt.verb || !bad.left() {
					return false
				}
				tt.answer(w, tag)
				return true
			}
			faults(t, s, func(t *testing.T, d *desk) {
				filed(t, d, 1, 2, 3)
				if s.dialled() != 3 {
					t.Errorf("connected %d times, want 3", s.dialled())
				}
			})
		})
	}
}

// endless writes until the client has enough, at most 64 MiB.
func endless(w io.Writer, s string) {
	for range (64 << 20) / len(s) {
		if _, err := io.WriteString(w, s); err != nil {
			return
		}
	}
}

// trickle writes a byte each 10 seconds until the client has enough.
func trickle(w io.Writer) {
	io.WriteString(w, "* OK ")
	for {
		if _, err := io.WriteString(w, "x"); err != nil {
			return
		}
		time.Sleep(10 * time.Second)
	}
}

func TestPollerLargeMailIsReadByItsHead(t *testing.T) {
	large := mailText("large") + strings.Repeat("x", 400<<10)
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		d.MaxSize = 300 << 10
		for _, m := range []string{mailText("a"), large, mailText("c")} {
			o.put("INBOX", m, time.Now())
		}
		stop := d.run(t)
		synctest.Wait()
		pass(time.Second)
		filed(t, d, 1, 2, 3)
		in := d.mails[1]
		if !in.Partial || len(in.Raw) != headBytes || in.Size != int64(len(large)) || string(in.Raw) != large[:headBytes] {
			t.Errorf("partial %t, %d bytes of %d", in.Partial, len(in.Raw), in.Size)
		}
		if d.mails[0].Partial || d.mails[2].Partial {
			t.Error("small mails are partial")
		}
		stop()
	})
}

func TestPollerSizeThatLies(t *testing.T) {
	// RFC822.SIZE says little, the body is above the limit: its head is filed.
	long := mailText("long") + strings.Repeat("x", 600<<10)
	s := &scripted{mails: []string{mailText("a"), long}}
	s.on = func(w io.Writer, tag, verb, rest string) bool {
		switch {
		case verb == "UID FETCH" && !hasBody(rest):
			fmt.Fprintf(w, "* 1 FETCH (UID 1 INTERNALDATE \"02-Feb-2026 10:00:00 +0100\" RFC822.SIZE 10)\r\n"+
				"* 2 FETCH (UID 2 INTERNALDATE \"02-Feb-2026 10:00:00 +0100\" RFC822.SIZE 10)\r\n%s OK done\r\n", tag)
			return true
		case verb == "UID FETCH" && strings.Contains(rest, "<0.262144>"):
			fmt.Fprintf(w, "* 2 FETCH (UID 2 BODY[]<0> {%d}\r\n%s)\r\n%s OK done\r\n", headBytes, long[:headBytes], tag)
			return true
		}
		return false
	}
	synctest.Test(t, func(t *testing.T) {
		d := scriptedDesk(t, s)
		d.MaxSize = 500 << 10
		stop := d.run(t)
		pass(10 * time.Minute)
		filed(t, d, 1, 2)
		if in := d.mails[1]; !in.Partial || len(in.Raw) != headBytes {
			t.Errorf("partial %t, %d bytes, unfit %q", in.Partial, len(in.Raw), in.Unfit)
		}
		stop()
	})
}

func TestPollerOldServerWithoutUIDNEXT(t *testing.T) {
	s := &scripted{mails: threeMails(), noNext: true}
	faults(t, s, func(t *testing.T, d *desk) {
		filed(t, d, 1, 2, 3)
		if d.cursor.Old != 3 || s.dialled() != 1 {
			t.Errorf("cursor %+v after %d connections", d.cursor, s.dialled())
		}
	})
}

func TestPollerMailThatTricklesIsCut(t *testing.T) {
	// A byte each 10 seconds keeps the line alive, not the command.
	slow := newTimes(1)
	s := &scripted{mails: []string{mailText("a")}}
	s.on = func(w io.Writer, _, verb, rest string) bool {
		if verb != "UID FETCH" || !hasBody(rest) || !slow.left() {
			return false
		}
		fmt.Fprintf(w, "* 1 FETCH (UID 1 BODY[] {%d}\r\n", len(s.box()[0]))
		trickle(w)
		return true
	}
	synctest.Test(t, func(t *testing.T) {
		d := scriptedDesk(t, s)
		stop := d.run(t)
		pass(2 * time.Minute)
		filed(t, d, 1)
		stop()
	})
}
