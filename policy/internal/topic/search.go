package topic

// A search looks for phrases in one sentence. It knows for each word the
// slots that the word fits: as a list, and as a set of bits.
type search struct {
	lex   *lexicon
	fits  [][]uint16
	bits  []uint64
	width int // of one word's set
}

func newSearch(l *lexicon, ws []word) *search {
	s := &search{lex: l, fits: make([][]uint16, len(ws)), width: len(l.starts)/64 + 1}
	s.bits = make([]uint64, s.width*len(ws))
	all := make([]uint16, 0, 8*len(ws))
	for i, w := range ws {
		from := len(all)
		all = l.letters.find(w.text, all)
		s.fits[i] = all[from:len(all):len(all)]
		for _, n := range s.fits[i] {
			s.bits[i*s.width+int(n>>6)] |= 1 << (n & 63)
		}
	}
	return s
}

func (s *search) fit(i, slot int) bool {
	return s.bits[i*s.width+slot>>6]&(1<<(slot&63)) != 0
}

// match returns the index after the slots that begin at word i, or -1.
func (s *search) match(slots []int, i int) int {
	for n, slot := range slots {
		if slot == gap {
			for skip := 0; skip <= longGap && i+skip <= len(s.fits); skip++ {
				if skip > 0 && s.fit(i+skip-1, s.lex.negation) {
					return -1
				}
				if end := s.match(slots[n+1:], i+skip); end >= 0 {
					return end
				}
			}
			return -1
		}
		if i >= len(s.fits) || slot != anyWord && !s.fit(i, slot) {
			return -1
		}
		i++
	}
	return i
}

// A trie holds the words and beginnings of all slots, letter by letter.
type trie []node

type node struct {
	next          []edge
	whole, starts []uint16 // slots that this word fits, that this beginning fits
}

type edge struct {
	letter byte
	to     int32
}

func newTrie() trie { return trie{{}} }

func (n *node) step(letter byte) int32 {
	for _, e := range n.next {
		if e.letter == letter {
			return e.to
		}
	}
	return -1
}

// add puts in "word" or, for a beginning, "word*".
func (t *trie) add(w string, slot uint16) {
	at := int32(0)
	for i := 0; i < len(w); i++ {
		if w[i] == '*' {
			n := &(*t)[at]
			n.starts = append(n.starts, slot)
			return
		}
		to := (*t)[at].step(w[i])
		if to < 0 {
			to = int32(len(*t))
			*t = append(*t, node{})
			(*t)[at].next = append((*t)[at].next, edge{w[i], to})
		}
		at = to
	}
	n := &(*t)[at]
	n.whole = append(n.whole, slot)
}

// find appends the slots that w fits.
func (t trie) find(w string, slots []uint16) []uint16 {
	at := int32(0)
	for i := 0; i < len(w); i++ {
		slots = append(slots, t[at].starts...)
		if at = t[at].step(w[i]); at < 0 {
			return slots
		}
	}
	slots = append(slots, t[at].starts...)
	return append(slots, t[at].whole...)
}
