package ticket_test

import (
	"slices"
	"strings"
	"testing"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestTranscripts: a technician reads what her commands did, before and now, and
// what went to whom, with the commands as her language has them.
func TestTranscripts(t *testing.T) {
	for _, c := range []struct {
		name, text string
		it, en     string // the lines
		again      string // the text that comes back
	}{
		{"closed without text", "#close",
			"Eseguito: #chiudi|Stato: chiuso, risolto (prima: aperto)|Lettera al cliente («chiusura») inviata a Mario Rossi <mario@rossi.example>",
			"Done: #close|Status: closed, resolved (before: open)|Letter to the customer (closing notice) sent to Mario Rossi <mario@rossi.example>", ""},
		{"answered and closed", "#chiudi\nRiavviato.",
			"Eseguito: #chiudi|Stato: chiuso, risolto (prima: aperto)|Assegnato a: Anna Ferretti (prima: nessuno)|Risposta inviata a Mario Rossi <mario@rossi.example>",
			"Done: #close|Status: closed, resolved (before: open)|Assigned to: Anna Ferretti (before: nobody)|Reply sent to Mario Rossi <mario@rossi.example>", ""},
		{"a note", "#nota\nCliente difficile.",
			"Eseguito: #nota|Nota interna registrata: il cliente non la vede.",
			"Done: #note|Internal note saved: the customer does not see it.", ""},
		{"taken", "#take",
			"Eseguito: #prendo|Assegnato a: Anna Ferretti (prima: nessuno)",
			"Done: #take|Assigned to: Anna Ferretti (before: nobody)", ""},
		{"given to nobody, who has it", "#assegna nessuno",
			"Eseguito: #assegna nessuno|Era già così: non è cambiato nulla.",
			"Done: #assign nessuno|It was like this already: nothing has changed.", ""},
		{"two commands", "#assign bruno\n#wait",
			"Eseguito: #assegna bruno, #attesa|Stato: in attesa del cliente (prima: aperto)|Assegnato a: Bruno Conti (prima: nessuno)",
			"Done: #assign bruno, #wait|Status: waiting for the customer (before: open)|Assigned to: Bruno Conti (before: nobody)", ""},
		{"no such technician", "#assign carla\nRiavviato.\n\nAnna",
			"Riga 1, #assegna carla: nessun tecnico si chiama «carla»: ci sono Anna Ferretti, Bruno Conti|Nulla è stato eseguito né inviato.",
			`Line 1, #assign carla: no technician is called "carla": there are Anna Ferretti, Bruno Conti|Nothing has been done or sent.`, "#assign carla\nRiavviato.\n\nAnna"},
		{"already open", "#reopen",
			"Riga 1, #riapri: il ticket è già aperto|Nulla è stato eseguito né inviato.",
			"Line 1, #reopen: the ticket is already open|Nothing has been done or sent.", "#reopen"},
		{"unknown", "#clsoe\nRiavviato.",
			"Riga 1, #clsoe: questo comando non esiste; il più simile è #close, e #aiuto li elenca tutti|Nulla è stato eseguito né inviato.",
			"Line 1, #clsoe: there is no such command; the closest is #close, and #help lists them all|Nothing has been done or sent.", "#clsoe\nRiavviato."},
		{"an argument is missing", "#assign\nRiavviato.",
			"Riga 1, #assign: manca qualcosa dopo il comando: si scrive #assegna NOME|io|nessuno|Nulla è stato eseguito né inviato.",
			"Line 1, #assign: something is missing after the command: write #assign NAME|me|none|Nothing has been done or sent.", "#assign\nRiavviato."},
		{"nothing new", "",
			"L'e-mail non contiene testo nuovo né allegati.|Nulla è stato eseguito né inviato.",
			"The email contains no new text and no attachments.|Nothing has been done or sent.", ""},
	} {
		for lang, want := range map[string]string{"it": c.it, "en": c.en} {
			t.Run(c.name+" "+lang, func(t *testing.T) {
				b := newBench(t, storetest.NewMem())
				b.Language = lang
				b.receive(b.mail(mario, "Sito irraggiungibile", down, named("Mario Rossi")))
				work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
				m := b.mail(anna, "Re: Sito", c.text, replyTo(work))
				b.receive(m)
				n := pick(t, b.send(), ticket.NoticeTranscript, anna)
				if got := strings.Join(n.Lines, "|"); got != want || n.Text != c.again {
					t.Errorf("lines\n%s\nwant\n%s\nthe text %q", strings.ReplaceAll(got, "|", "\n"), strings.ReplaceAll(want, "|", "\n"), n.Text)
				}
				if n.InReplyTo != m.MessageID || n.References[0] != work.MessageID {
					t.Errorf("it replies to %q, references %q", n.InReplyTo, n.References)
				}
			})
		}
	}
}

// named is a mail edit: its From has this name.
func named(name string) func(*ticket.Inbound) {
	return func(m *ticket.Inbound) { m.From[0].Name = name }
}

// TestHeldQuestions: a question hangs in its ticket's thread and says what
// `#send` will do in this case; what was ordered is done, and a transcript says so.
func TestHeldQuestions(t *testing.T) {
	customer := "Mario Rossi <mario@rossi.example>"
	unsigned := func(addr string) func(*ticket.Inbound) {
		return func(m *ticket.Inbound) { m.Recipients = []string{addr} }
	}
	for _, c := range []struct {
		name, text string
		edit       func(work ticket.Notice) func(*ticket.Inbound)
		will       string // of #send
		answer     string
		letters    string // after it
		says       string // the transcript
		hangs      bool   // in the thread of ticket 1
	}{
		{"a note without a sign of its ticket stays a note", "Cliente difficile.",
			func(n ticket.Notice) func(*ticket.Inbound) { return unsigned(n.NoteAddress) },
			"#invia: il testo resta una nota interna sul ticket #1, il cliente non la vede",
			"#invia", "transcript anna", "Nota interna registrata: il cliente non la vede.", true},
		{"an answer without a sign of its ticket goes to the customer", "Riavviato.",
			func(n ticket.Notice) func(*ticket.Inbound) { return unsigned(n.ReplyTo) },
			"#invia: il testo va a " + customer + " come risposta sul ticket #1",
			"#send", "answer mario, ticket-reply bruno, transcript anna", "Assegnato a: Anna Ferretti (prima: nessuno)|Stato: in attesa del cliente (prima: aperto)|Risposta inviata a " + customer, true},
		{"a note that went to the customer too", "Cliente difficile.",
			func(n ticket.Notice) func(*ticket.Inbound) {
				return func(m *ticket.Inbound) {
					replyTo(n)(m)
					m.Recipients, m.Cc = []string{n.NoteAddress}, []ticket.Mailbox{{Address: mario}}
				}
			},
			"#invia: il testo resta una nota interna sul ticket #1, il cliente non la vede",
			"#invia", "transcript anna", "Nota interna registrata: il cliente non la vede.", true},
		{"a command further down", "Fatto.\n#chiudi", func(n ticket.Notice) func(*ticket.Inbound) { return replyTo(n) },
			"#invia: il testo va a " + customer + " come risposta sul ticket #1 così com'è, compresa la riga con il comando",
			"#invia", "answer mario, ticket-reply bruno, transcript anna", "Risposta inviata a " + customer, true},
		{"commands alone", "#prendo", func(n ticket.Notice) func(*ticket.Inbound) { return unsigned(n.ReplyTo) },
			"#invia: sul ticket #1 si esegue #prendo, al cliente non va alcun testo",
			"#invia", "transcript anna", "Eseguito: #prendo|Assegnato a: Anna Ferretti (prima: nessuno)", true},
		{"a command that cannot be", "#riapri", func(n ticket.Notice) func(*ticket.Inbound) { return unsigned(n.ReplyTo) },
			"#invia: sul ticket #1 non succede nulla (Riga 1, #riapri: il ticket è già aperto)",
			"#invia", "transcript anna", "Riga 1, #riapri: il ticket è già aperto|Nulla è stato eseguito né inviato.", true},
		{"no ticket", "Vi giro questa.", func(ticket.Notice) func(*ticket.Inbound) { return func(*ticket.Inbound) {} },
			"#invia: il testo apre un ticket a Suo nome",
			"#invia", "ticket-new anna, ticket-new bruno, transcript anna", "È stato aperto il ticket #2 a nome di Somebody <anna@example.it>. Non è partita alcuna conferma: la prima lettera che riceve è la risposta di un tecnico.", false},
		{"a tag alone", "Vi giro questa.", func(ticket.Notice) func(*ticket.Inbound) {
			return func(m *ticket.Inbound) { m.Subject = "Re: [Assistenza #1] Sito" }
		}, "#invia: il testo apre un ticket a Suo nome",
			"#da " + mario, "ticket-new anna, ticket-new bruno, transcript anna", "È stato aperto il ticket #2 a nome di Rossi Impianti <mario@rossi.example>. Non è partita alcuna conferma: la prima lettera che riceve è la risposta di un tecnico.", true},
		{"discarded", "Riavviato.", func(n ticket.Notice) func(*ticket.Inbound) { return unsigned(n.ReplyTo) },
			"#invia: il testo va a " + customer + " come risposta sul ticket #1",
			"#scarta", "transcript anna", "L'e-mail trattenuta è stata scartata: nulla è stato eseguito né inviato.", true},
		{"not understood", "Riavviato.", func(n ticket.Notice) func(*ticket.Inbound) { return unsigned(n.ReplyTo) },
			"#invia: il testo va a " + customer + " come risposta sul ticket #1",
			"Sì, manda pure", "transcript anna", "L'e-mail trattenuta attende ancora: risponda alla domanda con una sola riga, #invia, #scarta oppure #da INDIRIZZO.|Nulla è stato eseguito né inviato.", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.receive(b.mail(mario, "Sito irraggiungibile", down, named("Mario Rossi")))
			work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
			m := b.mail(anna, "Sito", c.text, c.edit(work))
			b.receive(m)
			held := pick(t, b.send(), ticket.NoticeHeld, anna)
			if n := len(held.Lines); n < 5 || held.Lines[n-3] != c.will {
				t.Errorf("it asks\n%s\nwant of #send\n%s", strings.Join(held.Lines, "\n"), c.will)
			}
			if hangs := held.References[0] == work.MessageID; hangs != c.hangs || held.InReplyTo != m.MessageID {
				t.Errorf("it replies to %q, references %q", held.InReplyTo, held.References)
			}
			b.receive(b.mail(anna, "Re: Sito", c.answer, replyTo(held)))
			b.must(b.Sweep(b.ctx))
			letters := b.send()
			wantLetters(t, letters, c.letters)
			said := pick(t, letters, ticket.NoticeTranscript, anna)
			for _, line := range strings.Split(c.says, "|") {
				if !strings.Contains(strings.Join(said.Lines, "\n"), line) {
					t.Errorf("the transcript lacks %q:\n%s", line, strings.Join(said.Lines, "\n"))
				}
			}
			if refs := strings.Join(said.References, " "); !strings.Contains(refs, m.MessageID) && !strings.Contains(refs, held.MessageID) {
				t.Errorf("the transcript references %q", said.References)
			}
		})
	}
}

// TestTranscriptsNameWhatWasDropped: a picture that was only quoted and people in
// Cc do not go along with an answer, and the transcript says so.
func TestTranscriptsNameWhatWasDropped(t *testing.T) {
	picture := func(label string) ticket.Attachment {
		return ticket.Attachment{Name: label, Label: label, Type: "image/png", Size: 90 << 10, Inline: true}
	}
	const pictures, copies = "Immagini del testo citato, non inviate al cliente: ", "In copia (Cc) nella Sua e-mail, ma non nella risposta: "
	for name, tt := range map[string]struct {
		reply, signature string
		cc               []ticket.Mailbox
		want             []string
	}{
		"nothing":          {reply: "#prendo\nEcco: [image: mia.png]", want: nil},
		"a quoted picture": {reply: "#prendo\nFatto.", want: []string{pictures + "mia.png"}},
		"the logo of a signature": {reply: "#prendo\nFatto. [image: mia.png]", signature: "Anna\n[image: logo.png]",
			want: nil},
		"people": {reply: "#prendo\nFatto. [image: mia.png]",
			cc:   []ticket.Mailbox{{Address: deskAddress}, {Address: mario}, {Name: "Luca", Address: "luca@altrove.example"}, {Address: "x@altrove.example"}},
			want: []string{copies + "Luca <luca@altrove.example>, x@altrove.example. Per aggiungere qualcuno al ticket: #cc INDIRIZZO"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.receive(b.mail(mario, "Sito irraggiungibile", down, proved))
			work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
			b.receive(b.mail(anna, "Re: Sito", tt.reply+"\n\n> [image: mia.png]", replyTo(work), proved, func(m *ticket.Inbound) {
				m.Reply, m.Signature, m.Cc = tt.reply, tt.signature, tt.cc
				m.Attachments = []ticket.Attachment{picture("mia.png")}
				if tt.signature != "" {
					logo := picture("logo.png")
					logo.Size = 900
					m.Attachments = append(m.Attachments, logo)
				}
			}))
			var got []string
			for _, line := range pick(t, b.send(), ticket.NoticeTranscript, anna).Lines {
				if strings.HasPrefix(line, pictures) || strings.HasPrefix(line, copies) {
					got = append(got, line)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("the transcript says %q, want %q", got, tt.want)
			}
		})
	}
}
