package policy

import (
	"slices"
	"strings"
)

// statementWords are how a customer asks for the statement of his credits, in
// folded form (DESIGN.md section 4).
var statementWords = []string{"saldo", "estratto conto", "balance"}

// please are words that ask politely and nothing more.
var please = []string{"per favore", "per piacere", "per cortesia", "please"}

// AsksStatement tells whether the new text of a mail is nothing but the wish to
// see the statement of credits. Greeting, thanks and signature may stand beside
// it; one more word, and a person reads the mail.
func (p *Policy) AsksStatement(text string, sender ...string) bool {
	r := reading{p.grammar, "", 0, nil}
	r.own = r.namesOf(sender)
	parts, ok := pieces(strings.ReplaceAll(text, "?", " "), r.abbreviated)
	asked := false
	for i := 0; ok && i < len(parts); i++ {
		words := strings.Join(parts[i].words, " ")
		at := slices.IndexFunc(statementWords, func(s string) bool { return words == s || strings.HasPrefix(words, s+" ") })
		if at >= 0 && !asked {
			asked = true
			parts[i].words = parts[i].words[len(strings.Fields(statementWords[at])):]
			if len(parts[i].words) == 0 {
				continue
			}
		}
		if slices.Contains(please, strings.Join(parts[i].words, " ")) {
			continue
		}
		said, read := r.piece(parts[i], i == 0, i == len(parts)-1)
		ok = read && said&means&^meansThanks == 0
	}
	return ok && asked
}
