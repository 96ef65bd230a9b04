package boltstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"sportello/policy"
	"sportello/ticket"
)

// auditor is a desk on s that has sold some credits.
func auditor(t testing.TB, s *Store) *ticket.Desk {
	t.Helper()
	f, err := newFortnight(s)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Buy(t.Context(), "C1", policy.Lot{Ref: "O-2", Quantity: 7})
	_, err2 := f.CorrectLot(t.Context(), "C1", "O-2", -2, "typing error", "admin")
	_, err3 := f.Buy(t.Context(), "C1", policy.Lot{Ref: "O-3", Quantity: 3})
	if err := errors.Join(err, err2, err3); err != nil {
		t.Fatal(err)
	}
	return f.Desk
}

// faultsOf are the errors that fsck finds.
func faultsOf(t testing.TB, s *Store, d *ticket.Desk) []string {
	t.Helper()
	var found []string
	report := func(level, promise, where, text string) {
		if level == "error" {
			found = append(found, fmt.Sprintf("%s %s: %s", promise, where, text))
		}
	}
	err := errors.Join(s.Check(t.Context(), false, func(f Finding) { report(f.Level, f.Promise, f.Where, f.Text) }), d.Audit(t.Context(), ticket.Auditing{Report: report}))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// No bit of an entry, of a lot or of where they stand can be turned, and none of
// them taken out, without a finding.
func TestEveryFlippedByteOfTheBooksIsFound(t *testing.T) {
	s := newStore(t)
	s.db.NoSync = true
	d := auditor(t, s)
	if found := faultsOf(t, s, d); found != nil {
		t.Fatalf("before: %q", found)
	}
	type place struct{ bucket, key, value []byte }
	var places []place
	if err := s.View(t.Context(), func(t ticket.Tx) error {
		for _, name := range [][]byte{bucketEntries, bucketCauses, bucketLots, bucketRefs, bucketDueLots, bucketMonths, bucketPosted} {
			for e, err := range t.(*tx).bucket(name).ascend(nil) {
				if err != nil {
					return err
				}
				places = append(places, place{name, bytes.Clone(e.key), append([]byte{}, e.value...)})
			}
		}
		books, err := t.(*tx).bucket(bucketDesk).get(keyBooks)
		places = append(places, place{bucketDesk, keyBooks, bytes.Clone(books)})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	set := func(p place, value []byte) {
		t.Helper()
		how := putIn(p.bucket, p.key, value)
		if value == nil {
			how = dropFrom(p.bucket, p.key)
		}
		if err := s.db.Update(how); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range places {
		set(p, nil)
		if faultsOf(t, s, d) == nil {
			t.Errorf("%s %q taken out: not found", p.bucket, p.key)
		}
		set(p, p.value)
		for i := range p.value {
			for _, bit := range []byte{1, 0x20} {
				spoiled := bytes.Clone(p.value)
				spoiled[i] ^= bit
				set(p, spoiled)
				if faultsOf(t, s, d) == nil {
					t.Errorf("%s %q: byte %d of %q turned to %q: not found", p.bucket, p.key, i, p.value, spoiled[i])
				}
			}
		}
		set(p, p.value)
	}
	if found := faultsOf(t, s, d); found != nil {
		t.Fatalf("after: %q", found)
	}
}

// A desk from before there were ledgers opens, also for reading only, and its
// lots get their entries.
func TestADeskOlderThanItsLedgersOpens(t *testing.T) {
	dir := t.TempDir()
	s := must(Create(dir, Options{}))
	if _, err := newFortnight(s); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Update(func(tx *bolt.Tx) error { // as the first schema was
		if err := makeOlder(tx, s.meta, 1); err != nil {
			return err
		}
		for _, name := range [][]byte{bucketEntries, bucketCauses, bucketHolds, bucketDueLots, bucketMonths, bucketPosted} {
			if err := tx.DeleteBucket(name); err != nil {
				return err
			}
		}
		if err := tx.Bucket(bucketDesk).Delete(keyBooks); err != nil {
			return err
		}
		old := append([]byte{valueVersion}, `{"ref":"O-1","quantity":5,"purchased":"2026-03-01"}`+"\n"...)
		return tx.Bucket(bucketLots).Put(lotKey("C1", "O-1"), old)
	}); err != nil {
		t.Fatal(err)
	}
	mustClose(t, s)

	s = mustOpen(t, dir, Options{ReadOnly: true})
	checkClean(t, s)
	mustClose(t, s)

	for range 2 {
		s = mustOpen(t, dir, Options{})
		if s.meta.Schema != schema {
			t.Errorf("schema %d", s.meta.Schema)
		}
		d := auditorOf(t, s)
		if err := d.EnterLots(t.Context()); err != nil {
			t.Fatal(err)
		}
		if found := faultsOf(t, s, d); found != nil {
			t.Errorf("found %q", found)
		}
		var entries []*ticket.Entry
		if err := s.View(t.Context(), func(tx ticket.Tx) (err error) {
			_, entries, err = tx.ByCause("lot O-1")
			return err
		}); err != nil || len(entries) != 1 || entries[0].Available != 5 {
			t.Errorf("entries %+v, %v", entries, err)
		}
		mustClose(t, s)
	}
}

// auditorOf is a desk on s as it is.
func auditorOf(t testing.TB, s *Store) *ticket.Desk {
	t.Helper()
	keys, err := ticket.NewKeys(map[byte][]byte{'a': bytes.Repeat([]byte{7}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	return &ticket.Desk{Store: s, Keys: keys, Zone: time.UTC, Now: func() time.Time { return month0 }, Policy: policy.Default(time.UTC)}
}

// BenchmarkPosting sells a lot to one of 100,000 customers, one a commit without
// waiting for the disk, on a desk whose ledgers have that many entries: what it
// costs must not hang on how many.
func BenchmarkPosting(b *testing.B) {
	for _, entries := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprint(entries), func(b *testing.B) {
			const customers = 100_000
			s := newStore(b)
			s.db.NoSync = true
			d := auditorOf(b, s)
			n := 0
			sell := func(tx ticket.Tx, buy func(string, policy.Lot) (bool, error), count int) error {
				for range count {
					customer := fmt.Sprint("c", n*7919%customers)
					if n < customers {
						if err := tx.PutCustomer(&ticket.Customer{ID: customer}); err != nil {
							return err
						}
					}
					if fresh, err := buy(customer, policy.Lot{Ref: fmt.Sprint("r", n), Quantity: 5}); err != nil || !fresh {
						return errors.Join(err, fmt.Errorf("lot %d: fresh %v", n, fresh))
					}
					n++
				}
				return nil
			}
			post := func(count int) {
				if err := d.Import(context.Background(), func(tx ticket.Tx, buy func(string, policy.Lot) (bool, error)) error {
					return sell(tx, buy, count)
				}); err != nil {
					b.Fatal(err)
				}
			}
			for n < entries {
				post(1000)
			}
			for b.Loop() {
				post(1)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "postings/s")
		})
	}
}
