package history

import (
	"strings"
	"testing"
)

// TestNothingOfTheDesk: a technician who answers between the lines of a letter
// that tells a customer's message quotes the message alone, however her program
// quotes and whatever stands below the quotation.
func TestNothingOfTheDesk(t *testing.T) {
	const theirs = "Buongiorno,\n\ncome imposto la posta sul telefono nuovo?\n\nE la password resta quella di prima?\n\nMario"
	const head = "Cliente: Mario Rossi <mario@rossi.example>\nAnagrafica: Rossi Impianti (C1)\n"
	const foot = "Ticket: #12, aperto, tocca a noi\nArgomento: posta (probabilità 93%)\nAssegnato a: nessuno\n\n----------------------------------------\n\n" +
		"Chi risponde a questa e-mail scrive al cliente.\n\nScrivi una nota interna:\nmailto:desk%2Bn12@x.example?subject=%5BDesk%20%2312%5D\n\nComandi: «#prendo», «#chiudi»"
	letter := Letter{From: "Mario Rossi (Desk)", Desk: true, Told: []string{theirs},
		Text: head + "\n---- Mario Rossi scrive ---\n" + theirs + "\n----\n\n" + foot}
	bold := strings.NewReplacer("Cliente:", "*Cliente:*", "Anagrafica:", "*Anagrafica:*", "Ticket:", "*Ticket:*", "Argomento:", "*Argomento:*", "Comandi:", "*Comandi:*",
		"interna:\nmailto:desk%2Bn12@x.example?subject=%5BDesk%20%2312%5D", "interna <mailto:desk%2Bn12@x.example?subject=%5BDesk%20%2312%5D>")
	for program, quote := range map[string]func(string) string{
		"marks":                func(s string) string { return behind("> ", s) },
		"marks and bold words": func(s string) string { return behind("> ", bold.Replace(s)) },
		"marks, broken anew":   func(s string) string { return behind("> ", broken(s, 40)) },
		"bars":                 func(s string) string { return behind("| ", s) },
	} {
		for place, answers := range map[string][2]string{
			"outside the marks": {"\nCon IMAP, come sul computer.\n\n", "\nSì, non cambia nulla.\n\n"},
			"without gaps":      {"Con IMAP, come sul computer.\n", "Sì, non cambia nulla.\n"},
		} {
			for _, below := range []string{"", "\nAnna\n", "\nAnna Ferretti\n", "\nE questo sta in fondo.\n", "\n-- \nAnna Ferretti\nTel. 011 555 0100\n"} {
				before, after, _ := strings.Cut(theirs, "nuovo?")
				rest, end, _ := strings.Cut(after, "prima?")
				text := "Il 22/11/26 10:30, Mario Rossi (Desk) ha scritto:\n" + quote(head+"\nMario Rossi scrive:\n"+before+"nuovo?") + "\n" + answers[0] +
					quote(strings.TrimSpace(rest)+" prima?") + "\n" + answers[1] + quote(strings.TrimSpace(end)+"\n\n"+foot) + "\n" + below
				r := Read(text, Known{Name: "Anna Ferretti", Address: "anna@example.it", Letters: []Letter{letter}, Asked: true})
				for _, own := range []string{"Cliente", "Anagrafica", "Ticket", "Argomento", "Assegnato", "Chi risponde", "nota interna", "mailto", "Comandi", "----", "ha scritto"} {
					if strings.Contains(r.Reply, own) {
						t.Fatalf("%s, answers %s, below %q: the reply holds %q:\n%s", program, place, below, own, r.Reply)
					}
				}
				for _, said := range append(strings.Fields(below), "Con IMAP, come sul computer.", "Sì, non cambia nulla.") {
					if !strings.Contains(r.Reply+r.Signature, said) {
						t.Errorf("%s, answers %s, below %q: %q is lost from\n%s", program, place, below, said, r.Reply)
					}
				}
			}
		}
	}
}

// TestOwnWordsBesideTheDesks: what a technician writes or quotes from elsewhere
// between the desk's words stays.
func TestOwnWordsBesideTheDesks(t *testing.T) {
	letter := Letter{Desk: true, Told: []string{"Il sito non va."}, Text: "Cliente: Mario\n\nIl sito non va.\n\nTicket: #12, aperto\nComandi: «#prendo», «#chiudi»"}
	for text, want := range map[string]string{
		"> Il sito non va.\nRiavviato.\n> Ticket: #12, aperto\nLo seguo io.\n> Comandi: «#prendo», «#chiudi»\n":  "Riavviato.\n\nLo seguo io.",
		"> Il sito non va.\nDal registro risulta:\n> guasto in centrale\nFine.\n> Ticket: #12, aperto\n\nAnna\n": "Dal registro risulta:\n> guasto in centrale\nFine.\n\nAnna",
		"Ticket: #12, aperto da ieri: lo chiudo.\n> Il sito non va.\nRiavviato.\n> Ticket: #12, aperto\n":        "Ticket: #12, aperto da ieri: lo chiudo.\n> Il sito non va.\nRiavviato.",
	} {
		if got := Read(text, Known{Name: "Anna Ferretti", Address: "anna@example.it", Letters: []Letter{letter}, Asked: true}).Reply; got != want {
			t.Errorf("%q:\n%s\nwant\n%s", text, got, want)
		}
	}
}
