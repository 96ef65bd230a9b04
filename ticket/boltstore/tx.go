package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"
	"time"

	bolt "go.etcd.io/bbolt"

	"sportello/ticket"
)

// tx is one transaction, shared by the calls of a group.
type tx struct {
	bolt    *bolt.Tx
	meta    metaRecord // says which entries are older than checksums
	archive *archive   // where what was sent lies; nil while a store is brought up to date
	opened  map[string]*bucket
	rack    *rack
	full    *uint32 // shelves whose sieves it looks at; nil: not asked yet
	tally   tallies // nil: not read yet
	writes  int     // how many writes were asked for
	looked  int     // how many entries were taken up
	stats   ticket.Stats
	loaded  bool              // stats were read
	left    []ticket.NoticeID // rows that left
	copied  bool              // desk.db is being copied: what is written is noted
	changed []change
	readRef ticket.RawRef // what was read last of what was sent, for who asks for more of it
	read    sent
}

var _ ticket.Tx = (*tx)(nil)

func newTx(b *bolt.Tx, m metaRecord) *tx {
	return &tx{bolt: b, meta: m, opened: map[string]*bucket{}, rack: &rack{}}
}

// writing begins every method that writes.
func (t *tx) writing() error {
	if !t.bolt.Writable() {
		return ticket.ErrReadOnly
	}
	t.writes++
	return nil
}

// bucket returns a bucket of the layout; Open made sure that all exist. Of an
// older store that is only read it may be nil.
func (t *tx) bucket(name []byte) *bucket {
	b := t.opened[string(name)]
	if b == nil {
		inner := t.bolt.Bucket(name)
		if inner == nil {
			return nil
		}
		b = &bucket{name: name, bolt: inner, tx: t, start: crc32.Checksum(name, castagnoli), plain: t.meta.plain(name), packs: packs(name)}
		t.opened[string(name)] = b
	}
	return b
}

// growing returns a bucket whose keys mostly come in order: its pages are filled.
func (t *tx) growing(name []byte) *bucket {
	b := t.bucket(name)
	b.bolt.FillPercent = 0.9
	return b
}

// get decodes the value under key into v, or returns ErrNotFound naming what.
func (t *tx) get(bucket, key []byte, v any, what string, id any) error {
	b, err := t.bucket(bucket).get(key)
	switch {
	case err != nil:
	case b == nil:
		err = ticket.ErrNotFound
	default:
		err = decode(b, v)
	}
	if err != nil {
		return fmt.Errorf("%s %v: %w", what, id, err)
	}
	return nil
}

// put encodes v under key.
func (t *tx) put(b *bucket, key []byte, v any, what string, id any) error {
	e, err := b.encode(v)
	if err == nil {
		err = b.put(key, e)
	}
	if err != nil {
		return fmt.Errorf("put %s %v: %w", what, id, err)
	}
	return nil
}

// reindex replaces the keys of a record in an index: those in old and not in
// new go, those in new and not in old come. They name the record, so nothing
// lies under them yet.
func reindex(b *bucket, old, new [][]byte) error {
	for _, k := range old {
		if !contains(new, k) {
			if err := b.delete(k); err != nil {
				return fmt.Errorf("index: %w", err)
			}
		}
	}
	for _, k := range new {
		if !contains(old, k) {
			if err := b.add(k, nil); err != nil {
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

// postings are the keys prefix+number of a bucket: a list of numbers.
type postings struct {
	c      *cursor
	prefix []byte
}

// atMost returns the highest number of the list that is not above n; 0: none.
func (p postings) atMost(n uint64) (uint64, error) {
	key := appendNumber(bytes.Clone(p.prefix), n)
	e, ok := p.c.seek(key)
	if !ok || !bytes.Equal(e.key, key) {
		e, ok = p.c.before(key)
	}
	if !ok || len(e.key) != len(key) || !bytes.HasPrefix(e.key, p.prefix) {
		return 0, p.c.err
	}
	return lastNumber(e.key), nil
}

// common yields the numbers below a bound (0: none) that all lists hold, highest first. It leaps from
// list to list, so it reads about as much as the shortest one holds. The loop's
// body may write.
func common(lists []postings, below uint64) iter.Seq2[uint64, error] {
	return func(yield func(uint64, error) bool) {
		for n := below - 1; n > 0; n-- { // 0 - 1 is the highest there is
			for agreed := 0; agreed < len(lists); {
				for _, l := range lists {
					m, err := l.atMost(n)
					if err != nil {
						yield(0, err)
						return
					}
					if m == 0 {
						return
					}
					if m < n {
						n, agreed = m, 0
					}
					agreed++
				}
			}
			if !yield(n, nil) {
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
	return t.bucket(bucket).next()
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

// single decodes one of the single records into v, which stays zero when there
// is none yet.
func (t *tx) single(key []byte, v any) error {
	err := t.get(bucketDesk, key, v, "desk", string(key))
	if errors.Is(err, ticket.ErrNotFound) {
		return nil
	}
	return err
}

func (t *tx) Cursor() (ticket.Cursor, error) {
	var r cursorRecord
	err := t.single(keyCursor, &r)
	return r.value(), err
}

func (t *tx) SetCursor(c ticket.Cursor) error {
	if err := t.writing(); err != nil {
		return err
	}
	return t.put(t.bucket(bucketDesk), keyCursor, newCursorRecord(c), "cursor", "")
}

func (t *tx) Gathered() (ticket.Gathered, error) {
	var r gatheredRecord
	err := t.single(keyHour, &r)
	return r.value(), err
}

func (t *tx) SetGathered(g ticket.Gathered) error {
	if err := t.writing(); err != nil {
		return err
	}
	return t.put(t.bucket(bucketDesk), keyHour, newGatheredRecord(g), "gathered", "")
}

func (t *tx) Seen() (time.Time, error) {
	b, err := t.bucket(bucketDesk).get(keySeen)
	if b == nil || err != nil {
		return time.Time{}, err
	}
	return keyTime(b), nil
}

func (t *tx) SetSeen(at time.Time) error {
	if err := t.writing(); err != nil {
		return err
	}
	return t.bucket(bucketDesk).put(keySeen, appendTime(nil, at))
}
