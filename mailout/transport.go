package mailout

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
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
	client  *smtp.Client
	line    *replies // below client
	conn    net.Conn
	grouped bool // the last letter's commands were said at once
	used    bool // it has carried, or tried to carry, a letter
	since   time.Time
}

// open connects and logs in. Whatever fails is a fault of the network or of
// the login, never of a letter. Where a refused login ended the connection, the
// next dialect is tried on another.
func (s *Sender) open(ctx context.Context) (*session, error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	for first := 0; ; {
		c, next, err := s.enter(ctx, first)
		if err == nil || next == 0 {
			return c, err
		}
		first = next
	}
}

// enter makes one connection; see authenticate for first and next.
func (s *Sender) enter(ctx context.Context, first int) (_ *session, next int, err error) {
	word := ""
	if s.Server.User != "" && s.Server.Auth != "xoauth2" { // known before the server says its first word
		if word, err = s.Server.secret(ctx); err != nil {
			return nil, 0, err
		}
		s.secrets.Add(word)
	}
	raw, err := s.Dial(ctx)
	if err != nil {
		return nil, 0, &Error{network, fmt.Errorf("connect: %w", err)}
	}
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	c, line, err := s.greet(ctx, raw)
	if err == nil && s.Server.User != "" {
		if word == "" {
			word, err = s.Server.secret(ctx)
			s.secrets.Add(word)
		}
		if err == nil {
			next, err = s.authenticate(c, word, first)
		}
	}
	if !stop() && err == nil {
		err = &Error{network, fmt.Errorf("log in: %w", context.Cause(ctx))}
	}
	if err != nil {
		raw.Close()
		return nil, next, err
	}
	return &session{client: c, line: line, conn: raw}, 0, nil
}

// greet does everything before the login: TLS as demanded, EHLO.
func (s *Sender) greet(ctx context.Context, raw net.Conn) (*smtp.Client, *replies, error) {
	line, err := s.secure(ctx, raw)
	if err != nil {
		return nil, nil, err
	}
	c := smtp.NewClient(line)
	c.CommandTimeout, c.SubmissionTimeout = commandTime, dotTime
	if err := c.Hello(s.hello()); err != nil {
		return nil, nil, &Error{network, fmt.Errorf("greet: %w", err)}
	}
	return c, line, nil
}

// secure brings TLS up as demanded. What it returns greets first.
func (s *Sender) secure(ctx context.Context, raw net.Conn) (*replies, error) {
	if s.Server.TLS == "none" {
		return newReplies(raw, &s.secrets), nil
	}
	starts := s.Server.TLS != "implicit"
	if starts {
		if err := s.startTLS(newReplies(raw, &s.secrets)); err != nil {
			return nil, err
		}
	}
	conf := s.Server.Conf.Clone()
	if conf == nil {
		conf = new(tls.Config)
	}
	conf.ServerName, conf.MinVersion = s.Server.Host, tls.VersionTLS12
	conn := tls.Client(raw, conf)
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, untrusted(err)
	}
	secured := newReplies(conn, &s.secrets)
	if starts {
		secured.out = []byte("220 TLS is up\r\n")
		secured.answered = true
	}
	return secured, nil
}

// startTLS asks for TLS (RFC 3207). Nothing else is said in the clear, and a
// server that sends more than its consent is not believed.
func (s *Sender) startTLS(r *replies) error {
	if err := r.SetReadDeadline(time.Now().Add(commandTime)); err != nil {
		return &Error{network, fmt.Errorf("greet: %w", err)}
	}
	defer r.SetReadDeadline(time.Time{})
	code, text, err := r.reply()
	if err == nil && code != 220 {
		err = &smtp.SMTPError{Code: code, Message: text}
	}
	if err == nil {
		code, text, err = r.ask("EHLO " + s.hello())
	}
	if err != nil {
		return &Error{network, fmt.Errorf("greet: %w", err)}
	}
	if code/100 == 4 {
		return &Error{network, fmt.Errorf("greet: %w", &smtp.SMTPError{Code: code, Message: text})}
	}
	if code != 250 || !slices.Contains(strings.Split(text, "\n")[1:], "STARTTLS") {
		return &Error{login, about{"smtp clear", errors.New("the server offers no STARTTLS: nothing is sent in the clear")}}
	}
	code, text, err = r.ask("STARTTLS")
	switch {
	case err != nil:
		return &Error{network, fmt.Errorf("STARTTLS: %w", err)}
	case code/100 == 5:
		return &Error{login, about{"smtp clear", fmt.Errorf("the server offers STARTTLS and refuses it; nothing is sent in the clear: %w", &smtp.SMTPError{Code: code, Message: text})}}
	case code != 220:
		return &Error{network, fmt.Errorf("STARTTLS: %w", &smtp.SMTPError{Code: code, Message: text})}
	case r.in.Buffered() > 0:
		return &Error{login, about{"smtp certificate", errors.New("the server sent data before TLS was up: it is not trusted")}}
	}
	return nil
}

// ask says a command and reads the reply.
func (r *replies) ask(command string) (code int, text string, err error) {
	if _, err := r.Write([]byte(command + "\r\n")); err != nil {
		return 0, "", err
	}
	return r.reply()
}

// untrusted tells a certificate that is not believed, which somebody must look
// at, from a network that fails.
func untrusted(err error) error {
	if bad := (*tls.CertificateVerificationError)(nil); errors.As(err, &bad) {
		return &Error{login, about{"smtp certificate", fmt.Errorf("the server's certificate: %w", err)}}
	}
	return &Error{network, fmt.Errorf("greet: %w", err)}
}

// admits tells whether the server can take a letter of that size for to at all.
func (c *session) admits(to string, size int64) error {
	if has, _ := c.client.Extension("SMTPUTF8"); !ascii(to) && !has {
		return &Error{permanent, about{"why-foreign", fmt.Errorf("the address %s has letters beyond ASCII before the @, and our mail server cannot carry it (no SMTPUTF8)", to)}}
	}
	if most, ok := c.client.MaxMessageSize(); ok && most > 0 && size > int64(most) {
		return &Error{tooLarge, fmt.Errorf("the letter has %d bytes, our mail server takes at most %d (RFC 1870)", size, most)}
	}
	return nil
}

// ask goes from MAIL to DATA: after it the server takes the letter. Where the
// server lets us, and single is false, all three are said at once.
func (c *session) ask(from, to string, size int64, single bool) (*smtp.DataCommand, error) {
	pipelining, _ := c.client.Extension("PIPELINING")
	if c.grouped = pipelining && !single; c.grouped {
		c.line.together()
	}
	if err := c.mail(from, &smtp.MailOptions{Size: size, UTF8: !ascii(to)}); err != nil {
		return nil, refused(err, atMail, from)
	}
	if err := c.client.Rcpt(to, nil); err != nil {
		return nil, refused(err, atRcpt, from)
	}
	w, err := c.client.Data()
	if !c.grouped {
		return w, refused(err, atData, from)
	}
	at := cmp.Or(c.line.volley.at, atData)
	c.line.nobody()
	return w, refused(err, at, from)
}

// mail says MAIL, without the letter's size to a server that stumbles over it.
func (c *session) mail(from string, options *smtp.MailOptions) error {
	err := c.client.Mail(from, options)
	said := (*smtp.SMTPError)(nil)
	if errors.As(err, &said) && (said.Code == 501 || said.Code == 504 || said.Code == 555) && options.Size > 0 && !is(enhanced(said), 1, 7) && !is(enhanced(said), 1, 8) {
		if again := c.client.Mail(from, &smtp.MailOptions{UTF8: options.UTF8}); again == nil {
			return nil
		}
	}
	return err
}

// transmit sends the bytes and returns what the server said when it took them.
func (c *session) transmit(ctx context.Context, w *smtp.DataCommand, l *ticket.Letter, open Open, from string) (string, error) {
	if err := writeLetter(ctx, w, l, open); err != nil {
		c.conn.Close() // never w.Close: it would send half a letter
		return "", &Error{lost, fmt.Errorf("send the letter: %w", err)}
	}
	said, err := w.CloseWithResponse()
	if odd := (*smtp.SMTPError)(nil); errors.As(err, &odd) && odd.Code/100 == 2 {
		return odd.Message, nil
	}
	if errors.Is(err, errUnasked) { // found before the dot was written
		return "", &Error{lost, fmt.Errorf("send the letter: %w", err)}
	}
	if err != nil {
		return "", refused(err, atEnd, from)
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
