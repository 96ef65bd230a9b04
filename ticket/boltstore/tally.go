package boltstore

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// tally is what a bucket holds: how many entries, their checksums added up, and
// the last number given out. What a damaged page hides, or brings back, is in
// none of its values, but it is missing here.
type tally struct {
	Entries int    `json:"n"`
	Sum     uint64 `json:"sum"`
	Given   uint64 `json:"given,omitempty"`
}

// with takes in a stored value, checksum and all.
func (n *tally) with(stored []byte) {
	n.Entries++
	n.Sum += trailer(stored)
}

// without takes out a stored value; nil is none.
func (n *tally) without(stored []byte) {
	if stored == nil {
		return
	}
	n.Entries--
	n.Sum -= trailer(stored)
}

// trailer is the checksum at the end of a stored value.
func trailer(stored []byte) uint64 {
	if len(stored) < sumSize {
		return 0
	}
	return uint64(binary.BigEndian.Uint32(stored[len(stored)-sumSize:]))
}

// tallies are those of all buckets by name, as this transaction leaves them.
type tallies map[string]*tally

var errNoTally = errors.New("what the buckets hold is not written down")

func (t *tx) tallies() (tallies, error) {
	if t.tally != nil {
		return t.tally, nil
	}
	v, err := t.bucket(bucketDesk).get(keyTally)
	if err == nil && v == nil {
		err = errNoTally
	}
	all := tallies{}
	if err == nil {
		err = decode(v, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("tallies: %w", err)
	}
	t.tally = all
	return all, nil
}

// keepTallies writes them down. They count themselves as little as a page
// counts its own number.
func (t *tx) keepTallies() error {
	all, err := t.tallies()
	if err != nil {
		return err
	}
	v, err := encode(all)
	if err != nil {
		return err
	}
	desk := t.bucket(bucketDesk)
	return desk.bolt.Put(keyTally, desk.seal(keyTally, v))
}

// given says what is wrong with the numbers given out, from which the next
// follow: they stand beside the buckets, under no checksum.
func (t *tx) given() error {
	all, err := t.tallies()
	if err != nil {
		return err
	}
	for _, name := range buckets[1:] {
		n := all[string(name)]
		if b := t.bucket(name); b != nil && n != nil && b.given() != n.Given {
			return fmt.Errorf("%s: the numbers given out are %d, they are counted as %d", name, b.given(), n.Given)
		}
	}
	return nil
}

// tallied checks every value of every bucket, and that all are there.
func (c *checker) tallied() error {
	if !c.tx.meta.whole() {
		return nil // an older store that is only read
	}
	if err := c.tx.given(); err != nil {
		c.fault("P11", "desk.db", "%v", err)
	}
	all, err := c.tx.tallies()
	if err != nil {
		return nil // reported
	}
	for _, name := range buckets[1:] { // the first is meta
		if err := c.tallyOf(name, all[string(name)]); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) tallyOf(name []byte, want *tally) error {
	var got tally
	b := c.tx.bucket(name)
	if b == nil {
		return nil // an older store that is only read
	}
	err := c.walk(b, func(k, stored []byte) {
		if _, err := b.open(k, stored); err != nil {
			c.fault("P11", fmt.Sprintf("%s %x", name, k), "%v", ErrSpoiled)
		}
		if string(k) != string(keyTally) || string(name) != string(bucketDesk) {
			got.with(stored)
		}
	})
	if want == nil {
		want = &tally{}
	}
	if got.Entries != want.Entries || got.Sum != want.Sum {
		c.fault("P11", "bucket "+string(name), "%d entries, %d were put there: not those that it holds", got.Entries, want.Entries)
	}
	return err
}
