package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-smtp"

	"sportello/ticket/boltstore"
)

// pipes is a listener whose connections are pipes in memory, over which the
// clock of a bubble goes on.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (p *pipes) dial(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// relay is an SMTP server that takes everything and remembers when.
type relay struct {
	mu    sync.Mutex
	taken []taken
	pass  func(to, raw string) // is given each letter as well; nil: nobody is
}

type taken struct {
	to, notice string
	at         time.Time
	raw        string
}

func (r *relay) NewSession(*smtp.Conn) (smtp.Session, error) { return &relaySession{relay: r}, nil }

type relaySession struct {
	*relay
	to string
}

func (s *relaySession) Mail(string, *smtp.MailOptions) error { return nil }
func (s *relaySession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return nil
}
func (s *relaySession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	if s.pass != nil {
		s.pass(s.to, string(raw))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = append(s.taken, taken{s.to, m.Header.Get("X-Sportello-Notice"), time.Now(), string(raw)})
	return nil
}
func (s *relaySession) Reset()        {}
func (s *relaySession) Logout() error { return nil }

// letters are those of a kind that were taken so far.
func (r *relay) letters(notice string) []taken {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []taken
	for _, t := range r.taken {
		if t.notice == notice {
			list = append(list, t)
		}
	}
	return list
}

// world is a desk with a mailbox and a relay in memory, in a bubble.
type world struct {
	t     *testing.T
	box   *imapmemserver.User
	relay *relay
	parts *parts
	log   lockedBuffer
	store *boltstore.Store

	reading, sending wire   // to the two servers
	close            func() // ends the desk and its servers
}

// inWorld lets f play with a desk of this configuration that runs, on a mailbox
// that fill has filled before.
func inWorld(t *testing.T, config string, fill, f func(*world)) {
	t.Helper()
	dir := memoryDir(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		fill(w)
		w.start(dir, config)
		f(w)
		w.close()
	})
}

// memoryDir is a folder in memory where there is one: an fsync costs nothing there,
// and nothing that a world is asked about hangs on a disk.
func memoryDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "sportello")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// newWorld is a world whose desk has not been started.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, relay: &relay{}, box: imapmemserver.NewUser("support@example.test", "demo-secret")}
	must(t, w.box.Create("INBOX", nil))
	return w
}

// start runs the desk of this configuration in dir, and its servers, until close.
func (w *world) start(dir, config string) {
	t := w.t
	t.Helper()
	file := filepath.Join(dir, "sportello.toml")
	for name, text := range map[string]string{file: config, filepath.Join(dir, "password"): "demo-secret"} {
		must(t, os.WriteFile(name, []byte(text), 0o600))
	}
	mem := imapmemserver.New()
	mem.AddUser(w.box)
	quiet := stdlog.New(io.Discard, "", 0)
	reading := imapserver.New(&imapserver.Options{InsecureAuth: true, Logger: quiet, Caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIdle: {}},
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mem.NewSession(), nil, nil
		}})
	sending := smtp.NewServer(w.relay)
	sending.ErrorLog = quiet
	in, out := newPipes(), newPipes()
	var servers sync.WaitGroup
	servers.Go(func() { _ = reading.Serve(in) })
	servers.Go(func() { _ = sending.Serve(out) })

	c, err := loadConfig(file, noEnv, true)
	must(t, err)
	must(t, makeDesk(c.Desk.StateDir))
	a := &app{env: noEnv, stdout: io.Discard, stderr: &w.log}
	s, err := a.openService(c, a.newLog(c), boltstore.Options{})
	must(t, err)
	w.parts, w.store = s.parts, s.store
	w.parts.poller.Dial, w.parts.sender.Dial = w.reading.over(in.dial), w.sending.over(out.dial)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.parts.run(ctx) }()
	w.close = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		must(t, s.store.Close())
		_, _ = reading.Close(), sending.Close()
		in.Close()
		out.Close()
		servers.Wait()
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// write puts a mail into the mailbox that arrived some time ago.
func (w *world) write(from, subject, text string, ago time.Duration, headers ...string) {
	w.t.Helper()
	at := time.Now().Add(-ago)
	if from != "" {
		from = "From: " + from + "\r\n"
	}
	w.raw(fmt.Sprintf("%sTo: support@example.test\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%x@cliente.test>\r\n%sMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
		from, subject, at.Format(time.RFC1123Z), subject, strings.Join(append(headers, ""), "\r\n"), text), ago)
}

// raw puts bytes into the mailbox as they are.
func (w *world) raw(raw string, ago time.Duration) {
	w.t.Helper()
	_, err := w.box.Append("INBOX", literal{bytes.NewReader([]byte(raw))}, &imap.AppendOptions{Time: time.Now().Add(-ago)})
	must(w.t, err)
}

// wait lets time pass.
func (w *world) wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

const worldConfig = `
[desk]
name = "Assistenza"
address = "support@example.test"
state_dir = "state"
[imap]
url = "imap://support%%40example.test@localhost/INBOX?tls=none"
password_file = "password"
backlog = "all"
[smtp]
url = "smtp://localhost?tls=none"
[security]
verify_dkim = false
customer = "token"
technician = "token"
[limits]
%s
[[technician]]
name = "Anna Ferretti"
addresses = ["anna@example.test"]
[[technician]]
name = "Bruno Conti"
addresses = ["bruno@example.test"]
`
