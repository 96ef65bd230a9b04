package mailin

import (
	"strings"
	"testing"

	"sportello/ticket"
)

const copied = "Content-Type: text/rfc822-headers\n\nFrom: banco@prova.example\nTo: ada@altra.example\nMessage-ID:\n <17@prova.example>\nSubject: x\n"

func TestReadBounce(t *testing.T) {
	oldMail := "\n--- Below this line is a copy of the message.\n\nReturn-Path: <banco@prova.example>\nFrom: banco@prova.example\nTo: ada@altra.example\nMessage-ID: <17@prova.example>\n\nciao, il 5.1.9 non conta\n"
	for _, c := range []struct {
		name string
		mail []byte
		want ticket.Bounce
	}{
		{"RFC 3464", report("delivery-status", []string{daemon, nullFrom}, "\nI'm sorry.\n",
			"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.prova.example\n\nFinal-Recipient: rfc822; Ada@Altra.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1\n <ada@altra.example>: no such user\n", copied),
			ticket.Bounce{Recipient: "ada@altra.example", Status: "5.1.1", Action: "failed", Diagnostic: "550 5.1.1 <ada@altra.example>: no such user", MessageID: "17@prova.example"}},
		{"RFC 6533", report("delivery-status", []string{daemon, nullFrom}, "\nI'm sorry.\n",
			"Content-Type: message/global-delivery-status\n\nFinal-Recipient: utf-8; p\\x{E8}re@altra.example\nAction: failed\nStatus: 5.6.7\n"),
			ticket.Bounce{Recipient: "père@altra.example", Status: "5.6.7", Action: "failed"}},
		{"the one that failed among three", report("delivery-status", []string{daemon, nullFrom}, "\nx\n",
			"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.example\nAction: delivered\nStatus: 2.0.0\n\nFinal-Recipient: rfc822; c@b.example\nAction: delayed\nStatus: 4.4.1\n\nFinal-Recipient: rfc822; d@b.example\nAction: failed\nStatus: 5.2.2\n"),
			ticket.Bounce{Recipient: "d@b.example", Status: "5.2.2", Action: "failed"}},
		{"the refusing server knows better", report("delivery-status", []string{daemon, nullFrom}, "\nx\n",
			"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.7.26 not authenticated\n"),
			ticket.Bounce{Recipient: "a@b.example", Status: "5.7.26", Action: "failed", Diagnostic: "550 5.7.26 not authenticated"}},
		{"delayed", report("delivery-status", []string{daemon, nullFrom}, "\nx\n",
			"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.example\nAction: delayed\nStatus: 4.4.1\n", copied),
			ticket.Bounce{Recipient: "a@b.example", Status: "4.4.1", Action: "delayed", MessageID: "17@prova.example"}},
		{"qmail", letter("Hi. This is the qmail-send program at b.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<ada@altra.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n"+oldMail, "From: MAILER-DAEMON@b.example", "Subject: failure notice", nullFrom),
			ticket.Bounce{Recipient: "ada@altra.example", Status: "5.1.1", Action: "failed", Diagnostic: "Sorry, no mailbox here by that name. (#5.1.1)", MessageID: "17@prova.example"}},
		{"Exim", letter("This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  ada@altra.example\n    host mx.altra.example [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<ada@altra.example>:\n    550 no such user\n\n------ This is a copy of the message, including all the headers. ------\n\nMessage-ID: <17@prova.example>\n\nx", daemon, "Subject: Mail delivery failed: returning message to sender", "X-Failed-Recipients: ada@altra.example"),
			ticket.Bounce{Recipient: "ada@altra.example", Status: "5.1.1", Action: "failed", Diagnostic: "550 no such user", MessageID: "17@prova.example"}},
		{"Exim, a warning", letter("This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue.\n\nThe address to which the message has not yet been delivered is:\n\n  ada@altra.example\n\nNo action is required on your part. Delivery attempts will continue.\n", daemon, "Subject: Warning: message 1abc delayed 24 hours", nullFrom),
			ticket.Bounce{Recipient: "ada@altra.example", Status: "4.0.0", Action: "delayed", Diagnostic: "No action is required on your part. Delivery attempts will continue."}},
		{"Sendmail", letter("The original message was received at Thu, 5 Mar 2026 09:10:00 +0100\nfrom prova.example [192.0.2.9]\n\n   ----- The following addresses had permanent fatal errors -----\n<ada@altra.example>\n    (reason: 550 5.2.1 disabled)\n\n   ----- Transcript of session follows -----\n... while talking to mx.altra.example.:\n>>> RCPT To:<ada@altra.example>\n<<< 550 5.2.1 disabled\n", "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example>", "Subject: Returned mail: see transcript for details", nullFrom),
			ticket.Bounce{Recipient: "ada@altra.example", Status: "5.2.1", Action: "failed", Diagnostic: "(reason: 550 5.2.1 disabled)"}},
		{"Postfix in plain text", letter("This is the mail system at host mx.prova.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients. It's attached below.\n\n                   The mail system\n\n<ada@altra.example>: host mx.altra.example[192.0.2.1] said: 552 5.2.2 over\n    quota (in reply to RCPT TO command)\n", "From: MAILER-DAEMON@mx.prova.example (Mail Delivery System)", "Subject: Undelivered Mail Returned to Sender", nullFrom),
			ticket.Bounce{Recipient: "ada@altra.example", Status: "5.2.2", Action: "failed", Diagnostic: "<ada@altra.example>: host mx.altra.example[192.0.2.1] said: 552 5.2.2 over quota (in reply to RCPT TO command)"}},
		{"Exchange 2003", letter("Your message\n\n  To:      ada@altra.example\n  Subject: x\n  Sent:    Thu, 5 Mar 2026 09:10:00 +0100\n\ndid not reach the following recipient(s):\n\nada@altra.example on Thu, 5 Mar 2026 09:10:05 +0100\n    The recipient name is not recognized\n", "From: System Administrator <postmaster@altra.example>", "Subject: Undeliverable: x", nullFrom, "In-Reply-To: <17@prova.example>"),
			ticket.Bounce{Recipient: "ada@altra.example", Status: "5.0.0", Action: "failed", Diagnostic: "The recipient name is not recognized", MessageID: "17@prova.example"}},
		{"Notes", letter("Your message\n\n  Subject: x\n\nwas not delivered to:\n\n  ada@altra.example\n\nbecause:\n\n  User ada (ada@altra.example) not listed in public Name & Address Book\n", "From: postmaster@altra.example", "Subject: Undeliverable message", nullFrom),
			ticket.Bounce{Recipient: "ada@altra.example", Status: "5.1.1", Action: "failed", Diagnostic: "User ada (ada@altra.example) not listed in public Name & Address Book"}},
		{"Gmail", letter("Delivery to the following recipient failed permanently:\n\n     ada@altra.example\n\nTechnical details of permanent failure: \nPERM_FAILURE: SMTP Error (state 9): 550 5.7.1 refused\n\n----- Original message -----\n\nMessage-ID: <17@prova.example>\n", "From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>", "Subject: Delivery Status Notification (Failure)", nullFrom),
			ticket.Bounce{Recipient: "ada@altra.example", Status: "5.7.1", Action: "failed", Diagnostic: "PERM_FAILURE: SMTP Error (state 9): 550 5.7.1 refused", MessageID: "17@prova.example"}},
		{"Italian, without code", letter("Il messaggio non è stato consegnato al seguente destinatario:\n\n  ada@altra.example\n\nMotivo: casella piena.\n", "From: Postmaster <postmaster@altra.example>", "Subject: Messaggio non consegnato"),
			ticket.Bounce{Recipient: "ada@altra.example", Status: "5.2.2", Action: "failed", Diagnostic: "Motivo: casella piena."}},
		{"certified mail", letter("Avviso di mancata consegna\n\nnel messaggio \"x\" proveniente da \"banco@prova.example\"\ne destinato all'utente \"ada@pec.altra.example\"\nè stato rilevato un errore: 5.1.1 - Gestore - indirizzo non valido.\n", "From: posta-certificata@pec.example", "X-Ricevuta: errore-consegna", "X-Riferimento-Message-ID: <17@prova.example>", "To: banco@prova.example"),
			ticket.Bounce{Recipient: "ada@pec.altra.example", Status: "5.1.1", Action: "failed", Diagnostic: "è stato rilevato un errore: 5.1.1 - Gestore - indirizzo non valido.", MessageID: "17@prova.example"}},
		{"certified mail, a first warning", letter("Il messaggio non è stato ancora consegnato a \"ada@pec.altra.example\".\n", "From: posta-certificata@pec.example", "X-Ricevuta: preavviso-errore-consegna"),
			ticket.Bounce{Recipient: "ada@pec.altra.example", Status: "4.0.0", Action: "delayed"}},
		{"James", letter("Hi. This is the James mail server at mx.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\nFailed recipient(s):\nada@altra.example\n\nError message:\n550-5.1.1 does not exist\n", "From: postmaster@mx.example", "Subject: [BOUNCE]"),
			ticket.Bounce{Recipient: "ada@altra.example", Status: "5.1.1", Action: "failed", Diagnostic: "550-5.1.1 does not exist"}},
		{"a filter, reply code in brackets", letter("We had trouble delivering your message. Full details follow:\n\nSMTP Server <mx.example> rejected recipient <ada@altra.example>\n  It responded: [552 over quota]\n", "From: MAILER-DAEMON@x6.example", "Subject: There was an error sending your mail"),
			ticket.Bounce{Recipient: "ada@altra.example", Status: "5.2.2", Action: "failed", Diagnostic: "It responded: [552 over quota]"}},
		{"Exchange Online in Italian", letter("Il messaggio non è stato recapitato ai destinatari seguenti:\n\nada@altra.example\nL'indirizzo non è stato trovato.\n\nInformazioni di diagnostica per gli amministratori:\n\nada@altra.example\n#550 5.1.10 RESOLVER.ADR.RecipientNotFound ##\n", "From: Microsoft Outlook <postmaster@altra.example>", "Subject: Non recapitabile: x", nullFrom),
			ticket.Bounce{Recipient: "ada@altra.example", Status: "5.1.10", Action: "failed", Diagnostic: "#550 5.1.10 RESOLVER.ADR.RecipientNotFound ##"}},
		{"Gmail in Italian, a warning", letter("** Consegna incompleta **\n\nSi è verificato un problema temporaneo durante la consegna del messaggio a ada@altra.example. Gmail riproverà per altre 46 ore.\n", "From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>", "Subject: Delivery Status Notification (Delay)", nullFrom),
			ticket.Bounce{Recipient: "ada@altra.example", Status: "4.0.0", Action: "delayed"}},
		{"a status part that became text", letter("Your message could not be sent.\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: RFC822; ada@altra.example\nAction: failed\nStatus: 4.4.7\nDiagnostic-Code: SMTP; 450 4.4.7 late\n", daemon, "Subject: Returned mail: see transcript for details"),
			ticket.Bounce{Recipient: "ada@altra.example", Status: "4.4.7", Action: "failed", Diagnostic: "450 4.4.7 late"}},
		{"nothing said", letter("failure", daemon, "Subject: failure notice", nullFrom), ticket.Bounce{Status: "5.0.0", Action: "failed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := Parse(c.mail, Options{})
			if in.Bounce == nil {
				t.Fatalf("kind %v (%s)", in.Kind, in.KindReason)
			}
			if *in.Bounce != c.want {
				t.Errorf("%+v, want\n%+v", *in.Bounce, c.want)
			}
		})
	}
}

func TestStatusIn(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"550 5.1.1 no", "5.1.1"}, {"(#5.1.1)", "5.1.1"}, {"552-5.2.2 full", "5.2.2"}, {"Status: 4.4.7 (late)", "4.4.7"}, {"errore: 5.1.1.", "5.1.1"},
		{"5.4.312", "5.4.312"}, {"2.0.0 ok", ""}, {"192.0.2.5.1.1", ""}, {"5.1.1.7", ""}, {"v5.1.2", ""}, {"mx/5.1.2", ""}, {"15.0.1104.5", ""}, {"5.1", ""}, {"5.1111.1", ""}, {"", ""}, {"5.1.1", "5.1.1"},
	} {
		if got := statusIn(c.text); got != c.want {
			t.Errorf("statusIn(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestFirstAddress(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"<Ada@Altra.example>: no", "ada@altra.example"}, {"a@b", ""}, {"@", ""}, {"x @ y ada+1@a-b.example.", "ada+1@a-b.example"}, {"smtp;ada@altra.example", "ada@altra.example"}, {"niente", ""},
	} {
		if got := firstAddress(c.text); got != c.want {
			t.Errorf("firstAddress(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func FuzzBounce(f *testing.F) {
	f.Add("Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1", "<a@b.example>: 550 5.1.1 no", copied)
	f.Add("Final-Recipient: utf-8; \\x{E9}\\x{\nAction: delayed", "Message-ID:\n <x@y>\nReceived: from z", "")
	f.Fuzz(func(t *testing.T, status, text, rest string) {
		in := Parse(report("delivery-status", []string{daemon, nullFrom}, "\n"+text+"\n", "Content-Type: message/delivery-status\n\n"+status+"\n", rest), Options{})
		b := readBounce(&mail{root: open(in.Raw).root}, in)
		if b.Action != "failed" && b.Action != "delayed" {
			t.Fatalf("action %q", b.Action)
		}
		if !strings.HasPrefix(b.Status, "4.") && !strings.HasPrefix(b.Status, "5.") {
			t.Fatalf("status %q", b.Status)
		}
		if len(b.Diagnostic) > maxDiagnostic+3 || strings.ContainsAny(b.Recipient+b.Diagnostic+b.MessageID, "\n<") && strings.ContainsAny(b.MessageID, "\n<>") {
			t.Fatalf("%+v", b)
		}
	})
}
