package mailin

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTrim(t *testing.T) {
	history := "Gentile cliente,\n\nil certificato è stato rinnovato.\n\nAssistenza\n"
	quoted := "> Gentile cliente,\n>\n> il certificato è stato rinnovato.\n"
	for _, c := range []struct{ name, text, reply, signature string }{
		{"plain", "Buongiorno,\nil sito non va.\n", "Buongiorno,\nil sito non va.", ""},
		{"empty", "", "", ""},
		{"Gmail, wrapped attribution", "Va bene.\n\nIl giorno gio 5 mar 2026 alle ore 09:10 Banco Prova <\nbanco@prova.example> ha scritto:\n\n" + quoted, "Va bene.", ""},
		{"Gmail English", "Done.\n\nOn Thu, 5 Mar 2026 at 09:10, Test Desk <desk@prova.example> wrote:\n\n" + quoted, "Done.", ""},
		{"Gmail German", "Passt.\n\nAm Do., 5. März 2026 um 09:10 Uhr schrieb Prova Desk <desk@prova.example>:\n\n" + quoted, "Passt.", ""},
		{"Gmail French", "D'accord.\n\nLe jeu. 5 mars 2026 à 09:10, Prova <desk@prova.example> a écrit :\n\n" + quoted, "D'accord.", ""},
		{"Gmail Spanish", "De acuerdo.\n\nEl jue, 5 mar 2026 a las 9:10, Prova (<desk@prova.example>) escribió:\n\n" + quoted, "De acuerdo.", ""},
		{"Outlook Italian", "Confermo.\n\nDa: Banco Prova <banco@prova.example>\nInviato: giovedì 5 marzo 2026 09:10\nA: Ugo Foschi <ugo@foschi.example>\nOggetto: Certificato\n\n" + history, "Confermo.", ""},
		{"Outlook German", "Ja, bitte.\n\nVon: Prova <desk@prova.example>\nGesendet: Donnerstag, 5. März 2026 09:10\nAn: Uwe <uwe@uwe.example>\nBetreff: Zertifikat\n\n" + history, "Ja, bitte.", ""},
		{"Outlook French", "Oui.\n\nDe : Prova <desk@prova.example>\nEnvoyé : jeudi 5 mars 2026 09:10\nÀ : Luc <luc@luc.example>\nObjet : Certificat\n\n" + history, "Oui.", ""},
		{"Outlook Spanish", "Sí.\n\nDe: Prova <desk@prova.example>\nEnviado: jueves, 5 de marzo de 2026 9:10\nPara: Luz <luz@luz.example>\nAsunto: Certificado\n\n" + history, "Sí.", ""},
		{"Outlook mobile", "ok\n\nScarica Outlook per iOS<https://aka.example/x>\n________________________________\nFrom: Prova <desk@prova.example>\nSent: Thursday, March 5, 2026 9:10:00 AM\nTo: Ugo\nSubject: x\n\n" + history, "ok", "Scarica Outlook per iOS<https://aka.example/x>"},
		{"original message", "Grazie, risolto\n\n-----Messaggio originale-----\nDa: Prova\nInviato: ieri\n\n" + history, "Grazie, risolto", ""},
		{"Apple Mail, attribution inside the quotation", "Perfetto\n\nInviato da iPad\n\n> Il giorno 5 mar 2026, alle ore 09:10, Prova <desk@prova.example> ha scritto:\n> \n> \ufeffSalve\n", "Perfetto", "Inviato da iPad"},
		{"Yahoo, history on the line of the attribution", " ok\n\n  Il gio, 5 mar, 2026 alle 9:10, Prova<desk@prova.example> ha scritto:   Gentile Ugo,\n\nil certificato...\n", " ok", ""},
		{"Notes, header below itself", "Il codice è cambiato.\n\n\"Prova\" <desk@prova.example>\n05/03/2026 09.10\n\nPer\n<ugo@foschi.example>\ncc\n\nOggetto\nCodice\n\n\n" + history, "Il codice è cambiato.", ""},
		{"bottom posted", "Il 05/03/26 09:10, Prova ha scritto:\n" + quoted + "\nFatto, grazie.\n\n-- \nUgo\n", "Fatto, grazie.", "-- \nUgo"},
		{"interleaved", "Il 05/03/26 09:10, Prova ha scritto:\n> Ciao Ugo,\n\nCiao!\n\n> serve il codice?\n\nSì.\n\n> e la copia?\n\nNo.\n", "Ciao!\n\n> serve il codice?\n\nSì.\n\n> e la copia?\n\nNo.", ""},
		{"interleaved, announced", "Rispondo sotto.\n\nIl 05/03/26 09:10, Prova ha scritto:\n> serve il codice?\n\nSì.\n", "Rispondo sotto.\n\nIl 05/03/26 09:10, Prova ha scritto:\n> serve il codice?\n\nSì.", ""},
		{"answers inside history without marks", "Rispondo in rosso.\n\nDa: Prova <desk@prova.example>\nInviato: giovedì 5 marzo 2026 09:10\nA: Ugo\n\nServe il codice?\nSì, serve.\n", "Rispondo in rosso.\n\nDa: Prova <desk@prova.example>\nInviato: giovedì 5 marzo 2026 09:10\nA: Ugo\n\nServe il codice?\nSì, serve.", ""},
		{"nothing written", "\n\nIl 05/03/26 09:10, Prova ha scritto:\n" + quoted, "", ""},
		{"nothing written in Outlook", "Da: Prova <desk@prova.example>\nInviato: giovedì 5 marzo 2026 09:10\nA: Ugo\nOggetto: x\n\n" + history, "", ""},
		{"forward with a word", "È vostra?\n\n---------- Forwarded message ---------\nDa: Prova <desk@prova.example>\nDate: gio 5 mar 2026 alle ore 09:10\nSubject: x\n\n" + history, "È vostra?", ""},
		{"forward alone", "-------- Messaggio inoltrato --------\nOggetto: \tx\nData: \tThu, 5 Mar 2026\nMittente: \tProva <desk@prova.example>\n\n" + history, "", ""},
		{"line to write above", "Non serve\n\n## Per favore, rispondere sopra questa riga ##\n\n" + history, "Non serve", ""},
		{"formula and block", "Il sito non va.\n\nCordiali saluti\nUgo Foschi\n\nFoschi S.r.l.\nVia Po 1, Torino\nTel. 011 555 0100\n", "Il sito non va.\n\nCordiali saluti\nUgo Foschi", "Foschi S.r.l.\nVia Po 1, Torino\nTel. 011 555 0100"},
		{"typed name stays", "Il sito non va.\n\nGrazie\nUgo\n", "Il sito non va.\n\nGrazie\nUgo", ""},
		{"Outlook's empty lines", "Ciao,\n\n\u00a0\n\nva bene.\n\n\u00a0\n\nSaluti\n\nUgo Foschi\n\n\u00a0\n\nFoschi S.r.l.\n\nTel. 011 555 0100\n", "Ciao,\n\n\u00a0\n\nva bene.\n\n\u00a0\n\nSaluti\n\nUgo Foschi", "Foschi S.r.l.\n\nTel. 011 555 0100"},
		{"disclaimer", "Va bene.\n\nQuesto messaggio è destinato esclusivamente al soggetto indicato e può contenere informazioni riservate.\n", "Va bene.", "Questo messaggio è destinato esclusivamente al soggetto indicato e può contenere informazioni riservate."},
		{"a date is no attribution", "Il 5 marzo 2026 alle 10:30 il tecnico mi ha scritto:\nattendere.\nE poi?\n", "Il 5 marzo 2026 alle 10:30 il tecnico mi ha scritto:\nattendere.\nE poi?", ""},
		{"labels are no header", "Riepilogo:\n\nDa: Trento\nA: Roma\nNote: nessuna\n", "Riepilogo:\n\nDa: Trento\nA: Roma\nNote: nessuna", ""},
		{"a form of a web site", "Da: Ugo <ugo@foschi.example>\nOggetto: Preventivo\n\nQuanto costa?\n", "Da: Ugo <ugo@foschi.example>\nOggetto: Preventivo\n\nQuanto costa?", ""},
		{"a number alone is no signature", "Ecco il numero:\n\n335 555 0101\n", "Ecco il numero:\n\n335 555 0101", ""},
		{"a quotation nobody announced", "> perché?\n\nPerché sì.\n", "> perché?\n\nPerché sì.", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			reply, signature := trim(c.text)
			if reply != c.reply {
				t.Errorf("reply\n%q, want\n%q", reply, c.reply)
			}
			if signature != c.signature {
				t.Errorf("signature\n%q, want\n%q", signature, c.signature)
			}
		})
	}
}

// mailPieces are lines of which mails are made, good and bad ones.
var mailPieces = []string{"", "", "> quoted", ">> deeper", "> ", "Il sito non va.", "-- ", "--", "\u00a0", "Cordiali saluti", "Ugo Foschi", "Tel. 011 555 0100", "Il 05/03/26 09:10, Prova ha scritto:",
	"On Thu, 5 Mar 2026 at 09:10, Desk <", "desk@prova.example> wrote:", "-----Original Message-----", "Da: Prova <desk@prova.example>", "Inviato: giovedì 5 marzo 2026 09:10", "A: Ugo", "Oggetto: x",
	"> Da: Prova <desk@prova.example>", "> Il 05/03/26 09:10, Prova ha scritto:", "Inviato da iPhone", "________________________________", "## Reply above this line ##", "---------- Forwarded message ---------", "\r", "Rispondo sotto."}

// isSubsequence tells whether every line of part stands in whole, in order.
func isSubsequence(part, whole string) bool {
	if part == "" {
		return true
	}
	lines := strings.Split(whole, "\n")
	for _, l := range strings.Split(part, "\n") {
		for len(lines) > 0 && lines[0] != l {
			lines = lines[1:]
		}
		if len(lines) == 0 {
			return false
		}
		lines = lines[1:]
	}
	return true
}

func TestTrimKeepsWholeLinesInOrder(t *testing.T) {
	line := rapid.OneOf(rapid.SampledFrom(mailPieces), rapid.StringN(0, 30, 60))
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(line, 0, 40).Draw(t, "lines"), "\n")
		checkTrim(t, text)
	})
}

func checkTrim(t interface {
	Fatalf(string, ...any)
}, text string) {
	reply, signature := trim(text)
	if !isSubsequence(reply, text) {
		t.Fatalf("reply %q is not made of the lines of %q", reply, text)
	}
	if !isSubsequence(signature, text) {
		t.Fatalf("signature %q is not made of the lines of %q", signature, text)
	}
	if n := len(reply) + len(signature); n > len(text) {
		t.Fatalf("%d bytes out of %d", n, len(text))
	}
}

func TestTrimKeepsTextWithoutMarks(t *testing.T) {
	words := rapid.SampledFrom([]string{"il", "sito", "non", "va", "più", "da", "ieri", "sera", "potete", "guardare", "subito"})
	line := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(words, 3, 12).Draw(t, "words"), " ") + "?"
	})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(line, 1, 20).Draw(t, "lines"), "\n")
		if reply, signature := trim(text); reply != text || signature != "" {
			t.Fatalf("trim(%q) = %q, %q", text, reply, signature)
		}
	})
}

func FuzzTrim(f *testing.F) {
	f.Add(strings.Join(mailPieces, "\n"))
	f.Add("a\n\nIl 05/03/26 09:10, Prova ha scritto:\n> b\n\nc\n> d\n")
	f.Fuzz(func(t *testing.T, text string) { checkTrim(t, text) })
}

func TestHeaderFieldNamesAreUnambiguous(t *testing.T) {
	// One name in two fields would make the table depend on map order.
	for range 20 {
		for name, field := range fieldNames(headerNames) {
			if headerFields[name] != field {
				t.Fatalf("%q is %v and %v", name, headerFields[name], field)
			}
		}
	}
}

func TestTrimStaysLinear(t *testing.T) {
	// Each of these took a look at all that follows, once for every line, in
	// some reader of mail. They end at once or the test runs into its limit.
	for _, line := range []string{"--", "On 2026-01-01 at 10:10, a <a@b.example> wrote:", "Cc: x", "Inviato da iPhone", "> x", "", "a\n> b", "Il 2026", "<", "From: a@b.example", "____________", "Grazie"} {
		text := strings.Repeat(line+"\n", maxTrimLines/2-1)
		checkTrim(t, text)
	}
	if reply, _ := trim(strings.Repeat("\n", maxTrimLines+1) + "ultima"); !strings.HasSuffix(reply, "ultima") {
		t.Error("a mail of too many lines is not kept whole")
	}
}
