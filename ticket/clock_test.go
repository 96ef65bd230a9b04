package ticket_test

import (
	"fmt"
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestTenDaysByTheHour: a ticket that waits is warned after 5 days and closed
// when the 7th has ended, each once; one that is our turn never is.
func TestTenDaysByTheHour(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down), b.mail(john, "Site down", down))
	letters := b.send()
	for _, to := range []ticket.ID{1} {
		for _, n := range letters {
			if n.Ticket == to && n.Kind == ticket.NoticeTicketNew && n.To.Address == anna {
				b.receive(b.mail(anna, "Re: Sito", "Riavviato.", replyTo(n)))
			}
		}
	}
	b.send()
	start := b.now
	var story []string
	for range 10 * 24 {
		b.now = b.now.Add(time.Hour)
		b.must(b.Sweep(b.ctx))
		for _, n := range b.send() {
			story = append(story, fmt.Sprintf("%s #%d after %s", n.Kind, n.Ticket, b.now.Sub(start)))
		}
	}
	want := []string{"close-warning #1 after 120h0m0s", "closed #1 after 182h0m0s"}
	if fmt.Sprint(story) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", story, want)
	}
	if tk := b.ticket(1); tk.State != ticket.StateClosed || tk.ClosedReason != ticket.ReasonNoAnswer {
		t.Errorf("ticket 1: %s %s", tk.State, tk.ClosedReason)
	}
	if tk := b.ticket(2); tk.State != ticket.StateOpen {
		t.Errorf("ticket 2 is our turn and is %s", tk.State)
	}
}

// TestClosingWaitsForTheLetter: no closing date while the letter that waits for
// the customer is queued or failed.
func TestClosingWaitsForTheLetter(t *testing.T) {
	for _, c := range []struct {
		outcome ticket.Outcome
		dated   bool
	}{
		{ticket.Outcome{State: ticket.RowQueued, Counts: true, Error: "451 later"}, false},
		{ticket.Outcome{State: ticket.RowFailed, Error: "550 no such user"}, false},
		{ticket.Outcome{State: ticket.RowUnknown, Error: "lost"}, true},
		{ticket.Outcome{State: ticket.RowSent}, true},
	} {
		t.Run(c.outcome.State.String(), func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.receive(b.mail(mario, "Sito irraggiungibile", down))
			b.receive(b.mail(anna, "Re: Sito", "Riavviato.", replyTo(pick(t, b.send(), ticket.NoticeTicketNew, anna))))
			if !b.ticket(1).ClosesAt.IsZero() {
				t.Error("a closing date while the answer is queued")
			}
			rows, _, err := b.Take(b.ctx, ticket.LaneCustomers, 1, func(ticket.NoticeID) bool { return false })
			b.must(err)
			b.must(b.Begin(b.ctx, rows[0].Notice.ID, storetest.Letter(&rows[0].Notice)))
			c.outcome.Next = b.now.Add(24 * time.Hour)
			b.must(b.Settle(b.ctx, rows[0].Notice.ID, c.outcome))
			if got := !b.ticket(1).ClosesAt.IsZero(); got != c.dated {
				t.Errorf("closing date set: %v, want %v", got, c.dated)
			}
			if c.outcome.State == ticket.RowFailed {
				wantLetters(t, b.send(), "ticket-reply bruno, alert anna, alert bruno")
			}
		})
	}
}

func TestQuoteExpires(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Nuova casella di posta", mailbox))
	b.send()
	b.now = b.ticket(1).Quote.ValidUntil.AddDate(0, 0, -2).Add(-time.Hour)
	b.must(b.Sweep(b.ctx))
	b.send() // the warning
	b.now = b.ticket(1).Quote.ValidUntil.Add(-time.Second)
	b.must(b.Sweep(b.ctx))
	if s := b.ticket(1).Quote.State; s != ticket.QuoteOffered {
		t.Errorf("a second before: %s", s)
	}
	b.now = b.now.Add(time.Second)
	b.must(b.Sweep(b.ctx))
	if tk := b.ticket(1); tk.Quote.State != ticket.QuoteExpired || tk.State != ticket.StateClosed {
		t.Errorf("at the end: %s, ticket %s", tk.Quote.State, tk.State)
	}
}
