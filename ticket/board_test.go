package ticket_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

// lists writes the sections of a letter: titles, and the numbers of tickets or how
// many commands stand below each.
func lists(n ticket.Notice) string {
	var all []string
	for _, s := range n.Sections {
		line := s.Title
		for _, t := range s.Tickets {
			line += fmt.Sprintf(" #%d", t.ID)
		}
		if len(s.Manual) > 0 {
			line += " …"
		}
		all = append(all, line)
	}
	return strings.Join(all, " | ")
}

// TestAskingTheDesk: #list, #show and #help are answered, from a reply and from a mail to
// the desk itself, to the registered first address alone; what is wrong is said, what is more
// than that is asked about, and nobody else's mail is answered.
func TestAskingTheDesk(t *testing.T) {
	for _, c := range []struct {
		name, from, text string
		reply            bool // to the technicians' letter about ticket 1
		proven           bool
		strict           bool
		letters          string
		lists            string
		says             string
	}{
		{"list", anna, "#list", false, true, true, "transcript anna", "Tocca a noi: 3 #1 #4 #2 | In attesa del cliente: 1 #3", ""},
		{"list in token mode", anna, "#elenco", false, false, false, "transcript anna", "Tocca a noi: 3 #1 #4 #2 | In attesa del cliente: 1 #3", ""},
		{"list of mine", anna, "#list mine", false, true, true, "transcript anna", "Tocca a noi: 1 #1 | In attesa del cliente: 0", ""},
		{"list of mine in Italian", anna, "#elenco miei", false, true, true, "transcript anna", "Tocca a noi: 1 #1 | In attesa del cliente: 0", ""},
		{"list of open", anna, "#list open", false, true, true, "transcript anna", "Tocca a noi: 3 #1 #4 #2", ""},
		{"list of waiting", anna, "#list WAITING", false, true, true, "transcript anna", "In attesa del cliente: 1 #3", ""},
		{"list of extra", anna, "#list extra", false, true, true, "transcript anna", "Tocca a noi: 0 | In attesa del cliente: 1 #3", ""},
		{"list of due", anna, "#list due", false, true, true, "transcript anna", "Tocca a noi: 2 #1 #4", ""},
		{"from a second address", "bruno@casa.example", "#list mine", false, true, true, "transcript bruno", "Tocca a noi: 0 | In attesa del cliente: 0", ""},
		{"help", anna, "#aiuto", false, true, true, "transcript anna", "La risposta e chi la scrive … | Lo stato … | Argomento e copertura … | Le persone … | Crediti … | Scrivendo all'indirizzo dello sportello … | Rispondendo a una domanda su un'e-mail trattenuta …", ""},
		{"two at once", anna, "#list due\n#help", false, true, true, "transcript anna, transcript anna", "Tocca a noi: 2 #1 #4", ""},
		{"behind a greeting it is asked about", anna, "Ciao\n#list", false, true, true, "held anna", "", "La Sua e-mail non risponde a nessun ticket"},
		{"with a text it is asked about", anna, "#list\nCiao a tutti", false, true, true, "held anna", "", "La Sua e-mail non risponde a nessun ticket"},
		{"with another command it is asked about", anna, "#list\n#close", false, true, true, "held anna", "", "La Sua e-mail non risponde a nessun ticket"},
		{"a typing error is told", anna, "#lsit", false, true, true, "held anna", "", "Riga 1, #lsit: questo comando non esiste; il più simile è #list"},
		{"no such list", anna, "#list tutto", false, true, true, "held anna", "", "«tutto» deve essere miei, aperti, attesa, extra o scadenza"},
		{"no such ticket", anna, "#show 77", false, true, true, "transcript anna", "", "Riga 1, #mostra 77: il ticket #77 non esiste|Nulla è stato eseguito né inviato."},
		{"without proof nothing is told", anna, "#list", false, false, true, "held anna", "", "non porta prove"},
		{"a customer is no technician", mario, "#list", false, true, true, "ticket-new anna, ticket-new bruno, ack mario", "", ""},
		{"in a reply", anna, "#list due", true, true, true, "transcript anna", "Tocca a noi: 2 #1 #4", ""},
		{"in a reply with an answer", anna, "#list due\nCi guardo.", true, true, true, "answer mario, transcript anna, transcript anna", "Tocca a noi: 1 #4", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			for _, m := range []*ticket.Inbound{b.mail(mario, "Sito irraggiungibile", down), b.mail(stranger, "Sito fermo", down),
				b.mail(mario, "Nuova casella di posta", mailbox), b.mail(luisa, "Sito fermo", down)} {
				b.receive(m)
			}
			work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
			b.receive(b.mail(anna, "Re: Sito", "#take", replyTo(work)))
			b.send()
			b.TokenTechnician = !c.strict
			m := b.mail(c.from, "domanda", c.text)
			if c.reply {
				replyTo(work)(m)
			}
			if c.proven {
				proved(m)
			}
			b.receive(m)
			letters := b.send()
			wantLetters(t, letters, c.letters)
			got := ""
			for _, n := range letters {
				if got == "" {
					got = lists(n)
				}
			}
			if got != c.lists {
				t.Errorf("lists %q, want %q", got, c.lists)
			}
			for _, line := range strings.Split(c.says, "|") {
				if line != "" && !strings.Contains(strings.Join(letters[0].Lines, "|"), line) {
					t.Errorf("it says %q, not %q", pick(t, letters, letters[0].Kind, anna).Lines, line)
				}
			}
			if s := b.stats(); s.Mails != 6 {
				t.Errorf("%d mails", s.Mails)
			}
		})
	}
}

// TestShow: the whole of a ticket comes as a letter that answers the customer when it
// is replied to; a note in it is told from an answer.
func TestShow(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down, named("Mario Rossi")))
	work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
	b.receive(b.mail(anna, "Re: Sito", "#nota\nDisco pieno.", replyTo(work)), b.mail(anna, "Re: Sito", "Riavviato.", replyTo(work)))
	b.send()
	b.receive(b.mail(bruno, "x", "#mostra #1", proved))
	n := pick(t, b.send(), ticket.NoticeTranscript, bruno)
	var kinds []string
	for _, s := range n.Story {
		kinds = append(kinds, s.Kind.String())
	}
	if got := strings.Join(kinds, " "); got != "request notice note answer" || n.Ticket != 1 || n.Story[0].At != (policy.Date{Year: 2026, Month: 11, Day: 23}) || n.Story[0].Clock != "10:00" {
		t.Errorf("the thread is %s of ticket %d: %+v", got, n.Ticket, n.Story)
	}
	b.now = b.now.Add(time.Hour)
	b.receive(b.mail(bruno, "Re: Sito", "Va meglio ora?", replyTo(n)))
	wantLetters(t, b.send(), "answer mario, ticket-reply anna")
}

// TestShowTellsWhatWasJoined: the whole of a ticket holds the messages of those that
// were merged into it, and of those merged into these, in the order of time.
func TestShowTellsWhatWasJoined(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	for i, text := range []string{"Primo", "Secondo", "Terzo"} {
		b.receive(b.mail(mario, fmt.Sprintf("Sito fermo %d", i), text+": "+down))
		b.now = b.now.Add(time.Minute)
	}
	b.must(b.Merge(b.ctx, 1, 3, false, "admin"))
	b.must(b.Merge(b.ctx, 3, 2, false, "admin"))
	b.send()
	for shown, want := range map[string]string{"2": "Primo Secondo Terzo", "3": "Primo Terzo", "1": "Primo"} {
		b.receive(b.mail(anna, "Vedo", "#show "+shown, proved))
		n := pick(t, b.send(), ticket.NoticeTranscript, anna)
		var got []string
		for _, s := range n.Story {
			if s.Kind == ticket.MessageRequest {
				got = append(got, strings.SplitN(s.Text, ":", 2)[0])
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("#show %s tells %s, want %s", shown, got, want)
		}
	}
}
