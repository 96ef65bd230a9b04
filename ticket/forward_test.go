package ticket_test

import (
	"strings"
	"testing"

	"sportello/ticket"
)

// TestForwardedFor: a technician who is proven opens a customer's ticket by the
// first line of a mail; whoever is not is asked (PROMISES.md A19), and from a
// private address she is a stranger (A22).
func TestForwardedFor(t *testing.T) {
	const order = "#from " + mario + "\n"
	for _, c := range []struct {
		name, from, reply, text, letters string
		evidence                         func(*ticket.Inbound)
	}{
		{"proven", anna, order + down, order + down, "ticket-new anna, ticket-new bruno, transcript anna", proved},
		{"proven, a forward below", anna, order, order + "\n---- Messaggio inoltrato ----\n" + down, "ticket-new anna, ticket-new bruno, transcript anna", proved},
		{"no evidence", anna, order + down, order + down, "held anna", unsigned},
		{"forged", anna, order + down, order + down, "alert anna", forged},
		{"no address", anna, "#from mario\n" + down, down, "held anna", proved},
		{"her private address", "anna@casa.example", order + down, order + down, "ticket-new anna, ticket-new bruno, ack anna", proved},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := authenticated(t)
			b.receive(b.mail(c.from, "Fwd: Sito fermo", c.reply, c.evidence, func(m *ticket.Inbound) { m.Text = c.text }))
			wantLetters(t, b.send(), c.letters)
			if !strings.HasPrefix(c.name, "proven") {
				return
			}
			if tk := b.ticket(1); tk.Requester.Address != mario || tk.Customer != "C1" || tk.Subject != "Sito fermo" || tk.Unproven {
				t.Errorf("ticket %+v", tk)
			}
			if text := b.messages(1)[0].Text; strings.Contains(text, "#from") || !strings.Contains(text, "errore 503") {
				t.Errorf("its text is %q", text)
			}
		})
	}
}

// TestForwardedForAnAddressInLetters: the address of the order is compared as
// every other is.
func TestForwardedForAnAddressInLetters(t *testing.T) {
	for written, want := range map[string]string{
		"Ugo@Società.Example":  "ugo@xn--societ-nta.example",
		"<UGO@example.com>":    "ugo@example.com",
		"\u212aim@example.com": "\u212aim@example.com",
	} {
		b := authenticated(t)
		b.receive(b.mail(anna, "Fwd: Sito", "#from "+written+"\n"+down, proved))
		if got := b.ticket(1).Requester.Address; got != want {
			t.Errorf("#from %s opens the ticket of %q, want %q", written, got, want)
		}
	}
}
