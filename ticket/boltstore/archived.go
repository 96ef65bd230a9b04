package boltstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	bolt "go.etcd.io/bbolt"

	"sportello/ticket"
)

// The database remembers how far the archive goes: of each month the highest
// number that anything names. An archive that lacks a month, or has an older
// file of it, is refused, since its numbers would begin again and references
// would show other mail.

// names notes a reference that is about to be stored; "" is none.
func (t *tx) names(ref ticket.RawRef) error {
	if ref == "" {
		return nil
	}
	name, n, _, err := parseRef(ref)
	if err != nil {
		return nil // no such mail can be: reading it says so
	}
	b := t.bucket(bucketArchived)
	v, err := b.get([]byte(name))
	if err == nil && (v == nil || binary.BigEndian.Uint64(v) < n) {
		err = b.put([]byte(name), number(n))
	}
	if err != nil {
		return fmt.Errorf("raw mail %s: %w", ref, err)
	}
	return nil
}

// nameArrival notes what an arrival names that is older than this.
func (t *tx) nameArrival(e entry) error {
	var r arrivalRecord
	if err := decode(e.value, &r); err != nil {
		return err
	}
	return t.names(r.Raw)
}

// named is how far each month must go.
func (s *Store) named() (map[string]uint64, error) {
	all := map[string]uint64{}
	return all, s.View(context.Background(), func(t ticket.Tx) error {
		b := t.(*tx).bucket(bucketArchived)
		if b == nil || !s.meta.whole() {
			return nil // an older store that is only read
		}
		for e, err := range b.ascend(nil) {
			if err != nil {
				return err
			}
			all[string(e.key)] = binary.BigEndian.Uint64(e.value)
		}
		return nil
	})
}

// complete looks whether every month goes as far as is known. After a restore
// one that does not is made to: its numbers are given to no other mails.
func (a *archive) complete(o Options) error {
	for name := range a.given {
		m, err := a.open(name, false)
		if errors.Is(err, ErrMonth) && o.AfterRestore {
			if o.ReadOnly {
				continue // serve, for which this looks, will
			}
			err = a.prolong(name)
		}
		if err != nil {
			return err
		}
		if m != nil {
			if err := m.db.Close(); err != nil {
				return fmt.Errorf("store: archive: %w", err)
			}
		}
	}
	return nil
}

// prolong makes a month go on behind the numbers that were given out in it.
func (a *archive) prolong(name string) error {
	path, given := a.path(name), a.given[name]
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return makeBolt(path, func(tx *bolt.Tx) error {
			return errors.Join(a.layOut(tx, name), tx.Bucket(bucketMail).SetSequence(given))
		})
	}
	db, err := openBolt(path, false, time.Second, 0)
	if err != nil {
		return err
	}
	return errors.Join(db.Update(func(tx *bolt.Tx) error { return tx.Bucket(bucketMail).SetSequence(given) }), db.Close())
}
