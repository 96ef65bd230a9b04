package ticket_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestLettersHoldNoWordOfForgers: from whatever nothing proves, no letter to
// the customer's side holds a name, a subject, a text or the name of a file, in
// whatever becomes of the ticket; the technicians read all of it.
func TestLettersHoldNoWordOfForgers(t *testing.T) {
	canary := func(m *ticket.Inbound) {
		m.From[0].Name, m.Subject = "CANARY name", "CANARY subject"
		m.Text += "\nCANARY text"
		m.Reply = m.Text
		m.Cc = []ticket.Mailbox{{Name: "CANARY copy", Address: luisa}, {Name: "CANARY other", Address: "x@canary.example"}}
		m.Attachments = []ticket.Attachment{{Name: "CANARY.pdf", Type: "application/pdf", Size: 10}}
		m.List, m.Signature, m.Partial = "", "CANARY signature", true
	}
	for _, c := range []struct {
		name, from, words string
		evidence          func(*ticket.Inbound)
	}{
		{"no evidence", mario, down, unsigned},
		{"no evidence, a price", mario, mailbox, unsigned},
		{"no evidence, a price for another", luisa, mailbox, unsigned},
		{"forged", mario, down, forged},
		{"two of a header field", mario, down, func(m *ticket.Inbound) { proved(m); m.Doubled = "subject" }},
		{"through a list", mario, down, func(m *ticket.Inbound) { m.Kind, m.List = ticket.KindList, "canary.list" }},
		{"marked as spam", mario, down, func(m *ticket.Inbound) { m.Kind, m.SpamMarked = ticket.KindSpam, true }},
		{"a web form", "noreply@site.example", down, func(m *ticket.Inbound) {
			m.WebForm, m.ReplyTo = true, []ticket.Mailbox{{Name: "CANARY reply", Address: mario}}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := authenticated(t)
			b.receive(b.mail(c.from, "", c.words, canary, c.evidence))
			letters := b.send()
			mail := pick(t, letters, ticket.NoticeTicketNew, anna)
			if !strings.Contains(fmt.Sprintf("%+v", mail), "CANARY text") || mail.Subject != "CANARY subject" || len(mail.Attachments) != 1 {
				t.Errorf("the technician does not read it: %+v", mail)
			}
			b.receive(b.mail(anna, "Re: x", "Provi ora.", replyTo(mail), proved))
			b.must(b.Close(b.ctx, 1, 0, "admin"))
			b.must(b.Reopen(b.ctx, 1, "admin"))
			b.receive(b.mail(anna, "Re: x", "#wait", replyTo(mail), proved))
			b.now = b.now.AddDate(0, 0, 6)
			b.must(b.Sweep(b.ctx))
			letters = append(letters, b.send()...)
			b.now = b.now.AddDate(0, 0, 3)
			b.must(b.Sweep(b.ctx))
			letters = toCustomers(append(letters, b.send()...))
			if n := len(letters); n < 5 {
				t.Errorf("only %d letters were tried: %s", n, kinds(letters))
			}
			for _, n := range letters {
				text, err := json.Marshal(n)
				b.must(err)
				if strings.Contains(string(text), "CANARY") {
					t.Errorf("%s to %s: %s", n.Kind, n.To.Address, text)
				}
			}
		})
	}
}

// TestLettersOfTheProven: what is signed is called by its name and subject, and
// a signed reply gives its name to a ticket that nothing had proven.
func TestLettersOfTheProven(t *testing.T) {
	b := authenticated(t)
	b.receive(b.mail(mario, "Sito fermo", down, proved))
	ack := pick(t, b.send(), ticket.NoticeAck, mario)
	if ack.Subject != "Sito fermo" || ack.To.Name != "Somebody" {
		t.Errorf("%q to %q", ack.Subject, ack.To.Name)
	}
	b.receive(b.mail(john, "Site down", "Our site has been down since this morning, nobody can reach it."))
	letters := b.send()
	blind := pick(t, letters, ticket.NoticeAck, john)
	b.receive(b.mail(john, "Re: Site", "Still down.", replyTo(blind), proved))
	b.receive(b.mail(anna, "Re: Site", "Fixed.", replyTo(pick(t, letters, ticket.NoticeTicketNew, anna)), proved))
	if answer := pick(t, b.send(), ticket.NoticeAnswer, john); answer.To.Name != "Somebody" || answer.Subject != "" {
		t.Errorf("%q to %q", answer.Subject, answer.To.Name)
	}
}

// TestWhoLostTheRight: a letter that is still to go out goes to nobody who lost
// the right to it, by whatever happened meanwhile; the technicians are told.
func TestWhoLostTheRight(t *testing.T) {
	keep := func(list ...ticket.Contact) func(*bench) {
		return func(b *bench) {
			b.must(b.PutCustomers(b.ctx, []*ticket.Customer{{ID: "C1", Name: "Rossi Impianti", Language: "it", Contacts: list}}, nil))
		}
	}
	marioOnly := keep(ticket.Contact{Address: mario, MaySpend: true})
	for _, c := range []struct {
		name  string
		lose  func(*bench)
		want  string // letters, after the answer
		alert string // words in the alert
	}{
		{"nobody", func(*bench) {}, "answer luisa, answer mario, ticket-reply bruno", ""},
		{"the requester is no contact any more", marioOnly, "answer mario, ticket-reply bruno, alert anna, alert bruno", luisa + " non è più un contatto"},
		{"the participant is no contact any more", keep(ticket.Contact{Address: luisa}), "answer luisa, ticket-reply bruno, alert anna, alert bruno", mario + " non è più un contatto"},
		{"both", keep(), "ticket-reply bruno, alert anna, alert bruno, alert anna, alert bruno", "Nessuno fra i contatti del cliente"},
		{"she is another customer's contact now", func(b *bench) {
			marioOnly(b)
			b.must(b.PutCustomers(b.ctx, []*ticket.Customer{{ID: "C9", Name: "Nove", Contacts: []ticket.Contact{{Address: luisa}}}}, nil))
		}, "answer mario, ticket-reply bruno, alert anna, alert bruno", luisa + " non è più un contatto"},
		{"she left and came back", func(b *bench) {
			marioOnly(b)
			keep(ticket.Contact{Address: mario, MaySpend: true}, ticket.Contact{Address: luisa})(b)
		}, "answer luisa, answer mario, ticket-reply bruno", ""},
	} {
		for _, when := range []string{"before the answer", "after it"} {
			t.Run(c.name+", "+when, func(t *testing.T) {
				b := authenticated(t)
				b.receive(b.mail(luisa, "Sito fermo", down, proved, func(m *ticket.Inbound) { m.Cc = []ticket.Mailbox{{Address: mario}} }))
				mail := pick(t, b.send(), ticket.NoticeTicketNew, anna)
				if when == "before the answer" {
					c.lose(b)
				}
				b.receive(b.mail(anna, "Re: Sito", "La password: SEGRETO", replyTo(mail), proved))
				if when != "before the answer" {
					c.lose(b)
				}
				letters := b.send()
				wantLetters(t, letters, c.want)
				if got := fmt.Sprint(letters); !strings.Contains(got, c.alert) {
					t.Errorf("no %q in %s", c.alert, got)
				}
			})
		}
	}
}

// TestNoLetterToABadAddress: after a bounce that says there is nobody no letter
// goes there, until its owner writes again or an admin says that it is right. A
// full mailbox or a refused text will pass.
func TestNoLetterToABadAddress(t *testing.T) {
	for _, c := range []struct {
		name, status string
		then         func(b *bench, answer ticket.Notice)
		want         string
	}{
		{"unknown", "5.1.1", func(*bench, ticket.Notice) {}, "alert anna, alert bruno"},
		{"a full mailbox", "5.2.2", func(*bench, ticket.Notice) {}, "answer mario"},
		{"refused as spam", "5.7.1", func(*bench, ticket.Notice) {}, "answer mario"},
		{"he writes again", "5.1.1", func(b *bench, n ticket.Notice) {
			b.receive(b.mail(mario, "Re: Sito", "Sono qui.", replyTo(n), proved))
			b.send()
		}, "answer mario"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := authenticated(t)
			b.receive(b.mail(mario, "Sito fermo", down, proved))
			mail := pick(t, b.send(), ticket.NoticeTicketNew, anna)
			b.receive(b.mail(anna, "Re: Sito", "Provi ora.", replyTo(mail), proved))
			answer := pick(t, b.send(), ticket.NoticeAnswer, mario)
			b.receive(b.mail("mailer-daemon@x.example", "Failure", "…", func(m *ticket.Inbound) {
				m.Kind, m.Bounce = ticket.KindBounce, &ticket.Bounce{Recipient: mario, Status: c.status, Action: "failed", MessageID: answer.MessageID}
			}))
			b.send()
			c.then(b, answer)
			b.receive(b.mail(anna, "Re: Sito", "Di nuovo.", replyTo(mail), proved))
			wantLetters(t, b.send(), c.want)
			if c.want == "answer mario" {
				return
			}
			var failed ticket.NoticeID
			b.view(func(tx ticket.Tx) error {
				for r, err := range tx.Rows(ticket.RowFailed, 0) {
					b.must(err)
					failed = r.Notice.ID
				}
				return nil
			})
			b.must(b.RetryLetter(b.ctx, failed))
			wantLetters(t, b.send(), "answer mario")
		})
	}
}

// TestTechnicianWhoLeft: what waited for somebody who is no technician any more
// is told to those who are, and to nobody else.
func TestTechnicianWhoLeft(t *testing.T) {
	b := authenticated(t)
	b.receive(b.mail(mario, "Sito fermo", down, proved))
	letters := b.send()
	b.must(b.Assign(b.ctx, 1, "Bruno Conti", "admin"))
	b.receive(b.mail(mario, "Re: Sito", "Ancora fermo: CANARY", replyTo(pick(t, letters, ticket.NoticeAck, mario)), proved))
	b.receive(b.mail(stranger, "Altro", down))
	b.Technicians = b.Technicians[:1]
	letters = b.send()
	wantLetters(t, letters, "ticket-new anna, ticket-reply anna")
	if n := pick(t, letters, ticket.NoticeTicketReply, anna); !strings.Contains(n.Text, "CANARY") || !strings.Contains(n.ReplyTo, fmt.Sprintf("+t1.%d.", b.Technicians[0].Number())) {
		t.Errorf("handed over: %+v", n)
	}
}

// TestCommercialOfficeStays: the office of the policy file is no technician and
// gets its copies.
func TestCommercialOfficeStays(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	p := *b.Policy
	p.Contact = policy.Contact{Email: "vendite@example.it"}
	b.Policy = &p
	b.receive(b.mail(mario, "Rinnovo e fattura", "Buongiorno, vorrei sapere quanto costa il rinnovo del piano hosting e ricevere la fattura dell'anno scorso."))
	pick(t, b.send(), ticket.NoticeTicketNew, "vendite@example.it")
}
