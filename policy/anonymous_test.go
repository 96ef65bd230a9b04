package policy

import (
	"strings"
	"testing"
)

func TestAnExampleTellsNobody(t *testing.T) {
	p := Default(nil)
	for _, c := range []struct{ subject, text, want string }{
		{"Re: casella di Bianchi", "Buongiorno,\nla mia collega Giulia Neri non entra in giulia.neri@bianchi.example.\nSaluti\nLuca Bianchi\n-- \nBianchi srl, via Roma 3",
			"Re: casella di … | Buongiorno,\nla mia collega … … non entra in nome@example.it.\nSaluti"},
		{"", "Chiamate il 049 123 45 67, 049.123.4567 o 333-1234567: il sito www.bianchi.it dà errore 503 dal 12/3", "Chiamate il 000000, 000000 o 000000: il sito https://example.it dà errore 503 dal 12/3"},
		{"", "La password è pippo123! e l'utente: bianchi99", "La password è … e l'utente: …"},
		{"log | ieri", "Da 203.0.113.77 entrano, vedi shop.bianchi.com/admin | grazie", "log / ieri | Da 192.0.2.1 entrano, vedi example.it/admin / grazie"},
		{"", "IBAN IT60X0542811101000000123456, codice RSSMRA80A01H501U", "IBAN IBAN, codice codice fiscale"},
		{"", "Errore MySQL 2002 alle 10:30, wp-content/plugins/akismet, PHP 8.2", "Errore MySQL 2002 alle 10:30, wp-content/plugins/akismet, PHP 8.2"},
	} {
		if got := p.AsExample(c.subject, c.text, "Luca Bianchi", "Bianchi srl"); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

// What was taken out of a request teaches as before, or nearly.
func TestAnExampleIsStillAnExample(t *testing.T) {
	p := Default(nil)
	for text := range ownRequests {
		was := p.Decide(Case{Text: text, At: asked})
		_, after, found := strings.Cut(p.AsExample("", text), " | ")
		if !found {
			after = p.AsExample("", text)
		}
		if is := p.Decide(Case{Text: after, At: asked}); is.Topic != was.Topic {
			t.Errorf("%q: %s, before %s", after, is.Topic, was.Topic)
		}
	}
}
