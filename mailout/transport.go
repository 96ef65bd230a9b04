package mailout

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"sportello/ticket"
)

// Deadlines of a conversation. RFC 5321, section 4.5.3.2, allows servers more,
// but those that need it are better left alone and tried again.
const (
	openTime    = time.Minute      // connect, greeting, TLS, login
	commandTime = 30 * time.Second // one command
	bodyTime    = time.Minute      // one write of the body
	dotTime     = 5 * time.Minute  // the answer to the final dot
	letterTime  = 20 * time.Minute // one letter in all
	quitTime    = 5 * time.Second  // goodbye
)

// Server says whom the letters are given to.
type Server struct {
	Host string      // name in the certificate
	TLS  string      // "implicit", "starttls" (also when empty) or "none": loopback only
	Conf *tls.Config // certificate authorities; nil: the system's. Its ServerName is set here.
	// User is empty for no login. Auth is "password" (also when empty) or
	// "xoauth2"; Password or Token is asked at each login.
	User, Auth      string
	Password, Token func(context.Context) (string, error)
	Hello           string // our name in EHLO; empty: the domain of the desk
}

// check refuses what must never happen: mail or a password in the clear.
func (s *Server) check() error {
	switch s.TLS {
	case "", "implicit", "starttls":
		return nil
	case "none":
		ip := net.ParseIP(s.Host)
		if s.Host == "localhost" || ip != nil && ip.IsLoopback() {
			return nil
		}
		return fmt.Errorf("mailout: %s without TLS: only the machine itself is reached so", s.Host)
	}
	return fmt.Errorf("mailout: TLS %q: must be implicit, starttls or none", s.TLS)
}

// session is one SMTP conversation after the login. One goroutine uses it at a time.
type session struct {
	client *smtp.Client
	conn   net.Conn
	used   bool // it has carried, or tried to carry, a letter
	since  time.Time
}

// deadlineConn bounds every write: go-smtp sets no deadline while the body is
// written. Reads are bounded by go-smtp per command.
type deadlineConn struct{ net.Conn }

func (c deadlineConn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(bodyTime)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// open connects and logs in. Whatever fails is a fault of the network or of
// the login, never of a letter.
func (s *Sender) open(ctx context.Context) (*session, error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	raw, err := s.Dial(ctx)
	if err != nil {
		return nil, &Error{network, fmt.Errorf("connect: %w", err)}
	}
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	c, err := s.greet(ctx, deadlineConn{raw})
	if err == nil {
		err = s.Server.authenticate(ctx, c)
	}
	if !stop() && err == nil {
		err = &Error{network, fmt.Errorf("log in: %w", context.Cause(ctx))}
	}
	if err != nil {
		raw.Close()
		return nil, err
	}
	return &session{client: c, conn: raw}, nil
}

// greet does everything before the login: TLS as demanded, EHLO.
func (s *Sender) greet(ctx context.Context, conn net.Conn) (*smtp.Client, error) {
	conf := s.Server.Conf.Clone()
	if conf == nil {
		conf = new(tls.Config)
	}
	conf.ServerName, conf.MinVersion = s.Server.Host, tls.VersionTLS12
	var c *smtp.Client
	switch s.Server.TLS {
	case "none":
		c = smtp.NewClient(conn)
	case "implicit":
		secure := tls.Client(conn, conf)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, untrusted(err)
		}
		c = smtp.NewClient(secure)
	default:
		var err error
		if c, err = smtp.NewClientStartTLS(conn, conf); err != nil {
			return nil, noTLS(err)
		}
	}
	c.CommandTimeout, c.SubmissionTimeout = commandTime, dotTime
	if err := c.Hello(s.hello()); err != nil {
		return nil, untrusted(err)
	}
	return c, nil
}

// untrusted tells a certificate that is not believed, which somebody must look
// at, from a network that fails.
func untrusted(err error) error {
	if bad := (*tls.CertificateVerificationError)(nil); errors.As(err, &bad) {
		return &Error{login, fmt.Errorf("the server's certificate: %w", err)}
	}
	return &Error{network, fmt.Errorf("greet: %w", err)}
}

// noTLS tells a server that has no STARTTLS from a network that fails. go-smtp
// says so with a plain error after a good greeting.
func noTLS(err error) error {
	var said *smtp.SMTPError
	var trouble net.Error
	if err.Error() == "smtp: server doesn't support STARTTLS" || errors.As(err, &said) && said.Code/10 == 50 {
		return &Error{login, errors.New("the server offers no STARTTLS: nothing is sent in the clear")}
	}
	if errors.As(err, &trouble) {
		return &Error{network, fmt.Errorf("greet: %w", trouble)}
	}
	return &Error{network, fmt.Errorf("greet: %w", err)}
}

// prepare goes as far as RCPT: after it the server would take the letter.
func (c *session) prepare(from, to string, size int64) error {
	utf8 := !ascii(to)
	if has, _ := c.client.Extension("SMTPUTF8"); utf8 && !has {
		return &Error{permanent, fmt.Errorf("the address %s has letters beyond ASCII before the @, and our mail server cannot carry it (no SMTPUTF8)", to)}
	}
	if most, ok := c.client.MaxMessageSize(); ok && most > 0 && size > int64(most) {
		return &Error{permanent, fmt.Errorf("the letter has %d bytes, our mail server takes at most %d: lower [limits] relay", size, most)}
	}
	if err := c.client.Mail(from, &smtp.MailOptions{Size: size, UTF8: utf8}); err != nil {
		return refusedFrom(err)
	}
	return refusedTo(c.client.Rcpt(to, nil))
}

// refusedTo reads a refusal of RCPT. What a server holds against the envelope
// sender it may keep until then (Postfix does unless told otherwise): the codes
// of RFC 3463, section 3.2, say so, or its words.
func refusedTo(err error) error {
	var said *smtp.SMTPError
	if !errors.As(err, &said) || said.Temporary() {
		return answered(err, lost)
	}
	code, words := said.EnhancedCode, strings.ToLower(said.Message)
	if code == (smtp.EnhancedCode{5, 1, 7}) || code == (smtp.EnhancedCode{5, 1, 8}) ||
		strings.Contains(words, "sender address rejected") || strings.Contains(words, "sender verify failed") {
		return &Error{envelope, said}
	}
	return answered(err, lost)
}

// refusedFrom reads a refusal of MAIL FROM, which may be about us, about the
// envelope sender, or about the letter's size.
func refusedFrom(err error) error {
	var said *smtp.SMTPError
	if !errors.As(err, &said) || said.Temporary() {
		return answered(err, lost)
	}
	switch said.Code {
	case 530, 534, 535, 538:
		return &Error{login, fmt.Errorf("the server wants a login: %w", said)}
	case 552:
		return &Error{permanent, said}
	}
	if strings.Contains(strings.ToLower(said.Message), "authenticat") { // 502, 550, 554: servers differ
		return &Error{login, fmt.Errorf("the server wants a login: %w", said)}
	}
	return &Error{envelope, said}
}

// transmit sends the bytes and returns what the server said when it took them.
func (c *session) transmit(ctx context.Context, l *ticket.Letter, open Open) (string, error) {
	w, err := c.client.Data()
	if err != nil {
		return "", answered(err, lost)
	}
	if err := writeLetter(ctx, w, l, open); err != nil {
		c.conn.Close() // never w.Close: it would send half a letter
		return "", &Error{lost, fmt.Errorf("send the letter: %w", err)}
	}
	said, err := w.CloseWithResponse()
	if err != nil {
		return "", answered(err, unknown)
	}
	return said.StatusText, nil
}

// quit says goodbye and closes; it takes at most quitTime.
func (c *session) quit() {
	c.client.CommandTimeout = quitTime
	if err := c.client.Quit(); err != nil {
		c.conn.Close()
	}
}

// guard closes the connection when ctx ends, until the function it returns is called.
func (c *session) guard(ctx context.Context) func() bool {
	return context.AfterFunc(ctx, func() { c.conn.Close() })
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
