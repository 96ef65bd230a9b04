package ticket_test

import (
	"strings"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

const external = "perito@esterno.example"

// TestOrders: each command does what it says, tells the technician what was and
// what is, and sends what it causes and nothing else; what a ticket does not
// allow is refused with nothing done. Ticket 1 is Mario's and covered, 2 a
// stranger's, 3 John's of another customer, 4 Luisa's of Mario's customer.
func TestOrders(t *testing.T) {
	nothing := "Nulla è stato eseguito né inviato."
	for _, c := range []struct {
		name, text string
		on         ticket.ID
		says       string // lines of the transcript, in part
		letters    string // beside the transcript
		check      func(*ticket.Ticket) bool
	}{
		{"topic", "#topic mail-down", 1, "Eseguito: #topic mail-down|Argomento: ", "",
			func(tk *ticket.Ticket) bool {
				return tk.Decision.Topic == policy.MailDown && tk.Guessed == policy.PlatformDown
			}},
		{"topic and extra", "#topic mail-down\n#extra", 1, "Copertura: extra (prima: coperta)", "",
			func(tk *ticket.Ticket) bool {
				return tk.Decision.Coverage == policy.Extra && tk.Decision.Price.Kind == policy.PriceAfterAnalysis && tk.Decision.Plan == ""
			}},
		{"extra", "#extra", 1, "Copertura: extra (prima: coperta)", "",
			func(tk *ticket.Ticket) bool { return tk.Decision.Coverage == policy.Extra && tk.Decision.Clause == "" }},
		{"extra and covered again", "#extra\n#coperta", 1, "Eseguito: #extra, #coperta", "",
			func(tk *ticket.Ticket) bool {
				return tk.Decision.Coverage == policy.Covered && tk.Decision.Plan == "hosting" && tk.Decision.Price.Kind == policy.PriceNone
			}},
		{"covered for a stranger", "#covered", 2, "Copertura: coperta (prima: da stabilire)", "",
			func(tk *ticket.Ticket) bool { return tk.Decision.Coverage == policy.Covered && tk.Decision.Plan == "" }},
		{"spam", "#spam", 2, "Stato: chiuso, spam (prima: aperto)", "",
			func(tk *ticket.Ticket) bool { return tk.ClosedReason == ticket.ReasonSpam }},
		{"spam is not answered", "#spam\nBuongiorno.", 2, "Riga 1, #spam: a chi manda spam non si risponde: tolga il testo sotto il comando|" + nothing, "",
			func(tk *ticket.Ticket) bool { return tk.State == ticket.StateOpen }},
		{"somebody joins", "#cc " + external, 1, "Eseguito: #cc " + external, "",
			func(tk *ticket.Ticket) bool { return len(tk.Participants) == 2 && tk.Participants[1].Approved }},
		{"somebody joins and is answered", "#cc <" + external + ">\nRiavviato.", 1, "Risposta inviata a Mario Rossi <mario@rossi.example>, " + external,
			"answer mario, answer perito, ticket-reply bruno", func(tk *ticket.Ticket) bool { return tk.State == ticket.StateWaiting }},
		{"somebody joins and leaves", "#cc " + external + "\n#uncc " + external + "\nRiavviato.", 1, "Risposta inviata a Mario Rossi <mario@rossi.example>",
			"answer mario, ticket-reply bruno", func(tk *ticket.Ticket) bool { return tk.Participants[1].Removed }},
		{"a technician is in already", "#cc bruno@casa.example", 1, "Riga 1, #cc bruno@casa.example: bruno@casa.example è un indirizzo nostro: le lettere gli arrivano già|" + nothing, "",
			func(tk *ticket.Ticket) bool { return len(tk.Participants) == 1 }},
		{"the requester stays", "#uncc " + mario, 1, "Riga 1, #uncc " + mario + ": " + mario + " ha aperto il ticket: le lettere gli vanno comunque|" + nothing, "",
			func(tk *ticket.Ticket) bool { return !tk.Participants[0].Removed }},
		{"who is not in cannot leave", "#uncc " + external, 1, "Riga 1, #uncc " + external + ": " + external + " non riceve le lettere di questo ticket: vanno a Mario Rossi <mario@rossi.example>|" + nothing, "",
			func(tk *ticket.Ticket) bool { return true }},
		{"a stranger becomes a customer", "#customer c1", 2, "Copertura: coperta (prima: da stabilire)|Cliente: C1 (prima: nessuno)", "",
			func(tk *ticket.Ticket) bool {
				return tk.Customer == "C1" && tk.Decision.Plan == "hosting" && !tk.AnswerDue.IsZero()
			}},
		{"a name is no ID", "#customer rossi", 2, "Riga 1, #customer rossi: nessun cliente ha il codice «rossi»; si intendeva uno di questi? C1 (Rossi Impianti)|" + nothing, "",
			func(tk *ticket.Ticket) bool { return tk.Customer == "" }},
		{"no such customer", "#customer C9", 2, "Riga 1, #customer C9: nessun cliente ha il codice o il nome «C9»|" + nothing, "",
			func(tk *ticket.Ticket) bool { return tk.Customer == "" }},
		{"merged within a customer", "#unisci #1", 4, "Stato: chiuso, doppione (prima: aperto)|Il #4 (Rossi Impianti (C1), luisa@rossi.example) è unito al #1 (Rossi Impianti (C1), mario@rossi.example): la posta che arriva per il primo continua nel secondo.", "",
			func(tk *ticket.Ticket) bool { return tk.MergedInto == 1 && tk.ClosedReason == ticket.ReasonDuplicate }},
		{"answered and merged", "#merge 1\nCi pensiamo nell'altro ticket.", 4, "Risposta inviata a luisa@rossi.example", "answer luisa, ticket-reply bruno",
			func(tk *ticket.Ticket) bool { return tk.MergedInto == 1 }},
		{"merged across customers", "#merge 1", 3, "Riga 1, #unisci 1: il #3 è di Smith Ltd (C2), john@smith.example, il #1 è di Rossi Impianti (C1), mario@rossi.example: se davvero vanno uniti scriva #unisci 1 forza|" + nothing, "",
			func(tk *ticket.Ticket) bool { return tk.MergedInto == 0 }},
		{"forced", "#merge 1 force", 3, "Il #3 (Smith Ltd (C2), john@smith.example) è unito al #1 (Rossi Impianti (C1), mario@rossi.example)", "",
			func(tk *ticket.Ticket) bool { return tk.MergedInto == 1 }},
		{"merged with itself", "#merge 1", 1, "Riga 1, #unisci 1: è già lo stesso ticket|" + nothing, "",
			func(tk *ticket.Ticket) bool { return tk.MergedInto == 0 }},
		{"merged with nothing", "#merge 77", 1, "Riga 1, #unisci 77: il ticket #77 non esiste|" + nothing, "",
			func(tk *ticket.Ticket) bool { return tk.MergedInto == 0 }},
		{"asleep", "#wait 2026-12-24", 1, "Stato: in attesa del cliente (prima: aperto)|Il ticket aspetta fino a giovedì 24 dicembre 2026, poi tocca a noi.", "",
			func(tk *ticket.Ticket) bool {
				return tk.SleepsUntil.Equal(time.Date(2026, 12, 24, 0, 0, 0, 0, time.FixedZone("", 3600))) && tk.ClosesAt.IsZero() && tk.WaitsFor == 0
			}},
		{"answered and asleep", "#attesa 24/12\nNe riparliamo a Natale.", 1, "Risposta inviata a Mario", "answer mario, ticket-reply bruno",
			func(tk *ticket.Ticket) bool {
				return !tk.SleepsUntil.IsZero() && tk.ClosesAt.IsZero() && tk.WaitsFor == 0
			}},
		{"asleep until yesterday", "#wait 22/11/2026", 1, "Riga 1, #attesa 22/11/2026: domenica 22 novembre 2026 non va: la data deve essere da domani in poi|" + nothing, "",
			func(tk *ticket.Ticket) bool { return tk.SleepsUntil.IsZero() && tk.State == ticket.StateOpen }},
		{"asleep over a holiday", "#attesa 8 dicembre", 1, "Il ticket aspetta fino a mercoledì 9 dicembre 2026, poi tocca a noi: martedì 8 dicembre 2026 è un giorno di chiusura.", "",
			func(tk *ticket.Ticket) bool { return tk.SleepsUntil.Day() == 9 || tk.SleepsUntil.Day() == 8 }},
		{"asleep for ever", "#wait 2062-12-24", 1, "Riga 1, #attesa 2062-12-24: la data deve cadere entro 366 giorni|" + nothing, "",
			func(tk *ticket.Ticket) bool { return tk.SleepsUntil.IsZero() }},
		{"answered, and still our turn", "#reopen\nIntanto: stiamo guardando.", 1, "Risposta inviata a Mario", "answer mario, ticket-reply bruno",
			func(tk *ticket.Ticket) bool { return tk.State == ticket.StateOpen && tk.ClosesAt.IsZero() }},
		{"every wrong line is named", "#take\n#topic mail-down\n\n#merge 77\n#customer C9\n#spam", 1,
			"Riga 4, #unisci 77: il ticket #77 non esiste|Riga 5, #customer C9: nessun cliente ha il codice o il nome «C9»|" + nothing, "",
			func(tk *ticket.Ticket) bool {
				return tk.Assignee == "" && tk.Decision.Topic == policy.PlatformDown && tk.State == ticket.StateOpen
			}},
		{"one unknown word undoes all", "#take\n#topic mail-down\n#spam\n#frobnicate\n#cc x", 1,
			"Riga 4, #frobnicate: questo comando non esiste; il più simile è |Riga 5, #cc x: «x» non è un indirizzo e-mail|" + nothing, "",
			func(tk *ticket.Ticket) bool { return tk.Assignee == "" && tk.State == ticket.StateOpen }},
		{"an answer to no question", "#send", 1, "Riga 1, #invia: serve solo a rispondere alla domanda su un'e-mail trattenuta|" + nothing, "",
			func(tk *ticket.Ticket) bool { return tk.Messages == 3 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			for _, m := range []*ticket.Inbound{
				b.mail(mario, "Sito irraggiungibile", down, named("Mario Rossi")), b.mail(stranger, "Sito rossi.example fermo", down),
				b.mail(john, "Site down", down), b.mail(luisa, "Sito fermo", down),
			} {
				m.From[0].Name = strings.TrimSuffix(m.From[0].Name, "Somebody")
				b.receive(m)
			}
			var work ticket.Notice
			for _, n := range b.send() {
				if n.Kind == ticket.NoticeTicketNew && n.To.Address == anna && n.Ticket == c.on {
					work = n
				}
			}
			b.receive(b.mail(anna, "Re: Sito", c.text, replyTo(work)))
			letters := b.send()
			said := pick(t, letters, ticket.NoticeTranscript, anna)
			for _, line := range strings.Split(c.says, "|") {
				if !strings.Contains(strings.Join(said.Lines, "\n"), line) {
					t.Errorf("the transcript lacks %q:\n%s", line, strings.Join(said.Lines, "\n"))
				}
			}
			wantLetters(t, letters, strings.TrimPrefix(c.letters+", transcript anna", ", "))
			if !c.check(b.ticket(c.on)) {
				t.Errorf("ticket %+v", b.ticket(c.on))
			}
		})
	}
}

// TestSleepingTicket: a ticket that waits until a day is neither closed nor woken by
// thanks; on that day it is our turn, due by its end, and who works on it is told.
func TestSleepingTicket(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
	b.receive(b.mail(anna, "Re: Sito", "#take\n#wait 2026-12-24\nNe riparliamo a Natale.", replyTo(work)))
	answer := pick(t, b.send(), ticket.NoticeAnswer, mario)
	b.receive(b.mail(mario, "Re: Sito", "Grazie mille!", replyTo(answer)))
	for range 20 {
		b.now = b.now.AddDate(0, 0, 1)
		b.must(b.Sweep(b.ctx))
	}
	if tk := b.ticket(1); tk.State != ticket.StateWaiting || tk.SleepsUntil.IsZero() {
		t.Fatalf("it is %s, sleeps until %s", tk.State, tk.SleepsUntil)
	}
	wantLetters(t, b.send(), "")
	b.now = time.Date(2026, 12, 24, 8, 0, 0, 0, b.Zone)
	b.must(b.Sweep(b.ctx))
	wantLetters(t, b.send(), "due-soon anna")
	if tk := b.ticket(1); tk.State != ticket.StateOpen || !tk.AnswerDue.Equal(time.Date(2026, 12, 25, 0, 0, 0, 0, b.Zone)) || !tk.SleepsUntil.IsZero() {
		t.Errorf("it is %s, due %s", tk.State, tk.AnswerDue)
	}
	b.must(b.Sweep(b.ctx))
	wantLetters(t, b.send(), "")
}

// TestCustomerWakesSleepingTicket: what the customer asks does not wait.
func TestCustomerWakesSleepingTicket(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
	b.receive(b.mail(anna, "Re: Sito", "#wait 2026-12-24\nNe riparliamo.", replyTo(work)))
	answer := pick(t, b.send(), ticket.NoticeAnswer, mario)
	b.receive(b.mail(mario, "Re: Sito", "È di nuovo fermo, potete guardare?", replyTo(answer)))
	if tk := b.ticket(1); tk.State != ticket.StateOpen || !tk.SleepsUntil.IsZero() {
		t.Errorf("it is %s, sleeps until %s", tk.State, tk.SleepsUntil)
	}
}

// TestMergedTicketRedirects: mail to the letters of a merged ticket goes on where it was
// merged, chains included; who is of another customer reads nothing there.
func TestMergedTicketRedirects(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	work, acks := map[ticket.ID]ticket.Notice{}, map[ticket.ID]ticket.Notice{}
	for _, from := range []string{mario, luisa, john} {
		b.receive(b.mail(from, "Sito fermo", down))
		for _, n := range b.send() {
			if n.To.Address == anna {
				work[n.Ticket] = n
			} else if n.Kind == ticket.NoticeAck {
				acks[n.Ticket] = n
			}
		}
	}
	b.receive(b.mail(anna, "Re: Sito", "#merge 2 force", replyTo(work[3])), b.mail(anna, "Re: Sito", "#merge 1", replyTo(work[2])))
	b.send()
	b.receive(b.mail(john, "Re: Sito", "Any news of this, please?", replyTo(acks[3])), b.mail(luisa, "Re: Sito", "Ci sono novità?", replyTo(acks[2])))
	if n := b.ticket(1).Messages; n != 4 {
		t.Errorf("%d messages on ticket 1, want its own, the acknowledgement and two that came by merged ones", n)
	}
	wantLetters(t, b.send(), "ticket-reply anna, ticket-reply bruno, ticket-reply anna, ticket-reply bruno")
	b.receive(b.mail(anna, "Re: Sito", "Riavviato.", replyTo(work[3])))
	wantLetters(t, b.send(), "answer mario, answer luisa, ticket-reply bruno")
}

// TestBelatedQuote: a fixed price is offered as soon as it is known whose the request
// is, unless the technician says or does otherwise in the same mail.
func TestBelatedQuote(t *testing.T) {
	for _, c := range []struct{ name, order, letters, quote string }{
		{"named", "#customer C1", "quote mario, quote nessuno, transcript anna", "P-1-1"},
		{"named with a price", "#customer C1\n#quote 4", "quote mario, quote nessuno, transcript anna", "P-1-1"},
		{"named and answered", "#customer C1\nCi penso io.", "answer nessuno, ticket-reply bruno, transcript anna", ""},
		{"named and covered", "#customer C1\n#covered", "transcript anna", ""},
		{"named and closed", "#customer C1\n#close", "transcript anna, closed nessuno", ""},
		{"named, its topic corrected", "#customer C1\n#topic platform-down", "transcript anna", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.receive(b.mail(stranger, "Nuova casella", "Buongiorno, potete creare una nuova casella di posta info@rossi.example? Grazie"))
			work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
			b.receive(b.mail(anna, "Re: Nuova casella", c.order, replyTo(work)))
			wantLetters(t, b.send(), c.letters)
			code := ""
			if q := b.ticket(1).Quote; q != nil {
				code = q.Code
			}
			if code != c.quote {
				t.Errorf("the quote is %q, want %q: %+v", code, c.quote, b.ticket(1).Decision)
			}
		})
	}
}

// TestBoundAddress: after #customer the next mail of that address is the customer's.
func TestBoundAddress(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(stranger, "Sito fermo", down))
	work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
	b.receive(b.mail(anna, "Re: Sito", "#customer C1\nRiavviato.", replyTo(work)))
	wantLetters(t, b.send(), "answer nessuno, ticket-reply bruno, transcript anna")
	b.receive(b.mail(stranger, "Sito ancora fermo", down))
	if tk := b.ticket(2); tk.Customer != "C1" || tk.Decision.Coverage != policy.Covered {
		t.Errorf("ticket %+v", tk)
	}
}
