package topic

import "slices"

// find appends the concepts of a sentence, each at most once, where first seen.
func (r *reader) find(ws []word, hits []hit) []hit {
	var seen concepts
	r.there = r.there.of(ws, len(r.lex.starts))
	for i, w := range ws {
		for _, n := range w.slots {
			starts := r.lex.starts[n]
			for k := range starts {
				p := &starts[k]
				if !r.there.has(p.need) || seen.has(p.concept) || !r.there.all(p.needs) {
					continue
				}
				if end := r.lex.match(ws, p.slots[1:], i+1); end >= 0 {
					seen.add(p.concept)
					hits = append(hits, hit{p.concept, i, end})
				}
			}
		}
	}
	return hits
}

// slotSet is a set of slots.
type slotSet []uint64

// of makes s the slots, of n, that have a word of the sentence.
func (s slotSet) of(ws []word, n int) slotSet {
	s = resized(s, n/64+1)
	clear(s)
	for _, w := range ws {
		for _, n := range w.slots {
			s[n>>6] |= 1 << (n & 63)
		}
	}
	return s
}

func (s slotSet) has(n uint16) bool { return s[n>>6]&(1<<(n&63)) != 0 }

func (s slotSet) all(slots []uint16) bool {
	for _, n := range slots {
		if !s.has(n) {
			return false
		}
	}
	return true
}

// fits tells whether a word may stand in a slot.
func (f *form) fits(slot int) bool { return slices.Contains(f.slots, uint16(slot)) }

// match returns the index after the slots that begin at word i, or -1.
func (l *lexicon) match(ws []word, slots []int, i int) int {
	for n, slot := range slots {
		if slot == gap {
			for skip := 0; skip <= longGap && i+skip <= len(ws); skip++ {
				if skip > 0 && ws[i+skip-1].fits(l.negation) {
					return -1
				}
				if end := l.match(ws, slots[n+1:], i+skip); end >= 0 {
					return end
				}
			}
			return -1
		}
		if i >= len(ws) || slot != anyWord && !ws[i].fits(slot) {
			return -1
		}
		i++
	}
	return i
}

// A trie holds the words and beginnings of all slots, letter by letter.
type trie []node

type node struct {
	next          [alphabet]uint16 // 0 is none: nothing leads back to the root
	whole, starts []uint16         // slots that this word fits, that this beginning fits
}

// alphabet is the letters a to z, the digits, and one place for all else.
const alphabet = 26 + 10 + 1

func newTrie() trie { return trie{{}} }

func place(letter byte) int {
	switch {
	case 'a' <= letter && letter <= 'z':
		return int(letter - 'a')
	case '0' <= letter && letter <= '9':
		return int(letter-'0') + 26
	}
	return alphabet - 1
}

// add puts in "word" or, for a beginning, "word*".
func (t *trie) add(w string, slot uint16) {
	at := uint16(0)
	for i := 0; i < len(w); i++ {
		if w[i] == '*' {
			n := &(*t)[at]
			n.starts = append(n.starts, slot)
			return
		}
		to := (*t)[at].next[place(w[i])]
		if to == 0 {
			to = uint16(len(*t))
			*t = append(*t, node{})
			(*t)[at].next[place(w[i])] = to
		}
		at = to
	}
	n := &(*t)[at]
	n.whole = append(n.whole, slot)
}

// find appends the slots that w fits.
func (t trie) find(w string, slots []uint16) []uint16 {
	n := &t[0]
	for i := 0; i < len(w); i++ {
		slots = append(slots, n.starts...)
		to := n.next[place(w[i])]
		if to == 0 {
			return slots
		}
		n = &t[to]
	}
	slots = append(slots, n.starts...)
	return append(slots, n.whole...)
}
