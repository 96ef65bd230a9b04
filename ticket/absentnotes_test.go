package ticket_test

import (
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestAbsenceAndNotes: while the assignee is absent everybody gets what she would
// have got, from the first day's midnight to the last one's; the ticket stays hers.
func TestAbsenceAndNotes(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.Technicians = append(b.Technicians, ticket.Technician{Name: "Carla Neri", Addresses: []string{"carla@example.it"}})
	b.Technicians[0].Absent = []ticket.Span{{First: date(2026, 11, 24), Last: date(2026, 11, 25)}}
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	letters := b.send()
	mine, ours := pick(t, letters, ticket.NoticeTicketNew, anna), pick(t, letters, ticket.NoticeTicketNew, bruno)
	b.receive(b.mail(anna, "Re", "#take", replyTo(mine)))
	b.send()
	for _, c := range []struct {
		name  string
		at    time.Time
		heard string
		note  string // who hears of Bruno's note
	}{
		{"the evening before", time.Date(2026, 11, 23, 23, 59, 0, 0, b.Zone), "ticket-reply anna", "ticket-reply anna"},
		{"the first minute", time.Date(2026, 11, 24, 0, 0, 0, 0, b.Zone), "ticket-reply anna, ticket-reply bruno, ticket-reply carla", "ticket-reply anna, ticket-reply carla"},
		{"the last minute", time.Date(2026, 11, 25, 23, 59, 0, 0, b.Zone), "ticket-reply anna, ticket-reply bruno, ticket-reply carla", "ticket-reply anna, ticket-reply carla"},
		{"back again", time.Date(2026, 11, 26, 0, 0, 0, 0, b.Zone), "ticket-reply anna", "ticket-reply anna"},
	} {
		b.now = c.at
		b.receive(b.mail(mario, "[Assistenza #1] Re: Sito", "Ancora fermo, "+c.name, proved))
		t.Log(c.name)
		wantLetters(t, b.send(), c.heard)
		b.receive(b.mail(bruno, "Re", "#note\nVisto, "+c.name, replyTo(ours)))
		var told []ticket.Notice
		for _, n := range b.send() {
			if n.Kind == ticket.NoticeTicketReply {
				told = append(told, n)
			}
		}
		wantLetters(t, told, c.note)
	}
	if got := b.ticket(1).Assignee; got != "Anna Ferretti" {
		t.Errorf("the ticket is %q's", got)
	}
}
