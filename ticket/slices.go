package ticket

import (
	"cmp"
	"context"
	"iter"
)

// sliceRows is how many rows one read of a walk takes up. A read keeps the pages of
// its snapshot from being used again, so that a long one makes the database grow;
// and what is shown must wait for no reader of a terminal while it is open.
const sliceRows = 100

// Walk is a list of rows that may be gone on with behind any of them.
type Walk[K, V any] struct {
	list func(tx Tx, after K) iter.Seq2[V, error]
	key  func(V) K
}

// WalkTickets are the tickets that f selects, newest first; its Limit does not count.
func WalkTickets(f Filter) Walk[ID, *Ticket] {
	f.Limit = 0
	return Walk[ID, *Ticket]{func(tx Tx, after ID) iter.Seq2[*Ticket, error] {
		f := f
		if after != 0 {
			f.Below = after
		}
		return tx.Tickets(f)
	}, func(t *Ticket) ID { return t.ID }}
}

// WalkRows are the rows of the outbox in a state; see Tx.Rows.
func WalkRows(s RowState) Walk[NoticeID, *Row] {
	return Walk[NoticeID, *Row]{func(tx Tx, after NoticeID) iter.Seq2[*Row, error] { return tx.Rows(s, after) },
		func(r *Row) NoticeID { return r.Notice.ID }}
}

// WalkArrivals are the mails with a fate; see Tx.Arrivals.
func WalkArrivals(f Fate) Walk[ArrivalID, *Arrival] {
	return Walk[ArrivalID, *Arrival]{func(tx Tx, after ArrivalID) iter.Seq2[*Arrival, error] { return tx.Arrivals(f, after) },
		func(a *Arrival) ArrivalID { return a.ID }}
}

// WalkCustomers are all customers by id.
func WalkCustomers() Walk[string, *Customer] {
	return Walk[string, *Customer]{Tx.Customers, func(c *Customer) string { return c.ID }}
}

// WalkEntries are the entries of a customer's ledger by Seq.
func WalkEntries(customer string) Walk[int, *Entry] {
	return Walk[int, *Entry]{func(tx Tx, after int) iter.Seq2[*Entry, error] { return tx.Entries(customer, after) },
		func(e *Entry) int { return e.Seq }}
}

// walkKeys are the keys that list finds, n at a time, in order.
func walkKeys[K cmp.Ordered](list func(tx Tx, after K, n int) ([]K, error)) Walk[K, K] {
	return Walk[K, K]{func(tx Tx, after K) iter.Seq2[K, error] {
		return func(yield func(K, error) bool) {
			keys, err := list(tx, after, sliceRows)
			for _, k := range keys {
				if !yield(k, nil) {
					return
				}
			}
			if err != nil {
				var none K
				yield(none, err)
			}
		}
	}, func(k K) K { return k }}
}

// Slices is the one way to read any number of rows: it yields what read makes of the
// rows of w, some at a time. read runs in a read transaction of at most sliceRows
// rows and says whether its result is kept; the loop's body runs in none and may take
// its time. What changes between two slices is found as it is then. With an error
// comes what was read before it, and it is the last.
func Slices[K, V, R any](ctx context.Context, s Store, w Walk[K, V], read func(Tx, V) (r R, keep bool, err error)) iter.Seq2[[]R, error] {
	return func(yield func([]R, error) bool) {
		var after K
		for n := sliceRows; n == sliceRows; {
			var some []R
			n = 0
			err := s.View(ctx, func(tx Tx) error {
				for v, err := range w.list(tx, after) {
					var r R
					keep := false
					if err == nil {
						r, keep, err = read(tx, v)
					}
					if err != nil {
						return err
					}
					if after = w.key(v); keep {
						some = append(some, r)
					}
					if n++; n == sliceRows {
						break
					}
				}
				return nil
			})
			if !yield(some, err) || err != nil {
				return
			}
		}
	}
}

// Each is Slices for what is only looked at.
func Each[K, V any](ctx context.Context, s Store, w Walk[K, V], look func(Tx, V) error) error {
	for _, err := range Slices(ctx, s, w, func(tx Tx, v V) (none struct{}, _ bool, err error) { return none, false, look(tx, v) }) {
		if err != nil {
			return err
		}
	}
	return nil
}
