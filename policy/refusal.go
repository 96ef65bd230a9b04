package policy

import (
	"slices"
	"strings"
)

// yielding are words that the reasons of a no do not hold, folded: what
// conditions or delays it, asks for something, or speaks of another price.
const yielding = `
se ma pero solo soltanto almeno forse magari quando finche purche salvo tranne eccetto condizione condizioni invece piuttosto
ora adesso oggi domani poi dopo prima presto momento ancora intanto vedremo vediamo valuto valutiamo valutero
penso pensiamo pensarci decidero decideremo rimando rimandiamo sospeso sconto ribasso meno massimo meta gratis altrimenti
vorrei vorremmo avrei avremmo potete puo puoi potreste potrebbe potrei possiamo possibile serve servono fatemi fateci
mandatemi mandateci inviatemi chiamatemi chiamateci scrivetemi ditemi diteci aspetto attendo quanto quanti credito crediti euro
if but unless until only maybe perhaps instead rather now yet today tomorrow later soon then before after when first moment
discount less cheaper half free otherwise please can could would should decide decision think consider need want credit credits euro how what`

// refused tells a no with or without its reasons: it is, or begins with, a
// refusal, courtesy and regret before it aside. What follows may say why, and
// may not ask, condition, delay, accept or name another price. "No" alone may
// be the answer to some other question, and begins nothing.
func (r reading) refused(parts []piece) bool {
	said := false
	for i, p := range parts {
		switch {
		case said:
			if !r.aside(p, i == len(parts)-1) && !r.reason(p.words) {
				return false
			}
		default:
			end, ok := r.refusal(p.words)
			if ok {
				said = true
				rest := p.words[end:]
				if because := r.longestOf(rest, func(s string) bool { return r.reasons[s] }); len(rest) > 0 && !r.reads(rest) && (because == 0 || !r.reason(rest[because:])) {
					return false
				}
			} else if end < len(p.words) && !r.aside(p, false) {
				return false
			}
		}
	}
	return said
}

// refusal finds a refusal at the beginning of words, behind what may stand
// before one; without one, end is where that ends.
func (r reading) refusal(words []string) (end int, ok bool) {
	from := 0
	for from < len(words) {
		n := r.longestOf(words[from:], func(s string) bool {
			return r.regrets[s] || connectors[s] || s == "no" || r.phrases[s]&^(meansThanks|meansCourtesy|meansGreeting) == 0 && r.phrases[s] != 0
		})
		end := r.refusalAt(words, from)
		if end > from && end-from >= n && !(end-from == 1 && words[from] == "no") {
			return end, true
		}
		if n == 0 {
			break
		}
		from += n
	}
	return from, false
}

// refusalAt is the end of the longest refusal that begins at words[from], with
// what it refuses; from when there is none.
func (r reading) refusalAt(words []string, from int) int {
	longest := from
	r.phrasesFrom(words, from, func(end int, m meaning) {
		if m&means == meansDecline {
			longest = max(longest, end)
		}
	})
	return longest
}

// longestOf counts the words of the longest phrase at the beginning of words
// that is one of them.
func (r reading) longestOf(words []string, of func(string) bool) int {
	for n := min(len(words), r.longest); n > 0; n-- {
		if of(strings.Join(words[:n], " ")) {
			return n
		}
	}
	return 0
}

// aside tells whether a piece beside a no says nothing against it: courtesy, a
// name, the no once more, the wish that the request be closed.
func (r reading) aside(p piece, last bool) bool {
	if r.reads(p.words) || r.ownName(p) || r.dropped[strings.Join(p.words, " ")] || last && r.signature(p) {
		return true
	}
	_, ok := r.addressed(p, true)
	return ok
}

// reads tells whether words are phrases of the policy file, none of which says
// anything but no.
func (r reading) reads(words []string) bool {
	ways := r.read(words, true)
	for m := range ways {
		if m&(meansAccept|meansSolved) != 0 {
			return false
		}
	}
	return len(ways) > 0
}

// reason tells whether free words can be why somebody refuses.
func (r reading) reason(words []string) bool {
	for i, w := range words {
		alone := w == "solo" && i > 0 && words[i-1] == "da" // "l'ho fatto da solo"
		if r.yielding[w] && !alone || strings.ContainsAny(w, "0123456789") || commands(w) {
			return false
		}
		shortest := 1
		if w == "si" && i+1 < len(words) { // "si è rotto" is no yes
			shortest = 2
		}
		for end := i + shortest; end <= min(len(words), i+r.longest); end++ {
			if r.phrases[strings.Join(words[i:end], " ")]&meansAccept != 0 {
				return false
			}
		}
	}
	return true
}

// commands tells a word that may tell somebody to do something: an Italian verb
// in the second person plural, with a pronoun or without.
func commands(word string) bool {
	for _, pronoun := range []string{"mi", "ci", "lo", "la", "li", "le"} {
		word = strings.TrimSuffix(word, pronoun)
	}
	return len(word) > 4 && endsIn(word, "ate", "ete", "ite")
}

// endsIn tells whether word has one of these endings.
func endsIn(word string, endings ...string) bool {
	return slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(word, e) })
}
