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

// Whoever is a contact and asks for nothing but the balance gets the statement
// at the registered address, once an hour; no ticket is opened.
func TestAStatementIsAskedForByMail(t *testing.T) {
	for name, c := range map[string]struct {
		from, subject, text string
		edit                func(*ticket.Inbound)
		letters             string
	}{
		"saldo":             {mario, "Domanda", "saldo", nil, "statement mario"},
		"estratto conto":    {mario, "", "Estratto conto\n\nGrazie", nil, "statement mario"},
		"in English":        {john, "Hello", "Balance", nil, "statement john"},
		"by the subject":    {mario, "Saldo", "", nil, "statement mario"},
		"may not spend":     {luisa, "Saldo", "saldo", nil, "statement luisa"},
		"no evidence":       {mario, "Saldo", "saldo", nil, "statement mario"},
		"contrary":          {mario, "Saldo", "saldo", forged, "ticket-new anna, ticket-new bruno"},
		"a stranger":        {"x@y.example", "Saldo", "saldo", proved, "ticket-new anna, ticket-new bruno, ack x"},
		"a list":            {mario, "Saldo", "saldo", func(m *ticket.Inbound) { m.Kind = ticket.KindList }, "ticket-new anna, ticket-new bruno"},
		"an auto-reply":     {mario, "Saldo", "saldo", func(m *ticket.Inbound) { m.Kind = ticket.KindAutoReply }, ""},
		"something besides": {mario, "Saldo", "saldo della fattura 12?", nil, "ticket-new anna, ticket-new bruno, ack mario"},
		"with a file": {mario, "Estratto conto", "", func(m *ticket.Inbound) {
			m.Attachments = []ticket.Attachment{{Name: "conto.pdf", Type: "application/pdf", Size: 9}}
		}, "ticket-new anna, ticket-new bruno, ack mario"},
		"two From":     {mario, "Saldo", "saldo", func(m *ticket.Inbound) { m.From = append(m.From, ticket.Mailbox{Address: john}) }, "ticket-new anna, ticket-new bruno"},
		"of last week": {mario, "Saldo", "saldo", func(m *ticket.Inbound) { m.Arrived = m.Arrived.AddDate(0, 0, -7) }, "ticket-new anna, ticket-new bruno"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			edit := c.edit
			if edit == nil {
				edit = func(*ticket.Inbound) {}
			}
			b.TokenCustomer = name != "no evidence" && name != "a stranger"
			b.receive(b.mail(c.from, c.subject, c.text, edit))
			wantLetters(t, b.send(), c.letters)
		})
	}
}

func TestAStatementGoesOutOnceAnHour(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	for i, want := range []string{"statement mario", "", "", "statement mario"} {
		b.receive(b.mail(mario, "Saldo", fmt.Sprintf("saldo%*s", i, "")))
		wantLetters(t, b.send(), want)
		b.now = b.now.Add(25 * time.Minute)
	}
	b.view(func(tx ticket.Tx) error {
		n := 0
		for a, err := range tx.Arrivals(ticket.FateIgnored, 0) {
			if err != nil || !strings.HasPrefix(a.Reason, "asked for the statement") {
				t.Errorf("%v: %s", err, a.Reason)
			}
			n++
		}
		if n != 4 {
			t.Errorf("%d mails filed", n)
		}
		return nil
	})
	// What nobody proved uses up nothing of what is proven.
	b.TokenCustomer = false
	b.now = b.now.Add(time.Hour)
	b.receive(b.mail(mario, "Saldo", "saldo"), b.mail(mario, "Saldo", "saldo!", proved))
	wantLetters(t, b.send(), "statement mario, statement mario")
}

// Within a ticket it changes nothing there.
func TestAStatementAskedForOnATicket(t *testing.T) {
	b := quoted(t, 3)
	ack := pick(t, b.send(), ticket.NoticeAck, mario)
	before := b.ticket(1)
	b.receive(b.mail(mario, "Re: Sito", "saldo", replyTo(ack)))
	wantLetters(t, b.send(), "statement mario")
	after := b.ticket(1)
	if after.Messages != before.Messages+1 || after.State != before.State || after.Quote.State != ticket.QuoteOffered || !after.AnswerDue.Equal(before.AnswerDue) {
		t.Errorf("%+v", after)
	}
}

func TestAStatementTellsWhatHappened(t *testing.T) {
	b, work := held(t)
	b.must(second(b.Buy(b.ctx, "C1", policy.Lot{Ref: "ORD-2", Quantity: 5})))
	b.receive(b.mail(anna, "Re: Sito", "#close 2", replyTo(work)))
	b.send()
	b.receive(b.mail(mario, "Saldo", "saldo"))
	n := pick(t, b.send(), ticket.NoticeStatement, mario)
	var lines []string
	for _, e := range n.Entries {
		lines = append(lines, fmt.Sprintf("%s %s %d #%d: %d", e.Day, e.Kind, e.Credits, e.Ticket, e.Available))
	}
	want := "2026-03-01 purchase 10 #0: 10; 2026-11-23 hold 6 #1: 4; 2026-11-23 purchase 5 #0: 9; 2026-11-23 capture 2 #1: 9; 2026-11-23 release 4 #1: 13"
	if got := strings.Join(lines, "; "); got != want {
		t.Errorf("entries %s\nwant %s", got, want)
	}
	if got := fmt.Sprint(n.Lots, *n.Balance); got != "[{8 2027-03-01} {5 2027-11-23}] {13 0 2027-03-01}" {
		t.Errorf("lots and balance %s", got)
	}
	if n.ReplyTo != "" || n.Envelope != "" || n.InReplyTo == "" {
		t.Errorf("envelope %q, reply to %q, in reply to %q", n.Envelope, n.ReplyTo, n.InReplyTo)
	}
}

// A purchase is told with its own day, even when the desk heard of it later.
func TestAStatementDatesAPurchaseByItsDay(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.must(second(b.Buy(b.ctx, "C1", policy.Lot{Ref: "EARLIER", Quantity: 4, Purchased: b.d().AddDays(-90)})))
	b.must(second(b.Buy(b.ctx, "C1", policy.Lot{Ref: "TODAY", Quantity: 5})))
	b.receive(b.mail(mario, "Saldo", "saldo", proved))
	var days []string
	for _, e := range pick(t, b.send(), ticket.NoticeStatement, mario).Entries {
		if e.Kind == policy.MovePurchase && e.Credits < 6 {
			days = append(days, fmt.Sprintf("%d %s", e.Credits, e.Day))
		}
	}
	if want := []string{"4 " + b.d().AddDays(-90).String(), "5 " + b.d().String()}; fmt.Sprint(days) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", days, want)
	}
}

// Lots are reminded of 30 and 7 days before their last one, all that run out in
// one letter, to whom may spend.
func TestLotsAreRemindedOf(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.must(b.PutCustomers(b.ctx, []*ticket.Customer{{ID: "C3", Name: "Verdi", Language: "it", Contacts: []ticket.Contact{
		{Address: paola, MaySpend: true}, {Address: "eva@verdi.example", Language: "en", MaySpend: true}, {Address: "ugo@verdi.example"}}}},
		map[string][]policy.Lot{"C3": {{Ref: "A", Quantity: 2, Purchased: date(2026, 3, 1)}, {Ref: "B", Quantity: 3, Purchased: date(2026, 3, 1)}, {Ref: "C", Quantity: 4, Purchased: date(2026, 3, 9)}}}))
	b.now = time.Date(2027, 1, 28, 12, 0, 0, 0, b.Zone)
	var got []string
	for range 50 {
		for range 3 {
			b.must(b.Sweep(b.ctx))
		}
		for _, n := range b.send() {
			if n.To.Address == paola {
				got = append(got, fmt.Sprintf("%s %s %d %v", n.Kind, b.d(), n.Credits, n.Lots))
			}
		}
		b.now = b.now.AddDate(0, 0, 1)
	}
	want := []string{
		"lot-expiring 2027-01-30 5 [{5 2027-03-01}]",
		"lot-expiring 2027-02-07 9 [{5 2027-03-01} {4 2027-03-09}]",
		"lot-expiring 2027-02-22 9 [{5 2027-03-01} {4 2027-03-09}]",
		"lot-expiring 2027-03-02 4 [{4 2027-03-09}]",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// d is the civil day at the desk.
func (b *bench) d() policy.Date { return policy.DateOf(b.now, b.Zone) }

// A clock that goes back, a desk that was off, and credits that are used or
// bought late: nothing is told twice, and nothing that is gone.
func TestLotsAreRemindedOfOnce(t *testing.T) {
	b := newBench(t, storetest.NewMem()) // ORD-1 of C1 runs out on 1 March 2027
	look := func(want string, at time.Time) {
		t.Helper()
		b.now = at
		b.must(b.Sweep(b.ctx))
		wantLetters(t, b.send(), want)
	}
	day := func(m time.Month, d int) time.Time { return time.Date(2027, m, d, 8, 0, 0, 0, b.Zone) }
	look("", day(1, 29))
	look("lot-expiring mario", day(2, 3))
	look("", day(1, 30))
	look("", day(2, 3))
	look("", day(2, 21))
	look("lot-expiring mario", day(2, 27))
	look("", day(3, 1))
	look("", day(3, 2))
	b.must(second(b.Buy(b.ctx, "C1", policy.Lot{Ref: "LATE", Quantity: 1, Purchased: date(2026, 3, 5)})))
	look("lot-expiring mario", day(3, 3)) // once for both stages
	look("", day(3, 4))
	b.must(second(b.CorrectLot(b.ctx, "C1", "LATE", -1, "given up", "admin")))
	look("", day(3, 5))
	n := 0
	b.view(func(tx ticket.Tx) error {
		for r, err := range tx.Rows(0, 0) {
			if err == nil && r.Notice.Kind == ticket.NoticeLotExpiring && r.Notice.Ticket == 0 && r.Notice.Envelope == "" {
				n++
			}
		}
		return nil
	})
	if n != 3 {
		t.Errorf("%d letters", n)
	}
	// A reply to it is a new request.
	b.receive(b.mail(mario, "Re: Crediti in scadenza", down))
	if tk := b.ticket(1); tk.Customer != "C1" {
		t.Errorf("%+v", tk)
	}
}
