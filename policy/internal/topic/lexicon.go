package topic

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

//go:embed lexicon.txt
var lexiconText string

// A lexicon finds concepts: what several phrases of both languages mean.
type lexicon struct {
	concepts []string
	hashes   []uint32            // of their names
	asking   concepts            // those of a sentence that asks for something
	rules    []compiled          // in the order of the table
	exact    map[string][]phrase // by the first word
	prefix   map[string][]phrase // by the first three letters of the first word
}

// A phrase is a row of slots. Each slot holds words of which one must stand
// there ("word", or "word*" for its beginning); "?" is any one word and "~"
// up to four words or none, of which none negates.
type phrase struct {
	concept uint8
	slots   []slot
}

type slot struct {
	any, gap bool
	words    []string // a beginning ends with "*"
}

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

// parseLexicon reads "name: phrase, phrase, …" lines; a line that begins
// with a space goes on, # begins a comment.
func parseLexicon(text string) (*lexicon, error) {
	l := &lexicon{exact: map[string][]phrase{}, prefix: map[string][]phrase{}}
	for n, line := range strings.Split(text, "\n") {
		if i := strings.IndexByte(line, '#'); i >= 0 {
			line = line[:i]
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		if line[0] != ' ' {
			name, rest, ok := strings.Cut(line, ":")
			if !ok {
				return nil, fmt.Errorf("lexicon line %d: no colon", n+1)
			}
			l.concepts, line = append(l.concepts, name), rest
		}
		for _, p := range strings.Split(line, ",") {
			if p = strings.TrimSpace(p); p != "" {
				if err := l.add(p); err != nil {
					return nil, fmt.Errorf("lexicon line %d: %w", n+1, err)
				}
			}
		}
	}
	if len(l.concepts) > 128 {
		return nil, fmt.Errorf("lexicon: %d concepts, at most 128", len(l.concepts))
	}
	return l, l.compile(rules)
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

func (l *lexicon) add(text string) error {
	p := phrase{concept: uint8(len(l.concepts) - 1)}
	for _, f := range strings.Fields(text) {
		switch f {
		case "?":
			p.slots = append(p.slots, slot{any: true})
		case "~":
			p.slots = append(p.slots, slot{gap: true})
		default:
			p.slots = append(p.slots, slot{words: strings.Split(f, "|")})
		}
	}
	first := p.slots[0]
	if first.any || first.gap {
		return fmt.Errorf("phrase %q begins with a gap", text)
	}
	for _, w := range first.words {
		if !strings.HasSuffix(w, "*") {
			l.exact[w] = append(l.exact[w], p)
			continue
		}
		if len(w) < 4 {
			return fmt.Errorf("phrase %q: three letters before *", text)
		}
		q := phrase{p.concept, append([]slot{{words: []string{w}}}, p.slots[1:]...)}
		l.prefix[w[:3]] = append(l.prefix[w[:3]], q)
	}
	return nil
}

// find lists the concepts of a sentence, each at most once, where first seen.
func (l *lexicon) find(ws []word, hits []hit) []hit {
	var seen [2]uint64
	for i, w := range ws {
		for _, p := range l.exact[w.text] {
			hits = try(p, ws, i, &seen, hits)
		}
		if len(w.text) >= 3 {
			for _, p := range l.prefix[w.text[:3]] {
				hits = try(p, ws, i, &seen, hits)
			}
		}
	}
	return hits
}

func try(p phrase, ws []word, i int, seen *[2]uint64, hits []hit) []hit {
	bit := uint64(1) << (p.concept & 63)
	if seen[p.concept>>6]&bit != 0 {
		return hits
	}
	if end := match(p.slots, ws, i); end >= 0 {
		seen[p.concept>>6] |= bit
		hits = append(hits, hit{p.concept, i, end})
	}
	return hits
}

// negations are not skipped by a gap: "from the phone it does not work" is no
// "phone ~ work".
var negations = map[string]bool{"non": true, "ne": true, "not": true, "no": true, "nn": true, "never": true, "mai": true, "cannot": true, "neither": true, "neppure": true, "neanche": true, "nemmeno": true, "t": true}

// match returns the index after the phrase, or -1.
func match(slots []slot, ws []word, i int) int {
	for n, s := range slots {
		if s.gap {
			for skip := 0; skip <= 4 && i+skip <= len(ws); skip++ {
				if skip > 0 && negations[ws[i+skip-1].text] {
					return -1
				}
				if end := match(slots[n+1:], ws, i+skip); end >= 0 {
					return end
				}
			}
			return -1
		}
		if i >= len(ws) || !s.any && !s.has(ws[i].text) {
			return -1
		}
		i++
	}
	return i
}

func (s slot) has(w string) bool {
	for _, x := range s.words {
		if x == w || x[len(x)-1] == '*' && strings.HasPrefix(w, x[:len(x)-1]) {
			return true
		}
	}
	return false
}
