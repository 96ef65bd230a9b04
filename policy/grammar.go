package policy

import (
	"slices"
	"strconv"
	"strings"
)

// meaning is what a phrase of the policy file says; a phrase may have several.
type meaning uint16

const (
	meansAccept meaning = 1 << iota
	meansDecline
	meansThanks
	meansSolved
	meansCourtesy // nothing by itself
	meansGreeting // nothing by itself; opens the mail
	meansClosing  // nothing by itself; closes the mail
	meansFirm     // beside a yes: a verb says it, not "ok" alone
	meansOrder    // beside a yes: it tells to begin
)

// means masks what counts: the rest may stand beside anything.
const means = meansAccept | meansDecline | meansThanks | meansSolved

// grammar is the words of the policy file, folded, of all languages together.
type grammar struct {
	parts      map[string][]string // while a language is loaded: what its phrases are put together of
	phrases    map[string]meaning
	orders     map[string]bool    // a yes that tells to begin
	whenever   map[string]bool    // when that suits whoever begins
	settled    map[string]meaning // what is said of an object: "is accepted"
	objects    map[string]bool
	about      map[string]bool // leads to an object, and says nothing
	by         map[string]bool
	take       map[string]bool // orders to take credits: a yes with the price only
	addressees map[string]bool
	offices    map[string]bool
	regrets    map[string]bool // what may stand before a no
	reasons    map[string]bool // what begins the reason of a no
	dropped    map[string]bool // what may be asked beside a no: to close the request
	yielding   map[string]bool // what the reasons of a no do not hold
	units      []unit
	lexicon    map[string]bool // every single word above: no name of a person
	longest    int             // words in the longest of them
	firstNames map[string]bool
	notNames   map[string]bool
	remarks    vocabulary // single words that a remark beside a firm yes is made of
	companies  map[string]bool
	firms      map[string]bool
}

// unit is how credits are written after a number.
type unit struct{ one, many string }

// connectors may stand between two phrases of one piece.
var connectors = map[string]bool{"e": true, "ed": true, "and": true, "allora": true, "quindi": true, "so": true}

// reading is a grammar together with the quote that a reply may name.
type reading struct {
	grammar
	quote   string // folded; "" when there is none
	credits Credits
	own     map[string]bool // words of the sender's name, folded
}

// read tells in which ways words are nothing but phrases one after the other:
// the sets of their meanings, none when a word is left over. At the opening of
// the text greetings may stand; later a connector may come first.
func (r reading) read(words []string, opening bool) map[meaning]bool {
	reach := make([]map[meaning]bool, len(words)+1)
	for i := range reach {
		reach[i] = map[meaning]bool{}
	}
	reach[0][0] = true
	for i := range words {
		if len(reach[i]) == 0 {
			continue
		}
		starts := []int{i}
		if connectors[words[i]] && (i > 0 || !opening) {
			starts = append(starts, i+1)
		}
		for _, from := range starts {
			r.phrasesFrom(words, from, func(end int, m meaning) {
				for before := range reach[i] {
					if m != meansGreeting || opening && before&^meansGreeting == 0 {
						reach[end][before|m] = true
					}
				}
			})
		}
	}
	return reach[len(words)]
}

// phrasesFrom yields every phrase that begins at words[from], with what may
// follow it, as the index of the first word behind it.
func (r reading) phrasesFrom(words []string, from int, yield func(end int, m meaning)) {
	for end := from + 1; end <= min(len(words), from+r.longest); end++ {
		phrase := strings.Join(words[from:end], " ")
		if m, ok := r.phrases[phrase]; ok {
			if m == meansAccept && firm(phrase) {
				m |= meansFirm
			}
			if r.orders[phrase] {
				m |= meansOrder
			}
			yield(end, m)
			if m&(meansAccept|meansDecline) != 0 {
				r.tails(words, end, tail{when: !r.orders[phrase]}, func(behind int) { yield(behind, m) })
			}
		}
		if r.take[phrase] {
			r.priced(words, end, func(behind int) {
				yield(behind, meansAccept|meansFirm)
				r.tails(words, behind, tail{credits: true}, func(behind int) { yield(behind, meansAccept|meansFirm) })
			})
		}
		if r.about[phrase] {
			yield(end, meansCourtesy)
			r.tails(words, end, tail{when: true}, func(behind int) { yield(behind, meansCourtesy) })
		}
		if r.objects[phrase] {
			r.settledAt(words, end, yield)
			r.tails(words, end, tail{objects: maxObjects, when: true}, func(behind int) { r.settledAt(words, behind, yield) })
		}
	}
	r.priced(words, from, func(end int) { r.settledAt(words, end, yield) })
}

// verbs are stems of what binds whoever says it; "ok" and "va bene" may mean
// that something else is fine.
var verbs = []string{"accett", "approv", "autorizz", "acconsent", "conferm", "proced", "inizi", "cominci", "avanti", "accept", "authori", "confirm", "proceed", "ahead", "start"}

// firm tells whether one of these verbs is in a phrase.
func firm(phrase string) bool {
	return slices.ContainsFunc(verbs, func(v string) bool { return strings.Contains(phrase, v) })
}

// settledAt yields what is said, at words[from], of the object before it.
func (r reading) settledAt(words []string, from int, yield func(end int, m meaning)) {
	for end := from + 1; end <= min(len(words), from+r.longest); end++ {
		if m, ok := r.settled[strings.Join(words[from:end], " ")]; ok {
			if m == meansAccept {
				m |= meansFirm
			}
			yield(end, m)
		}
	}
}

// maxObjects is how often a yes may say what it is about: "the work as quoted".
const maxObjects = 2

// tail is what already followed a yes or no: the code, the credits and when may
// come once, in any order.
type tail struct {
	objects             int
	code, credits, when bool
}

// tails yields the ends of everything that may follow a yes or no at words[from]:
// what it is about, the quote's code, its credits, and behind an order, when.
func (r reading) tails(words []string, from int, had tail, yield func(end int)) {
	next := func(end int, had tail) {
		yield(end)
		r.tails(words, end, had, yield)
	}
	for end := from + 1; had.objects < maxObjects && end <= min(len(words), from+r.longest); end++ {
		if r.objects[strings.Join(words[from:end], " ")] {
			now := had
			now.objects++
			next(end, now)
		}
	}
	for end := from + 1; !had.when && end <= min(len(words), from+r.longest); end++ {
		if r.whenever[strings.Join(words[from:end], " ")] {
			now := had
			now.when = true
			next(end, now)
		}
	}
	if !had.code && r.quote != "" && from < len(words) && words[from] == r.quote {
		now := had
		now.code = true
		next(from+1, now)
	}
	if !had.credits {
		now := had
		now.credits = true
		r.priced(words, from, func(end int) { next(end, now) })
	}
}

// priced yields the end of the quote's credits at words[from], with a word such
// as "for" before them.
func (r reading) priced(words []string, from int, yield func(end int)) {
	for n := 0; n <= min(len(words)-from-2, r.longest); n++ {
		if n > 0 && !r.by[strings.Join(words[from:from+n], " ")] {
			continue
		}
		if end := from + n + 2; r.price(words[end-2], words[end-1]) {
			yield(end)
		}
	}
}

// price tells whether a number and its unit are the quote's credits, in figures
// as we write them or in letters.
func (r reading) price(number, name string) bool {
	if r.credits <= 0 || number != strconv.Itoa(int(r.credits)) && lettered[number] != r.credits {
		return false
	}
	for _, u := range r.units {
		if r.credits == 1 && name == u.one || r.credits != 1 && name == u.many {
			return true
		}
	}
	return false
}
