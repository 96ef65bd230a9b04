package ticket_test

import (
	"strings"
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestMoneyOrders: a technician offers, withdraws, reads a yes, charges and closes by
// mail; what is not allowed is refused with nothing done. Each step is a mail of Anna's,
// or Mario's answer to the last quote where it begins with ">".
func TestMoneyOrders(t *testing.T) {
	nothing := "Nulla è stato eseguito né inviato."
	for _, c := range []struct {
		name    string
		steps   []string
		letters string // after the last step
		says    string // its transcript, in part
		quote   ticket.QuoteState
		state   ticket.State
		held    ticket.Credits
		charged ticket.Credits
	}{
		{"offered", []string{"#quote 3\nTrasferimento del sito.\n\n-- \nAnna"}, "quote mario, transcript anna",
			"Stato: in attesa del cliente|Preventivo: P-1-1, offerto (prima: nessuno)|Lettera al cliente («preventivo») inviata a Mario Rossi", ticket.QuoteOffered, ticket.StateWaiting, 0, 0},
		{"offered for more days, in Italian", []string{"#preventivo 3 14"}, "quote mario, transcript anna", "Eseguito: #preventivo 3 14", ticket.QuoteOffered, ticket.StateWaiting, 0, 0},
		{"superseded", []string{"#quote 3", "#quote 2\nMeno lavoro."}, "quote mario, transcript anna", "Preventivo: P-1-2, offerto (prima: P-1-1, offerto)", ticket.QuoteOffered, ticket.StateWaiting, 0, 0},
		{"accepted by the customer", []string{"#quote 3", ">Accetto il preventivo P-1-1"}, "quote-accepted mario, ticket-reply anna", "", ticket.QuoteAccepted, ticket.StateOpen, 3, 0},
		{"charged", []string{"#quote 3", ">Accetto il preventivo P-1-1", "#charge 2"}, "charged mario, transcript anna",
			"Crediti riservati: 1 (prima: 3)|Crediti addebitati: 2 (prima: nessuno)|Lettera al cliente («addebito») inviata", ticket.QuoteAccepted, ticket.StateOpen, 1, 2},
		{"charged twice and closed with none", []string{"#quote 3", ">Accetto il preventivo P-1-1", "#addebita 1\n#charge 1\n#close 0"}, "charged mario, charged mario, transcript anna, closed mario",
			"Crediti addebitati: 2", ticket.QuoteAccepted, ticket.StateClosed, 0, 2},
		{"closed with all", []string{"#quote 3", ">Accetto il preventivo P-1-1", "#close"}, "transcript anna, closed mario", "Crediti addebitati: 3", ticket.QuoteAccepted, ticket.StateClosed, 0, 3},
		{"closed with some and an answer", []string{"#quote 3", ">Accetto il preventivo P-1-1", "#chiudi 2\nFatto."}, "answer mario, transcript anna", "Crediti addebitati: 2", ticket.QuoteAccepted, ticket.StateClosed, 0, 2},
		{"charged too much", []string{"#quote 3", ">Accetto il preventivo P-1-1", "#charge 2\n#close 2"}, "transcript anna",
			"Riga 2, #chiudi 2: la riserva di questo ticket è di 1 credito|" + nothing, ticket.QuoteAccepted, ticket.StateOpen, 3, 0},
		{"charged without a hold", []string{"#quote 3", "#charge 1"}, "transcript anna", "Riga 1, #addebita 1: su questo ticket non ci sono crediti riservati|" + nothing, ticket.QuoteOffered, ticket.StateWaiting, 0, 0},
		{"withdrawn", []string{"#quote 3", "#ritira"}, "quote mario, transcript anna", "Preventivo: P-1-1, ritirato (prima: P-1-1, offerto)", ticket.QuoteWithdrawn, ticket.StateOpen, 0, 0},
		{"withdrawn with an answer", []string{"#quote 3", "#withdraw\nNon serve più: è già a posto."}, "answer mario, quote mario, transcript anna", "Preventivo: P-1-1, ritirato", ticket.QuoteWithdrawn, ticket.StateWaiting, 0, 0},
		{"withdrawn and covered", []string{"#quote 3", "#withdraw\n#covered"}, "quote mario, transcript anna", "Eseguito: #ritira, #coperta", ticket.QuoteWithdrawn, ticket.StateOpen, 0, 0},
		{"covered under an open quote", []string{"#quote 3", "#covered"}, "quote mario, transcript anna", "Preventivo: P-1-1, ritirato", ticket.QuoteWithdrawn, ticket.StateOpen, 0, 0},
		{"withdrawn twice", []string{"#quote 3", "#withdraw\n#withdraw"}, "transcript anna", "Riga 2, #ritira: non c'è un preventivo in attesa di risposta|" + nothing, ticket.QuoteOffered, ticket.StateWaiting, 0, 0},
		{"a yes in other words", []string{"#quote 3", ">Sì dai, ma mi raccomando martedì", "#accettato"}, "quote-accepted mario, transcript anna", "Crediti riservati: 3", ticket.QuoteAccepted, ticket.StateOpen, 3, 0},
		{"a yes, read and charged at once", []string{"#quote 3", ">Sì dai, ma mi raccomando martedì", "#accepted\n#close 2\nFatto."}, "answer mario, quote-accepted mario, transcript anna", "Crediti addebitati: 2", ticket.QuoteAccepted, ticket.StateClosed, 0, 2},
		{"no mail to read as a yes", []string{"#quote 3", "#accepted"}, "transcript anna", "Riga 1, #accettato: l'ultima e-mail del cliente non può valere come un sì al preventivo P-1-1", ticket.QuoteOffered, ticket.StateWaiting, 0, 0},
		{"a yes to the quote before", []string{"#quote 3", ">Sì dai, ma mi raccomando martedì", "#quote 5", "#accepted"}, "transcript anna", "Riga 1, #accettato: l'ultima e-mail del cliente non può valere come un sì al preventivo P-1-2", ticket.QuoteOffered, ticket.StateWaiting, 0, 0},
		{"a yes beyond what there is", []string{"#quote 30", ">Sì dai, ma mi raccomando martedì", "#accepted"}, "credit-short mario, transcript anna", "Eseguito: #accettato", ticket.QuoteOffered, ticket.StateWaiting, 0, 0},
		{"nothing to accept", []string{"#accepted"}, "transcript anna", "Riga 1, #accettato: non c'è un preventivo in attesa di risposta|" + nothing, 0, ticket.StateOpen, 0, 0},
		{"a quote of nothing", []string{"#quote 0"}, "transcript anna", "Riga 1, #quote 0: «0» deve essere un numero intero maggiore di 0|" + nothing, 0, ticket.StateOpen, 0, 0},
		{"a quote for years", []string{"#quote 3 4000"}, "transcript anna", "Riga 1, #preventivo 3 4000:", 0, ticket.StateOpen, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.receive(b.mail(mario, "Sito irraggiungibile", down, proved, named("Mario Rossi")))
			work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
			var quote ticket.Notice
			var letters []ticket.Notice
			for _, step := range c.steps {
				b.now = b.now.Add(time.Minute)
				if text, ok := strings.CutPrefix(step, ">"); ok {
					b.receive(b.says(quote, text))
				} else {
					b.receive(b.mail(anna, "Re: Sito", step, replyTo(work), signed))
				}
				letters = b.send()
				for _, n := range letters {
					if n.Kind == ticket.NoticeQuote {
						quote = n
					}
				}
			}
			wantLetters(t, letters, c.letters)
			for _, line := range strings.Split(c.says, "|") {
				if line == "" {
					continue
				}
				if said := pick(t, letters, ticket.NoticeTranscript, anna); !strings.Contains(strings.Join(said.Lines, "\n"), line) {
					t.Errorf("the transcript lacks %q:\n%s", line, strings.Join(said.Lines, "\n"))
				}
			}
			tk := b.ticket(1)
			if tk.State != c.state || tk.Held != c.held || tk.Charged != c.charged || (tk.Quote == nil) != (c.quote == 0) || tk.Quote != nil && tk.Quote.State != c.quote {
				t.Errorf("it is %s, %d held, %d charged, quote %+v", tk.State, tk.Held, tk.Charged, tk.Quote)
			}
			b.wantAudit()
			if quote.Quote != nil && strings.Contains(quote.Quote.Description, "Anna") {
				t.Errorf("the signature describes the work: %q", quote.Quote.Description)
			}
		})
	}
}

// signed is a mail edit: a signature is set aside as mailin does.
func signed(m *ticket.Inbound) {
	if reply, signature, ok := strings.Cut(m.Reply, "\n\n-- \n"); ok {
		m.Reply, m.Signature = reply, "-- \n"+signature
	}
}
