package ticket_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

// quoted is a desk with a ticket of C1 on which n credits are offered.
func quoted(t *testing.T, n ticket.Credits) *bench {
	t.Helper()
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	b.offer(1, n)
	return b
}

// offer puts a quote on ticket 1, as a letter would have told it.
func (b *bench) offer(version int, n ticket.Credits) string {
	b.t.Helper()
	code := fmt.Sprintf("P-1-%d", version)
	b.must(b.forge(func(tx ticket.Tx) error {
		t, err := tx.Ticket(1)
		if err != nil {
			return err
		}
		t.Quote = &ticket.Quote{Code: code, Version: version, Credits: n, State: ticket.QuoteOffered, Offered: b.now, ValidUntil: b.now.AddDate(0, 0, 7)}
		return tx.PutTicket(t)
	}))
	return code
}

// accept lets a mail of Mario's on ticket 1 be his yes to a quote.
func (b *bench) accept(code string) error {
	return b.Accept(b.ctx, 1, code, b.now, b.yes(1, code), mario)
}

// yes files a mail of Mario's on a ticket that has everything of an acceptance,
// once for a quote, and returns the cause that it is.
func (b *bench) yes(on ticket.ID, code string) (cause string) {
	b.t.Helper()
	b.must(b.forge(func(tx ticket.Tx) error {
		t, err := tx.Ticket(on)
		if err != nil {
			return err
		}
		msgs, err := tx.Messages(on)
		if err != nil {
			return err
		}
		for _, m := range msgs {
			if m.Authority == ticket.AuthoritySpend && m.Text == code {
				cause = fmt.Sprintf("arrival %d", m.Arrival)
				return nil
			}
		}
		id, err := tx.NextArrival()
		if err != nil {
			return err
		}
		t.Messages++
		cause = fmt.Sprintf("arrival %d", id)
		return errors.Join(
			tx.PutArrival(&ticket.Arrival{ID: id, Arrived: b.now, From: mario, Fate: ticket.FateMessage, Ticket: on, Seq: t.Messages, Proven: true}),
			tx.AddMessage(on, &ticket.Message{Seq: t.Messages, Kind: ticket.MessageRequest, From: ticket.Mailbox{Address: mario}, At: b.now,
				Authority: ticket.AuthoritySpend, Arrival: id, Text: code}),
			tx.PutTicket(t))
	}))
	return cause
}

func (b *bench) wantMoney(held, charged ticket.Credits, state ticket.QuoteState) {
	b.t.Helper()
	if t := b.ticket(1); t.Held != held || t.Charged != charged || t.Quote.State != state {
		b.t.Errorf("held %d, charged %d, quote %s; want %d, %d, %s", t.Held, t.Charged, t.Quote.State, held, charged, state)
	}
	b.wantAudit()
}

func TestAcceptedWorkIsChargedAndTheRestGivenBack(t *testing.T) {
	b := quoted(t, 6)
	for range 2 { // the second changes nothing, here and below
		b.must(b.accept("P-1-1"))
	}
	b.wantMoney(6, 0, ticket.QuoteAccepted)
	for range 2 {
		b.must(b.Capture(b.ctx, 1, 2, "arrival 5", "Anna Ferretti"))
	}
	b.wantMoney(4, 2, ticket.QuoteAccepted)
	for _, n := range []ticket.Credits{5, 0, -1} {
		if err := b.Capture(b.ctx, 1, n, fmt.Sprint("try ", n), "Anna Ferretti"); !errors.Is(err, ticket.ErrInput) {
			t.Errorf("%d charged of 4: %v", n, err)
		}
	}
	b.must(b.Close(b.ctx, 1, 0, "Anna Ferretti"))
	b.wantMoney(0, 2, ticket.QuoteAccepted)
	b.must(b.Release(b.ctx, 1, "again", "admin"))
	if err := b.Capture(b.ctx, 1, 1, "late", "Anna Ferretti"); !errors.Is(err, ticket.ErrInput) {
		t.Errorf("charged after the release: %v", err)
	}
	b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "hold 6 of ORD-1: 4 6", "capture 2 of ORD-1: 4 4", "release 4 of ORD-1: 8 0")
}

func TestANewerQuoteReleasesTheOlder(t *testing.T) {
	b := quoted(t, 6)
	b.must(b.accept("P-1-1"))
	b.must(b.Capture(b.ctx, 1, 1, "arrival 5", "Anna Ferretti"))
	second := b.offer(2, 20)
	var short *policy.ShortError
	if err := b.accept(second); !errors.As(err, &short) || short.Missing != 11 {
		t.Errorf("20 of 9: %v", err)
	}
	b.wantMoney(5, 1, ticket.QuoteOffered) // nothing was released for it
	third := b.offer(3, 9)
	if err := b.accept("P-1-1"); !errors.Is(err, ticket.ErrState) {
		t.Errorf("a superseded quote: %v", err)
	}
	b.must(b.accept(third))
	b.wantMoney(9, 1, ticket.QuoteAccepted)
	b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "hold 6 of ORD-1: 4 6", "capture 1 of ORD-1: 4 5", "release 5 of ORD-1: 9 0", "hold 9 of ORD-1: 0 9")
}

// The time that counts is when the yes reached the desk; half-open.
func TestAQuoteIsAcceptedInTime(t *testing.T) {
	for late, want := range map[time.Duration]error{-time.Second: nil, 0: ticket.ErrState, time.Second: ticket.ErrState} {
		b := quoted(t, 1)
		at := b.ticket(1).Quote.ValidUntil.Add(late)
		if err := b.Accept(b.ctx, 1, "P-1-1", at, "arrival 2", mario); !errors.Is(err, want) {
			t.Errorf("%s after the end: %v", late, err)
		}
	}
}

// What is held outlives its lot; what a ticket gives back after that is over.
func TestAHeldCreditIsSpentAfterItsLotIsOver(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.now = time.Date(2027, 3, 1, 9, 0, 0, 0, rome(t)) // the last day of ORD-1
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	b.must(b.accept(b.offer(1, 6)))
	b.now = b.now.AddDate(0, 0, 1)
	b.must(b.Sweep(b.ctx))
	b.must(b.Capture(b.ctx, 1, 2, "arrival 5", "Anna Ferretti"))
	b.must(b.Close(b.ctx, 1, 0, "Anna Ferretti"))
	b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "hold 6 of ORD-1: 4 6", "expire 4 of ORD-1: 0 6", "capture 2 of ORD-1: 0 4",
		"release 4 of ORD-1: 4 0", "expire 4 of ORD-1: 0 0")
}
