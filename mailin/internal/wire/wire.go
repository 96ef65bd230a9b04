// Package wire reads what an IMAP server says (RFC 9051, section 7) and hands on
// what a strict client understands. Of all that servers send we need little: the
// greeting, capabilities, the state of a mailbox, UIDs, dates, sizes and bodies,
// and how a command ended. These are passed on as they came where they are well
// formed, mended token by token where they are not; every other untagged response
// is dropped, whatever its form. One untypical line costs at most the mail that
// it is about, never the session.
//
// What servers were seen to send: INTERNALDATE "00-Jan-0000" (Domino), flags that
// are no atoms (Gmail's "]", "(" in PERMANENTFLAGS), X-GM-LABELS and VANISHED out
// of the blue, an empty COPYUID (go-imap's own server), a second "+" or an answer
// to "DONE" (servers that end IDLE by themselves), text behind the "+" of
// AUTHENTICATE, sizes of -1 and NIL (Exchange), CAPABILITY with stray quotes.
package wire

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
)

// Limits on what is not a literal; the bytes in all are the connection's to bound.
const (
	longestLine   = 1 << 20
	longestSearch = 32 << 20 // the UIDs of some three million mails
)

var (
	// ErrBroken is a server that lost its place: behind a body stands something
	// else than the end of its response, so that the body cannot be trusted.
	ErrBroken   = errors.New("the server's answer broke off or is not as long as announced")
	errLong     = errors.New("the server sent a line without end")
	errGreeting = errors.New("this is no IMAP server")
)

// Word is what a server says in words.
type Word struct {
	Tagged bool
	Status string // OK, NO, BAD, BYE, PREAUTH
	Code   string // of the response code, upper case, without what it holds
	Text   string
}

// Conn is a connection to an IMAP server whose answers are read leniently.
type Conn struct {
	net.Conn
	src    *bufio.Reader
	said   func(Word)
	strike func(string) string

	out     []byte // to be read before anything else
	at      int    // of out, what was read
	literal int64  // bytes of the server that follow as they are
	rest    *fetch // the response that a literal interrupted
	greeted bool
	err     error
	line    []byte // reused

	mu    sync.Mutex
	asked asked
}

// New reads c leniently. said is told of every status response as it passes, in
// the reader's goroutine; strike makes its text fit to be shown. Both may be nil.
func New(c net.Conn, said func(Word), strike func(string) string) *Conn {
	if said == nil {
		said = func(Word) {}
	}
	if strike == nil {
		strike = func(s string) string { return s }
	}
	return &Conn{Conn: c, src: bufio.NewReaderSize(c, 8<<10), said: said, strike: strike, asked: asked{tags: map[string]asks{}}}
}

// Write notes what is asked for.
func (c *Conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	c.asked.sent(p)
	c.mu.Unlock()
	return c.Conn.Write(p)
}

// SearchFailed tells, once, whether an answer to SEARCH could not be read.
func (c *Conn) SearchFailed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	failed := c.asked.oddSearch
	c.asked.oddSearch = false
	return failed
}

func (c *Conn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		switch {
		case c.at < len(c.out):
			n := copy(p, c.out[c.at:])
			c.at += n
			return n, nil
		case c.literal > 0:
			n, err := c.src.Read(p[:min(int64(len(p)), c.literal)])
			c.literal -= int64(n)
			return n, err
		case c.err != nil:
			return 0, c.err
		}
		c.out, c.at = c.out[:0], 0
		c.err = c.next()
	}
}

// next reads one line of the server and what belongs to it.
func (c *Conn) next() error {
	line, err := c.readLine()
	if err != nil {
		return err
	}
	if f := c.rest; f != nil {
		c.rest = nil
		f.line, f.pos = line, 0
		return c.fetchItems(f)
	}
	return c.response(line)
}

// readLine reads up to the next LF. What it returns is valid until the next call.
func (c *Conn) readLine() ([]byte, error) {
	line, err := c.src.ReadSlice('\n')
	if err == nil {
		return line, nil
	}
	c.line = append(c.line[:0], line...)
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(c.line) > longestLine && (len(c.line) > longestSearch || !bytes.Contains(bytes.ToUpper(c.line[:16]), []byte("SEARCH"))) {
			return nil, errLong
		}
		line, err = c.src.ReadSlice('\n')
		c.line = append(c.line, line...)
	}
	return c.line, err
}

// skip passes over the literals that line ends with, and what follows them.
func (c *Conn) skip(line []byte) error {
	for {
		_, n, ok := literalAt(line)
		if !ok {
			return nil
		}
		var err error
		if line, err = c.pass(n); err != nil {
			return err
		}
	}
}

// pass discards a literal of n bytes and reads the line behind it.
func (c *Conn) pass(n int64) ([]byte, error) {
	if _, err := io.CopyN(io.Discard, c.src, n); err != nil {
		return nil, err
	}
	return c.readLine()
}

// response handles a whole response, of which line is the first.
func (c *Conn) response(line []byte) error {
	s := scanner{trimEnd(line), 0}
	if !c.greeted {
		return c.greeting(s)
	}
	switch {
	case s.take('*'):
		return c.untagged(line, s)
	case s.take('+'):
		return c.continuation(s)
	}
	tag, status := string(s.word()), string(bytes.ToUpper(s.letters()))
	c.mu.Lock()
	known := c.asked.end(tag, status)
	c.mu.Unlock()
	if !known {
		return nil // the answer to DONE when IDLE had ended by itself, or rubbish
	}
	c.status(tag, status, s)
	return nil
}

func (c *Conn) greeting(s scanner) error {
	if len(bytes.TrimSpace(s.b)) == 0 {
		return nil
	}
	if s.take('*') {
		switch status := string(bytes.ToUpper(s.letters())); status {
		case "OK", "PREAUTH", "BYE", "NO", "BAD":
			c.greeted = true
			c.status("*", status, s)
			return nil
		}
	}
	return fmt.Errorf("%w: it begins with %.80q", errGreeting, c.strike(string(s.b)))
}

func (c *Conn) untagged(line []byte, s scanner) error {
	number, digits := s.number()
	kind := string(bytes.ToUpper(s.letters()))
	switch {
	case digits && kind == "FETCH":
		return c.fetch(number, line, s)
	case digits && (kind == "EXISTS" || kind == "RECENT" || kind == "EXPUNGE"):
		if number <= 1<<32-1 && (kind != "EXPUNGE" || number > 0) {
			c.emit("* ", fmt.Sprint(number), " ", kind)
		}
		return nil
	case digits:
	case kind == "OK" || kind == "NO" || kind == "BAD" || kind == "BYE" || kind == "PREAUTH":
		c.status("*", kind, s)
		return nil
	case kind == "CAPABILITY":
		c.emit("* CAPABILITY", capabilities(string(s.rest())))
	case kind == "SEARCH" || kind == "ESEARCH":
		c.mu.Lock()
		c.asked.found = true
		c.mu.Unlock()
		if kind == "ESEARCH" {
			c.esearch(s)
		} else {
			c.search(s)
		}
	}
	return c.skip(line)
}

// status hands on how a command or the server stands. go-imap reads some codes
// strictly and ends the session over them: of these we need three.
func (c *Conn) status(tag, kind string, s scanner) {
	tagged := tag != "*"
	if tagged && kind != "OK" && kind != "NO" && kind != "BAD" {
		kind = "BAD" // a command that ended in no known way did not succeed
	}
	code, held, text := respText(c.strike(string(s.rest())))
	name := code
	switch code {
	case "UIDVALIDITY", "UIDNEXT":
		if !isNumber(held) {
			name = ""
		}
	case "CAPABILITY":
		held = strings.TrimPrefix(capabilities(held), " ")
	case "PERMANENTFLAGS", "FLAGS", "COPYUID", "APPENDUID", "HIGHESTMODSEQ", "NOMODSEQ":
		name = ""
	}
	if name != "" {
		if held != "" {
			name += " " + held
		}
		name = "[" + name + "]"
	}
	c.out = append(append(append(c.out, tag...), ' '), kind...)
	for _, part := range []string{name, text} {
		if part != "" {
			c.out = append(append(c.out, ' '), part...)
		}
	}
	c.out = append(c.out, "\r\n"...)
	c.said(Word{Tagged: tagged, Status: kind, Code: code, Text: text})
}

// continuation hands on a "+" that is waited for. PLAIN has no challenges, and
// what is not base64 is a greeting to people: both ask for the response that is
// due. A server that announced SASL-IR and did not read it gets it again.
func (c *Conn) continuation(s scanner) error {
	c.mu.Lock()
	due, again, plain, sasl := c.asked.next()
	c.mu.Unlock()
	text := bytes.TrimSpace(s.rest())
	switch {
	case !due:
		return nil
	case sasl && (plain || !isBase64(text)):
		text = nil
	}
	if again != "" && len(text) == 0 {
		_, err := io.WriteString(c.Conn, again+"\r\n")
		return err
	}
	c.emit("+ ", clean(c.strike(string(text))))
	return nil
}

func (c *Conn) emit(parts ...string) {
	for _, p := range parts {
		c.out = append(c.out, p...)
	}
	c.out = append(c.out, "\r\n"...)
}
