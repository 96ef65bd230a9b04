package boltstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// bbolt writes a changed page to another place and leaves the bytes of the old one
// where they were until the place is used again. Scrub writes zeros there. A page
// that is free, and that no state is read of which had it, is nobody's: what stands
// in it may be anything, before and after a crash.

// scrubbed is how many pages are looked at while nobody else writes.
const scrubbed = 256

// scrubTries bounds how often one slice is tried while older states are being read.
const scrubTries = 10_000

// errStillRead: somebody reads a state of the file that is older than the last
// commit, and goes on doing so.
var errStillRead = errors.New("freed pages are still being read; what was in them is overwritten at the next scrub")

// Scrub overwrites what is left in free pages of desk.db and of the archive; see
// ticket.Store.
func (s *Store) Scrub(ctx context.Context) error {
	if s.readOnly {
		return nil
	}
	if err := errors.Join(s.failure(), s.Attached()); err != nil {
		return err
	}
	if err := s.eraseSpare(ctx); err != nil {
		return fmt.Errorf("scrub: %w", err)
	}
	if err := scrub(ctx, s.db, filepath.Join(s.dir, deskFile)); err != nil {
		return fmt.Errorf("scrub: %w", err)
	}
	files, err := filepath.Glob(filepath.Join(s.archive.dir, "*.db"))
	if err != nil {
		return fmt.Errorf("scrub: %w", err)
	}
	for _, path := range files {
		m, err := s.archive.acquire(strings.TrimSuffix(filepath.Base(path), ".db"), true)
		if err != nil {
			return fmt.Errorf("scrub: %w", err)
		}
		err = scrub(ctx, m.db, path)
		s.archive.release(m)
		if err != nil {
			return fmt.Errorf("scrub: %w", err)
		}
	}
	return nil
}

// scrub overwrites the free pages of one file, some at a time.
func scrub(ctx context.Context, db *bolt.DB, path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	wrote := false
	for next, tries := uint64(2), 0; next != 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var did bool
		err := guarded("scrub", func() (err error) {
			next, did, err = scrubSome(db, f, next)
			return err
		})
		if wrote = wrote || did; errors.Is(err, errStillRead) && tries < scrubTries {
			tries++
			continue
		}
		if err != nil {
			return err
		}
		tries = 0
	}
	if !wrote {
		return nil
	}
	return f.Sync()
}

// scrubSome overwrites free pages from page from on, and returns where to go on; 0:
// that was the last. While it does, nothing is committed.
func scrubSome(db *bolt.DB, f *os.File, from uint64) (next uint64, wrote bool, err error) {
	first, err := db.Begin(true) // lets go of what nobody reads any more
	if err != nil {
		return from, false, closedError(err)
	}
	id := first.ID()
	if err := first.Rollback(); err != nil {
		return from, false, err
	}
	pending := db.Stats().PendingPageN
	tx, err := db.Begin(true)
	if err != nil {
		return from, false, closedError(err)
	}
	defer tx.Rollback()
	if pending > 0 || tx.ID() != id {
		return from, false, errStillRead
	}
	m, err := liveMeta(f)
	if err != nil {
		return from, false, err
	}
	if m.txid != uint64(id)-1 || m.freelist == noFreelist {
		return from, false, errors.New("the free pages are not those of the last commit")
	}
	w := &pageWalk{file: f, meta: m, used: newPageSet(m.high), free: newPageSet(m.high), report: func(string) {}}
	if w.freelist(); w.faults > 0 {
		return from, false, errBroken
	}
	page, zero := make([]byte, m.pageSize), make([]byte, m.pageSize)
	n := 0
	for ; from < m.high; from++ {
		if !w.free.has(from) {
			continue
		}
		if n++; n > scrubbed {
			return from, wrote, nil
		}
		at := int64(from) * int64(m.pageSize)
		if _, err := f.ReadAt(page, at); err != nil {
			return from, wrote, err
		}
		if bytes.Equal(page, zero) {
			continue
		}
		if _, err := f.WriteAt(zero, at); err != nil {
			return from, wrote, err
		}
		wrote = true
	}
	return 0, wrote, nil
}
