package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/mail"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// postOffice is the demo's world: an IMAP and an SMTP server on loopback, one
// mailbox for each of the people in it. Mail for an address that nobody has is
// taken and comes back as a delivery status notification (RFC 3464), as on the
// real network.
type postOffice struct {
	imap     *imapserver.Server
	smtp     *smtp.Server
	imapPort int
	smtpPort int
	now      func() time.Time

	mu        sync.Mutex
	users     map[string]*imapmemserver.User
	delivered map[string][][]byte // by address, in order
	bell      chan struct{}       // closed and replaced at each delivery
}

const demoPassword = "demo"

// openPostOffice starts both servers; the caller closes it.
func openPostOffice(now func() time.Time, addresses ...string) (*postOffice, error) {
	p := &postOffice{now: now, users: map[string]*imapmemserver.User{}, delivered: map[string][][]byte{}, bell: make(chan struct{})}
	mem := imapmemserver.New()
	for _, addr := range addresses {
		u := imapmemserver.NewUser(addr, demoPassword)
		for _, box := range []string{"INBOX", "Sent", "Drafts", "Trash"} {
			if err := u.Create(box, nil); err != nil {
				return nil, fmt.Errorf("mailbox %s of %s: %w", box, addr, err)
			}
		}
		mem.AddUser(u)
		p.users[addr] = u
	}
	p.imap = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mem.NewSession(), nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIdle: {}, imap.CapMove: {}, imap.CapUIDPlus: {}, imap.CapUnselect: {},
			imap.CapESearch: {}, imap.CapNamespace: {}},
		InsecureAuth: true,
	})
	p.smtp = smtp.NewServer(p)
	p.smtp.Domain, p.smtp.AllowInsecureAuth, p.smtp.MaxMessageBytes = "localhost", true, 50<<20
	var err error
	if p.imapPort, err = serveLoopback(p.imap.Serve); err != nil {
		return nil, err
	}
	if p.smtpPort, err = serveLoopback(p.smtp.Serve); err != nil {
		return nil, errors.Join(err, p.imap.Close())
	}
	return p, nil
}

// serveLoopback runs serve on a free port of loopback; it ends when the server is closed.
func serveLoopback(serve func(net.Listener) error) (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("listening on loopback: %w", err)
	}
	go func() { _ = serve(l) }() // Close of the server ends it with an error that says so
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (p *postOffice) close() error { return errors.Join(p.smtp.Close(), p.imap.Close()) }

// carry takes a mail to the mailbox of to; what stands behind a + does not matter.
func (p *postOffice) carry(from, to string, raw []byte) error {
	local, domain, _ := strings.Cut(strings.ToLower(to), "@")
	local, _, _ = strings.Cut(local, "+")
	box := local + "@" + domain
	p.mu.Lock()
	u := p.users[box]
	p.mu.Unlock()
	if u == nil {
		return p.bounce(from, to, raw)
	}
	trace := fmt.Sprintf("Return-Path: <%s>\r\nDelivered-To: %s\r\nReceived: by localhost; %s\r\n", from, to, p.now().Format(time.RFC1123Z))
	if err := p.put(u, append([]byte(trace), raw...)); err != nil {
		return fmt.Errorf("delivering to %s: %w", to, err)
	}
	p.mu.Lock()
	p.delivered[box] = append(p.delivered[box], raw)
	close(p.bell)
	p.bell = make(chan struct{})
	p.mu.Unlock()
	return nil
}

// put appends bytes to an INBOX as they are. The time of arrival is the
// machine's: the daemon moves it by the demo's clock itself.
func (p *postOffice) put(u *imapmemserver.User, raw []byte) error {
	_, err := u.Append("INBOX", literal{bytes.NewReader(raw)}, &imap.AppendOptions{Time: time.Now()})
	return err
}

type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// bounce returns a mail to its envelope sender; a mail without one is gone.
func (p *postOffice) bounce(from, to string, raw []byte) error {
	if from == "" {
		return nil
	}
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	return p.carry("", from, demoDSN(from, to, p.now(), head))
}

// demoDSN is a delivery status notification (RFC 3464) for a mail with this head.
func demoDSN(from, to string, now time.Time, head []byte) []byte {
	sum := sha256.Sum256(head)
	return []byte(strings.ReplaceAll(fmt.Sprintf(`From: Mail Delivery System <mailer-daemon@localhost>
To: <%s>
Subject: Undelivered Mail Returned to Sender
Date: %s
Message-ID: <%x@localhost>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="dsn"

--dsn
Content-Type: text/plain; charset=us-ascii

<%s>: user unknown

--dsn
Content-Type: message/delivery-status

Reporting-MTA: dns; localhost

Final-Recipient: rfc822; %s
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 user unknown

--dsn
Content-Type: text/rfc822-headers

`, from, now.Format(time.RFC1123Z), sum[:8], to, to), "\n", "\r\n") + string(head) + "\r\n\r\n--dsn--\r\n")
}

// letters returns what was delivered to addr so far, and a channel that closes
// when more comes to anybody.
func (p *postOffice) letters(addr string) ([]*mail.Message, [][]byte, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []*mail.Message
	var raws [][]byte
	for _, raw := range p.delivered[addr] {
		if m, err := mail.ReadMessage(bytes.NewReader(raw)); err == nil {
			list, raws = append(list, m), append(raws, raw)
		}
	}
	return list, raws, p.bell
}

// NewSession begins an SMTP conversation (smtp.Backend).
func (p *postOffice) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &postSession{office: p}, nil
}

// postSession is one SMTP conversation: anybody on loopback may send.
type postSession struct {
	office *postOffice
	from   string
	to     []string
}

func (s *postSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *postSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if s.office.users[user] == nil || password != demoPassword {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *postSession) Mail(from string, _ *smtp.MailOptions) error {
	s.from, s.to = from, nil
	return nil
}

func (s *postSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

func (s *postSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	for _, to := range s.to {
		if err := s.office.carry(s.from, to, raw); err != nil {
			return err
		}
	}
	return nil
}

func (s *postSession) Reset()        { s.from, s.to = "", nil }
func (s *postSession) Logout() error { return nil }
