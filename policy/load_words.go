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
	{"accept", meansAccept}, {"decline", meansDecline}, {"thanks", meansThanks}, {"solved", meansSolved},
	{"courtesy", meansCourtesy}, {"greeting", meansGreeting}, {"closing", meansClosing},
}

// unyielding are words that no acceptance holds: they negate or condition it.
var unyielding = []string{
	"non", "no", "mai", "ma", "pero", "se", "solo", "soltanto", "forse",
	"not", "don't", "never", "but", "if", "only", "maybe", "unless",
}

func loadGrammar(t table) grammar {
	g := grammar{
		phrases: map[string]meaning{}, objects: map[string]bool{}, by: map[string]bool{},
		addressees: map[string]bool{}, lexicon: map[string]bool{},
		firstNames: wordSet(firstNames), notNames: wordSet(notNames), companies: wordSet(companies),
	}
	for _, lang := range []string{"it", "en"} {
		g.load(t.table(lang))
	}
	t.end()
	return g
}

// load adds the words of one language.
func (g *grammar) load(t table) {
	for _, list := range meanings {
		for i, phrase := range g.list(t, list.key) {
			g.mean(t, fmt.Sprintf("%s[%d]", list.key, i), phrase, list.means)
		}
	}
	for key, set := range map[string]map[string]bool{"object": g.objects, "by": g.by, "addressee": g.addressees} {
		for _, phrase := range g.list(t, key) {
			set[phrase] = true
		}
	}
	names := t.table("unit")
	const allowed = "the word after a number of credits"
	g.units = append(g.units, unit{fold(names.words("one", allowed)), fold(names.words("many", allowed))})
	names.end()
	t.end()
}

// mean gives a phrase its meaning: one, unless none of them counts.
func (g *grammar) mean(t table, key, phrase string, m meaning) {
	had := g.phrases[phrase]
	switch {
	case had != 0 && had != m && (had|m)&means != 0:
		t.fault(key, "%q stands in another list too, must have one meaning", phrase)
	case m == meansAccept && slices.ContainsFunc(strings.Fields(phrase), func(w string) bool { return slices.Contains(unyielding, w) }):
		t.fault(key, "%q negates or conditions, must be an unmistakable yes", phrase)
	}
	g.phrases[phrase] = had | m
}

// list reads phrases, folded, and remembers their words.
func (g *grammar) list(t table, key string) []string {
	var out []string
	for i, s := range t.list(key, "words or phrases") {
		var words []string
		for form := range strings.FieldsSeq(s) {
			word := foldWord(form)
			if !plain(word) || strings.HasSuffix(word, ".") {
				t.fault(fmt.Sprintf("%s[%d]", key, i), "%q has signs that no phrase has, must be words without punctuation", s)
				break
			}
			g.lexicon[word] = true
			words = append(words, word)
		}
		g.longest = max(g.longest, len(words))
		out = append(out, strings.Join(words, " "))
	}
	return out
}
