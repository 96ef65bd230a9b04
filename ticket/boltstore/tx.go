package boltstore

import (
	"bytes"
	"fmt"
	"iter"
	"math"
	"time"

	bolt "go.etcd.io/bbolt"

	"sportello/ticket"
)

// tx is one transaction, shared by the calls of a group.
type tx struct {
	bolt   *bolt.Tx
	writes int // how many writes were asked for
	stats  ticket.Stats
	loaded bool // stats were read
}

var _ ticket.Tx = (*tx)(nil)

func newTx(b *bolt.Tx) *tx { return &tx{bolt: b} }

// writing begins every method that writes.
func (t *tx) writing() error {
	if !t.bolt.Writable() {
		return ticket.ErrReadOnly
	}
	t.writes++
	return nil
}

// bucket returns a bucket of the layout; Open made sure that all exist.
func (t *tx) bucket(name []byte) *bolt.Bucket { return t.bolt.Bucket(name) }

// growing returns a bucket whose keys mostly come in order: its pages are filled.
func (t *tx) growing(name []byte) *bolt.Bucket {
	b := t.bolt.Bucket(name)
	b.FillPercent = 0.9
	return b
}

// get decodes the value under key into v, or returns ErrNotFound naming what.
func (t *tx) get(bucket, key []byte, v any, what string, id any) error {
	b := t.bucket(bucket).Get(key)
	if b == nil {
		return fmt.Errorf("%s %v: %w", what, id, ticket.ErrNotFound)
	}
	if err := decode(b, v); err != nil {
		return fmt.Errorf("%s %v: %w", what, id, err)
	}
	return nil
}

// put encodes v under key.
func (t *tx) put(b *bolt.Bucket, key []byte, v any, what string, id any) error {
	e, err := encode(v)
	if err == nil {
		err = b.Put(key, e)
	}
	if err != nil {
		return fmt.Errorf("put %s %v: %w", what, id, err)
	}
	return nil
}

// reindex replaces the keys of a record in an index: those in old and not in
// new go, those in new and not in old come.
func reindex(b *bolt.Bucket, old, new [][]byte) error {
	for _, k := range old {
		if !contains(new, k) {
			if err := b.Delete(k); err != nil {
				return fmt.Errorf("index: %w", err)
			}
		}
	}
	for _, k := range new {
		if !contains(old, k) {
			if err := b.Put(k, nil); err != nil {
				return fmt.Errorf("index: %w", err)
			}
		}
	}
	return nil
}

func contains(keys [][]byte, k []byte) bool {
	for _, other := range keys {
		if bytes.Equal(other, k) {
			return true
		}
	}
	return false
}

// ascend yields the entries of b whose keys begin with prefix, in order. Each
// step seeks anew, so the loop's body may write. Keys and values are pages of
// the database: they are to be decoded, never kept.
func ascend(b *bolt.Bucket, prefix []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		c := b.Cursor()
		k, v := c.Seek(prefix)
		for k != nil && bytes.HasPrefix(k, prefix) {
			next := append(bytes.Clone(k), 0)
			if !yield(k, v) {
				return
			}
			k, v = c.Seek(next)
		}
	}
}

// postings are the keys prefix+number of a bucket: a list of numbers.
type postings struct {
	c      *bolt.Cursor
	prefix []byte
}

// atMost returns the highest number of the list that is not above n; 0: none.
func (p postings) atMost(n uint64) uint64 {
	key := appendNumber(bytes.Clone(p.prefix), n)
	k, _ := p.c.Seek(key)
	if k == nil {
		k, _ = p.c.Last()
	} else if !bytes.Equal(k, key) {
		k, _ = p.c.Prev()
	}
	if len(k) != len(key) || !bytes.HasPrefix(k, p.prefix) {
		return 0
	}
	return lastNumber(k)
}

// common yields the numbers that all lists hold, highest first. It leaps from
// list to list, so it reads about as much as the shortest one holds. The loop's
// body may write.
func common(lists []postings) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		for n := uint64(math.MaxUint64); n > 0; n-- {
			for agreed := 0; agreed < len(lists); {
				for _, l := range lists {
					m := l.atMost(n)
					if m == 0 {
						return
					}
					if m < n {
						n, agreed = m, 0
					}
					agreed++
				}
			}
			if !yield(n) {
				return
			}
		}
	}
}

// next gives out the next number of a bucket.
func (t *tx) next(bucket []byte) (uint64, error) {
	if err := t.writing(); err != nil {
		return 0, err
	}
	return t.bucket(bucket).NextSequence()
}

func (t *tx) NextTicket() (ticket.ID, error) {
	n, err := t.next(bucketTickets)
	return ticket.ID(n), err
}

func (t *tx) NextNotice() (ticket.NoticeID, error) {
	n, err := t.next(bucketRows)
	return ticket.NoticeID(n), err
}

func (t *tx) NextArrival() (ticket.ArrivalID, error) {
	n, err := t.next(bucketArrivals)
	return ticket.ArrivalID(n), err
}

func (t *tx) Cursor() (ticket.Cursor, error) {
	var r cursorRecord
	if b := t.bucket(bucketDesk).Get(keyCursor); b != nil {
		if err := decode(b, &r); err != nil {
			return ticket.Cursor{}, fmt.Errorf("cursor: %w", err)
		}
	}
	return r.value(), nil
}

func (t *tx) SetCursor(c ticket.Cursor) error {
	if err := t.writing(); err != nil {
		return err
	}
	return t.put(t.bucket(bucketDesk), keyCursor, newCursorRecord(c), "cursor", "")
}

func (t *tx) Gathered() (ticket.Gathered, error) {
	var r gatheredRecord
	if b := t.bucket(bucketDesk).Get(keyHour); b != nil {
		if err := decode(b, &r); err != nil {
			return ticket.Gathered{}, fmt.Errorf("gathered: %w", err)
		}
	}
	return r.value(), nil
}

func (t *tx) SetGathered(g ticket.Gathered) error {
	if err := t.writing(); err != nil {
		return err
	}
	return t.put(t.bucket(bucketDesk), keyHour, newGatheredRecord(g), "gathered", "")
}

func (t *tx) Seen() (time.Time, error) {
	if b := t.bucket(bucketDesk).Get(keySeen); b != nil {
		return keyTime(b), nil
	}
	return time.Time{}, nil
}

func (t *tx) SetSeen(at time.Time) error {
	if err := t.writing(); err != nil {
		return err
	}
	return t.bucket(bucketDesk).Put(keySeen, appendTime(nil, at))
}
