package ticket_test

import (
	"testing"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestSuppressed: an acknowledgement that a robot would have got is counted;
// one that nobody was owed is not (DESIGN.md section 7, "stats").
func TestSuppressed(t *testing.T) {
	for _, c := range []struct {
		name, from string
		edit       func(*ticket.Inbound)
		want       int
	}{
		{"a robot's address", mario, func(m *ticket.Inbound) { m.Robot = true }, 1},
		{"an empty return path", mario, func(m *ticket.Inbound) { m.NullPath = true }, 1},
		{"a robot nobody knows", stranger, func(m *ticket.Inbound) { m.Robot = true }, 0},
		{"through a list", mario, func(m *ticket.Inbound) { m.List = "team.rossi.example" }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.TokenCustomer = false
			b.receive(b.mail(c.from, "Sito irraggiungibile", down, c.edit))
			wantLetters(t, b.send(), "ticket-new anna, ticket-new bruno")
			if s := b.stats(); s.Suppressed != c.want {
				t.Errorf("suppressed %d, want %d", s.Suppressed, c.want)
			}
		})
	}
}
