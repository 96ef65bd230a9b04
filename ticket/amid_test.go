package ticket

import (
	"strings"
	"testing"
)

// TestAmid: an answer between the lines goes out below the words of the
// customer's that it answers, and with nothing else of what was quoted.
func TestAmid(t *testing.T) {
	const theirs = "Buongiorno,\n\ncome imposto la posta sul telefono, che è nuovo e non ha ancora nulla di configurato?\n\nE la password resta quella di prima?\n\nMario"
	for name, tt := range map[string]struct{ text, public, want string }{
		"two answers": {
			"Salve\n> Cliente: Mario\n> \n> come imposto la posta sul telefono, che è nuovo e non\n> ha ancora nulla di configurato?\n\nCon IMAP.\n\n> E la password resta quella di prima?\n\nSì.\n\n> Ticket: #1\n> Comandi: #prendo",
			"Salve\n\nCon IMAP.\n\nSì.",
			"Salve\n\n> come imposto la posta sul telefono, che è nuovo e non\n> ha ancora nulla di configurato?\nCon IMAP.\n\n> E la password resta quella di prima?\nSì.",
		},
		"one answer, the rest of the letter below": {"> E la password resta quella di prima?\nSì,\nquella.\n> Mario\n> Ticket: #1", "Sì,\nquella.", "> E la password resta quella di prima?\nSì,\nquella."},
		"on top":                                    {"Sì, quella.\n> Cliente: Mario\n> E la password resta quella di prima?", "Sì, quella.", "Sì, quella."},
		"below the whole letter":                    {"> E la password resta quella di prima?\n> Comandi: #prendo\nSì, quella.", "Sì, quella.", "Sì, quella."},
		"the desk's own words are not said":         {"> Argomento: posta (probabilità 90%)\nNon è vero.", "Non è vero.", "Non è vero."},
		"one paragraph alone":                       {"> Buongiorno,\n>\n> E la password resta quella di prima?\n>\nSì.", "Sì.", "> E la password resta quella di prima?\nSì."},
		"three lines at most":                       {"> come imposto\n> la posta\n> sul telefono,\n> che è nuovo\nCon IMAP.", "Con IMAP.", "> la posta\n> sul telefono,\n> che è nuovo\nCon IMAP."},
		"written inside the quotation":              {"> E la password resta quella di prima?\n\n> Sì, quella.\n> La stessa.\n>\n> Ticket: #1", "> Sì, quella.\n> La stessa.", "> E la password resta quella di prima?\nSì, quella.\nLa stessa."},
		"their words that stayed are theirs":        {"> Cliente: Mario\n> E la password resta quella di prima?\nSì.", "> E la password resta quella di prima?\nSì.", "> E la password resta quella di prima?\nSì."},
		"empty lines around what stayed":            {"> E la password resta quella di prima?\n> \n\nSì.", "> E la password resta quella di prima?\n> \n\nSì.", "> E la password resta quella di prima?\nSì."},
		"a quotation of the technician's":           {"Il fornitore scrive:\n> tutto a posto", "Il fornitore scrive:\n> tutto a posto", "Il fornitore scrive:\n> tutto a posto"},
		"below a command":                           {"#chiudi\n> E la password resta quella di prima?\nSì.\n#1 è chiusa", "Sì.\n#1 è chiusa", "> E la password resta quella di prima?\nSì.\n#1 è chiusa"},
		"the same answer twice":                     {"> come imposto la posta\nSì.\n> E la password resta quella di prima?\nSì.", "Sì.\nSì.", "> come imposto la posta\nSì.\n> E la password resta quella di prima?\nSì."},
		"a name below":                              {"> E la password resta quella di prima?\nSì.\n> Ticket: #1\n\nAnna", "Sì.\n\nAnna", "> E la password resta quella di prima?\nSì.\n\nAnna"},
		"a last answer that looks like a signature": {"> come imposto la posta\n> Con IMAP.\n> E la password resta quella di prima?\n> No.\n>\n> Ticket: #1\nAnna", "> Con IMAP.\n\n> No.\nAnna", "> come imposto la posta\nCon IMAP.\n\n> E la password resta quella di prima?\nNo.\nAnna"},
	} {
		m := &Inbound{Text: tt.text}
		for i, line := range strings.Split(tt.text, "\n") {
			if marked(line) && !strings.Contains(tt.public, line) {
				m.Aside = append(m.Aside, Aside{Line: i + 1, Why: "quoted from our letter"})
			} else if line == "> No." || line == "Anna" {
				m.Aside = append(m.Aside, Aside{Line: i + 1, Why: AsideSignature})
			}
		}
		if got := passagesOf(m).over(tt.public, joinWords(theirs)); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, tt.want)
		}
	}
}
