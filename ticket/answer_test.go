package ticket_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

const (
	yesIt = "Accetto il preventivo P-1-1"
	noIt  = "Rifiuto il preventivo P-1-1"
)

// asked is a desk with evidence where Mario's request for a mailbox was quoted
// at 1 credit, and the letter of the quote.
func asked(t *testing.T) (*bench, ticket.Notice) {
	t.Helper()
	b := newBench(t, storetest.NewMem())
	b.TokenCustomer = false
	b.receive(b.mail(mario, "Nuova casella di posta", mailbox, proved))
	return b, pick(t, b.send(), ticket.NoticeQuote, mario)
}

// says is a reply to letter n, from there and proven to be.
func (b *bench) says(n ticket.Notice, text string, edit ...func(*ticket.Inbound)) *ticket.Inbound {
	return b.mail(n.To.Address, "Re: "+n.Subject, text, append([]func(*ticket.Inbound){replyTo(n), proved}, edit...)...)
}

// pressed is what a mail program makes of a button of letter n: a new mail.
func (b *bench) pressed(n ticket.Notice, text string, edit ...func(*ticket.Inbound)) *ticket.Inbound {
	return b.mail(n.To.Address, "[Assistenza #1]", text, append([]func(*ticket.Inbound){func(m *ticket.Inbound) {
		m.Recipients, m.To = []string{n.ReplyTo}, []ticket.Mailbox{{Address: n.ReplyTo}}
	}, proved}, edit...)...)
}

func (b *bench) holds(id ticket.ID) (list []*ticket.Event) {
	b.t.Helper()
	b.view(func(tx ticket.Tx) error {
		all, err := tx.Events(id)
		for _, e := range all {
			if e.Kind == "hold" {
				list = append(list, e)
			}
		}
		return err
	})
	return list
}

func TestAcceptedByMail(t *testing.T) {
	for name, write := range map[string]func(*bench, ticket.Notice) *ticket.Inbound{
		"a word":   func(b *bench, n ticket.Notice) *ticket.Inbound { return b.says(n, "Accetto, grazie.\n\nMario") },
		"a button": func(b *bench, n ticket.Notice) *ticket.Inbound { return b.pressed(n, yesIt) },
	} {
		t.Run(name, func(t *testing.T) {
			b, quote := asked(t)
			b.now = b.now.Add(time.Hour)
			b.receive(write(b, quote))
			b.wantMoney(1, 0, ticket.QuoteAccepted)
			tk := b.ticket(1)
			if tk.State != ticket.StateOpen || tk.AnswerDue.IsZero() {
				t.Errorf("%s, due %s", tk.State, tk.AnswerDue)
			}
			letters := b.send()
			wantLetters(t, letters, "quote-accepted mario, ticket-reply anna, ticket-reply bruno")
			if n := pick(t, letters, ticket.NoticeTicketReply, anna); len(n.Lines) != 1 || !strings.Contains(n.Lines[0], "P-1-1 accettato") {
				t.Errorf("Anna reads %q", n.Lines)
			}
			msgs := b.messages(1)
			m := msgs[len(msgs)-2]
			if m.Authority != ticket.AuthoritySpend {
				t.Errorf("authority %s", m.Authority)
			}
			holds := b.holds(1)
			if len(holds) != 1 || holds[0].Cause != "arrival 2" || holds[0].Actor != mario || len(holds[0].Rulings) != 1 || holds[0].Rulings[0].Decision != "quote" ||
				!strings.Contains(strings.Join(holds[0].Rulings[0].Evidence, "; "), "dkim aligned with rossi.example") {
				t.Errorf("holds %+v", holds)
			}
			b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "hold 1 of ORD-1: 9 1")
		})
	}
}

func TestDeclinedByMail(t *testing.T) {
	for _, text := range []string{noIt, "No grazie, è troppo caro per noi."} {
		b, quote := asked(t)
		b.receive(b.says(quote, text))
		b.wantMoney(0, 0, ticket.QuoteDeclined)
		if tk := b.ticket(1); tk.State != ticket.StateClosed || tk.ClosedReason != ticket.ReasonDeclined {
			t.Errorf("%s %s", tk.State, tk.ClosedReason)
		}
		wantLetters(t, b.send(), "quote-declined mario, ticket-reply anna, ticket-reply bruno")
	}
}

// What is not certainly a yes of who may spend moves nothing, reaches the
// technicians with what stood in the way, and is our turn where it proves to be
// an answer.
func TestWhatIsNoAcceptance(t *testing.T) {
	out := func(m *ticket.Inbound) { m.Kind = ticket.KindAutoReply }
	for _, c := range []struct {
		name    string
		write   func(*bench, ticket.Notice) *ticket.Inbound
		letters string
		line    string
	}{
		{"a condition", func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, "Accetto, ma solo se finite entro venerdì.")
		}, "ticket-reply anna, ticket-reply bruno", "Accetto, ma solo se finite entro venerdì."},
		{"a condition below", func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, "Accetto.\nNaturalmente ci deve stare anche l'inoltro.")
		}, "ticket-reply anna, ticket-reply bruno", "Naturalmente ci deve stare anche l'inoltro."},
		{"a question", func(b *bench, n ticket.Notice) *ticket.Inbound { return b.says(n, "Ok?") }, "ticket-reply anna, ticket-reply bruno", "«Ok?»"},
		{"an order of another task", func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, "Accetto il preventivo P-1-1.\nAggiungete anche una casella per Luca.")
		}, "ticket-reply anna, ticket-reply bruno", "Aggiungete anche una casella per Luca."},
		{"a line that reading set aside in doubt", func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, "Accetto.", func(m *ticket.Inbound) {
				m.Text = "Accetto.\n> ma non prima di lunedì"
				m.Aside = []ticket.Aside{{Line: 2, Why: "quoted"}}
			})
		}, "ticket-reply anna, ticket-reply bruno", "ma non prima di lunedì"},
		{"forwarded and accepted by a stranger", func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.mail(stranger, "Fwd: preventivo", yesIt, replyTo(n), proved)
		}, "ticket-reply anna, ticket-reply bruno", "era indirizzata a un'altra persona"},
		{"a contact that may not spend", func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.mail(luisa, "Re: preventivo", yesIt, replyTo(n), proved)
		}, "ticket-reply anna, ticket-reply bruno", "era indirizzata a un'altra persona"},
		{"forged", func(b *bench, n ticket.Notice) *ticket.Inbound { return b.says(n, yesIt, forged) },
			"ticket-reply anna, ticket-reply bruno", "le prove dicono che non viene da quell'indirizzo"},
		{"two From", func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, yesIt, func(m *ticket.Inbound) { m.From = append(m.From, ticket.Mailbox{Address: "x@evil.example"}) })
		}, "ticket-reply anna, ticket-reply bruno", "direttamente da una persona"},
		{"an empty return path", func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, yesIt, func(m *ticket.Inbound) { m.NullPath = true })
		}, "ticket-reply anna, ticket-reply bruno", "direttamente da una persona"},
		{"through a list", func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, yesIt, func(m *ticket.Inbound) { m.Kind, m.List = ticket.KindList, "team.rossi.example" })
		}, "ticket-reply anna, ticket-reply bruno", "direttamente da una persona"},
		{"by certified mail", func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, yesIt, func(m *ticket.Inbound) { m.Certified = true })
		}, "ticket-reply anna, ticket-reply bruno", "direttamente da una persona"},
		{"its head only", func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, yesIt, func(m *ticket.Inbound) { m.Partial = true })
		}, "ticket-reply anna, ticket-reply bruno", "direttamente da una persona"},
		{"two tokens", func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, yesIt, func(m *ticket.Inbound) {
				m.Recipients = append(m.Recipients, b.Addresses.Token(b.Keys.Sign(ticket.Token{Purpose: ticket.PurposeReply, Number: 9, Day: 30000})))
			})
		}, "ticket-reply anna, ticket-reply bruno", "non risponde alla lettera"},
		{"the reply address of another letter", func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, yesIt, func(m *ticket.Inbound) {
				m.Recipients = []string{b.Addresses.Token(b.Keys.Sign(ticket.Token{Purpose: ticket.PurposeReply, Number: 1, Day: 30000}))}
			})
		}, "ticket-reply anna, ticket-reply bruno", "non risponde alla lettera"},
		{"an expired token", func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, yesIt, func(m *ticket.Inbound) {
				m.Recipients = []string{b.Addresses.Token(b.Keys.Sign(ticket.Token{Purpose: ticket.PurposeQuote, Number: 1, Version: 1, Day: 10}))}
			})
		}, "ticket-reply anna, ticket-reply bruno", "non risponde alla lettera"},
		{"a remembered address", func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.mail(mario, "Un'altra cosa", "Va bene, procedete", proved, func(m *ticket.Inbound) { m.Recipients = []string{n.ReplyTo} })
		}, "", ""},
		{"an out-of-office", func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, "Sono in ferie.\n"+yesIt, out)
		}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, quote := asked(t)
			b.receive(c.write(b, quote))
			b.wantMoney(0, 0, ticket.QuoteOffered)
			letters := b.send()
			if c.letters == "" {
				return
			}
			wantLetters(t, letters, c.letters)
			if n := pick(t, letters, ticket.NoticeTicketReply, anna); !strings.Contains(strings.Join(n.Lines, " "), c.line) || !strings.Contains(strings.Join(n.Lines, " "), "P-1-1") {
				t.Errorf("Anna reads %q", n.Lines)
			}
		})
	}
}

// TestC01: two acceptances in one batch hold once; the second is told.
func TestC01(t *testing.T) {
	b, quote := asked(t)
	b.receive(b.says(quote, "Accetto."), b.pressed(quote, yesIt))
	b.wantMoney(1, 0, ticket.QuoteAccepted)
	letters := b.send()
	wantLetters(t, letters, "quote-accepted mario, quote mario, ticket-reply anna, ticket-reply bruno, ticket-reply anna, ticket-reply bruno")
	if n := letters[1]; n.Answered != "P-1-1" || n.Quote.State != ticket.QuoteAccepted || strings.Contains(n.ReplyTo, "+q") {
		t.Errorf("the second is told %+v", n)
	}
	b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "hold 1 of ORD-1: 9 1")
}

// TestC02: the same mail again, as it came or by another way, holds once and
// says nothing.
func TestC02(t *testing.T) {
	b, quote := asked(t)
	m := b.says(quote, "Accetto.")
	b.receive(m)
	b.send()
	again := *m
	again.Source.UIDValidity = 2
	other := *m
	other.Raw, other.RawSum = []byte("by another way"), [32]byte{1}
	b.receive(&again, &other)
	b.wantMoney(1, 0, ticket.QuoteAccepted)
	wantLetters(t, b.send(), "")
	b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "hold 1 of ORD-1: 9 1")
}

// TestC03: the time of arrival decides, half-open, whatever the Date says and
// whenever the clock has noted the end.
func TestC03(t *testing.T) {
	for _, swept := range []bool{false, true} {
		for late, want := range map[time.Duration]ticket.QuoteState{
			-time.Second: ticket.QuoteAccepted, 0: ticket.QuoteExpired, time.Second: ticket.QuoteExpired,
		} {
			b, quote := asked(t)
			end := b.ticket(1).Quote.ValidUntil
			b.now = end.Add(time.Minute)
			if swept {
				b.must(b.Sweep(b.ctx))
				b.send()
			}
			b.receive(b.says(quote, "Accetto.", func(m *ticket.Inbound) {
				m.Arrived, m.Date = end.Add(late), end.Add(-time.Hour)
			}))
			letters := b.send()
			if !swept {
				b.must(b.Sweep(b.ctx))
			}
			tk := b.ticket(1)
			if tk.Quote.State != want || (tk.Held == 1) != (want == ticket.QuoteAccepted) || tk.State != ticket.StateOpen {
				t.Errorf("%s after the end, swept %v: %s, %s, held %d", late, swept, tk.Quote.State, tk.State, tk.Held)
			}
			if n := pick(t, letters, map[bool]ticket.NoticeKind{true: ticket.NoticeQuoteAccepted, false: ticket.NoticeQuote}[late < 0], mario); late >= 0 && n.Answered != "P-1-1" {
				t.Errorf("%+v", n)
			}
			b.wantAudit()
		}
	}
}

// TestC04: an answer to a quote that is no more says so and what is current; the
// current one is accepted by its own letter alone.
func TestC04(t *testing.T) {
	b, first := asked(t)
	_, err := b.Offer(b.ctx, 1, ticket.Offer{Credits: 3, Text: "Tre caselle", Actor: "Anna Ferretti", Cause: "verb quote"})
	b.must(err)
	second := pick(t, b.send(), ticket.NoticeQuote, mario)
	b.receive(b.says(first, "Accetto."))
	b.wantMoney(0, 0, ticket.QuoteOffered)
	letters := b.send()
	told := pick(t, letters, ticket.NoticeQuote, mario)
	if told.Answered != "P-1-1" || told.Quote.Code != "P-1-2" || told.ReplyTo != second.ReplyTo {
		t.Errorf("told %+v", told)
	}
	if n := pick(t, letters, ticket.NoticeTicketReply, anna); !strings.Contains(n.Lines[0], "P-1-1") || !strings.Contains(n.Lines[0], "P-1-2") {
		t.Errorf("Anna reads %q", n.Lines)
	}
	b.must(b.Withdraw(b.ctx, 1, "verb withdraw", "Anna Ferretti"))
	if n := pick(t, b.send(), ticket.NoticeQuote, mario); n.Quote.State != ticket.QuoteWithdrawn {
		t.Errorf("%+v", n.Quote)
	}
	b.receive(b.says(second, "Accetto."))
	b.wantMoney(0, 0, ticket.QuoteWithdrawn)
	if n := pick(t, b.send(), ticket.NoticeQuote, mario); n.Answered != "P-1-2" || n.Quote.State != ticket.QuoteWithdrawn {
		t.Errorf("%+v", n)
	}
	if err := b.Withdraw(b.ctx, 1, "again", "admin"); !errors.Is(err, ticket.ErrState) {
		t.Error(err)
	}
}

// Who takes a yes back is told that a person reads it; nothing moves.
func TestAYesTakenBack(t *testing.T) {
	b, quote := asked(t)
	b.receive(b.says(quote, "Accetto."))
	b.send()
	b.receive(b.says(quote, noIt))
	b.wantMoney(1, 0, ticket.QuoteAccepted)
	letters := b.send()
	wantLetters(t, letters, "quote mario, ticket-reply anna, ticket-reply bruno")
	if n := letters[0]; !n.Refusal || n.Answered != "P-1-1" || n.State != ticket.StateOpen {
		t.Errorf("%+v", n)
	}
}

// A robot that says yes to the letter that says it is too late gets no further.
func TestStandingIsToldAFewTimesADay(t *testing.T) {
	b, quote := asked(t)
	b.receive(b.says(quote, "Accetto."))
	b.send()
	told := 0
	for range 6 {
		b.receive(b.says(quote, "Accetto."))
		told += strings.Count(kinds(b.send()), "quote mario")
	}
	if told != 3 {
		t.Errorf("told %d times", told)
	}
}

// TestC09: two quotes each affordable, not both; the second gets credit-short,
// and one more yes suffices when the credits are there.
func TestC09(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.TokenCustomer = false
	for range 2 {
		b.receive(b.mail(mario, "Nuova casella di posta", mailbox, proved))
	}
	b.send()
	var quotes []ticket.Notice
	for id := range ticket.ID(2) {
		_, err := b.Offer(b.ctx, id+1, ticket.Offer{Credits: 6, Actor: "admin", Cause: "verb quote"})
		b.must(err)
		quotes = append(quotes, pick(t, b.send(), ticket.NoticeQuote, mario))
	}
	b.receive(b.says(quotes[0], "Accetto."), b.says(quotes[1], "Accetto."))
	letters := b.send()
	short := pick(t, letters, ticket.NoticeCreditShort, mario)
	if short.Ticket != 2 || short.Credits != 2 || short.Balance.Available != 4 {
		t.Errorf("short %+v", short)
	}
	if tk := b.ticket(2); tk.Held != 0 || tk.Quote.State != ticket.QuoteOffered || tk.State != ticket.StateWaiting {
		t.Errorf("%s, %s, %d held", tk.State, tk.Quote.State, tk.Held)
	}
	b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "hold 6 of ORD-1: 4 6")
	b.now = b.now.AddDate(0, 0, 5)
	b.must(second(b.Buy(b.ctx, "C1", policy.Lot{Ref: "ORD-2", Quantity: 1})))
	if n := pick(t, b.send(), ticket.NoticeQuote, mario); !n.Again || n.QuoteUntil != date(2026, 12, 5) || n.ReplyTo != quotes[1].ReplyTo {
		t.Errorf("still short: again %v, until %s", n.Again, n.QuoteUntil)
	}
	b.now = b.now.AddDate(0, 0, 1)
	for range 2 { // the same purchase again says nothing
		b.must(second(b.Buy(b.ctx, "C1", policy.Lot{Ref: "ORD-3", Quantity: 5})))
	}
	letters = b.send()
	wantLetters(t, letters, "quote mario")
	b.now = b.now.AddDate(0, 0, 6)
	b.must(b.Sweep(b.ctx))
	if got := kinds(b.send()); strings.Contains(got, "closed") {
		t.Errorf("closed while the quote is open: %s", got)
	}
	b.receive(b.says(letters[0], "Sì, accetto."))
	if tk := b.ticket(2); tk.Held != 6 || tk.Quote.State != ticket.QuoteAccepted || tk.State != ticket.StateOpen {
		t.Errorf("%s, %s, %d held", tk.State, tk.Quote.State, tk.Held)
	}
	b.wantAudit()
}

// TestC12: a commit of an acceptance that fails, before or after it reached the
// disk, ends the process; what is filed again holds once.
func TestC12(t *testing.T) {
	for _, moment := range []storetest.Moment{storetest.Before, storetest.After} {
		mem := storetest.NewMem()
		b := newBench(t, mem)
		b.TokenCustomer = false
		b.receive(b.mail(mario, "Nuova casella di posta", mailbox, proved))
		quote := pick(t, b.send(), ticket.NoticeQuote, mario)
		fault := storetest.NewFault(mem)
		fault.FailUpdate(1, moment)
		b.Store = fault
		m := b.says(quote, "Accetto.")
		if err := b.Receive(b.ctx, []*ticket.Inbound{m}, ticket.Cursor{UIDValidity: 1, First: 1, Last: b.uid}); !errors.Is(err, ticket.ErrCommit) {
			t.Fatal(err)
		}
		b.Store = mem
		b.must(b.Recover(b.ctx))
		if got := b.ticket(1).Held == 1; got != (moment == storetest.After) {
			t.Errorf("moment %d: held before the restart: %v", moment, got)
		}
		b.receive(m)
		b.wantMoney(1, 0, ticket.QuoteAccepted)
		wantLetters(t, b.send(), "quote-accepted mario, ticket-reply anna, ticket-reply bruno")
		b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "hold 1 of ORD-1: 9 1")
	}
}
