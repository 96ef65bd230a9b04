package ticket_test

import (
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestAbsent: while who works on a ticket is away, all hear of it; before and after, she alone.
func TestAbsent(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.Technicians[0].Absent = []ticket.Span{{First: policy.Date{Year: 2026, Month: 11, Day: 25}, Last: policy.Date{Year: 2026, Month: 11, Day: 26}}}
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	letters := b.send()
	work, ack := pick(t, letters, ticket.NoticeTicketNew, anna), pick(t, letters, ticket.NoticeAck, mario)
	b.receive(b.mail(anna, "Re: Sito", "#take", replyTo(work)))
	b.send()
	for day, want := range map[int]string{24: "ticket-reply anna", 25: "ticket-reply anna, ticket-reply bruno", 26: "ticket-reply anna, ticket-reply bruno", 27: "ticket-reply anna"} {
		b.now = time.Date(2026, 11, day, 23, 30, 0, 0, b.Zone)
		b.receive(b.mail(mario, "Re: Sito", "Ci sono novità?", replyTo(ack)))
		wantLetters(t, b.send(), want)
	}
}
