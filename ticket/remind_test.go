package ticket_test

import (
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestReminder: before an answer is due who works on it is reminded once, on a working
// day in office hours; not of what was answered meanwhile.
func TestReminder(t *testing.T) {
	for name, answered := range map[string]bool{"not answered": false, "answered": true} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.receive(b.mail(mario, "Sito irraggiungibile", down))
			work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
			b.receive(b.mail(anna, "Re: Sito", "#take", replyTo(work)))
			if answered {
				b.receive(b.mail(anna, "Re: Sito", "Riavviato.", replyTo(work)))
			}
			b.send()
			due := b.ticket(1).AnswerDue
			var reminded []time.Time
			for end := b.now.AddDate(0, 0, 9); b.now.Before(end); b.now = b.now.Add(20 * time.Minute) {
				b.must(b.Sweep(b.ctx))
				for _, n := range b.send() {
					if n.Kind == ticket.NoticeDueSoon {
						if n.To.Address != anna || n.Text != down {
							t.Errorf("it goes to %s and tells %q", n.To.Address, n.Text)
						}
						reminded = append(reminded, b.now)
					}
				}
			}
			switch {
			case answered && len(reminded) > 0, !answered && len(reminded) != 1:
				t.Errorf("reminded at %s", reminded)
			case !answered && (!b.Policy.Open(reminded[0]) || !reminded[0].Before(due)):
				t.Errorf("reminded at %s of what was due on %s", reminded[0], due)
			}
		})
	}
}
