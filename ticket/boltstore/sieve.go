package boltstore

import (
	"encoding/binary"
	"iter"
	"math/bits"
	"sync"
	"sync/atomic"
)

// A sieve is a Bloom filter of the digests of one index on one full shelf: what it
// holds back is not there, what it lets through may be. Digests are as good as
// random, so eight numbers of 15 bits in one are its places in the sieve: one
// in 1,700 that is not there passes when the shelf is full, and costs a look.

// sieveRows is how many places there are: 16 for each arrival of a shelf.
const sieveRows = 1 << 15

// sieve is its stored form, a bit for each place. The empty one lets nothing through.
type sieve []byte

func places(digest []byte) (rows [digestSize / 2]uint16) {
	for i := range rows {
		rows[i] = binary.BigEndian.Uint16(digest[2*i:]) % sieveRows
	}
	return rows
}

func (s *sieve) add(digest []byte) {
	if *s == nil {
		*s = make([]byte, sieveRows/8, sieveRows/8+sumSize)
	}
	for _, row := range places(digest) {
		(*s)[row/8] |= 1 << (row % 8)
	}
}

// passes tells whether digest may be on the shelf. One that was not kept as it should
// holds nothing back.
func (s sieve) passes(digest []byte) bool {
	if len(s) != sieveRows/8 {
		return len(s) != 0 || s == nil
	}
	for _, row := range places(digest) {
		if s[row/8]&(1<<(row%8)) == 0 {
			return false
		}
	}
	return true
}

func sieveKey(shelf uint32, index int) []byte {
	return append(binary.BigEndian.AppendUint32(nil, shelf), byte(index))
}

// sieves is how many shelves of this transaction have theirs: the first ones.
func (t *tx) sieves() uint32 {
	k, _ := t.bucket(bucketSieves).bolt.Cursor().Last()
	if len(k) != 5 {
		return 0
	}
	return binary.BigEndian.Uint32(k) + 1
}

// rack holds the sieves in memory, side by side: of 64 shelves the bits of one place
// are one word, so that one look passes a digest through all 64.
type rack struct {
	mu   sync.Mutex // held while sieves are added
	held atomic.Pointer[rackState]
}

// rackState is never changed: what is added makes another one.
type rackState struct {
	shelves uint32
	blocks  [len(shelvedIndexes)][]*rackBlock
}

type rackBlock [sieveRows]uint64

// through is which of the 64 shelves of a block let digest through.
func (b *rackBlock) through(digest []byte) uint64 {
	all := ^uint64(0)
	for _, row := range places(digest) {
		all &= b[row]
	}
	return all
}

// hang adds a sieve at one of the 64 places; one that cannot be read holds nothing back.
func (b *rackBlock) hang(at uint32, s sieve, err error) {
	bit := uint64(1) << at
	switch {
	case err != nil || len(s) != 0 && len(s) != sieveRows/8:
		for row := range b {
			b[row] |= bit
		}
	default:
		for i, byte := range s {
			for ; byte != 0; byte &= byte - 1 {
				b[8*i+bits.TrailingZeros8(byte)] |= bit
			}
		}
	}
}

// upTo returns the sieves of at least the first n shelves, which t has.
func (r *rack) upTo(t *tx, n uint32) *rackState {
	if s := r.held.Load(); s != nil && s.shelves >= n {
		return s
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := rackState{}
	if held := r.held.Load(); held != nil {
		s = *held
	}
	for i := range s.blocks {
		blocks := append([]*rackBlock(nil), s.blocks[i]...)
		for shelf := s.shelves; shelf < n; shelf++ {
			at := int(shelf / 64)
			switch {
			case at == len(blocks):
				blocks = append(blocks, new(rackBlock))
			case shelf == s.shelves: // others read it
				own := *blocks[at]
				blocks[at] = &own
			}
			v, err := t.bucket(bucketSieves).get(sieveKey(shelf, i))
			if v == nil && err == nil {
				err = ErrSpoiled // it is missing
			}
			blocks[at].hang(shelf%64, v, err)
		}
		s.blocks[i] = blocks
	}
	if s.shelves < n {
		s.shelves = n
		r.held.Store(&s)
	}
	return r.held.Load()
}

// sifted yields the shelves on which digest may stand, the latest first.
func (t *tx) sifted(index int, digest []byte) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		if t.full == nil { // as committed: what this transaction adds it adds at its end
			n := t.sieves()
			t.full = &n
		}
		full := *t.full
		for shelf := t.shelf(); shelf >= full && shelf != ^uint32(0); shelf-- {
			if !yield(shelf) {
				return
			}
		}
		if full == 0 {
			return
		}
		blocks := t.rack.upTo(t, full).blocks[index]
		for at := int(full-1) / 64; at >= 0; at-- {
			through := blocks[at].through(digest)
			if last := full - uint32(64*at); last < 64 {
				through &= 1<<last - 1
			}
			for through != 0 {
				bit := bits.Len64(through) - 1
				through &^= 1 << bit
				if !yield(uint32(64*at + bit)) {
					return
				}
			}
		}
	}
}
