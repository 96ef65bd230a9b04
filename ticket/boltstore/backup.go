package boltstore

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"

	"sportello/ticket"
)

// Backup hands every file of the store to add as it was at one instant, while the
// desk goes on: desk.db first, then the months of the archive, which hold at least
// what it refers to. Names are as in the state directory; write writes exactly size
// bytes. It ends with the first error of add or when ctx does.
func (s *Store) Backup(ctx context.Context, add func(name string, size int64, write func(io.Writer) error) error) error {
	copied := func(name string, tx *bolt.Tx) error {
		return add(name, tx.Size(), func(w io.Writer) error {
			_, err := tx.WriteTo(&untilDone{ctx, w})
			return err
		})
	}
	if err := s.backupDesk(copied); err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	files, err := filepath.Glob(filepath.Join(s.dir, archiveDir, "*.db"))
	if err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	slices.Sort(files)
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".db")
		if _, _, _, err := parseRef(ticket.RawRef(name + "/1")); err != nil {
			continue // none of ours
		}
		m, err := s.archive.acquire(name, false)
		if err == nil {
			err = m.db.View(func(tx *bolt.Tx) error { return copied(archiveDir+"/"+name+".db", tx) })
			s.archive.release(m)
		}
		if err != nil {
			return fmt.Errorf("store: backup of month %s: %w", name, err)
		}
	}
	return nil
}

// backupDesk copies desk.db, by its name.
func (s *Store) backupDesk(copied func(name string, tx *bolt.Tx) error) error {
	s.byName.Lock()
	defer s.byName.Unlock()
	if err := s.Attached(); err != nil {
		return err
	}
	b, err := s.db.Begin(false)
	if err != nil {
		return closedError(err)
	}
	err = copied(deskFile, b)
	if end := b.Rollback(); err == nil {
		err = end
	}
	return err
}

// untilDone writes until its context ends.
type untilDone struct {
	ctx context.Context
	w   io.Writer
}

func (u *untilDone) Write(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.w.Write(p)
}

// CheckFile looks at a desk.db that nobody holds as QuickCheck does, and then at
// every page of it. Like that it belongs into a process of its own.
func CheckFile(path string) (err error) {
	if err := QuickCheck(path); err != nil {
		return err
	}
	db, err := openBolt(path, true, 0, 0)
	if err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			err = refusal(ErrDamaged, path, fmt.Errorf("%v", p))
		}
	}()
	err = db.View(func(tx *bolt.Tx) error {
		var first error
		for fault := range tx.Check() {
			if first == nil {
				first = refusal(ErrDamaged, path, fault)
			}
		}
		return first
	})
	if end := db.Close(); err == nil {
		err = end
	}
	return err
}

// Adopt makes the store in dir, which was brought back from a backup and that nobody
// holds, the next generation of its desk, as Options.AfterRestore says, and returns it.
func Adopt(dir string, restored func(ticket.Tx) error) (generation int, err error) {
	s, err := Open(dir, Options{AfterRestore: true, Restored: restored})
	if err != nil {
		return 0, err
	}
	return s.Generation(), s.Close()
}
