package ticket_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// TestClockOnceInTheFuture: after a clock was ahead, by whatever and however often,
// each limit counts as ever: for who wrote meanwhile and for who did not.
func TestClockOnceInTheFuture(t *testing.T) {
	const day = 24 * time.Hour
	for _, ahead := range []time.Duration{3 * time.Hour, 12 * time.Hour, 25 * time.Hour, 10 * day, 400 * day, 40 * 365 * day} {
		for _, steadyFirst := range []bool{true, false} {
			b := newBench(t, storetest.NewMem())
			right, steady := b.now, true
			b.Steady = func() bool { return steady }
			b.receive(b.mail(luisa, "Prima di tutto", down))
			b.send()
			b.now = right.Add(ahead)
			b.receive(b.mail(mario, "Sito fermo nel futuro", down))
			for i := range 7 {
				b.receive(b.mail(stranger, fmt.Sprintf("Messaggio %d", i), down))
			}
			b.now, steady = right.Add(time.Minute), steadyFirst // it is put right
			b.send()
			acks := map[string]int{}
			for i := range 8 {
				if b.now = b.now.Add(61 * time.Minute); i > 0 {
					steady = true
				}
				b.must(b.Sweep(b.ctx))
				b.receive(b.mail(john, fmt.Sprintf("Site down %d", i), down), b.mail(mario, fmt.Sprintf("Sito fermo %d", i), down), b.mail(stranger, fmt.Sprintf("Altro %d", i), down))
				for _, n := range b.send() {
					if n.Kind == ticket.NoticeAck {
						acks[n.To.Address]++
					}
				}
			}
			least := 8
			if ahead <= 3*time.Hour { // what was counted so little ahead still is
				least = 5
			}
			if acks[john] < least || acks[mario] < least || acks[stranger] < least {
				t.Errorf("%v ahead: acknowledgements %v", ahead, acks)
			}
			if s := b.stats(); s.Quarantine > 2+8-least {
				t.Errorf("%v ahead: %d mails in quarantine", ahead, s.Quarantine)
			}
			if seen := b.seen(); seen.Sub(b.now) > 0 {
				t.Errorf("%v ahead: the latest time is still %s", ahead, seen)
			}
		}
	}
}

func (b *bench) seen() (at time.Time) {
	b.t.Helper()
	b.must(b.Store.View(b.ctx, func(tx ticket.Tx) (err error) { at, err = tx.Seen(); return err }))
	return at
}

// TestClockGoesBack: a clock that goes back a little opens no new window.
func TestClockGoesBack(t *testing.T) {
	for _, back := range []time.Duration{time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 150 * time.Minute} {
		b := newBench(t, storetest.NewMem())
		b.receive(b.mail(mario, "Sito fermo", down))
		b.now = b.now.Add(-back)
		for i := range 5 {
			b.now = b.now.Add(10 * time.Minute)
			b.receive(b.mail(mario, fmt.Sprintf("Sito fermo %d", i), down))
		}
		b.now = b.now.Add(back)
		if n := strings.Count(kinds(b.send()), "ack"); n != 1 {
			t.Errorf("back by %v: %d acknowledgements in an hour", back, n)
		}
	}
}

// TestResetClock: what a clock in the future left behind does not wait for it: letters
// that were to be tried again, closings, counts, digests. A quote stays as promised.
func TestResetClock(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	right := b.now
	b.receive(b.mail(john, "Site down", down))
	b.send()
	b.now = right.AddDate(1, 0, 0)
	b.receive(b.mail(mario, "Sito irraggiungibile", down), b.mail(luisa, "Nuova casella di posta", mailbox))
	sent := b.send()
	b.receive(b.mail(anna, "Re: Sito", "Riavviato.", replyTo(pick(t, sent, ticket.NoticeTicketNew, anna))))
	rows, _, err := b.Take(b.ctx, ticket.LaneCustomers, 50, never)
	b.must(err)
	retried := 0
	for _, r := range rows {
		b.must(b.Begin(b.ctx, r.Notice.ID, storetest.Letter(&r.Notice)))
		if o := (ticket.Outcome{State: ticket.RowSent}); r.Notice.Kind == ticket.NoticeAnswer {
			b.must(b.Settle(b.ctx, r.Notice.ID, o))
		} else {
			retried++
			b.must(b.Settle(b.ctx, r.Notice.ID, ticket.Outcome{State: ticket.RowQueued, Next: b.now.Add(time.Hour), Error: "451 later"}))
		}
	}
	waiting := b.ticket(2)
	if waiting.State != ticket.StateWaiting || waiting.ClosesAt.Before(b.now) {
		t.Fatalf("ticket 2 is %s until %s", waiting.State, waiting.ClosesAt)
	}
	b.now = right.Add(2 * time.Hour)
	r, err := b.ResetClock(b.ctx, "admin")
	b.must(err)
	if r.Letters != retried || r.Tickets != 1 || r.Counts == 0 || !r.Seen.Equal(right.AddDate(1, 0, 0)) || !r.Now.Equal(b.now) {
		t.Errorf("%+v, want %d letters and 1 ticket", r, retried)
	}
	if tk := b.ticket(2); tk.ClosesAt.Sub(b.now) > 9*24*time.Hour || tk.WarnAt.After(tk.ClosesAt) {
		t.Errorf("ticket 2 closes at %s, warned at %s", tk.ClosesAt, tk.WarnAt)
	}
	if n := len(b.send()); n < retried {
		t.Errorf("%d letters are due, want %d", n, retried)
	}
	again, err := b.ResetClock(b.ctx, "admin")
	b.must(err)
	if again.Letters+again.Counts+again.Held+again.Tickets != 0 {
		t.Errorf("there was more to undo: %+v", again)
	}
}

// TestClockBehind: a clock of before there was a desk is not what a sweep takes for
// right: what was set stays.
func TestClockBehind(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	b.receive(b.mail(anna, "Re: Sito", "Riavviato.", replyTo(pick(t, b.send(), ticket.NoticeTicketNew, anna))))
	b.send()
	closes, right, seen := b.ticket(1).ClosesAt, b.now, b.seen()
	b.now = time.Unix(3600, 0)
	b.must(b.Sweep(b.ctx))
	b.now = right.Add(time.Hour)
	b.must(b.Sweep(b.ctx))
	if got := b.ticket(1).ClosesAt; !got.Equal(closes) || b.seen().Before(seen) {
		t.Errorf("closes at %s, was %s; seen %s, was %s", got, closes, b.seen(), seen)
	}
}

// TestClosingWaitsForItsWarning: a ticket closes two days after its warning has left,
// not before, and not at all when it never did: whether the server took no mail
// for weeks, the desk was off, or the clock jumped over both dates.
func TestClosingWaitsForItsWarning(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		name  string
		off   time.Duration // the desk was off for so long, or its clock jumped
		stuck time.Duration // then no letter left for so long
		fate  ticket.RowState
		ends  bool
	}{
		{"nothing is wrong", 0, 0, ticket.RowSent, true},
		{"off past the warning", 6 * day, 0, ticket.RowSent, true},
		{"off past both dates", 30 * day, 0, ticket.RowSent, true},
		{"a year ahead", 365 * day, 0, ticket.RowSent, true},
		{"no letter leaves for three weeks", 0, 21 * day, ticket.RowSent, true},
		{"both", 30 * day, 21 * day, ticket.RowSent, true},
		{"nobody knows whether it arrived", 0, 9 * day, ticket.RowUnknown, true},
		{"it is refused", 0, 9 * day, ticket.RowFailed, false},
		{"it never leaves", 0, 1000 * day, ticket.RowSent, false},
	} {
		b := newBench(t, storetest.NewMem())
		b.receive(b.mail(mario, "Sito irraggiungibile", down))
		b.receive(b.mail(anna, "Re: Sito", "Riavviato.", replyTo(pick(t, b.send(), ticket.NoticeTicketNew, anna))))
		b.send()
		b.now = b.now.Add(c.off)
		begin := b.now
		var warned, closed time.Time
		for range 24 * 40 {
			b.must(b.Sweep(b.ctx))
			rows, _, err := b.Take(b.ctx, ticket.LaneCustomers, 50, never)
			b.must(err)
			for _, r := range rows {
				switch id := r.Notice.ID; {
				case r.Notice.Kind == ticket.NoticeClosed:
					closed = b.now
				case r.Notice.Kind == ticket.NoticeCloseWarning && b.now.Sub(begin) < c.stuck:
					continue
				case r.Notice.Kind == ticket.NoticeCloseWarning:
					warned = b.now
					b.must(b.Begin(b.ctx, id, storetest.Letter(&r.Notice)))
					b.must(b.Settle(b.ctx, id, ticket.Outcome{State: c.fate, Error: "as the test has it"}))
				}
			}
			if !closed.IsZero() {
				break
			}
			b.now = b.now.Add(time.Hour)
		}
		switch {
		case closed.IsZero() == c.ends:
			t.Errorf("%s: closed at %v", c.name, closed)
		case c.ends && (warned.IsZero() || closed.Sub(warned) < 2*day || closed.Sub(warned) > 4*day):
			t.Errorf("%s: warned at %v, closed at %v", c.name, warned, closed)
		}
	}
}

// TestAnswerWhileWarned: an answer of the customer while the warning is on its way
// ends all of it; a technician's next answer begins anew.
func TestAnswerWhileWarned(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	work := pick(t, b.send(), ticket.NoticeTicketNew, anna)
	b.receive(b.mail(anna, "Re: Sito", "Riavviato.", replyTo(work)))
	answer := pick(t, b.send(), ticket.NoticeAnswer, mario)
	b.now = b.now.AddDate(0, 0, 5).Add(time.Hour)
	b.must(b.Sweep(b.ctx)) // the warning is queued
	b.receive(b.mail(mario, "Re: Sito", "È ancora fermo.", replyTo(answer)))
	if tk := b.ticket(1); tk.State != ticket.StateOpen || tk.WaitsFor != 0 || !tk.Wake().IsZero() && tk.Wake().Before(b.now) {
		t.Errorf("%s, waits for %d, wakes %s", tk.State, tk.WaitsFor, tk.Wake())
	}
	b.receive(b.mail(anna, "Re: Sito", "Ora va.", replyTo(work)))
	b.send()
	if tk := b.ticket(1); tk.State != ticket.StateWaiting || tk.WaitsFor != 0 || tk.ClosesAt.Sub(b.now) < 7*24*time.Hour {
		t.Errorf("%s, waits for %d, closes %s", tk.State, tk.WaitsFor, tk.ClosesAt)
	}
}
