package boltstore

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"
)

var flips = flag.Int("flips", 60, "how many single bits of a desk's files are turned over, each of which must be found or harm nothing")

// Single bits of the database and of a month of the archive turned over, each
// alone, anywhere in the pages in use: whatever changes an entry is found by fsck.
// What changes none lies in a free page or between the entries, and is told apart
// by reading all of them.
//
//	go test ./ticket/boltstore -run EveryFlippedBit -flips 10000 -v
func TestEveryFlippedBitIsFoundOrHarmless(t *testing.T) {
	dir, _, _ := busyDesk(t)
	rnd := rand.New(rand.NewPCG(13, 4))
	month := filepath.Join(archiveDir, "2026-11.db")
	for name, n := range map[string]int{deskFile: *flips * 2 / 3, month: *flips - *flips*2/3} {
		path := filepath.Join(dir, name)
		want, err := entriesOf(path)
		if err != nil {
			t.Fatal(err)
		}
		used := usedBytes(t, path)
		harmless, found := 0, 0
		for range n {
			at, bit := rnd.Int64N(used), byte(1)<<rnd.IntN(8)
			turn(t, path, at, bit)
			got, err := entriesOf(path)
			switch {
			case err == nil && got == want && name == month, err == nil && got == want && pagesRight(path):
				harmless++
			case seenByCheck(dir):
				found++
			default:
				t.Errorf("%s: bit %#x of byte %d, page %d: not found", name, bit, at, at/4096)
			}
			turn(t, path, at, bit)
		}
		t.Logf("%s: %d flips, %d found, %d harmless, 0 silent", name, n, found, harmless)
	}
}

// turn turns a bit over.
func turn(t *testing.T, path string, at int64, bit byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b [1]byte
	_, err = f.ReadAt(b[:], at)
	b[0] ^= bit
	_, err2 := f.WriteAt(b[:], at)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
}

// usedBytes is the length of the pages in use.
func usedBytes(t *testing.T, path string) int64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := liveMeta(f)
	if err != nil {
		t.Fatal(err)
	}
	return int64(m.high) * int64(m.pageSize)
}

// pagesRight tells whether every page is what it should be.
func pagesRight(path string) bool {
	right := true
	err := CheckPages(context.Background(), path, PageVersion{}, func(Finding) { right = false })
	return err == nil && right
}

// entriesOf is everything that a file holds, or why it cannot be read. Only a file
// whose pages are right is read through bbolt. Numbers that a month skips harm
// nothing; one whose numbers would begin again is refused (TestALostMonth…).
func entriesOf(path string) (all string, err error) {
	if err := inspect(path); err != nil {
		return "", err
	}
	if !pagesRight(path) {
		return "", ErrDamaged
	}
	db, err := openBolt(path, true, 0, 0)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = guarded("entries", func() error {
		return db.View(func(tx *bolt.Tx) error {
			return tx.ForEach(func(name []byte, in *bolt.Bucket) error {
				fmt.Fprintf(&b, "%q\n", name)
				if !bytes.Equal(name, bucketMeta) && !bytes.Equal(name, bucketMail) { // the first counts nothing; see below
					fmt.Fprintf(&b, "%d\n", in.Sequence())
				}
				return in.ForEach(func(k, v []byte) error {
					fmt.Fprintf(&b, "%q=%q\n", k, v)
					return nil
				})
			})
		})
	})
	return b.String(), errors.Join(err, db.Close())
}

// seenByCheck tells whether opening the desk, or a deep fsck, tells that something
// is wrong.
func seenByCheck(dir string) bool {
	s, err := Open(dir, Options{ReadOnly: true})
	if err != nil {
		return true
	}
	defer s.Close()
	seen := false
	err = s.Check(context.Background(), true, func(Finding) { seen = true })
	return seen || err != nil
}
