package ticket_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// unsigned puts nothing behind the From, as proved and forged do.
func unsigned(*ticket.Inbound) {}

// authenticated is a bench that asks for evidence.
func authenticated(t *testing.T) *bench {
	b := newBench(t, storetest.NewMem())
	b.TokenTechnician, b.TokenCustomer = false, false
	return b
}

// TestForgeriesUseUpNothing: whatever is written in a contact's name, the mail
// that she did send is filed and answered at once; and what is proven not to be
// hers causes no letter to her at all.
func TestForgeriesUseUpNothing(t *testing.T) {
	for _, c := range []struct {
		name, from, words string
		evidence          func(*ticket.Inbound)
		tokenMode         bool
		letters           string // to the contact, from 40 forgeries
		answer            string // to the mail that she sent
	}{
		{"forged", luisa, down, forged, false, "", "ack luisa"},
		{"forged, token mode", luisa, down, forged, true, "", "ack luisa"},
		{"no evidence", luisa, down, unsigned, false, "ack luisa", "ack luisa"},
		{"no evidence, token mode", luisa, down, unsigned, true, "ack luisa", "ack luisa"},
		{"forged, a price", mario, mailbox, forged, false, "", "quote mario"},
		{"no evidence, a price", mario, mailbox, unsigned, false, "quote mario, quote mario, quote mario, quote mario, quote mario", "quote mario"},
		{"no evidence, a price for another", luisa, mailbox, unsigned, false, "quote mario, quote mario, quote mario, quote mario, quote mario, ack luisa", "quote mario, ack luisa"},
		{"marked as spam", luisa, down, func(m *ticket.Inbound) { m.Kind, m.SpamMarked = ticket.KindSpam, true }, false, "", "ack luisa"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := authenticated(t)
			b.TokenTechnician, b.TokenCustomer = c.tokenMode, c.tokenMode
			for i := range 40 {
				b.receive(b.mail(c.from, fmt.Sprintf("Falso %d", i), c.words, c.evidence))
			}
			wantLetters(t, toCustomers(b.send()), c.letters)
			if s := b.stats(); s.Open+s.Waiting != 30 || s.Quarantine != 10 {
				t.Errorf("40 forgeries: %+v", s)
			}
			b.receive(b.mail(c.from, "Vero", c.words, proved))
			if s := b.stats(); s.Open+s.Waiting != 31 {
				t.Errorf("the mail that she sent: %+v", s)
			}
			wantLetters(t, toCustomers(b.send()), c.answer)
		})
	}
}

// toCustomers leaves technicians' letters out.
func toCustomers(list []ticket.Notice) (out []ticket.Notice) {
	for _, n := range list {
		if !n.Kind.Technical() {
			out = append(out, n)
		}
	}
	return out
}

// TestTotalIsNotForForgers: mail without evidence from many addresses finds at
// most acks_per_hour acknowledgements, says so once, and leaves those of proven
// mail alone.
func TestTotalIsNotForForgers(t *testing.T) {
	b := newBench(t, storetest.NewMem()) // token mode: strangers are acknowledged
	b.Limits.AcksPerHour = 10
	for i := range 40 {
		b.receive(b.mail(fmt.Sprintf("x%d@altro%d.example", i, i), "Sito fermo", down))
	}
	letters := b.send()
	if n := len(toCustomers(letters)); n != 10 {
		t.Errorf("%d acknowledgements", n)
	}
	if n := strings.Count(kinds(letters), "alert anna"); n != 1 {
		t.Errorf("%d alerts", n)
	}
	events := b.events(40)
	if e := events[len(events)-1]; e.Kind != "suppressed" || e.Text == "" {
		t.Errorf("the last event of a ticket that was not acknowledged: %+v", e)
	}
	b.receive(b.mail(mario, "Sito fermo", down, proved))
	wantLetters(t, toCustomers(b.send()), "ack mario")
}

// TestSuppressedIsAnEvent: who would have got an acknowledgement and did not
// finds the reason on the ticket.
func TestSuppressedIsAnEvent(t *testing.T) {
	for name, c := range map[string]struct {
		edit   func(*ticket.Inbound)
		second bool
		want   string
	}{
		"the second of an hour": {unsigned, true, "no acknowledgement: the address had its acknowledgement of this hour"},
		"a robot":               {func(m *ticket.Inbound) { m.Robot = true }, false, "no acknowledgement: a robot wrote it"},
		"forged":                {forged, false, "no acknowledgement: the evidence contradicts the sender"},
		"acknowledged":          {unsigned, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := authenticated(t)
			if c.second {
				b.receive(b.mail(mario, "Sito fermo", down, proved))
			}
			b.receive(b.mail(mario, "Posta ferma", down, c.edit))
			got := ""
			for _, e := range b.events(ticket.ID(b.stats().Open)) {
				if e.Kind == "suppressed" {
					got = e.Text
				}
			}
			if got != c.want {
				t.Errorf("the event says %q, want %q", got, c.want)
			}
		})
	}
}

// TestQuotesAreLimitedByRecipient: colleagues who ask by turns do not make more
// quotes to the one who pays (DESIGN.md section 4).
func TestQuotesAreLimitedByRecipient(t *testing.T) {
	b := authenticated(t)
	for i := range 4 {
		b.receive(b.mail(luisa, fmt.Sprintf("Casella %d", i), mailbox, proved))
		b.receive(b.mail(mario, fmt.Sprintf("Casella %d", i), mailbox, proved))
	}
	letters := toCustomers(b.send())
	if n := strings.Count(kinds(letters), "quote mario"); n != 5 {
		t.Errorf("%d quotes: %s", n, kinds(letters))
	}
	b.now = b.now.Add(25 * time.Hour)
	b.receive(b.mail(luisa, "Casella", mailbox, proved))
	wantLetters(t, toCustomers(b.send()), "quote mario, ack luisa")
}
