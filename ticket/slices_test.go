package ticket_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

// watched counts reads, and knows whether one is open. Before each, before is called.
type watched struct {
	ticket.Store
	reads  int
	open   bool
	before func(n int)
}

func (w *watched) View(ctx context.Context, f func(ticket.Tx) error) error {
	if w.reads++; w.before != nil {
		w.before(w.reads)
	}
	w.open = true
	defer func() { w.open = false }()
	return w.Store.View(ctx, f)
}

const many = 250

// crowd is a store with 250 of each kind of row.
func crowd(t *testing.T) *watched {
	t.Helper()
	m := storetest.NewMem()
	if err := m.Update(t.Context(), func(tx ticket.Tx) error {
		for i := 1; i <= many; i++ {
			id := fmt.Sprintf("c%03d", i)
			if err := errors.Join(tx.PutTicket(&ticket.Ticket{ID: ticket.ID(i), State: ticket.State(1 + i%2)}),
				tx.PutRow(&ticket.Row{Notice: ticket.Notice{ID: ticket.NoticeID(i), Kind: ticket.NoticeAck}, State: ticket.RowFailed}),
				tx.PutArrival(&ticket.Arrival{ID: ticket.ArrivalID(i), Fate: ticket.FateHeld, Reason: "r"}),
				tx.PutCustomer(&ticket.Customer{ID: id}),
				tx.AddEntry("c001", &ticket.Entry{Seq: i, Cause: fmt.Sprint("lot ", i), Move: policy.Move{Kind: policy.MovePurchase, Credits: 1}})); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return &watched{Store: m}
}

// walked is what a walk yields and in how many at a time; nothing is read meanwhile.
func walked[K, V any](t *testing.T, s *watched, w ticket.Walk[K, V], name func(V) int) (all, sizes []int) {
	t.Helper()
	s.reads = 0
	for some, err := range ticket.Slices(t.Context(), s, w, func(_ ticket.Tx, v V) (int, bool, error) { return name(v), true, nil }) {
		if err != nil || s.open {
			t.Fatalf("%v; a read is open: %v", err, s.open)
		}
		all, sizes = append(all, some...), append(sizes, len(some))
	}
	if s.reads != len(sizes) {
		t.Errorf("%d reads for %v rows", s.reads, sizes)
	}
	return all, sizes
}

// Every walk finds each row once and in order, a hundred in one read, and reads
// nothing while somebody looks at what it found.
func TestSlicesFindEachRowOnce(t *testing.T) {
	s := crowd(t)
	up := make([]int, many)
	for i := range up {
		up[i] = i + 1
	}
	down := slices.Clone(up)
	slices.Reverse(down)
	number := func(c *ticket.Customer) (n int) { fmt.Sscanf(c.ID, "c%d", &n); return n }
	for name, c := range map[string]struct {
		walk func() (all, sizes []int)
		want []int
	}{
		"tickets": {func() ([]int, []int) {
			return walked(t, s, ticket.WalkTickets(ticket.Filter{}), func(v *ticket.Ticket) int { return int(v.ID) })
		}, down},
		"of few": {func() ([]int, []int) {
			return walked(t, s, ticket.WalkTickets(ticket.Filter{Below: 31, Limit: 5}), func(v *ticket.Ticket) int { return int(v.ID) })
		}, down[many-30:]},
		"letters": {func() ([]int, []int) {
			return walked(t, s, ticket.WalkRows(0), func(v *ticket.Row) int { return int(v.Notice.ID) })
		}, down},
		"failed": {func() ([]int, []int) {
			return walked(t, s, ticket.WalkRows(ticket.RowFailed), func(v *ticket.Row) int { return int(v.Notice.ID) })
		}, up},
		"none": {func() ([]int, []int) {
			return walked(t, s, ticket.WalkRows(ticket.RowSent), func(v *ticket.Row) int { return int(v.Notice.ID) })
		}, nil},
		"held": {func() ([]int, []int) {
			return walked(t, s, ticket.WalkArrivals(ticket.FateHeld), func(v *ticket.Arrival) int { return int(v.ID) })
		}, up},
		"customers": {func() ([]int, []int) { return walked(t, s, ticket.WalkCustomers(), number) }, up},
		"entries": {func() ([]int, []int) {
			return walked(t, s, ticket.WalkEntries("c001"), func(v *ticket.Entry) int { return v.Seq })
		}, up},
	} {
		all, sizes := c.walk()
		if !slices.Equal(all, c.want) || slices.Max(sizes) > 100 || len(sizes) != 1+len(c.want)/100 {
			t.Errorf("%s: %v in slices of %v", name, all, sizes)
		}
	}
}

// A walk reads no further than is wanted; what was read before an error comes with
// it; and a context that ends ends it.
func TestSlicesEnd(t *testing.T) {
	s := crowd(t)
	ctx, cancel := context.WithCancel(t.Context())
	walk := func(ctx context.Context, failAt ticket.ID) (n int, err error) {
		for some, e := range ticket.Slices(ctx, s, ticket.WalkTickets(ticket.Filter{}), func(_ ticket.Tx, v *ticket.Ticket) (ticket.ID, bool, error) {
			if v.ID == failAt {
				return 0, false, errSpoiled
			}
			return v.ID, true, nil
		}) {
			n, err = n+len(some), e
			if failAt == 0 {
				break
			}
			if failAt == 999 {
				cancel()
			}
		}
		return n, err
	}
	if n, err := walk(ctx, 0); n != 100 || err != nil || s.reads != 1 {
		t.Errorf("%d rows in %d reads, %v", n, s.reads, err)
	}
	if n, err := walk(ctx, many-120); n != 120 || !errors.Is(err, errSpoiled) {
		t.Errorf("%d rows before the error, %v", n, err)
	}
	if n, err := walk(ctx, 999); n != 100 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d rows before the end, %v", n, err)
	}
}

// The books are added up in slices, and are whole all the same: entries that come
// between two of them are no fault, however often they do, and a fault is still found.
func TestBooksAddUpWhileTheyGrow(t *testing.T) {
	for _, times := range []int{1, 2, 1000} {
		b := worked(t)
		s, bought := &watched{Store: b.Store}, 0
		s.before = func(n int) {
			if n%2 == 0 && bought < times {
				bought++
				b.must(second(b.Buy(b.ctx, "C1", policy.Lot{Ref: fmt.Sprint("NEW-", bought), Quantity: 1, Purchased: date(2026, 3, 1)})))
			}
		}
		if n, first := b.findings(s); n != 0 || bought == 0 {
			t.Errorf("%d lots bought meanwhile: %d findings, %s", bought, n, first)
		}
		cut := tampered{Store: s, entries: func(all []*ticket.Entry) []*ticket.Entry { return all[:len(all)-1] }}
		if n, _ := b.findings(cut); n == 0 {
			t.Errorf("%d lots bought meanwhile: a missing entry is not found", bought)
		}
	}
}
