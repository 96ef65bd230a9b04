package mailin

import (
	"strings"
	"testing"

	"sportello/ticket"
)

// letter makes a mail of header lines and a text.
func letter(text string, fields ...string) []byte {
	var b strings.Builder
	seen := strings.ToLower("\n" + strings.Join(fields, "\n"))
	for _, f := range []string{"From: Ugo Foschi <ugo@foschi.example>", "To: Banco <banco@prova.example>", "Subject: Posta", "Message-ID: <1@foschi.example>", "Date: Thu, 5 Mar 2026 09:10:00 +0100"} {
		name, _, _ := strings.Cut(f, ":")
		if !strings.Contains(seen, "\n"+strings.ToLower(name)+":") {
			b.WriteString(f + "\r\n")
		}
	}
	for _, f := range fields {
		b.WriteString(f + "\r\n")
	}
	if !strings.Contains(seen, "\ncontent-type:") {
		b.WriteString("Content-Type: text/plain; charset=utf-8\r\n")
	}
	b.WriteString("\r\n" + strings.ReplaceAll(text, "\n", "\r\n"))
	return []byte(b.String())
}

// report makes a multipart/report of parts, each with its own header.
func report(kind string, fields []string, parts ...string) []byte {
	fields = append(fields, `Content-Type: multipart/report; report-type=`+kind+`; boundary="b"`)
	return letter("--b\n"+strings.Join(parts, "\n--b\n")+"\n--b--\n", fields...)
}

const (
	thread   = "In-Reply-To: <7@prova.example>"
	daemon   = "From: Mail Delivery System <MAILER-DAEMON@mx.foschi.example>"
	nullFrom = "Return-Path: <>"
)

func TestKind(t *testing.T) {
	for _, c := range []struct {
		name string
		mail []byte
		want ticket.Kind
	}{
		// People.
		{"a person", letter("Il sito non va."), ticket.KindRequest},
		{"Auto-Submitted: no", letter("Il sito non va.", "Auto-Submitted: no"), ticket.KindRequest},
		{"Exchange's suppress header alone", letter("Il sito non va.", "X-Auto-Response-Suppress: All"), ticket.KindRequest},
		{"a person's redirect without envelope sender", letter("La posta non è stata ricevuta, potete guardare?", nullFrom), ticket.KindRequest},
		{"a disclaimer gateway's Precedence: bulk", letter("Serve una casella.", "Precedence: bulk"), ticket.KindRequest},
		{"a gateway with an unlucky name", letter("Serve una casella.", "X-Mailer: Proofpoint", "Delivered-To: info@vacation.example"), ticket.KindRequest},
		{"a CRM's List-Unsubscribe", letter("Serve una casella.", "List-Unsubscribe: <mailto:u@crm.example>"), ticket.KindRequest},
		{"asks about automatic answers", letter("Come imposto la risposta automatica?", "Subject: Risposta automatica"), ticket.KindRequest},
		{"asks about automatic answers, as a title", letter("Come si fa? Partiamo lunedì.", "Subject: Autoreply: come si imposta?"), ticket.KindRequest},
		{"answers an automatic answer", letter("Va bene, aspetto, ma fate presto.", "Subject: Re: Risposta automatica: Posta", thread), ticket.KindRequest},
		{"tells what he got", letter("Chi mi scrive riceve «questa è una risposta automatica», ma io non l'ho impostata.", thread), ticket.KindRequest},
		{"goes away, and says how things stand", letter("Buongiorno, da lunedì sono in ferie fino al 20: se serve scrivete a ada@foschi.example. La stampante intanto stampa di nuovo.\nUgo", thread, "Subject: Re: Stampante"), ticket.KindRequest},
		{"is away, and tells the news", letter("I am on holiday until the 20th, for urgent matters call Ada. The shop takes orders again, well done.", thread, "Subject: Re: Shop"), ticket.KindRequest},
		{"is away and asks", letter("Sono in ferie fino al 20, potete fare voi il rinnovo? Per urgenze chiamate Ada.", thread), ticket.KindRequest},
		{"is away and asks for nothing new", letter("Da lunedì siamo in ferie.\nServe che il sito dica che siamo chiusi."), ticket.KindRequest},
		{"has trouble with it", letter("Non riesco a impostare la risposta automatica.", "Subject: Risposta automatica"), ticket.KindRequest},
		{"wants a notice about holidays", letter("Siamo chiusi dal 1 al 15, mettete un avviso in prima pagina.", "Subject: Chiusura per ferie: avviso sul sito"), ticket.KindRequest},
		{"sells a car", letter("Vorrei il modulo per i contatti.", "Subject: Auto: pagina nuova"), ticket.KindRequest},
		{"tells what he gets, without marks", letter("Ricevo sempre il messaggio grazie per averci contattato ma poi nessuno risponde.", "Subject: Re: Posta", thread), ticket.KindRequest},
		{"asks about a bounce", letter("Mi torna indietro questo, cosa vuol dire?\n\nYour message could not be delivered to x@y.example", "Subject: Undelivered Mail Returned to Sender"), ticket.KindRequest},
		{"forwards a bounce", letter("Cosa vuol dire?\n\n---------- Forwarded message ---------\nDa: Mail Delivery Subsystem <mailer-daemon@x.example>\nDate: gio 5 mar 2026 alle ore 09:10\nSubject: Undeliverable\n\nYour message could not be delivered.", "Subject: Fwd: Undeliverable"), ticket.KindRequest},
		{"a postmaster is a person too", letter("Le mail verso di voi tornano con «was rejected», potete sbloccarci?", "From: Ada <postmaster@foschi.example>"), ticket.KindRequest},
		{"says that he read it", letter("Ho letto la fattura, il codice è sbagliato.", "Subject: Letto: e adesso?", thread), ticket.KindRequest},
		{"an invitation", letter("BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n", `Content-Type: text/calendar; method=REQUEST; charset=utf-8`), ticket.KindRequest},
		{"a web form", letter("Nome: Ada\nMessaggio: quanto costa?", "From: Sito <noreply@foschi.example>", "Reply-To: ada@altra.example", "Auto-Submitted: auto-generated"), ticket.KindRequest},
		// Automatic answers.
		{"RFC 3834", letter("Grazie.", "Auto-Submitted: auto-replied"), ticket.KindAutoReply},
		{"RFC 3834 with a comment and capitals", letter("Grazie.", "Auto-Submitted: Auto-Generated (vacation)"), ticket.KindAutoReply},
		{"X-Autoreply", letter("Grazie.", "X-Autoreply: yes"), ticket.KindAutoReply},
		{"Precedence: auto_reply", letter("Grazie.", "Precedence: auto_reply"), ticket.KindAutoReply},
		{"a provider's responder", letter("Grazie.", "X-Mailer: Prova Autoresponder 2"), ticket.KindAutoReply},
		{"Exchange's rules", letter("Grazie.", "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent"), ticket.KindAutoReply},
		{"subject in Italian", letter("Torno lunedì.", "Subject: Risposta automatica: Posta", thread), ticket.KindAutoReply},
		{"subject in German", letter("Ich bin am Montag zurück.", "Subject: Automatische Antwort: Posta", thread), ticket.KindAutoReply},
		{"subject in French", letter("De retour lundi.", "Subject: =?utf-8?q?R=C3=A9ponse_automatique_=3A_Posta?=", thread), ticket.KindAutoReply},
		{"subject in Spanish", letter("Vuelvo el lunes.", "Subject: =?utf-8?q?Respuesta_autom=C3=A1tica=3A_Posta?=", thread), ticket.KindAutoReply},
		{"Fuori sede", letter("Sarò fuori ufficio a partire dal 05/03/2026 e non tornerò fino al 10/03/2026.", "Subject: =?utf-8?q?Ugo_Foschi_=C3=A8_fuori_sede?="), ticket.KindAutoReply},
		{"Assente", letter("Per urgenze scrivere a ada@foschi.example.", "Subject: Assente: Posta", thread), ticket.KindAutoReply},
		{"away, before a reply mark", letter("Torno il 10.", "Subject: Fuori ufficio Re: Posta"), ticket.KindAutoReply},
		{"says so after a greeting", letter("Gentile cliente,\nLa informiamo che abbiamo preso in carico la Sua richiesta.", "Subject: Re: Posta", thread), ticket.KindAutoReply},
		{"says so in the text", letter("Questa è una risposta automatica, non rispondere a questo messaggio.", "Subject: Re: Posta", thread), ticket.KindAutoReply},
		{"away, and whom to ask", letter("Sono in maternità fino a giugno. Per urgenze scrivete a ada@foschi.example.", "Subject: Re: Posta", thread), ticket.KindAutoReply},
		{"another desk", letter("Abbiamo preso in carico la Sua richiesta con il numero 12.", "Subject: Presa in carico: Posta", thread), ticket.KindAutoReply},
		// Bounces.
		{"RFC 3464", report("delivery-status", []string{daemon, nullFrom}, "\nsorry\n", "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n"), ticket.KindBounce},
		{"delayed", report("delivery-status", []string{daemon, nullFrom}, "\nsorry\n", "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.example\nAction: delayed\nStatus: 4.4.1\n"), ticket.KindBounce},
		{"qmail", letter("Hi. This is the qmail-send program at b.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<a@b.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n", "From: MAILER-DAEMON@b.example", "Subject: failure notice", nullFrom), ticket.KindBounce},
		{"Italian provider", letter("Il messaggio non è stato consegnato al seguente destinatario:\n\n  a@b.example\n\nMotivo: casella piena.\n", "From: Postmaster <postmaster@b.example>", "Subject: Messaggio non consegnato"), ticket.KindBounce},
		{"certified mail not delivered", letter("Il messaggio non è stato consegnato.", "From: posta-certificata@pec.example", "X-Ricevuta: errore-consegna"), ticket.KindBounce},
		// Reports.
		{"read receipt", report("disposition-notification", nil, "\nread\n", "Content-Type: message/disposition-notification\n\nDisposition: manual-action/MDN-sent-manually; displayed\n"), ticket.KindReport},
		{"delivered", report("delivery-status", []string{daemon, nullFrom}, "\nfine\n", "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.example\nAction: delivered\nStatus: 2.0.0\n"), ticket.KindReport},
		{"abuse", report("feedback-report", nil, "\nabuse\n", "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n"), ticket.KindReport},
		{"DMARC", letter("x", "Subject: Report Domain: prova.example Submitter: b.example Report-ID: 1", `Content-Type: application/gzip; name="b.example!prova.example!1!2.xml.gz"`, "Content-Transfer-Encoding: base64"), ticket.KindReport},
		{"TLS", report("tlsrpt", nil, "\nx\n", "Content-Type: application/tlsrpt+gzip\n\nx\n"), ticket.KindReport},
		{"certified mail accepted", letter("Il messaggio è stato accettato.", "From: posta-certificata@pec.example", "X-Ricevuta: accettazione"), ticket.KindReport},
		{"an invitation accepted", letter("BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n", "Subject: Accettato: riunione", `Content-Type: text/calendar; method=REPLY; charset=utf-8`), ticket.KindReport},
		// Lists and spam.
		{"List-Id", letter("Ciao a tutti.", "List-Id: Rete <rete.liste.example>"), ticket.KindList},
		{"Precedence: list of a Google group", letter("Ciao a tutti.", "Precedence: list", "X-Google-Group-Id: 1234"), ticket.KindList},
		{"Precedence: list alone", letter("Ciao a tutti.", "Precedence: list"), ticket.KindList},
		{"X-Spam-Flag", letter("Comprate.", "X-Spam-Flag: YES"), ticket.KindSpam},
		{"X-Spam-Status", letter("Comprate.", "X-Spam-Status: Yes, score=9"), ticket.KindSpam},
		{"SCL", letter("Comprate.", "X-MS-Exchange-Organization-SCL: 6"), ticket.KindSpam},
		{"SCL below five", letter("Buongiorno.", "X-MS-Exchange-Organization-SCL: 1", "X-Spam-Status: No, score=-1"), ticket.KindRequest},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := Parse(c.mail, Options{})
			if in.Kind != c.want {
				t.Errorf("%v (%s), want %v", in.Kind, in.KindReason, c.want)
			}
			if in.KindReason == "" {
				t.Error("no reason")
			}
			if (in.Kind == ticket.KindBounce) != (in.Bounce != nil) {
				t.Errorf("kind %v with bounce %v", in.Kind, in.Bounce)
			}
		})
	}
}

func TestKindSigns(t *testing.T) {
	form := letter("Nome: Ada", "From: Sito <noreply@foschi.example>", "Reply-To: ada@altra.example")
	for _, c := range []struct {
		name                  string
		mail                  []byte
		null, robot, web, bad bool
		list                  string
	}{
		{"a person", letter("ciao"), false, false, false, false, ""},
		{"null path", letter("ciao", nullFrom), true, false, false, false, ""},
		{"a form", form, false, true, true, false, ""},
		{"a form that answers in a thread is none", letter("x", "From: noreply@foschi.example", "Reply-To: ada@altra.example", thread), false, true, false, false, ""},
		{"no-reply without Reply-To", letter("x", "From: no-reply@foschi.example"), false, true, false, false, ""},
		{"a person with another Reply-To", letter("x", "Reply-To: ada@altra.example"), false, false, false, false, ""},
		{"root", letter("x", "From: root@foschi.example"), false, true, false, false, ""},
		{"VERP", letter("x", "From: bounce+17@foschi.example"), false, true, false, false, ""},
		{"a list", letter("x", "List-Id: Rete <Rete.Liste.example>"), false, false, false, false, "rete.liste.example"},
		{"a list by its address", letter("x", "X-BeenThere: rete@liste.example"), false, false, false, false, "rete@liste.example"},
		{"spam", letter("x", "X-Spam-Flag: YES"), false, false, false, true, ""},
		{"spam that is a bounce", letter("<a@b.example>: user unknown", daemon, "Subject: failure notice", "X-Spam-Flag: YES"), false, true, false, true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := Parse(c.mail, Options{})
			if in.NullPath != c.null || in.Robot != c.robot || in.WebForm != c.web || in.SpamMarked != c.bad || in.List != c.list {
				t.Errorf("null path %v, robot %v, form %v, spam %v, list %q", in.NullPath, in.Robot, in.WebForm, in.SpamMarked, in.List)
			}
		})
	}
}

// TestForms says what a site's form and a group look like to a desk that knows
// its own addresses and lists, and which mail only resembles them.
func TestForms(t *testing.T) {
	listed := map[string]bool{"contatti@sito.example": true, "noreply@sito.example": true, "gruppo.sito.example": true, "gruppo@sito.example": true}
	desk := Options{
		Own:    func(a string) bool { return a == "banco@prova.example" || strings.HasPrefix(a, "banco+") },
		Listed: func(s string) bool { return listed[s] },
		OwnID:  func(id string) bool { return id == "signed@prova.example" },
	}
	const (
		ours    = "From: Banco <banco@prova.example>"
		ada     = "Reply-To: Ada <ada@altra.example>"
		robot   = "Auto-Submitted: auto-generated"
		replied = "Auto-Submitted: auto-replied"
	)
	for _, c := range []struct {
		name string
		mail []byte
		kind ticket.Kind
		form bool
		from string
	}{
		// A form that writes in the desk's own name.
		{"in the desk's name", letter("x", ours, ada), ticket.KindRequest, true, "banco@prova.example"},
		{"in the desk's name, marked", letter("x", ours, ada, robot), ticket.KindRequest, true, "banco@prova.example"},
		{"in the desk's name, two visitors", letter("x", ours, "Reply-To: ada@altra.example, ugo@altra.example"), ticket.KindRequest, true, "banco@prova.example"},
		{"in the desk's name, Reply-To the desk too", letter("x", ours, "Reply-To: banco@prova.example, ada@altra.example"), ticket.KindRequest, true, "banco@prova.example"},
		{"in the desk's name, Reply-To a token", letter("x", ours, "Reply-To: banco+c1@prova.example"), ticket.KindOwn, false, "banco@prova.example"},
		{"in the desk's name, Reply-To nobody", letter("x", ours), ticket.KindOwn, false, "banco@prova.example"},
		{"in the desk's name, Reply-To a robot", letter("x", ours, "Reply-To: no-reply@altra.example"), ticket.KindOwn, false, "banco@prova.example"},
		{"our Message-ID", letter("x", ours, ada, "Message-ID: <signed@prova.example>"), ticket.KindOwn, true, "banco@prova.example"},
		{"our ticket", letter("x", ours, ada, "X-Sportello-Ticket: 12"), ticket.KindOwn, true, "banco@prova.example"},
		{"our notice", letter("x", ours, ada, "X-Sportello-Notice: ack"), ticket.KindOwn, true, "banco@prova.example"},
		{"an automatic answer in the desk's name", letter("x", ours, ada, replied), ticket.KindOwn, false, "banco@prova.example"},
		// An address of desk.lists, whatever it is called.
		{"listed", letter("x", "From: Sito <contatti@sito.example>", ada), ticket.KindRequest, true, "contatti@sito.example"},
		{"listed, marked", letter("x", "From: Sito <contatti@sito.example>", ada, robot), ticket.KindRequest, true, "contatti@sito.example"},
		{"listed, marked otherwise", letter("x", "From: Sito <contatti@sito.example>", ada, "X-Auto-Generated: yes"), ticket.KindRequest, true, "contatti@sito.example"},
		{"listed, without Reply-To", letter("x", "From: Sito <contatti@sito.example>", robot), ticket.KindRequest, true, "contatti@sito.example"},
		{"listed, in a thread", letter("x", "From: Sito <contatti@sito.example>", ada, thread), ticket.KindRequest, true, "contatti@sito.example"},
		{"listed, on holiday", letter("x", "From: Sito <contatti@sito.example>", ada, replied), ticket.KindAutoReply, false, "contatti@sito.example"},
		{"no-reply of a site, marked", letter("x", "From: Sito <no-reply@altrosito.example>", ada, robot), ticket.KindRequest, true, "no-reply@altrosito.example"},
		{"info of a site", letter("x", "From: Sito <info@altrosito.example>", ada), ticket.KindRequest, true, "info@altrosito.example"},
		{"info of a site, marked", letter("x", "From: Sito <info@altrosito.example>", ada, robot), ticket.KindRequest, true, "info@altrosito.example"},
		// People.
		{"info of a firm", letter("x", "From: Ada <info@altra.example>"), ticket.KindRequest, false, "info@altra.example"},
		{"info of a firm, Reply-To a colleague", letter("x", "From: Ada <info@altra.example>", ada), ticket.KindRequest, false, "info@altra.example"},
		{"info of a firm answers", letter("x", "From: Ada <info@altrosito.example>", ada, thread), ticket.KindRequest, false, "info@altrosito.example"},
		{"a person with another Reply-To", letter("x", ada), ticket.KindRequest, false, "ugo@foschi.example"},
		// Groups.
		{"a group", letter("x", "List-Id: <gruppo.sito.example>"), ticket.KindList, false, "ugo@foschi.example"},
		{"a group, marked", letter("x", "List-Id: <gruppo.sito.example>", robot), ticket.KindList, false, "ugo@foschi.example"},
		{"a group known by its address, marked", letter("x", "List-Id: <altro.sito.example>", "List-Post: <mailto:gruppo@sito.example>", robot), ticket.KindList, false, "ugo@foschi.example"},
		{"a group known by To, marked", letter("x", "List-Id: <altro.sito.example>", "To: gruppo@sito.example", robot), ticket.KindList, false, "ugo@foschi.example"},
		{"a group, somebody on holiday", letter("x", "List-Id: <gruppo.sito.example>", replied), ticket.KindAutoReply, false, "ugo@foschi.example"},
		{"somebody's newsletter, marked", letter("x", "List-Id: <news.altra.example>", robot), ticket.KindAutoReply, false, "ugo@foschi.example"},
		{"a group rewrote From", letter("x", ours, "List-Id: <gruppo.sito.example>", ada), ticket.KindList, false, "ada@altra.example"},
		{"a group rewrote From and answers to itself too", letter("x", ours, "List-Id: <gruppo.sito.example>", "Reply-To: gruppo@sito.example, ada@altra.example"), ticket.KindList, false, "ada@altra.example"},
		{"a group rewrote From, X-Original-From", letter("x", ours, "List-Id: <gruppo.sito.example>", "X-Original-From: ugo@foschi.example", ada), ticket.KindList, false, "ugo@foschi.example"},
		{"a group rewrote From, two writers", letter("x", ours, "List-Id: <gruppo.sito.example>", "X-Original-From: ugo@foschi.example, ada@altra.example"), ticket.KindList, false, "banco@prova.example"},
		{"a group rewrote From, nobody named", letter("x", ours, "List-Id: <gruppo.sito.example>"), ticket.KindList, false, "banco@prova.example"},
		{"our letter through a group", letter("x", ours, "List-Id: <gruppo.sito.example>", "Message-ID: <signed@prova.example>", ada), ticket.KindOwn, false, "banco@prova.example"},
		{"somebody names an original From", letter("x", "X-Original-From: banco@prova.example"), ticket.KindRequest, false, "ugo@foschi.example"},
	} {
		in := Parse(c.mail, desk)
		from, _ := in.Sole()
		if in.Kind != c.kind || in.WebForm != c.form || from.Address != c.from {
			t.Errorf("%s: %s (%s), form %v, from %s; want %s, form %v, from %s", c.name, in.Kind, in.KindReason, in.WebForm, from.Address, c.kind, c.form, c.from)
		}
	}
}

func FuzzKind(f *testing.F) {
	f.Add("Auto-Submitted: auto-replied", "Risposta automatica: x", "Sono assente.")
	f.Add("Return-Path: <>", "failure notice", "<a@b.example>:\n550 5.1.1 user unknown")
	f.Add("List-Id: <x>", "Letto: x", "è stato letto il")
	f.Fuzz(func(t *testing.T, field, subject, text string) {
		in := Parse(letter(text, "Subject: "+subject, field), Options{})
		if in.Unfit == "" && in.Kind < ticket.KindRequest {
			t.Fatalf("kind %v", in.Kind)
		}
		if in.Kind == ticket.KindList && in.List == "" {
			t.Fatal("a list without a name")
		}
		if in.Kind == ticket.KindSpam && !in.SpamMarked {
			t.Fatal("spam that nobody marked")
		}
	})
}
