package ticket_test

import (
	"strings"
	"testing"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestColleagues: who answers first takes the ticket and the others hear so once;
// two answers to one mail of the customer both reach him, and each technician hears
// of the other's; an answer on somebody else's ticket is told to her.
func TestColleagues(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []string // "anna: text" replies to her first letter, "anna again: text" to her latest
		told  []string // of each step, technicians' letters
		says  string   // in a line of the last step's letters
		whose string
	}{
		{"the first takes it", []string{"anna: Riavviato."}, []string{"ticket-reply bruno, ticket-reply carla"}, "Anna Ferretti ha risposto al cliente e prende la richiesta", "Anna Ferretti"},
		{"told once", []string{"anna: Riavviato.", "anna: Dimenticavo una cosa."}, []string{"ticket-reply bruno, ticket-reply carla", ""}, "", "Anna Ferretti"},
		{"two at once", []string{"anna: Riavviato.", "bruno: Ho riavviato io."}, []string{"ticket-reply bruno, ticket-reply carla", "ticket-reply anna, ticket-reply bruno"}, "sono partite entrambe le risposte", "Anna Ferretti"},
		{"who has read the other's is not told of it", []string{"anna: Riavviato.", "bruno again: Aggiungo una cosa."}, []string{"ticket-reply bruno, ticket-reply carla", "ticket-reply anna"}, "sono partite entrambe le risposte", "Anna Ferretti"},
		{"the customer wrote in between", []string{"anna: Riavviato.", "mario: Ancora fermo.", "bruno: Provi ora."}, []string{"ticket-reply bruno, ticket-reply carla", "ticket-reply anna", "ticket-reply anna"}, "sulla richiesta assegnata a Lei", "Anna Ferretti"},
		{"taken before", []string{"anna: #take", "anna: Riavviato."}, []string{"transcript anna", ""}, "", "Anna Ferretti"},
		{"handed on with the answer", []string{"anna: #assign bruno\n\nRiavviato."}, []string{"ticket-reply bruno, ticket-reply carla, transcript anna"}, "La richiesta è assegnata a: Bruno Conti", "Bruno Conti"},
		{"handed on with a note", []string{"anna: #assign bruno\n#note\nLo vedi tu?"}, []string{"ticket-reply bruno, transcript anna"}, "Bruno Conti", "Bruno Conti"},
		{"a note takes nothing", []string{"anna: #note\nVisto."}, []string{"transcript anna"}, "", ""},
		{"three", []string{"anna: Uno.", "bruno: Due.", "carla: Tre."}, []string{"ticket-reply bruno, ticket-reply carla", "ticket-reply anna, ticket-reply bruno",
			"ticket-reply anna, ticket-reply carla, ticket-reply bruno, ticket-reply carla"}, "Bruno Conti ha risposto allo stesso messaggio", "Anna Ferretti"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.Technicians = append(b.Technicians, ticket.Technician{Name: "Carla Neri", Addresses: []string{"carla@example.it"}})
			b.receive(b.mail(mario, "Sito irraggiungibile", down))
			first, latest := map[string]ticket.Notice{}, map[string]ticket.Notice{}
			for _, n := range b.send() {
				who, _, _ := strings.Cut(n.To.Address, "@")
				first[who], latest[who] = n, n
			}
			var letters []ticket.Notice
			for i, step := range c.steps {
				who, text, _ := strings.Cut(step, ": ")
				who, again := strings.CutSuffix(who, " again")
				n := first[who]
				if again {
					n = latest[who]
				}
				b.receive(b.mail(n.To.Address, "Re", text, replyTo(n), proved))
				letters = nil
				answered := ""
				for _, l := range b.send() {
					to, _, _ := strings.Cut(l.To.Address, "@")
					latest[to] = l
					if l.Kind.Technical() {
						letters = append(letters, l)
					} else {
						answered += l.Text
					}
				}
				wantLetters(t, letters, c.told[i])
				if _, below, ok := strings.Cut(text, "\n\n"); ok {
					text = below
				}
				if !strings.HasPrefix(text, "#") && who != "mario" && !strings.Contains(answered, text) {
					t.Errorf("the customer did not get %q", text)
				}
			}
			var lines []string
			for _, l := range letters {
				lines = append(lines, l.Lines...)
				if l.Kind == ticket.NoticeTicketReply && strings.HasPrefix(l.Text, "#") {
					t.Errorf("a colleague reads commands: %q", l.Text)
				}
			}
			if !strings.Contains(strings.Join(lines, "\n"), c.says) {
				t.Errorf("they hear %q, want %q", lines, c.says)
			}
			if got := b.ticket(1).Assignee; got != c.whose {
				t.Errorf("the ticket is %q's, want %q", got, c.whose)
			}
		})
	}
}
