package boltstore

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

// BenchmarkAccept accepts quotes on desks whose ledgers have that many entries,
// ten a customer or all of one customer: what one costs must not hang on how
// many there are, so that it is told without waiting for the disk; durable is
// what many callers get, whose commits are made together.
func BenchmarkAccept(b *testing.B) {
	for _, c := range []struct{ customers, each int }{{1, 100_000}, {1_000, 10}, {100_000, 10}} {
		b.Run(fmt.Sprintf("entries=%d/customers=%d", c.customers*c.each, c.customers), func(b *testing.B) {
			s := newStore(b)
			d := auditorOf(b, s)
			fillLedgers(b, s, d, c.customers, c.each)
			last := ticket.ID(0)
			accept := func(id ticket.ID) {
				if err := d.Accept(context.Background(), id, fmt.Sprintf("P-%d-1", id), month0, fmt.Sprint("arrival ", id), "mario@example.it"); err != nil {
					b.Error(err)
				}
			}
			b.Run("cost", func(b *testing.B) {
				offerQuotes(b, s, last, b.N, c.customers)
				s.db.NoSync = true
				defer func() { s.db.NoSync = false }()
				b.ResetTimer()
				before := processorTime(b)
				for range b.N {
					last++
					accept(last)
				}
				b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
			})
			b.Run("durable", func(b *testing.B) {
				offerQuotes(b, s, last, b.N, c.customers)
				next := atomic.Uint64{}
				next.Store(uint64(last))
				last += ticket.ID(b.N)
				b.SetParallelism(32)
				b.ResetTimer()
				b.RunParallel(func(p *testing.PB) {
					for p.Next() {
						accept(ticket.ID(next.Add(1)))
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "acceptances/s")
			})
		})
	}
}

// processorTime is what this process has used so far: unlike the time that
// passes it does not hang on what else the machine does.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// inBatches writes n records, a thousand a transaction, without waiting for the disk.
func inBatches(b *testing.B, s *Store, n int, write func(tx ticket.Tx, i int) error) {
	b.Helper()
	s.db.NoSync = true
	defer func() { s.db.NoSync = false }()
	for done := 0; done < n; done += 1000 {
		if err := s.Update(context.Background(), func(tx ticket.Tx) error {
			for i := done; i < min(n, done+1000); i++ {
				if err := write(tx, i); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
}

// fillLedgers gives each customer a lot of which one credit after the other was
// held and spent, until he has each entries, or one more.
func fillLedgers(b *testing.B, s *Store, d *ticket.Desk, customers, each int) {
	b.Helper()
	bought := policy.DateOf(month0, time.UTC)
	inBatches(b, s, customers, func(tx ticket.Tx, i int) error {
		id := fmt.Sprint("c", i)
		l := policy.Lot{Ref: "O-" + id, Quantity: policy.MaxLot, Purchased: bought, Entered: true}
		return errors.Join(tx.PutCustomer(&ticket.Customer{ID: id}), tx.PutLot(id, l),
			enter(tx, d, id, &ticket.Entry{Cause: "lot " + l.Ref, Move: policy.Move{Kind: policy.MovePurchase, Lot: l.Ref, Credits: l.Quantity, Purchased: bought}}))
	})
	pairs := each / 2
	inBatches(b, s, customers*pairs, func(tx ticket.Tx, i int) error {
		id, code := fmt.Sprint("c", i/pairs), fmt.Sprintf("Q-%d-1", i)
		_, l, err := tx.LotByRef("O-" + id)
		l.Spent++
		return errors.Join(err, tx.PutLot(id, l), tx.PutHold(id, policy.Hold{Code: code, Parts: []policy.Part{{Lot: l.Ref}}}),
			enter(tx, d, id, &ticket.Entry{Cause: "quote " + code, Move: policy.Move{Kind: policy.MoveHold, Lot: l.Ref, Credits: 1, Hold: code}}),
			enter(tx, d, id, &ticket.Entry{Cause: "capture " + code, Move: policy.Move{Kind: policy.MoveCapture, Lot: l.Ref, Credits: 1, Hold: code}}))
	})
}

// enter appends e to a ledger, sealed.
func enter(tx ticket.Tx, d *ticket.Desk, customer string, e *ticket.Entry) error {
	last, err := tx.LastEntry(customer)
	if errors.Is(err, ticket.ErrNotFound) {
		last, err = &ticket.Entry{}, nil
	}
	if err != nil {
		return err
	}
	e.Seq, e.At, e.Actor, e.Key = last.Seq+1, month0, "admin", 'a'
	e.Available, e.Held = e.Move.Balance(last.Available, last.Held)
	e.MAC = d.Keys.Seal(customer, last.MAC, e)
	return tx.AddEntry(customer, e)
}

// offerQuotes makes n tickets after last, each with an open quote for one of the
// customers.
func offerQuotes(b *testing.B, s *Store, last ticket.ID, n, customers int) {
	b.Helper()
	inBatches(b, s, n, func(tx ticket.Tx, i int) error {
		id := last + ticket.ID(i) + 1
		t := &ticket.Ticket{ID: id, State: ticket.StateWaiting, Customer: fmt.Sprint("c", int(id)*7919%customers), Opened: month0, Events: 1,
			Requester: ticket.Mailbox{Address: "mario@example.it"}, Language: "it"}
		t.Participants = []ticket.Participant{{Mailbox: t.Requester}}
		t.Quote = &ticket.Quote{Code: fmt.Sprintf("P-%d-1", id), Version: 1, Credits: 1, State: ticket.QuoteOffered, Offered: month0, ValidUntil: month0.AddDate(0, 0, 7)}
		return errors.Join(tx.PutTicket(t), tx.AddEvent(id, &ticket.Event{Seq: 1, At: month0, Kind: "opened", Actor: "mario@example.it", Cause: "arrival 1"}))
	})
}
