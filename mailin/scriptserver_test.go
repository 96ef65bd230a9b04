package mailin

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// scripted is an IMAP server that misbehaves as a test tells it. It holds mails
// with the UIDs 1, 2, 3, … What a test may change or ask for while it serves has
// a method, and none of its locks is held while on answers.
type scripted struct {
	noNext bool   // SELECT does not tell UIDNEXT
	caps   string // beside IMAP4rev1, each behind a blank
	odd    string // said before the answer to verb at
	at     string
	// on may answer a command itself, whole with its tagged line, and return
	// true. verb is "LOGIN", "UID FETCH" and so on, rest what stands behind it.
	on func(w io.Writer, tag, verb, rest string) bool

	mu       sync.Mutex
	mails    []string
	greeting string   // said instead of one that is in order, and then nothing works
	lines    []string // commands received, without tags
	dials    int
}

// arrive puts one more mail into the mailbox.
func (s *scripted) arrive(raw string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, raw)
}

// box is what the mailbox holds.
func (s *scripted) box() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clip(s.mails)
}

// greet changes what is said instead of a greeting.
func (s *scripted) greet(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.greeting = line
}

// dialled is how many connections there were.
func (s *scripted) dialled() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dials
}

// heard is every command received, without its tag.
func (s *scripted) heard() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clip(s.lines)
}

// note remembers a command.
func (s *scripted) note(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, line)
}

// body answers a FETCH of a whole mail properly.
func (s *scripted) body(w io.Writer, uid int) {
	m := s.box()[uid-1]
	fmt.Fprintf(w, "* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n", uid, uid, len(m), m)
}

func (s *scripted) dial(context.Context) (net.Conn, error) {
	s.mu.Lock()
	s.dials++
	greeting := s.greeting
	s.mu.Unlock()
	client, server := net.Pipe()
	go s.serve(server, greeting)
	return client, nil
}

func (s *scripted) serve(conn net.Conn, greeting string) {
	defer conn.Close()
	if greeting != "" {
		io.WriteString(conn, greeting)
		return
	}
	if _, err := io.WriteString(conn, "* OK [CAPABILITY IMAP4rev1"+s.caps+"] hello\r\n"); err != nil {
		return
	}
	r := bufio.NewScanner(conn)
	for r.Scan() {
		tag, rest, _ := strings.Cut(r.Text(), " ")
		s.note(rest)
		verb, rest, _ := strings.Cut(rest, " ")
		if verb == "UID" {
			var more string
			more, rest, _ = strings.Cut(rest, " ")
			verb += " " + more
		}
		// The answer is collected first: over a pipe a client that went away
		// would otherwise block us.
		if s.on != nil && s.on(conn, tag, verb, rest) {
			continue
		}
		var b strings.Builder
		if s.at == verb {
			b.WriteString(s.odd)
		}
		s.answer(&b, verb, rest)
		fmt.Fprintf(&b, "%s OK done\r\n", tag)
		if _, err := io.WriteString(conn, b.String()); err != nil {
			return
		}
	}
}

func (s *scripted) answer(w io.Writer, verb, rest string) {
	mails := s.box()
	switch verb {
	case "CAPABILITY":
		fmt.Fprintf(w, "* CAPABILITY IMAP4rev1%s\r\n", s.caps)
	case "SELECT", "EXAMINE":
		fmt.Fprintf(w, "* %d EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n", len(mails))
		if !s.noNext {
			fmt.Fprintf(w, "* OK [UIDNEXT %d] ok\r\n", len(mails)+1)
		}
	case "UID SEARCH":
		if strings.Contains(rest, "UNSEEN") {
			return
		}
		fmt.Fprint(w, "* SEARCH")
		for i := range mails {
			fmt.Fprintf(w, " %d", i+1)
		}
		fmt.Fprint(w, "\r\n")
	case "UID FETCH", "FETCH":
		set, items, _ := strings.Cut(rest, " ")
		for i, m := range mails {
			switch uid := i + 1; {
			case !inSet(set, uid, len(mails)):
			case strings.Contains(items, "BODY"):
				s.body(w, uid)
			default:
				fmt.Fprintf(w, "* %d FETCH (UID %d INTERNALDATE \"02-Feb-2026 10:00:00 +0100\" RFC822.SIZE %d)\r\n", uid, uid, len(m))
			}
		}
	}
}

// inSet tells whether n is in a set like "1:3,7" or "4:*".
func inSet(set string, n, last int) bool {
	number := func(s string) int {
		if s == "*" {
			return last
		}
		v, _ := strconv.Atoi(s)
		return v
	}
	for _, part := range strings.Split(set, ",") {
		from, to, ok := strings.Cut(part, ":")
		if !ok {
			to = from
		}
		a, b := number(from), number(to)
		if min(a, b) <= n && n <= max(a, b) {
			return true
		}
	}
	return false
}

// scriptedDesk is a desk that reads s.
func scriptedDesk(t testing.TB, s *scripted) *desk {
	d := newDesk(&postOffice{t: t})
	d.Dial = s.dial
	return d
}

// times counts down how often a fault is still to happen.
type times struct{ n atomic.Int32 }

func newTimes(n int32) *times {
	t := new(times)
	t.n.Store(n)
	return t
}

func (t *times) left() bool { return t.n.Add(-1) >= 0 }
