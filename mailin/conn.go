package mailin

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// What a peer may take. A command gets bytes and time in proportion to what it
// asks for, so that neither a flood nor a trickle can hold us (PROMISES.md F06, F07).
const (
	stallAfter   = 30 * time.Second // without a byte while an answer is due
	commandTime  = time.Minute      // for any command, whatever it moves
	slowestLink  = 8 << 10          // bytes a second that are still worth waiting for
	commandBytes = 1 << 20          // untagged chatter beside what was asked for
)

var (
	errStalled = errors.New("the server stopped answering")
	errTooSlow = errors.New("the server answers too slowly")
	errFlood   = errors.New("the server sent more than was asked for")
)

// watched is a connection under guard. While a command runs it is closed when
// no byte came for stallAfter, when the whole takes too long, or when more
// bytes come than allowed; at rest it may be silent for ever. A closed one stays
// closed: go-imap has no deadlines between answers and retries a Read that
// timed out, so its own read deadlines are ignored.
type watched struct {
	net.Conn

	mu     sync.Mutex
	left   int64 // bytes that may still arrive
	stall  time.Duration
	silent *time.Timer // nil at rest
	total  *time.Timer
	why    error // of the first closing by the guard
}

// allow starts a command whose answer has about n bytes.
func (w *watched) allow(n int64) { w.expect(n, n) }

// expect starts a command whose answer should have about n bytes and may have most.
func (w *watched) expect(n, most int64) {
	w.arm(most, stallAfter, commandTime+time.Duration(n/slowestLink)*time.Second)
}

// idle allows silence for at most d and a little, as IDLE needs it.
func (w *watched) idle(d time.Duration) {
	w.arm(0, d+stallAfter, d+commandTime)
}

// rest ends a command: nothing is due from the server.
func (w *watched) rest() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stop()
	w.left = commandBytes
}

func (w *watched) arm(n int64, stall, total time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stop()
	w.left, w.stall = n+commandBytes, stall
	w.silent = time.AfterFunc(stall, func() { w.fail(errStalled) })
	w.total = time.AfterFunc(total, func() { w.fail(errTooSlow) })
}

// stop is called with mu held.
func (w *watched) stop() {
	if w.silent != nil {
		w.silent.Stop()
		w.total.Stop()
		w.silent, w.total = nil, nil
	}
}

// fail closes the connection for good and remembers why.
func (w *watched) fail(why error) {
	w.mu.Lock()
	if w.why == nil {
		w.why = why
	}
	w.mu.Unlock()
	w.Conn.Close()
}

// Close ends the guard together with the connection.
func (w *watched) Close() error {
	w.rest()
	return w.Conn.Close()
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	w.mu.Lock()
	w.left -= int64(n)
	flood := w.left < 0
	if n > 0 && w.silent != nil {
		w.silent.Reset(w.stall)
	}
	w.mu.Unlock()
	if flood {
		w.fail(errFlood)
		return 0, errFlood
	}
	return n, err
}

// SetReadDeadline does nothing: the guard has its own.
func (w *watched) SetReadDeadline(time.Time) error { return nil }

// explain adds to err why the guard closed the connection, if it did.
func (w *watched) explain(err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil && w.why != nil {
		return fmt.Errorf("%w: %w", w.why, err)
	}
	return err
}

// greeted hands out a greeting before what its connection brings: after
// STARTTLS a server sends none, and the client waits for one.
type greeted struct {
	net.Conn
	rest []byte
}

func (g *greeted) Read(b []byte) (int, error) {
	if len(g.rest) > 0 {
		n := copy(b, g.rest)
		g.rest = g.rest[n:]
		return n, nil
	}
	return g.Conn.Read(b)
}
