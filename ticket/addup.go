package ticket

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"sportello/policy"
)

// Figures adds up a month. It reads the desk in many short transactions, so that
// it may take its time beside a running one; what changes meanwhile is counted
// as it is found.
func (d *Desk) Figures(ctx context.Context, m policy.Month) (*Figures, error) {
	f := &Figures{Month: m, Requests: map[policy.Topic]*Coverages{}, zone: d.Zone, now: d.Now()}
	err := Each(ctx, d.Store, walkKeys(inMonth(f, Tx.TicketsIn)), f.readTicket)
	if err == nil {
		err = Each(ctx, d.Store, walkKeys(inMonth(f, Tx.CustomersIn)), f.readLedger)
	}
	if err == nil && f.holds(f.now) {
		err = f.readLots(ctx, d.Store)
	}
	if err != nil {
		return nil, fmt.Errorf("figures of %s: %w", m, err)
	}
	return f, nil
}

func (f *Figures) readTicket(tx Tx, id ID) error {
	t, err := tx.Ticket(id)
	if err != nil || !f.interests(t) {
		return err
	}
	events, err := tx.Events(id)
	if err != nil {
		return err
	}
	f.addTicket(t, events)
	return nil
}

func (f *Figures) readLedger(tx Tx, customer string) error {
	for e, err := range tx.Entries(customer, 0) {
		if err != nil {
			return err
		}
		f.addEntry(e)
	}
	return nil
}

// readLots looks at the lots that run out soon.
func (f *Figures) readLots(ctx context.Context, s Store) error {
	f.Expiring = &Expiring{}
	var refs []string
	if err := s.View(ctx, func(tx Tx) (err error) {
		refs, err = tx.DueLots(policy.DateOf(f.now, f.zone).AddDays(ExpiringDays+1), math.MaxInt)
		return err
	}); err != nil {
		return err
	}
	for some := range slices.Chunk(refs, sliceRows) {
		if err := s.View(ctx, func(tx Tx) error {
			for _, ref := range some {
				_, l, err := tx.LotByRef(ref)
				if err != nil {
					return err
				}
				f.addLot(l)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// inMonth lists by months of UTC what may belong to the month of f, in order: a
// civil month lies in two of them where its zone is not UTC.
func inMonth[K cmp.Ordered](f *Figures, list func(Tx, policy.Month, K, int) ([]K, error)) func(Tx, K, int) ([]K, error) {
	first := policy.MonthOf(f.Month.Start(f.zone), time.UTC)
	last := policy.MonthOf(f.Month.End(f.zone).Add(-1), time.UTC)
	return func(tx Tx, after K, n int) ([]K, error) {
		keys, err := list(tx, first, after, n)
		if err == nil && last != first {
			var more []K
			more, err = list(tx, last, after, n)
			keys = append(keys, more...)
		}
		slices.Sort(keys)
		keys = slices.Compact(keys)
		return keys[:min(n, len(keys))], err
	}
}
