package boltstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

// fileIn writes what filing a mail writes, in an open transaction.
func fileIn(tx ticket.Tx, n int) error {
	id, err := tx.NextTicket()
	arrival, err2 := tx.NextArrival()
	notice, err3 := tx.NextNotice()
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC).Add(time.Duration(id) * time.Second)
	t := &ticket.Ticket{ID: id, State: ticket.State(1 + id%3), Subject: "Il sito non funziona più", Customer: fmt.Sprintf("c%d", id%500),
		Requester: ticket.Mailbox{Name: "Mario Rossi", Address: "mario@example.it"}, Language: "it", Opened: now, Changed: now,
		ClosesAt: now.AddDate(0, 0, 7), Messages: 1, Events: 1, Assignee: []string{"", "Anna", "Bruno"}[id%3]}
	t.Decision = policy.Decision{Topic: policy.Topics[int(id)%len(policy.Topics)], Coverage: policy.Coverage(1 + id%4), Confidence: 0.9,
		Evidence: []string{"word: sito", "word: errore", "plan hosting"}, Clause: "hosting.platform"}
	m := &ticket.Message{Seq: 1, Kind: ticket.MessageRequest, Text: strings.Repeat("Buongiorno, il sito non risponde. ", 40), Arrival: arrival, At: now}
	a := &ticket.Arrival{ID: arrival, Source: ticket.Source{UIDValidity: 1, UID: uint32(arrival)}, Arrived: now, Fate: ticket.FateMessage, Ticket: id, Seq: 1,
		RawSum: [32]byte{byte(n), byte(n >> 8), byte(n >> 16), 1}, Content: [32]byte{byte(n), byte(n >> 8), byte(n >> 16), 2}}
	for i := range 12 { // sums are random
		a.RawSum[4+i], a.Content[4+i] = byte(rand.Uint32()), byte(rand.Uint32())
	}
	r := &ticket.Row{Notice: ticket.Notice{ID: notice, Kind: ticket.NoticeAck, Ticket: id, At: now, Text: m.Text, MessageID: fmt.Sprintf("%d@desk", notice)},
		State: ticket.RowQueued, Next: now}
	return errors.Join(tx.PutTicket(t), tx.AddMessage(id, m), tx.PutArrival(a), tx.PutRow(r), tx.FileMessageID(fmt.Sprintf("m%d@x", arrival), id),
		tx.AddEvent(id, &ticket.Event{Seq: 1, At: now, Kind: "opened", Actor: "mario@example.it", Cause: fmt.Sprintf("arrival %d", arrival)}),
		tx.SetCursor(ticket.Cursor{UIDValidity: 1, First: 1, Last: uint32(arrival)}))
}

// fillDesk files n mails, quickly.
func fillDesk(b *testing.B, s *Store, n int) {
	b.Helper()
	s.db.NoSync = true
	defer func() { s.db.NoSync = false }()
	for done := 0; done < n; {
		if err := s.Update(context.Background(), func(tx ticket.Tx) error {
			for i := range min(1000, n-done) {
				if err := fileIn(tx, done+i); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
		done += min(1000, n-done)
	}
}

// BenchmarkUpdate files mails on a desk that holds 10,000: one mail a commit,
// many callers whose calls are committed together, 100 mails in one call.
func BenchmarkUpdate(b *testing.B) {
	s := newStore(b)
	fillDesk(b, s, 10_000)
	var n atomic.Int64
	file := func(b *testing.B, mails int) {
		if err := s.Update(context.Background(), func(tx ticket.Tx) error {
			for range mails {
				if err := fileIn(tx, int(n.Add(1))); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Error(err)
		}
	}
	b.Run("one", func(b *testing.B) {
		for b.Loop() {
			file(b, 1)
		}
	})
	b.Run("callers=64", func(b *testing.B) {
		b.SetParallelism(32)
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				file(b, 1)
			}
		})
	})
	b.Run("mails=100", func(b *testing.B) {
		for b.Loop() {
			file(b, 100)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*100), "ns/mail")
	})
}

// BenchmarkTake finds the letter that goes next behind any number of others,
// due and not due.
func BenchmarkTake(b *testing.B) {
	for _, queued := range []int{100, 100_000} {
		b.Run(fmt.Sprint(queued), func(b *testing.B) {
			s := newStore(b)
			s.db.NoSync = true
			for from := 0; from < queued; from += 1000 {
				if err := s.Update(context.Background(), func(tx ticket.Tx) error {
					for id := from + 1; id <= min(from+1000, queued); id++ {
						kind := []ticket.NoticeKind{ticket.NoticeTicketNew, ticket.NoticeAck, ticket.NoticeAnswer, ticket.NoticeAlert}[id%4]
						r := &ticket.Row{Notice: ticket.Notice{ID: ticket.NoticeID(id), Kind: kind}, State: ticket.RowQueued, Next: month0.Add(time.Duration(id%2) * time.Hour)}
						if err := tx.PutRow(r); err != nil {
							return err
						}
					}
					return nil
				}); err != nil {
					b.Fatal(err)
				}
			}
			d := &ticket.Desk{Store: s, Now: func() time.Time { return month0 }}
			for b.Loop() {
				if rows, _, err := d.Take(context.Background(), ticket.LaneTechnicians, 1, func(ticket.NoticeID) bool { return false }); err != nil || len(rows) != 1 {
					b.Fatal(len(rows), err)
				}
				if rows, next, err := d.Take(context.Background(), ticket.LaneTechnicians, 0, nil); err != nil || len(rows) != 0 || next.IsZero() {
					b.Fatal(len(rows), err)
				}
			}
		})
	}
}

// BenchmarkList lists at 10,000 tickets; what it costs must not hang on how many there are.
func BenchmarkList(b *testing.B) {
	s := newStore(b)
	fillDesk(b, s, 10_000)
	for _, c := range []struct {
		name string
		f    ticket.Filter
	}{
		{"newest", ticket.Filter{Limit: 100}},
		{"open", ticket.Filter{State: ticket.StateOpen, Limit: 100}},
		{"customer", ticket.Filter{Customer: "c17", Limit: 100}},
		{"open,extra,topic,assignee", ticket.Filter{State: ticket.StateWaiting, Coverage: policy.Extra, Topic: policy.Topics[1], Assignee: "Anna", Limit: 100}},
	} {
		b.Run(c.name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				n = 0
				if err := s.View(context.Background(), func(tx ticket.Tx) error {
					for _, err := range tx.Tickets(c.f) {
						if err != nil {
							return err
						}
						n++
					}
					return nil
				}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n), "tickets")
		})
	}
}

// BenchmarkKeep archives mails of 32 KB: text, HTML and some base64.
func BenchmarkKeep(b *testing.B) {
	mail := func(seed uint64) []byte {
		r := rand.New(rand.NewPCG(seed, 1))
		var w strings.Builder
		for w.Len() < 16<<10 {
			w.WriteString([]string{"buongiorno ", "il sito ", "non funziona ", "<p>grazie</p>\r\n", "cordiali saluti ", "errore 500 "}[r.IntN(6)])
		}
		for w.Len() < 32<<10 {
			w.WriteByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[r.IntN(64)])
		}
		return []byte(w.String())
	}
	for _, n := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("mails=%d", n), func(b *testing.B) {
			s := newStore(b)
			mails := make([]ticket.RawMail, n)
			for i := range mails {
				mails[i] = ticket.RawMail{At: month0, Raw: mail(uint64(i))}
			}
			b.SetBytes(int64(n) * 32 << 10)
			for b.Loop() {
				if _, err := s.Keep(context.Background(), mails); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "mails/s")
		})
	}
}

// BenchmarkRead reads archived mails from two goroutines.
func BenchmarkRead(b *testing.B) {
	s := newStore(b)
	refs, err := s.Keep(context.Background(), []ticket.RawMail{{At: month0, Raw: []byte(strings.Repeat("Buongiorno, il sito non risponde.\r\n", 1000))}})
	if err != nil {
		b.Fatal(err)
	}
	var once sync.Once
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if _, err := s.Raw(context.Background(), refs[0]); err != nil {
				once.Do(func() { b.Error(err) })
			}
		}
	})
}
