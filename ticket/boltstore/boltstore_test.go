package boltstore

import (
	"testing"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// newStore makes a desk in a directory of its own, closed with the test.
func newStore(t testing.TB) *Store {
	t.Helper()
	s, err := Create(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) ticket.Store { return newStore(t) })
}

func TestReopen(t *testing.T) {
	dir := t.TempDir()
	s, err := Create(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	storetest.Reopen(t, func(t *testing.T) ticket.Store {
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}
