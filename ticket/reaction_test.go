package ticket_test

import (
	"testing"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestReactions: a thumb is thanks. It reopens nothing, opens nothing, answers
// nobody and accepts nothing.
func TestReactions(t *testing.T) {
	thumb := func(how ticket.Reaction) func(*ticket.Inbound) {
		return func(m *ticket.Inbound) { m.Reaction = how }
	}
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	letters := b.send()
	work := pick(t, letters, ticket.NoticeTicketNew, anna)

	b.receive(b.mail(anna, "Re: Sito", "👍\n\nAnna reacted via Gmail", replyTo(work), proved, thumb(ticket.ReactionProgram)))
	wantLetters(t, b.send(), "")
	b.receive(b.mail(anna, "Re: Sito", "👍", replyTo(work), proved, thumb(ticket.ReactionSign))) // she wrote it herself
	wantLetters(t, b.send(), "answer mario, ticket-reply bruno")

	b.must(b.Close(b.ctx, 1, 0, "admin"))
	closed := pick(t, b.send(), ticket.NoticeClosed, mario)
	for _, days := range []int{0, 60} { // also when a reply would open a new ticket
		b.now = b.now.AddDate(0, 0, days)
		b.receive(
			b.mail(mario, "Re: Sito", "👍\n\nMario reacted via Gmail", replyTo(closed), proved, thumb(ticket.ReactionProgram)),
			b.mail(mario, "Re: Sito", "👍", replyTo(closed), thumb(ticket.ReactionSign)),
			b.mail(stranger, "Re: Sito", "👍", thumb(ticket.ReactionSign)),
		)
		wantLetters(t, b.send(), "")
		if tk := b.ticket(1); tk.State != ticket.StateClosed {
			t.Errorf("a thumb after %d days: %s", days, tk.State)
		}
	}
	if s := b.stats(); s.Open+s.Waiting != 0 || s.Closed != 1 {
		t.Errorf("a thumb opened a ticket: %+v", s)
	}
}
