package ticket_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// digests are the digests among letters, as "who: titles and tickets | figures".
func digests(list []ticket.Notice) (all []string) {
	for _, n := range list {
		if n.Kind != ticket.NoticeDigest {
			continue
		}
		var figures []string
		for _, c := range n.Charts {
			for _, b := range c.Bars {
				if b.Count > 0 {
					figures = append(figures, fmt.Sprintf("%s %d", b.Label, b.Count))
				}
			}
		}
		all = append(all, strings.TrimSpace(lists(n)+" / "+strings.Join(figures, ", ")))
	}
	return all
}

// TestDailyOnce plays two weeks by the quarter of an hour: one digest each working
// day at the opening, none on a holiday or a weekend, also of a quiet day and across
// restarts; none of a desk that never had a ticket.
func TestDailyOnce(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.now = time.Date(2026, 11, 30, 8, 0, 0, 0, b.Zone)
	b.Technicians[0].Absent = []ticket.Span{{First: date(2026, 12, 3), Last: date(2026, 12, 3)}}
	var got []string
	for end := b.now.AddDate(0, 0, 10); b.now.Before(end); b.now = b.now.Add(15 * time.Minute) {
		if b.now.Equal(time.Date(2026, 11, 30, 12, 0, 0, 0, b.Zone)) {
			b.receive(b.mail(john, "Site down", down))
		}
		again := *b.Desk // as after a restart
		b.must(again.Daily(b.ctx))
		b.must(b.Daily(b.ctx))
		for _, n := range b.send() {
			if n.Kind == ticket.NoticeDigest {
				got = append(got, b.now.Format("Mon 02 15:04")+" "+n.To.Name)
			}
		}
	}
	want := "Tue 01 09:00 Anna Ferretti, Tue 01 09:00 Bruno Conti, Wed 02 09:00 Anna Ferretti, Wed 02 09:00 Bruno Conti, Thu 03 09:00 Bruno Conti, " +
		"Fri 04 09:00 Anna Ferretti, Fri 04 09:00 Bruno Conti, Mon 07 09:00 Anna Ferretti, Mon 07 09:00 Bruno Conti, Wed 09 09:00 Anna Ferretti, Wed 09 09:00 Bruno Conti"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("digests:\n got %s\nwant %s", s, want)
	}
}

// TestDailyLate: a daemon that starts late in the day tells it then, one that starts
// when the office is closed or whose clock is not to be believed does not.
func TestDailyLate(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	b.send()
	steady := true
	b.Steady = func() bool { return steady }
	for _, c := range []struct {
		at     time.Time
		steady bool
		want   int
	}{
		{time.Date(2026, 11, 24, 18, 0, 0, 0, b.Zone), true, 0},
		{time.Date(2026, 11, 25, 16, 0, 0, 0, b.Zone), false, 0},
		{time.Date(2026, 11, 25, 17, 59, 0, 0, b.Zone), true, 2},
		{time.Date(2026, 11, 25, 17, 59, 30, 0, b.Zone), true, 0},
	} {
		b.now, steady = c.at, c.steady
		b.must(b.Daily(b.ctx))
		if got := len(digests(b.send())); got != c.want {
			t.Errorf("%s: %d digests, want %d", c.at, got, c.want)
		}
	}
}

// TestDailyFacts: what is late, due today, closing, quoted and held too long is named,
// the rest counted.
func TestDailyFacts(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.now = time.Date(2026, 11, 20, 10, 0, 0, 0, b.Zone) // due on Friday 27
	b.receive(b.mail(mario, "Primo", down))
	letters := b.send()
	b.now = time.Date(2026, 11, 23, 10, 0, 0, 0, b.Zone) // due on Monday 30
	b.receive(b.mail(mario, "Secondo", down), b.mail(mario, "Terzo", down), b.mail(mario, "Casella", mailbox))
	var third ticket.Notice
	for _, n := range b.send() {
		if n.Ticket == 3 && n.Kind == ticket.NoticeTicketNew && n.To.Address == anna {
			third = n
		}
	}
	b.receive(b.mail(anna, "Re: Terzo", "Riavviato.", replyTo(third)))
	b.send()
	b.now = time.Date(2026, 11, 28, 10, 0, 0, 0, b.Zone)
	b.receive(b.mail("news@lista.example", "Offerte", "Compra", func(m *ticket.Inbound) { m.Kind = ticket.KindList }))
	b.now = time.Date(2026, 11, 30, 9, 0, 0, 0, b.Zone)
	b.must(b.Daily(b.ctx))
	got := digests(b.send())
	want := "In ritardo: 1 #1 | Da rispondere oggi: 1 #2 | Si chiudono se il cliente non risponde: 2 #3 #4 | Preventivi che attendono una decisione: 1 #4" +
		" / Tocca a noi 2, Da rispondere oggi o in ritardo 2, In attesa del cliente 2, Preventivi aperti 1, Si chiudono entro il prossimo giorno lavorativo 2, E-mail ignorate 1"
	if len(got) != 2 || got[0] != want {
		t.Errorf("the digest:\n got %s\nwant %s", strings.Join(got, "\n     "), want)
	}
	if pick(t, letters, ticket.NoticeAck, mario).Ticket != 1 {
		t.Error("no acknowledgement of the first")
	}
}

// TestDailyHolds: credits that were accepted more than 30 days ago and are still held
// are named.
func TestDailyHolds(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Casella", mailbox))
	b.must(b.accept("P-1-1"))
	b.send()
	start := b.now
	for days, want := range map[int]bool{28: false, 35: true} {
		b.now = start.AddDate(0, 0, days)
		b.must(b.Daily(b.ctx))
		got := digests(b.send())
		if len(got) != 2 || strings.Contains(got[0], "Crediti riservati da più di 30 giorni: 1 #1") != want {
			t.Errorf("after %d days: %v", days, got)
		}
	}
}
