package topic

import (
	"math"
	"sync"
)

// kind is a family of features. Features of one kind share their weight in a
// mail: twice as many words do not make a mail twice as sure.
type kind uint8

const (
	kindWord        kind = iota // a word of the text
	kindPair                    // two words side by side
	kindSubject                 // a word of the subject
	kindConcept                 // a concept of the text
	kindSubjConcept             // a concept of the subject
	kindConceptPair             // two concepts in one sentence
	kindAsk                     // a concept in a sentence that asks
	kindAskWord                 // a word in a sentence that asks
	kindRule                    // a rule
	kindShape                   // length of the mail
	kindSkip                    // two words with one between
	kindFirst                   // a concept of the first or the last sentence
	kinds                       // how many there are
)

// share is how much each kind counts in the sum; found by cross-validation.
var share = [kinds]float64{2.2, 1.2, 1.2, 1.6, 1.2, 1.2, 0.8, 1.2, 1.6, 0.3, 0.9, 0.5}

// A Feature is one thing seen in a mail. ID stands for it in the model.
type Feature struct {
	ID   uint32
	kind kind
	s    int16 // sentence
	a, b int16 // words, concepts or rule, by kind
}

// A Document is a mail taken apart.
type Document struct {
	Features []Feature
	reader
	text  []sentence
	hits  [][]hit    // of each sentence
	met   []concepts // of each sentence
	found []hit      // what hits lie in
	whole int        // where the features of the mail as a whole begin: rules and shape
}

// documents are those released.
var documents = sync.Pool{New: func() any { return &Document{reader: newReader(theLexicon())} }}

// Read takes a mail apart: subject and the text that was written this time.
func Read(subject, text string) *Document {
	d := documents.Get().(*Document)
	d.text = d.sentences(subject, true, d.text)
	d.text = d.sentences(clean(text), false, d.text)
	if len(d.text) == 0 {
		return d
	}
	var mail concepts
	last := len(d.text) - 1
	for n := range d.text {
		from := len(d.found)
		d.found = d.find(d.text[n].words, d.found)
		d.hits = append(d.hits, d.found[from:len(d.found):len(d.found)])
		d.words(n)
		set := d.concepts(n, d.hits[n], n == last)
		d.met = append(d.met, set)
		mail = mail.union(set)
	}
	d.whole = len(d.Features)
	d.rules(d.met, mail)
	d.shape()
	return d
}

// Release leaves the room of d to the next mail; nobody looks at d any more.
func (d *Document) Release() {
	clear(d.text)
	clear(d.hits)
	*d = Document{Features: d.Features[:0], reader: d.reader.emptied(), text: d.text[:0], hits: d.hits[:0], met: d.met[:0], found: d.found[:0]}
	documents.Put(d)
}

// stopwords say nothing alone; they count in pairs.
var stopwords = func() map[uint32]bool {
	m := map[uint32]bool{}
	for _, w := range []string{"di", "a", "da", "in", "con", "su", "per", "tra", "il", "lo", "la", "i", "gli", "le", "un", "uno", "una", "e", "o", "che", "al", "del", "dal", "nel", "sul",
		"alla", "della", "dalla", "nella", "sulla", "allo", "dello", "ai", "dei", "dai", "nei", "sui", "delle", "alle", "l", "d", "c", "ed", "the", "of", "to", "and", "on", "at", "is", "it", "an", "for",
		"buongiorno", "salve", "ciao", "buonasera", "grazie", "saluti", "cordiali", "distinti", "hello", "hi", "dear", "regards", "thanks", "thank", "best", "xnum", "si", "mi", "ci", "vi", "ma", "this", "that", "sono", "we", "our", "be"} {
		m[hash(stem(w))] = true
	}
	return m
}()

// words adds what the words of sentence n say.
func (d *Document) words(n int) {
	s := &d.text[n]
	for i, w := range s.words {
		if s.subject {
			if !w.stop {
				d.add(kindSubject, n, i, i, w.stem, 0)
			}
			continue
		}
		if !w.stop {
			d.add(kindWord, n, i, i, w.stem, 0)
		}
		if i > 0 {
			d.add(kindPair, n, i-1, i, s.words[i-1].stem, w.stem)
		}
		if i > 1 && !w.stop && !s.words[i-2].stop {
			d.add(kindSkip, n, i-2, i, s.words[i-2].stem, w.stem)
		}
	}
}

// concepts adds what the hits of sentence n say and returns them as a set.
func (d *Document) concepts(n int, hits []hit, last bool) concepts {
	var set concepts
	s := &d.text[n]
	for _, h := range hits {
		set.add(h.concept)
	}
	ask := s.question || d.lex.asking.shares(set)
	for x, h := range hits {
		c := d.lex.hashes[h.concept]
		if s.subject {
			d.add(kindSubjConcept, n, int(h.concept), 0, c, 0)
			continue
		}
		d.add(kindConcept, n, int(h.concept), 0, c, 0)
		if ask {
			d.add(kindAsk, n, int(h.concept), 0, c, 0)
		}
		if last || n > 0 && d.text[n-1].subject || n == 0 {
			d.add(kindFirst, n, int(h.concept), 0, c, 0)
		}
		for _, g := range hits[:x] {
			p, q := min(g.concept, h.concept), max(g.concept, h.concept)
			d.add(kindConceptPair, n, int(p), int(q), d.lex.hashes[p], d.lex.hashes[q])
		}
	}
	if ask && !s.subject {
		for i, w := range s.words {
			if !w.stop {
				d.add(kindAskWord, n, i, i, w.stem, 0)
			}
		}
	}
	return set
}

func (d *Document) rules(near []concepts, mail concepts) {
	for i, r := range d.lex.rules {
		if !r.mail.met(mail) || r.not.shares(mail) {
			continue
		}
		if len(r.near) == 0 {
			d.add(kindRule, 0, i, 0, hash(rules[i].name), 0)
			continue
		}
		for n, set := range near {
			if r.near.met(set) {
				d.add(kindRule, n, i, 0, hash(rules[i].name), 0)
				break
			}
		}
	}
}

// shape says how long the mail is, in steps of doubling.
func (d *Document) shape() {
	n, subject, asks := 0, 0, 0
	for _, s := range d.text {
		if s.subject {
			subject += len(s.words)
			continue
		}
		n += len(s.words)
		if s.question {
			asks++
		}
	}
	d.add(kindShape, 0, 0, 0, hash("length"), uint32(math.Log2(float64(n+1))))
	d.add(kindShape, 0, 1, 0, hash("questions"), uint32(min(asks, 4)))
	if subject == 0 {
		d.add(kindShape, 0, 2, 0, hash("no subject"), 0)
	}
}

func (d *Document) add(k kind, s, a, b int, x, y uint32) {
	d.Features = append(d.Features, Feature{ID: mix(k, x, y), kind: k, s: int16(s), a: int16(a), b: int16(b)})
}

// Name words a feature for a technician.
func (d *Document) Name(f Feature) string {
	switch f.kind {
	case kindWord, kindAskWord:
		return quote(d.text[f.s].words[f.a].text)
	case kindSubject:
		return quote(d.text[f.s].words[f.a].text) + " in the subject"
	case kindPair, kindSkip:
		return quote(d.text[f.s].words[f.a].text + " " + d.text[f.s].words[f.b].text)
	case kindConcept, kindAsk, kindFirst:
		return d.phrase(int(f.s), uint8(f.a))
	case kindSubjConcept:
		return d.phrase(int(f.s), uint8(f.a)) + " in the subject"
	case kindConceptPair:
		return d.phrase(int(f.s), uint8(f.a)) + " with " + d.phrase(int(f.s), uint8(f.b))
	case kindRule:
		return "rule: " + rules[f.a].name
	}
	return ""
}

// phrase is the customer's own words for a concept.
func (d *Document) phrase(n int, c uint8) string {
	for _, h := range d.hits[n] {
		if h.concept == c {
			text := ""
			for i := h.from; i < h.to; i++ {
				text += " " + d.text[n].words[i].text
			}
			return quote(text[1:])
		}
	}
	return d.lex.concepts[c]
}

func quote(s string) string { return "“" + s + "”" }

// Empty tells that the mail holds no word.
func (d *Document) Empty() bool { return len(d.text) == 0 }
