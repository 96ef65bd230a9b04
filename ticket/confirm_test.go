package ticket_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// doubtful is a yes that nothing proves, and the letter that asks to confirm it.
func doubtful(t *testing.T, text string) (b *bench, quote, confirm ticket.Notice) {
	t.Helper()
	b, quote = asked(t)
	b.receive(b.says(quote, text, unproved))
	letters := b.send()
	wantLetters(t, letters, "confirm mario")
	return b, quote, letters[0]
}

// TestC05: a yes that nothing proves moves nothing. The registered address is
// asked, and its answer counts once, in time, with a yes; where evidence speaks
// against the sender nobody is asked.
func TestC05(t *testing.T) {
	b, _, confirm := doubtful(t, yesIt)
	b.wantMoney(0, 0, ticket.QuoteOffered)
	if s := b.stats(); s.Quarantine != 1 {
		t.Errorf("%d wait", s.Quarantine)
	}
	if !strings.Contains(confirm.ReplyTo, "+y") || confirm.To.Address != mario || confirm.Refusal {
		t.Errorf("confirm %+v", confirm)
	}
	b.now = b.now.Add(2 * time.Hour)
	b.receive(b.says(confirm, "Accetto il preventivo P-1-1", unproved))
	b.wantMoney(1, 0, ticket.QuoteAccepted)
	wantLetters(t, b.send(), "quote-accepted mario, ticket-reply anna, ticket-reply bruno")
	holds := b.holds(1)
	if len(holds) != 1 || holds[0].Cause != "arrival 2" || !strings.Contains(strings.Join(holds[0].Rulings[0].Evidence, "; "), "confirmed from the registered address by arrival 3") {
		t.Errorf("holds %+v", holds)
	}
	if s := b.stats(); s.Quarantine != 0 {
		t.Errorf("%d wait", s.Quarantine)
	}
	b.receive(b.says(confirm, "Accetto il preventivo P-1-1", unproved)) // it counts once
	b.wantMoney(1, 0, ticket.QuoteAccepted)
	b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "hold 1 of ORD-1: 9 1")
}

func TestC05Forged(t *testing.T) {
	b, quote := asked(t)
	b.receive(b.says(quote, yesIt, forged))
	b.wantMoney(0, 0, ticket.QuoteOffered)
	wantLetters(t, b.send(), "ticket-reply anna, ticket-reply bruno")
}

func TestARefusalIsConfirmedToo(t *testing.T) {
	b, _, confirm := doubtful(t, "No grazie, rifiuto il preventivo.")
	if !confirm.Refusal {
		t.Error("the letter asks for a yes")
	}
	b.receive(b.says(confirm, noIt, unproved))
	b.wantMoney(0, 0, ticket.QuoteDeclined)
	wantLetters(t, b.send(), "quote-declined mario, ticket-reply anna, ticket-reply bruno")
}

// What is no confirmation moves nothing and is a mail like others.
func TestWhatConfirmsNothing(t *testing.T) {
	for name, write := range map[string]func(*bench, ticket.Notice) *ticket.Inbound{
		"a no": func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, "No, non l'ho scritta io.", unproved)
		},
		"a question": func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, "Di quale preventivo si tratta?", unproved)
		},
		"any words": func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, "Confermo, l'ho scritta io oggi", unproved)
		},
		"a condition": func(b *bench, n ticket.Notice) *ticket.Inbound { return b.says(n, "Accetto, se è per oggi", unproved) },
		"from elsewhere": func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.mail(stranger, "Re:", yesIt, replyTo(n), proved)
		},
		"from a colleague": func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.mail(luisa, "Re:", yesIt, replyTo(n), proved)
		},
		"forged": func(b *bench, n ticket.Notice) *ticket.Inbound { return b.says(n, yesIt, forged) },
		"an auto-reply": func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, yesIt, func(m *ticket.Inbound) { m.Kind = ticket.KindAutoReply })
		},
		"a robot without any sign": func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, yesIt, func(m *ticket.Inbound) { m.Doubtful = true })
		},
		"too late": func(b *bench, n ticket.Notice) *ticket.Inbound {
			b.now = b.now.Add(24 * time.Hour)
			return b.says(n, yesIt, unproved)
		},
		"the token of another purpose": func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.says(n, yesIt, unproved, func(m *ticket.Inbound) {
				m.Recipients = []string{b.Addresses.Token(b.Keys.Sign(ticket.Token{Purpose: ticket.PurposeHeld, Number: 2, Day: 30000}))}
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, _, confirm := doubtful(t, yesIt)
			b.receive(write(b, confirm))
			b.wantMoney(0, 0, ticket.QuoteOffered)
			if got := kinds(b.send()); strings.Contains(got, "quote-") {
				t.Error(got)
			}
			b.now = b.now.Add(25 * time.Hour)
			b.must(b.Sweep(b.ctx))
			b.wantMoney(0, 0, ticket.QuoteOffered)
		})
	}
}

// The one who was asked answers once: after any other word of hers no yes confirms
// that mail any more. An absence note is no word of hers.
func TestTheQuestionIsAnsweredOnce(t *testing.T) {
	note := func(m *ticket.Inbound) { m.Kind = ticket.KindAutoReply }
	for _, c := range []struct {
		first string
		with  func(*ticket.Inbound)
		held  ticket.Credits
		state ticket.QuoteState
	}{
		{"No, non l'ho scritta io.", unproved, 0, ticket.QuoteOffered},
		{"Di quale preventivo si tratta?", unproved, 0, ticket.QuoteOffered},
		{"Sono in ferie.", note, 1, ticket.QuoteAccepted},
	} {
		b, _, confirm := doubtful(t, yesIt)
		b.receive(b.says(confirm, c.first, c.with))
		b.must(b.Sweep(b.ctx))
		b.receive(b.says(confirm, yesIt, unproved))
		b.must(b.Sweep(b.ctx))
		t.Log(c.first)
		b.wantMoney(c.held, 0, c.state)
	}
}

// One question is open at a time, an address is asked three times a day, and
// what nobody confirms is filed for what it is: a person reads it.
func TestConfirmationsAreFew(t *testing.T) {
	b, quote, _ := doubtful(t, yesIt)
	b.receive(b.says(quote, "Accetto.", unproved))
	letters := b.send()
	wantLetters(t, letters, "ticket-reply anna, ticket-reply bruno")
	if n := letters[0]; !strings.Contains(n.Lines[0], "nulla prova chi l'ha scritto") || len(n.Lines) != 1 {
		t.Errorf("Anna reads %q", n.Lines)
	}
	b.now = b.now.Add(25 * time.Hour)
	b.must(b.Sweep(b.ctx))
	wantLetters(t, b.send(), "ticket-reply anna, ticket-reply bruno")
	if s := b.stats(); s.Quarantine != 0 || b.ticket(1).State != ticket.StateOpen {
		t.Errorf("%d wait, the ticket is %s", s.Quarantine, b.ticket(1).State)
	}
	asked := 0
	for i := range 5 { // of other quotes
		b.receive(b.mail(mario, "Nuova casella di posta", mailbox, proved))
		other := pick(t, b.send(), ticket.NoticeQuote, mario)
		b.receive(b.says(other, fmt.Sprintf("Accetto il preventivo P-%d-1", i+2), unproved))
		asked += strings.Count(kinds(b.send()), "confirm mario")
	}
	if asked != 3 {
		t.Errorf("asked %d times", asked)
	}
}

// An answer that DNS had not proven yet waits for it; with evidence it counts as
// of its arrival, without any the registered address is asked.
func TestAnAnswerWaitsForDNS(t *testing.T) {
	unanswered := func(m *ticket.Inbound) { m.Evidence, m.Unanswered = ticket.Evidence{}, true }
	for _, comes := range []bool{true, false} {
		b, quote := asked(t)
		m := b.says(quote, yesIt, unanswered)
		b.receive(m)
		wantLetters(t, b.send(), "")
		b.wantMoney(0, 0, ticket.QuoteOffered)
		for i, pause := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour} {
			b.now = b.now.Add(pause)
			if comes && i == 2 {
				proved(m)
			}
			b.must(b.Sweep(b.ctx))
		}
		if comes {
			b.wantMoney(1, 0, ticket.QuoteAccepted)
			wantLetters(t, b.send(), "quote-accepted mario, ticket-reply anna, ticket-reply bruno")
			continue
		}
		letters := b.send()
		wantLetters(t, letters, "confirm mario")
		b.receive(b.says(letters[0], yesIt, unproved))
		b.wantMoney(1, 0, ticket.QuoteAccepted)
	}
}

// A confirmation that came in time counts, though it is fetched later than that.
func TestAConfirmationIsFetchedLate(t *testing.T) {
	b, _, confirm := doubtful(t, yesIt)
	yes := b.says(confirm, yesIt, unproved, func(m *ticket.Inbound) { m.Arrived = b.now.Add(24*time.Hour - time.Second) })
	b.now = b.now.Add(24*time.Hour + 30*time.Minute)
	b.must(b.Sweep(b.ctx))
	b.receive(yes)
	b.wantMoney(1, 0, ticket.QuoteAccepted)
}

// In token mode nothing is asked: the token and the registered address suffice.
func TestTokenModeDoesWithoutConfirmation(t *testing.T) {
	b, quote := asked(t)
	b.TokenCustomer = true
	b.receive(b.says(quote, yesIt, unproved))
	b.wantMoney(1, 0, ticket.QuoteAccepted)
	wantLetters(t, b.send(), "quote-accepted mario, ticket-reply anna, ticket-reply bruno")
}

// A held yes that an admin lets go is read by a person: nobody's word is the
// customer's.
func TestAReleasedYesIsRead(t *testing.T) {
	b, _, _ := doubtful(t, yesIt)
	b.must(b.Retry(b.ctx, b.waiting(), false))
	b.wantMoney(0, 0, ticket.QuoteOffered)
	wantLetters(t, b.send(), "ticket-reply anna, ticket-reply bruno")
}

// A confirmation of a yes to a quote that was replaced meanwhile holds nothing.
func TestAConfirmedYesToAnOlderQuote(t *testing.T) {
	b, _, confirm := doubtful(t, yesIt)
	_, err := b.Offer(b.ctx, 1, ticket.Offer{Credits: 2, Actor: "admin", Cause: "verb quote"})
	b.must(err)
	b.send()
	b.receive(b.says(confirm, yesIt, unproved))
	b.wantMoney(0, 0, ticket.QuoteOffered)
}

// A crash before or after any commit of a confirmed acceptance holds once.
func TestConfirmationSurvivesACrash(t *testing.T) {
	for _, moment := range []storetest.Moment{storetest.Before, storetest.After} {
		for n := 1; n <= 3; n++ {
			b, _, confirm := doubtful(t, yesIt)
			mem := b.Store
			fault := storetest.NewFault(mem)
			fault.FailUpdate(n, moment)
			b.Store = fault
			m := b.says(confirm, yesIt, unproved)
			err := b.Receive(b.ctx, []*ticket.Inbound{m}, ticket.Cursor{UIDValidity: 1, First: 1, Last: b.uid})
			if err != nil && !errors.Is(err, ticket.ErrCommit) {
				t.Fatal(err)
			}
			b.Store = mem
			b.must(b.Recover(b.ctx))
			b.receive(m)
			b.must(b.Sweep(b.ctx))
			b.wantMoney(1, 0, ticket.QuoteAccepted)
			if got := strings.Count(kinds(b.send()), "quote-accepted"); got != 1 {
				t.Errorf("commit %d, moment %d: %d letters", n, moment, got)
			}
		}
	}
}

// unproved is a mail edit: nothing stands behind its From.
func unproved(m *ticket.Inbound) { m.Evidence = ticket.Evidence{} }
