package boltstore

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

// BenchmarkFigures adds up a month of 10,000 tickets on desks of that many: what
// it costs must not hang on how many there are in other months.
func BenchmarkFigures(b *testing.B) {
	const each = 10_000
	for _, tickets := range []int{20_000, 1_000_000} {
		b.Run(fmt.Sprint(tickets), func(b *testing.B) {
			s := newStore(b)
			d := auditorOf(b, s)
			first := policy.Month{Year: 2020, Month: 1}
			inBatches(b, s, tickets, func(tx ticket.Tx, i int) error {
				at := first.Add(i / each).Start(time.UTC).Add(time.Duration(i%each) * 4 * time.Minute)
				return storyOf(tx, ticket.ID(i+1), at)
			})
			m := first.Add(tickets/each - 1)
			b.ResetTimer()
			for range b.N {
				f, err := d.Figures(context.Background(), m)
				if err != nil {
					b.Fatal(err)
				}
				if total := f.Total(); total.Sum() != each || f.Offered() == 0 {
					b.Fatalf("%d requests, %d quotes", total.Sum(), f.Offered())
				}
			}
		})
	}
}

// storyOf writes a ticket that was opened, quoted, accepted, answered and closed.
func storyOf(tx ticket.Tx, id ticket.ID, at time.Time) error {
	code := fmt.Sprintf("P-%d-1", id)
	t := &ticket.Ticket{ID: id, State: ticket.StateClosed, ClosedReason: ticket.ReasonSolved, Subject: "Il sito non funziona più", Customer: fmt.Sprintf("c%d", id%5000),
		Requester: ticket.Mailbox{Name: "Mario Rossi", Address: "mario@example.it"}, Language: "it", Opened: at, Changed: at.Add(50 * time.Hour),
		Closed: at.Add(50 * time.Hour), Answered: true, Events: 4}
	t.Decision = policy.Decision{Topic: policy.Topics[int(id)%len(policy.Topics)], Coverage: policy.Coverage(1 + id%4), Confidence: 0.9, Evidence: []string{"word: sito", "word: errore"}, Clause: "hosting.platform"}
	t.Quote = &ticket.Quote{Code: code, Version: 1, Credits: 1, State: ticket.QuoteAccepted, Offered: at, ValidUntil: at.AddDate(0, 0, 7)}
	event := func(seq int, after time.Duration, kind, actor string, changes ...ticket.Change) error {
		return tx.AddEvent(id, &ticket.Event{Seq: seq, At: at.Add(after), Kind: kind, Actor: actor, Cause: fmt.Sprint("arrival ", seq), Changes: changes})
	}
	return errors.Join(tx.PutTicket(t),
		event(1, 0, "opened", "mario@example.it", ticket.Change{Field: "state", After: "open"}, ticket.Change{Field: "quote", After: code + " offered"}),
		event(2, time.Hour, "hold", "mario@example.it", ticket.Change{Field: "quote", Before: code + " offered", After: code + " accepted"}),
		event(3, 2*time.Hour, "message", "Anna", ticket.Change{Field: "answered", After: "yes"}),
		event(4, 50*time.Hour, "state", "Anna", ticket.Change{Field: "state", Before: "waiting", After: "closed"}))
}
