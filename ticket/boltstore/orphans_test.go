package boltstore

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
)

// TestOrphans: raw mail that a crash left behind is noted, and taken for the same
// mail when that comes again, whatever comes with it and in whatever order; what
// does not come again stays, and is noted for ever.
func TestOrphans(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	mail := func(n int) ticket.RawMail {
		return ticket.RawMail{At: at.AddDate(0, n%2, 0), Raw: []byte(strings.Repeat(fmt.Sprintf("mail %d\r\n", n), 200))}
	}
	mails := func(which ...int) (all []ticket.RawMail) {
		for _, n := range which {
			all = append(all, mail(n))
		}
		return all
	}
	file := func(s *Store, refs []ticket.RawRef) {
		t.Helper()
		for _, ref := range refs {
			if err := s.Update(t.Context(), arrival(ref)); err != nil {
				t.Fatal(err)
			}
		}
	}
	notes := func(s *Store) (n int) {
		t.Helper()
		if err := s.Check(t.Context(), true, func(f Finding) {
			if n++; f.Level != "note" || f.Promise != "P1" {
				t.Errorf("%+v", f)
			}
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	dir := t.TempDir()
	s := must(Create(dir, Options{}))
	file(s, must(s.Keep(t.Context(), mails(1, 2, 3))))
	lost := must(s.Keep(t.Context(), mails(4, 5, 6, 7))) // and then it crashed
	if n := notes(s); n != 0 {
		t.Errorf("%d notes about mail that is on its way", n)
	}
	mustClose(t, s)

	s = mustOpen(t, dir, Options{})
	if n := notes(s); n != 2 {
		t.Errorf("%d notes, want one for each of two months", n)
	}
	came := must(s.Keep(t.Context(), mails(8, 6, 4, 9, 5)))
	if came[1] != lost[2] || came[2] != lost[0] || came[4] != lost[1] || came[0] == lost[3] {
		t.Errorf("kept as %v, lay there as %v", came, lost)
	}
	file(s, came)
	for i, n := range []int{8, 6, 4, 9, 5} {
		if raw := must(s.Raw(t.Context(), came[i])); string(raw) != string(mail(n).Raw) {
			t.Errorf("mail %d reads %.20q", n, raw)
		}
	}
	if twice := must(s.Keep(t.Context(), mails(6))); twice[0] == came[1] {
		t.Error("one that was taken is taken again")
	}
	mustClose(t, s)
	s = mustOpen(t, dir, Options{})
	defer mustClose(t, s)
	if n := notes(s); n != 2 { // mail 7, and the second of mail 6
		t.Errorf("%d notes in the end", n)
	}
}

// arrival files one with this raw mail.
func arrival(ref ticket.RawRef) func(ticket.Tx) error {
	return func(tx ticket.Tx) error {
		id, err := tx.NextArrival()
		if err != nil {
			return err
		}
		return tx.PutArrival(&ticket.Arrival{ID: id, Raw: ref, Fate: ticket.FateIgnored, Reason: "a test"})
	}
}
