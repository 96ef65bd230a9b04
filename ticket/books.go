package ticket

import (
	"crypto/hmac"
	"encoding/binary"
)

// Books is the witness of all ledgers together: how many entries there are, and
// their seals added up. It stands apart from them and is sealed itself, so that
// none can be taken out, the last of a chain and whole chains neither.
type Books struct {
	Entries int
	Sum     [32]byte // of the seals of all entries, by exclusive or
	Key     byte     // of the ring, that sealed it
	MAC     [32]byte
}

// add takes one more entry in.
func (b *Books) add(e *Entry) {
	b.Entries++
	for i := range b.Sum {
		b.Sum[i] ^= e.MAC[i]
	}
}

// sealBooks returns the seal of b: HMAC-SHA-256 under key b.Key.
func (k Keys) sealBooks(b Books) [32]byte {
	return k.load().sum(b.Key, "books", append(binary.BigEndian.AppendUint64(nil, uint64(b.Entries)), b.Sum[:]...))
}

// whole tells whether b is as the desk left it; before the first entry it is nothing.
func (k Keys) whole(b Books) bool {
	if b == (Books{}) {
		return true
	}
	want := k.sealBooks(b)
	return k.load().secrets[b.Key] != nil && hmac.Equal(want[:], b.MAC[:])
}

// witness takes entries into the books. One that is not whole is never sealed
// again: it goes on showing that it was touched.
func (w *work) witness(entries []*Entry) error {
	b, err := w.tx.Books()
	if err != nil {
		return err
	}
	whole := w.d.Keys.whole(b)
	for _, e := range entries {
		b.add(e)
	}
	if whole {
		b.Key = w.d.Keys.Current()
		b.MAC = w.d.Keys.sealBooks(b)
	}
	return w.tx.SetBooks(b)
}
