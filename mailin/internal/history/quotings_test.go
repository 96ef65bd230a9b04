package history

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// owns are what people answer, in the languages of our customers: short and
// long, with numbers, addresses, colons and dates at their end, which an
// attribution below could take for its own.
var owns = []string{
	"Va bene.", "Sì", "ok grazie", "👍", "No, aspettate.", "Fatto, ora funziona.\n\nGrazie\nSara", "Il numero d'ordine è 4471.", "Scrivetemi a sara@neri-vini.example",
	"Procedete pure.\nMa solo dopo il 20 gennaio.", "Ore 18 va bene, oppure domani alle 9:30", "Buongiorno,\n\nl'errore è questo: 502\n\nSara Neri", "Il codice: X7-11",
	"Abbiamo provato tre volte:\n- dal telefono;\n- dal portatile;\n- dall'ufficio.\nNiente.", "Potete richiamarmi allo 0173 555 0142?", "Il dominio è del 2019 e scade il 3/2/2027",
	"Confermo la 2 e la 3.\nPer la 1 mi serve il preventivo", "La fattura va a Neri Vini <conti@neri-vini.example>", "Il 12 marzo siamo chiusi.", "non va ancora, sempre lo stesso errore\n\nsara", "Grazie mille, chiudete pure",
	"Yes please.", "Done, thanks.\n\nKind regards\nTom", "It still fails with error 550", "Please wait until 3 March 2026", "The login is admin and the port 2222", "On Monday we are closed, on Tuesday at 10:00 it is fine",
	"Not before the 20th: we have a sale.", "Could you also look at http://neri-vini.example/shop?", "Two things:\n1. the form\n2. the mail to info@neri-vini.example", "I wrote to you on 12/02/2026 already",
	"Invoice to accounts@neri-vini.example as before", "No.\nTwo credits at most", "Fine by me, go ahead with option B", "The backup from 01:00 is the one that I need",
	"Ja, bitte.", "Passt so.\n\nViele Grüße\nUwe", "Rechnung wie 2025 an buero@neri-vini.example", "Am Freitag ist niemand da.", "Bitte erst ab dem 20.", "Der Fehler kommt um 08:15 Uhr wieder", "Löschen Sie alles vor 2023:\nBilder\nVideos",
	"Die Nummer ist 0471 555 0100", "Können Sie das Postfach auf 10 GB vergrößern?", "Nein, danke", "Der Zugang: kunde, Port 2222", "Wir melden uns am 3.3.2026",
	"D'accord.", "C'est fait depuis ce matin à 9h", "Je suis là jusqu'à 18:30", "Le 12 mars nous sommes fermés", "Pas avant le 20, merci.\n\nLuc", "Le mot de passe est sous enveloppe : demandez à Luc",
	"La facture à compta@neri-vini.example svp", "Non merci", "Trois choses :\n- le site\n- le courrier\n- la sauvegarde de 02:00",
	"De acuerdo.", "Sí, borren lo anterior al 20/08/2026", "No toquen la carpeta 2024.", "El martes a las 10 me viene bien", "¿Pueden llamarme al 91 555 01 42?", "Envíen la factura a conta@neri-vini.example", "Hecho, ya funciona.\n\nUn saludo\nLuz", "El código: 77-A", "Todavía no, falta el permiso del 3 de marzo",
}

// letters that the desk sent, one for each language.
var sentLetters = []Letter{
	{From: "Banco Prova", Address: "banco@prova.example", Subject: "[Banco #77] La posta non parte", Date: time.Date(2026, 3, 5, 9, 10, 0, 0, time.FixedZone("", 3600)),
		Text: "Gentile cliente,\n\nabbiamo guardato il registro del server: la casella ha superato il limite di invii e si è fermata da sola.\n\nPer riaprirla ci servono due cose:\n\n- la conferma che la password è stata cambiata;\n- il nome di chi usa la casella.\n\nAccetto il preventivo P-77-1\nRifiuto il preventivo P-77-1\n\nCordiali saluti\nIda Banfi\nBanco Prova"},
	{From: "Prova Desk", Address: "desk@prova.example", Subject: "[Desk #78] The shop is down", Date: time.Date(2026, 3, 4, 17, 42, 0, 0, time.UTC),
		Text: "Hello,\n\nwe restarted the web server at noon and the shop answers again. The disk was full: the log of the shop\nhad grown to 40 GB in one night.\n\nShall we rotate it every day? It would be 2 credits.\n\nSee https://prova.example/help/logs\n\nKind regards\nProva Desk"},
	{From: "Servizio", Address: "s@prova.example", Subject: "Zertifikat", Date: time.Date(2026, 12, 31, 23, 59, 0, 0, time.FixedZone("", 3600)),
		Text: "Guten Tag,\n\ndas Zertifikat läuft am Freitag ab. Sollen wir es für ein Jahr erneuern oder soll die Seite danach abgeschaltet werden?\n\nFreundliche Grüße\nServizio"},
}

// behind puts mark before every line of text.
func behind(mark, text string) string { return mark + strings.ReplaceAll(text, "\n", "\n"+mark) }

// broken breaks lines after about n characters.
func broken(text string, n int) string {
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		width := 0
		for j, w := range strings.Fields(line) {
			if j > 0 && width+len(w) > n {
				b.WriteByte('\n')
				width = 0
			} else if j > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(w)
			width += len(w) + 1
		}
	}
	return b.String()
}

// quotings are ways to put an own text and the letter that it answers into one
// mail; %D is the date and time, in some form of that program.
var quotings = []struct {
	name string
	mail func(own string, l Letter) string
}{
	{"Gmail, Italian", func(own string, l Letter) string {
		return own + "\n\nIl giorno " + l.Date.Format("2 Jan 2006") + " alle ore " + l.Date.Format("15:04") + " " + l.From + " <" + l.Address + "> ha scritto:\n\n" + behind("> ", broken(l.Text, 70))
	}},
	{"Gmail, glued to the last line", func(own string, l Letter) string {
		return own + "\nOn " + l.Date.Format("Mon, Jan 2, 2006 at 3:04 PM") + " " + l.From + " <" + l.Address + "> wrote:\n" + behind("> ", broken(l.Text, 70))
	}},
	{"Evolution, on the last line", func(own string, l Letter) string {
		return own + "On " + l.Date.Format("Mon, 2006-01-02 at 15:04 -0700") + ", " + l.From + " wrote:\n" + behind("> ", broken(l.Text, 70))
	}},
	{"Claws", func(own string, l Letter) string {
		return own + "\nOn " + l.Date.Format("Mon, 2 Jan 2006 15:04:05 -0700") + "\n\"" + l.From + "\" <" + l.Address + "> wrote:\n\n" + behind("> ", broken(l.Text, 70))
	}},
	{"wrapped inside the address", func(own string, l Letter) string {
		return own + "\nAm " + l.Date.Format("02.01.2006") + " um " + l.Date.Format("15:04") + " schrieb " + l.From + " <\n" + l.Address + ">:\n\n" + behind("> ", broken(l.Text, 70))
	}},
	{"torn by an empty line", func(own string, l Letter) string {
		return own + "\n\nIl " + l.Date.Format("02/01/2006 15:04") + ", " + l.From + "\n <" + l.Address + ">\n\nha scritto:\n\n" + broken(l.Text, 70)
	}},
	{"Outlook, French", func(own string, l Letter) string {
		return own + "\n\n________________________________\nDe : " + l.From + " <" + l.Address + ">\nEnvoyé : " + l.Date.Format("02/01/2006 15:04") + "\nÀ : Sara\nObjet : " + l.Subject + "\n\n" + l.Text
	}},
	{"a header without a rule, no known word", func(own string, l Letter) string {
		return own + "\n\nBho: " + l.From + " <" + l.Address + ">\nTempu: " + l.Date.Format("2006-01-02 15:04") + "\nPala: sara@neri-vini.example\nSuggettu: " + l.Subject + "\n\n" + broken(l.Text, 60)
	}},
	{"a rule with words", func(own string, l Letter) string {
		return own + "\n\n~~~~~~~~ Ciò che precede ~~~~~~~~\n\n" + broken(l.Text, 64)
	}},
	{"bare", func(own string, l Letter) string { return own + "\n\n" + l.Text }},
	{"bare, broken at 40", func(own string, l Letter) string { return own + "\n\n" + broken(l.Text, 40) }},
	{"no attribution, bars", func(own string, l Letter) string { return own + "\n\n" + behind("| ", broken(l.Text, 70)) }},
	{"no attribution, colons", func(own string, l Letter) string { return own + "\n\n" + behind(": ", broken(l.Text, 70)) }},
	{"initials", func(own string, l Letter) string {
		return own + "\n\n" + l.From + ":\n" + behind("BP> ", broken(l.Text, 66))
	}},
	{"indented", func(own string, l Letter) string {
		return own + "\n\n[" + l.From + ", " + l.Date.Format("02.01.2006 15:04") + "]\n" + behind("     ", broken(l.Text, 50))
	}},
	{"a verb that nobody knows", func(own string, l Letter) string {
		return own + "\n\n" + l.From + " <" + l.Address + ">, " + l.Date.Format("02/01/2006 15:04") + ", ait dit:\n\n" + l.Text
	}},
	{"below what is quoted", func(own string, l Letter) string {
		return "Il " + l.Date.Format("02/01/06 15:04") + ", " + l.From + " ha scritto:\n" + behind("> ", broken(l.Text, 70)) + "\n\n" + own
	}},
	{"below what is not quoted", func(own string, l Letter) string {
		return "-----Messaggio originale-----\nDa: " + l.From + "\nInviato: " + l.Date.Format("02/01/2006 15:04") + "\nA: Sara\nOggetto: " + l.Subject + "\n\n" + l.Text + "\n\n" + own
	}},
	{"below a bare copy", func(own string, l Letter) string { return l.Text + "\n\n" + own }},
	{"deeper, in a quotation of a quotation", func(own string, l Letter) string {
		return own + "\n\nEl " + l.Date.Format("2/1/06") + " a las " + l.Date.Format("15:04") + ", " + l.From + " escribió:\n" + behind("> > ", broken(l.Text, 60))
	}},
	{"accents lost, links wrapped", func(own string, l Letter) string {
		plain := strings.NewReplacer("à", "?", "è", "?", "ü", "?", "ö", "?", "ß", "?", "ä", "?", "https://prova.example/help/logs", "<https://safe.example/?u=logs>").Replace(l.Text)
		return own + "\n\n" + l.From + " ha scritto il " + l.Date.Format("02/01/2006") + " alle " + l.Date.Format("15:04") + "\n\n" + plain
	}},
}

// TestQuotings: whatever people write and however a program puts the letter
// below or above it, what they wrote is read, all of it and nothing else, and
// every other line has its reason.
func TestQuotings(t *testing.T) {
	if len(owns) < 60 || len(quotings) < 20 {
		t.Fatalf("%d texts in %d quotings", len(owns), len(quotings))
	}
	for _, q := range quotings {
		t.Run(q.name, func(t *testing.T) {
			for _, l := range sentLetters {
				for _, own := range owns {
					k := Known{Name: "Sara Neri", Address: "sara@neri-vini.example", To: []string{l.Address, l.From}, Subject: l.Subject, Letters: []Letter{l}, Asked: true}
					text := q.mail(own, l)
					r := Read(text, k)
					if joined := strings.TrimSpace(r.Reply + "\n\n" + r.Signature); squeezed(r.Reply) != squeezed(own) && squeezed(joined) != squeezed(own) {
						t.Errorf("own %q\nreply %q\nsignature %q", own, r.Reply, r.Signature)
					}
					if err := accounted(text, r); err != nil {
						t.Errorf("own %q: %v", own, err)
					}
				}
			}
		})
	}
}

func squeezed(s string) string { return strings.Join(strings.Fields(s), " ") }

// accounted tells whether every line of text stands in r: in the reply, or set
// aside with a reason.
func accounted(text string, r Reading) error {
	aside := map[int]bool{}
	for _, a := range r.Aside {
		aside[a.Line] = true
		if a.Why < WhyOurs || a.Why > WhyBanner {
			return fmt.Errorf("line %d: no reason", a.Line)
		}
	}
	reply := r.Reply
	for i, line := range strings.Split(text, "\n") {
		if s := strings.Trim(line, "> |:BP\t"); s != "" && !aside[i+1] && !strings.Contains(reply, s) {
			return fmt.Errorf("line %d is nowhere: %q", i+1, line)
		}
	}
	return nil
}
