package boltstore

import (
	"bytes"
	"cmp"
	"testing"
	"time"
)

// The order of keys is that of what they are made of, and it can be read back.
func FuzzKeyOrder(f *testing.F) {
	f.Add("", "", int64(0), int64(1), uint64(0), uint64(1))
	f.Add("a", "a\x00", int64(-1), int64(0), uint64(1<<63), uint64(1))
	f.Add("a\x00\x01", "a\x00\xff", int64(-62135596800), int64(253402300799), uint64(255), uint64(256))
	f.Add("è", "e\xff", int64(1<<40), int64(-1<<40), uint64(7), uint64(7))
	f.Fuzz(func(t *testing.T, s1, s2 string, t1, t2 int64, n1, n2 uint64) {
		at1, at2 := time.Unix(t1%(1<<50), t1&0xFFFF).UTC(), time.Unix(t2%(1<<50), t2&0xFFFF).UTC()
		key := func(s string, at time.Time, n uint64) []byte {
			return appendNumber(appendTime(appendText(nil, s), at), n)
		}
		k1, k2 := key(s1, at1, n1), key(s2, at2, n2)
		want := cmp.Or(cmp.Compare(s1, s2), at1.Compare(at2), cmp.Compare(n1, n2))
		if got := bytes.Compare(k1, k2); got != want {
			t.Errorf("keys of (%q %v %d) and (%q %v %d) compare as %d, want %d", s1, at1, n1, s2, at2, n2, got, want)
		}
		text, rest := takeText(k1)
		if text != s1 || !keyTime(rest).Equal(at1) || len(rest) != timeSize+8 || lastNumber(rest) != n1 {
			t.Errorf("read back %q %v %d from the key of %q %v %d", text, keyTime(rest), lastNumber(rest), s1, at1, n1)
		}
		if s1 != s2 && bytes.HasPrefix(k1, appendText(nil, s2)) {
			t.Errorf("%q is taken for the beginning of %q", s2, s1)
		}
	})
}

func TestZeroTimeComesBackZero(t *testing.T) {
	if got := keyTime(appendTime(nil, time.Time{})); !got.IsZero() {
		t.Errorf("%v", got)
	}
}
