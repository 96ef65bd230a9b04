package boltstore

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"sportello/policy"
)

// ledgers checks that the entries of each customer follow one another from 1,
// are written as this program writes them, and stand under their causes; that
// holds belong to somebody. Whether the seals hold and the sums are right is
// for the desk, which has the key.
func (c *checker) ledgers() error {
	if c.tx.bucket(bucketEntries) == nil {
		return nil // opened for reading only, before there were ledgers
	}
	if v, _ := c.tx.bucket(bucketDesk).get(keyBooks); v != nil {
		c.exactly(v, &booksRecord{}, "books")
	}
	causes := c.index(bucketCauses, "P2")
	customer, last := "", 0
	err := c.entries(bucketEntries, func(k, v []byte) {
		whose, rest := takeText(k)
		where := fmt.Sprintf("customer %s, entry %x", whose, rest)
		if whose != customer {
			customer, last = whose, 0
			if !c.tx.bucket(bucketCustomers).has([]byte(whose)) {
				c.fault("P4", where, "there is no such customer")
			}
		}
		var r entryRecord
		if !c.exactly(v, &r, where) || len(rest) != 4 {
			return
		}
		if seq := int(binary.BigEndian.Uint32(rest)); seq != last+1 || r.Seq != seq {
			c.fault("P4", where, "it says it is number %d and follows number %d", r.Seq, last)
		}
		last = r.Seq
		key := causeKey(r.value())
		causes.wants(where, [][]byte{key})
		if owner, _ := c.tx.bucket(bucketCauses).get(key); owner != nil && string(owner) != whose {
			c.fault("P2", where, "its cause is listed as of customer %s", owner)
		}
	})
	if err != nil {
		return err
	}
	if err := causes.finish(); err != nil {
		return err
	}
	return c.entries(bucketHolds, func(k, v []byte) {
		code, _ := takeText(k)
		var r holdRecord
		if c.exactly(v, &r, "hold "+code) && (r.Code != code || !c.tx.bucket(bucketCustomers).has([]byte(r.Customer))) {
			c.fault("P4", "hold "+code, "it says it is %s of customer %q", r.Code, r.Customer)
		}
	})
}

// exactly decodes a value that must be, byte for byte, what encode makes of it.
func (c *checker) exactly(v []byte, r any, where string) bool {
	if err := decode(v, r); err != nil {
		c.fault("P11", where, "%v", err)
		return false
	}
	if again, err := encode(r); err != nil || !bytes.Equal(again, v) {
		c.fault("P11", where, "it was not written by this program")
		return false
	}
	return true
}

// dueLots is the index of lots that a clock must look at; nil where there is none yet.
func (c *checker) dueLots() *index {
	if c.tx.bucket(bucketDueLots) == nil {
		return nil
	}
	return c.index(bucketDueLots, "P4")
}

func (x *index) wantsLot(where string, l lotRecord) {
	if x != nil {
		x.wants(where, dueKeys((*policy.Lot)(&l)))
	}
}
