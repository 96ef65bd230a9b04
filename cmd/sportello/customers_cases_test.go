package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
)

const (
	toTeam = "ticket-new carla, ticket-new dario"
	reply  = "ticket-reply carla, ticket-reply dario"
)

// TestB01: a tag in the subject joins only who is on the ticket.
func TestB01(t *testing.T) {
	d := newCaseDesk(t)
	d.causes("a stranger", d.signed(d.mail(outsider, caseDeskAddress, "Ecco la password.", "Subject: Re: [Officina #1] Sito fermo")), "ack chi, "+toTeam, ticket.StateOpen)
	d.causes("its requester", d.signed(d.mail(olga, caseDeskAddress, "Ancora fermo.", "Subject: Re: [Officina #1] Sito fermo")), reply, ticket.StateOpen)
	if m := d.last(1); !strings.Contains(m.Text, "Ancora") {
		t.Errorf("ticket 1 ends with %q", m.Text)
	}
	d.TokenCustomer = false
	d.causes("without evidence", d.mail(olga, caseDeskAddress, "Allora?", "Subject: Re: [Officina #1] Sito fermo"), reply, ticket.StateOpen)
	if m := d.last(1); m.Text != "Allora?" || m.Verified {
		t.Errorf("ticket 1 ends with %q, verified %v", m.Text, m.Verified)
	}
}

// TestB02: a Message-ID that is made up, or read by somebody else, joins nobody.
func TestB02(t *testing.T) {
	d := newCaseDesk(t)
	d.causes("made up", d.signed(d.mail(outsider, caseDeskAddress, "Ecco.", "In-Reply-To: <sportello.2.t1.1@officina.example>")), "ack chi, "+toTeam, ticket.StateOpen)
	d.causes("the requester's own", d.signed(d.mail(olga, caseDeskAddress, "Ancora.", "References: <"+d.ticket(1).LastInbound+">")), reply, ticket.StateOpen)
}

// TestB09: two mails under one Message-ID are both there.
func TestB09(t *testing.T) {
	d := newCaseDesk(t)
	same := "Message-ID: <uguale@programma.example>"
	d.causes("the first", d.signed(d.mail(nadia, caseDeskAddress, "La stampante è rotta.", same)), "ack nadia, "+toTeam, ticket.StateOpen)
	d.causes("the second", d.signed(d.mail(piero, caseDeskAddress, "Il backup non parte.", same)), "ack piero, "+toTeam, ticket.StateOpen)
	if a, b := d.last(2), d.last(3); a == nil || b == nil {
		t.Error("one of them is lost")
	}
}

// TestB10: a mail is known by its bytes, whatever its Message-ID is.
func TestB10(t *testing.T) {
	for _, id := range []string{"", "Message-ID: ", "Message-ID: <a@x.example> <b@x.example>", "Message-ID: <" + strings.Repeat("m", 10_000) + "@x.example>"} {
		d := newCaseDesk(t)
		raw := strings.Replace(d.mail(nadia, caseDeskAddress, "La stampante è rotta.", "Message-ID:"), "Message-ID:\n", strings.TrimPrefix(id+"\n", "\n"), 1)
		d.causes("once", raw, "ack nadia, "+toTeam, ticket.StateOpen)
		d.causes("again", raw, "", ticket.StateOpen)
	}
}

// TestB15: a forged From with a guessed tag changes nothing.
func TestB15(t *testing.T) {
	d := newCaseDesk(t)
	d.causes("answered", d.signed(d.order(carla, "Riavviato: va?")), "answer olga, ticket-reply dario", ticket.StateWaiting)
	d.causes("forged", d.mail(olga, caseDeskAddress, "Chiudete pure.", "Subject: Re: [Officina #1] Sito fermo",
		"Authentication-Results: mx.officina.example; dmarc=fail header.from=vivaio.example"), "ticket-reply carla", ticket.StateWaiting)
	if m := d.last(1); m.Verified || m.Authority > ticket.AuthorityLink {
		t.Errorf("it stands with authority %v, verified %v", m.Authority, m.Verified)
	}
}

// TestB05: who answers with another's token or Message-ID is shown as another
// sender and decides nothing.
func TestB05(t *testing.T) {
	d := newCaseDesk(t)
	var quote ticket.Notice
	for _, n := range d.play(d.signed(d.mail(olga, caseDeskAddress, "Buongiorno, potete creare una nuova casella di posta per l'ufficio? Grazie.", "Subject: Nuova casella di posta"))) {
		if n.Kind == ticket.NoticeQuote {
			quote = n
		}
	}
	sign := "In-Reply-To: <" + quote.MessageID + ">"
	d.causes("by the address", d.signed(d.mail(nadia, quote.ReplyTo, "Accetto.", sign)), reply, ticket.StateOpen)
	d.causes("by the Message-ID", d.signed(d.mail(nadia, caseDeskAddress, "Accetto!", sign)), reply, ticket.StateOpen)
	if m := d.last(2); m.Authority != ticket.AuthorityLink || m.From.Address != "nadia@cantina.example" {
		t.Errorf("it stands with authority %v, from %s", m.Authority, m.From.Address)
	}
	if q := d.ticket(2).Quote; q == nil || q.State != ticket.QuoteOffered {
		t.Errorf("the quote is %+v", q)
	}
}

// second opens another ticket and returns its acknowledgement.
func (d *caseDesk) second(from string) (ack ticket.Notice) {
	d.t.Helper()
	for _, n := range d.play(d.signed(d.mail(from, caseDeskAddress, "La posta non arriva da ieri: errore 451.", "Subject: Posta ferma"))) {
		if n.Kind == ticket.NoticeAck {
			ack = n
		}
	}
	if ack.ID == 0 {
		d.t.Fatal("it was not acknowledged")
	}
	return ack
}

// TestB11: the address comes first, then our Message-ID, then the tag.
func TestB11(t *testing.T) {
	d := newCaseDesk(t)
	ack := d.second(piero)
	for _, c := range []struct {
		name, to, id, subject string
		want                  ticket.ID
	}{
		{"address against Message-ID", d.ack.ReplyTo, ack.MessageID, "Re: [Officina #1] Sito", 1},
		{"Message-ID against tag", caseDeskAddress, ack.MessageID, "Re: [Officina #1] Sito", 2},
		{"two tags and a Message-ID", caseDeskAddress, d.ack.MessageID, "Re: [Officina #2] R: [Officina #1] Sito", 1},
	} {
		d.causes(c.name, d.signed(d.mail(piero, c.to, c.name, "In-Reply-To: <"+c.id+">", "Subject: "+c.subject)), reply, ticket.StateOpen)
		if got := d.last(c.want).Text; got != c.name {
			t.Errorf("%s: ticket %d ends with %q", c.name, c.want, got)
		}
	}
}

// TestB12: a reply follows merges to their end, opens again what was closed, for as
// long as that may be, and of a ticket that is gone opens one that is linked to it.
func TestB12(t *testing.T) {
	d := newCaseDesk(t)
	ack := d.second(piero)
	sign := func(n ticket.Notice) string { return "In-Reply-To: <" + n.MessageID + ">" }
	d.causes("closed", d.signed(d.order(carla, "#close")), closing, ticket.StateClosed)
	d.causes("opened again", d.signed(d.mail(olga, d.ack.ReplyTo, "È di nuovo fermo.", sign(d.ack))), "reopened olga, "+reply, ticket.StateOpen)
	d.causes("merged", d.signed(d.order(carla, "#merge 2")), "transcript carla", ticket.StateClosed)
	d.causes("followed", d.signed(d.mail(piero, ack.ReplyTo, "Ci sono novità?", sign(ack))), reply, ticket.StateClosed)
	if got := d.last(2).Text; got != "Ci sono novità?" {
		t.Errorf("ticket 2 ends with %q", got)
	}
	d.now = d.now.Add(2 * time.Hour)
	d.second(piero)
	must(t, d.Merge(t.Context(), 2, 3, false, "admin"))
	for _, c := range []struct {
		name string
		raw  func(text string) string
	}{
		{"two merges, by the address", func(s string) string { return d.mail(olga, d.ack.ReplyTo, s, sign(d.ack)) }},
		{"two merges, by the Message-ID", func(s string) string { return d.mail(olga, caseDeskAddress, s, sign(d.ack)) }},
		{"two merges, by the tag", func(s string) string {
			return d.mail(piero, caseDeskAddress, s, "Subject: Re: [Officina #1] Sito fermo")
		}},
	} {
		d.causes(c.name, d.signed(c.raw(c.name)), reply, ticket.StateClosed)
		if got := d.last(3).Text; got != c.name {
			t.Errorf("%s: ticket 3 ends with %q", c.name, got)
		}
	}
	must(t, d.Close(t.Context(), 3, 0, "admin"))
	d.play()
	d.causes("into one that is closed", d.signed(d.mail(olga, d.ack.ReplyTo, "Ancora.", sign(d.ack))), "reopened olga, reopened piero, "+reply, ticket.StateClosed)
	must(t, d.Close(t.Context(), 3, 0, "admin"))
	d.play()
	d.now = d.now.AddDate(0, 0, 31)
	d.causes("too late", d.signed(d.mail(olga, d.ack.ReplyTo, "E di nuovo.", sign(d.ack))), "ack olga, "+toTeam, ticket.StateClosed)
	if tk := d.ticket(4); !slices.Contains(tk.Linked, 3) || d.ticket(3).State != ticket.StateClosed {
		t.Errorf("ticket 4 is linked to %v", tk.Linked)
	}
	d.sound("merges")
}

// TestRepliesToWhatIsGone: a genuine sign of a ticket that is there no more opens one
// that is linked to its number; a tag of one that never was says nothing.
func TestRepliesToWhatIsGone(t *testing.T) {
	d := newCaseDesk(t)
	gone := ticket.Token{Purpose: ticket.PurposeReply, Number: 77, Day: int(d.now.Unix()/86400) + 300}
	mid := d.Keys.MessageID(9, gone, "officina.example")
	for i, c := range []struct{ name, raw, subject string }{
		{"by the address", d.mail(olga, d.Addresses.Token(d.Keys.Sign(gone)), "Ci siete?", "Subject: Re: [Officina #77] Uno"), "Uno"},
		{"by the Message-ID", d.mail(nadia, caseDeskAddress, "Ci siete?", "In-Reply-To: <"+mid+">", "Subject: Re: Due"), "Due"},
		{"by a tag", d.mail(piero, caseDeskAddress, "Ci siete?", "Subject: Re: [Officina #77] Tre"), "Tre"},
	} {
		letters := d.play(d.signed(c.raw))
		pickLetter(t, letters, ticket.NoticeTicketNew, "dario@officina.example")
		if tk := d.ticket(ticket.ID(i + 2)); tk.Subject != c.subject || slices.Contains(tk.Linked, 77) != (c.name != "by a tag") {
			t.Errorf("%s: ticket %+v", c.name, tk)
		}
	}
	work := gone
	work.Purpose, work.Participant = ticket.PurposeWork, d.Technicians[0].Number()
	held := pickLetter(t, d.play(d.signed(d.mail(carla, d.Addresses.Token(d.Keys.Sign(work)), "Fatto.", "Subject: Re: [Officina #77] Uno"))), ticket.NoticeHeld, "carla@officina.example")
	if !strings.Contains(strings.Join(held.Lines, "\n"), "#77 non esiste") {
		t.Errorf("she reads %q", held.Lines)
	}
	d.sound("what is gone")
}

// TestB13: a copy of somebody's mail to one's own reply address gets nothing of hers.
func TestB13(t *testing.T) {
	d := newCaseDesk(t)
	ack := d.second(nadia)
	hers := d.signed(d.mail(olga, caseDeskAddress, "Ho perso la password del pannello.", "Subject: Password"))
	for _, raw := range []string{hers, "Delivered-To: " + ack.ReplyTo + "\n" + hers} {
		for _, n := range d.play(raw) {
			if n.To.Address == "nadia@cantina.example" {
				t.Errorf("%s goes to her", n.Kind)
			}
		}
	}
	if tk := d.ticket(3); tk.Requester.Address != "olga@vivaio.example" || tk.MergedInto != 0 {
		t.Errorf("ticket 3 is of %s, merged into %d", tk.Requester.Address, tk.MergedInto)
	}
}

// TestB14: what a service mails to the desk is nobody's to read: a tag joins it
// to no ticket, and no letter goes to anybody outside but its own sender.
func TestB14(t *testing.T) {
	d := newCaseDesk(t)
	d.second(nadia)
	for i, from := range []string{"Servizio <no-reply@servizio.example>", "Servizio <conferme@servizio.example>"} {
		raw := d.signed(d.mail(from, caseDeskAddress, "Il Suo codice di verifica è 48213.", "Subject: Conferma per [Officina #2]", "Reply-To: "+outsider))
		for _, n := range d.play(raw) {
			if !strings.HasSuffix(n.To.Address, "@officina.example") && n.To.Address != "conferme@servizio.example" {
				t.Errorf("%s: %s goes to %s", from, n.Kind, n.To.Address)
			}
		}
		if tk := d.ticket(ticket.ID(3 + i)); !strings.HasSuffix(tk.Requester.Address, "@servizio.example") {
			t.Errorf("%s: ticket %d is of %s", from, tk.ID, tk.Requester.Address)
		}
		if m := d.last(2); strings.Contains(m.Text, "48213") {
			t.Errorf("%s: it joined ticket 2", from)
		}
	}
}
