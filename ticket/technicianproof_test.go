package ticket_test

import (
	"strings"
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestConfirmedByTheTechnician: on a server that signs nothing a technician's mail has
// no effect until her registered address confirms it, and then it has it once; what the
// evidence contradicts is never asked about.
func TestConfirmedByTheTechnician(t *testing.T) {
	for _, c := range []struct {
		name, text string
		token      bool // it replies to the letter about ticket 1
		answer     func(b *bench, held ticket.Notice) *ticket.Inbound
		letters    string // after the answer
		state      ticket.State
	}{
		{"an answer, confirmed with nothing", "Riavviato.", true,
			func(b *bench, n ticket.Notice) *ticket.Inbound { return b.mail(anna, "Re: x", "", replyTo(n)) }, "answer mario, ticket-reply bruno", ticket.StateWaiting},
		{"a command, confirmed with a word", "#close", true,
			func(b *bench, n ticket.Notice) *ticket.Inbound {
				return b.mail(anna, "Re: x", "Sì, sono io", replyTo(n))
			}, "transcript anna, closed mario", ticket.StateClosed},
		{"a command that was refused", "#clsoe", true,
			func(b *bench, n ticket.Notice) *ticket.Inbound { return b.mail(anna, "Re: x", "ok", replyTo(n)) }, "transcript anna", ticket.StateOpen},
		{"a question to the desk", "#list", false,
			func(b *bench, n ticket.Notice) *ticket.Inbound { return b.mail(anna, "Re: x", "ok", replyTo(n)) }, "transcript anna", ticket.StateOpen},
		{"a forward for somebody", "#from " + luisa + "\n" + down, false,
			func(b *bench, n ticket.Notice) *ticket.Inbound { return b.mail(anna, "Re: x", "ok", replyTo(n)) }, "ticket-new anna, ticket-new bruno, transcript anna", ticket.StateOpen},
		{"no ticket: what then is asked", "Ciao a tutti", false,
			func(b *bench, n ticket.Notice) *ticket.Inbound { return b.mail(anna, "Re: x", "ok", replyTo(n)) }, "held anna", ticket.StateOpen},
		{"discarded", "Riavviato.", true,
			func(b *bench, n ticket.Notice) *ticket.Inbound { return b.mail(anna, "Re: x", "#scarta", replyTo(n)) }, "transcript anna", ticket.StateOpen},
		{"confirmed too late", "Riavviato.", true, func(b *bench, n ticket.Notice) *ticket.Inbound {
			b.now = b.now.Add(25 * time.Hour)
			return b.mail(anna, "Re: x", "ok", replyTo(n))
		}, "transcript anna", ticket.StateOpen},
		{"confirmed by somebody else", "Riavviato.", true,
			func(b *bench, n ticket.Notice) *ticket.Inbound { return b.mail(bruno, "Re: x", "ok", replyTo(n)) }, "", ticket.StateOpen},
		{"an absence note confirms nothing", "Riavviato.", true, func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.mail(anna, "Re: x", "Sono fuori ufficio", replyTo(n), func(m *ticket.Inbound) { m.Kind = ticket.KindAutoReply })
		}, "", ticket.StateOpen},
		{"a confirmation that is forged", "Riavviato.", true,
			func(b *bench, n ticket.Notice) *ticket.Inbound {
				return b.mail(anna, "Re: x", "ok", replyTo(n), forged)
			}, "", ticket.StateOpen},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.TokenTechnician = false
			b.receive(b.mail(mario, "Sito irraggiungibile", down))
			work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
			m := b.mail(anna, "Re: Sito", c.text)
			if c.token {
				replyTo(work)(m)
			}
			b.receive(m)
			letters := b.send()
			wantLetters(t, letters, "held anna")
			held := letters[0]
			if tk := b.ticket(1); tk.State != ticket.StateOpen || tk.Messages != 2 {
				t.Fatalf("it had an effect before: %+v", tk)
			}
			b.receive(c.answer(b, held))
			b.must(b.Sweep(b.ctx))
			got := b.send()
			if c.letters != "" {
				wantLetters(t, got, c.letters)
			} else if k := kinds(got); strings.Contains(k, "mario") || strings.Contains(k, "transcript") {
				t.Errorf("letters: %s", k)
			}
			if tk := b.ticket(1); tk.State != c.state {
				t.Errorf("it is %s", tk.State)
			}
			if c.letters == "" {
				return
			}
			b.receive(b.mail(anna, "Re: x", "ok", replyTo(held))) // once
			b.must(b.Sweep(b.ctx))
			again := "transcript anna" // which says so; her "ok" is no answer to anybody
			if c.letters == "held anna" {
				again = c.letters // the mail still waits for her word
			}
			wantLetters(t, b.send(), again)
		})
	}
}

// TestConfirmationsADay: three questions a day; a fourth mail is held, for the summary of the hour.
func TestConfirmationsADay(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.TokenTechnician = false
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
	for range 4 {
		b.receive(b.mail(anna, "Re: Sito", "#close", replyTo(work)))
	}
	wantLetters(t, b.send(), "held anna, held anna, held anna, alert anna, alert bruno")
	for range 30 { // nobody is asked again by the clock
		b.now = b.now.Add(time.Hour)
		b.must(b.Sweep(b.ctx))
	}
	if k := kinds(b.send()); strings.Contains(k, "held") || strings.Contains(k, "closed") {
		t.Errorf("the clock caused %s", k)
	}
}
