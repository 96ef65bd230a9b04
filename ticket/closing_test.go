package ticket_test

import (
	"fmt"
	"testing"
	"time"

	"sportello/ticket"
)

// waitingWithHold is a desk whose ticket 1 waits for Mario since Monday 23
// November 2026 and holds 6 credits.
func waitingWithHold(t *testing.T) *bench {
	b, work := held(t)
	b.receive(b.mail(anna, "Re: Sito", "Fatto, verifichi.", replyTo(work)))
	b.send()
	return b
}

// story tells which letters the clock makes in the next days, looked at by the hour.
func (b *bench) story(days int) (lines []string) {
	b.t.Helper()
	for range days * 24 {
		b.must(b.Sweep(b.ctx))
		for _, n := range b.send() {
			lines = append(lines, fmt.Sprintf("%s %s to %s", b.now.In(b.Zone).Format("Mon 2 Jan 15h"), n.Kind, n.To.Address))
		}
		b.now = b.now.Add(time.Hour)
	}
	return lines
}

// What a closing would give back is told to the technicians two working days
// ahead, and the closing charges nothing.
func TestAClosingWithAHoldIsToldAhead(t *testing.T) {
	b := waitingWithHold(t)
	closes := b.ticket(1).ClosesAt
	got := b.story(9)
	want := []string{
		"Thu 26 Nov 09h alert to " + anna, "Thu 26 Nov 09h alert to " + bruno,
		"Sat 28 Nov 10h close-warning to " + mario, "Tue 1 Dec 00h closed to " + mario,
	}
	if fmt.Sprint(got) != fmt.Sprint(want) || !closes.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, b.Zone)) {
		t.Errorf("closes at %s:\n got %q\nwant %q", closes, got, want)
	}
	b.wantMoney(0, 0, ticket.QuoteAccepted)
	b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "hold 6 of ORD-1: 4 6", "release 6 of ORD-1: 10 0")
}

// A desk that was off, or whose clock jumps, closes nothing unannounced: the
// customer has his two days, the technicians their two working days.
func TestNothingClosesUnannounced(t *testing.T) {
	for days, want := range map[int]string{
		8:   "[Tue 1 Dec 10h alert, Tue 1 Dec 10h close-warning, Fri 4 Dec 00h closed]",
		12:  "[Sat 5 Dec 10h alert, Sat 5 Dec 10h close-warning, Fri 11 Dec 00h closed]", // the 8th is a holiday
		365: "[Tue 23 Nov 10h alert, Tue 23 Nov 10h close-warning, Fri 26 Nov 00h closed]",
	} {
		b := waitingWithHold(t)
		b.now = b.now.AddDate(0, 0, days)
		var got []string
		for _, line := range b.story(7) {
			var day, month, hour, date, kind string
			fmt.Sscan(line, &day, &date, &month, &hour, &kind)
			if s := fmt.Sprintf("%s %s %s %s %s", day, date, month, hour, kind); len(got) == 0 || got[len(got)-1] != s {
				got = append(got, s)
			}
		}
		if s := fmt.Sprint(got); len(got) != 3 || "["+got[0]+", "+got[1]+", "+got[2]+"]" != want {
			t.Errorf("after %d days: %s, want %s", days, s, want)
		}
	}
}

// C13: a clock that is not to be believed closes, expires and reminds of
// nothing; what it would have brought comes when it is right.
func TestC13NothingExpiresByAWrongClock(t *testing.T) {
	b := waitingWithHold(t)
	right, steady := b.now, false
	b.Steady = func() bool { return steady }
	b.now = right.AddDate(2, 0, 0)
	for range 3 {
		b.must(b.Sweep(b.ctx))
		wantLetters(t, b.send(), "")
		b.now = b.now.Add(time.Hour)
	}
	b.must(b.Close(b.ctx, 1, 1, "admin")) // an act of a person, far beyond the last day of the lot
	b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "hold 6 of ORD-1: 4 6", "capture 1 of ORD-1: 4 5", "release 5 of ORD-1: 9 0")
	b.now, steady = right.Add(time.Hour), true
	b.must(b.Sweep(b.ctx))
	b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "hold 6 of ORD-1: 4 6", "capture 1 of ORD-1: 4 5", "release 5 of ORD-1: 9 0")
	b.now = time.Date(2027, 3, 2, 0, 0, 0, 0, b.Zone)
	b.must(b.Sweep(b.ctx))
	b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "hold 6 of ORD-1: 4 6", "capture 1 of ORD-1: 4 5", "release 5 of ORD-1: 9 0", "expire 9 of ORD-1: 0 0")
}
