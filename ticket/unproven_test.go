package ticket_test

import (
	"fmt"
	"strings"
	"testing"

	"sportello/ticket"
)

// shelf is a desk with three tickets of Mario's: one closed, one that waits for
// him, one that is our turn. It gives their acknowledgements by number.
func shelf(t *testing.T, b *bench) map[ticket.ID]ticket.Notice {
	b.Limits.AcksPerAddressHour = 0
	acks := map[ticket.ID]ticket.Notice{}
	for i := range 3 {
		b.receive(b.mail(mario, fmt.Sprintf("Sito fermo %d", i+1), down, proved, func(m *ticket.Inbound) { m.MessageID = fmt.Sprintf("first%d@rossi.example", i+1) }))
		letters := b.send()
		acks[ticket.ID(i+1)] = pick(t, letters, ticket.NoticeAck, mario)
		if i == 1 {
			b.receive(b.mail(anna, "Re: Sito", "Provi ora.", replyTo(pick(t, letters, ticket.NoticeTicketNew, anna)), proved))
			b.send()
		}
	}
	b.must(b.Close(b.ctx, 1, 0, "admin"))
	b.send()
	return acks
}

// TestUnprovenChangesNothing: below link, by whatever sign it found the ticket,
// a mail is kept and shown to technicians as not verified, and that is all.
func TestUnprovenChangesNothing(t *testing.T) {
	signs := map[string]func(id ticket.ID) func(*ticket.Inbound){
		"tag": func(id ticket.ID) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.Subject = fmt.Sprintf("Re: [Assistenza #%d] x", id) }
		},
		"known Message-ID": func(id ticket.ID) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.References = []string{fmt.Sprintf("first%d@rossi.example", id)} }
		},
	}
	claims := map[string]func(*ticket.Inbound){
		"no evidence":       func(*ticket.Inbound) {},
		"contrary evidence": forged,
		"evidence of another": func(m *ticket.Inbound) {
			m.Evidence = proof(stranger)
		},
		"two From":       func(m *ticket.Inbound) { proved(m); m.Doubled = "from" },
		"marked spam":    func(m *ticket.Inbound) { proved(m); m.Kind, m.SpamMarked = ticket.KindSpam, true },
		"through a list": func(m *ticket.Inbound) { proved(m); m.Kind, m.List = ticket.KindList, "x.example" },
	}
	for sign, to := range signs {
		for claim, edit := range claims {
			for i, text := range []string{"Bonificate altrove.", "risolto", "Grazie!", "Accetto il preventivo", "#close"} {
				from := []string{mario, luisa}[i%2]
				b := strict(t)
				shelf(t, b)
				for id := ticket.ID(1); id <= 3; id++ {
					before := b.ticket(id)
					b.receive(b.mail(from, "Re: x", text, to(id), edit))
					name := fmt.Sprintf("%s by %s from %s: %q on %s", claim, sign, from, text, before.State)
					after := b.ticket(id)
					if after.State != before.State || after.ClosedReason != before.ClosedReason || !after.ClosesAt.Equal(before.ClosesAt) ||
						!after.AnswerDue.Equal(before.AnswerDue) || after.LastInbound != before.LastInbound || len(after.References) != len(before.References) ||
						len(after.Participants) != len(before.Participants) || after.WaitsFor != before.WaitsFor || !after.WarnAt.Equal(before.WarnAt) {
						t.Errorf("%s: before %+v\nafter %+v", name, before, after)
					}
					for _, n := range b.send() {
						if !n.Kind.Technical() {
							t.Errorf("%s: %s to %s", name, n.Kind, n.To.Address)
						}
						if n.Verified {
							t.Errorf("%s: shown as verified", name)
						}
					}
					list := b.messages(id)
					if last := list[len(list)-1]; last.Text != text || last.Authority != ticket.AuthorityNone || last.Verified {
						t.Errorf("%s: kept as %+v", name, last)
					}
				}
			}
		}
	}
}

// TestHonestFollowUps: what the customer proves, and what a reply address
// proves, goes on working.
func TestHonestFollowUps(t *testing.T) {
	tag := func(id ticket.ID) func(*ticket.Inbound) {
		return func(m *ticket.Inbound) { m.Subject = fmt.Sprintf("Re: [Assistenza #%d] x", id) }
	}
	for _, c := range []struct {
		name  string
		from  string
		token bool // token mode
		tag   bool
		edit  func(*ticket.Inbound)
		text  string
		want  string // states of the three
	}{
		{"signed, by tag", mario, false, true, proved, "Non va ancora.", "open open open"},
		{"signed colleague, by tag", luisa, false, true, proved, "Non va ancora.", "open open open"},
		{"unsigned, by tag in token mode", mario, true, true, func(*ticket.Inbound) {}, "Non va ancora.", "open open open"},
		{"reply address, unsigned", mario, false, false, func(*ticket.Inbound) {}, "Non va ancora.", "open open open"},
		{"reply address from home", "mario@casa.example", false, false, func(*ticket.Inbound) {}, "Non va ancora.", "open open open"},
		{"solved, signed", mario, false, false, proved, "risolto", "closed closed open"},
		{"solved with the reply address alone", mallory, false, false, proved, "risolto", "open open open"},
		{"solved, unsigned", mario, false, false, func(*ticket.Inbound) {}, "risolto", "open open open"},
		{"thanks with the reply address alone", mallory, false, false, proved, "Grazie!", "closed waiting open"},
	} {
		b := strict(t)
		b.TokenCustomer = c.token
		acks := shelf(t, b)
		for id := ticket.ID(1); id <= 3; id++ {
			how := tag(id)
			if !c.tag {
				how = replyTo(acks[id])
			}
			b.receive(b.mail(c.from, "Re: x", c.text, how, c.edit))
		}
		var got []string
		for id := ticket.ID(1); id <= 3; id++ {
			got = append(got, b.ticket(id).State.String())
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
}

// TestContraryOpensWithoutALetter: mail that is proven not to be its sender's
// is kept, and quotes and acknowledges nothing.
func TestContraryOpensWithoutALetter(t *testing.T) {
	for _, text := range []string{down, mailbox} {
		for _, from := range []string{mario, luisa, stranger} {
			b := strict(t)
			b.receive(b.mail(from, "Richiesta", text, forged))
			for _, n := range b.send() {
				if !n.Kind.Technical() {
					t.Errorf("%s to %s", n.Kind, n.To.Address)
				}
			}
			if tk := b.ticket(1); tk.State != ticket.StateOpen || tk.Quote != nil {
				t.Errorf("%s: %s, quote %+v", from, tk.State, tk.Quote)
			}
		}
	}
}

// TestBounceOfALetter: a reply address makes no bounce, a letter makes one
// notice, and what came back to a joined ticket marks nobody else.
func TestBounceOfALetter(t *testing.T) {
	for _, c := range []struct {
		name   string
		edit   func(m *ticket.Inbound, ack, answer ticket.Notice)
		counts bool
	}{
		{"bounce address", func(m *ticket.Inbound, _, answer ticket.Notice) { m.Recipients = []string{answer.Envelope} }, true},
		{"our Message-ID", func(m *ticket.Inbound, _, answer ticket.Notice) { m.Bounce.MessageID = answer.MessageID }, true},
		{"both, twice", func(m *ticket.Inbound, _, answer ticket.Notice) {
			m.Recipients, m.Bounce.MessageID = []string{answer.Envelope}, answer.MessageID
			m.References = []string{answer.MessageID, answer.MessageID}
		}, true},
		{"reply address", func(m *ticket.Inbound, ack, _ ticket.Notice) { m.Recipients = []string{ack.ReplyTo} }, false},
		{"reply address of the answer", func(m *ticket.Inbound, _, answer ticket.Notice) { m.Recipients = []string{answer.ReplyTo} }, false},
		{"reply address and a foreign Message-ID", func(m *ticket.Inbound, ack, _ ticket.Notice) {
			m.Recipients, m.Bounce.MessageID = []string{ack.ReplyTo}, "x@evil.example"
		}, false},
		{"tag", func(m *ticket.Inbound, _, _ ticket.Notice) { m.Subject = "Undelivered: [Assistenza #1]" }, false},
		{"the customer's Message-ID", func(m *ticket.Inbound, _, _ ticket.Notice) { m.Bounce.MessageID = "m1@client.example" }, false},
		{"a forged signature", func(m *ticket.Inbound, _, answer ticket.Notice) {
			m.Bounce.MessageID = strings.Replace(answer.MessageID, ".c1.", ".c2.", 1)
		}, false},
	} {
		b := strict(t)
		b.receive(b.mail(mario, "Sito irraggiungibile", down, proved))
		letters := b.send()
		ack := pick(t, letters, ticket.NoticeAck, mario)
		b.receive(b.mail(anna, "Re: Sito", "Provi ora.", replyTo(pick(t, letters, ticket.NoticeTicketNew, anna)), proved))
		answer := pick(t, b.send(), ticket.NoticeAnswer, mario)
		closes := b.ticket(1).ClosesAt
		told := ""
		for i := range 3 {
			b.receive(b.mail("mailer-daemon@x.example", "Undelivered", "…", func(m *ticket.Inbound) {
				m.Kind, m.NullPath, m.MessageID = ticket.KindBounce, true, fmt.Sprintf("dsn%d@x.example", i)
				m.Bounce = &ticket.Bounce{Recipient: mario, Status: "5.1.1", Action: "failed"}
				c.edit(m, ack, answer)
			}))
			told += kinds(b.send())
		}
		tk := b.ticket(1)
		if stopped := tk.ClosesAt.IsZero(); stopped != c.counts || !stopped && !tk.ClosesAt.Equal(closes) || (tk.Participants[0].Bounced != "") != c.counts {
			t.Errorf("%s: stopped %v, %+v", c.name, stopped, tk.Participants)
		}
		if want := map[bool]string{true: "ticket-reply anna"}[c.counts]; told != want {
			t.Errorf("%s: letters %q, want %q", c.name, told, want)
		}
	}
}
