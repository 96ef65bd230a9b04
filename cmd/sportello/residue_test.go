package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sportello/mailin"
	"sportello/policy"
)

const offerBody = `Gentile Sara Neri,

la richiesta non è compresa in un Suo piano attivo. Possiamo occuparcene con i crediti di assistenza.

Preventivo: P-88-1
Costo: 3 crediti

Per decidere risponda a questa mail scrivendo soltanto una di queste due frasi:

- Accetto il preventivo P-88-1
- Rifiuto il preventivo P-88-1

Cordiali saluti
Banco Prova`

const (
	offerWrote  = "Il giorno gio 5 mar 2026 alle ore 09:10 Banco Prova <banco@prova.example> ha scritto:"
	offerHeader = "-----Messaggio originale-----\nDa: Banco Prova <banco@prova.example>\nInviato: giovedì 5 marzo 2026 09:10\nA: Sara Neri <sara@neri-vini.example>\nOggetto: [Prova #88] Preventivo P-88-1"
)

var offerQuoted = "> " + strings.ReplaceAll(offerBody, "\n", "\n> ")

// conditions are what takes a yes back, in words that resemble signatures,
// headers, dates and footers.
var conditions = []string{
	"Ma solo dal 20 gennaio.", "prima però chiamatemi al 335 555 0101", "Anzi no, aspettate", "solo se entro il 6/11", "Però massimo 2 crediti",
	"non prima di lunedì 9:00", "Quando iniziate?", "Solo 2 crediti", "but only after 20 January", "Mi serve la fattura prima, via mail a conti@neri-vini.example",
	"vale solo per Neri Vini S.r.l.", "Data: dopo il 20 marzo 2026", "Oggetto: sconto del 10%", "Il resto lo decidiamo il 12/03/2026 alle 9:30",
	"No", "Revoco.", "Inviato da me con riserva, per telefono vi spiego", "tel. prima di iniziare", "Privacy: firmate prima il contratto", "Da: lunedì",
	"Responsabile: decide lui domani", "3 crediti sono troppi", "Accetto il preventivo P-88-2",
}

// hidings are where a mail can hold a condition (%c) beside its yes.
var hidings = map[string]string{
	"above the attribution":           "Accetto.\n%c\n" + offerWrote + "\n\n" + offerQuoted,
	"on the attribution's line":       "Accetto.\n%c" + offerWrote + "\n" + offerQuoted,
	"inside the attribution":          "Accetto.\n\n" + strings.Replace(offerWrote, "Banco", "%c Banco", 1) + "\n\n" + offerQuoted,
	"below the name":                  "Accetto.\n\nSara Neri\n%c\n\n" + offerWrote + "\n\n" + offerQuoted,
	"below the closing formula":       "Accetto.\n\nCordiali saluti\nSara Neri\n\n%c\n\n" + offerWrote + "\n\n" + offerQuoted,
	"in the signature":                "Accetto.\n-- \nSara Neri\nNeri Vini S.r.l.\n%c\n\n" + offerWrote + "\n\n" + offerQuoted,
	"as the signature":                "Accetto.\n-- \n%c\n\n" + offerWrote + "\n\n" + offerQuoted,
	"below a footer":                  "Accetto.\n\nInviato da iPhone\n\n%c\n\n" + offerWrote + "\n\n" + offerQuoted,
	"in a footer":                     "Accetto.\n\nInviato da iPhone %c\n\n" + offerWrote + "\n\n" + offerQuoted,
	"below a legal notice":            "Accetto.\n\nAvviso di riservatezza: questo messaggio è riservato ai soli destinatari; chi lo riceve per errore lo cancelli e avvisi il mittente.\n%c\n\n" + offerWrote + "\n\n" + offerQuoted,
	"inside the quotation":            "Accetto.\n\n" + offerWrote + "\n\n" + strings.Replace(offerQuoted, "> Costo", "> %c\n> Costo", 1),
	"at the top of the quotation":     "Accetto.\n\n" + offerWrote + "\n> %c\n\n" + offerQuoted,
	"at the end of the quotation":     "Accetto.\n\n" + offerWrote + "\n\n" + offerQuoted + "\n> %c",
	"on a quoted line":                "Accetto.\n\n" + offerWrote + "\n\n" + strings.Replace(offerQuoted, "3 crediti", "3 crediti %c", 1),
	"below the quotation":             "Accetto.\n\n" + offerWrote + "\n\n" + offerQuoted + "\n\n%c",
	"in a stray quotation":            "Accetto.\n> %c\n\n" + offerWrote + "\n\n" + offerQuoted,
	"below a history without marks":   "Accetto.\n\n" + offerHeader + "\n\n" + offerBody + "\n\n%c",
	"in a history without marks":      "Accetto.\n\n" + offerHeader + "\n\n" + strings.Replace(offerBody, "Costo", "%c\n\nCosto", 1),
	"between the header's fields":     "Accetto.\n\n" + strings.Replace(offerHeader, "\nA:", "\n%c\nA:", 1) + "\n\n" + offerBody,
	"as a field of the header":        "Accetto.\n\n" + strings.Replace(offerHeader, "\nA:", "\nNote: %c\nA:", 1) + "\n\n" + offerBody,
	"in the old subject":              "Accetto.\n\n" + offerHeader + " %c\n\n" + offerBody,
	"below the header":                "Accetto.\n\n" + offerHeader + "\n\n%c\n\n" + offerBody,
	"as a header":                     "Accetto.\n\nDa: Sara\nData: %c\n",
	"between dashes":                  "Accetto.\n\n---- %c ----\n\n" + offerWrote + "\n\n" + offerQuoted,
	"between dashes, bare":            "Accetto.\n\n---- %c ----\n" + offerBody,
	"behind bars":                     "Accetto.\n\n| " + strings.ReplaceAll(offerBody+"\n%c", "\n", "\n| "),
	"above a bare copy":               "Accetto.\n%c\n" + offerBody,
	"below a bare copy":               "Accetto.\n\n" + offerBody + "\n\n%c",
	"as a sentence of a legal notice": "Accetto.\n\nSara Neri\n\nQuesto messaggio è riservato al destinatario. %c\n\n" + offerWrote + "\n\n" + offerQuoted,
}

// honest are mails that say yes and nothing else.
var honest = map[string]string{
	"alone":                            "Accetto.",
	"above a quotation":                "Sì, procedete.\n\n" + offerWrote + "\n\n" + offerQuoted,
	"right above":                      "Va bene, grazie.\n" + offerWrote + "\n" + offerQuoted,
	"Outlook":                          "Accetto il preventivo P-88-1\n\nCordiali saluti\nSara Neri\n\n" + offerHeader + "\n\n" + offerBody,
	"a full signature":                 "Accetto.\n\nCordiali saluti\n\nSara Neri\nNeri Vini S.r.l.\nVia Roma 12, 12051 Alba (CN)\nTel. 0173 555 0142 - www.neri-vini.example\n\n" + offerWrote + "\n\n" + offerQuoted,
	"a signature behind dashes":        "Accetto.\n\n-- \nSara Neri\nAmministrazione\nNeri Vini S.r.l.\nP.IVA 01234567890\n\n" + offerWrote + "\n\n" + offerQuoted,
	"a role":                           "Accetto.\n\nSara Neri\nResponsabile acquisti\nNeri Vini\n0173 555 0142\n\n" + offerWrote + "\n\n" + offerQuoted,
	"a telephone":                      "Accetto.\n\nInviato da iPhone\n\n> Il giorno 5 mar 2026, alle ore 09:10, Banco Prova <banco@prova.example> ha scritto:\n> \n" + offerQuoted,
	"another telephone":                "Accetto.\n\nScarica Outlook per Android<https://aka.example/x>\n________________________________\n" + strings.SplitN(offerHeader, "\n", 2)[1] + "\n\n" + offerBody,
	"a legal notice":                   "Accetto.\n\nSara Neri\n\nAvviso di riservatezza: questo messaggio è riservato ai soli destinatari; chi lo riceve per errore lo cancelli e avvisi il mittente.\n\n" + offerHeader + "\n\n" + offerBody,
	"a header with nothing above it":   "Accetto.\n\n" + strings.SplitN(offerHeader, "\n", 2)[1] + "\n\n" + offerBody,
	"below a signature, such a header": "Accetto.\n\nSara Neri\nNeri Vini S.r.l.\nT: 0173 555 0142 | sara@neri-vini.example\n\n" + strings.SplitN(offerHeader, "\n", 2)[1] + "\n\n" + offerBody,
	"tabs in the header":               "Accetto.\n\nDa:\tBanco Prova <banco@prova.example>\nPer:\tsara@neri-vini.example\nData:\t05/03/2026 09:10\nOggetto:\t[Prova #88] Preventivo P-88-1\n\n" + offerBody,
	"fields without colons":            "Accetto.\n\n------ Messaggio originale ------\nDa \"Banco Prova\" <banco@prova.example>\nA sara@neri-vini.example\nData 05/03/2026 09:10:00\nOggetto [Prova #88] Preventivo P-88-1\n\n" + offerBody,
	"brevity is excused":               "Accetto.\n-- \nInviato dal mio telefono Android con K-9 Mail. Perdonate la brevità.\n\n" + offerWrote + "\n" + offerQuoted,
	"a program that is safe":           "Accetto.\n\nInviato con l'email sicura Proton Mail.\n\n" + offerWrote + "\n\n" + offerQuoted,
	"nobody is named":                  "Accetto.\n\nThursday, March 5, 2026, 9:10:00 AM, you wrote:\n\n" + offerQuoted,
	"bare":                             "Accetto.\n\n" + offerBody,
	"a header in Albanian":             "Accetto.\n\nNga: Banco Prova <banco@prova.example>\nDërguar: e enjte, 5 mars 2026 09:10\nPër: Sara Neri\nTema: [Prova #88] Preventivo P-88-1\n\n" + offerBody,
	"below":                            offerWrote + "\n\n" + offerQuoted + "\n\nAccetto.\n\nSara",
	"a signature below":                "Accetto.\n\n" + offerWrote + "\n\n" + offerQuoted + "\n\n-- \nSara Neri\nNeri Vini S.r.l.",
	"a banner of the server":           "Non si ricevono spesso messaggi di posta elettronica da sara@neri-vini.example. Informazioni<https://aka.example/x>\n\nAccetto.\n\n" + offerWrote + "\n\n" + offerQuoted,
	"the environment is asked for":     "Accetto.\n\n-- \nSara Neri\nNeri Vini S.r.l.\nPrima di stampare, pensa all'ambiente.\n\n" + offerWrote + "\n\n" + offerQuoted,
}

// TestNoConditionIsForgotten: a yes beside which a condition stands is none,
// wherever it stands; an honest one stays a yes, whatever a program put around it.
func TestNoConditionIsForgotten(t *testing.T) {
	head := "From: Banco Prova <banco@prova.example>\nTo: sara@neri-vini.example\nSubject: [Prova #88] Preventivo P-88-1\nDate: Thu, 05 Mar 2026 09:10:00 +0100\nMessage-ID: <l88@prova.example>\nContent-Type: text/plain; charset=utf-8\n\n"
	r := &reader{policy: policy.Default(time.UTC), options: mailin.Options{Sent: func(key string) [][]byte {
		if key == "l88@prova.example" {
			return [][]byte{[]byte(head + offerBody)}
		}
		return nil
	}}}
	decide := func(text string) (string, string) {
		raw := "From: Sara Neri <sara@neri-vini.example>\nTo: Banco Prova <banco@prova.example>\nSubject: Re: [Prova #88] Preventivo P-88-1\n" +
			"Date: Thu, 05 Mar 2026 12:00:00 +0100\nMessage-ID: <r@neri-vini.example>\nIn-Reply-To: <l88@prova.example>\nContent-Type: text/plain; charset=utf-8\n\n" + text + "\n"
		in := mailin.Parse([]byte(raw), r.options)
		var doubts []string
		for _, a := range in.Aside {
			if !a.Sure {
				doubts = append(doubts, fmt.Sprintf("%d %s", a.Line, a.Why))
			}
		}
		return r.decision(in), fmt.Sprintf("reply %q, in doubt %v", in.Reply, doubts)
	}
	for where, text := range hidings {
		for _, c := range conditions {
			mail := strings.Replace(text, "%c", c, 1)
			if got, how := decide(mail); got == "accept" {
				t.Errorf("%q %s: %s\n%s", c, where, got, how)
			}
		}
	}
	for name, text := range honest {
		if got, how := decide(text); got != "accept" {
			t.Errorf("an honest yes (%s): %s\n%s", name, got, how)
		}
	}
}
