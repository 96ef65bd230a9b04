package topic

// A network reads a mail as numbers for its words, for pairs of them, and for what
// a sentence does with a word: denies it, asks for it, or sets it against what was
// said before.

// Families of what the network reads. Those of one family share their weight.
const (
	readWord  = iota // a word anywhere
	readPair         // two words side by side, or with one between
	readMark         // a word that is denied, asked for or contrasted
	readHint         // a concept or a rule
	readWhole        // how long the mail is, and how much it asks
	families
)

// A Sign is one thing that the network sees, with its family.
type Sign struct {
	ID     uint32
	Family int
}

// firstFamily keeps signs apart from the features of the model.
const firstFamily = kind(64)

// Marks of a word, and the one of a pair with a word between.
const (
	markDenied = uint32(0x4E5F0000 + iota)
	markAsked
	markAgainst
	markSubject
	overOne = uint32(0x5BD1E995)
)

// negates tells words that deny what follows in their clause.
var negates = stems("non", "nn", "ne", "nessuno", "nessuna", "nessun", "mai", "senza", "niente", "nulla", "not", "no", "never", "without", "nothing", "nobody", "cannot", "neppure", "neanche", "nemmeno", "t")

// contrasts tells words after which a sentence says what counts.
var contrasts = stems("ma", "pero", "invece", "tranne", "eppure", "tuttavia", "but", "however", "except", "instead", "though", "solo", "soltanto", "only")

func stems(words ...string) map[uint32]bool {
	m := map[uint32]bool{}
	for _, w := range words {
		m[hash(stem(w))] = true
	}
	return m
}

// denied is how many words after a negation it reaches at most.
const denied = 6

// Signs lists what the network sees of a mail.
func (d *Document) Signs() (all []Sign) {
	d.signs(func(s Sign) { all = append(all, s) })
	return all
}

// signs tells what the network sees of a mail, sentence by sentence.
func (d *Document) signs(tell func(Sign)) {
	asking := 0
	var all, asked concepts
	for n := range d.text {
		s := &d.text[n]
		var set concepts
		for _, h := range d.hits[n] {
			set.add(h.concept)
			tell(sign(readHint, d.lex.hashes[h.concept], 0))
		}
		asks := s.question || d.lex.asking.shares(set)
		s.signs(asks, tell)
		all = all.union(set)
		if asks && !s.subject {
			asking++
			asked = asked.union(set)
		}
	}
	for _, f := range d.Features[d.whole:] {
		if f.kind == kindRule {
			tell(Sign{mix(firstFamily+readHint, f.ID, 1), readHint})
		} else {
			tell(Sign{f.ID, readWhole})
		}
	}
	for i, n := range [...]int{min(len(d.text), 12), min(asking, 5), min(all.len(), 12), min(asked.len(), 8), min(d.items, 4)} {
		tell(sign(readWhole, uint32(i), uint32(n)))
	}
}

func sign(family int, a, b uint32) Sign { return Sign{mix(firstFamily+kind(family), a, b), family} }

// signs tells what the network sees of a sentence, which asks or not.
func (s *sentence) signs(asks bool, tell func(Sign)) {
	reach, against := 0, false
	for i, w := range s.words {
		if w.part {
			reach = 0
		}
		if !w.stop || w.denies {
			tell(sign(readWord, w.stem, 0))
		}
		if i > 0 {
			tell(sign(readPair, s.words[i-1].stem, w.stem))
		}
		if i > 1 && !w.stop && !s.words[i-2].stop {
			tell(sign(readPair, s.words[i-2].stem, w.stem^overOne))
		}
		if !w.stop {
			if s.subject {
				tell(sign(readMark, w.stem, markSubject))
			} else {
				if reach > 0 {
					tell(sign(readMark, w.stem, markDenied))
				}
				if asks {
					tell(sign(readMark, w.stem, markAsked))
				}
				if against {
					tell(sign(readMark, w.stem, markAgainst))
				}
			}
		}
		if reach--; w.denies {
			reach = denied
		}
		against = against || w.contrasts
	}
}
