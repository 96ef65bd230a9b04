package ticket_test

import (
	"strings"
	"testing"

	"sportello/ticket"
)

// sends makes m a forward, in its text, of mails by these people, the latest first.
func sends(order string, people ...ticket.Mailbox) func(*ticket.Inbound) {
	return func(m *ticket.Inbound) {
		m.Text, m.Writers = strings.TrimSpace(order+"\n---- Messaggio inoltrato ----\n"+down), people
	}
}

// TestForwardedFrom: whose mail a technician forwards is proposed, and taken when she
// says so; with an address she decides.
func TestForwardedFrom(t *testing.T) {
	his := ticket.Mailbox{Name: "Mario Rossi", Address: mario}
	colleague := ticket.Mailbox{Name: "Bruno", Address: "bruno@example.it"}
	for name, people := range map[string][]ticket.Mailbox{
		"his":                     {his},
		"a colleague sent it on":  {colleague, his},
		"the desk sent it before": {{Address: deskAddress}, his},
		"he forwards another's":   {his, {Address: "info@fornitore.example"}},
	} {
		for _, order := range []string{"", "#from", "#da\n\n"} {
			t.Run(name+" "+order, func(t *testing.T) {
				b := authenticated(t)
				b.receive(b.mail(anna, "Fwd: Sito fermo", strings.TrimSpace(order), proved, signed, sends(order, people...)))
				held := pick(t, b.send(), ticket.NoticeHeld, anna)
				if !strings.Contains(strings.Join(held.Lines, "\n"), "sembra di "+mario+": #da da solo") {
					t.Fatalf("it proposes %q", held.Lines)
				}
				b.receive(b.mail(anna, "Re: x", "#da", replyTo(held), proved))
				b.must(b.Sweep(b.ctx))
				wantLetters(t, b.send(), "ticket-new anna, ticket-new bruno, transcript anna")
				if tk := b.ticket(1); tk.Requester != his || tk.Customer != "C1" {
					t.Errorf("ticket %+v", tk)
				}
				if text := b.messages(1)[0].Text; strings.Contains(text, "#da") || strings.Contains(text, "#from") || !strings.Contains(text, "errore 503") {
					t.Errorf("its text is %q", text)
				}
			})
		}
	}
}

// TestNothingIsProposed: our own people forward nothing for themselves.
func TestNothingIsProposed(t *testing.T) {
	b := authenticated(t)
	b.receive(b.mail(anna, "x", "guardate", proved, sends("guardate", ticket.Mailbox{Address: "bruno@example.it"}, ticket.Mailbox{Address: deskAddress})))
	if held := pick(t, b.send(), ticket.NoticeHeld, anna); strings.Contains(strings.Join(held.Lines, "\n"), "sembra di") {
		t.Errorf("it proposes %q", held.Lines)
	}
}

// TestForwardWithOrders: what else a forward orders is done on the ticket that it
// opens, all of it or nothing, and she reads what.
func TestForwardWithOrders(t *testing.T) {
	const from, note = "#from " + mario + "\n", "Il disco del server è pieno."
	for _, c := range []struct {
		name, orders, own, letters string
		check                      func(*ticket.Ticket, []*ticket.Message) bool
	}{
		{"assigned", from + "#assign bruno", "", "ticket-new anna, ticket-new bruno, transcript anna",
			func(t *ticket.Ticket, _ []*ticket.Message) bool { return t.Assignee == "Bruno Conti" }},
		{"before it", "#prendo\n" + from, "", "ticket-new anna, ticket-new bruno, transcript anna",
			func(t *ticket.Ticket, _ []*ticket.Message) bool { return t.Assignee == "Anna Ferretti" }},
		{"a topic", from + "#topic commercial", "", "ticket-new anna, ticket-new bruno, transcript anna",
			func(t *ticket.Ticket, _ []*ticket.Message) bool { return t.Decision.Topic == "commercial" }},
		{"a note", from + "#note\n#assign bruno", note, "ticket-new anna, ticket-new bruno, ticket-reply bruno, transcript anna",
			func(_ *ticket.Ticket, m []*ticket.Message) bool {
				return len(m) >= 2 && m[1].Kind == ticket.MessageNote && m[1].Text == note && !strings.Contains(m[0].Text, note)
			}},
		{"her words are part of it", from + "#take", note, "ticket-new anna, ticket-new bruno, transcript anna",
			func(_ *ticket.Ticket, m []*ticket.Message) bool {
				return strings.HasPrefix(m[0].Text, "Anna Ferretti scrive:\n"+note)
			}},
		{"a quote", from + "#quote 3", note, "quote mario, ticket-new anna, ticket-new bruno, transcript anna",
			func(t *ticket.Ticket, m []*ticket.Message) bool {
				return t.Quote != nil && t.Quote.Description == note && !strings.Contains(m[0].Text, note)
			}},
		{"one is wrong", from + "#take\n#assign nessunocosì", "", "held anna", nil},
		{"one is not known", from + "#prend", "", "held anna", nil},
		{"one is for tickets alone", from + "#reopen", "", "held anna", nil},
		{"one of ours", "#from bruno@example.it", "", "held anna", nil},
		{"the desk itself", "#from " + deskAddress + "\n#take", "", "held anna", nil},
		{"two people", from + "#from ugo@rossi.example", "", "held anna", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := authenticated(t)
			reply := strings.TrimSpace(c.orders + "\n" + c.own)
			b.receive(b.mail(anna, "Fwd: Sito fermo", reply, proved, func(m *ticket.Inbound) {
				m.Text = reply + "\n\n---- Messaggio inoltrato ----\n" + down
				for i, n := strings.Count(reply, "\n")+1, strings.Count(m.Text, "\n")+1; i < n; i++ {
					m.Aside = append(m.Aside, ticket.Aside{Line: i + 1, Why: "history"})
				}
			}))
			wantLetters(t, b.send(), c.letters)
			if c.check == nil {
				return
			}
			tk, msgs := b.ticket(1), b.messages(1)
			if tk.Requester.Address != mario || strings.Contains(msgs[0].Text, "#") || !strings.Contains(msgs[0].Text, "errore 503") || !c.check(tk, msgs) {
				t.Errorf("ticket %+v, messages %q", tk, msgs[0].Text)
			}
		})
	}
}

// TestForwardReleased: the answer to a question opens the ticket, and what else the
// mail orders is done if it can be.
func TestForwardReleased(t *testing.T) {
	for order, want := range map[string]string{
		"#assign bruno":       "Bruno Conti",
		"#assign nessunocosì": "",
		"#close abc":          "",
	} {
		b := authenticated(t)
		b.receive(b.mail(anna, "Fwd: Sito fermo", order, proved, sends(order)))
		held := pick(t, b.send(), ticket.NoticeHeld, anna)
		b.receive(b.mail(anna, "Re: x", "#from "+mario, replyTo(held), proved))
		b.must(b.Sweep(b.ctx))
		letters := b.send()
		wantLetters(t, letters, "ticket-new anna, ticket-new bruno, transcript anna")
		if tk := b.ticket(1); tk.Requester.Address != mario || tk.Assignee != want {
			t.Errorf("%s: ticket %+v", order, tk)
		}
		lines := strings.Join(pick(t, letters, ticket.NoticeTranscript, anna).Lines, "\n")
		if done := !strings.Contains(lines, "non sono stati eseguiti"); done != (want != "") {
			t.Errorf("%s: she reads %q", order, lines)
		}
	}
}

// TestForwardEnclosed: a mail forwarded as a file reads as the customer's own, under
// its head, with its files; answers hang on it.
func TestForwardEnclosed(t *testing.T) {
	b := authenticated(t)
	b.receive(b.mail(anna, "Fwd: Inoltro", "#from "+mario, proved, func(m *ticket.Inbound) {
		m.Attachments = []ticket.Attachment{{Name: "Sito fermo.eml", Size: 10, Index: 0}, {Name: "mio.txt", Size: 10, Index: 1}}
		m.Enclosed = []ticket.Enclosed{{File: 0, From: ticket.Mailbox{Name: "Mario Rossi", Address: mario}, Subject: "Sito fermo", Text: down, MessageID: "m1@rossi.example",
			Attachments: []ticket.Attachment{{Name: "errori.pdf", Size: 10, Index: 2}}}}
		m.Writers = []ticket.Mailbox{m.Enclosed[0].From}
	}))
	letters := b.send()
	wantLetters(t, letters, "ticket-new anna, ticket-new bruno, transcript anna")
	if n := pick(t, letters, ticket.NoticeTicketNew, bruno); len(n.Lines) != 1 || n.Lines[0] != "Inoltrato da Anna Ferretti" {
		t.Errorf("Bruno reads %q", n.Lines)
	}
	tk, first := b.ticket(1), b.messages(1)[0]
	if first.Verified {
		t.Error("his word counts as proven")
	}
	if tk.Subject != "Sito fermo" || tk.LastInbound != "m1@rossi.example" || tk.Requester.Name != "Mario Rossi" {
		t.Errorf("ticket %+v", tk)
	}
	if want := "Da: Mario Rossi <" + mario + ">\nOggetto: Sito fermo\n\n" + down; !strings.Contains(first.Text, want) {
		t.Errorf("its text is %q", first.Text)
	}
	if len(first.Attachments) != 2 || first.Attachments[0].Name != "mio.txt" || first.Attachments[1].Index != 2 {
		t.Errorf("its files are %+v", first.Attachments)
	}
}
