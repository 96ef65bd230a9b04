package topic

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Every id is found in its row and no other is, also where all of them begin at
// one place.
func TestRows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for name, id := range map[string]func(n int) uint32{
		"scattered": func(int) uint32 { return r.Uint32() }, "side by side": func(n int) uint32 { return uint32(n) }, "at one place": func(n int) uint32 { return uint32(n) << 20 },
	} {
		of := map[uint32]int32{}
		var ids []uint32
		for n := range 1000 {
			if at := id(n); of[at] == 0 {
				ids = append(ids, at)
				of[at] = 1
			}
		}
		rows := NewRows(ids)
		slices.Sort(ids)
		for n, at := range ids {
			of[at] = int32(n) + 1
		}
		if back, err := unpackRows(rows.pack()); err != nil || !slices.Equal(back.ids, ids) {
			t.Errorf("%s: packed and unpacked: %v", name, err)
		}
		for n := range 4000 {
			for _, at := range []uint32{id(n), uint32(n)} {
				if row, ok := rows.Find(at); ok != (of[at] > 0) || ok && row != of[at]-1 {
					t.Fatalf("%s: %d is in row %d, %v; want %d", name, at, row, ok, of[at]-1)
				}
			}
		}
	}
	if _, ok := NewRows(nil).Find(7); ok {
		t.Error("found among none")
	}
}
