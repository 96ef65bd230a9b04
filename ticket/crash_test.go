package ticket_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestCrashAtEveryCommit fails each commit and each archiving in turn, before
// and after it reached the disk, starts again as a restarted daemon would, and
// expects one ticket, one message and one of each letter: where letters begin and
// settle by themselves, and where one begins as the one before it settles.
func TestCrashAtEveryCommit(t *testing.T) {
	for _, life := range []func(*bench, *ticket.Inbound) []ticket.Notice{(*bench).run, (*bench).runOn} {
		for _, moment := range []storetest.Moment{storetest.Before, storetest.After} {
			for n := 1; n <= 12; n++ {
				crashAt(t, n, moment, life)
			}
		}
	}
}

func crashAt(t *testing.T, n int, moment storetest.Moment, life func(*bench, *ticket.Inbound) []ticket.Notice) {
	t.Helper()
	mem := storetest.NewMem()
	b := newBench(t, mem)
	fault := storetest.NewFault(mem)
	m := b.mail(mario, "Sito irraggiungibile", down)
	fault.FailUpdate(n, moment)
	if n == 12 {
		fault.FailKeep(1, moment)
	}
	b.Store = fault
	first := life(b, m)
	b.Store = mem // the process ended; a new one starts on what is on disk
	b.must(b.Recover(b.ctx))
	second := life(b, m)
	s := b.stats()
	if s.Open != 1 || s.Messages != 1 {
		t.Errorf("commit %d, moment %d: %+v", n, moment, s)
	}
	counts := map[string]int{}
	for _, letter := range append(first, second...) {
		counts[letter.Kind.String()+letter.To.Address]++
	}
	unknown := s.Outbox[ticket.RowUnknown]
	if acks := counts["ack"+mario]; acks > 1 || acks+unknown == 0 {
		t.Errorf("commit %d, moment %d: %d acknowledgements, %d unknown", n, moment, acks, unknown)
	}
	for _, tech := range []string{anna, bruno} {
		if c := counts["ticket-new"+tech]; c < 1 || c > 2 {
			t.Errorf("commit %d, moment %d: %d letters to %s", n, moment, c, tech)
		}
	}
}

// run plays one life of the daemon: it files m and sends what is queued, until
// the store fails.
func (b *bench) run(m *ticket.Inbound) []ticket.Notice {
	b.t.Helper()
	if err := b.Receive(b.ctx, []*ticket.Inbound{m}, ticket.Cursor{UIDValidity: 1, First: 1, Last: m.Source.UID}); err != nil {
		if !errors.Is(err, ticket.ErrCommit) {
			b.t.Fatal(err)
		}
		return nil
	}
	var sent []ticket.Notice
	for {
		b.now = b.now.Add(resendDelay)
		rows, _, err := b.Take(b.ctx, ticket.LaneCustomers, 10, never)
		b.must(err)
		if len(rows) == 0 {
			return sent
		}
		for _, r := range rows {
			if b.Begin(b.ctx, r.Notice.ID, storetest.Letter(&r.Notice)) != nil {
				return sent
			}
			sent = append(sent, r.Notice) // the server took it
			if b.Settle(b.ctx, r.Notice.ID, ticket.Outcome{State: ticket.RowSent}) != nil {
				return sent
			}
		}
	}
}

// runOn is run over one connection that is never idle: what is left begins in the
// commit that settles the letter before it.
func (b *bench) runOn(m *ticket.Inbound) []ticket.Notice {
	b.t.Helper()
	if err := b.Receive(b.ctx, []*ticket.Inbound{m}, ticket.Cursor{UIDValidity: 1, First: 1, Last: m.Source.UID}); err != nil {
		if !errors.Is(err, ticket.ErrCommit) {
			b.t.Fatal(err)
		}
		return nil
	}
	b.now = b.now.Add(resendDelay)
	rows, _, err := b.Take(b.ctx, ticket.LaneCustomers, 10, never)
	b.must(err)
	var sent []ticket.Notice
	for i, r := range rows {
		if i == 0 {
			err = b.Begin(b.ctx, r.Notice.ID, b.bytesOf(r))
		} else {
			err = b.Follow(b.ctx, rows[i-1].Notice.ID, ticket.Outcome{State: ticket.RowSent}, r.Notice.ID, b.bytesOf(r))
		}
		if err != nil {
			return sent
		}
		sent = append(sent, r.Notice) // the server took it
	}
	if len(rows) > 0 {
		b.Settle(b.ctx, rows[len(rows)-1].Notice.ID, ticket.Outcome{State: ticket.RowSent}) // its error ends this life all the same
	}
	return sent
}

// bytesOf is what Begin has to store of r.
func (b *bench) bytesOf(r *ticket.Row) *ticket.Letter {
	if r.Fixed {
		return nil
	}
	return storetest.Letter(&r.Notice)
}

const resendDelay = 6 * time.Minute // beyond the pause before a resend

// TestPoison: a mail that makes filing fail is quarantined with its reason, and
// the others of its batch go on.
func TestPoison(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	bad := b.mail("x@poison.example", "bad", "bad")
	bad.From = nil // no From and yet not Unfit: nobody can be the requester
	bad.Unfit = "no From"
	panics := b.mail(mario, "panics", down)
	b.Store = panicking{b.Store, panics.RawSum}
	b.receive(b.mail(mario, "uno", down), panics, bad, b.mail(john, "two", down))
	s := b.stats()
	if s.Open != 2 || s.Quarantine != 2 || s.Mails != 4 {
		t.Errorf("stats %+v", s)
	}
	wantLetters(t, b.send(), "ticket-new anna, ticket-new bruno, alert anna, alert bruno, ticket-new anna, ticket-new bruno, ack mario, ack john")
}

// panicking is a store that panics while one mail is looked up as a duplicate,
// the first time in each transaction.
type panicking struct {
	ticket.Store
	sum [32]byte
}

func (p panicking) Update(ctx context.Context, f func(ticket.Tx) error) error {
	return p.Store.Update(ctx, func(tx ticket.Tx) error { return f(panickingTx{tx, p.sum}) })
}

type panickingTx struct {
	ticket.Tx
	sum [32]byte
}

func (p panickingTx) ByRaw(sum [32]byte) (ticket.ArrivalID, error) {
	if sum == p.sum {
		panic("poison")
	}
	return p.Tx.ByRaw(sum)
}
