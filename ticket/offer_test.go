package ticket_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

func (b *bench) offered(id ticket.ID, n ticket.Credits) ticket.Quote {
	b.t.Helper()
	q, err := b.Offer(b.ctx, id, ticket.Offer{Credits: n, Text: "Il lavoro", Actor: "Anna Ferretti", Cause: "verb quote"})
	b.must(err)
	return q
}

// Who decides gets the quote; a requester who may not is told.
func TestOfferGoesToWhoMaySpend(t *testing.T) {
	for from, want := range map[string]string{mario: "quote mario", luisa: "quote mario, quote luisa"} {
		b := newBench(t, storetest.NewMem())
		b.receive(b.mail(from, "Sito irraggiungibile", down))
		b.send()
		b.offered(1, 3)
		letters := b.send()
		wantLetters(t, letters, want)
		if from == luisa {
			if n := letters[1]; !n.QuoteOthers || strings.Contains(n.ReplyTo, "+q") {
				t.Errorf("Luisa gets %+v", n)
			}
		}
		b.now = b.now.Add(time.Hour)
		b.receive(b.mail(mario, "Re:", "Accetto.", replyTo(letters[0])))
		letters = b.send()
		if got := strings.Count(kinds(letters), "quote-accepted"); got != strings.Count(want, ",")+1 {
			t.Errorf("%s: %s", from, kinds(letters))
		}
		b.wantMoney(3, 0, ticket.QuoteAccepted)
	}
}

func TestOfferIsRefused(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.must(b.PutCustomers(b.ctx, []*ticket.Customer{
		{ID: "C3", Name: "Uno", Contacts: []ticket.Contact{{Address: "due@due.example"}}},
		{ID: "C4", Name: "Due", Contacts: []ticket.Contact{{Address: "due@due.example"}}},
		{ID: "C5", Name: "Tre", Contacts: []ticket.Contact{{Address: "tre@tre.example"}}},
	}, nil))
	for _, from := range []string{mario, stranger, "due@due.example", "tre@tre.example"} {
		b.receive(b.mail(from, "Sito irraggiungibile", down))
	}
	b.send()
	for _, c := range []struct {
		id   ticket.ID
		o    ticket.Offer
		want string
	}{
		{2, ticket.Offer{Credits: 1}, "il ticket #2 non è di alcun cliente"},
		{3, ticket.Offer{Credits: 1}, "il ticket #3 può essere di più clienti"},
		{4, ticket.Offer{Credits: 1}, "nessun contatto del cliente C5"},
		{1, ticket.Offer{}, "0 crediti"},
		{1, ticket.Offer{Credits: -1}, "-1 crediti"},
		{1, ticket.Offer{Credits: policy.MaxLot + 1}, "1000001 crediti"},
		{1, ticket.Offer{Credits: 1, Days: 366}, "366 giorni"},
		{1, ticket.Offer{Credits: 1, Days: -1}, "-1 giorni"},
	} {
		_, err := b.Offer(b.ctx, c.id, c.o)
		var refused *ticket.RefusedError
		if !errors.As(err, &refused) || !errors.Is(err, ticket.ErrInput) || !strings.Contains(refused.Why.In("it"), c.want) {
			t.Errorf("%+v on %d: %v", c.o, c.id, err)
		}
		if q := b.ticket(c.id).Quote; q != nil {
			t.Errorf("ticket %d has %+v", c.id, q)
		}
	}
	wantLetters(t, b.send(), "")
}

// All letters of one quote carry one token for one recipient, however late.
func TestEveryLetterOfAQuoteHasItsToken(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	b.send()
	b.offered(1, 12)
	quote := pick(t, b.send(), ticket.NoticeQuote, mario)
	b.now = b.now.AddDate(0, 0, 3)
	b.receive(b.mail(mario, "Re:", "Accetto.", replyTo(quote)))
	short := pick(t, b.send(), ticket.NoticeCreditShort, mario)
	b.now = b.now.AddDate(0, 0, 3)
	b.must(second(b.Buy(b.ctx, "C1", policy.Lot{Ref: "ORD-2", Quantity: 2})))
	again := pick(t, b.send(), ticket.NoticeQuote, mario)
	if short.ReplyTo != quote.ReplyTo || again.ReplyTo != quote.ReplyTo {
		t.Errorf("%s, %s, %s", quote.ReplyTo, short.ReplyTo, again.ReplyTo)
	}
	b.receive(b.mail(mario, "Re:", "Accetto.", replyTo(short)))
	b.wantMoney(12, 0, ticket.QuoteAccepted)
}

// While a quote is open the ticket is not closed, however long it is; when its
// time is over the ticket goes on.
func TestAQuoteKeepsItsTicketOpen(t *testing.T) {
	for days, closes := range map[int]int{3: 7, 7: 7, 20: 20} {
		b := newBench(t, storetest.NewMem())
		b.receive(b.mail(mario, "Sito irraggiungibile", down))
		b.send()
		_, err := b.Offer(b.ctx, 1, ticket.Offer{Credits: 3, Days: days, Actor: "admin", Cause: "verb quote"})
		b.must(err)
		b.send()
		start, letters := b.now, []ticket.Notice(nil)
		for day := 1; day <= closes+1; day++ {
			b.now = time.Date(start.Year(), start.Month(), start.Day()+day, 0, 0, 0, 0, b.Zone)
			b.must(b.Sweep(b.ctx))
			tk := b.ticket(1)
			if (tk.State == ticket.StateClosed) != (day > closes) || (tk.Quote.State == ticket.QuoteExpired) != (day > days) {
				t.Errorf("%d days: on day %d the ticket is %s, the quote %s", days, day, tk.State, tk.Quote.State)
			}
			letters = append(letters, b.send()...)
		}
		wantLetters(t, letters, "close-warning mario, closed mario")
	}
}

// A correction of the verdict to covered takes the open quote back and says so;
// an acceptance that came before it stays, one that comes after it is told.
func TestAnAcceptanceAgainstACorrection(t *testing.T) {
	for _, first := range []bool{true, false} {
		b, quote := asked(t)
		yes := b.says(quote, "Accetto.")
		if first {
			b.receive(yes)
		}
		b.must(b.Correct(b.ctx, 1, policy.PlatformDown, "Anna Ferretti"))
		if !first {
			letters := b.send()
			wantLetters(t, letters, "quote mario")
			if n := letters[0]; n.Quote.State != ticket.QuoteWithdrawn || n.Coverage != policy.Covered || strings.Contains(n.ReplyTo, "+q") {
				t.Errorf("%+v", n)
			}
			if tk := b.ticket(1); tk.State != ticket.StateOpen {
				t.Errorf("the ticket is %s", tk.State)
			}
			b.receive(yes)
			b.wantMoney(0, 0, ticket.QuoteWithdrawn)
			if n := pick(t, b.send(), ticket.NoticeQuote, mario); n.Answered != "P-1-1" {
				t.Errorf("%+v", n)
			}
			continue
		}
		b.wantMoney(1, 0, ticket.QuoteAccepted)
		wantLetters(t, b.send(), "quote-accepted mario, ticket-reply anna, ticket-reply bruno")
	}
}

// A newer quote that is turned down takes nothing from what was accepted.
func TestANewerQuoteThatIsDeclined(t *testing.T) {
	b, quote := asked(t)
	b.receive(b.says(quote, "Accetto."))
	b.offered(1, 4)
	letters := b.send()
	if n := pick(t, letters, ticket.NoticeQuote, mario); n.Freed != 1 {
		t.Errorf("frees %d", n.Freed)
	}
	b.receive(b.says(pick(t, letters, ticket.NoticeQuote, mario), "Rifiuto il preventivo P-1-2."))
	b.wantMoney(1, 0, ticket.QuoteDeclined)
	if tk := b.ticket(1); tk.State != ticket.StateOpen {
		t.Errorf("the ticket is %s", tk.State)
	}
	b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "hold 1 of ORD-1: 9 1")
}

// Whatever meets at one moment: credits are held exactly where the quote is
// accepted, and the customer is told one end of it.
func TestVerbsThatMeet(t *testing.T) {
	for round := range 40 {
		b, quote := asked(t)
		now := b.now.Add(time.Hour)
		if round%2 == 0 {
			now = b.ticket(1).Quote.ValidUntil // to the sweep it is over; the yes came before
		}
		b.Now = func() time.Time { return now }
		yes, cause := b.says(quote, "Accetto."), b.yes(1, "P-1-1")
		verbs := []func() error{
			func() error {
				return b.Receive(b.ctx, []*ticket.Inbound{yes}, ticket.Cursor{UIDValidity: 1, First: 1, Last: b.uid})
			},
			func() error { return b.Accept(b.ctx, 1, "P-1-1", yes.Arrived, cause, mario) },
			func() error { return b.Withdraw(b.ctx, 1, "verb", "admin") },
			func() error { return b.Decline(b.ctx, 1, "P-1-1", yes.Arrived, "arrival 3", mario) },
			func() error { return b.Sweep(b.ctx) },
			func() error { return b.Correct(b.ctx, 1, policy.PlatformDown, "Anna Ferretti") },
			func() error {
				return second(b.Offer(b.ctx, 1, ticket.Offer{Credits: 2, Actor: "admin", Cause: "verb quote"}))
			},
		}
		var all sync.WaitGroup
		for i := range verbs {
			all.Go(func() {
				if err := verbs[(i+round)%len(verbs)](); err != nil && !errors.Is(err, ticket.ErrState) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		tk := b.ticket(1)
		held := ticket.Credits(0)
		for _, e := range b.holds(1) {
			if strings.HasPrefix(e.Text, "P-1-1: 1 held") {
				held++
			}
		}
		if held > 1 || tk.Held > held {
			t.Errorf("round %d: held %d by %d events, quote %+v", round, tk.Held, held, tk.Quote)
		}
		if tk.Quote.Code == "P-1-1" && (tk.Quote.State == ticket.QuoteAccepted) != (held == 1) {
			t.Errorf("round %d: %s, held by %d events", round, tk.Quote.State, held)
		}
		b.wantAudit()
	}
}

// `#accepted` reads as a yes only what lacks nothing but the words.
func TestAcceptLast(t *testing.T) {
	meant := "Per noi va bene così, il capo ha detto di fare."
	for _, c := range []struct {
		name    string
		write   func(*bench, ticket.Notice) *ticket.Inbound
		refused string
	}{
		{"all but the words", func(b *bench, n ticket.Notice) *ticket.Inbound { return b.says(n, meant) }, ""},
		{"no evidence", func(b *bench, n ticket.Notice) *ticket.Inbound { return b.says(n, meant, unproved) }, "deve rispondere alla lettera"},
		{"forged", func(b *bench, n ticket.Notice) *ticket.Inbound { return b.says(n, meant, forged) }, "deve rispondere alla lettera"},
		{"who may not spend", func(b *bench, n ticket.Notice) *ticket.Inbound {
			return b.mail(luisa, "Re:", meant, replyTo(n), proved)
		}, "deve rispondere alla lettera"},
		{"another mail came after it", func(b *bench, n ticket.Notice) *ticket.Inbound {
			b.receive(b.says(n, meant))
			return b.mail(luisa, "Re: [Assistenza #1]", "Aspettate!", proved)
		}, "deve rispondere alla lettera"},
		{"too late", func(b *bench, n ticket.Notice) *ticket.Inbound {
			b.now = b.ticket(1).Quote.ValidUntil
			return b.says(n, meant)
		}, "deve rispondere alla lettera"},
		{"accepted already", func(b *bench, n ticket.Notice) *ticket.Inbound { return b.says(n, "Accetto.") }, "già stato accettato"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, quote := asked(t)
			b.receive(c.write(b, quote))
			b.send()
			err := b.AcceptLast(b.ctx, 1, "verb accepted", "Anna Ferretti")
			if c.refused == "" {
				b.must(err)
				b.wantMoney(1, 0, ticket.QuoteAccepted)
				wantLetters(t, b.send(), "quote-accepted mario")
				if h := b.holds(1); len(h) != 1 || h[0].Cause != "arrival 2" || h[0].Actor != "Anna Ferretti" {
					t.Errorf("%+v", h)
				}
				return
			}
			var refused *ticket.RefusedError
			if !errors.As(err, &refused) || !strings.Contains(refused.Why.In("it"), c.refused) {
				t.Errorf("refused: %v", err)
			}
		})
	}
}

// TestC06 and TestC07: a robot's mail with the token and the quote's own text,
// and a yes that stands only where others wrote, move nothing.
func TestC06(t *testing.T) {
	for _, kind := range []ticket.Kind{ticket.KindAutoReply, ticket.KindReport, ticket.KindBounce, ticket.KindList, ticket.KindSpam, ticket.KindOwn} {
		b, quote := asked(t)
		b.receive(b.says(quote, yesIt, func(m *ticket.Inbound) { m.Kind, m.SpamMarked = kind, kind == ticket.KindSpam }))
		b.wantMoney(0, 0, ticket.QuoteOffered)
	}
	b, quote := asked(t)
	b.receive(b.says(quote, yesIt, func(m *ticket.Inbound) { m.Doubtful = true }))
	b.wantMoney(0, 0, ticket.QuoteOffered)
}

func TestC07(t *testing.T) {
	for _, text := range []string{"", " ", "sì, ma…", "ok?", "sì sì, però dopo", "👍?", "Perfetto", "Grazie"} {
		b, quote := asked(t)
		b.receive(b.says(quote, text))
		b.wantMoney(0, 0, ticket.QuoteOffered)
	}
	for name, edit := range map[string]func(*ticket.Inbound){
		"only in the history":   func(m *ticket.Inbound) { m.Text, m.Reply = "> "+yesIt, "" },
		"only in the subject":   func(m *ticket.Inbound) { m.Subject, m.Titled, m.Text, m.Reply = yesIt, yesIt, "", "" },
		"only in the signature": func(m *ticket.Inbound) { m.Signature, m.Text, m.Reply = "-- \n"+yesIt, "-- \n"+yesIt, "" },
		"against its subject":   func(m *ticket.Inbound) { m.Titled = "ma solo se scontato" },
		"against its HTML":      func(m *ticket.Inbound) { m.Forked = true },
	} {
		b, quote := asked(t)
		b.receive(b.says(quote, "Accetto.", edit))
		if tk := b.ticket(1); tk.Held != 0 {
			t.Errorf("%s: %d held", name, tk.Held)
		}
	}
}

// TestC11: what an acceptance posts and what it says are one commit: whenever
// the daemon ends after it, the receipt still goes out, once.
func TestC11(t *testing.T) {
	for n := 1; n <= 8; n++ {
		for _, moment := range []storetest.Moment{storetest.Before, storetest.After} {
			b, quote := asked(t)
			mem := b.Store
			fault := storetest.NewFault(mem)
			fault.FailUpdate(n, moment)
			m := b.says(quote, "Accetto.")
			b.Store = fault
			first := b.run(m)
			b.Store = mem
			b.must(b.Recover(b.ctx))
			receipts := map[ticket.NoticeID]bool{}
			for _, l := range append(first, b.run(m)...) {
				if l.Kind == ticket.NoticeQuoteAccepted {
					receipts[l.ID] = true
				}
			}
			b.wantMoney(1, 0, ticket.QuoteAccepted)
			if len(receipts) != 1 {
				t.Errorf("commit %d, moment %d: %d receipts", n, moment, len(receipts))
			}
			b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "hold 1 of ORD-1: 9 1")
		}
	}
}

// Without sub-addressing the token stands in the subject of the buttons.
func TestAcceptedWithoutSubaddresses(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.Addresses.Pattern, b.TokenCustomer = "", false
	b.receive(b.mail(mario, "Nuova casella di posta", mailbox, proved))
	quote := pick(t, b.send(), ticket.NoticeQuote, mario)
	b.receive(b.mail(mario, fmt.Sprintf("[Assistenza #1] [%s]", quote.Token), yesIt, proved))
	b.wantMoney(1, 0, ticket.QuoteAccepted)
}
