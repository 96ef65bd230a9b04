package history

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// read is Read of a text of which no more is known than its writer's address.
func read(text string) (reply, signature string) {
	r := Read(text, Known{Address: "ugo@foschi.example"})
	return r.Reply, r.Signature
}

func TestRead(t *testing.T) {
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
		{"interleaved, under a greeting", "Ciao Luca\n\nIl 05/03/26 09:10, Prova ha scritto:\n> serve il codice?\n\nSì.\n", "Ciao Luca\n\nIl 05/03/26 09:10, Prova ha scritto:\n> serve il codice?\n\nSì.", ""},
		{"quotes something, above the history", "Leggo qui:\nil contratto dice\n\n> entro 30 giorni\n\nIl 05/03/26 09:10, Prova ha scritto:\n> serve il codice?\n", "Leggo qui:\nil contratto dice\n\n> entro 30 giorni", ""},
		{"a server's banner", "Non si ricevono spesso messaggi di posta elettronica da ugo@foschi.example. Informazioni<https://aka.example/x>\n\nIl sito non va.\n", "Il sito non va.", ""},
		{"a logo above the name", "Il sito non va.\n\n[image: logo.png]\nUgo Foschi\nTel. 011 555 0100\n[cid:f.png@x]\n", "Il sito non va.", "[image: logo.png]\nUgo Foschi\nTel. 011 555 0100\n[cid:f.png@x]"},
		{"a picture that is shown", "Ecco l'errore:\n\n[image: errore.png]\n", "Ecco l'errore:\n\n[image: errore.png]", ""},
		{"block under a rule", "Va bene.\n\n------------\nUgo Foschi\nTel. 011 555 0100\n", "Va bene.", "------------\nUgo Foschi\nTel. 011 555 0100"},
		{"a rule inside the text", "Risultato:\n------------\nUgo non risponde.\n", "Risultato:\n------------\nUgo non risponde.", ""},
		{"answers inside history without marks", "Rispondo in rosso.\n\nDa: Prova <desk@prova.example>\nInviato: giovedì 5 marzo 2026 09:10\nA: Ugo\n\nServe il codice?\nSì, serve.\n", "Rispondo in rosso.\n\nDa: Prova <desk@prova.example>\nInviato: giovedì 5 marzo 2026 09:10\nA: Ugo\n\nServe il codice?\nSì, serve.", ""},
		{"nothing written", "\n\nIl 05/03/26 09:10, Prova ha scritto:\n" + quoted, "", ""},
		{"nothing written in Outlook", "Da: Prova <desk@prova.example>\nInviato: giovedì 5 marzo 2026 09:10\nA: Ugo\nOggetto: x\n\n" + history, "", ""},
		{"nothing written, a line to write above", "Il 05/03/26 09:10, Prova <desk@prova.example> ha scritto:\n\n--- Rispondere sopra questa riga ---\n\n" + history, "", ""},
		{"a line to write above, in a mail of its own", "--- Rispondere sopra questa riga ---\n\nBenvenuto.\n", "--- Rispondere sopra questa riga ---\n\nBenvenuto.", ""},
		{"forward with a word", "È vostra?\n\n---------- Forwarded message ---------\nDa: Prova <desk@prova.example>\nDate: gio 5 mar 2026 alle ore 09:10\nSubject: x\n\n" + history, "È vostra?", ""},
		{"forward alone", "-------- Messaggio inoltrato --------\nOggetto: \tx\nData: \tThu, 5 Mar 2026\nMittente: \tProva <desk@prova.example>\n\n" + history, "", ""},
		{"line to write above", "Non serve\n\n## Per favore, rispondere sopra questa riga ##\n\n" + history, "Non serve", ""},
		{"formula and block", "Il sito non va.\n\nCordiali saluti\nUgo Foschi\n\nFoschi S.r.l.\nVia Po 1, Torino\nTel. 011 555 0100\n", "Il sito non va.\n\nCordiali saluti\nUgo Foschi", "Foschi S.r.l.\nVia Po 1, Torino\nTel. 011 555 0100"},
		{"a list after thanks", "Servono due caselle.\n\nGrazie\n\ninfo@foschi.example\nada@foschi.example\n", "Servono due caselle.\n\nGrazie\n\ninfo@foschi.example\nada@foschi.example", ""},
		{"another thing after thanks", "Il sito non va.\n\nGrazie\n\nAltra cosa\nla posta è lenta\n", "Il sito non va.\n\nGrazie\n\nAltra cosa\nla posta è lenta", ""},
		{"another thing after the name", "Il sito non va.\n\nGrazie\nUgo\nla posta poi è lenta\n", "Il sito non va.\n\nGrazie\nUgo\nla posta poi è lenta", ""},
		{"typed name stays", "Il sito non va.\n\nGrazie\nUgo\n", "Il sito non va.\n\nGrazie\nUgo", ""},
		{"Outlook's empty lines", "Ciao,\n\n\u00a0\n\nva bene.\n\n\u00a0\n\nSaluti\n\nUgo Foschi\n\n\u00a0\n\nFoschi S.r.l.\n\nTel. 011 555 0100\n", "Ciao,\n\n\u00a0\n\nva bene.\n\n\u00a0\n\nSaluti\n\nUgo Foschi", "Foschi S.r.l.\n\nTel. 011 555 0100"},
		{"disclaimer", "Va bene.\n\nQuesto messaggio è destinato esclusivamente al soggetto indicato e può contenere informazioni riservate.\n", "Va bene.", "Questo messaggio è destinato esclusivamente al soggetto indicato e può contenere informazioni riservate."},
		{"a date is no attribution", "Il 5 marzo 2026 alle 10:30 il tecnico mi ha scritto:\nattendere.\nE poi?\n", "Il 5 marzo 2026 alle 10:30 il tecnico mi ha scritto:\nattendere.\nE poi?", ""},
		{"somebody wrote it, tells the sender", "Il 5 marzo 2026 alle 10:30 il tecnico ha scritto:\nattendere.\nE poi?\n", "Il 5 marzo 2026 alle 10:30 il tecnico ha scritto:\nattendere.\nE poi?", ""},
		{"an address wrote it, tells the sender", "Ecco cosa info@foschi.example ha scritto:\naiuto\nche faccio\n", "Ecco cosa info@foschi.example ha scritto:\naiuto\nche faccio", ""},
		{"lines that the sender shows", "Ho provato, esce questo:\n\n> nslookup prova.example\n> timeout\n", "Ho provato, esce questo:\n\n> nslookup prova.example\n> timeout", ""},
		{"labels are no header", "Riepilogo:\n\nDa: Trento\nA: Roma\nNote: nessuna\n", "Riepilogo:\n\nDa: Trento\nA: Roma\nNote: nessuna", ""},
		{"shows a header", "Guardate:\n\nReturn-Path: <a@b.example>\nReceived: from b.example by c.example;\n\tThu, 5 Mar 2026 09:10:00 +0100\nFrom: a@b.example\nTo: ugo@foschi.example\nDate: Thu, 5 Mar 2026 09:10:00 +0100\n\nDa dove viene?\n", "Guardate:\n\nReturn-Path: <a@b.example>\nReceived: from b.example by c.example;\n\tThu, 5 Mar 2026 09:10:00 +0100\nFrom: a@b.example\nTo: ugo@foschi.example\nDate: Thu, 5 Mar 2026 09:10:00 +0100\n\nDa dove viene?", ""},
		{"a form of a web site", "Da: Ugo <ugo@foschi.example>\nOggetto: Preventivo\n\nQuanto costa?\n", "Da: Ugo <ugo@foschi.example>\nOggetto: Preventivo\n\nQuanto costa?", ""},
		{"a number alone is no signature", "Ecco il numero:\n\n335 555 0101\n", "Ecco il numero:\n\n335 555 0101", ""},
		{"a quotation nobody announced", "> perché?\n\nPerché sì.\n", "> perché?\n\nPerché sì.", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			reply, signature := read(c.text)
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

// isSubsequence tells whether every line of part stands in whole, in order,
// but for the attribution that a program put behind it.
func isSubsequence(part, whole string) bool {
	if part == "" {
		return true
	}
	lines := strings.Split(whole, "\n")
	for _, l := range strings.Split(part, "\n") {
		if l == "" {
			continue // where something was taken out
		}
		for len(lines) > 0 && !strings.HasPrefix(lines[0], l) {
			lines = lines[1:]
		}
		if len(lines) == 0 {
			return false
		}
		lines = lines[1:]
	}
	return true
}

func TestReadKeepsWholeLinesInOrder(t *testing.T) {
	line := rapid.OneOf(rapid.SampledFrom(mailPieces), rapid.StringN(0, 30, 60))
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(line, 0, 40).Draw(t, "lines"), "\n")
		checkRead(t, text)
	})
}

func checkRead(t interface {
	Fatalf(string, ...any)
}, text string) {
	reply, signature := read(text)
	if !isSubsequence(reply, text) {
		t.Fatalf("reply %q is not made of the lines of %q", reply, text)
	}
	if !isSubsequence(signature, text) {
		t.Fatalf("signature %q is not made of the lines of %q", signature, text)
	}
	if n := len(squeezed(reply)) + len(squeezed(signature)); n > len(text) {
		t.Fatalf("%d bytes out of %d", n, len(text))
	}
}

func TestReadKeepsTextWithoutMarks(t *testing.T) {
	words := rapid.SampledFrom([]string{"il", "sito", "non", "va", "più", "da", "ieri", "sera", "potete", "guardare", "subito"})
	line := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(words, 3, 12).Draw(t, "words"), " ") + "?"
	})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(line, 1, 20).Draw(t, "lines"), "\n")
		if reply, signature := read(text); reply != text || signature != "" {
			t.Fatalf("read(%q) = %q, %q", text, reply, signature)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add(strings.Join(mailPieces, "\n"))
	f.Add("a\n\nIl 05/03/26 09:10, Prova ha scritto:\n> b\n\nc\n> d\n")
	f.Fuzz(func(t *testing.T, text string) { checkRead(t, text) })
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

func TestReadStaysLinear(t *testing.T) {
	// Each of these took a look at all that follows, once for every line, in
	// some reader of mail. They end at once or the test runs into its limit.
	for _, line := range []string{"--", "On 2026-01-01 at 10:10, a <a@b.example> wrote:", "Cc: x", "Inviato da iPhone", "> x", "", "a\n> b", "> x\nOn 2026-01-01 at 10:10, a <a@b.example> wrote:", "x\nOn 2026-01-01 at 10:10, a <a@b.example> wrote:\n> y", "Il 2026", "<", "From: a@b.example", "____________", "Grazie"} {
		text := strings.Repeat(line+"\n", maxLines/3-1)
		checkRead(t, text)
	}
	if reply, _ := read(strings.Repeat("\n", maxLines+1) + "ultima"); !strings.HasSuffix(reply, "ultima") {
		t.Error("a mail of too many lines is not kept whole")
	}
}

// clients is how mail programs and webmails announce the mail that is answered;
// "> " before the history says that they quote it.
var clients = []struct{ name, mark string }{
	{"Gmail, Italian", "Il giorno gio 5 mar 2026 alle ore 09:10 Banco Prova <banco@prova.example> ha scritto:\n\n> "},
	{"Gmail, mobile", "Il gio 5 mar 2026, 09:10 Banco Prova <banco@prova.example> ha scritto:\n\n> "},
	{"Gmail, old", "2026-03-05 9:10 GMT+01:00 Banco Prova <banco@prova.example>:\n\n> "},
	{"Roundcube", "Il 2026-03-05 09:10 Banco Prova ha scritto:\n> "},
	{"Roundcube, dots", "Il 05.03.2026 09:10 Banco Prova ha scritto:\n> "},
	{"Roundcube, header", "-------- Messaggio originale --------\nOggetto: x\nData: 05-03-2026 09:10\nMittente: Banco <banco@prova.example>\nDestinatario: Ugo\n\n"},
	{"Horde", "Citando Banco Prova <banco@prova.example>:\n\n> "},
	{"Horde, forward", "----- Messaggio inoltrato da Banco Prova <banco@prova.example> -----\n   Data: Thu, 05 Mar 2026 09:10:00 +0100\n     Da: Banco\nOggetto: x\n\n"},
	{"SquirrelMail", "Il Gio, 5 Marzo 2026 9:10 am, Banco Prova ha scritto:\n> "},
	{"SquirrelMail, forward", "---------------------------- Messaggio originale ----------------------------\nOggetto: x\nDa:      banco@prova.example\nData:    Gio, 5 Marzo 2026 9:10\n\n"},
	{"KMail", "In data giovedì 5 marzo 2026 09:10:00 CET, Banco Prova ha scritto:\n> "},
	{"KMail, new", "giovedì 5 marzo 2026 09:10:00 CET, Banco Prova ha scritto:\n> "},
	{"Evolution", "Il giorno gio, 05/03/2026 alle 09.10 +0100, Banco Prova ha scritto:\n> "},
	{"Mutt", "On Thu, Mar 05, 2026 at 09:10:00AM +0100, Banco Prova wrote:\n> "},
	{"Claws", "On Thu, 5 Mar 2026 09:10:00 +0100\nBanco Prova <banco@prova.example> wrote:\n\n> "},
	{"Gnus", "Banco Prova <banco@prova.example> writes:\n\n> "},
	{"Thunderbird, name alone", "Banco Prova ha scritto il 05/03/2026 alle 09:10:\n> "},
	{"Apple Mail", "Il giorno 5 mar 2026, alle ore 09:10, Banco Prova <banco@prova.example> ha scritto:\n\n> "},
	{"Apple Mail, slashes", "Il giorno 05/mar/2026, alle ore 09:10, Banco Prova ha scritto:\n\n> "},
	{"iOS, new", "> Il giorno 5 mar 2026, alle ore 09:10, Banco Prova <banco@prova.example> ha scritto:\n> \n> "},
	{"Apple Mail, forward", "Inizio messaggio inoltrato:\n\n> Da: Banco <banco@prova.example>\n> Oggetto: x\n> Data: 5 marzo 2026 09:10:00 CET\n> A: Ugo\n> \n> "},
	{"Outlook for Mac", "Da: Banco Prova <banco@prova.example>\nData: giovedì 5 marzo 2026 alle ore 09:10\nA: Ugo <ugo@foschi.example>\nOggetto: x\n\n"},
	{"Outlook, mailto", "Da: Banco Prova [mailto:banco@prova.example] \nInviato: giovedì 5 marzo 2026 09:10\nA: 'Ugo'\nOggetto: x\n\n"},
	{"Outlook, rule above", "________________________________________\nDa: Banco Prova [banco@prova.example]\nInviato: giovedì 5 marzo 2026 09:10\nA: Ugo\nOggetto: x\n\n"},
	{"Outlook Express", "----- Original Message ----- \nFrom: \"Banco\" <banco@prova.example>\nTo: \"Ugo\" <ugo@foschi.example>\nSent: Thursday, March 05, 2026 9:10 AM\nSubject: x\n\n\n> "},
	{"Windows Mail", "Inviato da Posta per Windows\n\nDa: Banco Prova\nInviato: giovedì 5 marzo 2026 09:10\nA: Ugo\nOggetto: x\n\n"},
	{"iNotes", "-----Banco Prova <banco@prova.example> ha scritto: -----\nPer: ugo@foschi.example\nDa: Banco Prova <banco@prova.example>\nData: 05/03/2026 09.10\nOggetto: x\n\n"},
	{"Notes, header", "Da:        Banco Prova/Prova/IT\nPer:        Ugo Foschi/Foschi/IT@FOSCHI\nData:        05/03/2026 09.10\nOggetto:        x\n\n"},
	{"Zimbra", "----- Messaggio originale -----\nDa: \"Banco Prova\" <banco@prova.example>\nA: \"Ugo\" <ugo@foschi.example>\nInviato: Giovedì, 5 marzo 2026 9:10:00\nOggetto: x\n\n"},
	{"Zimbra, new", "Da: \"Banco Prova\" <banco@prova.example>\nA: \"Ugo\" <ugo@foschi.example>\nInviato: Giovedì, 5 marzo 2026 9:10:00\nOggetto: x\n\n"},
	{"SOGo", "Il giorno Giovedì, Marzo 05, 2026 09:10 CET, \"Banco Prova\" <banco@prova.example> ha scritto: \n \n> "},
	{"Tuta", "5 mar 2026, 09:10 da banco@prova.example:\n\n> "},
	{"Proton", "Giovedì 5 marzo 2026 09:10, Banco Prova <banco@prova.example> ha scritto:\n\n> "},
	{"Proton, delimiter", "------- Original Message -------\nGiovedì 5 marzo 2026 09:10, Banco Prova <banco@prova.example> ha scritto:\n\n\n> "},
	{"Zoho", "---- Il gio, 05 mar 2026 09:10:00 +0100  Banco Prova <banco@prova.example> ha scritto ---\n\n"},
	{"Zoho, forward", "============ Messaggio inoltrato ============\nDa : Banco <banco@prova.example>\nA : <ugo@foschi.example>\nData : gio, 05 mar 2026 09:10:00 +0100\nOggetto : x\n============ Messaggio inoltrato ============\n\n"},
	{"Libero", "Il 05/03/2026 09:10 CET Banco Prova <banco@prova.example> ha scritto:\n\n\n"},
	{"Libero, old", "---------- Messaggio originale ----------\nDa: Banco Prova <banco@prova.example>\nA: ugo@foschi.example\nData: 5 marzo 2026 alle 9.10\nOggetto: x\n\n"},
	{"Virgilio", "----Messaggio originale----\nDa: banco@prova.example\nData: 5-mar-2026 9.10\nA: <ugo@foschi.example>\nOgg: x\n\n"},
	{"Aruba", "Da: \"Banco Prova\" banco@prova.example\nA: \"Ugo\" ugo@foschi.example\nCc: \nData: Thu, 5 Mar 2026 09:10:00 +0100\nOggetto: x\n\n"},
	{"Yahoo", "    Il giovedì 5 marzo 2026 alle ore 09:10:11 CET, Banco Prova <banco@prova.example> ha scritto:  \n \n "},
	{"Yahoo, old", "Il Giovedì 5 Marzo 2026 9:10, Banco Prova <banco@prova.example> ha scritto:\n\n\n"},
	{"eM Client", "------ Messaggio Originale ------\nDa \"Banco Prova\" <banco@prova.example>\nA \"Ugo\" <ugo@foschi.example>\nData 05/03/2026 09:10:00\nOggetto x\n\n"},
	{"Samsung", "-------- Messaggio originale --------\nDa: Banco <banco@prova.example> \nData: 05/03/26 09:10 (GMT+01:00) \nA: Ugo \nOggetto: x \n\n"},
	{"K-9", "Il 5 marzo 2026 09:10:00 CET, Banco Prova <banco@prova.example> ha scritto:\n>"},
	{"BlueMail", "Il giorno 5 mar 2026, alle ore 09:10, Banco Prova <banco@prova.example> ha scritto:\n\n> "},
	{"Spark", "Il 5 mar 2026, 09:10 +0100, Banco Prova <banco@prova.example>, ha scritto:\n> "},
	{"Thunderbird, German", "Am 05.03.26 um 09:10 schrieb Banco Prova:\n> "},
	{"Apple Mail, German", "Am 05.03.2026 um 09:10 schrieb Banco Prova <banco@prova.example>:\n\n> "},
	{"Outlook Express, German", "----- Ursprüngliche Nachricht -----\nVon: Banco\nGesendet: Donnerstag, 5. März 2026 09:10\n\n"},
	{"GMX", "Gesendet: Donnerstag, 05. März 2026 um 09:10 Uhr\nVon: \"Banco Prova\" <banco@prova.example>\nAn: ugo@foschi.example\nBetreff: x\n\n"},
	{"Thunderbird, forward, German", "-------- Weitergeleitete Nachricht --------\nBetreff: \tx\nDatum: \tThu, 5 Mar 2026 09:10:00 +0100\nVon: \tBanco\n\n"},
	{"Thunderbird, French", "Le 05/03/2026 à 09:10, Banco Prova a écrit\u00a0:\n> "},
	{"Outlook, French delimiter", "-----Message d'origine-----\nDe : Banco <banco@prova.example>\nEnvoyé : jeudi 5 mars 2026 09:10\n\n"},
	{"Orange", "> Message du 05/03/26 09:10\n> De : \"Banco\" <banco@prova.example>\n> A : ugo@foschi.example\n> Objet : x\n>\n> "},
	{"Thunderbird, Spanish", "El 05/03/2026 a las 9:10, Banco Prova escribió:\n> "},
	{"Outlook, Spanish delimiter", "-----Mensaje original-----\nDe: Banco <banco@prova.example>\nEnviado el: jueves, 5 de marzo de 2026 9:10\n\n"},
	{"Thunderbird, English", "On 05/03/2026 09:10, Banco Prova wrote:\n> "},
	{"Apple Mail, English", "On Mar 5, 2026, at 9:10 AM, Banco Prova <banco@prova.example> wrote:\n\n> "},
	{"Apple Mail, narrow space", "On 5 Mar 2026, at 9:10\u202fAM, Banco Prova <banco@prova.example> wrote:\n\n> "},
	{"Gmail, English", "On Thu, Mar 5, 2026 at 9:10 AM Banco Prova <banco@prova.example> wrote:\n\n> "},
	{"Hotmail", "Date: Thu, 5 Mar 2026 09:10:00 +0100\nFrom: banco@prova.example\nTo: ugo@foschi.example\nSubject: x\n\n"},
	{"Hotmail, quoted", "> Subject: x\n> From: banco@prova.example\n> To: ugo@foschi.example\n> Date: Thu, 5 Mar 2026 09:10:00 +0100\n> \n> "},
	{"Android", "---- Banco Prova wrote ----\n\n> "},
	{"Norwegian", "På 5. mars 2026 på 09:10:00, Banco Prova (banco@prova.example) skrev:\n\n"},
	{"Finnish", "Banco Prova <banco@prova.example> kirjoitti 5.3.2026 kello 9.10:\n\n> "},
	{"Hungarian", "Banco Prova <banco@prova.example> ezt írta (időpont: 2026. márc. 5., Cs, 9:10):\n\n> "},
	{"Polish", "W dniu 2026-03-05 o 09:10, Banco Prova pisze:\n> "},
	{"Czech", "Dne 5. března 2026 9:10 Banco Prova <banco@prova.example> napsal(a):\n\n> "},
	{"Japanese", "2026年3月5日 9:10 Banco Prova <banco@prova.example>:\n\n> "},
	{"Chinese", "在 2026年3月5日 上午9:10，Banco Prova <banco@prova.example>写道：\n\n> "},
	{"Russian", "05.03.2026, 09:10, \"Banco Prova\" <banco@prova.example>:\n\n> "},
	{"Danish header", "Fra: Banco Prova <banco@prova.example>\nSendt: 5. marts 2026 09:10\nTil: Ugo\nEmne: x\n\n"},
	{"Dutch header", "Van: Banco Prova <banco@prova.example>\nVerzonden: donderdag 5 maart 2026 09:10\nAan: Ugo\nOnderwerp: x\n\n"},
	{"bold header", "*Da:* Banco Prova <banco@prova.example>\n*Inviato:* giovedì 5 marzo 2026 09:10\n*A:* Ugo\n*Oggetto:* x\n\n"},
}

func TestReadClients(t *testing.T) {
	old := []string{"Gentile Ugo,", "", "serve il codice. Lo può mandare?", "", "Cordiali saluti", "Banco Prova"}
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			mark, prefix := c.mark, ""
			if i := strings.LastIndex(mark, "\n"); strings.HasPrefix(mark[i+1:], ">") || strings.HasPrefix(mark[i+1:], " ") {
				mark, prefix = mark[:i+1], mark[i+1:]
			}
			history := mark + prefix + strings.Join(old, "\n"+prefix) + "\n"
			for _, reply := range []string{"Va bene.", "Buongiorno,\nil codice è 12-34.\n\nGrazie\nUgo", "👍"} {
				if got, signature := read(reply + "\n\n" + history); got != reply || signature != "" && !appFooter(&splitLines(signature)[0]) {
					t.Errorf("reply %q signature %q, want %q", got, signature, reply)
				}
			}
			if strings.Contains(prefix, ">") {
				if got, _ := read(history + "\nVa bene.\n"); got != "Va bene." {
					t.Errorf("below the history: %q", got)
				}
				if got, _ := read(history); got != "" {
					t.Errorf("nothing written: %q", got)
				}
			}
		})
	}
}

// TestHalvesThatStayAreOneLine: a line that was parted before what turned out to
// be no attribution is shown as it came.
func TestHalvesThatStayAreOneLine(t *testing.T) {
	for _, text := range []string{"0IA 0:\n00.00A@wrote", "Ci vediamo _ A 9 e poi:\n12.30A@scritto"} {
		checkRead(t, text)
		if reply, _ := read(text); !strings.HasPrefix(reply, text[:strings.IndexByte(text, '\n')]) {
			t.Errorf("%q became %q", text, reply)
		}
	}
}

// TestAnswersInsideTheQuotation: what is typed inside a quotation, as editors of
// HTML have it, is an answer to the last one; nobody signs there, whatever it is.
func TestAnswersInsideTheQuotation(t *testing.T) {
	const letter = "Buongiorno,\n\ncome imposto la posta sul telefono?\n\nE la password resta quella di prima?\n\nMario"
	for _, last := range []string{"No.", "Sì", "Ok", "Anna lo sa", "Sara", "Certo, quella.", "Resta la stessa, non serve cambiare nulla.", "Grazie, no", "-- no"} {
		for below, signature := range map[string]string{"": "", "Sara Neri\n": "", "Cordiali saluti\nSara\n": "", "-- \nSara Neri\nTel. 011 555 0100\n": "-- \nSara Neri\nTel. 011 555 0100"} {
			text := "Il 22/11/2026 10:30, Assistenza ha scritto:\n\n> Buongiorno,\n>\n> come imposto la posta sul telefono?\n> Con IMAP.\n>\n> E la password resta quella di prima?\n> " +
				last + "\n>\n> Mario\n\n" + below
			r := Read(text, Known{Name: "Sara Neri", Address: "sara@neri-vini.example", Letters: []Letter{{Text: letter, From: "Assistenza"}}, Asked: true})
			if !strings.Contains(r.Reply, "> Con IMAP.") || !strings.Contains(r.Reply, "> "+last) || signature != "" && r.Signature != signature {
				t.Errorf("below it %q: reply %q, signature %q", below, r.Reply, r.Signature)
			}
		}
	}
}
