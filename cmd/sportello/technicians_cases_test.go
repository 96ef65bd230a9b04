package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sportello/mailin"
	"sportello/ticket"
)

const (
	passed  = "Authentication-Results: mx.officina.example; dmarc=pass header.from=officina.example"
	failed  = "Authentication-Results: mx.officina.example; dmarc=fail header.from=officina.example"
	closing = "closed olga, transcript carla"
)

// TestA01: a technician's From without evidence asks her once; evidence against
// it alerts her, and nothing is asked.
func TestA01(t *testing.T) {
	d := newCaseDesk(t)
	d.causes("absent", d.order(carla, "#close"), "held carla", ticket.StateOpen)
	d.causes("contrary", d.order(carla, "#close", failed), "alert carla", ticket.StateOpen)
	d.causes("proved", d.signed(d.order(carla, "#close")), closing, ticket.StateClosed)
}

// TestA02: the results that a sender writes himself are none.
func TestA02(t *testing.T) {
	d := newCaseDesk(t)
	d.causes("", d.order(carla, "#close", "Authentication-Results: mx.altrove.example; dmarc=pass header.from=officina.example"), "held carla", ticket.StateOpen)
}

// TestA03: the topmost results decide alone.
func TestA03(t *testing.T) {
	d := newCaseDesk(t)
	other := "Authentication-Results: mx.altrove.example; dmarc=pass header.from=officina.example"
	above := func(fields ...string) string { return strings.Join(fields, "\n") + "\n" + d.order(carla, "#close") }
	d.causes("fail above pass", above(failed, passed), "alert carla", ticket.StateOpen)
	d.causes("another above pass", above(other, passed), "held carla", ticket.StateOpen)
	d.causes("pass above fail", above(passed, failed), closing, ticket.StateClosed)
}

// TestA05: what a quoted envelope sender says inside the results is inert.
func TestA05(t *testing.T) {
	d := newCaseDesk(t)
	d.causes("", d.order(carla, "#close", `Authentication-Results: mx.officina.example; spf=pass smtp.mailfrom="x; dmarc=pass header.from=officina.example"@altrove.example`), "held carla", ticket.StateOpen)
}

// TestA07: a From put above a signed one leaves nobody.
func TestA07(t *testing.T) {
	d := newCaseDesk(t)
	d.causes("", "From: "+carla+"\n"+d.signed(d.order(outsider, "#close")), "alert carla", ticket.StateOpen)
}

// TestA09: a signature of one's own domain says nothing about another From.
func TestA09(t *testing.T) {
	d := newCaseDesk(t)
	d.causes("another domain", d.key.sign(t, "altrove.example", d.order(carla, "#close")), "held carla", ticket.StateOpen)
	d.causes("below ours", d.key.sign(t, "ospiti.officina.example", d.order(carla, "#close")), "held carla", ticket.StateOpen)
}

// TestA13: only the leading lines of new text are commands, however her program quotes
// what she answers.
func TestA13(t *testing.T) {
	const order = "#charge 100"
	html := "Content-Type: text/html; charset=utf-8"
	for name, c := range map[string]struct {
		text   string
		fields []string
	}{
		"plain":               {"Ci guardiamo.\n\nIl 23/11/2026 10:00, Olga Prati ha scritto:\n> #close\n> " + order, nil},
		"Outlook":             {"Ci guardiamo.\n\n________________________________\nDa: Olga Prati <olga@vivaio.example>\nInviato: lunedì 23 novembre 2026 10:00\nA: Officina\nOggetto: Sito fermo\n\n#close\n" + order, nil},
		"Gmail, HTML":         {`<div dir="ltr">Ci guardiamo.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Il giorno lun 23 nov 2026 alle ore 10:00 Olga Prati &lt;<a href="mailto:olga@vivaio.example">olga@vivaio.example</a>&gt; ha scritto:<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex"><div>#close</div><div>` + order + `</div></blockquote></div>`, []string{html}},
		"Outlook, HTML":       {`<div class=WordSection1><p class=MsoNormal>Ci guardiamo.<o:p></o:p></p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal><b>Da:</b> Olga Prati &lt;olga@vivaio.example&gt; <br><b>Inviato:</b> lunedì 23 novembre 2026 10:00<br><b>A:</b> Officina<br><b>Oggetto:</b> Sito fermo</p></div><p class=MsoNormal>#close</p><p class=MsoNormal>` + order + `</p></div>`, []string{html}},
		"Apple Mail, HTML":    {`<html><body>Ci guardiamo.<br><div><br><blockquote type="cite"><div>Il giorno 23 nov 2026, alle ore 10:00, Olga Prati &lt;olga@vivaio.example&gt; ha scritto:</div><br><div>#close<br>` + order + `</div></blockquote></div></body></html>`, []string{html}},
		"Thunderbird, HTML":   {`<p>Ci guardiamo.</p><div class="moz-cite-prefix">Il 23/11/26 10:00, Olga Prati ha scritto:<br></div><blockquote type="cite" cite="mid:x"><p>#close</p>` + order + `</blockquote>`, []string{html}},
		"below the quote":     {"Il 23/11/2026 10:00, Olga Prati ha scritto:\n> #close\n> " + order + "\n\nCi guardiamo.", nil},
		"only what is quoted": {"Ci guardiamo.\n\n> " + order + "\n> #close\n", nil},
	} {
		d := newCaseDesk(t)
		d.causes(name, d.signed(d.order(carla, c.text, c.fields...)), "answer olga, ticket-reply dario", ticket.StateWaiting)
		if m := d.last(1); m.Text != "Ci guardiamo." {
			t.Errorf("%s: Olga reads %q", name, m.Text)
		}
	}
}

// TestA14: a customer's command is text.
func TestA14(t *testing.T) {
	d := newCaseDesk(t)
	d.causes("a new ticket", d.signed(d.mail(piero, caseDeskAddress, "#charge -50\n#close")), "ack piero, "+toTeam, ticket.StateOpen)
	d.causes("on his own", d.signed(d.mail(olga, d.ack.ReplyTo, "#close", "In-Reply-To: <"+d.ack.MessageID+">")), reply, ticket.StateOpen)
}

// TestA15: a technician in Reply-To is not the author.
func TestA15(t *testing.T) {
	d := newCaseDesk(t)
	d.causes("to her address", d.signed(d.order(olga, "#close", "Reply-To: "+carla)), "alert carla", ticket.StateOpen)
	d.causes("to the customer's", d.signed(d.mail(olga, d.ack.ReplyTo, "#close", "Reply-To: "+carla, "In-Reply-To: <"+d.ack.MessageID+">")), reply, ticket.StateOpen)
	if m := d.last(1); m.From.Address != "olga@vivaio.example" {
		t.Errorf("its author is %s", m.From.Address)
	}
}

// TestA16: a display name is nobody's identity, in letters as little as in rights: who
// calls himself by another's address or by a technician's name is shown by his own.
func TestA16(t *testing.T) {
	names := []string{`"carla@officina.example"`, `=?utf-8?q?carla=40officina.example=00=0A?=`, `"Carla (carla@officina.example)"`, `=?utf-8?q?Carla_Riva=00?=`, `"CARLA  RIVA"`, `=?utf-8?q?Carla=0D=0ABcc:_x=40y.example?=`}
	for i, name := range names {
		d := newCaseDesk(t)
		d.causes(name, d.signed(d.order(name+" <chi@altrove.example>", "#close")), "alert carla", ticket.StateOpen)
		from := fmt.Sprintf("%s <chi%d@altrove.example>", name, i)
		letters := d.play(d.signed(d.mail(from, caseDeskAddress, broken, fmt.Sprintf("Subject: Sito fermo %d", i))))
		n := pickLetter(t, letters, ticket.NoticeTicketNew, "dario@officina.example")
		head, text := d.composed(n)
		sender := mailin.Parse([]byte(head+"\r\n\r\n"), mailin.Options{}).From
		if len(sender) != 1 || sender[0].Address != caseDeskAddress || strings.Contains(head, "\nBcc") {
			t.Errorf("%s: its head is\n%s", name, head)
		}
		if !strings.Contains(text, fmt.Sprintf("chi%d@altrove.example", i)) || strings.ContainsAny(text, "\x00\u202e") {
			t.Errorf("%s: it says\n%s", name, text)
		}
		if i < 5 && (strings.Contains(sender[0].Name, "arla") || !strings.Contains(sender[0].Name, "chi") || !strings.Contains(text, "Attenzione")) {
			t.Errorf("%s: it comes from %q and says\n%s", name, sender[0].Name, text)
		}
	}
}

// TestA17: addresses that look alike are others; letters show their one form, and warn.
func TestA17(t *testing.T) {
	for _, from := range []string{"carla@0fficina.example", "carla@officina.examp1e", "сarla@officina.example", "carla@officinа.example", "carla@officına.example", "ｃarla@officina.example"} {
		d := newCaseDesk(t)
		d.causes(from, d.order(from, "#close"), "alert carla", ticket.StateOpen)
	}
	d := newCaseDesk(t)
	d.causes("the dot of the root", d.order("carla@officina.example.", "#close"), "held carla", ticket.StateOpen)
	for from, want := range map[string]string{"Olga <olga@vivаio.example>": "olga@xn--vivio-6ve.example", "Olga <оlga@vivaio.example>": "оlga@vivaio.example", "Оlga <olga@altrove.example>": "olga@altrove.example"} {
		n := pickLetter(t, d.play(d.signed(d.mail(from, caseDeskAddress, broken))), ticket.NoticeTicketNew, "dario@officina.example")
		if _, text := d.composed(n); !strings.Contains(text, want) || !strings.Contains(text, "Attenzione") || n.CustomerName != "" {
			t.Errorf("%s: Dario reads\n%s", from, text)
		}
	}
	d.causes("upper case is hers", d.signed(d.order("CARLA@Officina.Example", "#close")), closing, ticket.StateClosed)
}

// TestA18: a technician's absence note is recorded, and nobody is told.
func TestA18(t *testing.T) {
	d := newCaseDesk(t)
	d.causes("", d.signed(d.order(carla, "Sono fuori ufficio fino a lunedì.", "Auto-Submitted: auto-replied")), "", ticket.StateOpen)
	if m := d.last(1); m.Kind != ticket.MessageAutoReply {
		t.Errorf("the ticket ends with %v", m.Kind)
	}
}

// TestA22: a technician's private address is a stranger's.
func TestA22(t *testing.T) {
	d := newCaseDesk(t)
	d.causes("", d.signed(d.order("Carla Riva <carla@casa.example>", "#close")), "alert carla", ticket.StateOpen)
}

// TestA24: what only resembles a command is none, and she is told once.
func TestA24(t *testing.T) {
	d := newCaseDesk(t)
	d.causes("Cyrillic", d.signed(d.order(carla, "#сlose")), "transcript carla", ticket.StateOpen)
	d.causes("quoted and inside a word", d.signed(d.order(carla, "Scriva “#close” oppure il#close in fondo.")), "answer olga, ticket-reply dario", ticket.StateWaiting)
	d.causes("white space before it", d.signed(d.order(carla, "\u00a0\u200b #close")), closing, ticket.StateClosed)
}

// TestA25: a command mail is done whole or not at all, and she reads which lines are
// wrong, by their numbers.
func TestA25(t *testing.T) {
	for name, c := range map[string]struct{ text, line, media string }{
		"plain":          {"#take\n#wait\n#note\n#clsoe\n#close", "Riga 4", "plain"},
		"blank lines":    {"\n#take\n\n#wait\n\n#clsoe\n", "Riga 5", "plain"},
		"an argument":    {"#take\n#assign nessuno-così\n#note\n#topic\n#close", "Riga 4", "plain"},
		"HTML":           {"<div>#take</div><div>#wait</div><div>#note</div><div>#clsoe</div><div>#close</div>", "Riga 4", "html"},
		"refused later":  {"#take\n#note\n#wait\n#charge 3\n#prendo", "Riga 4", "plain"},
		"a bullet list":  {"<p>#take</p><ul><li>#close</li></ul>", "Riga 3", "html"},
		"below the text": {"#take\n\nCi guardiamo domani.\n#close", "Riga 4", "plain"},
	} {
		d := newCaseDesk(t)
		told := d.play(d.signed(d.order(carla, c.text, "Content-Type: text/"+c.media+"; charset=utf-8")))
		if len(told) != 1 || told[0].To.Address != "carla@officina.example" || !strings.Contains(strings.Join(told[0].Lines, "\n"), c.line+",") {
			t.Errorf("%s: she is told %+v", name, told)
		}
		if tk := d.ticket(1); tk.Assignee != "" || tk.State != ticket.StateOpen {
			t.Errorf("%s: ticket 1 is %s, %s", name, tk.State, tk.Assignee)
		}
	}
}

// TestA27: what is not exactly one well-formed mailbox in its one form is nobody.
func TestA27(t *testing.T) {
	for _, from := range []string{"ospite@officina.example carla@officina.example", "carla@officina.example, dario@officina.example", "carla(x)@(y)officina.example, chi@altrove.example",
		"carla(x)@officina.example", "carla@(x)officina.example", "carla @officina.example", "carla@officina.example;", "<carla@officina.example>,", "Team: carla@officina.example;", "<@x.example:carla@officina.example>",
		"carla@oﬃcina.example", "carla@ｏfficina.example", "carla@officina。example", "ca\u00adrla@officina.example", "carla@officina.example\u200b", "=?utf-8?q?carla?=@officina.example", "Carla <carla@officina.example> (x@y.example)",
		"carla@officina.example@altrove.example", "ospite@officina.example <carla@officina.example>", "<carla@officina.example", "Carla <<carla@officina.example>>", "carla+x@officina.example"} {
		d := newCaseDesk(t)
		d.causes(from, d.order(from, "#close"), "alert carla", ticket.StateOpen)
	}
	// Kelvin's sign is no k, long s is no s; U-labels are their A-labels.
	d := newCaseDesk(t)
	d.Technicians = append(d.Technicians, ticket.Technician{Name: "Kskia", Addresses: []string{"kskia@xn--societ-nta.example"}})
	for _, from := range []string{"\u212askia@società.example", "k\u017fkia@società.example"} {
		d.causes(from, d.mail(from, caseDeskAddress, "#list"), "ack "+strings.TrimSuffix(from, "@società.example")+", ticket-new carla, ticket-new dario, ticket-new kskia", ticket.StateOpen)
	}
	d.causes("U-label", d.signed(d.mail("KSKIA@Società.Example", caseDeskAddress, "#list")), "transcript kskia", ticket.StateOpen)
}

// TestA10: a signature over part of a body says nothing about the rest.
func TestA10(t *testing.T) {
	d := newCaseDesk(t)
	raw := strings.Replace(d.signed(d.order(carla, "Ciao")), "c=simple/simple;", "c=simple/simple; l=6;", 1)
	d.causes("", raw+"#charge 900\n", "held carla", ticket.StateOpen)
}

// TestA12: a mail has its effect once, whoever sends it again, and an old one that
// the desk has never seen has none: its Date and the day it came lie too far apart.
func TestA12(t *testing.T) {
	d := newCaseDesk(t)
	old := d.signed(d.order(carla, "#close"))
	d.causes("once", old, closing, ticket.StateClosed)
	d.causes("reopened", d.signed(d.order(carla, "#reopen")), "reopened olga, transcript carla", ticket.StateOpen)
	d.causes("again", old, "", ticket.StateOpen)
	d.causes("with another header above", "Received: from altrove.example\n"+old, "", ticket.StateOpen)
	unseen := d.signed(d.order(carla, "#close\nFatto."))
	d.now = d.now.AddDate(1, 0, 0)
	d.causes("a year later, never seen before", unseen, "held carla", ticket.StateOpen)

	config := strings.NewReplacer(`technician = "token"`, `technician = "authenticated"`+"\n"+`authserv_id = "mx.example.test"`, "%s", "", "%%", "%").Replace(worldConfig)
	const week = 7 * 24 * time.Hour
	for _, c := range []struct {
		name     string
		age, ago time.Duration // of its Date, of the day it came
		closes   bool
	}{
		{"fresh", time.Minute, 0, true},
		{"in a queue for six days", week - 24*time.Hour, 0, true},
		{"sent again after eight days", week + 24*time.Hour, 0, false},
		{"sent again after a month", 30 * 24 * time.Hour, 0, false},
		{"from the future", -week - time.Hour, 0, false},
		{"read late, came in time", 2*week + time.Minute, 2 * week, true},
	} {
		inWorld(t, config, func(*world) {}, func(w *world) {
			w.write("mario@cliente.test", "Sito fermo", broken, 0)
			w.wait(2 * time.Minute)
			told := w.relay.letters("ticket-new")
			if len(told) != 2 {
				t.Fatalf("%s: %d letters", c.name, len(told))
			}
			work := mailin.Parse([]byte(told[0].raw), mailin.Options{})
			w.raw("Authentication-Results: mx.example.test; dmarc=pass header.from=example.test\r\nFrom: "+told[0].to+"\r\nTo: "+work.ReplyTo[0].Address+
				"\r\nIn-Reply-To: <"+work.MessageID+">\r\nMessage-ID: <o@example.test>\r\nSubject: Re\r\nDate: "+time.Now().Add(-c.age).Format(time.RFC1123Z)+"\r\n\r\n#close\r\n", c.ago)
			w.wait(2 * time.Minute)
			if closed, held := len(w.relay.letters("closed")), len(w.relay.letters("held")); (closed == 1) != c.closes || (held == 1) == c.closes {
				t.Errorf("%s: %d closed, %d held", c.name, closed, held)
			}
		})
	}
}

// TestA19: a forward with evidence and #from is the customer's ticket, in the text or
// as a file, with its attachments; without the command she is asked, and takes whom
// the desk read in it.
func TestA19(t *testing.T) {
	const forwarded = "---------- Forwarded message ---------\nDa: Nadia Costa <nadia@cantina.example>\nDate: lun 23 nov 2026 alle ore 09:00\nSubject: Posta ferma\nTo: <carla@officina.example>\n\nDa stamattina non ricevo posta."
	file := "Content-Type: application/pdf; name=errori.pdf\nContent-Disposition: attachment; filename=errori.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0=\n"
	inner := "From: Nadia Costa <nadia@cantina.example>\nTo: carla@officina.example\nSubject: Posta ferma\nMessage-ID: <n@cantina.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=in\n\n" +
		"--in\nContent-Type: text/plain; charset=utf-8\n\nDa stamattina non ricevo posta.\n--in\n" + file + "--in--"
	mixed := func(text string, parts ...string) string {
		return "--out\nContent-Type: text/plain; charset=utf-8\n\n" + text + "\n--out\n" + strings.Join(parts, "\n--out\n") + "\n--out--"
	}
	const signature = "\n\n-- \nCarla Riva\nOfficina\n"
	for name, body := range map[string]func(order string) string{
		"in the text": func(order string) string { return order + signature + "\n" + forwarded },
		"with a file": func(order string) string { return mixed(order+signature+"\n"+forwarded, file) },
		"as a file":   func(order string) string { return mixed(order+signature, "Content-Type: message/rfc822\n\n"+inner) },
		"as a file of Bruno": func(order string) string {
			return mixed(order, "Content-Type: message/rfc822\n\nFrom: Dario <dario@officina.example>\nContent-Type: multipart/mixed; boundary=mid\n\n--mid\nContent-Type: message/rfc822\n\n"+inner+"\n--mid--")
		},
	} {
		send := func(d *caseDesk, order string) string {
			fields := []string{"Subject: Fwd: Posta ferma"}
			if body := body(order); strings.HasPrefix(body, "--out") {
				fields = append(fields, "Content-Type: multipart/mixed; boundary=out")
			}
			return d.signed(d.mail(carla, caseDeskAddress, body(order), fields...))
		}
		check := func(what string, d *caseDesk, letters []ticket.Notice) {
			tk, msg := d.ticket(2), d.message(2, 1)
			if tk.Requester != (ticket.Mailbox{Name: "Nadia Costa", Address: "nadia@cantina.example"}) || tk.Customer != "C" || tk.Subject != "Posta ferma" {
				t.Errorf("%s, %s: ticket 2 is %+v", name, what, tk)
			}
			if !strings.Contains(msg.Text, "non ricevo posta") || strings.Contains(msg.Text, "#") || strings.Contains(msg.Text, "Officina\n") {
				t.Errorf("%s, %s: it says %q", name, what, msg.Text)
			}
			if name != "in the text" {
				n := pickLetter(t, letters, ticket.NoticeTicketNew, "dario@officina.example")
				if len(n.Attachments) != 1 || n.Attachments[0].Attachment.Name != "errori.pdf" || n.Attachments[0].Left {
					t.Errorf("%s, %s: Dario gets %+v", name, what, n.Attachments)
				} else if b, err := attachments(d.Store)(t.Context(), n.Attachments[0].Ref); err != nil || string(b) != "%PDF-" {
					t.Errorf("%s, %s: the file holds %q, %v", name, what, b, err)
				}
			}
		}
		d := newCaseDesk(t)
		letters := d.play(send(d, "#from nadia@cantina.example\n#assign Dario"))
		check("taken", d, letters)
		if who := d.ticket(2).Assignee; who != "Dario Melis" {
			t.Errorf("%s: it is %s's", name, who)
		}
		d.sound(name)
		d = newCaseDesk(t)
		d.play(send(d, "#from nadia@cantina.example\n#note\n#assign Dario\n#wait domani\nCliente furioso."))
		if m := d.last(2); m.Kind != ticket.MessageNote || m.Text == "" || strings.Contains(d.message(2, 1).Text, "furioso") {
			t.Errorf("%s: the ticket ends with %+v", name, m)
		}
		d.sound(name + ", with a note")
		for _, order := range []string{"", "#da"} {
			d := newCaseDesk(t)
			held := pickLetter(t, d.play(send(d, order)), ticket.NoticeHeld, "carla@officina.example")
			if !strings.Contains(strings.Join(held.Lines, "\n"), "nadia@cantina.example") {
				t.Errorf("%s: it proposes %q", name, held.Lines)
			}
			letters := d.play(d.signed(d.mail(carla, held.ReplyTo, "#da", "In-Reply-To: <"+held.MessageID+">")))
			check("proposed", d, letters)
			d.sound(name + ", proposed")
		}
		d = newCaseDesk(t)
		d.causes(name+", no evidence", d.mail(carla, caseDeskAddress, "#from nadia@cantina.example\n\n"+forwarded), "held carla", ticket.StateOpen)
	}
}

// TestA23: a note that also went to the customer is asked about.
func TestA23(t *testing.T) {
	d := newCaseDesk(t)
	note := d.work.NoteAddress
	d.causes("a note", d.signed(d.order(carla, "Il disco è pieno.", "To: "+note)), "", ticket.StateOpen)
	if m := d.last(1); m.Kind != ticket.MessageNote {
		t.Errorf("it is %v", m.Kind)
	}
	d.causes("a note with the customer in Cc", d.signed(d.order(carla, "Il disco è pieno ancora.", "To: "+note, "Cc: "+olga)), "held carla", ticket.StateOpen)
}

// TestA26: what a form says in Reply-To is never a technician's mail.
func TestA26(t *testing.T) {
	d := newCaseDesk(t)
	d.causes("", d.signed(d.order("Modulo <noreply@vivaio.example>", "#close", "Reply-To: "+carla, "X-Mailer: PHPMailer 6.9")), "alert carla", ticket.StateOpen)
}

// TestA21: a mailbox in wrong hands charges little, and everybody learns of it.
func TestA21(t *testing.T) {
	d := newCaseDesk(t)
	d.Limits.ChargePerTechnicianDay, d.Limits.ChargeAlert = 5, 3
	charge := func(n string) string { return d.signed(d.order(carla, "#charge "+n)) }
	var quote ticket.Notice
	for _, n := range d.play(d.signed(d.order(carla, "#quote 9"))) {
		if n.Kind == ticket.NoticeQuote {
			quote = n
		}
	}
	d.causes("accepted", d.signed(d.mail(olga, quote.ReplyTo, "Accetto.", "In-Reply-To: <"+quote.MessageID+">")), "quote-accepted olga, ticket-reply carla", ticket.StateOpen)
	d.causes("a fortune", charge("100000"), "transcript carla", ticket.StateOpen)
	d.causes("some", charge("3"), "alert dario, charged olga, transcript carla", ticket.StateOpen)
	d.causes("beyond the day's", charge("3"), "transcript carla", ticket.StateOpen)
	d.causes("up to the day's", charge("2"), "charged olga, transcript carla", ticket.StateOpen)
	if c := d.ticket(1).Charged; c != 5 {
		t.Errorf("%d credits were charged", c)
	}
}

// TestA28: a hundred forgeries cost her a few letters, then a summary an hour, then
// silence; they stop nothing of hers.
func TestA28(t *testing.T) {
	for name, fields := range map[string][]string{"absent": nil, "contrary": {failed}} {
		d := newCaseDesk(t)
		perHour := make([]int, 6)
		for i := range 120 {
			for _, n := range d.play(d.order(carla, "#close", fields...)) {
				if n.To.Address == "carla@officina.example" {
					perHour[i/20]++
				} else if n.Kind != ticket.NoticeAlert && n.Kind != ticket.NoticeDigest {
					t.Errorf("%s: %s goes to %s", name, n.Kind, n.To.Address)
				}
			}
			if i == 60 {
				d.causes(name+", hers amid", d.signed(d.order(carla, "#note\nPenso io.")), "transcript carla", ticket.StateOpen)
			}
			d.now = d.now.Add(3 * time.Minute)
		}
		if perHour[0] == 0 || perHour[0] > 5 {
			t.Errorf("%s: she got %d letters in the first hour", name, perHour[0])
		}
		for hour, n := range perHour[1:] {
			if n > 5 {
				t.Errorf("%s: she got %d letters in hour %d: %v", name, n, hour+2, perHour)
			}
		}
		d.causes(name+", then hers", d.signed(d.order(carla, "#close")), closing, ticket.StateClosed)
	}
}
