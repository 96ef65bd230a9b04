package mailin

import (
	"strings"
	"testing"

	"sportello/ticket"
)

// TestRobotSigns prints what each sign weighs, and holds robots without any
// header against people who write about robots, answer them and are away.
func TestRobotSigns(t *testing.T) {
	for _, s := range signs {
		t.Logf("%+d %s", s.weight, s.name)
	}
	for _, c := range []struct {
		name, head, subject, text string
		kind                      ticket.Kind
		doubtful                  bool
	}{
		{"receipt of a register", "", "[Protocollo 8812] Re: Spostamento", "L'istanza è stata registrata con il numero 8812.\nMessaggio generato automaticamente, si prega di non rispondere.", ticket.KindAutoReply, false},
		{"receipt of a form", "Return-Path: <www-data@web.neri.example>\nX-Mailer: PHPMailer 6\n", "Il tuo messaggio ci è arrivato", "Grazie, lo abbiamo ricevuto. Ti ricontatteremo presto.", ticket.KindAutoReply, false},
		{"receipt, French", "", "Accusé de réception", "Votre demande a bien été transmise, un agent vous répondra. Courriel généré par un automate.", ticket.KindAutoReply, false},
		{"receipt, German", "", "Eingangsbestätigung", "Ihre Nachricht ist bei uns eingegangen, Vorgang 4411. Diese E-Mail wurde automatisch erstellt.", ticket.KindAutoReply, false},
		{"receipt of another desk", "", "Your case (C-55120) [PROVA #12] Disco pieno", "Your case has been registered under the number C-55120.", ticket.KindAutoReply, false},
		{"receipt of another desk, German", "", "[Vorgang 55120] [PROVA #12] Disco pieno", "Ihr Vorgang 55120 wurde aufgenommen.", ticket.KindAutoReply, false},
		{"absent by no sender", "Return-Path: <>\nIn-Reply-To: <x@desk.example>\n", "Re: [PROVA #12] Disco pieno", "Dal 3 al 17 agosto non leggerò la posta. Per urgenze c'è Ugo, ugo@neri.example.", ticket.KindAutoReply, false},
		{"a person answers from a desk of hers", "In-Reply-To: <x@desk.example>\n", "Re: [C-55120] [PROVA #12] Disco pieno", "Il disco l'abbiamo liberato noi, grazie. Il numero da chiamare è 02 555120.", ticket.KindRequest, false},
		{"a person with a number of hers", "In-Reply-To: <x@desk.example>\n", "Ordine 55120 [PROVA #12] Disco pieno", "Serve altro spazio dal 3 al 17 agosto.", ticket.KindRequest, false},
		{"redirected without envelope sender", "Return-Path: <>\nIn-Reply-To: <x@desk.example>\n", "Re: [PROVA #12] Disco pieno", "Dal 3 al 17 agosto il sito va tenuto fermo, grazie.", ticket.KindRequest, true},
		{"a person tells of a robot", "", "Il modulo scrive due volte", "Chi compila il modulo riceve due mail «abbiamo ricevuto il tuo messaggio, non rispondere a questa mail». Sono generate automaticamente dal sito: ne basta una.", ticket.KindRequest, false},
		{"a person asks about one", "", "Autorisponditore", "La risposta generata automaticamente dice di non rispondere: si può cambiare?", ticket.KindRequest, false},
		{"a person has received something", "", "Re: Offerta", "Abbiamo ricevuto la proposta e vi diremo.", ticket.KindRequest, false},
		{"a person promises an answer", "", "Offerta", "Abbiamo ricevuto la proposta, vi risponderemo venerdì.", ticket.KindRequest, true},
		{"a person leaves", "", "Spostamento", "Sono in ferie dal 3 agosto, per urgenze contattare Ida. Intanto spostate pure il sito.", ticket.KindRequest, false},
		{"a person", "", "Sito", "Il sito non va da stamattina.", ticket.KindRequest, false},
	} {
		raw := c.head + "From: Sara Neri <sara@neri.example>\nTo: desk@prova.example\nSubject: " + c.subject + "\nMessage-ID: <1@neri.example>\nDate: Thu, 05 Mar 2026 12:00:00 +0100\nContent-Type: text/plain; charset=utf-8\n\n" + c.text + "\n"
		in := Parse([]byte(strings.ReplaceAll(raw, "\n", "\r\n")), Options{})
		if in.Kind != c.kind || in.Doubtful != c.doubtful {
			t.Errorf("%s: %s, doubtful %t (%s)", c.name, in.Kind, in.Doubtful, in.KindReason)
		}
	}
}

// TestSoonButOffered: who presses a button of our letter at once is no robot; who
// writes something else at once may be one.
func TestSoonButOffered(t *testing.T) {
	crlf := func(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }
	letter := crlf("From: Desk <desk@prova.example>\nTo: Sara Neri <sara@neri.example>\nSubject: [Prova #12] Disco pieno\nMessage-ID: <q@prova.example>\n" +
		"Date: Thu, 05 Mar 2026 12:00:00 +0100\nContent-Type: text/plain; charset=utf-8\n\nPer decidere risponda con una di queste frasi:\n\n- Accetto il preventivo P-12-1\n- Rifiuto il preventivo P-12-1\n")
	for text, doubtful := range map[string]bool{
		"Accetto il preventivo P-12-1":            false,
		"Rifiuto il preventivo P-12-1":            false,
		"La richiesta è stata inoltrata a chi di": true,
	} {
		raw := crlf("From: Sara Neri <sara@neri.example>\nTo: desk@prova.example\nSubject: [Prova #12]\nMessage-ID: <1@neri.example>\nIn-Reply-To: <q@prova.example>\n" +
			"Date: Thu, 05 Mar 2026 12:00:20 +0100\nContent-Type: text/plain; charset=utf-8\n\n" + text + "\n")
		in := Parse(raw, Options{Sent: func(key string) [][]byte {
			if key == "q@prova.example" {
				return [][]byte{letter}
			}
			return nil
		}})
		if in.Kind != ticket.KindRequest || in.Doubtful != doubtful {
			t.Errorf("%q: %s, doubtful %t (%s)", text, in.Kind, in.Doubtful, in.KindReason)
		}
	}
}
