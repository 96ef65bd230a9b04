package ticket_test

import (
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestCrossedAnswers: two who answer within minutes are both sent, and each is told of
// the other; later, or by the same hand, nobody is.
func TestCrossedAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		second  string
		after   time.Duration
		letters string
	}{
		"within minutes": {bruno, 4 * time.Minute, "answer mario, ticket-reply anna, ticket-reply bruno"},
		"an hour later":  {bruno, time.Hour, "answer mario"},
		"the same":       {anna, 4 * time.Minute, "answer mario"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.receive(b.mail(mario, "Sito irraggiungibile", down))
			letters := b.send()
			b.receive(b.mail(anna, "Re: Sito", "Riavviato.", replyTo(pick(t, letters, ticket.NoticeTicketNew, anna))))
			wantLetters(t, b.send(), "answer mario")
			b.now = b.now.Add(c.after)
			b.receive(b.mail(c.second, "Re: Sito", "Era il disco.", replyTo(pick(t, letters, ticket.NoticeTicketNew, c.second))))
			got := b.send()
			wantLetters(t, got, c.letters)
			for _, n := range got {
				if n.Kind == ticket.NoticeTicketReply && (n.About != ticket.MessageAnswer || n.Author.Address == n.To.Address) {
					t.Errorf("%s is told %+v", n.To.Address, n)
				}
			}
		})
	}
}
