package wording

import "strings"

// List is words, or stems and phrases, in small letters behind an index of their
// first two bytes: a place of a text where none of them can begin costs one look.
// Each has two bytes at least.
type List struct {
	words []string
	head  [1 << 10]uint8 // by pair: the first of words that may begin so, from 1; 0: none does
	next  []uint8        // of each of words the next one of the same pair; 0: there is none
}

// Words makes a list of at most 255 words.
func Words(words ...string) *List {
	if len(words) > 255 {
		panic("wording: a list of more than 255 words")
	}
	l := &List{words: words, next: make([]uint8, len(words))}
	for i := len(words) - 1; i >= 0; i-- {
		at := pair(words[i][0], words[i][1])
		l.next[i], l.head[at] = l.head[at], uint8(i+1)
	}
	return l
}

// pair is the place of two bytes in an index: no two pairs of small letters share one.
func pair(a, b byte) uint16 { return (uint16(a)<<5 ^ uint16(b)) & (1<<10 - 1) }

// All is the words in their order.
func (l *List) All() []string { return l.words }

// begins tells whether s, of which pair n is the beginning, begins with one of l
// from n on.
func (l *List) begins(s string, n uint8) bool {
	for ; n != 0; n = l.next[n-1] {
		if strings.HasPrefix(s, l.words[n-1]) {
			return true
		}
	}
	return false
}

// Begins tells whether s begins with one of list.
func Begins(s string, list *List) bool {
	return len(s) > 1 && list.begins(s, list.head[pair(s[0], s[1])])
}

// Has tells whether one of list stands in s.
func Has(s string, list *List) bool {
	for i := 1; i < len(s); i++ {
		if n := list.head[pair(s[i-1], s[i])]; n != 0 && list.begins(s[i-1:], n) {
			return true
		}
	}
	return false
}

// Count counts the words of list that stand in s, each once.
func Count(s string, list *List) (count int) {
	var seen [256]bool
	for i := 1; i < len(s); i++ {
		for n := list.head[pair(s[i-1], s[i])]; n != 0; n = list.next[n-1] {
			if !seen[n] && strings.HasPrefix(s[i-1:], list.words[n-1]) {
				seen[n] = true
				count++
			}
		}
	}
	return count
}

// Bytes is a set of bytes.
type Bytes [256]bool

// BytesOf is the set of the bytes of s.
func BytesOf(s string) *Bytes {
	b := new(Bytes)
	for i := range len(s) {
		b[s[i]] = true
	}
	return b
}

// In tells whether one of b stands in s.
func (b *Bytes) In(s string) bool {
	for i := range len(s) {
		if b[s[i]] {
			return true
		}
	}
	return false
}
