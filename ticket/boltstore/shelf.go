package boltstore

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Fingerprints and Message-IDs are as good as random, and each mail brings three:
// in one order over all years every mail would change pages all over the file, the
// more of them the larger it is. So these indexes stand on shelves: what comes while
// the arrivals 2048 to 4095 are numbered lies together, and only the shelf of now is
// written to. Shelves go by numbers and not by the calendar: a clock that jumps
// moves nothing, and a busy month makes none larger. A shelf that is full is asked
// only when its sieve lets the key through (sieve.go). Keys without a shelf are older
// than shelves; they stay where they are, and no new ones come.

// shelfSize is how many arrivals share a shelf: as many as keep its indexes within
// the pages that one commit of a hundred mails changes anyhow.
const shelfSize = 1 << 11

// shelvedIndexes are the buckets that stand on shelves; new ones come last, since
// their numbers are stored.
var shelvedIndexes = [...][]byte{bucketRawSums, bucketContents, bucketMessageIDs}

// shelved is an index of digests that stands on shelves.
type shelved struct {
	*bucket
	index int // of shelvedIndexes
}

func (t *tx) shelved(index int) shelved { return shelved{t.bucket(shelvedIndexes[index]), index} }

const (
	indexRawSums = iota
	indexContents
	indexMessageIDs
)

// shelf is the one to which new keys come.
func (t *tx) shelf() uint32 { return uint32(t.bucket(bucketArrivals).given() / shelfSize) }

func shelfKey(shelf uint32, digest []byte) []byte {
	return append(binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(digest)), shelf), digest...)
}

// parseShelfKey is shelfKey's other way; ok is false for a key without a shelf.
func parseShelfKey(key []byte) (shelf uint32, digest []byte, ok bool) {
	if len(key) != 4+digestSize {
		return 0, key, false
	}
	return binary.BigEndian.Uint32(key), key[4:], true
}

// find returns the key under which something stands for digest, nil: there is
// nothing; and its value, or what is wrong with that.
func (x shelved) find(digest []byte) (key, value []byte, err error) {
	if x.tx.bucket(bucketSieves) != nil { // else it is older, and only read
		for shelf := range x.tx.sifted(x.index, digest) {
			key = shelfKey(shelf, digest)
			if value, err = x.get(key); value != nil || err != nil {
				return key, value, err
			}
		}
	}
	if value, err = x.get(digest); value == nil && err == nil {
		return nil, nil, nil
	}
	return digest, value, err
}

// put makes value what stands for digest, unless something does.
func (x shelved) put(digest, value []byte) error {
	if key, _, err := x.find(digest); key != nil || err != nil && !errors.Is(err, ErrSpoiled) {
		return err
	}
	return x.add(shelfKey(x.tx.shelf(), digest), value)
}

// forget takes out what stands for digest if it is value.
func (x shelved) forget(digest, value []byte) error {
	key, there, err := x.find(digest)
	if err != nil || key == nil || string(there) != string(value) {
		return err
	}
	return x.delete(key)
}

// fullShelves keeps the sieves of those shelves to which no more keys come. It is
// called once, before the commit: what this transaction looked for it sought before.
func (t *tx) fullShelves() error {
	if t.bucket(bucketSieves) == nil {
		return nil
	}
	now := t.shelf()
	for full := t.sieves(); full < now; full++ {
		for i := range shelvedIndexes {
			x := t.shelved(i)
			var s sieve
			for key := range x.keys(binary.BigEndian.AppendUint32(nil, full)) {
				if _, digest, ok := parseShelfKey(key); ok {
					s.add(digest)
				}
			}
			if err := t.bucket(bucketSieves).put(sieveKey(full, i), s); err != nil {
				return fmt.Errorf("sieve of %s %d: %w", x.name, full, err)
			}
		}
	}
	return nil
}

// shelves checks that what stands in an index is found there.
func (c *checker) shelves(index int) error {
	x := c.tx.shelved(index)
	if c.tx.bucket(bucketSieves) == nil {
		return nil
	}
	full := c.tx.sieves()
	if now := c.tx.shelf(); full != now && c.tx.meta.whole() {
		c.fault("P2", fmt.Sprintf("index %s", x.name), "there are sieves of %d shelves, %d are full", full, now)
	}
	for shelf := range full {
		if !c.tx.bucket(bucketSieves).has(sieveKey(shelf, index)) {
			c.fault("P2", fmt.Sprintf("index %s", x.name), "the sieve of shelf %d is missing", shelf)
		}
	}
	s, of := sieve(nil), uint32(1<<32-1)
	return c.entries(x.name, func(k, _ []byte) {
		where := fmt.Sprintf("index %s %x", x.name, k)
		shelf, digest, ok := parseShelfKey(k)
		switch {
		case len(digest) != digestSize:
			c.fault("P2", where, "it is no key of this index")
			return
		case ok && shelf > c.tx.shelf():
			c.fault("P2", where, "it stands on a shelf that comes later")
		case ok && shelf < full:
			if shelf != of {
				v, err := c.tx.bucket(bucketSieves).get(sieveKey(shelf, index))
				if s, of = v, shelf; err != nil {
					s = nil // reported; then the shelf is asked without
				}
			}
			if !s.passes(digest) {
				c.fault("P2", where, "the sieve of its shelf holds it back")
			}
		}
		if key, _, err := x.find(digest); err == nil && string(key) != string(k) {
			c.fault("P2", where, "%x is found in its place", key)
		}
	})
}
