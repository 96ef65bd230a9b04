package ticket_test

import (
	"errors"
	"testing"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestCrashWhileSpending fails the commit of a charge and of a closing, before
// and after it reached the disk, by mail and from the command line. Whoever does
// it again, as a restarted desk fetches the mail again, charges once and writes
// once.
func TestCrashWhileSpending(t *testing.T) {
	for name, c := range map[string]struct {
		text    string // of a technician's mail; "" the command line closes
		charged ticket.Credits
		held    ticket.Credits
		letters string
	}{
		"charge":       {"#charge 2", 2, 4, "charged mario, transcript anna"},
		"close":        {"#close 2", 2, 0, "transcript anna, closed mario"},
		"all":          {"#close", 6, 0, "transcript anna, closed mario"},
		"both":         {"#charge 1\n#close 1", 2, 0, "charged mario, transcript anna, closed mario"},
		"by the admin": {"", 2, 0, "closed mario"},
	} {
		for _, moment := range []storetest.Moment{storetest.Before, storetest.After} {
			b, work := held(t)
			mem := b.Store
			fault := storetest.NewFault(mem)
			fault.FailUpdate(1, moment)
			m := b.mail(anna, "Re: Sito", c.text, replyTo(work))
			spend := func() error {
				if c.text == "" {
					return b.Close(b.ctx, 1, c.charged, "admin")
				}
				return b.Receive(b.ctx, []*ticket.Inbound{m}, ticket.Cursor{UIDValidity: 1, First: 1, Last: b.uid})
			}
			b.Store = fault
			if err := spend(); !errors.Is(err, ticket.ErrCommit) {
				t.Fatalf("%s: %v", name, err)
			}
			b.Store = mem
			b.must(b.Recover(b.ctx))
			for range 2 {
				if err := spend(); err != nil && !errors.Is(err, ticket.ErrState) {
					t.Fatalf("%s again: %v", name, err)
				}
			}
			wantLetters(t, b.send(), c.letters)
			b.wantMoney(c.held, c.charged, ticket.QuoteAccepted)
		}
	}
}
