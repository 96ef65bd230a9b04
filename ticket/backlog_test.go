package ticket_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// begin is the first start of a mailbox that holds mail up to UID old.
func (b *bench) begin(old uint32) {
	b.t.Helper()
	b.must(b.Receive(b.ctx, nil, ticket.Cursor{UIDValidity: 1, Old: old}))
}

// file is receive in a mailbox that held mail up to UID old at the first start.
func (b *bench) file(old uint32, in ...*ticket.Inbound) {
	b.t.Helper()
	b.must(b.Receive(b.ctx, in, ticket.Cursor{UIDValidity: 1, First: 1, Last: b.uid, Old: old}))
}

// aged lets a mail have arrived some time ago.
func aged(d time.Duration) func(*ticket.Inbound) {
	return func(m *ticket.Inbound) { m.Arrived, m.Date = m.Arrived.Add(-d), m.Date.Add(-d) }
}

// TestBacklogIsOneLetter: mail that was old at the first start, of whatever kind
// and from whomever, is filed without a letter but the summary, which comes once
// and when all of it is filed; it uses up no limit.
func TestBacklogIsOneLetter(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	old := aged(72 * time.Hour)
	shapes := []func(i int) *ticket.Inbound{
		func(i int) *ticket.Inbound { return b.mail(mario, fmt.Sprint("Sito fermo ", i), down, old) },
		func(i int) *ticket.Inbound { return b.mail(stranger, fmt.Sprint("Aiuto ", i), "Aiuto.", old) },
		func(i int) *ticket.Inbound { return b.mail(anna, fmt.Sprint("Promemoria ", i), "Da ricordare.", old) },
		func(i int) *ticket.Inbound {
			return b.mail(john, "Re: Sito", "Ancora.", old, func(m *ticket.Inbound) { m.InReplyTo = []string{"m1@client.example"} })
		},
		func(i int) *ticket.Inbound {
			return b.mail(luisa, "Prezzi", "Vorrei un preventivo commerciale per il rinnovo.", old)
		},
		func(i int) *ticket.Inbound {
			return b.mail(mario, "Fuori sede", "Sono via.", old, func(m *ticket.Inbound) { m.Kind = ticket.KindAutoReply })
		},
	}
	const rounds = 9
	last := uint32(rounds * len(shapes))
	b.begin(last)
	for i := range rounds {
		var in []*ticket.Inbound
		for _, shape := range shapes {
			in = append(in, shape(i))
		}
		if i < rounds-1 {
			b.file(last, in...)
			wantLetters(t, b.send(), "")
			continue
		}
		b.file(last, in...)
	}
	letters := b.send()
	wantLetters(t, letters, "digest anna, digest bruno")
	if s := b.stats(); s.Quarantine != rounds || s.Open != 4*rounds || s.Suppressed != 0 { // a technician's mail without token is held
		t.Errorf("filed as %+v", s)
	}
	if l := pick(t, letters, ticket.NoticeDigest, anna).Lines; len(l) != 22 || !strings.Contains(l[0], fmt.Sprint(5*rounds)) {
		t.Errorf("%d lines: %q", len(l), l)
	}
	b.file(last, b.mail(mario, "Posta ferma", down), b.mail(stranger, "Nuovo", "Nuovo."))
	wantLetters(t, b.send(), "ticket-new anna, ticket-new bruno, ticket-new anna, ticket-new bruno, ack mario, ack nessuno")
}

// TestAnswerFromTheSummary: the link of a line answers its ticket, for the
// technician who got it.
func TestAnswerFromTheSummary(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.begin(2)
	b.file(2, b.mail(mario, "Sito fermo", down, aged(30*time.Hour)), b.mail(stranger, "Aiuto", "Aiuto.", aged(25*time.Hour)))
	line := pick(t, b.send(), ticket.NoticeDigest, anna).Lines[3] // of two tickets the second line is the older one
	if !strings.HasPrefix(line, "#1 ") || !strings.Contains(line, "Sito fermo") {
		t.Fatalf("line %q", line)
	}
	_, link, _ := strings.Cut(line, "mailto:")
	to, _, _ := strings.Cut(strings.ReplaceAll(link, "%2B", "+"), "?subject=")
	b.receive(b.mail(anna, fmt.Sprintf("[%s #1] Sito fermo", b.Name), "Riavviato.", func(m *ticket.Inbound) {
		m.To, m.Recipients = []ticket.Mailbox{{Address: to}}, []string{to}
	}))
	if !strings.Contains(link, "%5B"+strings.ReplaceAll(b.Name, " ", "%20")+"%20%231%5D") {
		t.Errorf("link %q", link)
	}
	wantLetters(t, b.send(), "answer mario, ticket-reply bruno")
}

// TestRecentBacklog: what lay in the mailbox at the first start and is not old
// is told and acknowledged as any mail, and leaves half of the acknowledgements
// of the hour to who writes now; mail that arrived while a running desk was
// down is no backlog, however old.
func TestRecentBacklog(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.Limits.AcksPerHour = 2
	b.begin(3)
	recent := aged(2 * time.Hour)
	b.file(3, b.mail(mario, "Sito fermo", down, recent), b.mail(luisa, "Sito lento", down, recent), b.mail(luisa, "Posta", down, recent))
	wantLetters(t, b.send(), "ticket-new anna, ticket-new bruno, ticket-new anna, ticket-new bruno, ticket-new anna, ticket-new bruno, ack mario")
	b.file(3, b.mail(john, "Site down", down))
	wantLetters(t, b.send(), "ticket-new anna, ticket-new bruno, ack john")
	b.now = b.now.Add(80 * time.Hour)
	b.file(3, b.mail(john, "Site slow", down, aged(30*time.Hour)))
	wantLetters(t, b.send(), "ticket-new anna, ticket-new bruno")
}

// TestBacklogProperty: for mail of any age in any portions, with other mail
// behind it, each technician gets one summary that counts the old mails, or
// none when there was no old mail, and one letter about each mail that was not
// old; nobody is acknowledged for what was older than a day, and no more than
// half of the hour's acknowledgements go to what lay there.
func TestBacklogProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t, storetest.NewMem())
		b.Limits.AcksPerHour, b.Limits.AcksPerAddressHour = 6, 0
		last := rapid.IntRange(0, 14).Draw(rt, "mails")
		later := rapid.IntRange(0, 3).Draw(rt, "later")
		b.begin(uint32(last))
		old, left := 0, last+later
		for left > 0 {
			var in []*ticket.Inbound
			for range min(left, rapid.IntRange(1, 9).Draw(rt, "portion")) {
				age := time.Duration(0)
				if left > later {
					age = rapid.SampledFrom([]time.Duration{time.Minute, 23 * time.Hour, 25 * time.Hour, 9000 * time.Hour}).Draw(rt, "age")
				}
				if age > 24*time.Hour {
					old++
				}
				from := fmt.Sprintf("cliente%d@altro.example", left)
				in = append(in, b.mail(from, fmt.Sprint("Sito ", left), "Il sito non si apre.", aged(age), func(m *ticket.Inbound) {
					m.Evidence = ticket.Evidence{Aligned: true, Method: "dkim", Domain: "altro.example"}
				}))
				left--
			}
			b.file(uint32(last), in...)
		}
		news, acks, sums := 0, 0, 0
		for _, n := range b.send() {
			switch n.Kind {
			case ticket.NoticeTicketNew:
				news++
			case ticket.NoticeAck:
				acks++
			case ticket.NoticeDigest:
				sums++
				if !strings.Contains(n.Lines[0], fmt.Sprintf(": %d.", old)) {
					rt.Errorf("of %d old mails it says %q", old, n.Lines[0])
				}
			default:
				rt.Errorf("a letter %s", n.Kind)
			}
		}
		if want := 2 * min(old, 1); sums != want || news != 2*(last+later-old) {
			rt.Errorf("%d summaries, %d letters of %d mails, %d of them old", sums, news, last+later, old)
		}
		if want := min(3, last-old) + later; acks != want {
			rt.Errorf("%d acknowledgements, want %d", acks, want)
		}
	})
}
