package boltstore

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

// A lot is bought on every day of two years, one of them a leap year, while the
// desk's clock goes through them in Rome: the sweep of the last second of a
// lot's last day leaves it, that of the next midnight takes it, days of 23 and
// 25 hours included.
func TestEveryLotIsSweptAfterItsLastDay(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	s := newStore(t)
	s.db.NoSync = true
	ctx := context.Background()
	var now time.Time
	d := auditorOf(t, s)
	d.Zone, d.Policy, d.Now = zone, policy.Default(zone), func() time.Time { return now }
	first, last := policy.Date{Year: 2027, Month: 1, Day: 1}, policy.Date{Year: 2028, Month: 12, Day: 31}
	ref := func(bought policy.Date) string { return "O-" + bought.String() }
	expired := func(bought policy.Date) ticket.Credits {
		t.Helper()
		var l policy.Lot
		if err := s.View(ctx, func(tx ticket.Tx) (err error) {
			_, l, err = tx.LotByRef(ref(bought))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return l.Expired
	}
	sweep := func(at time.Time) {
		t.Helper()
		now = at
		if err := d.Sweep(ctx); err != nil {
			t.Fatalf("%s: %v", at, err)
		}
	}
	lots := 0
	for today := first; !last.AddDays(policy.ValidDays).Before(today); today = today.AddDays(1) {
		sweep(today.Start(zone))
		if !last.Before(today) {
			customer, lot := ref(today), policy.Lot{Ref: ref(today), Quantity: 2, Purchased: today}
			if err := d.PutCustomers(ctx, []*ticket.Customer{{ID: customer}}, map[string][]policy.Lot{customer: {lot}}); err != nil {
				t.Fatal(err)
			}
			lots++
		}
		bought := today.AddDays(-policy.ValidDays)
		if bought.Before(first) {
			continue
		}
		if n := expired(bought); n != 0 {
			t.Fatalf("bought %s: %d expired when %s began", bought, n, today)
		}
		sweep(today.End(zone).Add(-time.Second))
		if n := expired(bought); n != 0 {
			t.Fatalf("bought %s: %d expired at %s", bought, n, now)
		}
		sweep(today.End(zone))
		if n := expired(bought); n != 2 {
			t.Fatalf("bought %s: %d expired at %s", bought, n, now)
		}
	}
	if lots != 731 {
		t.Errorf("%d lots", lots)
	}
	if found := faultsOf(t, s, d); found != nil {
		t.Error(found)
	}
	wantExpiries(t, s, d, lots)
}

// wantExpiries fails unless each lot expired once, on the day after its last one.
func wantExpiries(t *testing.T, s *Store, d *ticket.Desk, lots int) {
	t.Helper()
	expiries := 0
	if err := s.View(t.Context(), func(tx ticket.Tx) error {
		for c, err := range tx.Customers("") {
			if err != nil {
				return err
			}
			var entries []*ticket.Entry
			for e, err := range tx.Entries(c.ID, 0) {
				if err != nil {
					return err
				}
				entries = append(entries, e)
			}
			if len(entries) != 2 || entries[0].Move.Kind != policy.MovePurchase || entries[1].Move.Kind != policy.MoveExpire {
				return fmt.Errorf("lot %s has %d entries", c.ID, len(entries))
			}
			day := policy.DateOf(entries[1].At, d.Zone)
			if bought := entries[0].Move.Purchased; day != bought.AddDays(policy.ValidDays+1) || entries[1].Actor != "clock" {
				return fmt.Errorf("lot %s expired on %s by %s", c.ID, day, entries[1].Actor)
			}
			expiries++
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	if expiries != lots {
		t.Errorf("%d lots, %d expiries", lots, expiries)
	}
}
