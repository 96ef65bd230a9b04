package ticket_test

import (
	"strings"
	"testing"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestAskAThirdParty: a question goes out with the technician's text and nothing of the
// ticket; the answer is a note, moves nothing, and makes nobody a participant.
func TestAskAThirdParty(t *testing.T) {
	for name, pattern := range map[string]string{"with subaddresses": ticket.PlusPattern(deskAddress), "without": ""} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.Addresses.Pattern = pattern
			b.receive(b.mail(mario, "Sito irraggiungibile", down))
			work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
			b.receive(b.mail(anna, "Re: Sito", "#take\n#ask "+external+"\nPuò guardare il disco?\n\n-- \nAnna", replyTo(work), signed))
			letters := b.send()
			wantLetters(t, letters, "answer perito, transcript anna")
			asked := letters[0]
			if asked.Text != "Può guardare il disco?\n\n-- \nAnna" || asked.Subject != "" || asked.Customer != "" || asked.Requester.Address != "" || asked.Balance != nil {
				t.Errorf("the question tells more than it should: %+v", asked)
			}
			if said := letters[1]; !strings.Contains(strings.Join(said.Lines, "|"), "Domanda inviata a "+external) {
				t.Errorf("the transcript says %q", said.Lines)
			}
			before := b.ticket(1)
			b.receive(b.mail(external, "Re: richiesta", "Il disco è rotto.", replyTo(asked)))
			letters = b.send()
			wantLetters(t, letters, "ticket-reply anna")
			if n := letters[0]; n.About != ticket.MessageNote || n.Author.Address != external || (pattern != "" && n.ReplyTo != n.NoteAddress) {
				t.Errorf("the answer is told as %+v", n)
			}
			after := b.ticket(1)
			if after.State != before.State || !after.AnswerDue.Equal(before.AnswerDue) || len(after.Participants) != 1 {
				t.Errorf("the answer changed the ticket: %+v", after)
			}
			if m := b.messages(1); m[len(m)-1].Kind != ticket.MessageNote || m[len(m)-1].Authority != ticket.AuthorityLink {
				t.Errorf("the answer is a %s with authority %s", m[len(m)-1].Kind, m[len(m)-1].Authority)
			}
			b.receive(b.mail(anna, "Re: Sito", "Riavviato.", replyTo(work)))
			wantLetters(t, b.send(), "answer mario")
			b.receive(b.mail(anna, "Re: Sito", "#ask "+external+"\nQuando lo cambia?", replyTo(work)))
			again := pick(t, b.send(), ticket.NoticeAnswer, external)
			if again.InReplyTo != "m3@client.example" || again.ReplyTo[:20] != asked.ReplyTo[:20] {
				t.Errorf("the next question replies to %q, from %q", again.InReplyTo, again.ReplyTo)
			}
			b.must(b.Audit(b.ctx, ticket.Auditing{Report: func(level, promise, where, text string) { t.Errorf("%s %s %s: %s", level, promise, where, text) }}))
		})
	}
}

// TestAskIsRefused: without a question, and for who is asked otherwise already.
func TestAskIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"#ask " + external:             "manca la domanda",
		"#ask " + mario + "\nChe ora?": mario + " riceve già le lettere del ticket",
		"#ask " + bruno + "\nChe ora?": bruno + " è un indirizzo nostro",
	} {
		b := newBench(t, storetest.NewMem())
		b.receive(b.mail(mario, "Sito irraggiungibile", down))
		work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
		b.receive(b.mail(anna, "Re: Sito", text, replyTo(work)))
		letters := b.send()
		wantLetters(t, letters, "transcript anna")
		if !strings.Contains(letters[0].Lines[0], want) {
			t.Errorf("%q: %q", text, letters[0].Lines)
		}
	}
}

// TestBouncedQuestion: a question that comes back is told, and stops nothing that the
// customer is waited for.
func TestBouncedQuestion(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
	b.receive(b.mail(anna, "Re: Sito", "#ask "+external+"\nPuò guardare il disco?", replyTo(work)), b.mail(anna, "Re: Sito", "Ci dica se va.", replyTo(work)))
	asked := pick(t, b.send(), ticket.NoticeAnswer, external)
	b.receive(b.mail("mailer-daemon@mx.example", "Undelivered", "550", func(m *ticket.Inbound) {
		m.Kind, m.Recipients = ticket.KindBounce, []string{asked.Envelope}
		m.Bounce = &ticket.Bounce{Recipient: external, Status: "5.1.1", Action: "failed", MessageID: asked.MessageID}
	}))
	wantLetters(t, b.send(), "ticket-reply anna")
	if tk := b.ticket(1); tk.ClosesAt.IsZero() || tk.Participants[0].Bounced != "" {
		t.Errorf("closes %s, participants %+v", tk.ClosesAt, tk.Participants)
	}
}
