package mailin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"

	"sportello/ticket"
)

// allCaps is what a good server can do; bareCaps leaves the extensions away.
var (
	allCaps  = imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIdle: {}, imap.CapMove: {}, imap.CapUIDPlus: {}, imap.CapESearch: {}}
	bareCaps = imap.CapSet{imap.CapIMAP4rev1: {}}
)

// postOffice is an IMAP server in the process, reached over net.Pipe, so that
// it works under a fake clock.
type postOffice struct {
	t    testing.TB
	user *imapmemserver.User
	srv  *imapserver.Server
	ln   *pipeListener

	mu      sync.Mutex
	wrap    func(net.Conn) net.Conn // of the client's side of the next connections
	down    error                   // what the next dial answers
	dials   []time.Time
	logins  []time.Time
	refuse  error // what the next logins answer
	tokens  map[string]bool
	onLogin func()
}

func newPostOffice(t testing.TB, caps imap.CapSet) *postOffice {
	o := &postOffice{t: t, user: imapmemserver.NewUser("desk", "secret"), ln: newPipeListener()}
	o.create("INBOX")
	o.srv = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &clerk{office: o}, nil, nil
		},
		Caps: caps, InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
	})
	go o.srv.Serve(o.ln)
	t.Cleanup(func() { o.srv.Close() })
	return o
}

func (o *postOffice) create(name string) {
	if err := o.user.Create(name, nil); err != nil {
		o.t.Fatal(err)
	}
}

// put delivers a mail that arrived at date.
func (o *postOffice) put(mailbox, raw string, date time.Time) {
	o.t.Helper()
	lit := struct {
		*bytes.Reader
	}{bytes.NewReader([]byte(raw))}
	if _, err := o.user.Append(mailbox, literal{lit.Reader}, &imap.AppendOptions{Time: date}); err != nil {
		o.t.Fatal(err)
	}
}

type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

func (o *postOffice) dial(context.Context) (net.Conn, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.dials = append(o.dials, time.Now())
	if o.down != nil {
		return nil, o.down
	}
	c, err := o.ln.dial()
	if err == nil && o.wrap != nil {
		c = o.wrap(c)
	}
	return c, err
}

// set changes the office while clients are there.
func (o *postOffice) set(f func(o *postOffice)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f(o)
}

// count answers how many mails a mailbox holds and how many of them are unseen.
func (o *postOffice) count(mailbox string) (all, unseen int) {
	o.t.Helper()
	d, err := o.user.Status(mailbox, &imap.StatusOptions{NumMessages: true, NumUnseen: true})
	if err != nil {
		o.t.Fatal(err)
	}
	return int(*d.NumMessages), int(*d.NumUnseen)
}

// clerk is a session that knows XOAUTH2 and how to refuse.
type clerk struct {
	*imapmemserver.UserSession
	office *postOffice
}

func (c *clerk) Login(user, password string) error {
	c.office.mu.Lock()
	c.office.logins = append(c.office.logins, time.Now())
	refuse, onLogin := c.office.refuse, c.office.onLogin
	c.office.mu.Unlock()
	if onLogin != nil {
		onLogin()
	}
	if refuse != nil {
		return refuse
	}
	if err := c.office.user.Login(user, password); err != nil {
		return err
	}
	c.UserSession = imapmemserver.NewUserSession(c.office.user)
	return nil
}

func (c *clerk) Close() error {
	if c.UserSession == nil {
		return nil
	}
	return c.UserSession.Close()
}

func (c *clerk) AuthenticateMechanisms() []string { return []string{"PLAIN", "XOAUTH2"} }

func (c *clerk) Authenticate(mech string) (sasl.Server, error) {
	switch mech {
	case "PLAIN":
		return sasl.NewPlainServer(func(_, user, password string) error { return c.Login(user, password) }), nil
	case "XOAUTH2":
		return &bearer{c}, nil
	}
	return nil, &imap.Error{Type: imap.StatusResponseTypeNo, Text: "unknown mechanism"}
}

// bearer is the server's side of XOAUTH2.
type bearer struct{ clerk *clerk }

func (b *bearer) Next(response []byte) ([]byte, bool, error) {
	if response == nil {
		return []byte{}, false, nil
	}
	_, rest, _ := strings.Cut(string(response), "auth=Bearer ")
	token, _, _ := strings.Cut(rest, "\x01")
	o := b.clerk.office
	o.mu.Lock()
	o.logins = append(o.logins, time.Now())
	ok := o.tokens[token]
	o.mu.Unlock()
	if !ok {
		return nil, false, imapserver.ErrAuthFailed
	}
	b.clerk.UserSession = imapmemserver.NewUserSession(o.user)
	return nil, true, nil
}

// pipeListener hands out net.Pipe connections.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (l *pipeListener) dial() (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// ledger is a Receiver that remembers.
type ledger struct {
	mu      sync.Mutex
	cursor  ticket.Cursor
	mails   []*ticket.Inbound
	batches []int       // mails of each commit that had any
	at      []time.Time // of each mail
	fail    func(in []*ticket.Inbound) error
}

func (l *ledger) Receive(_ context.Context, in []*ticket.Inbound, c ticket.Cursor) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		if err := l.fail(in); err != nil {
			return err
		}
	}
	if c.UIDValidity == l.cursor.UIDValidity && c.Last < l.cursor.Last && c.First > 0 {
		return fmt.Errorf("the cursor moved back from %d to %d", l.cursor.Last, c.Last)
	}
	l.cursor = c
	l.mails = append(l.mails, in...)
	for range in {
		l.at = append(l.at, time.Now())
	}
	if len(in) > 0 {
		l.batches = append(l.batches, len(in))
	}
	return nil
}

func (l *ledger) Cursor(context.Context) (ticket.Cursor, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cursor, nil
}

// uids are those filed so far, in order.
func (l *ledger) uids() []uint32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	var u []uint32
	for _, in := range l.mails {
		u = append(u, in.Source.UID)
	}
	return u
}

// desk is a Poller under test with what it said.
type desk struct {
	*Poller
	*ledger
	mu     sync.Mutex
	alerts []string
}

func newDesk(o *postOffice) *desk {
	d := &desk{ledger: &ledger{}}
	d.Poller = &Poller{
		Server: Server{Host: "imap.example.it", TLS: TLSNone, User: "desk",
			Password: func(context.Context) (string, error) { return "secret", nil }},
		Dial: o.dial, Receiver: d.ledger, Backlog: -1, Jitter: func() float64 { return 0 }, Workers: 2,
		Alert: func(c Condition, _ string) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.alerts = append(d.alerts, c.String())
		},
	}
	return d
}

func (d *desk) told() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.alerts, ", ")
}

// run starts the poller and returns what ends it and tells its error.
func (d *desk) run(t *testing.T) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Poller.Run(ctx) }()
	return func() error {
		cancel()
		select {
		case err := <-done:
			return err
		case <-time.After(30 * time.Second):
			return errors.New("Run did not end within 30 s")
		}
	}
}

// bubble runs f under a fake clock with a post office and a desk.
func bubble(t *testing.T, caps imap.CapSet, f func(t *testing.T, o *postOffice, d *desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := newPostOffice(t, caps)
		f(t, o, newDesk(o))
		o.srv.Close()
	})
}

// mailText is a small mail called name.
func mailText(name string) string {
	return "From: Mario Rossi <mario@example.com>\r\nTo: desk@example.it\r\nSubject: " + name +
		"\r\nMessage-ID: <" + name + "@example.com>\r\nDate: Mon, 2 Feb 2026 10:00:00 +0100\r\n\r\nBuongiorno\r\n"
}

// wrapTo hands a way to cut each connection to conns.
func wrapTo(conns chan io.Closer) func(net.Conn) net.Conn {
	return func(c net.Conn) net.Conn {
		conns <- c
		return c
	}
}

// pass lets d of fake time pass, and everything come to rest.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
