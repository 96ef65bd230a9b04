package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// wire is what connections to a server run over. It counts the bytes of both
// directions, and can be cut. The zero value only counts.
type wire struct {
	mu     sync.Mutex
	passed int // since it was armed
	left   int // that pass before the cut, once armed; -1: it is not cut
	armed  bool
	open   map[net.Conn]bool
}

// arm closes what is open, and lets n more bytes pass before the next cut, which
// is the only one; n < 0: no cut.
func (w *wire) arm(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.passed, w.left, w.armed = 0, n, n >= 0
	for c := range w.open {
		c.Close()
	}
	w.open = nil
}

// size is how many bytes have passed since it was armed.
func (w *wire) size() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.passed
}

// take tells how many of n bytes may pass.
func (w *wire) take(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.armed {
		n = min(n, w.left)
		w.left -= n
	}
	w.passed += n
	return n
}

// cutHere tells whether the cut is due, once.
func (w *wire) cutHere() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	due := w.armed && w.left == 0
	w.armed = w.armed && !due
	return due
}

// through is c over this wire.
func (w *wire) through(c net.Conn) net.Conn {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open == nil {
		w.open = map[net.Conn]bool{}
	}
	w.open[c] = true
	return &wired{c, w}
}

// over is dial with its connections over this wire.
func (w *wire) over(dial func(context.Context) (net.Conn, error)) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		c, err := dial(ctx)
		if err != nil {
			return nil, err
		}
		return w.through(c), nil
	}
}

// wired is a connection over a wire.
type wired struct {
	net.Conn
	wire *wire
}

func (c *wired) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	n = c.wire.take(n)
	if c.wire.cutHere() {
		c.Conn.Close()
		if n == 0 {
			return 0, net.ErrClosed
		}
	}
	return n, err
}

func (c *wired) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b[:c.wire.take(len(b))])
	if c.wire.cutHere() || n < len(b) && err == nil {
		c.Conn.Close()
		return n, net.ErrClosed
	}
	return n, err
}

func (c *wired) Close() error {
	c.wire.mu.Lock()
	delete(c.wire.open, c.Conn)
	c.wire.mu.Unlock()
	return c.Conn.Close()
}

// listen lets the wire stand at addr before the server at target.
func (w *wire) listen(t testing.TB, addr, target string) {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			ours, err := l.Accept()
			if err != nil {
				return
			}
			theirs, err := net.Dial("tcp", target)
			if err != nil {
				ours.Close()
				continue
			}
			far := w.through(theirs)
			go func() { io.Copy(far, ours); far.Close(); ours.Close() }()
			go func() { io.Copy(ours, far); far.Close(); ours.Close() }()
		}
	}()
}

// TestCutAtEachByte cuts the connection to the mailbox, then the one to the
// relay, at each byte of a session that brings one mail of 2 KB: it is filed
// once, acknowledged at most once, and the technician hears of it.
func TestCutAtEachByte(t *testing.T) {
	const limits = "acks_per_address_hour = 0\nacks_per_hour = 0\ntickets_per_contact_hour = 0\ntickets_per_stranger_hour = 0\nletters_per_minute = 0"
	for name, cut := range map[string]func(*world) *wire{
		"reading": func(w *world) *wire { return &w.reading }, "sending": func(w *world) *wire { return &w.sending },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, fmt.Sprintf(worldConfig, limits), func(*world) {}, func(w *world) {
				mails := 0
				play := func(at int) {
					cut(w).arm(at)
					mails++
					w.write(fmt.Sprintf("cliente%d@cliente.test", mails), fmt.Sprintf("Problema %d", mails), "Il sito non risponde.\r\n"+strings.Repeat("Ancora fermo, da ogni rete.\r\n", 65), 0)
					w.wait(11 * time.Minute)
				}
				w.wait(time.Minute)
				play(-1)
				size := cut(w).size()
				for at := 1; at < size; at += *cutBytes {
					play(at)
				}
				t.Logf("%d bytes, %d cuts", size, mails-1)
				wantOnce(t, w, mails, name == "sending")
			})
		})
	}
}

// wantOnce wants one ticket for each mail, whose technicians heard of it, and one
// acknowledgement, which may have got lost only where letters were cut.
func wantOnce(t *testing.T, w *world, mails int, lossy bool) {
	t.Helper()
	acks, told := map[string]int{}, map[string]map[string]bool{}
	for _, l := range w.relay.letters("ack") {
		acks[l.to]++
	}
	for _, l := range w.relay.letters("ticket-new") {
		h := header(t, l.raw)
		who := h.Get("X-Sportello-Customer")
		if told[who] == nil {
			told[who] = map[string]bool{}
		}
		told[who][h.Get("X-Sportello-Ticket")+" "+l.to] = true
	}
	for i := 1; i <= mails; i++ {
		who := fmt.Sprintf("cliente%d@cliente.test", i)
		if acks[who] > 1 || acks[who] == 0 && !lossy {
			t.Errorf("mail %d: %d acknowledgements", i, acks[who])
		}
		if len(told[who]) != 2 {
			t.Errorf("mail %d: told so: %v", i, told[who])
		}
	}
	if len(told) != mails {
		t.Errorf("%d senders are told of, of %d", len(told), mails)
	}
}

// TestRealCuts cuts the connections to a real Dovecot and Postfix at seeded
// places, while one mail is filed and while fifty are: each becomes one ticket,
// and no acknowledgement is sent twice.
func TestRealCuts(t *testing.T) {
	s := startServers(t, support, tech, customer)
	var reading, sending wire
	far := *s
	far.IMAP, far.Submission = 20143, 20587
	reading.listen(t, far.at(far.IMAP), s.at(s.IMAP))
	sending.listen(t, far.at(far.Submission), s.at(s.Submission))
	d := realDesk(t, &far, "letters_per_minute = 0\nacks_per_hour = 0\nacks_per_address_hour = 0\ntickets_per_contact_hour = 0\ntickets_per_stranger_hour = 0\n")
	d.serve(t)
	mails := 0
	play := func(w *wire, at, n int) {
		w.arm(at)
		for range n {
			mails++
			s.post(t, customer, support, letter(customer, support, fmt.Sprintf("Sito irraggiungibile, caso %d", mails), fmt.Sprintf("cut%d@customer.test", mails), "",
				"Il sito non risponde.\n"+strings.Repeat("Ancora fermo, da ogni rete.\n", 65)))
		}
		looks := 0
		d.await(t, 3*time.Minute, fmt.Sprintf("%d tickets", mails), func(v statsView) bool {
			if looks++; v.Outbox.Queued > 0 && looks%20 == 0 { // it may wait five minutes for its next try
				d.must(t, "queue", "retry", "all")
			}
			return v.Tickets.Open == mails && v.Outbox.Queued+v.Outbox.Sending == 0
		})
	}
	r := rand.New(rand.NewPCG(5, 6))
	cuts := 0
	for _, n := range slices.Compact([]int{1, *cutMails}) {
		for name, w := range map[string]*wire{"reading": &reading, "sending": &sending} {
			play(w, -1, n)
			size := w.size()
			for range *cutPlaces {
				play(w, 1+r.IntN(size), n)
				cuts++
			}
			t.Logf("%s, %d mails: %d bytes, cut %d times", name, n, size, *cutPlaces)
		}
	}
	copies := map[string]int{}
	for _, raw := range s.awaitDelivered(t, customer) {
		copies[header(t, raw).Get("Message-Id")]++
	}
	for id, n := range copies {
		if n > 1 {
			t.Errorf("%s came %d times", id, n)
		}
	}
	if lost := mails - len(copies); lost < 0 || lost > cuts {
		t.Errorf("%d acknowledgements of %d, after %d cuts", len(copies), mails, cuts)
	}
	if out := d.must(t, "fsck", "--deep", "--json"); strings.Contains(out, `"level":"error"`) {
		t.Errorf("fsck: %s", out)
	}
	d.stop(t)
}
