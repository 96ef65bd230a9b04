package policy

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// spoilers take a yes back, whatever else stands in the mail.
var spoilers = map[string][]string{
	"condition": {
		"se il prezzo resta questo", "solo se finite entro venerdì", "a patto che sia incluso il backup", "purché non si tocchi la posta", "a condizione che paghiate voi", "salvo approvazione del socio", "previa conferma telefonica",
		"sempre che non servano altri crediti", "ammesso che funzioni", "sentito il commercialista", "subordinatamente al bilancio", "tranne la seconda voce", "eccetto il sito vecchio", "meno la parte grafica", "in parte", "a metà", "con riserva",
		"if it is done by Friday", "provided it includes the backup", "unless it costs more", "subject to approval", "as long as mail keeps working", "except the second item", "only the first part", "assuming it works", "once my partner agrees", "in part",
	},
	"question": {
		"quando iniziate?", "ma è compresa l'IVA?", "quanto tempo ci vuole", "chi paga", "giusto?", "e la garanzia?", "mi spiegate perché", "vero?", "when will you start?", "is VAT included?", "how long will it take", "right?", "what about the backup", "¿cuándo?",
	},
	"price": {
		"2 crediti", "per due crediti", "a 1 credito", "per 30 crediti", "massimo due crediti", "50 euro", "iva esclusa", "con lo sconto", "gratis", "a metà prezzo", "per P-1042-1", "P-1043-2",
		"2 credits", "for two credits", "at most one credit", "for 4 credits", "with a discount", "for free", "half price", "50 euros", "P-1042-22", "3 euro", "33",
	},
	"delay": {
		"domani", "lunedì", "dopo le feste", "non prima del 20", "più avanti", "tra un mese", "a gennaio", "appena torno", "quando ve lo dico", "per ora", "intanto", "prima", "poi", "non ancora", "aspettate", "fermi", "vi chiamo",
		"tomorrow", "next week", "after the holidays", "not before the 20th", "later", "not yet", "for now", "first", "wait", "hold on", "in January", "when I say so", "soon",
	},
	"name": {
		"Mario Aspetta", "Domani Rossi", "Forse", "Marco Due", "Anna Se Gratis", "Rossi Attendere", "Non Procedete", "Paolo Poi", "Studio Domani", "Hotel Forse", "Ufficio Sconto", "Gratis S.r.l.", "Tom Later", "John Maybe", "Wait Ltd", "Half Price Inc", "Dott. Nessuno", "Ing. Metà",
	},
	"entry": {
		"- aggiungete una casella", "2) cambiate la password", "* backup", "1. certificato", "- e il certificato", "• posta", "a) sito", "- cancellate tutto", "e aggiornate i plugin", "e cancellate la casella info", "+ backup", "- add a mailbox", "2. change the password", "and delete the old site", "and also the mail", "/ oppure", "[ ] rifiuto",
	},
	"negation": {"non", "mai", "no", "anzi no", "ma", "però", "neanche", "forse", "magari", "quasi", "not", "never", "but", "maybe", "almost", "don't", "nearly", "hardly"},
}

// TestASpoiledYesIsNone: a true yes with one thing put anywhere in it that takes
// it back is never an acceptance.
func TestASpoiledYesIsNone(t *testing.T) {
	p := Default(rome(t))
	r := rand.New(rand.NewPCG(12, 7))
	all := slices.Concat(accepts, agreed, yesses)
	kinds := []string{"condition", "question", "price", "delay", "name", "entry", "negation"}
	tried := map[string]int{}
	for i := range 10_500 {
		kind := kinds[i%len(kinds)]
		spoiler := spoilers[kind][r.IntN(len(spoilers[kind]))]
		text := spoiled(r, all[r.IntN(len(all))], spoiler)
		if got := p.Sense(text, "P-1042-2", 3); got == SenseAccept {
			t.Errorf("%s: Sense(%q) = accept", kind, text)
		}
		tried[kind]++
	}
	for _, kind := range kinds {
		if tried[kind] < 1500 {
			t.Errorf("%s: %d tried", kind, tried[kind])
		}
	}
}

// spoiled puts spoiler into yes: before it, behind it, as a line of its own, or
// between two of its words.
func spoiled(r *rand.Rand, yes, spoiler string) string {
	glue := []string{" ", ", ", ". ", "\n", " - ", "; ", ": ", "\n\n"}[r.IntN(8)]
	switch r.IntN(4) {
	case 0:
		return spoiler + glue + yes
	case 1:
		return yes + glue + spoiler
	}
	var places []int
	for i := range yes {
		if yes[i] == ' ' || yes[i] == '\n' {
			places = append(places, i)
		}
	}
	if len(places) == 0 {
		return yes + glue + spoiler
	}
	at := places[r.IntN(len(places))]
	return yes[:at] + " " + spoiler + yes[at:]
}
