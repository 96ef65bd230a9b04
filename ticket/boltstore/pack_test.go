package boltstore

import (
	"testing"
	"testing/synctest"
)

func TestUnpackRefusesWhatWasNotPacked(t *testing.T) {
	twice := pack([]byte{packedVersion, 1, 2, 3})
	for _, b := range [][]byte{{packedVersion}, {packedVersion, 1, 2, 3}, twice, twice[:len(twice)-2]} {
		if v, err := unpack(b); err == nil {
			t.Errorf("%x gave %x", b, v)
		}
	}
}

// Stores of one process pack and unpack with the same two, also where the first was
// made in a bubble of its own.
func TestPackOutsideTheBubbleThatPackedFirst(t *testing.T) {
	packs := func(t *testing.T) {
		if v, err := unpack(pack([]byte("value"))); string(v) != "value" {
			t.Errorf("%q, %v", v, err)
		}
	}
	synctest.Test(t, packs)
	packs(t)
	synctest.Test(t, packs)
}
