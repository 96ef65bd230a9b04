package boltstore

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

// BenchmarkDaily writes the digest of a desk with 10,000 requests a month, of which
// one in fifty is not closed.
func BenchmarkDaily(b *testing.B) {
	const each = 10_000
	for _, tickets := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprint(tickets), func(b *testing.B) {
			s := newStore(b)
			d := auditorOf(b, s)
			d.Policy, d.Zone, d.Language = policy.Default(time.UTC), time.UTC, "it"
			d.Technicians = []ticket.Technician{{Name: "Anna", Addresses: []string{"anna@example.it"}}}
			first := policy.Month{Year: 2018, Month: 1}
			inBatches(b, s, tickets, func(tx ticket.Tx, i int) error {
				id, at := ticket.ID(i+1), first.Add(i/each).Start(time.UTC).Add(time.Duration(i%each)*4*time.Minute)
				if err := storyOf(tx, id, at); err != nil || i%50 != 0 {
					return err
				}
				t, err := tx.Ticket(id)
				if err != nil {
					return err
				}
				t.State, t.ClosedReason, t.Customer, t.AnswerDue = ticket.StateOpen, 0, "", at.AddDate(0, 0, 7)
				return tx.PutTicket(t)
			})
			now := first.Add(tickets/each-1).Start(time.UTC).AddDate(0, 0, 26)
			d.Now = func() time.Time { return now }
			b.ResetTimer()
			for range b.N {
				now = d.Policy.NextOpening(policy.DateOf(now, time.UTC).End(time.UTC))
				if err := d.Daily(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
