package topic

// A search looks for phrases, one sentence after the other. It knows for each
// word the slots that the word fits: as a list, and as a set of bits.
type search struct {
	lex   *lexicon
	known map[string][]uint16 // what words of this mail fit, looked up once
	fits  [][]uint16          // of each word of the sentence
	all   []uint16            // what the parts of known lie in
	bits  []uint64
	width int // of one word's set
}

func newSearch(l *lexicon) *search {
	return &search{lex: l, width: len(l.starts)/64 + 1, known: map[string][]uint16{}}
}

// read takes in the words of a sentence in place of the last one's.
func (s *search) read(ws []word) {
	s.fits = s.fits[:0]
	if need := s.width * len(ws); need > cap(s.bits) {
		s.bits = make([]uint64, need, 2*need)
	} else {
		s.bits = s.bits[:need]
		clear(s.bits)
	}
	for i, w := range ws {
		fits, known := s.known[w.text]
		if !known {
			from := len(s.all)
			s.all = s.lex.letters.find(w.text, s.all)
			fits = s.all[from:len(s.all):len(s.all)]
			s.known[w.text] = fits
		}
		s.fits = append(s.fits, fits)
		for _, n := range fits {
			s.bits[i*s.width+int(n>>6)] |= 1 << (n & 63)
		}
	}
}

// find appends the concepts of a sentence, each at most once, where first seen.
func (s *search) find(ws []word, hits []hit) []hit {
	var seen concepts
	s.read(ws)
	for i := range ws {
		for _, n := range s.fits[i] {
			for _, p := range s.lex.starts[n] {
				if seen.has(p.concept) {
					continue
				}
				if end := s.match(p.slots[1:], i+1); end >= 0 {
					seen.add(p.concept)
					hits = append(hits, hit{p.concept, i, end})
				}
			}
		}
	}
	return hits
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
