package policy

import (
	"fmt"
	"slices"
	"strings"
)

// meanings are the lists of the [words.…] tables whose phrases say something.
var meanings = []struct {
	key   string
	means meaning
}{
	{"accept", meansAccept}, {"order", meansAccept}, {"decline", meansDecline}, {"thanks", meansThanks}, {"solved", meansSolved},
	{"courtesy", meansCourtesy}, {"greeting", meansGreeting}, {"closing", meansClosing},
}

// unyielding are words that no acceptance holds: they negate or condition it.
var unyielding = []string{
	"non", "no", "mai", "ma", "pero", "se", "solo", "soltanto", "forse",
	"not", "don't", "never", "but", "if", "only", "maybe", "unless",
}

func loadGrammar(t table) grammar {
	g := grammar{
		phrases: map[string]meaning{}, orders: map[string]bool{}, whenever: map[string]bool{}, settled: map[string]meaning{}, objects: map[string]bool{}, about: map[string]bool{}, by: map[string]bool{},
		take: map[string]bool{}, remarks: map[string]bool{}, addressees: map[string]bool{}, offices: map[string]bool{}, lexicon: map[string]bool{},
		regrets: map[string]bool{}, reasons: map[string]bool{}, dropped: map[string]bool{}, yielding: wordSet(yielding),
		firstNames: wordSet(firstNames), notNames: namesNobody, companies: wordSet(companies), firms: wordSet(firms),
	}
	for _, lang := range []string{"it", "en"} {
		g.load(t.table(lang))
	}
	t.end()
	return g
}

// load adds the words of one language.
func (g *grammar) load(t table) {
	g.loadParts(t.table("part"))
	for _, list := range meanings {
		for i, phrase := range g.list(t, list.key) {
			g.mean(t, list.key, i, phrase, list.means)
			if list.key == "order" {
				g.orders[phrase] = true
			}
		}
	}
	for key, m := range map[string]meaning{"accepted": meansAccept, "declined": meansDecline, "fits": meansCourtesy} {
		for _, phrase := range g.list(t, key) {
			g.settled[phrase] = m
		}
	}
	for key, set := range map[string]map[string]bool{
		"object": g.objects, "about": g.about, "whenever": g.whenever, "by": g.by, "take": g.take, "addressee": g.addressees, "office": g.offices,
		"regret": g.regrets, "because": g.reasons, "drop": g.dropped,
	} {
		for _, phrase := range g.list(t, key) {
			set[phrase] = true
		}
	}
	for _, words := range t.list("remark", "words") { // in people's names too, and so not in the lexicon
		for word := range strings.FieldsSeq(words) {
			g.remarks[foldWord(word)] = true
		}
	}
	names := t.table("unit")
	const allowed = "the word after a number of credits"
	g.units = append(g.units, unit{fold(names.words("one", allowed)), fold(names.words("many", allowed))})
	names.end()
	t.end()
}

// mean gives the i-th phrase of a list its meaning: one, unless none of them counts.
func (g *grammar) mean(t table, key string, i int, phrase string, m meaning) {
	had := g.phrases[phrase]
	switch {
	case had != 0 && had != m && (had|m)&means != 0:
		t.fault(fmt.Sprintf("%s[%d]", key, i), "%q stands in another list too, must have one meaning", phrase)
	case m == meansAccept && slices.ContainsFunc(strings.Fields(phrase), func(w string) bool { return slices.Contains(unyielding, w) }):
		t.fault(fmt.Sprintf("%s[%d]", key, i), "%q negates or conditions, must be an unmistakable yes", phrase)
	}
	g.phrases[phrase] = had | m
}

// list reads phrases, folded, and remembers their words.
func (g *grammar) list(t table, key string) []string {
	var out []string
	for i, s := range t.list(key, "words or phrases") {
		written, ok := g.written(s)
		if !ok {
			t.fault(fmt.Sprintf("%s[%d]", key, i), "%q has brackets that do not close or too many of them, must be like \"(a|b) c [d|e] {part}\"", s)
		}
		for _, phrase := range written {
			var words []string
			for form := range strings.FieldsSeq(phrase) {
				word := form
				if !g.lexicon[form] { // else it is a folded one
					if word = foldWord(form); !plain(word) || strings.HasSuffix(word, ".") {
						t.fault(fmt.Sprintf("%s[%d]", key, i), "%q has signs that no phrase has, must be words without punctuation", s)
						return out
					}
					g.lexicon[word] = true
				}
				words = append(words, word)
			}
			g.longest = max(g.longest, len(words))
			out = append(out, strings.Join(words, " "))
		}
	}
	return out
}

// written writes out an entry of a list: for each {name} in it every phrase of
// that part, then its alternatives.
func (g *grammar) written(s string) ([]string, bool) {
	before, rest, found := strings.Cut(s, "{")
	if !found {
		return alternatives(s)
	}
	name, after, closed := strings.Cut(rest, "}")
	phrases := g.parts[name]
	var out []string
	for _, phrase := range phrases {
		more, ok := g.written(before + phrase + after)
		if out = append(out, more...); !ok || len(out) > maxAlternatives {
			return nil, false
		}
	}
	return out, closed && len(phrases) > 0
}

// loadParts reads what phrases are put together of: each part may name those
// that stand before it in the order of their names.
func (g *grammar) loadParts(t table) {
	g.parts = map[string][]string{}
	for _, name := range t.keys() {
		g.parts[name] = g.list(t, name)
	}
	t.end()
}

// maxAlternatives bounds how many phrases one entry of a list may stand for.
const maxAlternatives = 4096

// alternatives writes out an entry of a list: "(a|b) c [d|e]" stands for "a c",
// "b c", "a c d" and so on; what is in square brackets may be left out. False
// when the brackets do not close, are nested, or stand for too much.
func alternatives(s string) ([]string, bool) {
	open := strings.IndexAny(s, "([")
	if open < 0 {
		return []string{s}, !strings.ContainsAny(s, ")]|")
	}
	end := strings.IndexAny(s[open+1:], "()[]") + open + 1
	if end <= open || s[end] != map[byte]byte{'(': ')', '[': ']'}[s[open]] || strings.ContainsAny(s[:open], ")]|") {
		return nil, false
	}
	rest, ok := alternatives(s[end+1:])
	options := strings.Split(s[open+1:end], "|")
	if s[open] == '[' {
		options = append(options, "")
	}
	if !ok || len(rest)*len(options) > maxAlternatives {
		return nil, false
	}
	var out []string
	for _, option := range options {
		for _, r := range rest {
			out = append(out, s[:open]+option+r)
		}
	}
	return out, true
}
