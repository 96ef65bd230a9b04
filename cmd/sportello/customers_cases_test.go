package main

import (
	"strings"
	"testing"

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
