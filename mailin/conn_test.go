package mailin

import (
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

func TestWatched(t *testing.T) {
	tests := []struct {
		name  string
		start func(w *watched)
		peer  func(c net.Conn)
		why   error
		after time.Duration // until the connection was closed
	}{
		{"silent", func(w *watched) { w.allow(0) }, func(net.Conn) {}, errStalled, stallAfter},
		{"a byte each 10 s", func(w *watched) { w.allow(0) }, trickleTo, errTooSlow, commandTime},
		{"a byte each 10 s of much", func(w *watched) { w.allow(slowestLink * 600) }, trickleTo, errTooSlow, commandTime + 600*time.Second},
		{"a flood", func(w *watched) { w.allow(0) }, flood, errFlood, 0},
		{"a flood at rest", func(w *watched) { w.rest() }, flood, errFlood, 0},
		{"silent in IDLE", func(w *watched) { w.idle(9 * time.Minute) }, func(net.Conn) {}, errStalled, 9*time.Minute + stallAfter},
		{"silent at rest", func(w *watched) { w.allow(0); w.rest() }, func(c net.Conn) {
			time.Sleep(24 * time.Hour)
			c.Close()
		}, nil, 24 * time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := net.Pipe()
				defer theirs.Close()
				w := &watched{Conn: ours}
				tt.start(w)
				go tt.peer(theirs)
				start := time.Now()
				n, err := io.Copy(io.Discard, w)
				if got := time.Since(start); got != tt.after {
					t.Errorf("closed after %v, want %v", got, tt.after)
				}
				if tt.why != nil && !errors.Is(w.explain(io.EOF), tt.why) {
					t.Errorf("%v (%v), want %v", w.explain(io.EOF), err, tt.why)
				}
				if n > commandBytes {
					t.Errorf("%d bytes went through", n)
				}
				w.Close()
				pass(10 * time.Second) // the peer notices
			})
		})
	}
}

func trickleTo(c net.Conn) {
	for {
		if _, err := c.Write([]byte("x")); err != nil {
			return
		}
		time.Sleep(10 * time.Second)
	}
}

// flood writes ten times what is allowed beside an answer.
func flood(c net.Conn) {
	b := make([]byte, 64<<10)
	for range 10 * commandBytes / len(b) {
		if _, err := c.Write(b); err != nil {
			return
		}
	}
}
