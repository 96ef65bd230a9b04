package boltstore

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"

	"sportello/ticket"
)

// mailOf is arrival id with fingerprints that follow from n.
func mailOf(id ticket.ArrivalID, n uint64) *ticket.Arrival {
	return &ticket.Arrival{ID: id, Arrived: month0, Fate: ticket.FateIgnored, Reason: "r", RawSum: sumOf('r', n), Content: sumOf('c', n)}
}

func sumOf(kind byte, n uint64) [32]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint64([]byte{kind}, n))
}

// skipTo makes the next arrival the first of a shelf.
func skipTo(t *testing.T, s *Store, shelf uint64) {
	t.Helper()
	if err := s.Update(t.Context(), func(tx ticket.Tx) error {
		tx.SetSeen(month0) // counts as written
		return tx.(*inner).bucket(bucketArrivals).giveUpTo(shelf*shelfSize - 1)
	}); err != nil {
		t.Fatal(err)
	}
}

// inner is tx where a parameter has that name.
type inner = tx

// Whatever comes and goes, on many shelves, from before there were shelves, in
// transactions that are given up, at starts in between and in snapshots of before: an
// index has what was put first and not forgotten, and nothing else.
func TestShelvesAnswerAsOneIndex(t *testing.T) {
	dir := t.TempDir()
	s := must(Create(dir, Options{}))
	s.db.NoSync = true
	r := rand.New(rand.NewPCG(7, 7))
	want := map[uint64]uint64{}
	if err := s.Update(t.Context(), func(tx ticket.Tx) error { // as programs before shelves wrote it
		for n := range uint64(40) {
			d := sumOf('x', n)
			if err := errors.Join(tx.SetSeen(month0), tx.(*inner).bucket(bucketRawSums).put(sumKey(d), number(n))); err != nil {
				return err
			}
			want[n] = n
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	same := func(tx ticket.Tx, want map[uint64]uint64) error {
		for n := range uint64(400) {
			d := sumOf('x', n)
			_, v, err := tx.(*inner).shelved(indexRawSums).find(sumKey(d))
			owner, known := want[n]
			if err != nil || known != (v != nil) || known && lastNumber(v) != owner {
				return fmt.Errorf("%d: %x, %v; want %d, %v", n, v, err, owner, known)
			}
		}
		return nil
	}
	shelf := uint64(0)
	for round := range 200 {
		if r.IntN(3) == 0 {
			shelf += uint64(1 + r.IntN(3)*r.IntN(4))
			skipTo(t, s, shelf)
		}
		snapshot, before := must(s.db.Begin(false)), map[uint64]uint64{}
		for n, owner := range want {
			before[n] = owner
		}
		errGivenUp := error(nil)
		if r.IntN(4) == 0 {
			errGivenUp = errWanted
		}
		changed := map[uint64]uint64{}
		seed := r.Uint64()
		err := s.Update(t.Context(), func(tx ticket.Tx) error {
			r := rand.New(rand.NewPCG(seed, 1))
			clear(changed)
			for n, owner := range before {
				changed[n] = owner
			}
			for range r.IntN(12) {
				if id, err := tx.NextArrival(); err != nil || id == 0 {
					return err
				}
				x, n, owner := tx.(*inner).shelved(indexRawSums), r.Uint64N(400), r.Uint64N(5)
				d := sumOf('x', n)
				if r.IntN(3) == 0 {
					if changed[n] == owner {
						delete(changed, n)
					}
					if err := x.forget(sumKey(d), number(owner)); err != nil {
						return err
					}
					continue
				}
				if _, known := changed[n]; !known {
					changed[n] = owner
				}
				if err := x.put(sumKey(d), number(owner)); err != nil {
					return err
				}
			}
			return errors.Join(same(tx, changed), errGivenUp)
		})
		if !errors.Is(err, errGivenUp) {
			t.Fatalf("round %d: %v", round, err)
		}
		if errGivenUp == nil {
			want = changed
		}
		if err := errors.Join(s.View(t.Context(), func(tx ticket.Tx) error { return same(tx, want) }), same(s.newTx(snapshot), before), snapshot.Rollback()); err != nil {
			t.Fatalf("round %d, shelf %d: %v", round, shelf, err)
		}
		if r.IntN(20) == 0 {
			mustClose(t, s)
			s = mustOpen(t, dir, Options{})
			s.db.NoSync = true
		}
	}
	mustClose(t, s)
}

// A sieve holds back nothing that was added, and nearly all else.
func TestASieveLetsThroughWhatItHolds(t *testing.T) {
	var s sieve
	if s = []byte{}; s.passes(digest("x")) {
		t.Error("an empty shelf holds something")
	}
	s = nil
	for n := range uint64(shelfSize) {
		d := sumOf('a', n)
		s.add(sumKey(d))
	}
	b := new(rackBlock)
	b.hang(63, s, nil)
	b.hang(5, sieve{}, nil)
	b.hang(6, nil, ErrSpoiled)
	passed := 0
	for n := range uint64(100_000) {
		in, out := sumOf('a', n%shelfSize), sumOf('b', n)
		if got := b.through(sumKey(in)); !s.passes(sumKey(in)) || got != 1<<63|1<<6 {
			t.Fatalf("%d is held back: %x", n, got)
		}
		if b.through(sumKey(out))&(1<<63) != 0 {
			passed++
		}
	}
	if passed > 150 {
		t.Errorf("%d of 100,000 that it does not hold pass", passed)
	}
}

// A mail changes pages of the shelf of now, however much lies on others: what a commit
// changes on a desk of four shelves is no more than on one of one.
func TestOnlyTheShelfOfNowIsWrittenTo(t *testing.T) {
	s := newStore(t)
	s.db.NoSync = true
	n := uint64(0)
	file := func(mails int) {
		t.Helper()
		if err := s.Update(t.Context(), func(tx ticket.Tx) error {
			for range mails {
				id, err := tx.NextArrival()
				if err := errors.Join(err, tx.PutArrival(mailOf(id, n)), tx.FileMessageID(fmt.Sprint(n), 1)); err != nil {
					return err
				}
				n++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	changed := func() (all int) {
		before := pagesOfIndexes(t, s)
		file(50)
		for id := range pagesOfIndexes(t, s) {
			if !before[id] {
				all++
			}
		}
		return all
	}
	if err := s.Update(t.Context(), func(tx ticket.Tx) error {
		return tx.PutTicket(&ticket.Ticket{ID: must(tx.NextTicket()), State: ticket.StateOpen})
	}); err != nil {
		t.Fatal(err)
	}
	file(shelfSize / 2)
	first := changed()
	for range 3 {
		file(shelfSize)
	}
	if later := changed(); later > first+first/4 {
		t.Errorf("a commit changes %d pages of the indexes, on the first shelf it was %d", later, first)
	}
	if full := s.fullShelves(t); full != 3 {
		t.Errorf("%d shelves are full", full)
	}
	checkNothingOf(t, s, "P2")
}

func (s *Store) fullShelves(t *testing.T) (n uint32) {
	t.Helper()
	if err := s.View(t.Context(), func(tx ticket.Tx) error { n = tx.(*inner).sieves(); return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

// checkNothingOf looks for findings of one promise.
func checkNothingOf(t *testing.T, s *Store, promise string) {
	t.Helper()
	if err := s.Check(t.Context(), false, func(f Finding) {
		if f.Promise == promise {
			t.Errorf("%+v", f)
		}
	}); err != nil {
		t.Fatal(err)
	}
}

// pagesOfIndexes are the pages of the trees that stand on shelves.
func pagesOfIndexes(t *testing.T, s *Store) map[uint64]bool {
	t.Helper()
	f := mustOpenFile(t, filepath.Join(s.dir, deskFile))
	defer f.Close()
	all := map[uint64]bool{}
	if err := s.db.View(func(tx *bolt.Tx) error {
		m := must(liveMeta(f))
		for _, name := range shelvedIndexes {
			w := &pageWalk{ctx: t.Context(), file: f, meta: m, used: newPageSet(m.high), report: func(text string) { t.Error(text) }}
			if err := w.tree(uint64(tx.Bucket(name).Root()), nil, nil, 0); err != nil {
				return err
			}
			for n := range m.high {
				if w.used.has(n) {
					all[n] = true
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// A desk from before shelves, of many thousand mails, keeps its indexes where they
// are: all of it is found, also where it is only read and where the step was broken
// off; what comes then stands on shelves.
func TestADeskOlderThanItsShelvesOpens(t *testing.T) {
	dir := t.TempDir()
	s := must(Create(dir, Options{}))
	s.db.NoSync = true
	if _, err := newFortnight(s); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), func(tx ticket.Tx) error {
		for n := range uint64(2 * shelfSize) {
			id, err := tx.NextArrival()
			if err := errors.Join(err, tx.PutArrival(mailOf(id, n)), tx.FileMessageID(fmt.Sprint(n), 1)); err != nil {
				return err
			}
		}
		return tx.PutTicket(&ticket.Ticket{ID: must(tx.NextTicket()), State: ticket.StateOpen})
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Update(func(tx *bolt.Tx) error { return withoutShelves(tx, s.meta) }); err != nil {
		t.Fatal(err)
	}
	mustClose(t, s)
	found := func(s *Store) {
		t.Helper()
		if err := s.View(t.Context(), func(tx ticket.Tx) error {
			for n := range uint64(2 * shelfSize) {
				raw, err := tx.ByRaw(sumOf('r', n))
				content, err2 := tx.ByContent(sumOf('c', n))
				id, err3 := tx.ByMessageID(fmt.Sprint(n))
				if err := errors.Join(err, err2, err3); err != nil || raw != content || uint64(raw) != n+1 || id != 1 {
					return fmt.Errorf("%d: %d, %d, %d, %w", n, raw, content, id, err)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		checkNothingOf(t, s, "P2")
	}
	s = mustOpen(t, dir, Options{ReadOnly: true})
	found(s)
	mustClose(t, s)

	path := filepath.Join(dir, deskFile)
	db := must(openBolt(path, false, 0, 0))
	m := must(readMeta(db, path))
	m, err := beginSealing(db, m)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, dir, Options{ReadOnly: true}) // as if it had been killed then
	found(s)
	mustClose(t, s)

	s = mustOpen(t, dir, Options{})
	defer mustClose(t, s)
	found(s)
	if s.meta.Schema != schema || s.meta.Sealing != nil || m.Sealing.From != 4 {
		t.Errorf("%+v", s.meta)
	}
	if err := s.Update(t.Context(), func(tx ticket.Tx) error {
		id, err := tx.NextArrival()
		return errors.Join(err, tx.PutArrival(mailOf(id, 1)), tx.PutArrival(mailOf(5, 99_999)), tx.FileMessageID("5", 2), tx.FileMessageID("new", 1))
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.View(t.Context(), func(tx ticket.Tx) error {
		first, err := tx.ByRaw(sumOf('r', 1))
		_, gone := tx.ByRaw(sumOf('r', 4))
		moved, err2 := tx.ByContent(sumOf('c', 99_999))
		stays, err3 := tx.ByMessageID("5")
		fresh, err4 := tx.ByMessageID("new")
		if err := errors.Join(err, err2, err3, err4); err != nil || !errors.Is(gone, ticket.ErrNotFound) || first != 2 || moved != 5 || stays != 1 || fresh != 1 {
			t.Errorf("%d, %v, %d, %d, %d: %v", first, gone, moved, stays, fresh, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	checkNothingOf(t, s, "P2")
}

// withoutShelves leaves a store as programs of schema 4 wrote it.
func withoutShelves(b *bolt.Tx, m metaRecord) error {
	t := newTx(b, m)
	for i := range shelvedIndexes {
		x := t.shelved(i)
		var all []entry
		for e, err := range x.ascend(nil) {
			if err != nil {
				return err
			}
			all = append(all, entry{append([]byte{}, e.key...), append([]byte{}, e.value...)})
		}
		for _, e := range all {
			_, d, _ := parseShelfKey(e.key)
			if err := errors.Join(x.delete(e.key), x.bucket.add(d, e.value)); err != nil {
				return err
			}
		}
	}
	for shelf := range t.sieves() {
		for i := range shelvedIndexes {
			if err := t.bucket(bucketSieves).delete(sieveKey(shelf, i)); err != nil {
				return err
			}
		}
	}
	m.Schema = 4
	return errors.Join(putMeta(b, m), t.keepTallies(), b.DeleteBucket(bucketSieves))
}
