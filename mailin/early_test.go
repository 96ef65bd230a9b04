package mailin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-imap/v2"

	"sportello/ticket"
)

// firstWords tells mails that may go before their turn by their subject.
func firstWords(in *ticket.Inbound) bool { return strings.HasPrefix(in.Subject, "new") }

// lie puts a backlog of n mails into the mailbox.
func (o *postOffice) lie(n int) {
	o.t.Helper()
	for i := range n {
		o.put("INBOX", mailText(fmt.Sprintf("old%d", i)), time.Now().Add(-time.Hour))
	}
}

// during puts mails into the mailbox when the first commit is made.
func (d *desk) during(o *postOffice, subjects ...string) {
	done := false
	d.ledger.fail = func(in []*ticket.Inbound) error {
		if !done && len(in) > 0 {
			done = true
			for _, s := range subjects {
				o.put("INBOX", mailText(s), time.Now())
			}
		}
		return nil
	}
}

// once tells what was not filed exactly once, of n mails.
func (d *desk) once(n int) error {
	uids := d.uids()
	slices.Sort(uids)
	for i, uid := range uids {
		if uid != uint32(i+1) {
			return fmt.Errorf("at place %d of the sorted UIDs stands %d: one is missing or filed twice", i, uid)
		}
	}
	if len(uids) != n {
		return fmt.Errorf("%d mails are filed of %d", len(uids), n)
	}
	return nil
}

// TestNewcomersGoFirst: somebody's first word that arrives while a backlog is read
// is filed before its end, whatever the server can do and wherever filed mail goes;
// what answers something waits for its turn.
func TestNewcomersGoFirst(t *testing.T) {
	const old = 3*fetchMails + 10
	for name, caps := range map[string]imap.CapSet{"a good server": allCaps, "a bare one": bareCaps} {
		for _, folder := range []string{"", "Done"} {
			t.Run(name+" "+folder, func(t *testing.T) {
				bubble(t, caps, func(t *testing.T, o *postOffice, d *desk) {
					if d.MoveTo = folder; folder != "" {
						o.create(folder)
					}
					d.Early = firstWords
					o.lie(old)
					d.during(o, "newone", "Re: old1", "newtwo")
					stop := d.run(t)
					pass(openedFor + 2*time.Minute) // the server in memory tells of each moved mail twice: a count is short until it is opened anew
					uids := d.uids()
					place := func(uid uint32) int { return slices.Index(uids, uid) }
					if err := d.once(old + 3); err != nil {
						t.Errorf("%v; %+v, cursor %+v", err, d.Status(), d.cursor)
						stop()
						return
					}
					last := place(old)
					if place(old+1) > last || place(old+3) > last || place(old+2) < last {
						t.Errorf("the backlog ends at %d, the new ones stand at %d and %d, the reply at %d", last, place(old+1), place(old+3), place(old+2))
					}
					waited := slices.DeleteFunc(slices.Clone(uids), func(uid uint32) bool { return uid == old+1 || uid == old+3 })
					if !slices.IsSorted(waited) {
						t.Error("what is not new is out of order")
					}
					// What was moved away is not seen again: it stays named until later mail is filed.
					if c := d.cursor; folder == "" && (c.Last != uint32(len(uids)) || c.Early != "") || c.Last < uint32(place(old+2)) || c.First != 1 {
						t.Errorf("cursor %+v", c)
					}
					if all, unseen := o.count("INBOX"); folder == "" && unseen != 0 || folder != "" && caps.Has(imap.CapMove) && all != 0 {
						t.Errorf("%d mails are left, %d unseen", all, unseen)
					}
					if err := stop(); err != nil {
						t.Error(err)
					}
				})
			})
		}
	}
}

// TestNewcomersWithinBatches: a new mail is filed at most two batches after it came.
func TestNewcomersWithinBatches(t *testing.T) {
	bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
		d.Early, d.Workers = firstWords, 1
		const old = 8 * fetchMails
		o.lie(old)
		d.during(o, "newone")
		stop := d.run(t)
		pass(time.Minute)
		if at := slices.Index(d.uids(), old+1); at < 0 || at > 1+3*fetchMails+fetchMails/2 { // what was on its way already, and one batch more
			t.Errorf("the new mail was filed after %d others", at)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// TestNewcomersSurviveCrashes: whichever commit fails, before or after it reached
// the disk, each mail is filed once in the end.
func TestNewcomersSurviveCrashes(t *testing.T) {
	const old = fetchMails + 20
	for _, written := range []bool{false, true} {
		for n := 2; n <= 7; n++ { // the first begins the mailbox
			t.Run(fmt.Sprintf("commit %d, written %t", n, written), func(t *testing.T) {
				bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
					d.Early = firstWords
					o.lie(old)
					d.during(o, "newone", "Re: old1", "newtwo")
					put, commits := d.ledger.fail, 0
					d.ledger.fail = nil
					broken := &breaking{ledger: d.ledger, at: n, written: written, before: func(in []*ticket.Inbound) { commits++; put(in) }}
					d.Receiver = broken
					stop := d.run(t)
					pass(time.Minute)
					if err := stop(); err != nil && !errors.Is(err, ticket.ErrCommit) {
						t.Fatal(err)
					}
					broken.at = 0 // a new process
					next := newDesk(o)
					next.ledger, next.Receiver, next.Early = d.ledger, d.ledger, firstWords
					stop = next.run(t)
					pass(2 * time.Minute)
					if err := next.once(old + 3); err != nil {
						t.Errorf("after %d commits: %v", commits, err)
					}
					if c := next.cursor; c.Early != "" || c.Last != old+3 {
						t.Errorf("cursor %+v", c)
					}
					if _, unseen := o.count("INBOX"); unseen != 0 {
						t.Errorf("%d are unseen", unseen)
					}
					if err := stop(); err != nil {
						t.Error(err)
					}
				})
			})
		}
	}
}

// breaking is a ledger whose commit number at fails for good.
type breaking struct {
	*ledger
	at, n   int
	written bool
	before  func([]*ticket.Inbound)
}

func (b *breaking) Receive(ctx context.Context, in []*ticket.Inbound, c ticket.Cursor) error {
	b.before(in)
	b.n++
	if b.at > 0 && b.n >= b.at {
		if b.n == b.at && b.written {
			if err := b.ledger.Receive(ctx, in, c); err != nil {
				return err
			}
		}
		return fmt.Errorf("disk: %w", ticket.ErrCommit)
	}
	return b.ledger.Receive(ctx, in, c)
}

// TestWentBackBehindNewcomers: a mailbox that was restored to a time before mail that
// was filed before its turn is read again: other mail may have its UIDs.
func TestWentBackBehindNewcomers(t *testing.T) {
	for early, again := range map[ticket.UIDs]bool{"": false, "12": true} {
		bubble(t, allCaps, func(t *testing.T, o *postOffice, d *desk) {
			for i := range 11 {
				o.put("INBOX", mailText(fmt.Sprintf("new%d", i)), time.Now())
			}
			d.Early = firstWords
			stop := d.run(t)
			synctest.Wait()
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			before := len(d.uids())
			d.cursor.Last, d.cursor.Early = 10, early // 11 is filed as a copy, as every known mail is
			stop = d.run(t)
			synctest.Wait()
			if got := len(d.uids()) - before; (got > 1) != again {
				t.Errorf("early %q: %d mails are read again", early, got)
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
	}
}
