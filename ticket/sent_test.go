package ticket_test

import (
	"testing"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestSentBackTo: a reply may quote the one letter whose Message-ID it names, or any
// of those that asked to answer to one address; who answers to neither quotes nothing.
func TestSentBackTo(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	letters := b.send()
	ack, work := pick(t, letters, ticket.NoticeAck, mario), pick(t, letters, ticket.NoticeTicketNew, anna)
	b.receive(b.mail(anna, "Re:", "#close", replyTo(work)))
	closed := pick(t, b.send(), ticket.NoticeClosed, mario)
	for key, want := range map[string]int{
		ack.ReplyTo: 2, ack.MessageID: 1, closed.MessageID: 1, work.MessageID: 1,
		deskAddress: 0, "x" + ack.MessageID: 0, ringOf(t, "b").Sign(ticket.Token{Purpose: ticket.PurposeReply, Number: 1}): 0, "": 0,
	} {
		if got := len(b.Sent(b.ctx, key)); got != want {
			t.Errorf("%s: %d letters, want %d", key, got, want)
		}
	}
}
