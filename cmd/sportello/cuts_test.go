package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
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

// TestRealCuts cuts the connection to a real Dovecot at each byte of the session
// that brings one mail of 2 KB, the one to a real Postfix at seeded places of what
// that causes, and both at seeded places while fifty mails are filed: each becomes
// one ticket, and no acknowledgement is sent twice.
func TestRealCuts(t *testing.T) {
	const desks = 4 // what each waits for, others work meanwhile
	users := []string{support, tech, customer}
	for i := range desks {
		users = append(users, fmt.Sprintf("desk%d@example.test", i))
	}
	s := startServers(t, users...)
	all := make([]*cutDesk, desks)
	for i := range all {
		all[i] = newCutDesk(t, s, i)
	}
	r := rand.New(rand.NewPCG(5, 6))
	for _, c := range []struct {
		name  string
		mails int
		every int // byte; 0: at *cutPlaces places
		wire  func(*cutDesk) *wire
	}{
		{"reading one mail", 1, *cutBytes, func(d *cutDesk) *wire { return &d.reading }},
		{"sending for one", 1, 0, func(d *cutDesk) *wire { return &d.sending }},
		{"reading many", *cutMails, 0, func(d *cutDesk) *wire { return &d.reading }},
		{"sending for many", *cutMails, 0, func(d *cutDesk) *wire { return &d.sending }},
	} {
		size := all[0].play(t, c.wire(all[0]), -1, c.mails)
		var places []int
		for at := 1; at < size && c.every > 0; at += c.every {
			places = append(places, at)
		}
		for range *cutPlaces {
			if c.every == 0 {
				places = append(places, 1+r.IntN(size))
			}
		}
		begin := time.Now()
		t.Run(c.name, func(t *testing.T) {
			for i, d := range all {
				t.Run(d.address, func(t *testing.T) {
					t.Parallel()
					for k := i; k < len(places) && !t.Failed(); k += desks {
						d.play(t, c.wire(d), places[k], c.mails)
					}
				})
			}
		})
		t.Logf("%s: %d mails, %d bytes, cut %d times in %s", c.name, c.mails, size, len(places), time.Since(begin).Round(time.Second))
	}
	mails, cuts := 0, 0
	for _, d := range all {
		mails, cuts = mails+d.mails, cuts+d.cuts
		if out := d.must(t, "fsck", "--deep", "--json"); strings.Contains(out, `"level":"error"`) {
			t.Errorf("fsck: %s", out)
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
		t.Errorf("%d acknowledgements of %d, after %d cuts of what sends", len(copies), mails, cuts)
	}
}

// cutDesk is a desk before real servers, over wires that are cut.
type cutDesk struct {
	*daemon
	servers          *realServers
	address          string
	reading, sending wire
	mails            int // it got
	cuts             int // of what it sends
}

// newCutDesk makes the desk number i, which does not run yet.
func newCutDesk(t *testing.T, s *realServers, i int) *cutDesk {
	t.Helper()
	d := &cutDesk{servers: s, address: fmt.Sprintf("desk%d@example.test", i)}
	far := *s
	far.Desk, far.IMAP, far.Submission = d.address, 20143+i, 20587+i
	d.reading.listen(t, far.at(far.IMAP), s.at(s.IMAP))
	d.sending.listen(t, far.at(far.Submission), s.at(s.Submission))
	d.daemon = realDesk(t, &far, "letters_per_minute = 0\nacks_per_hour = 0\nacks_per_address_hour = 0\ntickets_per_contact_hour = 0\ntickets_per_stranger_hour = 0\n")
	return d
}

// play starts the desk over n new mails of 2 KB, cuts w after at bytes, and stops
// it when each has its ticket and what is due was sent; it answers how many bytes
// went over w.
func (d *cutDesk) play(t *testing.T, w *wire, at, n int) int {
	t.Helper()
	for range n {
		d.mails++
		d.servers.post(t, customer, d.address, letter(customer, d.address, fmt.Sprintf("Sito irraggiungibile, caso %d", d.mails), fmt.Sprintf("cut%d.%s", d.mails, d.address), "",
			"Il sito non risponde.\n"+strings.Repeat("Ancora fermo, da ogni rete.\n", 65)))
	}
	d.servers.awaitHeld(t, d.address, d.mails)
	if w == &d.sending && at >= 0 {
		d.cuts++
	}
	w.arm(at)
	d.serve(t)
	looks := 0
	d.await(t, 10*time.Minute, fmt.Sprintf("%d tickets", d.mails), func(v statsView) bool {
		if looks++; v.Outbox.Queued > 0 && looks%20 == 0 { // it may wait five minutes for its next try
			d.must(t, "queue", "retry", "all")
		}
		return v.Tickets.Open == d.mails && v.Outbox.Queued+v.Outbox.Sending == 0
	})
	size := w.size()
	d.stop(t)
	return size
}
