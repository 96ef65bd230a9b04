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

// TestDueSoon plays desks by the hour: technicians are reminded once for each due
// date, at the opening of the second business day before it, never while the office
// is closed; an answer makes it needless, a new question a new due date.
func TestDueSoon(t *testing.T) {
	patron := "[[calendar.closure]]\nfrom = \"2026-11-26\"\nto = \"2026-11-26\"\nname = \"Chiuso\"\n"
	for _, c := range []struct {
		name    string
		opened  time.Time // the answer is due 7 days after it
		closure string
		steps   map[string]string // at an hour: who writes
		absent  bool              // the assignee
		want    []string
	}{
		{"two business days before a Monday", time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), "", nil, false, []string{"Thu 26 Nov 09:00 anna", "Thu 26 Nov 09:00 bruno"}},
		{"not on a day off", time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), patron, nil, false, []string{"Wed 25 Nov 09:00 anna", "Wed 25 Nov 09:00 bruno"}},
		{"due on the Immaculate Conception", time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC), "", nil, false, []string{"Fri 04 Dec 09:00 anna", "Fri 04 Dec 09:00 bruno"}},
		{"due on a Sunday", time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), "", nil, false, []string{"Thu 26 Nov 09:00 anna", "Thu 26 Nov 09:00 bruno"}},
		{"to who works on it", time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), "", map[string]string{"Tue 24 Nov 10:00": "anna: #take"}, false, []string{"Thu 26 Nov 09:00 anna"}},
		{"to all while she is absent", time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), "", map[string]string{"Tue 24 Nov 10:00": "anna: #take"}, true, []string{"Thu 26 Nov 09:00 anna", "Thu 26 Nov 09:00 bruno"}},
		{"answered in time", time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), "", map[string]string{"Tue 24 Nov 10:00": "anna: Riavviato."}, false, nil},
		{"asked again", time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), "", map[string]string{"Tue 24 Nov 10:00": "anna: Riavviato.", "Tue 24 Nov 15:00": "mario: Ancora fermo, si blocca tutto."}, false,
			[]string{"Fri 27 Nov 09:00 anna"}},
		{"asked once more meanwhile", time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), "", map[string]string{"Thu 26 Nov 15:00": "mario: Ci sono novità?"}, false, []string{"Thu 26 Nov 09:00 anna", "Thu 26 Nov 09:00 bruno"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			p, err := policy.Load("p.toml", append(policy.DefaultFile(), c.closure...), b.Zone)
			b.must(err)
			b.Policy = p
			if c.absent {
				b.Technicians[0].Absent = []ticket.Span{{First: date(2026, 11, 25), Last: date(2026, 12, 1)}}
			}
			b.now = time.Date(c.opened.Year(), c.opened.Month(), c.opened.Day(), c.opened.Hour(), 0, 0, 0, b.Zone)
			b.receive(b.mail(mario, "Sito irraggiungibile", down))
			first := map[string]ticket.Notice{}
			for _, n := range b.send() {
				first[strings.Split(n.To.Address, "@")[0]] = n
			}
			var got []string
			for range 10 * 24 {
				b.now = b.now.Add(time.Hour)
				hour := b.now.In(b.Zone).Format("Mon 02 Jan 15:04")
				if who, text, ok := strings.Cut(c.steps[hour], ": "); ok {
					b.receive(b.mail(first[who].To.Address, "Re", text, replyTo(first[who]), proved))
				}
				b.must(b.Sweep(b.ctx))
				for _, n := range b.send() {
					if n.Kind == ticket.NoticeDueSoon {
						got = append(got, hour+" "+strings.Split(n.To.Address, "@")[0])
						if n.Text == "" || n.AnswerDue.IsZero() {
							t.Errorf("the reminder says due %s, %q", n.AnswerDue, n.Text)
						}
					}
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("reminded %v, want %v", got, c.want)
			}
		})
	}
}

// TestDueSoonWaits: while the clock is not to be believed nobody is reminded, and
// what came due in the night or on a Sunday waits for the opening.
func TestDueSoonWaits(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito irraggiungibile", down))
	b.send()
	steady := false
	b.Steady = func() bool { return steady }
	for _, c := range []struct {
		at     time.Time
		steady bool
		want   string
	}{
		{time.Date(2026, 11, 26, 12, 0, 0, 0, b.Zone), false, ""},
		{time.Date(2026, 11, 26, 23, 0, 0, 0, b.Zone), true, ""},
		{time.Date(2026, 11, 28, 12, 0, 0, 0, b.Zone), true, ""},
		{time.Date(2026, 11, 30, 8, 59, 0, 0, b.Zone), true, ""},
		{time.Date(2026, 11, 30, 9, 0, 0, 0, b.Zone), true, "due-soon anna, due-soon bruno"},
		{time.Date(2026, 11, 30, 9, 1, 0, 0, b.Zone), true, ""},
	} {
		b.now, steady = c.at, c.steady
		b.must(b.Sweep(b.ctx))
		var told []ticket.Notice
		for _, n := range b.send() {
			if n.Kind == ticket.NoticeDueSoon {
				told = append(told, n)
			}
		}
		t.Log(c.at)
		wantLetters(t, told, c.want)
	}
}
