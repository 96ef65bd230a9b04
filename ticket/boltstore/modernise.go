package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"sportello/policy"
)

// modernise brings a store of an older schema up to date: first all values get
// their checksums, a bounded number in each transaction, then the indexes that
// are missing are made, in one. A crash in between costs nothing: the next
// start goes on. Lots that have no entry yet are due at once: the desk, which
// has the key, enters them.
func modernise(db *bolt.DB, m metaRecord) (metaRecord, error) {
	if m.Schema == schema && m.Sealing == nil {
		return m, nil
	}
	var err error
	if m.Schema < 4 {
		m, err = beginSealing(db, m)
	}
	for err == nil && m.Sealing.Bucket < len(buckets) {
		m, err = sealSome(db, m, sealEntries, sealBytes)
	}
	if err == nil {
		m, err = endSealing(db, m)
	}
	if err != nil {
		return m, fmt.Errorf("store: bringing the database up to date: %w", err)
	}
	return m, nil
}

// How much of an older store one transaction seals at most.
const (
	sealEntries = 20_000
	sealBytes   = 16 << 20
)

// positionRecord is how far an older store was sealed.
type positionRecord struct {
	From   int    `json:"from"`          // the schema it had
	Bucket int    `json:"bucket"`        // of buckets: those before it are sealed
	Key    []byte `json:"key,omitempty"` // in it, keys below are
}

// plain tells which entries of a bucket are older than checksums; nil: none.
func (m metaRecord) plain(name []byte) func(key []byte) bool {
	at := m.Sealing
	if m.Schema >= 4 && at == nil {
		return nil
	}
	bucket := slices.IndexFunc(buckets, func(b []byte) bool { return bytes.Equal(b, name) })
	switch {
	case m.Schema < 4 || bucket > at.Bucket:
		return func([]byte) bool { return true }
	case bucket < at.Bucket:
		return nil
	}
	return func(key []byte) bool { return bytes.Compare(key, at.Key) >= 0 }
}

// whole tells whether every entry has its checksum.
func (m metaRecord) whole() bool { return m.Schema >= 4 && m.Sealing == nil }

// beginSealing makes the buckets that are missing, and says that older programs
// must keep away.
func beginSealing(db *bolt.DB, m metaRecord) (metaRecord, error) {
	next := m
	next.Schema, next.Sealing = schema, &positionRecord{From: m.Schema, Bucket: 1} // the first is meta itself
	return next, db.Update(func(tx *bolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return putMeta(tx, next)
	})
}

// sealSome seals the next entries of a bucket, at most that many and about that
// many bytes, and says how far it came.
func sealSome(db *bolt.DB, m metaRecord, entries, size int) (metaRecord, error) {
	at := *m.Sealing
	err := db.Update(func(tx *bolt.Tx) error {
		t := newTx(tx, m)
		if err := t.unfinished(); err != nil {
			return err
		}
		b := t.growing(buckets[at.Bucket])
		n, err := b.tally()
		if err != nil {
			return err
		}
		n.Given = b.given()
		next, batch := b.unsealed(at.Key, entries, size)
		for _, e := range batch {
			if err := b.store(n, e.key, e.value); err != nil {
				return err
			}
		}
		if at.Key = next; next == nil {
			at.Bucket++
		}
		m.Sealing = &at
		return errors.Join(putMeta(tx, m), t.keepTallies())
	})
	return m, err
}

// unfinished loads the tallies of a store that is not sealed to its end; at
// first there are none.
func (t *tx) unfinished() error {
	if t.meta.Sealing.Bucket == 1 && t.meta.Sealing.Key == nil {
		t.tally = tallies{}
		return nil
	}
	desk := t.bucket(bucketDesk)
	stored := desk.bolt.Get(keyTally)
	if stored == nil {
		return errNoTally
	}
	was := desk.plain
	desk.plain = nil // it has its checksum from the first step on
	_, err := t.tallies()
	desk.plain = was
	return err
}

// unsealed copies the next entries from key on; next is the key behind them, nil
// at the end of the bucket.
func (b *bucket) unsealed(key []byte, entries, size int) (next []byte, batch []entry) {
	c := b.bolt.Cursor()
	for k, v := c.Seek(key); k != nil; k, v = c.Next() {
		if len(batch) == entries || size <= 0 {
			return bytes.Clone(k), batch
		}
		if bytes.Equal(k, keyTally) && bytes.Equal(b.name, bucketDesk) {
			continue
		}
		size -= len(k) + len(v)
		batch = append(batch, entry{bytes.Clone(k), bytes.Clone(v)})
	}
	return nil, batch
}

// endSealing makes the indexes that the older schema did not have.
func endSealing(db *bolt.DB, m metaRecord) (metaRecord, error) {
	from := m.Sealing.From
	m.Sealing = nil
	return m, db.Update(func(tx *bolt.Tx) error {
		t := newTx(tx, m)
		if from < 2 {
			if err := t.indexLots(); err != nil {
				return err
			}
		}
		if from < 3 {
			if err := t.indexMonths(); err != nil {
				return err
			}
		}
		return errors.Join(t.nameArchived(), putMeta(tx, m), t.finish())
	})
}

// indexLots makes the index of lots that a clock must look at.
func (t *tx) indexLots() error {
	for e, err := range t.bucket(bucketLots).ascend(nil) {
		var r lotRecord
		if err == nil {
			err = decode(e.value, &r)
		}
		if err != nil {
			return fmt.Errorf("lots: %w", err)
		}
		if err := reindex(t.bucket(bucketDueLots), nil, dueKeys((*policy.Lot)(&r))); err != nil {
			return err
		}
	}
	return nil
}
