package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	bolt "go.etcd.io/bbolt"

	"sportello/ticket"
)

// pageFaults are what CheckPages finds in a file that nobody writes.
func pageFaults(t *testing.T, path string) (found []string) {
	t.Helper()
	if err := CheckPages(t.Context(), path, PageVersion{}, func(f Finding) { found = append(found, f.Text) }); err != nil {
		t.Fatal(err)
	}
	return found
}

// TestPagesOfAnyShape: whatever bbolt writes is found to be in order: buckets in
// pages and inline, large values, deletions, a long list of free pages.
func TestPagesOfAnyShape(t *testing.T) {
	path := filepath.Join(t.TempDir(), "any.db")
	db := must(bolt.Open(path, 0o600, &bolt.Options{FreelistType: bolt.FreelistMapType, NoSync: true}))
	rnd := rand.New(rand.NewPCG(1, 2))
	for round := range 60 {
		if err := db.Update(func(tx *bolt.Tx) error {
			for range 40 {
				b := must(tx.CreateBucketIfNotExists([]byte{'a' + byte(rnd.IntN(6))}))
				if rnd.IntN(4) == 0 {
					b = must(b.CreateBucketIfNotExists([]byte{byte(rnd.IntN(3))}))
				}
				key := binary.BigEndian.AppendUint32([]byte("key"), uint32(rnd.IntN(400)))
				if rnd.IntN(3) == 0 {
					if err := b.Delete(key); err != nil {
						return err
					}
				} else if err := b.Put(key, make([]byte, rnd.IntN(2+rnd.IntN(20)*rnd.IntN(900)))); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if found := pageFaults(t, path); len(found) > 0 {
			t.Fatalf("round %d: %q", round, found)
		}
	}
	mustClose(t, db)
}

// TestPagesOfManyFree: a list of more free pages than its head can count.
func TestPagesOfManyFree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "free.db")
	db := must(bolt.Open(path, 0o600, &bolt.Options{FreelistType: bolt.FreelistMapType, NoSync: true, PageSize: 1024}))
	for _, f := range []func(tx *bolt.Tx) error{
		func(tx *bolt.Tx) error {
			return must(tx.CreateBucket([]byte("large"))).Put([]byte("k"), make([]byte, 66_000*1024))
		},
		func(tx *bolt.Tx) error { return tx.Bucket([]byte("large")).Delete([]byte("k")) },
		func(tx *bolt.Tx) error { return tx.Bucket([]byte("large")).Put([]byte("k"), nil) },
	} {
		if err := db.Update(f); err != nil {
			t.Fatal(err)
		}
	}
	if n := db.Stats().FreePageN + db.Stats().PendingPageN; n != 0 && n < 0xFFFF {
		t.Fatalf("only %d pages are free", n)
	}
	if found := pageFaults(t, path); len(found) > 0 {
		t.Errorf("%q", found)
	}
	mustClose(t, db)
}

// TestPagesFindsDamage: a page that is in use and whose head, entries or place in
// the tree is not what it was is found, and no damage ends the process or the look.
func TestPagesFindsDamage(t *testing.T) {
	dir := closedDesk(t, 300)
	path := filepath.Join(dir, deskFile)
	whole := must(os.ReadFile(path))
	if found := pageFaults(t, path); len(found) > 0 {
		t.Fatalf("before: %q", found)
	}
	m, err := liveMeta(mustOpenFile(t, path))
	if err != nil {
		t.Fatal(err)
	}
	w := &pageWalk{ctx: t.Context(), file: mustOpenFile(t, path), meta: m, used: newPageSet(m.high), free: newPageSet(m.high), report: func(string) {}}
	if err := w.all(); err != nil {
		t.Fatal(err)
	}
	size, tried := int(m.pageSize), map[string]int{}
	for n := uint64(2); n < m.high; n++ {
		page := whole[int(n)*size : (int(n)+1)*size]
		if !w.used.has(n) || binary.NativeEndian.Uint64(page) != n {
			continue // free, or the rest of a longer one
		}
		for name, spoil := range map[string]func(b []byte){
			"zeroed":           func(b []byte) { clear(b) },
			"head zeroed":      func(b []byte) { clear(b[:pageHeader]) },
			"another's number": func(b []byte) { b[0] ^= 4 },
			"another kind":     func(b []byte) { b[8] ^= 3 },
			"no kind":          func(b []byte) { b[8] = 0 },
			"endless":          func(b []byte) { b[15] = 0xFF },
			"too many entries": func(b []byte) { b[11] = 0xFF },
			"an entry astray":  func(b []byte) { b[pageHeader+7] = 0x7F },
		} {
			if flags := binary.NativeEndian.Uint16(page[8:]); name == "an entry astray" && (flags != leafPage || page[10] == 0 && page[11] == 0) {
				continue
			}
			tried[name]++
			spoiled := slices.Clone(whole)
			spoil(spoiled[int(n)*size : (int(n)+1)*size])
			found := 0
			if err := checkPages(t.Context(), bytes.NewReader(spoiled), uint64(len(spoiled)), PageVersion{}, func(string) { found++ }); err != nil || found == 0 {
				t.Errorf("page %d %s: %d findings, %v", n, name, found, err)
			}
		}
	}
	if tried["zeroed"] < 20 || tried["an entry astray"] < 10 {
		t.Errorf("tried only %v", tried)
	}
	for _, n := range []int64{0, 100, 4096, 3 * 4096, int64(len(whole)) - 4096} {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		_ = pageFaults(t, path) // without a fault of ours
	}
}

func mustOpenFile(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// TestPagesOnABusyDesk: while the desk writes as fast as it can no page is ever
// said to be what it is not.
func TestPagesOnABusyDesk(t *testing.T) {
	s := newStore(t)
	s.db.NoSync = true
	ctx, cancel := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for range 2 {
		writers.Go(func() {
			for ctx.Err() == nil {
				if _, err := fileOne(s); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 100 {
		if err := s.Pages(t.Context(), func(f Finding) { t.Errorf("%s: %s", f.Where, f.Text) }); err != nil {
			t.Error(err)
		}
	}
	cancel()
	writers.Wait()
	checkClean(t, s)
}

// TestPagesThatAreLost: a page that cannot be read fails who needs it and nobody
// else, again and again; the store goes on and Check tells of it.
func TestPagesThatAreLost(t *testing.T) {
	dir := closedDesk(t, 200)
	path := filepath.Join(dir, deskFile)
	lost, all := 0, 0
	m, err := liveMeta(mustOpenFile(t, path))
	if err != nil {
		t.Fatal(err)
	}
	for n := uint64(2); n < m.high; n++ {
		if flags, err := m.flags(mustOpenFile(t, path), n); err != nil || flags != leafPage || n == m.root || !isLive(t, path, n) {
			continue
		}
		all++
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		f := must(os.OpenFile(filepath.Join(copied, deskFile), os.O_RDWR, 0))
		must(f.WriteAt(make([]byte, pageHeader), int64(n)*int64(m.pageSize)))
		mustClose(t, f)
		s, err := Open(copied, Options{})
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, errBroken) {
				t.Errorf("page %d: Open: %v", n, err)
			}
			continue
		}
		found := 0
		if err := s.Check(t.Context(), true, func(f Finding) { found++ }); err != nil || found == 0 {
			t.Errorf("page %d: %d findings, %v", n, found, err)
		}
		for range 3 {
			if _, err := fileOne(s); err != nil && !errors.Is(err, errBroken) {
				t.Errorf("page %d: %v", n, err)
			} else if err != nil {
				lost++
			}
		}
		mustClose(t, s)
	}
	if all < 10 || lost == 3*all {
		t.Errorf("%d of %d calls failed", lost, 3*all)
	}
}

// TestAttached: a file that is cut, taken away or replaced under the store ends it,
// and nothing is written any more.
func TestAttached(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"removed": os.Remove,
		"renamed": func(path string) error { return os.Rename(path, path+".old") },
		"replaced": func(path string) error {
			return errors.Join(os.WriteFile(path+".x", must(os.ReadFile(path)), 0o600), os.Rename(path+".x", path))
		},
		"cut":   func(path string) error { return os.Truncate(path, 8192) },
		"empty": func(path string) error { return os.Truncate(path, 0) },
		"a folder": func(path string) error {
			return errors.Join(os.Remove(path), os.Mkdir(path, 0o700))
		},
	} {
		s := newStore(t)
		if err := s.Attached(); err != nil {
			t.Fatal(err)
		}
		if err := change(filepath.Join(s.dir, deskFile)); err != nil {
			t.Fatal(err)
		}
		if err := s.Attached(); err == nil || !strings.Contains(err.Error(), deskFile) {
			t.Errorf("%s: %v", name, err)
		}
		nothing := func(ticket.Tx) error { return nil }
		if w, r := s.Update(t.Context(), nothing), s.View(t.Context(), nothing); !errors.Is(w, ticket.ErrCommit) || !errors.Is(r, ticket.ErrCommit) {
			t.Errorf("%s: the store goes on: %v, %v", name, w, r)
		}
	}
}
