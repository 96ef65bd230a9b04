package ticket

import (
	"context"
	"errors"
)

// readAtOnce is how many records an erasure reads in one transaction.
const readAtOnce = 100

// eachTicket, eachArrival and eachRow walk through all records from a number on, some
// in a transaction.
func (d *Desk) eachTicket(ctx context.Context, from ID, do func(Tx, *Ticket) error) error {
	highest := func(tx Tx) (ID, error) {
		for t, err := range tx.Tickets(Filter{Limit: 1}) {
			return t.ID, err
		}
		return 0, nil
	}
	return eachRecord(ctx, d, from, highest, Tx.Ticket, do)
}

func (d *Desk) eachRow(ctx context.Context, from NoticeID, do func(Tx, *Row) error) error {
	highest := func(tx Tx) (NoticeID, error) {
		for r, err := range tx.Rows(0, 0) {
			return r.Notice.ID, err
		}
		return 0, nil
	}
	return eachRecord(ctx, d, from, highest, Tx.Row, do)
}

// eachArrival ends after as many arrivals as there are, or where none are for long.
func (d *Desk) eachArrival(ctx context.Context, from ArrivalID, do func(Tx, *Arrival) error) error {
	var s Stats
	if err := d.Store.View(ctx, func(tx Tx) (err error) { s, err = tx.Stats(); return err }); err != nil {
		return err
	}
	last := from
	found := 0
	for found < s.Mails && last-from < ArrivalID(s.Mails)+mostGap {
		first := last
		if err := d.Store.View(ctx, func(tx Tx) error {
			for last = first; last < first+readAtOnce; last++ {
				a, err := tx.Arrival(last)
				if errors.Is(err, ErrNotFound) {
					continue
				}
				if err == nil {
					err = do(tx, a)
				}
				if err != nil {
					return err
				}
				found++
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func eachRecord[N ~uint64, V any](ctx context.Context, d *Desk, from N, highest func(Tx) (N, error), get func(Tx, N) (V, error), do func(Tx, V) error) error {
	var last N
	if err := d.Store.View(ctx, func(tx Tx) (err error) { last, err = highest(tx); return err }); err != nil {
		return err
	}
	for first := from; first <= last; first += readAtOnce {
		if err := d.Store.View(ctx, func(tx Tx) error {
			for n := first; n < first+readAtOnce && n <= last; n++ {
				v, err := get(tx, n)
				if errors.Is(err, ErrNotFound) {
					continue
				}
				if err == nil {
					err = do(tx, v)
				}
				if err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}
