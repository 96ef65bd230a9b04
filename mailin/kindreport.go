package mailin

import (
	"slices"
	"strings"

	"sportello/mailin/internal/wording"
	"sportello/ticket"
)

// reportKind returns why m is a report of a machine about mail: a read receipt
// (RFC 8098), an abuse report (RFC 5965), a DMARC or TLS report (RFC 7489, RFC
// 8460), a delivery confirmed, a receipt of certified mail, an invitation
// answered; or "".
func reportKind(m *mail, in *ticket.Inbound) string {
	h := m.root.header
	switch v := firstWord(h.get("X-Ricevuta")); v {
	case "":
	case "errore-consegna", "non-accettazione", "preavviso-errore-consegna", "rilevazione-virus":
		return ""
	default:
		return "X-Ricevuta: " + v
	}
	kind := strings.ToLower(m.root.params["report-type"])
	switch {
	case m.root.media != "multipart/report":
	case kind == "disposition-notification", kind == "feedback-report", kind == "tlsrpt", kind == "dmarc":
		return "multipart/report; report-type=" + kind
	}
	if h.get("TLS-Report-Domain") != "" {
		return "TLS-Report-Domain"
	}
	subject := strings.ToLower(in.Subject)
	domain := strings.HasPrefix(subject, "report domain:") && strings.Contains(subject, "submitter:")
	why := ""
	m.root.leaves(func(p *part) bool {
		switch {
		case p.media == "message/feedback-report", p.media == "message/disposition-notification", p.media == "message/tracking-status",
			p.media == "application/tlsrpt+gzip", p.media == "application/tlsrpt+json":
			why = p.media
		case aggregateReport(p, domain):
			why = "DMARC aggregate report " + p.name
		case p.media == "text/calendar" && calendarAnswer(p) && !strings.Contains(in.Reply, "?"):
			why = "text/calendar; method=REPLY"
		}
		return why == ""
	})
	switch {
	case why != "":
		return why
	case domain:
		return "subject: report domain, submitter"
	case wording.Begins(subject, receiptTitles) && wording.Has(strings.ToLower(head(in.Text, 2000)), receiptBodies) && !strings.Contains(in.Reply, "?"):
		return "a read receipt in words"
	case strings.HasPrefix(subject, "complaint about message from ") && strings.TrimSpace(in.Text) == "":
		return "subject: complaint about message" // Microsoft's feedback loop sends nothing but the mail itself
	}
	return deliveredOnly(m)
}

// aggregateReport tells a file named as RFC 7489, section 7.2.1.1 wants it:
// receiver!domain!begin!end.xml.gz. named: the subject is that of a report.
func aggregateReport(p *part, named bool) bool {
	if strings.Count(p.name, "!") < 3 {
		return false
	}
	low := strings.ToLower(p.name)
	return strings.HasSuffix(low, ".xml") || strings.HasSuffix(low, ".gz") || strings.HasSuffix(low, ".zip") || named
}

// calendarAnswer tells the answer that a calendar wrote (RFC 5546, section 3.2.3).
func calendarAnswer(p *part) bool {
	switch strings.ToUpper(p.params["method"]) {
	case "REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH":
		return true
	case "":
		return strings.Contains(p.text, "\nMETHOD:REPLY")
	}
	return false
}

// deliveredOnly returns why m is a notification that all went well.
func deliveredOnly(m *mail) string {
	groups := recipientGroups(m)
	for _, g := range groups {
		switch firstWord(g.get("Action")) {
		case "delivered", "relayed", "expanded":
		default:
			return ""
		}
	}
	if len(groups) == 0 {
		return ""
	}
	return "delivery status: delivered"
}

// bounceKind returns why m is a bounce or a delay notice, or "".
func bounceKind(m *mail, in *ticket.Inbound) string {
	h := m.root.header
	switch v := firstWord(h.get("X-Ricevuta")); v {
	case "errore-consegna", "non-accettazione", "preavviso-errore-consegna", "rilevazione-virus":
		return "X-Ricevuta: " + v
	}
	if m.root.media == "multipart/report" && strings.EqualFold(m.root.params["report-type"], "delivery-status") {
		return "multipart/report; report-type=delivery-status"
	}
	strict := deliverySystem(in)
	groups := recipientGroups(m)
	if len(groups) > 0 && (in.NullPath || strict || m.root.media == "multipart/report") {
		return "message/delivery-status"
	}
	if !in.NullPath && !strict {
		return ""
	}
	if h.get("X-Failed-Recipients") != "" {
		return "X-Failed-Recipients"
	}
	return bounceWords(m, in, strict)
}

// bounceWords tells the old formats by their words. strict: From is a mail
// server. A postmaster is a person as well, and a mail redirected without
// envelope sender may be anybody's: these need more than one word.
func bounceWords(m *mail, in *ticket.Inbound, strict bool) string {
	subject := strings.ToLower(in.Subject)
	says := strings.ToLower(head(in.Text, 4000))
	title := firstOf(subject, bounceSubjects)
	if wording.Begins(subject, replyPrefixes) {
		title = ""
	}
	words := firstOf(says, bounceBodies)
	strong := firstOf(says, bounceStrong)
	code, status := refusal(in.Text)
	switch {
	case in.NullPath && code, daemonLike(in) && (status || code && labelsRecipient(in.Text)):
		return "a reply code and a recipient, as a mail server writes them"
	case strict && m.root.media == "multipart/report":
		return "multipart/report from a mail server"
	case strict && title != "":
		return "subject: " + title
	case strict && words != "" && (in.NullPath || fromDaemon(in)):
		return "text: " + words
	case in.NullPath && title != "" && words != "":
		return "subject: " + title
	case strong != "" && strings.Contains(says, "@") && !strings.Contains(in.Reply, "?"):
		return "text: " + strong
	}
	return ""
}

// daemonLike tells a sender whose address is that of a mail server but for the
// marks between its words: post.master, mailer_daemon.
func daemonLike(in *ticket.Inbound) bool {
	return slices.ContainsFunc(in.From, func(a ticket.Mailbox) bool {
		switch strings.NewReplacer(".", "", "-", "", "_", "").Replace(localPart(a.Address)) {
		case "postmaster", "mailerdaemon", "maildaemon", "mailsystem":
			return true
		}
		return false
	})
}

// refusal tells a text that asks nothing, names an address and has the reply of
// a server on a line: a code, and a status of the same class.
func refusal(text string) (code, status bool) {
	text = head(text, 4000)
	if !strings.Contains(text, "@") || strings.Contains(text, "?") {
		return false, false
	}
	for line := range strings.Lines(text) {
		c, s := replyCode(strings.TrimSpace(line)), statusIn(line)
		code = code || c >= 500 || c >= 400 && s != ""
		status = status || c >= 400 && s != "" && int(s[0]-'0') == c/100
	}
	return code, status
}

// labelsRecipient tells a text in which an address stands behind its label at
// the beginning of a line, as in the protocol or a header: "RCPT TO: a@b.it".
func labelsRecipient(text string) bool {
	for line := range strings.Lines(strings.ToLower(head(text, 4000))) {
		line = strings.TrimLeft(line, " \t*-")
		for _, label := range recipientLabels {
			if rest, ok := strings.CutPrefix(line, label); ok && strings.Contains(label, ":") && firstAddress(rest) != "" {
				return true
			}
		}
	}
	return false
}

var replyPrefixes = wording.Words("re:", "r:", "aw:", "sv:", "rif:", "ris:", "fwd:", "fw:", "i:", "wg:", "tr:", "rv:", "inoltra:")

// fromDaemon tells the address that no person has.
func fromDaemon(in *ticket.Inbound) bool {
	return slices.ContainsFunc(in.From, func(a ticket.Mailbox) bool { return localPart(a.Address) == "mailer-daemon" })
}

// deliverySystem tells whether From is the part of a mail server that returns mail.
func deliverySystem(in *ticket.Inbound) bool {
	for _, a := range append([]ticket.Mailbox{in.Sender}, in.From...) {
		name := strings.ToLower(a.Name)
		if daemonLocals[localPart(a.Address)] || wording.Has(name, daemonNames) {
			return true
		}
	}
	return false
}

var daemonLocals = wording.Set("mailer-daemon", "mailerdaemon", "mail-daemon", "postmaster", "poostmaster", "double-bounce", "bounce", "mdaemon", "mail-delivery-subsystem", "mailerdaemon-noreply", "deliverystatus", "bounces", "post_master", "post-master")

var daemonNames = wording.Words("mail delivery system", "mail delivery subsystem", "mail delivery service", "mailer-daemon", "mailer daemon", "mail administrator", "system administrator", "mail deliver system", "internet mail delivery", "message delivery", "postmaster", "mail system", "interscan", "notifymgr")

// head is the beginning of s, about n bytes of it.
func head(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "")
	}
	return s
}

// firstOf returns the first entry of list that s contains, or "".
func firstOf(s string, list []string) string {
	for _, w := range list {
		if strings.Contains(s, w) {
			return w
		}
	}
	return ""
}

var bounceSubjects = []string{
	"undelivered mail returned", "undeliverable", "undelivered", "delivery status notification", "delivery notification", "delivery failure", "delivery failed", "failure notice", "returned mail", "mail delivery failed", "mail delivery failure", "mail failure", "mail system error", "message not delivered", "message you sent blocked", "could not be delivered", "delivery has failed", "delivery report", "delivery error", "nondeliverable", "non-delivery", "non delivery", "warning: message", "warning: could not send", "delivery delayed", "delayed mail", "delivery problem", "delivery status", "mail delivery: ", "rejected mail", "rejected:", "unzustellbar", "nicht zustellbar", "zustellung", "unzustellbarkeit",
	"messaggio non consegnato", "mancata consegna", "non recapitabile", "recapito non riuscito", "notifica di mancato recapito", "impossibile recapitare", "errore di consegna", "consegna fallita", "mancato recapito", "avviso di mancata", "posta non recapitata", "notifica sullo stato del recapito", "non-remise", "échec de la remise", "non remis", "message non distribué", "échec d'envoi", "no se puede entregar", "no entregado", "error de entrega", "no se ha podido entregar", "onbestelbaar", "postfix smtp server: errors", "[bounce]", "error sending your mail", "error delivering your mail", "undeliverable message", "failure delivery", "unable to deliver", "mensagem não entregue", "e-mail non recapitata",
}

// receiptTitles and receiptBodies are what old programs write instead of RFC 8098.
var receiptTitles = wording.Words("letto:", "letta:", "read:", "gelesen:", "lu :", "lu:", "leído:", "ricevuta di ritorno", "conferma di lettura", "ricevuta di lettura", "return receipt", "read receipt", "lesebestätigung", "visualizzato:", "recapitato:", "consegnato:", "delivered:", "accusé de réception (lu)")

var receiptBodies = wording.Words("è stato letto il", "è stato letto in data", "e' stato letto", "è stato visualizzato", "è stata letta il", "ricevuta di ritorno", "ricevuta di lettura", "conferma di lettura", "was read on", "was displayed on", "return receipt for", "read receipt", "wurde gelesen", "wurde am", "a été lu", "se ha leído", "fue leído", "è stato recapitato", "è stato consegnato")

// bounceStrong say alone that a mail came back.
var bounceStrong = []string{
	"could not be delivered", "couldn't be delivered", "was undeliverable", "undeliverable mail", "has not been delivered", "delivery has failed", "delivery to the following", "did not reach the following", "wasn't delivered to", "was not delivered to", "unable to deliver",
	"non può essere recapitat", "non puo' essere recapitat", "non è stato recapitat", "non è stato consegnato", "non è stato possibile recapitare", "non è stato possibile consegnare", "impossibile recapitare", "recapito non riuscito",
	"konnte nicht zugestellt", "nicht zugestellt werden", "n'a pas pu être remis", "n'a pas pu être délivré", "no se pudo entregar", "no se ha podido entregar",
}

var bounceBodies = []string{
	"could not be delivered", "couldn't be delivered", "could not deliver", "was not delivered", "wasn't delivered", "was undeliverable", "is undeliverable", "were undeliverable", "undeliverable mail", "has been undeliverable", "not able to deliver", "wasn't able to deliver", "unable to deliver", "unable to be delivered", "delivery failed", "delivery to the following", "delivery has failed", "failed to deliver", "failed permanently", "failed addresses follow", "permanent fatal errors", "permanent error", "transient non-fatal errors", "fatal errors", "did not reach the following", "didn't reach", "has not been delivered", "has not yet been delivered", "not been delivered", "delivery temporarily", "cannot be delivered", "can not be delivered", "can't be delivered", "returned to sender", "returning message to sender", "returned to you", "there was a problem delivering", "delivery attempt", "returned message", "unreachable for", "unsent message", "unsendable", "message that you sent", "your message to", "transcript of session", "could not send message", "will be retried", "user unknown", "unknown user", "mailbox is full", "mailbox full", "over quota", "was rejected", "been rejected", "delivery error", "error transferring", "delayed", "blocked by", "trouble delivering", "delivery problems", "error delivering", "mailbox exceeds", "unknown host", "undeliverable to",
	"non è stato consegnato", "non e' stato consegnato", "non è stata consegnata", "non può essere recapitat", "non puo' essere recapitat", "non è stato recapitat", "non è stato possibile recapitare", "impossibile recapitare", "non è stato possibile consegnare", "impossibile consegnare", "casella di posta piena", "casella piena", "utente sconosciuto", "destinatario sconosciuto", "mancata consegna", "non è possibile recapitare", "non è possibile consegnare", "indirizzo inesistente", "casella inesistente", "non raggiungibile", "recapito non riuscito", "è stato rifiutato", "non consegnato",
	"konnte nicht zugestellt", "nicht zugestellt werden", "nicht zustellbar", "konnte nicht übermittelt", "postfach ist voll", "unzustellbar", "n'a pas pu être remis", "n'a pas été remis", "n'a pas pu être distribué", "n'a pu être délivré", "n'a pas pu être délivré", "no se pudo entregar", "no se ha podido entregar", "no ha podido ser entregado", "no pudo ser entregado",
}
