package boltstore

import (
	"errors"
	"testing"

	bolt "go.etcd.io/bbolt"

	"sportello/ticket"
)

// A desk from before months were listed opens, also for reading only, and what
// happened in them is found; a month that is listed wrongly is a finding.
func TestADeskOlderThanItsMonthsOpens(t *testing.T) {
	dir := t.TempDir()
	s := must(Create(dir, Options{}))
	if _, err := newFortnight(s); err != nil {
		t.Fatal(err)
	}
	listed := monthsOf(t, s)
	if err := s.db.Update(func(tx *bolt.Tx) error {
		return errors.Join(makeOlder(tx, s.meta, 2), tx.DeleteBucket(bucketMonths), tx.DeleteBucket(bucketPosted))
	}); err != nil {
		t.Fatal(err)
	}
	mustClose(t, s)

	s = mustOpen(t, dir, Options{ReadOnly: true})
	checkClean(t, s)
	mustClose(t, s)

	s = mustOpen(t, dir, Options{})
	defer mustClose(t, s)
	checkClean(t, s)
	if now := monthsOf(t, s); len(listed) == 0 || len(now) != len(listed) {
		t.Errorf("%d keys, before there were %d", len(now), len(listed))
	}
	for _, name := range [][]byte{bucketMonths, bucketPosted} {
		if err := s.db.Update(putIn(name, []byte("2020-01\x00\x01x"), nil)); err != nil {
			t.Fatal(err)
		}
	}
	found := 0
	if err := s.Check(t.Context(), false, func(Finding) { found++ }); err != nil || found != 2 {
		t.Errorf("%d findings for two keys too many, %v", found, err)
	}
}

func monthsOf(t *testing.T, s *Store) (keys []string) {
	t.Helper()
	if err := s.View(t.Context(), func(t ticket.Tx) error {
		for _, name := range [][]byte{bucketMonths, bucketPosted} {
			for e, err := range t.(*tx).bucket(name).ascend(nil) {
				if err != nil {
					return err
				}
				keys = append(keys, string(e.key))
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return keys
}
