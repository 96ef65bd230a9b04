package policy

import (
	_ "embed"
	"slices"
	"strings"
)

// firstNames are names that people sign with, folded, without those that are
// words of an answer too ("may", "will"). Who signs otherwise is read by a person.
//
//go:embed firstnames.txt
var firstNames string

// notNames are words that no name of a person has and that would turn a yes into
// something else if they passed for one.
const notNames = `
non no ne mai ma pero se solo soltanto forse magari purtroppo poi dopo prima adesso ora domani oggi ieri subito entro
quando quanto quanti quale quali cosa come dove perche chi fermo ferma fermi fermate fermatevi stop basta aspetta aspetto
aspettate attendi attendete attendo sospendi sospendete annulla annullate annullo cancella cancellate blocca bloccate
costa costo costi prezzo prezzi caro cara troppo troppi sconto gratis gratuito gratuitamente euro iva fattura anche inoltre
invece purche salvo tranne eccetto condizione condizioni aggiungi aggiungete aggiungere modifica modificate togli togliete
rifai rifate verifica verificate controlla controllate chiama chiamate telefonate richiama scrivi scrivete manda mandate
inviate invia tutto tutti niente nulla nessuno uno due tre quattro cinque sei sette otto nove dieci minimo meno
piu meta credito crediti preventivo offerta lavoro lavori sito posta urgente
not never but if only maybe perhaps unless except however although though later soon tomorrow today now then before after
when what which how why who where wait hold stop cancel cancelled pause price cost costs much many too free discount also
and or plus please add change remove check call phone send provided condition conditions until without with less more one
two three four five six seven eight nine ten credit credits quote offer work works site urgent nothing none all`

// NamesNobody tells whether a word is part of no name, and would say something
// if it stood beside a yes.
func NamesNobody(word string) bool { return namesNobody[fold(word)] }

var namesNobody = wordSet(notNames)

// company suffixes: "Rossi Impianti Srl".
const companies = "srl s.r.l srls spa s.p.a snc s.n.c sas s.a.s scarl ltd inc llc gmbh"

// firms begin the name of a firm that has no legal form: "Hotel Alpi".
const firms = `hotel albergo agriturismo ristorante trattoria pizzeria panetteria pasticceria farmacia officina autofficina
carrozzeria studio agenzia impresa ditta azienda immobiliare tipografia libreria edilizia cantina caseificio oleificio
cooperativa associazione fondazione istituto parrocchia comune shop restaurant pharmacy agency`

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[fold(word)] = true
	}
	return set
}

// namesOf are the words by which the sender is called, without those that could
// be words of an answer.
func (r reading) namesOf(sender []string) map[string]bool {
	own := map[string]bool{}
	for _, name := range sender {
		for w := range strings.FieldsFuncSeq(fold(name), func(c rune) bool { return c < 'a' || c > 'z' }) {
			if len(w) > 1 && !r.word(w) {
				own[w] = true
			}
		}
	}
	return own
}

// ownName tells whether words are the sender's own name: with titles, with
// initials, or a part of it.
func (r reading) ownName(p piece) bool {
	n := 0
	words := p.words[r.titles(p.words):]
	for _, w := range words {
		if r.own[w] {
			n++
		} else if len(strings.Trim(w, ".")) != 1 {
			return false
		}
	}
	return n > 0 && len(words) <= 5
}

// addressed reads a greeting or thanks that is followed by whom it is said to:
// "Gentile Dott. Rossi" (only at the opening), "Grazie Anna".
func (r reading) addressed(p piece, opening bool) (meaning, bool) {
	said, rest := meaning(0), 0
	for {
		m, n := r.polite(p.words[rest:])
		if n == 0 {
			break
		}
		said, rest = said|m, rest+n
	}
	if rest == 0 {
		return 0, false
	}
	rest += r.titles(p.words[rest:])
	names := piece{p.words[rest:], p.forms[rest:]}
	if r.person(names) || r.ownName(names) {
		return said, true
	}
	strangerGreeted := opening && said&meansGreeting != 0 && len(names.words) <= 3 &&
		!slices.ContainsFunc(names.words, r.word) && !slices.ContainsFunc(names.forms, uncapitalised)
	return said, strangerGreeted
}

// polite matches a greeting, thanks or closing at the beginning of words: the
// longest one, 0 words when there is none.
func (r reading) polite(words []string) (meaning, int) {
	for n := min(len(words), r.longest); n > 0; n-- {
		m := r.phrases[strings.Join(words[:n], " ")]
		if m&(meansGreeting|meansThanks|meansClosing) != 0 && m&(means&^meansThanks) == 0 {
			return m, n
		}
	}
	return 0, 0
}

// titles counts the words at the beginning that are no name but go with one:
// "Dott.", "Assistenza", "support team".
func (r reading) titles(words []string) int {
	for n := min(len(words), r.longest); n > 0; n-- {
		if r.addressees[strings.Join(words[:n], " ")] {
			return n + r.titles(words[n:])
		}
	}
	return 0
}

// signature tells whether the last piece is nothing but who writes: a person,
// with or without title, or a company.
func (r reading) signature(p piece) bool {
	n := r.titles(p.words)
	return r.person(piece{p.words[n:], p.forms[n:]}) || r.firm(p)
}

// firm tells whether words say who writes without being a person's name: an
// office, a firm, the office of a firm, "for" a firm.
func (r reading) firm(p piece) bool {
	n := r.longestOf(p.words, func(s string) bool { return r.offices[s] || s == "per la" || s == "for" })
	if n == len(p.words) {
		return r.offices[strings.Join(p.words, " ")]
	}
	p = piece{p.words[n:], p.forms[n:]}
	return r.company(p) || r.firms[p.words[0]] && len(p.words) > 1 && len(p.words) < 5 &&
		!slices.ContainsFunc(p.words, r.says) && !slices.ContainsFunc(p.forms, uncapitalised)
}

// says tells whether a word by itself means something in an answer, a number and
// an Italian verb as orders are given included: it names nobody.
func (r reading) says(word string) bool {
	verb := commands(word) || len(word) > 5 && endsIn(word, "are", "ere", "ire")
	return r.notNames[word] || r.phrases[word] != 0 || strings.ContainsAny(word, "0123456789") || verb && !r.firstNames[word]
}

// person tells whether words are a name: one to three, a first name among them,
// written with capitals unless it is a first name alone. Of whom the name is
// known no other word passes for one: "Scherzo Mario" is nobody.
func (r reading) person(p piece) bool {
	known := func(word string) bool { return r.firstNames[word] }
	if len(p.words) == 0 || len(p.words) > 3 || !slices.ContainsFunc(p.words, known) || slices.ContainsFunc(p.words, r.word) {
		return false
	}
	strange := func(word string) bool { return !known(word) && !r.own[word] && len(strings.Trim(word, ".")) != 1 }
	if len(r.own) > 0 && slices.ContainsFunc(p.words, strange) {
		return false
	}
	return len(p.words) == 1 || !slices.ContainsFunc(p.forms, uncapitalised) || !slices.ContainsFunc(p.forms, lower)
}

// company tells whether words are the name of a firm with its legal form.
func (r reading) company(p piece) bool {
	n := len(p.words) - 1
	if n < 1 || n > 4 || !r.companies[p.words[n]] {
		return false
	}
	return !slices.ContainsFunc(p.words[:n], r.says) && !slices.ContainsFunc(p.forms[:n], uncapitalised)
}

// word tells whether a word has a meaning of its own or in a phrase.
func (r reading) word(word string) bool { return r.lexicon[word] || r.says(word) }

func uncapitalised(form string) bool { return !capitalised(form) }

// lower tells whether a form is not all in capitals, as in a mail written so.
func lower(form string) bool { return form != strings.ToUpper(form) }
