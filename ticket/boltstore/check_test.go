package boltstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"sportello/policy"
	"sportello/ticket"
)

// spoiler puts a fault in as a mistake of this program would: with valid
// checksums and tallies.
type spoiler func(*bolt.Tx) error

// inside makes a spoiler of what works on the buckets.
func inside(f func(*tx) error) spoiler {
	return func(b *bolt.Tx) error {
		t := newTx(b, metaRecord{Schema: schema})
		if err := f(t); err != nil {
			return err
		}
		return t.finish()
	}
}

func putIn(bucket, key, value []byte) spoiler {
	return inside(func(t *tx) error { return t.bucket(bucket).put(key, bytes.Clone(value)) })
}

// dropFrom deletes key, or with nil the first entry.
func dropFrom(bucket, key []byte) spoiler {
	return inside(func(t *tx) error {
		b := t.bucket(bucket)
		if key == nil {
			e, _ := b.cursor().first()
			key = bytes.Clone(e.key)
		}
		if !b.has(key) {
			return fmt.Errorf("nothing to delete in %s", bucket)
		}
		return b.delete(key)
	})
}

func write(f func(ticket.Tx) error) spoiler {
	return inside(func(t *tx) error { return f(t) })
}

func arrive(a ticket.Arrival) spoiler {
	return write(func(tx ticket.Tx) error {
		id, err := tx.NextArrival()
		a.ID = id
		if err != nil {
			return err
		}
		return tx.PutArrival(&a)
	})
}

// merge joins ticket 1 to ticket 2 in actor's name.
func merge(actor, from, into, fromCustomer, intoCustomer string) spoiler {
	return write(func(tx ticket.Tx) error {
		for i, who := range []struct{ address, customer string }{{from, fromCustomer}, {into, intoCustomer}} {
			t, err := tx.Ticket(ticket.ID(i + 1))
			if err != nil {
				return err
			}
			t.Requester.Address, t.Customer = who.address, who.customer
			if i == 0 {
				t.MergedInto, t.Events = 2, t.Events+1
				e := &ticket.Event{Seq: t.Events, Kind: "merged", Actor: actor, Cause: "arrival 1"}
				if err := tx.AddEvent(t.ID, e); err != nil {
					return err
				}
			}
			if err := tx.PutTicket(t); err != nil {
				return err
			}
		}
		return nil
	})
}

// faults are what Check promises to find.
var faults = []struct {
	name    string
	spoil   spoiler
	promise string
	text    string
}{
	{"a ticket cannot be read", putIn(bucketTickets, number(ticket.ID(1)), []byte("?")), "P11", "version"},
	{"a ticket is not listed", dropFrom(bucketListed, nil), "P9", "missing in the index listed"},
	{"the list names no ticket", putIn(bucketListed, []byte("x"), nil), "P9", "4 entries, the records lead to 3"},
	{"a wake of nothing", putIn(bucketAwake, []byte("x"), nil), "P9", "1 entries, the records lead to 0"},
	{"a number that was not given out", write(func(tx ticket.Tx) error { return tx.PutTicket(&ticket.Ticket{ID: 99}) }), "P9", "numbers were given out"},
	{"a message is missing", dropFrom(bucketMessages, entryKey(1, 1)), "P1", "not found"},
	{"an event is missing", dropFrom(bucketEvents, entryKey(2, 1)), "P14", "has 0 events and says 1"},
	{"an event without cause", write(func(tx ticket.Tx) error { return tx.AddEvent(1, &ticket.Event{Seq: 2, Actor: "desk"}) }), "P14", "cause"},
	{"a merge across requesters", merge("desk", "mario@rossi.example", "mallory@evil.example", "C1", "C1"), "P6", "another requester's"},
	{"a merge across customers", merge("clock", "mario@rossi.example", "mario@rossi.example", "C1", ""), "P6", "another customer's"},
	{"a merge on a customer's word", merge("mario@rossi.example", "mario@rossi.example", "luisa@rossi.example", "C1", "C1"), "P6", "another requester's"},
	{"an arrival became nothing", arrive(ticket.Arrival{}), "P1", "nothing became of it"},
	{"an arrival became another's message", arrive(ticket.Arrival{Fate: ticket.FateMessage, Ticket: 1, Seq: 1}), "P1", "which is of arrival 1"},
	{"a duplicate of nothing", arrive(ticket.Arrival{Fate: ticket.FateDuplicate, Of: 77}), "P1", "duplicate of arrival 77"},
	{"quarantine without a reason", arrive(ticket.Arrival{Fate: ticket.FateQuarantine}), "P1", "without a reason"},
	{"raw mail is missing", arrive(ticket.Arrival{Fate: ticket.FateIgnored, Reason: "r", Raw: "2026-11/999"}), "P1", "not found"},
	{"raw mail is another", arrive(ticket.Arrival{Fate: ticket.FateIgnored, Reason: "r", Raw: "2026-11/1", RawSum: [32]byte{1}}), "P1", "fingerprint"},
	{"a fingerprint without owner", dropFrom(bucketRawSums, nil), "P2", "no owner"},
	{"a fingerprint of another", putIn(bucketRawSums, []byte("0123456789abcdef"), number(ticket.ArrivalID(1))), "P2", "has another"},
	{"a Message-ID of no ticket", putIn(bucketMessageIDs, digest("x"), number(ticket.ID(77))), "P2", "ticket 77"},
	{"a lot with more in it than was bought", write(func(tx ticket.Tx) error {
		return tx.PutLot("c", policy.Lot{Ref: "r", Quantity: 3, Held: 2, Spent: 2})
	}), "P4", "held 2, spent 2"},
	{"a reference without lot", putIn(bucketRefs, appendText(nil, "x"), []byte("c")), "P4", "1 references"},
	{"a row is not queued", dropFrom(bucketQueue, nil), "P8", "missing in the index queue"},
	{"a fixed letter is missing", write(func(tx ticket.Tx) error {
		r, err := tx.Row(1)
		if err == nil {
			r.Fixed = true
			err = tx.PutRow(r)
		}
		return err
	}), "P8", "missing"},
	{"two rows with one Message-ID", write(func(tx ticket.Tx) error {
		r, err := tx.Row(1)
		if err == nil {
			r.Notice.ID = 2
			err = tx.PutRow(r)
		}
		return err
	}), "P8", "Message-ID of row 1"},
	{"a contact of nobody", putIn(bucketContacts, []byte("x"), nil), "P9", "contacts"},
	{"counts are off", write(func(tx ticket.Tx) error {
		if _, err := tx.Stats(); err != nil {
			return err
		}
		addOne(tx)
		return nil
	}), "P9", "counted"},
}

func TestCheckFinds(t *testing.T) {
	for _, c := range faults {
		t.Run(c.name, func(t *testing.T) {
			s := newStore(t)
			for range 3 {
				if _, err := fileOne(s); err != nil {
					t.Fatal(err)
				}
			}
			checkClean(t, s)
			if err := s.db.Update(c.spoil); err != nil {
				t.Fatal(err)
			}
			var found []string
			if err := s.Check(context.Background(), true, func(f Finding) {
				found = append(found, fmt.Sprintf("%s %s: %s", f.Promise, f.Where, f.Text))
			}); err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				if strings.HasPrefix(f, c.promise+" ") && strings.Contains(f, c.text) {
					return
				}
			}
			t.Errorf("no finding %s with %q among %q", c.promise, c.text, found)
		})
	}
}

// What a person joined, and what was one requester's and customer's, is clean.
func TestCheckAllowsMerges(t *testing.T) {
	for _, spoil := range []spoiler{
		merge("admin", "mario@rossi.example", "luisa@rossi.example", "C1", "C2"),
		merge("Anna Ferretti", "mario@rossi.example", "luisa@rossi.example", "C1", "C1"),
		merge("desk", "mario@rossi.example", "mario@rossi.example", "C1", "C1"),
	} {
		s := newStore(t)
		for range 2 {
			if _, err := fileOne(s); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.db.Update(spoil); err != nil {
			t.Fatal(err)
		}
		checkClean(t, s)
	}
}

// A desk that is not running is checked without changing it.
func TestCheckReadOnly(t *testing.T) {
	dir := t.TempDir()
	s := must(Create(dir, Options{}))
	if _, err := fileOne(s); err != nil {
		t.Fatal(err)
	}
	mustClose(t, s)
	s = mustOpen(t, dir, Options{ReadOnly: true})
	defer mustClose(t, s)
	checkClean(t, s)
}

// A damaged mail in the archive is a finding, not a panic, and hides no other.
func TestCheckFindsDamagedRawMail(t *testing.T) {
	s := newStore(t)
	for range 2 {
		if _, err := fileOne(s); err != nil {
			t.Fatal(err)
		}
	}
	m, err := s.archive.acquire("2026-11", true)
	if err != nil {
		t.Fatal(err)
	}
	err = m.db.Update(func(tx *bolt.Tx) error {
		frame := append([]byte(nil), tx.Bucket(bucketMail).Get(number(uint64(1)))...)
		frame[len(frame)/2] ^= 0xFF
		return tx.Bucket(bucketMail).Put(number(uint64(1)), frame)
	})
	s.archive.release(m)
	if err != nil {
		t.Fatal(err)
	}
	var found []Finding
	if err := s.Check(context.Background(), true, func(f Finding) { found = append(found, f) }); err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || found[0].Where != "arrival 1" || found[0].Promise != "P1" {
		t.Errorf("findings %+v, want one about arrival 1", found)
	}
}

// A damaged page inside the file is found by the page check.
func TestCheckFindsDamagedPage(t *testing.T) {
	dir := closedDesk(t, 200)
	path := dir + "/" + deskFile
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	m, err := liveMeta(f)
	if err != nil {
		t.Fatal(err)
	}
	spoiled := false
	for page := uint64(2); page < m.high && !spoiled; page++ {
		flags, err := m.flags(f, page)
		if err != nil || page == m.root || flags != leafPage {
			continue
		}
		b := make([]byte, m.pageSize)
		f.ReadAt(b, int64(page)*int64(m.pageSize))
		if strings.Contains(string(b), "oggetto") && isLive(t, path, page) {
			f.WriteAt(make([]byte, 16), int64(page)*int64(m.pageSize)) // the head of the page
			spoiled = true
		}
	}
	f.Close()
	if !spoiled {
		t.Fatal("no page to spoil")
	}
	s, err := Open(dir, Options{})
	if errors.Is(err, ErrDamaged) {
		return // found even sooner
	}
	if err != nil {
		t.Fatal(err)
	}
	defer s.db.Close()
	n := 0
	s.Check(context.Background(), false, func(Finding) { n++ })
	if n == 0 {
		t.Error("no finding")
	}
}

// isLive tells whether a page is part of the database, not free.
func isLive(t *testing.T, path string, page uint64) bool {
	t.Helper()
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true, PreLoadFreelist: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	live := false
	err = db.View(func(tx *bolt.Tx) error {
		info, err := tx.Page(int(page))
		live = err == nil && info != nil && info.Type == "leaf"
		return err
	})
	return err == nil && live
}

func addOne(t ticket.Tx) { t.(*tx).stats.Open++ }
