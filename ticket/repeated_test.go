package ticket_test

import (
	"strings"
	"testing"

	"sportello/ticket"
)

// TestOwnWordsInWhatAcknowledges: who is proven to have written reads his words
// again; nobody else reads any, and no address of a technician stands in them.
func TestOwnWordsInWhatAcknowledges(t *testing.T) {
	for _, c := range []struct {
		name, from, text string
		edit             func(*ticket.Inbound)
		to               string
		kind             ticket.NoticeKind
		want             string
	}{
		{"proven", mario, down, proved, mario, ticket.NoticeAck, down},
		{"proven, quoted", mario, mailbox, proved, mario, ticket.NoticeQuote, mailbox},
		{"the quote goes to somebody else", luisa, mailbox, proved, mario, ticket.NoticeQuote, ""},
		{"who asked is told so", luisa, mailbox, proved, luisa, ticket.NoticeAck, mailbox},
		{"no evidence", mario, down, unsigned, mario, ticket.NoticeAck, ""},
		{"no evidence, quoted", mario, mailbox, unsigned, mario, ticket.NoticeQuote, ""},
		{"a proven stranger", stranger, down, proved, stranger, ticket.NoticeAck, ""},
		{"an address of a technician", mario, down + " Scrivo anche ad " + anna, proved, mario, ticket.NoticeAck, down + " Scrivo anche ad " + deskAddress},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := authenticated(t)
			b.receive(b.mail(c.from, "Richiesta", c.text, c.edit))
			n := pick(t, b.send(), c.kind, c.to)
			if got := strings.ReplaceAll(n.Text, "\n", " "); got != c.want {
				t.Errorf("it repeats %q, want %q", got, c.want)
			}
		})
	}
}
