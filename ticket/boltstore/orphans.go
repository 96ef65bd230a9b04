package boltstore

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	bolt "go.etcd.io/bbolt"

	"sportello/ticket"
)

// A crash between the archive and the database leaves raw mail that nothing refers
// to. It is the last of its month, and the same mail comes again from the server:
// then what lies there is taken for it. What never comes again stays, for it may be
// the only copy, and Check notes it.

// mostOrphans bounds how many mails at the end of a month are looked at: more than
// one crash leaves.
const mostOrphans = 4096

// adopt finds what the last process left behind at the end of each month, and
// remembers how far each went.
func (a *archive) adopt(named map[string]uint64) error {
	files, err := filepath.Glob(filepath.Join(a.dir, "*.db"))
	if err != nil {
		return fmt.Errorf("store: archive: %w", err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".db")
		m, err := a.acquire(name, false)
		if err != nil {
			continue // it is none of ours, or is told when it is used
		}
		found := 0
		err = guarded("read", func() error {
			return m.db.View(func(tx *bolt.Tx) error {
				b := tx.Bucket(bucketMail)
				a.went[name] = b.Sequence()
				c := b.Cursor()
				for k, v := c.Last(); !a.readOnly && k != nil && lastNumber(k) > named[name] && found < mostOrphans; k, v = c.Prev() {
					stored, err := openFrame(lastNumber(k), v)
					if err != nil {
						continue
					}
					if raw, err := a.expand(stored); err == nil {
						sum := sha256.Sum256(raw)
						a.orphans[orphan{name, sum}] = ticket.RawRef(fmt.Sprintf("%s/%d/%s", name, lastNumber(k), markOf(sum)))
						found++
					}
				}
				return nil
			})
		})
		a.release(m)
		if found > 0 { // the process that wrote them may have died before they were on disk
			err = errors.Join(err, syncFile(path))
		}
		if err != nil {
			return fmt.Errorf("store: archive: %w", err)
		}
	}
	return nil
}

// orphan names a mail of a month by its bytes.
type orphan struct {
	month string
	sum   [sha256.Size]byte
}

// adopted is the reference of an orphan that has the bytes of which sum is taken;
// "" when there is none.
func (a *archive) adopted(month string, sum [sha256.Size]byte) ticket.RawRef {
	a.mu.Lock()
	defer a.mu.Unlock()
	o := orphan{month, sum}
	ref := a.orphans[o]
	delete(a.orphans, o)
	return ref
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// checkOrphans notes raw mail that nothing refers to. What was kept since the store
// was opened may be on its way into the database and is not looked at.
func (s *Store) checkOrphans(ctx context.Context, report func(Finding)) error {
	left, err := s.unreferred(ctx)
	if err != nil {
		return fmt.Errorf("check raw mail: %w", err)
	}
	for name, set := range left {
		if n := set.count(); n > 0 {
			report(Finding{"note", "P1", "archive " + name, fmt.Sprintf("%d raw mails or letters that nothing refers to, as a crash leaves them; mail that comes again takes their place", n)})
		}
	}
	return nil
}

// eraseSpare erases the letters in the archive that nothing refers to: a crash left
// them there, and those that they are copies of still lie in the working pages.
func (s *Store) eraseSpare(ctx context.Context) error {
	s.parting.Lock() // none of them is taken for one that leaves meanwhile
	defer s.parting.Unlock()
	left, err := s.unreferred(ctx)
	if err != nil {
		return err
	}
	for name, set := range left {
		var spare []ticket.RawRef
		for n := uint64(1); n <= s.archive.went[name]; n++ {
			ref := ticket.RawRef(fmt.Sprintf("%s/%d", name, n))
			if !set.has(n) {
				continue
			}
			if raw, err := s.archive.raw(ref); err == nil && len(raw) > 0 && raw[0] == sentVersion {
				spare = append(spare, ref)
			}
		}
		if len(spare) == 0 {
			continue
		}
		if err := s.Erase(ctx, spare, ticket.ErasedError{Reason: "nothing refers to it"}); err != nil {
			return err
		}
	}
	return nil
}

// unreferred are the numbers, by month, up to where the archive went when it was
// opened, to which nothing refers.
func (s *Store) unreferred(ctx context.Context) (map[string]pageSet, error) {
	left := map[string]pageSet{}
	for name, last := range s.archive.went {
		m, err := s.archive.acquire(name, false)
		if err != nil {
			continue // reported with the mails that lie there
		}
		set := newPageSet(last)
		err = guarded("read", func() error {
			return m.db.View(func(tx *bolt.Tx) error {
				c := tx.Bucket(bucketMail).Cursor()
				for k, v := c.First(); k != nil && lastNumber(k) <= last; k, v = c.Next() {
					if !isStone(v) {
						set.add(lastNumber(k))
					}
				}
				return ctx.Err()
			})
		})
		s.archive.release(m)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil {
			left[name] = set
		}
	}
	err := s.eachRef(ctx, func(ref ticket.RawRef) {
		if name, n, _, err := parseRef(ref); err == nil && left[name] != nil && n <= s.archive.went[name] {
			left[name].drop(n)
		}
	})
	return left, err
}

// eachRef passes on every reference into the archive, some rows at a time: of raw
// mail and of what was sent.
func (s *Store) eachRef(ctx context.Context, f func(ticket.RawRef)) error {
	for next := ticket.ArrivalID(1); next != 0; {
		batch, err := s.arrivalsFrom(ctx, &next)
		if err != nil {
			return err
		}
		for _, a := range batch {
			f(a.Raw)
		}
	}
	for key := []byte(nil); ; {
		rows, next, err := s.rowsFrom(ctx, key)
		if err != nil {
			return err
		}
		for _, r := range rows {
			for _, ref := range r.Kept {
				f(ref)
			}
		}
		if key = next; key == nil {
			return nil
		}
	}
}

// rowsFrom reads a batch of rows; next is the key behind it, nil at the end. What
// cannot be decoded is left out.
func (s *Store) rowsFrom(ctx context.Context, key []byte) (rows []rowRecord, next []byte, err error) {
	err = s.View(ctx, func(t ticket.Tx) error {
		b := t.(*tx).bucket(bucketRows)
		c := b.bolt.Cursor()
		k, stored := c.Seek(key)
		for n := 0; k != nil && n < rawBatch; n++ {
			var r rowRecord
			if v, err := b.open(k, stored); err == nil && decode(v, &r) == nil {
				rows = append(rows, r)
			}
			k, stored = c.Next()
		}
		next = bytes.Clone(k)
		return nil
	})
	return rows, next, err
}
