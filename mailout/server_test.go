package mailout

import (
	"bufio"
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"time"
)

// server is an SMTP server of a few lines that does as it is told.
type server struct {
	// answer may change the reply to a line ("" keeps the usual one); "drop"
	// closes the connection. conn counts connections from 1. The body's end is the line ".".
	answer func(conn int, line string) string
	// greeting of a connection; "" is the usual one.
	greeting func(conn int) string
	down     func() bool // nobody listens
	ehlo     []string    // extensions
	now      func() time.Time
	// strict: without an accepted sender there is no recipient, without a recipient
	// no letter (RFC 5321, section 4.1.4). lax: DATA is taken, and the dot is not.
	strict, lax bool

	volley map[int]bool // connections that said MAIL, RCPT and DATA at once, until DATA is answered

	mu      sync.Mutex
	conns   int
	open    int
	gone    map[int]bool // connections that are closed
	mails   []received
	lines   []string // commands, in order
	volleys int
}

type received struct {
	From, To, Body string
	mail, rcpt     bool
	After          time.Duration
	Conn           int
}

// dial connects to the server over a pipe.
func (s *server) dial(context.Context) (net.Conn, error) {
	if s.down != nil && s.down() {
		return nil, errors.New("connection refused")
	}
	client, conn := net.Pipe()
	s.mu.Lock()
	s.conns++
	s.open++
	n := s.conns
	if s.volley == nil {
		s.volley = map[int]bool{}
	}
	s.mu.Unlock()
	go s.serve(conn, n)
	return &overheard{client, s, n}, nil
}

// overheard is the client's end of a connection, on which the server is told what is
// said at once.
type overheard struct {
	net.Conn
	server *server
	n      int
}

func (o *overheard) Write(p []byte) (int, error) {
	if strings.HasPrefix(string(p), "MAIL") && strings.Count(string(p), "\r\n") > 1 {
		o.server.mu.Lock()
		o.server.volleys++
		o.server.volley[o.n] = true
		o.server.mu.Unlock()
	}
	return o.Conn.Write(p)
}

func (s *server) serve(conn net.Conn, n int) {
	defer func() {
		conn.Close()
		s.mu.Lock()
		s.open--
		if s.gone == nil {
			s.gone = map[int]bool{}
		}
		s.gone[n] = true
		s.mu.Unlock()
	}()
	say := func(line string) bool {
		_, err := conn.Write([]byte(line + "\r\n"))
		return err == nil && !strings.HasPrefix(line, "421") && !strings.HasPrefix(line, "221")
	}
	hello := "220 ready"
	if s.greeting != nil {
		s.mu.Lock()
		hello = s.greeting(n)
		s.mu.Unlock()
	}
	if hello == "drop" || !say(hello) {
		return
	}
	in := bufio.NewScanner(conn)
	var m received
	body := false
	for in.Scan() {
		line := in.Text()
		if body && line != "." {
			m.Body += line + "\r\n"
			continue
		}
		reply := s.reply(n, line, &m, body)
		body = strings.HasPrefix(reply, "354")
		if reply == "silent" {
			continue
		}
		if reply == "drop" || !say(reply) {
			return
		}
	}
}

// reply chooses the answer to a line and keeps what was taken.
func (s *server) reply(n int, line string, m *received, ended bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	verb := strings.ToUpper(strings.Fields(line + " x")[0])
	s.lines = append(s.lines, line)
	reply := ""
	if s.answer != nil {
		reply = s.answer(n, line)
	}
	if verb == "DATA" {
		delete(s.volley, n)
	}
	if reply != "" {
		if ended {
			*m = received{}
		}
		return reply
	}
	switch {
	case s.strict && (verb == "RCPT" && !m.mail || verb == "DATA" && !m.rcpt && !s.lax):
		return "503 5.5.1 not now"
	case s.strict && ended && !m.rcpt:
		*m = received{}
		return "554 5.5.1 for nobody"
	case ended:
		m.After, m.Conn = s.now().Sub(at), n
		s.mails = append(s.mails, *m)
		*m = received{}
		return "250 2.0.0 taken as Q1"
	case verb == "EHLO":
		return "250-here\r\n250-" + strings.Join(append(s.ehlo, "8BITMIME"), "\r\n250-") + "\r\n250 ENHANCEDSTATUSCODES"
	case verb == "MAIL":
		m.From, m.mail = between(line), true
	case verb == "RCPT":
		m.To, m.rcpt = between(line), true
	case verb == "DATA":
		return "354 go on"
	case verb == "RSET":
		*m = received{}
	case verb == "QUIT":
		return "221 bye"
	case verb == "AUTH":
		return "235 welcome"
	}
	return "250 ok"
}

func between(line string) string {
	_, rest, _ := strings.Cut(line, "<")
	inside, _, _ := strings.Cut(rest, ">")
	return inside
}

// taken are the mails so far.
func (s *server) taken() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.mails...)
}

// count tells how many commands began with verb.
func (s *server) count(verb string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lines {
		if strings.HasPrefix(l, verb) {
			n++
		}
	}
	return n
}

func (s *server) connected() (all, open int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns, s.open
}

// isOpen tells whether a connection is not closed yet. It is for answer, which
// is called with the server's mutex held.
func (s *server) isOpen(conn int) bool { return !s.gone[conn] }
