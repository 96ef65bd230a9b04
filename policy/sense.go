package policy

import (
	"slices"
	"strings"
)

// Sense is what a short reply amounts to as a whole.
type Sense int

const (
	SenseNone    Sense = iota + 1 // anything else: a person must read it
	SenseAccept                   // an unmistakable yes to a quote
	SenseDecline                  // an unmistakable no
	SenseThanks                   // thanks and nothing else
	SenseSolved                   // "risolto" / "solved" and nothing else
)

// Sense reads the new text of a reply (greeting and signature are set aside).
// quote is the code of the open quote and credits its price, which a yes may
// name ("" and 0 when there is none). When in doubt it answers SenseNone: every
// piece between punctuation must consist wholly of phrases of the policy file.
// sender is what whoever wrote it is called: such a name may stand anywhere.
func (p *Policy) Sense(text, quote string, credits Credits, sender ...string) Sense {
	r := reading{p.grammar, fold(quote), credits, nil}
	r.own = r.namesOf(sender)
	parts, ok := pieces(text, r.abbreviated)
	if !ok {
		return SenseNone
	}
	if r.refused(parts) {
		return SenseDecline
	}
	for n := 0; n < 3 && len(parts) > 1 && r.signature(parts[len(parts)-1]); n++ {
		parts = parts[:len(parts)-1]
	}
	var said meaning
	remarked := false
	for i := range parts {
		opening := said&^meansGreeting == 0
		if said&meansOrder != 0 && r.whenever[strings.Join(parts[i].words, " ")] {
			continue
		}
		m, ok := r.piece(parts[i], opening, i == len(parts)-1)
		if !ok {
			if m, ok = r.remark(parts[i].words, opening); !ok {
				return SenseNone
			}
			remarked = true
		}
		said |= m
	}
	if remarked && said&meansFirm == 0 {
		return SenseNone
	}
	switch said & means &^ meansThanks {
	case meansAccept:
		return SenseAccept
	case meansDecline:
		return SenseDecline
	case meansSolved:
		return SenseSolved
	case 0:
		// "Perfect, thanks" may be half a yes while a quote is open.
		if said&meansThanks != 0 && (quote == "" || said&meansCourtesy == 0) {
			return SenseThanks
		}
	}
	return SenseNone
}

// piece reads one piece; false when a word of it is left over or it could be
// read in two ways.
func (r reading) piece(p piece, opening, last bool) (meaning, bool) {
	var said meaning
	ways := map[meaning]bool{} // "no grazie" is a no, read as one phrase or as two
	for m := range r.read(p.words, opening) {
		said |= m
		ways[m&means&^meansThanks] = true
	}
	switch {
	case len(ways) == 1:
		return said, true
	case len(ways) > 1:
		return 0, false
	case r.ownName(p), last && r.signature(p):
		return 0, true
	}
	return r.addressed(p, opening)
}

// remark reads a piece, or what stands on one side of an "and" in it, that is
// wholly made of words by which people say that all is well: no set of them
// asks, conditions or refuses.
func (r reading) remark(words []string, opening bool) (meaning, bool) {
	if r.remarks.hold(words) {
		return 0, true
	}
	for at, w := range words {
		if !connectors[w] {
			continue
		}
		rest := words[:at]
		if r.remarks.hold(rest) {
			rest = words[at+1:]
		} else if !r.remarks.hold(words[at+1:]) {
			continue
		}
		ways := r.read(rest, opening)
		if len(ways) == 1 {
			for m := range ways {
				return m, true
			}
		}
	}
	return 0, false
}

// vocabulary is the words of which a text may be made.
type vocabulary map[string]bool

// hold tells whether words are nothing but words of v, and "and".
func (v vocabulary) hold(words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !v[w] && !connectors[w] })
}

// abbreviated tells whether a word keeps its full stop: "Sig.", "Dott.", "R. Neri".
func (r reading) abbreviated(word string) bool {
	return len(word) == 1 || r.addressees[word] || r.phrases[word]&meansGreeting != 0
}
