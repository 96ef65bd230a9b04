package ticket_test

import (
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

// What the desk does is found in the figures of its month, however many
// transactions it takes to read it: more tickets than one reads, at the edges of
// the month in Rome, which are another month in UTC.
func TestFiguresOfADesk(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	rome := rome(t)
	start := time.Date(2026, 11, 1, 0, 30, 0, 0, rome) // October in UTC
	const n = 220
	for i := range n {
		b.now = start.Add(time.Duration(i) * 195 * time.Minute)
		b.receive(b.mail(mario, "Sito irraggiungibile", down))
	}
	b.now = time.Date(2026, 11, 30, 23, 50, 0, 0, rome)
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	b.now = b.now.Add(time.Hour) // December in Rome, November in UTC
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	b.must(b.accept(b.offer(1, 4)))
	b.must(b.Capture(b.ctx, 1, 3, "arrival 5", "Anna Ferretti"))
	b.must(b.Close(b.ctx, 1, 0, "Anna Ferretti"))

	for _, c := range []struct {
		month              policy.Month
		requests           int
		held, spent, freed ticket.Credits
	}{
		{policy.Month{Year: 2026, Month: 10}, 0, 0, 0, 0},
		{policy.Month{Year: 2026, Month: 11}, n + 1, 0, 0, 0},
		{policy.Month{Year: 2026, Month: 12}, 1, 4, 3, 1},
	} {
		f, err := b.Figures(b.ctx, c.month)
		b.must(err)
		total := f.Total()
		if total.Sum() != c.requests || f.Moved[policy.MoveHold] != c.held || f.Moved[policy.MoveCapture] != c.spent || f.Moved[policy.MoveRelease] != c.freed {
			t.Errorf("%s: %d requests, moved %v; want %+v", c.month, total.Sum(), f.Moved, c)
		}
		if (f.Expiring != nil) != (c.month.Month == 12) {
			t.Errorf("%s: expiring %v", c.month, f.Expiring)
		}
	}
}
