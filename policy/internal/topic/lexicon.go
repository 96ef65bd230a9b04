package topic

import (
	_ "embed"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
)

//go:embed lexicon.txt
var lexiconText string

// A lexicon finds concepts: what several phrases of both languages mean.
type lexicon struct {
	concepts []string
	hashes   []uint32   // of their names
	asking   concepts   // those of a sentence that asks for something
	rules    []compiled // in the order of the table
	starts   [][]phrase // by the number of the first slot
	slots    map[string]int
	letters  trie
	negation int // the slot of words that a gap does not skip
}

// A phrase is a row of slots by number. A slot holds words of which one must
// stand there ("word", or "word*" for its beginning); "?" is any one word and
// "~" up to four words or none, of which none negates: "from the phone it
// does not work" is no "phone ~ work".
type phrase struct {
	concept uint8
	need    uint16   // the last slot in which one of some words must stand…
	needs   []uint16 // …and the others but the first
	slots   []int
}

const (
	anyWord = -1
	gap     = -2
	longGap = 4 // words
)

const negations = "non|ne|not|no|nn|never|mai|cannot|neither|neppure|neanche|nemmeno|t"

// hit is one phrase found: concept, and the words from..to of the sentence.
type hit struct {
	concept  uint8
	from, to int
}

var theLexicon = sync.OnceValue(func() *lexicon {
	l, err := parseLexicon(lexiconText)
	if err != nil {
		panic(err) // the embedded file is part of the program and tested
	}
	return l
})

// parseLexicon reads a lexicon for the table of rules.
func parseLexicon(text string) (*lexicon, error) {
	l := &lexicon{slots: map[string]int{}, letters: newTrie()}
	l.negation = l.slot(negations)
	if err := l.read(text); err != nil {
		return nil, err
	}
	return l, l.compile(rules)
}

// read takes in "name: phrase, phrase, …" lines; a line that begins with a
// space goes on, # begins a comment.
func (l *lexicon) read(text string) error {
	for n, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		if line[0] != ' ' {
			name, rest, ok := strings.Cut(line, ":")
			if !ok {
				return fmt.Errorf("lexicon line %d: no colon", n+1)
			}
			l.concepts, line = append(l.concepts, name), rest
		}
		for _, p := range strings.Split(line, ",") {
			if p = strings.TrimSpace(p); p == "" {
				continue
			}
			if err := l.add(p); err != nil {
				return fmt.Errorf("lexicon line %d: %w", n+1, err)
			}
		}
	}
	if len(l.concepts) > 128 {
		return fmt.Errorf("lexicon: %d concepts, at most 128", len(l.concepts))
	}
	if len(l.letters) > math.MaxUint16 {
		return errors.New("lexicon: too many different words")
	}
	return nil
}

// add takes in a phrase of the concept named last.
func (l *lexicon) add(text string) error {
	p := phrase{concept: uint8(len(l.concepts) - 1)}
	var words []uint16
	for _, f := range strings.Fields(text) {
		switch f {
		case "?":
			p.slots = append(p.slots, anyWord)
		case "~":
			p.slots = append(p.slots, gap)
		default:
			n := l.slot(f)
			p.slots, words = append(p.slots, n), append(words, uint16(n))
		}
	}
	first := p.slots[0]
	if first < 0 {
		return fmt.Errorf("phrase %q begins with a gap", text)
	}
	last := len(words) - 1
	p.need, p.needs = words[last], words[min(1, last):last]
	l.starts[first] = append(l.starts[first], p)
	return nil
}

// slot numbers the words "a|b*|c".
func (l *lexicon) slot(words string) int {
	if n, ok := l.slots[words]; ok {
		return n
	}
	n := len(l.starts)
	l.slots[words] = n
	l.starts = append(l.starts, nil)
	for _, w := range strings.Split(words, "|") {
		if long, ok := short[w]; ok {
			w = long // as in the mails
		}
		l.letters.add(w, uint16(n))
	}
	return n
}

// compile looks up the names that the rules use.
func (l *lexicon) compile(rules []rule) error {
	known := map[string]uint8{}
	for i, c := range l.concepts {
		known[c] = uint8(i)
		l.hashes = append(l.hashes, hash(c))
	}
	var unknown error
	set := func(names []string) (c concepts) {
		for _, n := range names {
			id, ok := known[n]
			if !ok {
				unknown = fmt.Errorf("lexicon: no concept %q", n)
			}
			c.add(id)
		}
		return c
	}
	sets := func(lists [][]string) (cs clauses) {
		for _, names := range lists {
			cs = append(cs, set(names))
		}
		return cs
	}
	l.asking = set([]string{"doit", "iwant", "howto"})
	for _, r := range rules {
		l.rules = append(l.rules, compiled{sets(r.near), sets(r.mail), set(r.not)})
	}
	return unknown
}
