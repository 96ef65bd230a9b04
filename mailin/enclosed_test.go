package mailin

import (
	"encoding/base64"
	"strings"
	"testing"

	"sportello/ticket"
)

// inlineForwards are what mail programs put above a mail of Mario's that they forward
// in the text; HTML begins with "<".
var inlineForwards = map[string]string{
	"Thunderbird":             "-------- Messaggio Inoltrato --------\nOggetto: \tSito fermo\nData: \tSun, 29 Nov 2026 09:00:00 +0100\nMittente: \tMario Rossi <mario@rossi.example>\nA: \tAnna <anna@example.it>",
	"Thunderbird, HTML":       `<div class="moz-forward-container"><br><br>-------- Messaggio Inoltrato --------<table class="moz-email-headers-table" cellspacing="0" cellpadding="0" border="0"><tbody><tr><th valign="BASELINE" nowrap="nowrap" align="RIGHT">Oggetto: </th><td>Sito fermo</td></tr><tr><th>Data: </th><td>Sun, 29 Nov 2026 09:00:00 +0100</td></tr><tr><th>Mittente: </th><td>Mario Rossi <a class="moz-txt-link-rfc2396E" href="mailto:mario@rossi.example">&lt;mario@rossi.example&gt;</a></td></tr><tr><th>A: </th><td><a href="mailto:anna@example.it">anna@example.it</a></td></tr></tbody></table><br><br>`,
	"Thunderbird, German":     "-------- Weitergeleitete Nachricht --------\nBetreff: \tSeite steht\nDatum: \tSun, 29 Nov 2026 09:00:00 +0100\nVon: \tMario Rossi <mario@rossi.example>\nAn: \tanna@example.it",
	"Thunderbird, French":     "-------- Message transféré --------\nSujet : \tSite en panne\nDate : \tSun, 29 Nov 2026 09:00:00 +0100\nDe : \tMario Rossi <mario@rossi.example>\nPour : \tanna@example.it",
	"Gmail":                   "---------- Forwarded message ---------\nDa: Mario Rossi <mario@rossi.example>\nDate: dom 29 nov 2026 alle ore 09:00\nSubject: Sito fermo\nTo: Anna Ferretti <anna@example.it>",
	"Gmail, HTML":             `<div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message ---------<br>Da: <strong class="gmail_sendername" dir="auto">Mario Rossi</strong> <span dir="auto">&lt;<a href="mailto:mario@rossi.example">mario@rossi.example</a>&gt;</span><br>Date: dom 29 nov 2026 alle ore 09:00<br>Subject: Sito fermo<br>To: Anna Ferretti &lt;<a href="mailto:anna@example.it">anna@example.it</a>&gt;<br></div><br><br>`,
	"Outlook":                 "Da: Mario Rossi <mario@rossi.example> \nInviato: domenica 29 novembre 2026 09:00\nA: Anna Ferretti <anna@example.it>\nOggetto: Sito fermo",
	"Outlook, HTML":           `<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>Da:</b> Mario Rossi &lt;mario@rossi.example&gt; <br><b>Inviato:</b> domenica 29 novembre 2026 09:00<br><b>A:</b> Anna Ferretti &lt;anna@example.it&gt;<br><b>Oggetto:</b> Sito fermo</p></div>`,
	"Outlook on the web":      `<hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri"><b>Da:</b> Mario Rossi &lt;mario@rossi.example&gt;<br><b>Inviato:</b> domenica 29 novembre 2026 09:00<br><b>A:</b> Anna Ferretti &lt;anna@example.it&gt;<br><b>Oggetto:</b> Sito fermo</font><div>&nbsp;</div></div>`,
	"Outlook, bold":           "*From:* Mario Rossi <mario@rossi.example<mailto:mario@rossi.example>>\n*Sent:* Sunday, November 29, 2026 9:00 AM\n*To:* Anna Ferretti\n*Subject:* Sito fermo",
	"Outlook, broken lines":   "Da: Mario Rossi\n<mario@rossi.example>\nInviato: domenica 29 novembre 2026 09:00\nA: Anna Ferretti <anna@example.it>; Bruno Neri\n<bruno@example.it>\nOggetto: Sito fermo",
	"Outlook, French":         "De : Mario Rossi <mario@rossi.example>\nEnvoyé : dimanche 29 novembre 2026 09:00\nÀ : Anna Ferretti\nObjet : Site en panne",
	"Outlook on a phone":      "Ottieni Outlook per iOS<https://aka.ms/o0ukef>\n________________________________\nDa: Mario Rossi <mario@rossi.example>\nInviato: Sunday, November 29, 2026 9:00:00 AM\nA: Anna Ferretti <anna@example.it>\nOggetto: Sito fermo",
	"Apple Mail":              "Inizio messaggio inoltrato:\n\n> Da: Mario Rossi <mario@rossi.example>\n> Oggetto: Sito fermo\n> Data: 29 novembre 2026 alle ore 09:00:00 CET\n> A: anna@example.it",
	"Apple Mail, HTML":        `<div><blockquote type="cite"><div>Inizio messaggio inoltrato:</div><br class="Apple-interchange-newline"><div style="margin: 0px;"><span style="color:rgb(0,0,0);"><b>Da: </b></span><span>Mario Rossi &lt;<a href="mailto:mario@rossi.example">mario@rossi.example</a>&gt;<br></span></div><div><span><b>Oggetto: </b></span><span><b>Sito fermo</b><br></span></div><div><span><b>Data: </b></span><span>29 novembre 2026 alle ore 09:00:00 CET<br></span></div><div><span><b>A: </b></span><span>anna@example.it<br></span></div><br>`,
	"iOS":                     `<div dir="ltr">Inizio messaggio inoltrato:<br><br></div><blockquote type="cite"><div dir="ltr"><b>Da:</b> Mario Rossi &lt;mario@rossi.example&gt;<br><b>Data:</b> 29 novembre 2026 alle ore 09:00:00 CET<br><b>A:</b> anna@example.it<br><b>Oggetto:</b> <b>Sito fermo</b><br><br></div>`,
	"Roundcube":               "-------- Messaggio originale --------\nOggetto: Sito fermo\nData: 29/11/2026 09:00\nMittente: Mario Rossi <mario@rossi.example>\nDestinatario: anna@example.it",
	"Roundcube, HTML":         `<p>-------- Messaggio originale --------</p><table border="0" cellspacing="0" cellpadding="0"><tbody><tr><th align="right" nowrap="nowrap" valign="baseline">Oggetto:</th><td>Sito fermo</td></tr><tr><th>Data:</th><td>29/11/2026 09:00</td></tr><tr><th>Mittente:</th><td>Mario Rossi &lt;mario@rossi.example&gt;</td></tr><tr><th>Destinatario:</th><td>anna@example.it</td></tr></tbody></table>`,
	"eM Client":               "------ Messaggio Originale ------\nDa \"Mario Rossi\" <mario@rossi.example>\nA anna@example.it\nData 29/11/2026 09:00:00\nOggetto Sito fermo",
	"Yahoo":                   "----- Messaggio inoltrato -----\nDa: \"Mario Rossi\" <mario@rossi.example>\nA: \"anna@example.it\" <anna@example.it>\nInviato: domenica 29 novembre 2026 alle ore 09:00:00 CET\nOggetto: Sito fermo",
	"Zoho":                    "============ Forwarded message ============\nFrom: Mario Rossi <mario@rossi.example>\nTo: <anna@example.it>\nDate: Sun, 29 Nov 2026 09:00:00 +0100\nSubject: Sito fermo\n============ Forwarded message ============",
	"Proton":                  "------- Forwarded Message -------\nFrom: Mario Rossi <mario@rossi.example>\nDate: On Sunday, November 29th, 2026 at 09:00\nSubject: Sito fermo\nTo: anna@example.it <anna@example.it>",
	"a bare address":          "From: mario@rossi.example\nDate: Sun, 29 Nov 2026\nTo: anna@example.it",
	"Outlook, German":         "Von: Mario Rossi [mailto:mario@rossi.example]\nGesendet: Sonntag, 29. November 2026\nAn: Anna\nBetreff: Sito",
	"a name with a comma":     "Da: \"Rossi, Mario\" <mario@rossi.example>\nInviato: ieri\nA: \"Ferretti, Anna\" <anna@example.it>",
	"an address in a name":    "Da: \"capo@example.it <capo@example.it>\" <mario@rossi.example>\nInviato: domenica 29 novembre 2026 09:00\nA: Anna\nOggetto: Sito",
	"a language of its own":   "Oddi wrth: Mario Rossi <mario@rossi.example>\nDyddiad: 29 Tachwedd 2026\nAt: anna@example.it\nPwnc: Safle",
	"an answer":               "Il giorno dom 29 nov 2026 alle ore 09:00 Mario Rossi <mario@rossi.example> ha scritto:\n> errore 503",
	"certified mail":          "Da: Per conto di: mario@rossi.example <posta-certificata@gestore.example>\nInviato: domenica 29 novembre 2026 09:00\nA: anna@example.it\nOggetto: POSTA CERTIFICATA: Sito fermo",
	"on somebody's behalf":    "Da: segreteria@rossi.example <segreteria@rossi.example> Per conto di Mario Rossi <mario@rossi.example>\nInviato: ieri 29/11/2026 09:00\nA: Anna\nOggetto: Sito",
	"forwarded twice":         "---------- Forwarded message ---------\nDa: Mario Rossi <mario@rossi.example>\nDate: dom 29 nov 2026\nSubject: Fwd: Sito\nTo: Anna <anna@example.it>\n\nVeda sotto.\n\n---------- Forwarded message ---------\nDa: Fornitore <info@fornitore.example>\nDate: sab 28 nov 2026\nSubject: Sito\nTo: mario@rossi.example",
	"below a word of her own": "Ne parliamo domani, cliente seccato.\n\n-- \nAnna Ferretti\nTel: 02 1234567\nMail: anna@example.it\nWeb: www.example.it\n\n-------- Messaggio Inoltrato --------\nOggetto: \tSito fermo\nData: \tSun, 29 Nov 2026 09:00:00 +0100\nMittente: \tMario Rossi <mario@rossi.example>\nA: \tAnna <anna@example.it>",
}

// TestWriters: whose mail is forwarded in a text is told whatever program forwards it.
func TestWriters(t *testing.T) {
	for name, head := range inlineForwards {
		media, text := "text/plain", head+"\n\nDa stamattina il sito dà errore 503.\n"
		if strings.HasPrefix(head, "<") {
			media, text = "text/html", "<html><body><div>#da</div>"+head+"<div>Da stamattina il sito dà errore 503.</div></body></html>"
		}
		in := Parse([]byte("From: Anna <anna@example.it>\r\nTo: desk@example.it\r\nSubject: Fwd: Sito fermo\r\nContent-Type: "+media+"; charset=utf-8\r\n\r\n"+text), Options{})
		var others []ticket.Mailbox
		for _, p := range in.Writers {
			if p.Address != "anna@example.it" {
				others = append(others, p)
			}
		}
		if len(others) == 0 || others[0].Address != "mario@rossi.example" {
			t.Errorf("%s: it is of %v, in\n%s", name, in.Writers, in.Text)
			continue
		}
		if n := others[0].Name; n != "" && n != "Mario Rossi" && n != "Rossi, Mario" {
			t.Errorf("%s: he is called %q", name, n)
		}
	}
}

// TestNoWriters: a sender without address, lines with a colon and prose name nobody.
func TestNoWriters(t *testing.T) {
	for name, text := range map[string]string{
		"a name alone": "Da: Mario Rossi\nInviato: domenica 29 novembre 2026 09:00\nA: info@rossi.example\nOggetto: Sito fermo",
		"two lines":    "Nota: scrivere a mario@rossi.example\nPoi: chiamare",
		"prose":        "Il cliente mario@rossi.example chiede: quando?",
	} {
		if in := Parse([]byte("From: Anna <anna@example.it>\r\n\r\n"+text+"\r\n"), Options{}); len(in.Writers) > 0 {
			t.Errorf("%s: it is of %v", name, in.Writers)
		}
	}
}

const enclosedMail = "From: =?utf-8?q?Mario_Rossi?= <Mario@Rossi.Example>\r\nTo: anna@example.it\r\nSubject: Sito fermo\r\nDate: Sun, 29 Nov 2026 09:00:00 +0100\r\n" +
	"Message-ID: <m1@rossi.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n" +
	"--in\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDa stamattina il sito dà errore 503.\r\n" +
	"--in\r\nContent-Type: application/pdf; name=errori.pdf\r\nContent-Disposition: attachment; filename=errori.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--in--\r\n"

// around is a mail of Anna's with these parts.
func around(parts ...string) []byte {
	raw := "From: Anna <anna@example.it>\r\nTo: desk@example.it\r\nSubject: Fwd: Sito fermo\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\n"
	for _, p := range parts {
		raw += "--out\r\n" + p + "\r\n"
	}
	return []byte(raw + "--out--\r\n")
}

// TestEnclosed: a mail forwarded as a file is opened, as programs attach it, and its
// files are found by their numbers.
func TestEnclosed(t *testing.T) {
	const text = "Content-Type: text/plain; charset=utf-8\r\n\r\n#da\r\n"
	inner := strings.ReplaceAll(enclosedMail, "\r\n", "\n")
	for name, raw := range map[string][]byte{
		"Thunderbird": around(text, "Content-Type: message/rfc822; charset=UTF-8; name=\"Sito fermo.eml\"\r\nContent-Disposition: attachment; filename=\"Sito fermo.eml\"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"+enclosedMail),
		"Outlook":     around(text, "Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n"+enclosedMail),
		"base64":      around(text, "Content-Type: application/octet-stream; name=\"Sito fermo.EML\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"+base64.StdEncoding.EncodeToString([]byte(inner))),
		"no text":     around("Content-Type: message/rfc822\r\n\r\n" + enclosedMail),
		"in another":  around(text, "Content-Type: message/rfc822\r\n\r\nFrom: Bruno <bruno@example.it>\r\nSubject: I: Sito fermo\r\nContent-Type: multipart/mixed; boundary=mid\r\n\r\n--mid\r\nContent-Type: message/rfc822\r\n\r\n"+enclosedMail+"\r\n--mid--"),
		"certified":   around(text, "Content-Type: message/rfc822\r\n\r\n"+certified(enclosedMail)),
	} {
		in := Parse(raw, Options{})
		var e *ticket.Enclosed
		for i := range in.Enclosed {
			if in.Enclosed[i].From.Address == "mario@rossi.example" {
				e = &in.Enclosed[i]
			}
		}
		if e == nil {
			t.Errorf("%s: enclosed %+v", name, in.Enclosed)
			continue
		}
		if e.From.Name != "Mario Rossi" || e.Subject != "Sito fermo" || e.MessageID != "m1@rossi.example" || !strings.Contains(e.Text, "errore 503") || e.Language != "it" {
			t.Errorf("%s: it says %+v", name, e)
		}
		if len(e.Attachments) == 0 || e.Attachments[0].Name != "errori.pdf" {
			t.Errorf("%s: its files are %+v", name, e.Attachments)
			continue
		}
		if a, b, err := Extract(raw, e.Attachments[0].Index); err != nil || a.Name != "errori.pdf" || string(b) != "%PDF-" {
			t.Errorf("%s: file %d is %q of %+v, %v", name, e.Attachments[0].Index, b, a, err)
		}
		if a, _, err := Extract(raw, e.File); err != nil || a.Size == 0 {
			t.Errorf("%s: the mail itself is %+v, %v", name, a, err)
		}
		if in.Text != strings.TrimSpace(strings.Repeat("#da", min(1, strings.Count(string(raw), "#da")))) {
			t.Errorf("%s: the text is %q", name, in.Text)
		}
	}
}

// certified is the envelope of a PEC around mail.
func certified(mail string) string {
	return "From: \"Per conto di: mario@rossi.example\" <posta-certificata@gestore.example>\r\nSubject: POSTA CERTIFICATA: Sito fermo\r\nX-Trasporto: posta-certificata\r\nContent-Type: multipart/mixed; boundary=pec\r\n\r\n" +
		"--pec\r\nContent-Type: text/plain\r\n\r\nMessaggio di posta certificata\r\n--pec\r\nContent-Type: application/xml; name=daticert.xml\r\n\r\n<x/>\r\n" +
		"--pec\r\nContent-Type: message/rfc822; name=postacert.eml\r\n\r\n" + mail + "\r\n--pec--"
}
