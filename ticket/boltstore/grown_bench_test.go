package boltstore

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

var (
	grownDesks   = flag.String("grown", "", "the `DIR` in which BenchmarkGrown keeps its filled desk from one run to the next")
	grownTickets = flag.Int("tickets", 1_000_000, "how many `tickets` that desk has")
)

// BenchmarkGrown files mails on an empty desk and on one of many tickets by
// turns, a hundred a commit, durably: how fast, and what is written for each. The
// medians of the rounds are compared, so that what else the machine does falls on both.
func BenchmarkGrown(b *testing.B) {
	const rounds, commits = 7, 10
	grown := grownDesk(b, *grownTickets)
	var speed, size [2][]float64
	for range rounds {
		for i, s := range []*Store{newStore(b), grown} {
			f, err := newFortnight(s)
			if err != nil {
				b.Fatal(err)
			}
			f.uid = uint32(s.Stats().Mails)
			batches := make([][]*ticket.Inbound, commits)
			for at := range batches {
				batches[at] = f.hundred()
			}
			before, began := written(b), time.Now()
			for _, in := range batches {
				if err := f.Receive(context.Background(), in, ticket.Cursor{UIDValidity: 1, First: 1, Last: f.uid}); err != nil {
					b.Fatal(err)
				}
			}
			speed[i] = append(speed[i], commits*100/time.Since(began).Seconds())
			size[i] = append(size[i], float64(written(b)-before)/commits/100/1024)
		}
	}
	b.ReportMetric(float64(grown.Stats().Mails), "mails-before")
	for i, name := range []string{"empty", "grown"} {
		b.ReportMetric(median(speed[i]), name+"-mails/s")
		b.ReportMetric(median(size[i]), name+"-KB/mail")
	}
	b.ReportMetric(median(speed[1])/median(speed[0]), "rate-of-empty")
	b.ReportMetric(median(size[1])/median(size[0]), "bytes-of-empty")
	b.ReportMetric(0, "ns/op")
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

// hundred are mails of a hundred people, of about 3 KB.
func (f *fortnight) hundred() (in []*ticket.Inbound) {
	for range 100 {
		in = append(in, f.in(int(f.uid), func(m *ticket.Inbound) {
			m.Kind, m.Unfit, m.MessageID = ticket.KindRequest, "", fmt.Sprintf("%d-%d@x", f.uid, time.Now().UnixNano())
			m.From[0].Address = fmt.Sprintf("c%d@x%d.example", f.uid%20_000, f.uid%500)
			m.Text = strings.Repeat("Buongiorno, il sito non risponde. ", 40)
			m.Reply, m.Recipients = m.Text, []string{"desk@example.it", strings.Repeat("x", 1500)}
		}))
	}
	return in
}

// written is what this process has had written to disk.
func written(b *testing.B) (n int) {
	b.Helper()
	io, err := os.ReadFile("/proc/self/io")
	at := strings.Index(string(io), "write_bytes: ")
	if err != nil || at < 0 {
		b.Skip("this system does not tell what is written")
	}
	fmt.Sscanf(string(io[at:]), "write_bytes: %d", &n)
	return n
}

// grownDesk has that many tickets, each of one short mail, over three years.
func grownDesk(b *testing.B, tickets int) *Store {
	b.Helper()
	dir := b.TempDir()
	if *grownDesks != "" {
		dir = *grownDesks
	}
	s, err := Open(dir, Options{})
	if errors.Is(err, ErrMissing) {
		s, err = Create(dir, Options{})
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	began := time.Date(2023, 11, 1, 8, 0, 0, 0, time.UTC)
	if left := tickets - s.Stats().Mails; left > 0 {
		inBatches(b, s, left, func(tx ticket.Tx, _ int) error {
			id, err := tx.NextTicket()
			arrival, err2 := tx.NextArrival()
			at := began.Add(time.Duration(id) * 90 * time.Second)
			t := &ticket.Ticket{ID: id, State: ticket.StateClosed, ClosedReason: ticket.ReasonSolved, Subject: "Il sito non funziona", Customer: fmt.Sprintf("c%d", id%5000),
				Requester: ticket.Mailbox{Address: "mario@example.it"}, Language: "it", Opened: at, Changed: at, Closed: at, Messages: 1, Events: 1}
			t.Decision = policy.Decision{Topic: policy.Topics[int(id)%len(policy.Topics)], Coverage: policy.Extra}
			return errors.Join(err, err2, tx.PutTicket(t), tx.FileMessageID(fmt.Sprintf("m%d@x", arrival), id),
				tx.AddMessage(id, &ticket.Message{Seq: 1, Kind: ticket.MessageRequest, Text: "Il sito non risponde.", Arrival: arrival, At: at}),
				tx.PutArrival(&ticket.Arrival{ID: arrival, Source: ticket.Source{UIDValidity: 1, UID: uint32(arrival)}, Arrived: at, Fate: ticket.FateMessage,
					Ticket: id, Seq: 1, RawSum: sumOf('r', uint64(arrival)), Content: sumOf('c', uint64(arrival))}),
				tx.AddEvent(id, &ticket.Event{Seq: 1, At: at, Kind: "opened", Actor: "mario@example.it", Cause: fmt.Sprint("arrival ", arrival)}))
		})
		s.db.Sync()
	}
	return s
}
