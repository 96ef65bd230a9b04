package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"

	"sportello/ticket"
)

// Compact writes desk.db anew, its pages in order and full, and puts that in its
// place while the desk goes on. Entries are copied a slice at a time, each slice in
// a transaction of its own on either side; what the writer changes meanwhile is
// noted by its key and copied after. Only the last of that, and the change of names,
// happen while the writer stands still. The new file goes on with the numbers of
// transactions of the old one, so that its witness knows it. A crash leaves the old
// file or the new one, whole, and at most a copy that was begun, which the next start
// takes away.

// How much one slice copies at most, and how few changes may be left for the
// standstill; where more come than can be copied, it is that many rounds.
const (
	sliceEntries = 2_000
	sliceBytes   = 1 << 20
	fewChanges   = 500
	mostRounds   = 20
)

// compactSuffix ends the name of a copy that is not in its place yet.
const compactSuffix = ".compact"

// Compacted says what Compact did.
type Compacted struct {
	Before, After int64         // bytes of desk.db
	Pause         time.Duration // how long no commit was made
}

// changes are the keys that were written since a copy was begun, by bucket.
type changes struct {
	mu   sync.Mutex
	keys map[string]map[string]bool
	n    int
}

func (c *changes) add(written []change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range written {
		if c.keys[w.bucket] == nil {
			c.keys[w.bucket] = map[string]bool{}
		}
		if !c.keys[w.bucket][w.key] {
			c.keys[w.bucket][w.key] = true
			c.n++
		}
	}
}

// take returns what is there and begins anew.
func (c *changes) take() (keys map[string]map[string]bool, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	keys, n = c.keys, c.n
	c.keys, c.n = map[string]map[string]bool{}, 0
	return keys, n
}

// change is a key that a transaction wrote.
type change struct{ bucket, key string }

// Compact gives the room back that desk.db does not need. One is under way at a
// time, and no backup and no look at the pages beside it. After an error the desk
// goes on with the file that it had.
func (s *Store) Compact(ctx context.Context) (done Compacted, err error) {
	if s.readOnly {
		return done, ticket.ErrReadOnly
	}
	if err := errors.Join(s.PutAway(ctx), s.repack(ctx)); err != nil {
		return done, fmt.Errorf("compact: %w", err)
	}
	s.byName.Lock()
	defer s.byName.Unlock()
	if err := s.Attached(); err != nil {
		return done, fmt.Errorf("compact: %w", err)
	}
	path := filepath.Join(s.dir, deskFile)
	if done.Before, err = fileSize(path); err != nil {
		return done, fmt.Errorf("compact: %w", err)
	}
	if err := s.copyAndSwap(ctx, path, &done); err != nil {
		return done, fmt.Errorf("compact: %w", errors.Join(err, removeIfThere(path+compactSuffix)))
	}
	done.After, err = fileSize(path)
	return done, err
}

func (s *Store) copyAndSwap(ctx context.Context, path string, done *Compacted) error {
	if err := removeIfThere(path + compactSuffix); err != nil {
		return err
	}
	to, err := bolt.Open(path+compactSuffix, 0o600, &bolt.Options{Timeout: time.Second, FreelistType: bolt.FreelistMapType, NoSync: true, NoGrowSync: true,
		InitialMmapSize: 1 << 30})
	if err != nil {
		return err
	}
	defer to.Close()
	c := &changes{keys: map[string]map[string]bool{}}
	if err := s.alone(ctx, func() error { s.changes = c; return nil }); err != nil {
		return err
	}
	defer s.alone(context.WithoutCancel(ctx), func() error { s.changes = nil; return nil })
	for _, name := range buckets {
		if err := s.copyBucket(ctx, to, name, c); err != nil {
			return err
		}
	}
	for range mostRounds {
		n, err := s.copyChanges(ctx, to, c)
		if err != nil {
			return err
		}
		if n < fewChanges {
			break
		}
	}
	if err := to.Sync(); err != nil {
		return err
	}
	return s.alone(ctx, func() error {
		start := time.Now()
		defer func() { done.Pause = time.Since(start) }()
		return s.swapIn(ctx, to, path, c)
	})
}

// copyBucket copies a bucket, and after each slice what changed before it.
func (s *Store) copyBucket(ctx context.Context, to *bolt.DB, name []byte, c *changes) error {
	for from := []byte{}; from != nil; {
		var slice []entry
		err := s.View(ctx, func(t ticket.Tx) error {
			cursor, size := t.(*tx).bolt.Bucket(name).Cursor(), 0
			k, v := cursor.Seek(from)
			for ; k != nil && len(slice) < sliceEntries && size < sliceBytes; k, v = cursor.Next() {
				slice, size = append(slice, entry{bytes.Clone(k), bytes.Clone(v)}), size+len(k)+len(v)
			}
			from = bytes.Clone(k)
			return nil
		})
		if err == nil {
			err = to.Update(func(b *bolt.Tx) error { return putAll(b, name, slice) })
		}
		if err == nil {
			_, err = s.copyChanges(ctx, to, c)
		}
		if err != nil {
			return fmt.Errorf("copy %s: %w", name, err)
		}
	}
	return nil
}

func putAll(b *bolt.Tx, name []byte, slice []entry) error {
	bucket, err := b.CreateBucketIfNotExists(name)
	if err != nil {
		return err
	}
	bucket.FillPercent = 1 // most of it never changes
	for _, e := range slice {
		if err := bucket.Put(e.key, e.value); err != nil {
			return err
		}
	}
	return nil
}

// copyChanges copies what was written since it was last called, and tells how many
// keys that were.
func (s *Store) copyChanges(ctx context.Context, to *bolt.DB, c *changes) (int, error) {
	keys, n := c.take()
	if n == 0 {
		return 0, nil
	}
	return n, s.View(ctx, func(t ticket.Tx) error {
		from := t.(*tx).bolt
		return to.Update(func(b *bolt.Tx) error {
			for name, keys := range keys {
				bucket, err := b.CreateBucketIfNotExists([]byte(name))
				if err != nil {
					return err
				}
				for key := range keys {
					if v := from.Bucket([]byte(name)).Get([]byte(key)); v == nil {
						err = bucket.Delete([]byte(key))
					} else {
						err = bucket.Put([]byte(key), bytes.Clone(v))
					}
					if err != nil {
						return err
					}
				}
			}
			return nil
		})
	})
}

// swapIn ends the copy and puts it in the place of desk.db. The writer stands still.
func (s *Store) swapIn(ctx context.Context, to *bolt.DB, path string, c *changes) error {
	if err := s.failure(); err != nil {
		return err
	}
	if _, err := s.copyChanges(ctx, to, c); err != nil {
		return err
	}
	err := s.View(ctx, func(t ticket.Tx) error {
		from := t.(*tx).bolt
		return to.Update(func(b *bolt.Tx) error { return copyHeads(from, b) })
	})
	if err := errors.Join(err, to.Close()); err != nil {
		return err
	}
	if err := errors.Join(follow(path+compactSuffix, s.position()), inspect(path+compactSuffix)); err != nil {
		return err
	}
	s.swap.Lock()
	defer s.swap.Unlock()
	if err := os.Rename(path+compactSuffix, path); err != nil {
		return err
	}
	err = syncDir(s.dir)
	var db *bolt.DB
	if err == nil {
		db, err = openBolt(path, false, time.Second, deskSpace)
	}
	if err == nil {
		s.file, err = os.Stat(path)
	}
	if err != nil { // whoever starts next finds the new file whole
		s.gone.Store(true)
		return s.fail(err)
	}
	old := s.db
	s.db = db
	s.olds.Go(func() { old.Close() }) // once nobody reads in it any more
	return nil
}

// copyHeads copies what no key tells of: the numbers given out, and the single
// records, which every commit writes.
func copyHeads(from, to *bolt.Tx) error {
	for _, name := range buckets {
		b, err := to.CreateBucketIfNotExists(name)
		if err == nil {
			err = b.SetSequence(from.Bucket(name).Sequence())
		}
		if err != nil {
			return err
		}
	}
	for _, name := range [][]byte{bucketMeta, bucketDesk} {
		if err := from.Bucket(name).ForEach(func(k, v []byte) error { return to.Bucket(name).Put(k, bytes.Clone(v)) }); err != nil {
			return err
		}
	}
	return nil
}

// follow makes the transactions of a bbolt file go on behind last, durably: its two
// heads, which take turns, get higher numbers.
func follow(path string, last uint64) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	live, err := liveMeta(f)
	if err != nil {
		return err
	}
	more := (last + 2) &^ 1 // even: which of them is written next does not change
	for n := range int64(2) {
		at := n * int64(live.pageSize)
		var page [pageHeader + metaBytes]byte
		m, err := readBoltMeta(f, at)
		if err == nil {
			_, err = f.ReadAt(page[:], at)
		}
		if err != nil {
			return err
		}
		b := page[pageHeader:]
		binary.NativeEndian.PutUint64(b[48:], m.txid+more)
		sum := fnv.New64a()
		sum.Write(b[:metaBytes-8])
		binary.NativeEndian.PutUint64(b[metaBytes-8:], sum.Sum64())
		if _, err := f.WriteAt(page[:], at); err != nil {
			return err
		}
	}
	return f.Sync()
}

// repack packs what is not packed yet, tickets that are not closed and records of
// older programs, some in each transaction.
func (s *Store) repack(ctx context.Context) error {
	for _, name := range buckets {
		for from := []byte{}; packsAtRest(name) && from != nil; {
			var plain [][]byte
			err := s.View(ctx, func(t ticket.Tx) error {
				c, seen := t.(*tx).bucket(name).bolt.Cursor(), 0
				k, v := c.Seek(from)
				for ; k != nil && seen < sliceEntries; k, v = c.Next() {
					if seen++; len(v) > 0 && v[0] != packedVersion {
						plain = append(plain, bytes.Clone(k))
					}
				}
				from = bytes.Clone(k)
				return nil
			})
			if err == nil && len(plain) > 0 {
				err = s.Update(ctx, func(t ticket.Tx) error { return t.(*tx).packAll(name, plain) })
			}
			if err != nil {
				return fmt.Errorf("pack %s: %w", name, err)
			}
		}
	}
	return nil
}

// packAll packs those records of a bucket that are not; what is spoiled stays so.
func (t *tx) packAll(name []byte, keys [][]byte) error {
	if err := t.writing(); err != nil {
		return err
	}
	b := t.bucket(name)
	for _, k := range keys {
		v, err := b.get(k)
		if err != nil || v == nil || v[0] == packedVersion {
			continue
		}
		if err := b.put(k, pack(v)); err != nil {
			return err
		}
	}
	return nil
}

func fileSize(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
