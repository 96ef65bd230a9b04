package main

import (
	"strings"
	"testing"

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

// TestA13: only the leading lines of new text are commands.
func TestA13(t *testing.T) {
	d := newCaseDesk(t)
	d.causes("", d.signed(d.order(carla, "Ci guardiamo.\n\nIl 23/11/2026 10:00, Olga Prati ha scritto:\n> #close\n> #charge 100")), "answer olga, ticket-reply dario", ticket.StateWaiting)
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

// TestA16: a display name is nobody's identity.
func TestA16(t *testing.T) {
	d := newCaseDesk(t)
	for _, from := range []string{`"carla@officina.example" <chi@altrove.example>`, `=?utf-8?q?carla=40officina.example=00=0A?= <chi@altrove.example>`, `"Carla (carla@officina.example)" <chi@altrove.example>`} {
		d.causes(from, d.signed(d.order(from, "#close")), "alert carla", ticket.StateOpen)
	}
}

// TestA17: addresses that look alike are others.
func TestA17(t *testing.T) {
	d := newCaseDesk(t)
	for _, from := range []string{"carla@0fficina.example", "carla@officina.examp1e", "сarla@officina.example"} {
		d.causes(from, d.order(from, "#close"), "alert carla", ticket.StateOpen)
	}
	d.causes("full width", d.order("ｃarla@officina.example", "#close"), "alert carla, alert dario", ticket.StateOpen)
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

// TestA25: a command mail is done whole or not at all.
func TestA25(t *testing.T) {
	d := newCaseDesk(t)
	d.causes("", d.signed(d.order(carla, "#take\n#wait\n#note\n#clsoe\n#close")), "transcript carla", ticket.StateOpen)
	if a := d.ticket(1).Assignee; a != "" {
		t.Errorf("it was taken by %s", a)
	}
}

// TestA27: what is not exactly one well-formed mailbox is nobody.
func TestA27(t *testing.T) {
	d := newCaseDesk(t)
	for _, from := range []string{"ospite@officina.example carla@officina.example", "carla@officina.example, dario@officina.example", "carla(x)@(y)officina.example, chi@altrove.example"} {
		d.causes(from, d.order(from, "#close"), "alert carla", ticket.StateOpen)
	}
}

// TestA10: a signature over part of a body says nothing about the rest.
func TestA10(t *testing.T) {
	d := newCaseDesk(t)
	raw := strings.Replace(d.signed(d.order(carla, "Ciao")), "c=simple/simple;", "c=simple/simple; l=6;", 1)
	d.causes("", raw+"#charge 900\n", "held carla", ticket.StateOpen)
}

// TestA12: a mail has its effect once, whoever sends it again.
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
		for _, order := range []string{"", "#da"} {
			d := newCaseDesk(t)
			held := pickLetter(t, d.play(send(d, order)), ticket.NoticeHeld, "carla@officina.example")
			if !strings.Contains(strings.Join(held.Lines, "\n"), "nadia@cantina.example") {
				t.Errorf("%s: it proposes %q", name, held.Lines)
			}
			letters := d.play(d.signed(d.mail(carla, held.ReplyTo, "#da", "In-Reply-To: <"+held.MessageID+">")))
			check("proposed", d, letters)
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

// TestA28: a hundred forgeries cost her a few letters and stop nothing of hers.
func TestA28(t *testing.T) {
	for name, fields := range map[string][]string{"absent": nil, "contrary": {failed}} {
		d := newCaseDesk(t)
		var told int
		for range 100 {
			for _, n := range d.play(d.order(carla, "#close", fields...)) {
				if n.To.Address == "carla@officina.example" {
					told++
				} else if n.Kind != ticket.NoticeAlert {
					t.Errorf("%s: %s goes to %s", name, n.Kind, n.To.Address)
				}
			}
		}
		if told == 0 || told > 5 {
			t.Errorf("%s: she got %d letters", name, told)
		}
		d.causes(name+", then hers", d.signed(d.order(carla, "#close")), closing, ticket.StateClosed)
	}
}
