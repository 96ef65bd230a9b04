package mailin

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sportello/ticket"
)

// discard is a Receiver that forgets, and tells when n mails have come.
type discard struct {
	cursor ticket.Cursor
	left   atomic.Int64
	done   chan struct{}
}

func (d *discard) Receive(_ context.Context, in []*ticket.Inbound, c ticket.Cursor) error {
	d.cursor = c
	if d.left.Add(-int64(len(in))) == 0 && len(in) > 0 {
		close(d.done)
	}
	return nil
}

func (d *discard) Cursor(context.Context) (ticket.Cursor, error) { return d.cursor, nil }

// BenchmarkFetch takes a mailbox of 2,000 mails of 20 KB from a server in the
// process to a Receiver that forgets them: fetching and parsing alone.
func BenchmarkFetch(b *testing.B) {
	const mails = 2000
	o := newPostOffice(b, allCaps)
	line := strings.Repeat("Buongiorno, il sito non risponde. ", 2) + "\r\n"
	for i := range mails {
		o.put("INBOX", mailText(fmt.Sprint(i))+strings.Repeat(line, 20_000/len(line)), time.Now())
	}
	for b.Loop() {
		d := &discard{done: make(chan struct{})}
		d.left.Store(mails)
		p := newDesk(o).Poller
		p.Receiver = d
		ctx, cancel := context.WithCancel(b.Context())
		ended := make(chan error, 1)
		go func() { ended <- p.Run(ctx) }()
		select {
		case <-d.done:
		case err := <-ended:
			b.Fatal(err)
		}
		cancel()
		<-ended
	}
	b.ReportMetric(float64(mails)*float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}
