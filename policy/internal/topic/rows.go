package topic

import (
	"encoding/binary"
	"errors"
	"slices"
)

// Rows numbers ids from 0 on, the smallest first, and finds an id's number again. Ids are well mixed, so
// that their lowest bits are as good as a hash.
type Rows struct {
	ids   []uint32 // by row
	table []spot   // each id where it says, or in the first free place after that
}

// spot is an id with its row + 1; 0 is free.
type spot struct {
	id  uint32
	row int32
}

// NewRows numbers ids, of which none stands twice.
func NewRows(ids []uint32) *Rows {
	ids = slices.Sorted(slices.Values(ids))
	size := 16
	for size < 2*len(ids) {
		size *= 2
	}
	r := &Rows{ids, make([]spot, size)}
	for row, id := range ids {
		at := id & r.mask()
		for r.table[at].row != 0 {
			at = (at + 1) & r.mask()
		}
		r.table[at] = spot{id, int32(row) + 1}
	}
	return r
}

// pack writes the ids as steps from one to the next, which take half the room.
func (r *Rows) pack() (b []byte) {
	last := uint32(0)
	for _, id := range r.ids {
		b = binary.AppendUvarint(b, uint64(id-last))
		last = id
	}
	return b
}

// unpackRows reads what pack wrote.
func unpackRows(b []byte) (*Rows, error) {
	var ids []uint32
	last := uint32(0)
	for len(b) > 0 {
		step, size := binary.Uvarint(b)
		if size <= 0 {
			return nil, errors.New("decode the panel: ids end too early")
		}
		last, b = last+uint32(step), b[size:]
		ids = append(ids, last)
	}
	return NewRows(ids), nil
}

// IDs lists the ids by row.
func (r *Rows) IDs() []uint32 { return r.ids }

// Len is how many there are.
func (r *Rows) Len() int { return len(r.ids) }

func (r *Rows) mask() uint32 { return uint32(len(r.table) - 1) }

// Find is the row of an id.
func (r *Rows) Find(id uint32) (row int32, ok bool) {
	for at := id & r.mask(); ; at = (at + 1) & r.mask() {
		switch p := r.table[at]; {
		case p.row == 0:
			return 0, false
		case p.id == id:
			return p.row - 1, true
		}
	}
}

// marks is a set of rows.
type marks []uint64

// none makes m the empty set.
func (r *Rows) none(m marks) marks {
	m = resized(m, len(r.ids)/64+1)
	clear(m)
	return m
}

// add tells whether the row is new in the set.
func (m marks) add(row int32) bool {
	at, bit := row>>6, uint64(1)<<(row&63)
	if m[at]&bit != 0 {
		return false
	}
	m[at] |= bit
	return true
}
