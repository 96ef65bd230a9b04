package ticket_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sportello/ticket"
)

// TestWhichTicket: the order of the signs, and what happens when they differ
// (PROMISES.md B01, B02, B11, B12, B14).
func TestWhichTicket(t *testing.T) {
	type acks map[ticket.ID]ticket.Notice
	for _, c := range []struct {
		name string
		from string
		edit func(a acks) func(*ticket.Inbound)
		want ticket.ID // 0: a new one
	}{
		{"address before Message-ID and tag", mario, func(a acks) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) {
				replyTo(a[1])(m)
				m.InReplyTo, m.References = []string{a[2].MessageID, a[1].MessageID}, []string{a[2].MessageID}
				m.Subject = "Re: [Assistenza #2] x"
			}
		}, 1},
		{"Message-ID before tag", mario, func(a acks) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.InReplyTo, m.Subject = []string{a[2].MessageID}, "Re: [Assistenza #1] x" }
		}, 2},
		{"known Message-ID before tag", mario, func(acks) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) {
				m.References, m.Subject = []string{"first2@rossi.example"}, "Re: [Assistenza #1] x"
			}
		}, 2},
		{"the first of two tags where he is", mario, func(acks) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.Subject = "Re: [Assistenza #2] Fwd: [Assistenza #1] x" }
		}, 2},
		{"a tag of nobody's ticket before one of his", mario, func(acks) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.Subject = "Re: [Assistenza #99] Fwd: [Assistenza #3] x" }
		}, 3},
		{"a tag from another customer", john, func(acks) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.Subject = "Re: [Assistenza #2] x" }
		}, 0},
		{"a reference from another customer", john, func(acks) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.References = []string{"first2@rossi.example"} }
		}, 0},
		{"a Message-ID in our shape that we never signed", mario, func(a acks) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.InReplyTo = []string{strings.Replace(a[2].MessageID, ".c2.", ".c3.", 1)} }
		}, 0},
		{"a robot that quotes the subject", "no-reply@servizio.example", func(acks) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.Robot, m.Subject = true, "Conferma: [Assistenza #2] x" }
		}, 0},
		{"a robot in a contact's name", mario, func(acks) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.Robot, m.Subject = true, "Conferma: [Assistenza #2] x" }
		}, 0},
	} {
		b := strict(t)
		a := shelf(t, b)
		b.receive(b.mail(c.from, "x", "Ancora io.", proved, c.edit(a)))
		var got ticket.ID
		for id := ticket.ID(1); id <= 3; id++ {
			for _, m := range b.messages(id) {
				if m.Text == "Ancora io." {
					got = id
				}
			}
		}
		if got != c.want {
			t.Errorf("%s: on #%d, want #%d", c.name, got, c.want)
		}
	}
}

// TestReplyToJoined: what is written to a ticket that was joined to another, and
// to one that was joined to that, stands on the last.
func TestReplyToJoined(t *testing.T) {
	b := strict(t)
	a := shelf(t, b)
	for from, into := range map[ticket.ID]ticket.ID{1: 2, 2: 3} {
		tk := b.ticket(from)
		tk.MergedInto = into
		b.must(b.forge(func(tx ticket.Tx) error { return tx.PutTicket(tk) }))
	}
	b.receive(b.mail(mario, "Re: x", "Per token.", replyTo(a[1]), proved))
	b.receive(b.mail(mario, "Re: [Assistenza #2] x", "Per numero.", proved))
	b.receive(b.mail(mario, "Re: x", "Per riferimento.", proved, func(m *ticket.Inbound) { m.References = []string{"first1@rossi.example"} }))
	var texts []string
	for _, m := range b.messages(3) {
		if m.Kind == ticket.MessageRequest {
			texts = append(texts, m.Text)
		}
	}
	if got := strings.Join(texts[1:], " "); got != "Per token. Per numero. Per riferimento." {
		t.Errorf("on the last: %q", got)
	}
	b.receive(b.mail("mailer-daemon@x.example", "Undelivered", "…", func(m *ticket.Inbound) {
		m.Kind, m.Bounce = ticket.KindBounce, &ticket.Bounce{Recipient: luisa, Status: "5.1.1", Action: "failed", MessageID: a[1].MessageID}
	}))
	if p := b.ticket(3).Participants[0]; p.Bounced != "" {
		t.Errorf("the bounce of another's letter marks %s", p.Address)
	}
}

// TestCopiesNeverMoveATicket: whatever copies of a mail arrive in whatever
// order, its true sender has one ticket with it and nobody else's is joined.
func TestCopiesNeverMoveATicket(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		b := strict(t)
		b.Limits = ticket.Limits{}
		b.receive(b.mail(mallory, "Una domanda", "Avrei una domanda.", proved))
		b.receive(b.mail(john, "Another question", "I have a question about plans.", proved))
		letters := b.send()
		tokens := []ticket.Notice{pick(t, letters, ticket.NoticeAck, mallory), pick(t, letters, ticket.NoticeAck, john)}
		his := b.mail(mario, "Sito fermo", "Il sito dà errore 503 a tutti da un'ora.", proved)
		n := rapid.IntRange(1, 6).Draw(r, "copies")
		at := rapid.IntRange(0, n-1).Draw(r, "his place")
		var story []string
		for i := range n {
			if i == at {
				b.receive(his)
				story = append(story, "his")
				continue
			}
			way := rapid.SampledFrom([]string{"plain", "list", "spam", "robot", "forged", "signed", "form"}).Draw(r, "way")
			token := rapid.IntRange(-1, len(tokens)-1).Draw(r, "token")
			b.receive(b.copyOf(his, func(m *ticket.Inbound) {
				if token >= 0 {
					replyTo(tokens[token])(m)
				}
				switch way {
				case "list":
					m.Kind, m.List = ticket.KindList, "x.example"
				case "spam":
					m.Kind, m.SpamMarked = ticket.KindSpam, true
				case "robot":
					m.Kind = ticket.KindAutoReply
				case "forged":
					forged(m)
				case "signed":
					if token < 0 { // nobody else can sign for him
						proved(m)
					}
				case "form":
					m.WebForm, m.Robot, m.ReplyTo = true, true, []ticket.Mailbox{{Address: mallory}}
				}
			}))
			story = append(story, fmt.Sprintf("%s to %d", way, token))
		}
		if got := b.of(mario); strings.Count(got, "#") != 1 || !strings.HasSuffix(got, " open") {
			r.Fatalf("%v: his tickets: %q", story, got)
		}
		if b.of(mallory) != "#1 open" || b.of(john) != "#2 open" {
			r.Fatalf("%v: the others': %q, %q", story, b.of(mallory), b.of(john))
		}
		if s := b.stats(); s.Messages+s.Duplicates+s.Ignored+s.Quarantine != s.Mails {
			r.Fatalf("%v: %+v", story, s)
		}
		if k := kinds(b.send()); strings.Count(k, "ack mario") != 1 {
			r.Fatalf("%v: letters: %s", story, k)
		}
	})
}
