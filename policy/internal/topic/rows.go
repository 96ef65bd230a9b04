package topic

// Rows numbers ids from 0 on and finds an id's number again. Ids are well mixed, so
// that their lowest bits are as good as a hash.
type Rows struct {
	ids   []uint32 // by row
	table []int32  // row + 1 where id, or the first free place after it, says; 0 is free
}

// NewRows numbers ids, of which none stands twice, in their order.
func NewRows(ids []uint32) *Rows {
	size := 16
	for size < 4*len(ids) {
		size *= 2
	}
	r := &Rows{ids, make([]int32, size)}
	for row, id := range ids {
		at := id & r.mask()
		for r.table[at] != 0 {
			at = (at + 1) & r.mask()
		}
		r.table[at] = int32(row) + 1
	}
	return r
}

// IDs lists the ids by row.
func (r *Rows) IDs() []uint32 { return r.ids }

// Len is how many there are.
func (r *Rows) Len() int { return len(r.ids) }

func (r *Rows) mask() uint32 { return uint32(len(r.table) - 1) }

// Find is the row of an id.
func (r *Rows) Find(id uint32) (row int32, ok bool) {
	for at := id & r.mask(); ; at = (at + 1) & r.mask() {
		switch row := r.table[at] - 1; {
		case row < 0:
			return 0, false
		case r.ids[row] == id:
			return row, true
		}
	}
}

// marks is a set of rows.
type marks []uint64

func (r *Rows) none() marks { return make(marks, len(r.ids)/64+1) }

// add tells whether the row is new in the set.
func (m marks) add(row int32) bool {
	at, bit := row>>6, uint64(1)<<(row&63)
	if m[at]&bit != 0 {
		return false
	}
	m[at] |= bit
	return true
}
