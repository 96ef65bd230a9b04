package wording

import (
	"encoding/binary"
	"strings"
)

// Text is a text in which many words are looked for. It remembers which four
// bytes in a row it has, some falsely: most words of a long list that are not in
// it are told without a search.
type Text struct {
	s     string
	grams *[256]uint64 // nil: nothing was looked for yet
}

// In makes s ready to be searched.
func In(s string) *Text { return &Text{s: s} }

// String is the text.
func (t *Text) String() string { return t.s }

// gramAt is the place of s[i:i+4] in grams.
func gramAt(s string, i int) uint32 {
	b := [4]byte{s[i], s[i+1], s[i+2], s[i+3]}
	return binary.LittleEndian.Uint32(b[:]) * 0x9E3779B1 >> 18
}

func (t *Text) mayHold(gram uint32) bool { return t.grams[gram>>6]&(1<<(gram&63)) != 0 }

// Index is where w stands in the text first, -1 where it does not.
func (t *Text) Index(w string) int {
	if t.grams == nil {
		t.grams = new([256]uint64)
		for i := 0; i+4 <= len(t.s); i++ {
			h := gramAt(t.s, i)
			t.grams[h>>6] |= 1 << (h & 63)
		}
	}
	if len(w) >= 4 && !(t.mayHold(gramAt(w, 0)) && t.mayHold(gramAt(w, len(w)-4))) {
		return -1
	}
	return strings.Index(t.s, w)
}

// Has tells whether one of list stands in the text.
func (t *Text) Has(list *List) bool { return t.Count(list, 1) > 0 }

// Count counts the words of list that stand in the text; enough stops it.
func (t *Text) Count(list *List, enough int) int {
	n := 0
	for _, w := range list.words {
		if n == enough {
			break
		}
		if t.Index(w) >= 0 {
			n++
		}
	}
	return n
}
