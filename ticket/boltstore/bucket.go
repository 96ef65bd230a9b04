package boltstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"

	bolt "go.etcd.io/bbolt"
)

// Behind every value lies a checksum of the name of its bucket, its key and
// itself, so that a bit that turned in any of them is seen, and so is a value
// that lies under another's key. Entries that vanish or that nobody put are
// seen by the tally of their bucket. This file alone touches bbolt's buckets:
// whoever gets a value got it as it was put. (The bucket meta, which programs
// of every version must be able to read, carries its checksum within.)

// ErrSpoiled: a stored entry is not what was put. `fsck` tells how many are not.
var ErrSpoiled = errors.New("its checksum is wrong: it is not what was stored")

// sumSize is the length of a checksum: CRC-32C, which no flip of up to three
// bits in a value of any size, and no burst of 32 bits, leaves as it was.
const sumSize = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// bucket is a bucket of the layout in one transaction.
type bucket struct {
	name  []byte
	bolt  *bolt.Bucket
	tx    *tx
	start uint32 // the checksum so far, of the name
	count *tally // nil until something is written
	plain func(key []byte) bool
	packs bool // its records are packed
}

// entry is a key and its value as they were put. Both are pages of the
// database: they are to be decoded, never kept.
type entry struct{ key, value []byte }

// checksum binds value to the bucket and to key.
func (b *bucket) checksum(key, value []byte) uint32 {
	var n [4]byte
	binary.BigEndian.PutUint32(n[:], uint32(len(key)))
	sum := crc32.Update(b.start, castagnoli, n[:])
	sum = crc32.Update(sum, castagnoli, key)
	return crc32.Update(sum, castagnoli, value)
}

// seal takes value over and puts the checksum behind it.
func (b *bucket) seal(key, value []byte) []byte {
	return binary.BigEndian.AppendUint32(value, b.checksum(key, value))
}

// open returns the value of a stored one.
func (b *bucket) open(key, stored []byte) ([]byte, error) {
	b.tx.looked++
	if b.plain != nil && b.plain(key) {
		return stored, nil
	}
	n := len(stored) - sumSize
	if n < 0 || b.checksum(key, stored[:n]) != binary.BigEndian.Uint32(stored[n:]) {
		return nil, fmt.Errorf("%s %x: %w", b.name, key, ErrSpoiled)
	}
	return stored[:n], nil
}

// encode makes the value of a record.
func (b *bucket) encode(v any) ([]byte, error) {
	e, err := encode(v)
	if err == nil && b.packs {
		e = pack(e)
	}
	return e, err
}

// get returns the value under key, which is never nil, or nil: there is none.
func (b *bucket) get(key []byte) ([]byte, error) {
	stored := b.bolt.Get(key)
	if stored == nil {
		return nil, nil
	}
	return b.open(key, stored)
}

// keys yields the keys that begin with prefix, whatever stands under them. The
// loop's body must not write to the bucket.
func (b *bucket) keys(prefix []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		c := b.bolt.Cursor()
		for k, _ := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, _ = c.Next() {
			if !yield(k) {
				return
			}
		}
	}
}

// has tells whether there is something under key, whatever it is.
func (b *bucket) has(key []byte) bool { return b.bolt.Get(key) != nil }

// put stores value, which belongs to the bucket from then on.
func (b *bucket) put(key, value []byte) error {
	n, err := b.tally()
	if err != nil {
		return err
	}
	n.without(b.bolt.Get(key))
	return b.store(n, key, value)
}

// add stores value under a key that is known to be free.
func (b *bucket) add(key, value []byte) error {
	n, err := b.tally()
	if err != nil {
		return err
	}
	return b.store(n, key, value)
}

func (b *bucket) store(n *tally, key, value []byte) error {
	stored := b.seal(key, value)
	n.with(stored)
	b.wrote(key)
	return b.bolt.Put(key, stored)
}

// delete takes out what lies under key, if anything does.
func (b *bucket) delete(key []byte) error {
	n, err := b.tally()
	if err != nil {
		return err
	}
	n.without(b.bolt.Get(key))
	b.wrote(key)
	return b.bolt.Delete(key)
}

// wrote notes a key that changes while desk.db is copied.
func (b *bucket) wrote(key []byte) {
	if b.tx.copied {
		b.tx.changed = append(b.tx.changed, change{string(b.name), string(key)})
	}
}

// next gives out the next number of the bucket.
func (b *bucket) next() (uint64, error) {
	n, err := b.tally()
	if err != nil {
		return 0, err
	}
	n.Given, err = b.bolt.NextSequence()
	return n.Given, err
}

// giveUpTo makes next go on behind given.
func (b *bucket) giveUpTo(given uint64) error {
	n, err := b.tally()
	if err != nil {
		return err
	}
	n.Given = given
	return b.bolt.SetSequence(given)
}

// given is the last number that next gave out.
func (b *bucket) given() uint64 { return b.bolt.Sequence() }

func (b *bucket) tally() (*tally, error) {
	if b.count == nil {
		all, err := b.tx.tallies()
		if err != nil {
			return nil, err
		}
		if all[string(b.name)] == nil {
			all[string(b.name)] = &tally{}
		}
		b.count = all[string(b.name)]
	}
	return b.count, nil
}

// ascend yields the entries whose keys begin with prefix, in order, up to the
// first that is spoiled. Each step seeks anew, so the loop's body may write.
func (b *bucket) ascend(prefix []byte) iter.Seq2[entry, error] { return b.ascendAfter(prefix, nil) }

// ascendAfter is ascend from behind the key after, where that is not below prefix.
func (b *bucket) ascendAfter(prefix, after []byte) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		c, from := b.cursor(), prefix
		if len(after) > 0 {
			from = append(bytes.Clone(after), 0)
		}
		e, ok := c.seek(from)
		for ok && bytes.HasPrefix(e.key, prefix) {
			next := append(bytes.Clone(e.key), 0)
			if !yield(e, nil) {
				return
			}
			e, ok = c.seek(next)
		}
		if c.err != nil {
			yield(entry{}, c.err)
		}
	}
}

// cursor walks a bucket. A step that comes upon a spoiled entry, or upon
// nothing, ends with false; err tells which.
type cursor struct {
	b    *bucket
	bolt *bolt.Cursor
	err  error
}

func (b *bucket) cursor() *cursor { return &cursor{b: b, bolt: b.bolt.Cursor()} }

func (c *cursor) first() (entry, bool)          { return c.at(c.bolt.First()) }
func (c *cursor) last() (entry, bool)           { return c.at(c.bolt.Last()) }
func (c *cursor) step() (entry, bool)           { return c.at(c.bolt.Next()) }
func (c *cursor) back() (entry, bool)           { return c.at(c.bolt.Prev()) }
func (c *cursor) seek(key []byte) (entry, bool) { return c.at(c.bolt.Seek(key)) }

// before goes to the last entry whose key is below key.
func (c *cursor) before(key []byte) (entry, bool) {
	if k, _ := c.bolt.Seek(key); k == nil {
		return c.last()
	}
	return c.back()
}

func (c *cursor) at(k, stored []byte) (entry, bool) {
	if k == nil || c.err != nil {
		return entry{}, false
	}
	value, err := c.b.open(k, stored)
	if err != nil {
		c.err = err
		return entry{}, false
	}
	return entry{k, value}, true
}
