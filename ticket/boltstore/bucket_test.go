package boltstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	bolt "go.etcd.io/bbolt"

	"sportello/ticket"
)

// stored are all entries as bbolt has them.
func stored(t *testing.T, s *Store) (all []struct {
	bucket []byte
	entry
}) {
	t.Helper()
	if err := s.db.View(func(b *bolt.Tx) error {
		for _, name := range buckets {
			if err := b.Bucket(name).ForEach(func(k, v []byte) error {
				all = append(all, struct {
					bucket []byte
					entry
				}{name, entry{bytes.Clone(k), append([]byte{}, v...)}})
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// atWork is a desk after that many days.
func atWork(t testing.TB, days int) (*Store, *fortnight) {
	t.Helper()
	s := newStore(t)
	s.db.NoSync = true
	f, err := newFortnight(s)
	if err != nil {
		t.Fatal(err)
	}
	for d := range days {
		if err := f.day(context.Background(), d); err != nil {
			t.Fatal(err)
		}
	}
	return s, f
}

// errors that Check reports, or why it could not look.
func faultsIn(s *Store) (found []string) {
	err := s.Check(context.Background(), false, func(f Finding) {
		if f.Level == "error" {
			found = append(found, fmt.Sprintf("%s %s: %s", f.Promise, f.Where, f.Text))
		}
	})
	if err != nil {
		found = append(found, err.Error())
	}
	return found
}

// Entries changed behind the store's back, as a disk changes them: a bit of a key
// or of a value, a value under another's key of its bucket or of another bucket,
// an entry that went, an old one that came back.
func TestEntriesChangedBehindTheStoreAreFound(t *testing.T) {
	s, _ := atWork(t, 2)
	putAway(t, s)
	before := stored(t, s)
	if _, err := fileOne(s); err != nil {
		t.Fatal(err)
	}
	if found := faultsIn(s); found != nil {
		t.Fatal(found)
	}
	all := stored(t, s)
	rnd := rand.New(rand.NewPCG(1, 2))
	pick := func() int { return rnd.IntN(len(all)) }
	change := map[string]func(tx *bolt.Tx) (bool, error){
		"bit of a value": func(tx *bolt.Tx) (bool, error) {
			e := all[pick()]
			v := bytes.Clone(e.value)
			v[rnd.IntN(len(v))] ^= 1 << rnd.IntN(8)
			return true, tx.Bucket(e.bucket).Put(e.key, v)
		},
		"bit of a key": func(tx *bolt.Tx) (bool, error) {
			e := all[pick()]
			k := bytes.Clone(e.key)
			k[rnd.IntN(len(k))] ^= 1 << rnd.IntN(8)
			return true, errors.Join(tx.Bucket(e.bucket).Delete(e.key), tx.Bucket(e.bucket).Put(k, e.value))
		},
		"exchanged": func(tx *bolt.Tx) (bool, error) {
			e, o := all[pick()], all[pick()]
			if bytes.Equal(e.value, o.value) {
				return false, nil
			}
			return true, errors.Join(tx.Bucket(e.bucket).Put(e.key, o.value), tx.Bucket(o.bucket).Put(o.key, e.value))
		},
		"doubled": func(tx *bolt.Tx) (bool, error) {
			e, o := all[pick()], all[pick()]
			return !bytes.Equal(e.value, o.value), tx.Bucket(e.bucket).Put(e.key, o.value)
		},
		"gone": func(tx *bolt.Tx) (bool, error) {
			e := all[pick()]
			return true, tx.Bucket(e.bucket).Delete(e.key)
		},
		"as it once was": func(tx *bolt.Tx) (bool, error) {
			e := before[rnd.IntN(len(before))]
			old := tx.Bucket(e.bucket).Get(e.key)
			return !bytes.Equal(old, e.value), tx.Bucket(e.bucket).Put(e.key, e.value)
		},
		"number": func(tx *bolt.Tx) (bool, error) {
			b := tx.Bucket([][]byte{bucketTickets, bucketArrivals, bucketRows}[rnd.IntN(3)])
			return true, b.SetSequence(b.Sequence() ^ 1<<rnd.IntN(20))
		},
	}
	seen := 0
	for what, f := range change {
		for range 60 {
			var found []string
			changed := false
			err := s.db.Update(func(tx *bolt.Tx) (err error) {
				if changed, err = f(tx); err != nil || !changed {
					return errors.Join(err, errWanted)
				}
				found = s.faultsWithin(tx)
				return errWanted
			})
			if !errors.Is(err, errWanted) {
				t.Fatalf("%s: %v", what, err)
			}
			if changed {
				if seen++; found == nil {
					t.Errorf("%s: not found", what)
				}
			}
		}
	}
	if seen < 300 {
		t.Errorf("%d changes", seen)
	}
}

// faultsWithin looks at all values in an open transaction.
func (s *Store) faultsWithin(b *bolt.Tx) (found []string) {
	m := s.meta
	v := b.Bucket(bucketMeta).Get(keyMeta)
	if err := decode(v, &m); err != nil {
		return []string{err.Error()}
	}
	if same, err := m.checked(); err != nil || same != m {
		return []string{"meta"}
	}
	c := &checker{tx: newTx(b, s.meta), ctx: context.Background(), report: func(f Finding) { found = append(found, f.Text) }}
	if err := c.tallied(); err != nil {
		found = append(found, err.Error())
	}
	return found
}

// A record that is not what was stored is an error of whoever reads it, in each
// way of reading, and of that record only.
func TestASpoiledRecordIsAnErrorOfItsReader(t *testing.T) {
	s := newStore(t)
	for range 3 {
		if _, err := fileOne(s); err != nil {
			t.Fatal(err)
		}
	}
	reads := []struct {
		bucket, key []byte
		read        func(ticket.Tx) error
	}{
		{bucketTickets, number(ticket.ID(2)), func(tx ticket.Tx) error { _, err := tx.Ticket(2); return err }},
		{bucketTickets, number(ticket.ID(2)), func(tx ticket.Tx) error { return last(tx.Tickets(ticket.Filter{})) }},
		{bucketMessages, entryKey(2, 1), func(tx ticket.Tx) error { _, err := tx.Message(2, 1); return err }},
		{bucketMessages, entryKey(2, 1), func(tx ticket.Tx) error { _, err := tx.Messages(2); return err }},
		{bucketEvents, entryKey(2, 1), func(tx ticket.Tx) error { _, err := tx.Events(2); return err }},
		{bucketArrivals, number(ticket.ArrivalID(2)), func(tx ticket.Tx) error { _, err := tx.Arrival(2); return err }},
		{bucketRows, number(ticket.NoticeID(2)), func(tx ticket.Tx) error { _, err := tx.Row(2); return err }},
		{bucketNotices, number(ticket.NoticeID(2)), func(tx ticket.Tx) error { _, err := tx.Row(2); return err }},
		{bucketNotices, number(ticket.NoticeID(2)), func(tx ticket.Tx) error { return last(tx.Rows(ticket.RowQueued, 0)) }},
		{bucketDesk, keyStats, func(tx ticket.Tx) error { _, err := tx.Stats(); return err }},
	}
	for _, c := range reads {
		var was []byte
		if err := s.db.Update(func(tx *bolt.Tx) error {
			was = bytes.Clone(tx.Bucket(c.bucket).Get(c.key))
			v := bytes.Clone(was)
			v[len(v)/2] ^= 4
			return tx.Bucket(c.bucket).Put(c.key, v)
		}); err != nil {
			t.Fatal(err)
		}
		if err := s.View(t.Context(), c.read); !errors.Is(err, ErrSpoiled) {
			t.Errorf("%s: error %v", c.bucket, err)
		}
		if err := s.View(t.Context(), func(tx ticket.Tx) error { _, err := tx.Ticket(1); return err }); err != nil {
			t.Errorf("%s: ticket 1: %v", c.bucket, err)
		}
		if err := s.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(c.bucket).Put(c.key, was) }); err != nil {
			t.Fatal(err)
		}
	}
	checkClean(t, s)
}

// last reads a sequence to its first error.
func last[V any](seq func(func(V, error) bool)) error {
	for _, err := range seq {
		if err != nil {
			return err
		}
	}
	return nil
}
