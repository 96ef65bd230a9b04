package ticket_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// spoiledStore is a store that cannot read some of its records.
type spoiledStore struct {
	ticket.Store
	tickets map[ticket.ID]bool
	rows    map[ticket.NoticeID]bool
}

var errSpoiled = errors.New("its checksum is wrong")

func (s *spoiledStore) View(ctx context.Context, f func(ticket.Tx) error) error {
	return s.Store.View(ctx, func(tx ticket.Tx) error { return f(spoiledTx{tx, s}) })
}

func (s *spoiledStore) Update(ctx context.Context, f func(ticket.Tx) error) error {
	return s.Store.Update(ctx, func(tx ticket.Tx) error { return f(spoiledTx{tx, s}) })
}

type spoiledTx struct {
	ticket.Tx
	s *spoiledStore
}

func (t spoiledTx) Ticket(id ticket.ID) (*ticket.Ticket, error) {
	if t.s.tickets[id] {
		return nil, errSpoiled
	}
	return t.Tx.Ticket(id)
}

func (t spoiledTx) Tickets(f ticket.Filter) iter.Seq2[*ticket.Ticket, error] {
	return func(yield func(*ticket.Ticket, error) bool) {
		for k, err := range t.Tx.Tickets(f) {
			if err == nil && t.s.tickets[k.ID] {
				k, err = nil, errSpoiled
			}
			if !yield(k, err) {
				return
			}
		}
	}
}

func (t spoiledTx) Row(id ticket.NoticeID) (*ticket.Row, error) {
	if t.s.rows[id] {
		return nil, errSpoiled
	}
	return t.Tx.Row(id)
}

func (t spoiledTx) Rows(s ticket.RowState, after ticket.NoticeID) iter.Seq2[*ticket.Row, error] {
	return func(yield func(*ticket.Row, error) bool) {
		for r, err := range t.Tx.Rows(s, after) {
			if err == nil && t.s.rows[r.Notice.ID] {
				r, err = nil, errSpoiled
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// TestSweepPassesOver: a ticket that cannot be read is in nobody's way: the others
// are warned of and closed, each once, and the error says which it is.
func TestSweepPassesOver(t *testing.T) {
	store := &spoiledStore{Store: storetest.NewMem(), tickets: map[ticket.ID]bool{}}
	b := newBench(t, store)
	b.forged = true // some of its records cannot be read
	for _, from := range []string{mario, john, luisa} {
		b.receive(b.mail(from, "Sito irraggiungibile", down))
	}
	for _, n := range b.send() {
		if n.Kind == ticket.NoticeTicketNew && n.To.Address == anna {
			b.receive(b.mail(anna, "Re: Sito", "Riavviato.", replyTo(n)))
		}
	}
	b.send()
	store.tickets[2] = true
	warned, closed := 0, 0
	for range 10 * 24 {
		b.now = b.now.Add(time.Hour)
		if err := b.Sweep(b.ctx); err != nil && (!errors.Is(err, errSpoiled) || !strings.Contains(err.Error(), "sweep 2")) {
			t.Fatal(err)
		}
		for _, n := range b.send() {
			switch n.Kind {
			case ticket.NoticeCloseWarning:
				warned++
			case ticket.NoticeClosed:
				closed++
			}
		}
	}
	if warned != 2 || closed != 2 {
		t.Errorf("%d were warned and %d closed, want 2 and 2", warned, closed)
	}
	store.tickets[2] = false // mended
	b.must(b.Sweep(b.ctx))
	if got := b.send(); !slices.ContainsFunc(got, func(n ticket.Notice) bool { return n.Kind == ticket.NoticeCloseWarning && n.Ticket == 2 }) {
		t.Errorf("when it can be read again nothing is due: %v", got)
	}
}

// TestDigestPassesOver: the digest goes out without what cannot be read.
func TestDigestPassesOver(t *testing.T) {
	store := &spoiledStore{Store: storetest.NewMem(), tickets: map[ticket.ID]bool{}}
	b := newBench(t, store)
	b.receive(b.mail(mario, "Sito irraggiungibile", down), b.mail(john, "Site down", down))
	b.send()
	store.tickets[2] = true
	b.now = b.now.AddDate(0, 0, 1)
	b.must(b.Daily(b.ctx))
	if n := strings.Count(kinds(b.send()), "digest"); n != 2 {
		t.Errorf("%d digests, want one for each technician", n)
	}
	store.tickets[2] = false
}

// TestRecoverPassesOver: a letter that was on its way and cannot be read now stays as
// it is; the others are settled, and one whose ticket cannot be read too.
func TestRecoverPassesOver(t *testing.T) {
	store := &spoiledStore{Store: storetest.NewMem(), tickets: map[ticket.ID]bool{}, rows: map[ticket.NoticeID]bool{}}
	b := newBench(t, store)
	b.forged = true // some of its records cannot be read
	b.receive(b.mail(mario, "Sito irraggiungibile", down), b.mail(john, "Site down", down))
	var begun []ticket.NoticeID
	for _, lane := range []ticket.Lane{ticket.LaneCustomers, ticket.LaneTechnicians} {
		rows, _, err := b.Take(b.ctx, lane, 10, func(id ticket.NoticeID) bool { return slices.Contains(begun, id) })
		b.must(err)
		for _, r := range rows {
			b.must(b.Begin(b.ctx, r.Notice.ID, storetest.Letter(&r.Notice)))
			begun = append(begun, r.Notice.ID)
		}
	}
	store.rows[begun[0]], store.tickets[2] = true, true
	if err := b.Recover(b.ctx); !errors.Is(err, errSpoiled) {
		t.Errorf("Recover: %v", err)
	}
	if got := b.stats().Outbox[ticket.RowSending]; got != 1 {
		t.Errorf("%d letters are still on their way, want 1", got)
	}
}

// TestUnknownTwice: of a letter that went out twice with nobody knowing whether it
// arrived the technicians are told, once for each, whoever it was for; nobody is told
// of what is never sent again.
func TestUnknownTwice(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	told := map[string]int{}
	for range 6 {
		rows, _, err := b.Take(b.ctx, ticket.LaneCustomers, 50, never)
		b.must(err)
		for _, r := range rows {
			n, l := r.Notice, storetest.Letter(&r.Notice)
			if r.Fixed {
				l = nil
			}
			b.must(b.Begin(b.ctx, n.ID, l))
			b.must(b.Settle(b.ctx, n.ID, ticket.Outcome{State: ticket.RowUnknown}))
			if n.Kind == ticket.NoticeAlert {
				for _, line := range n.Lines {
					told[line]++
				}
			}
			if n.Kind == ticket.NoticeTicketNew && n.To.Address == anna {
				b.receive(b.mail(anna, "Re: Sito", "Riavviato.", replyTo(n)))
			}
		}
		b.now = b.now.Add(10 * time.Minute)
	}
	of := func(words ...string) (n int) {
		for line, times := range told {
			if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) }) {
				n += times
			}
		}
		return n
	}
	if of("nuovo ticket", anna) == 0 || of("nuovo ticket", bruno) == 0 {
		t.Errorf("nobody was told of ticket-new: %v", told)
	}
	if of("risposta", mario) == 0 {
		t.Errorf("nobody was told of the answer: %v", told)
	}
	if of("conferma") > 0 {
		t.Errorf("told of an acknowledgement: %v", told)
	}
}
