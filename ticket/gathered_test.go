package ticket_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestForgeriesDoNotFloodTechnicians: a hundred mails that nothing proves make
// a few letters, a word that they are gathered, and one summary an hour; what is
// proven is told at once all the while.
func TestForgeriesDoNotFloodTechnicians(t *testing.T) {
	technician := func(b *bench, i int, _ ticket.Notice) *ticket.Inbound {
		return b.mail(anna, fmt.Sprintf("PASSWORD SCADUTA %d", i), "Rinnovi qui")
	}
	for _, c := range []struct {
		name     string
		mode     string
		evidence func(*ticket.Inbound)
		mail     func(b *bench, i int, letter ticket.Notice) *ticket.Inbound
		letters  int // to Anna, the word that they are gathered included
		summary  string
	}{
		{"a technician, forged", "", forged, technician, 4, "97 con l'indirizzo " + anna + ": contraffatte"},
		{"a technician, no evidence", "", unsigned, technician, 4, "97 con l'indirizzo " + anna + ": trattenute"},
		{"a technician without token, token mode", "token", unsigned, technician, 4, "97 con l'indirizzo " + anna + ": trattenute"},
		{"a technician through a list", "", unsigned, func(b *bench, i int, _ ticket.Notice) *ticket.Inbound {
			return b.mail(anna, fmt.Sprint(i), "x", func(m *ticket.Inbound) { m.Kind, m.SpamMarked = ticket.KindSpam, true })
		}, 4, "97 con l'indirizzo " + anna},
		{"a technician, a field twice", "", unsigned, func(b *bench, i int, _ ticket.Notice) *ticket.Inbound {
			return b.mail(anna, fmt.Sprint(i), "x", func(m *ticket.Inbound) { m.Doubled = "subject" })
		}, 4, "97 con l'indirizzo " + anna},
		{"her token from many addresses", "", proved, func(b *bench, i int, letter ticket.Notice) *ticket.Inbound {
			return b.mail(fmt.Sprintf("x%d@altro.example", i), "Re: Sito", fmt.Sprint(i), replyTo(letter))
		}, 4, "1 con l'indirizzo x99@altro.example: trattenute"},
		{"a contact, forged", "", forged, func(b *bench, i int, _ ticket.Notice) *ticket.Inbound {
			return b.mail(luisa, fmt.Sprintf("Falso %d", i), down)
		}, 7, "in quarantena, oltre i ticket"},
		{"strangers from many addresses", "", unsigned, func(b *bench, i int, _ ticket.Notice) *ticket.Inbound {
			return b.mail(fmt.Sprintf("x%d@altro%d.example", i, i), fmt.Sprintf("Offerta %d", i), "Compri qui")
		}, 9, "#101 da x99@altro99.example: «Offerta 99»"},
		{"technicians, contacts and strangers in turns", "", unsigned, func(b *bench, i int, _ ticket.Notice) *ticket.Inbound {
			from := []string{anna, bruno, luisa, fmt.Sprintf("x%d@altro%d.example", i, i)}[i%4]
			return b.mail(from, fmt.Sprintf("Falso %d", i), "Rinnovi qui")
		}, 7, "#51 da x99@altro99.example: «Falso 99»"},
		{"a guessed tag", "", unsigned, func(b *bench, i int, _ ticket.Notice) *ticket.Inbound {
			return b.mail(mario, "Re: [Assistenza #1] Sito", fmt.Sprintf("Falso %d", i))
		}, 6, "#1 da " + mario},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := authenticated(t)
			b.TokenTechnician, b.TokenCustomer = c.mode == "token", c.mode == "token"
			b.receive(b.mail(mario, "Sito fermo", down, proved))
			letter := pick(t, b.send(), ticket.NoticeTicketNew, anna)
			for i := range 100 {
				m := c.mail(b, i, letter)
				c.evidence(m)
				b.receive(m)
			}
			got := b.send()
			if n := to(got, anna); n != c.letters {
				t.Errorf("%d letters to Anna, want %d: %s", n, c.letters, kinds(got))
			}
			b.receive(b.mail(luisa, "Posta ferma", down, proved), b.mail(anna, "Re: Sito", "Riparato.", replyTo(letter), proved))
			if got := b.send(); to(got, anna) != 1 || to(got, mario) != 1 {
				t.Errorf("what is proven: %s", kinds(got))
			}
			b.must(b.Sweep(b.ctx))
			b.now = b.now.Add(time.Hour)
			b.must(b.Sweep(b.ctx))
			b.must(b.Sweep(b.ctx))
			got = b.send()
			wantLetters(t, got, "digest anna, digest bruno")
			if text := strings.Join(pick(t, got, ticket.NoticeDigest, anna).Lines, "\n"); !strings.Contains(text, c.summary) {
				t.Errorf("the summary has no %q:\n%s", c.summary, text)
			}
			b.now = b.now.Add(time.Hour)
			b.must(b.Sweep(b.ctx))
			wantLetters(t, b.send(), "")
		})
	}
}

// to counts the letters to addr.
func to(list []ticket.Notice, addr string) (n int) {
	for _, l := range list {
		if l.To.Address == addr {
			n++
		}
	}
	return n
}

// TestGatheredTicketIsAnswered: the link of the summary answers the customer.
func TestGatheredTicketIsAnswered(t *testing.T) {
	for _, pattern := range []string{ticket.PlusPattern(deskAddress), ""} {
		b := authenticated(t)
		b.Addresses.Pattern = pattern
		for i := range 12 {
			b.receive(b.mail(fmt.Sprintf("x%d@altro.example", i), fmt.Sprintf("Domanda %d", i), down))
		}
		b.send()
		b.now = b.now.Add(time.Hour)
		b.must(b.Sweep(b.ctx))
		lines := pick(t, b.send(), ticket.NoticeDigest, anna).Lines
		last := lines[len(lines)-1]
		link := last[strings.Index(last, "mailto:")+len("mailto:"):]
		addr, subject, _ := strings.Cut(link, "?subject=")
		addr, subject = strings.ReplaceAll(addr, "%2B", "+"), strings.NewReplacer("%20", " ", "%23", "#", "%5B", "[", "%5D", "]").Replace(subject)
		b.receive(b.mail(anna, subject, "Sì, certo.", proved, func(m *ticket.Inbound) { m.Recipients = []string{addr} }))
		if got := b.send(); kinds(got) != "answer x11, ticket-reply bruno" {
			t.Errorf("pattern %q: %s to %q with %q", pattern, kinds(got), addr, subject)
		}
	}
}

// TestLettersAboutAMailStandUnderIt: what is told of a mail names it in
// In-Reply-To and References, behind her thread of the ticket that it names.
func TestLettersAboutAMailStandUnderIt(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito fermo", down))
	mail := pick(t, b.send(), ticket.NoticeTicketNew, anna)
	refs := func(m *ticket.Inbound) { m.References = []string{"a@x", "b@x"} }
	var held ticket.Notice
	for name, in := range map[string]func() *ticket.Inbound{
		"held":   func() *ticket.Inbound { return b.mail(bruno, "Fwd: aiuto", mailbox, refs) },
		"alert":  func() *ticket.Inbound { return b.mail(anna, "Re: Sito", "#close", forged, refs) },
		"stolen": func() *ticket.Inbound { return b.mail(stranger, "Re: Sito", "x", replyTo(mail), refs) },
		"quarantined": func() *ticket.Inbound {
			return b.mail(stranger, "x", "x", refs, func(m *ticket.Inbound) { m.Unfit = "no From" })
		},
		"transcript": func() *ticket.Inbound {
			b.receive(b.mail(bruno, "Fwd: aiuto", mailbox+"!"))
			held = pick(t, b.send(), ticket.NoticeHeld, bruno)
			return b.mail(bruno, "Re: aiuto", "#boh", replyTo(held), refs)
		},
	} {
		m := in()
		b.receive(m)
		for _, n := range b.send() {
			want := []string{"a@x", "b@x", m.MessageID}
			if n.Ticket != 0 {
				want = append([]string{mail.MessageID}, want...)
			}
			if n.InReplyTo != m.MessageID || fmt.Sprint(n.References) != fmt.Sprint(want) {
				t.Errorf("%s: %s replies to %q, references %q", name, n.Kind, n.InReplyTo, n.References)
			}
		}
	}
}

// TestRefusedForDays: mail in a technician's name that goes on and on is told in a few
// summaries a day, then no more; the digest counts all of it.
func TestRefusedForDays(t *testing.T) {
	b := authenticated(t)
	b.now = time.Date(2026, 11, 23, 9, 0, 0, 0, b.Zone)
	b.receive(b.mail(mario, "Sito irraggiungibile", down, proved))
	b.must(b.Daily(b.ctx))
	b.send()
	summaries, mails := 0, 0
	for range 23 { // hours
		for range 12 {
			b.now = b.now.Add(5 * time.Minute)
			b.receive(b.mail(anna, fmt.Sprintf("Prova %d", mails), "Mandateci la password.", unproved))
			mails++
			b.must(b.Sweep(b.ctx))
			for _, n := range b.send() {
				if n.Kind == ticket.NoticeDigest && n.To.Address == anna {
					summaries++
				}
			}
		}
	}
	if summaries != 3 {
		t.Errorf("%d summaries of %d mails, want 3", summaries, mails)
	}
	b.now = time.Date(2026, 11, 24, 9, 0, 0, 0, b.Zone)
	b.must(b.Daily(b.ctx))
	if got := digests(b.send()); len(got) != 2 || !strings.Contains(got[0], fmt.Sprintf("E-mail rifiutate %d", mails)) {
		t.Errorf("%d mails, the digest: %v", mails, got)
	}
}
