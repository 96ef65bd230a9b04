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
// their checksums, then the indexes that are missing are made, a bounded number of
// entries in each transaction. A crash in between costs nothing: the next start goes on. Lots that have no entry yet are due at once: the desk, which
// has the key, enters them.
func modernise(db *bolt.DB, m metaRecord) (metaRecord, error) {
	if m.Schema == schema && m.Sealing == nil {
		return m, nil
	}
	var err error
	if m.Schema < schema {
		m, err = beginSealing(db, m)
	}
	for err == nil && m.Sealing.Bucket < len(buckets) {
		m, err = sealSome(db, m, sealEntries, sealBytes)
	}
	for err == nil && m.Sealing.Index < len(indexings) {
		m, err = indexSome(db, m, sealEntries, sealBytes)
	}
	if err == nil {
		m, err = endSealing(db, m)
	}
	if err != nil {
		return m, fmt.Errorf("store: bringing the database up to date: %w", err)
	}
	return m, nil
}

// How much of an older store one transaction takes up at most.
const (
	sealEntries = 20_000
	sealBytes   = 16 << 20
)

// positionRecord is how far an older store was sealed.
type positionRecord struct {
	From   int    `json:"from"`            // the schema it had
	Bucket int    `json:"bucket"`          // of buckets: those before it are sealed
	Key    []byte `json:"key,omitempty"`   // in it, keys below are
	Index  int    `json:"index,omitempty"` // then of indexings: those before it are made, and in it keys below Key are entered
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
	next.Schema = schema
	switch {
	case m.Schema < 4:
		next.Sealing = &positionRecord{From: m.Schema, Bucket: 1} // the first is meta itself
	case m.Sealing == nil:
		next.Sealing = &positionRecord{From: m.Schema, Bucket: len(buckets)}
	}
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

// indexing is an index that schemas below one did not have: each entry of a bucket
// leads to its keys.
type indexing struct {
	below  int
	bucket []byte
	enter  func(*tx, entry) error
}

// indexings are in the order in which they are made; new ones come last, since their
// numbers are stored.
var indexings = []indexing{
	{2, bucketLots, (*tx).indexLot},
	{3, bucketTickets, (*tx).indexOpened},
	{3, bucketEvents, (*tx).indexEvent},
	{3, bucketEntries, (*tx).indexEntry},
	{4, bucketArrivals, (*tx).nameArrival},
}

// indexSome enters the next entries of a bucket into the index that is made now, at
// most that many, and says how far it came.
func indexSome(db *bolt.DB, m metaRecord, entries, size int) (metaRecord, error) {
	at := *m.Sealing
	x := indexings[at.Index]
	if at.From >= x.below {
		at.Index, at.Key = at.Index+1, nil
		m.Sealing = &at
		return m, nil // nothing is written: the next start skips it as well
	}
	err := db.Update(func(tx *bolt.Tx) error {
		t := newTx(tx, m)
		next, batch := t.bucket(x.bucket).unsealed(at.Key, entries, size)
		for _, e := range batch {
			value, err := t.bucket(x.bucket).open(e.key, e.value)
			if err == nil {
				err = x.enter(t, entry{e.key, value})
			}
			if err != nil {
				return fmt.Errorf("%s: %w", x.bucket, err)
			}
		}
		if at.Key = next; next == nil {
			at.Index++
		}
		m.Sealing = &at
		return errors.Join(putMeta(tx, m), t.keepTallies())
	})
	return m, err
}

// endSealing says that all is done. Shelves that are full by now are empty: what
// came before them stays where it is.
func endSealing(db *bolt.DB, m metaRecord) (metaRecord, error) {
	m.Sealing = nil
	return m, db.Update(func(tx *bolt.Tx) error {
		return errors.Join(putMeta(tx, m), newTx(tx, m).finish())
	})
}

// indexLot enters a lot into the index of those that a clock must look at.
func (t *tx) indexLot(e entry) error {
	var r lotRecord
	if err := decode(e.value, &r); err != nil {
		return err
	}
	return reindex(t.bucket(bucketDueLots), nil, dueKeys((*policy.Lot)(&r)))
}
