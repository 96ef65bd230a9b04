package mailout

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"sportello/ticket"
)

// certificate makes one for localhost, and the pool that believes it.
func certificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// sink is a go-smtp server that keeps what it gets.
type sink struct {
	mechanisms []string
	mu         sync.Mutex
	mechanism  string // of the last login
	from, to   string
	body       []byte
	letters    int
}

func (s *sink) NewSession(c *smtp.Conn) (smtp.Session, error) { return &sinkSession{sink: s}, nil }

type sinkSession struct {
	*sink
	user bool
}

func (s *sinkSession) AuthMechanisms() []string { return s.mechanisms }

func (s *sinkSession) Auth(mech string) (sasl.Server, error) {
	check := func(user, secret string) error {
		if user != "desk" || secret != "secret" {
			return smtp.ErrAuthFailed
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.user, s.mechanism = true, mech
		return nil
	}
	switch mech {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, user, secret string) error { return check(user, secret) }), nil
	case "LOGIN":
		return &loginServer{check: check}, nil
	case "XOAUTH2":
		return &xoauthServer{check: check}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

// loginServer and xoauthServer are what go-sasl leaves out.
type loginServer struct {
	check func(user, secret string) error
	user  *string
}

func (s *loginServer) Next(response []byte) ([]byte, bool, error) {
	word := string(response)
	switch {
	case response == nil:
		return []byte("Username:"), false, nil
	case s.user == nil:
		s.user = &word
		return []byte("Password:"), false, nil
	}
	return nil, true, s.check(*s.user, word)
}

type xoauthServer struct {
	check func(user, secret string) error
}

func (s *xoauthServer) Next(response []byte) ([]byte, bool, error) {
	if len(response) == 0 {
		return nil, true, smtp.ErrAuthFailed
	}
	user, rest, _ := strings.Cut(strings.TrimPrefix(string(response), "user="), "\x01auth=Bearer ")
	if s.check(user, strings.TrimSuffix(rest, "\x01\x01")) != nil {
		return []byte(`{"status":"401"}`), false, nil
	}
	return nil, true, nil
}

func (s *sinkSession) Mail(from string, _ *smtp.MailOptions) error {
	if len(s.mechanisms) > 0 && !s.user {
		return smtp.ErrAuthRequired
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.from = from
	return nil
}

func (s *sinkSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.to = to
	return nil
}

func (s *sinkSession) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.body = body
	s.letters++
	return err
}

func (s *sinkSession) Reset()        {}
func (s *sinkSession) Logout() error { return nil }

// listen serves on loopback until the test ends.
func (s *sink) listen(t testing.TB, conf *tls.Config, implicit bool) (dial func(context.Context) (net.Conn, error)) {
	t.Helper()
	srv := smtp.NewServer(s)
	srv.Domain, srv.TLSConfig, srv.AllowInsecureAuth = "localhost", conf, conf == nil
	srv.ErrorLog = log.New(io.Discard, "", 0)
	srv.ReadTimeout, srv.WriteTimeout = 30*time.Second, 30*time.Second
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if implicit {
		l = tls.NewListener(l, conf)
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	t.Cleanup(func() {
		srv.Close()
		<-ended
	})
	return func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "tcp", addr) }
}

// oneLetter runs s until its only letter is settled or somebody is told.
func oneLetter(t *testing.T, s *Sender) (row ticket.Row, alert string) {
	t.Helper()
	spool := newSpool(time.Now, sample(ticket.NoticeAnswer, "it"))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s.Spool = settling{spool, cancel}
	s.Compose, s.Now, s.DeskAddress = composer().Compose, time.Now, "assistenza@example.it"
	s.Alert = func(_ context.Context, lines ...ticket.Words) error {
		alert = inEnglish(lines)
		cancel()
		return nil
	}
	if err := s.Run(ctx); err != nil {
		t.Fatal(err)
	}
	return spool.row(7), alert
}

// settling calls a function when the letter waits for nothing any more.
type settling struct {
	*memSpool
	then func()
}

func (s settling) Settle(ctx context.Context, id ticket.NoticeID, o ticket.Outcome) error {
	if o.State != ticket.RowQueued {
		defer s.then()
	}
	return s.memSpool.Settle(ctx, id, o)
}

// TestTransport: each way to reach a real server, and to log in.
func TestTransport(t *testing.T) {
	cert, pool := certificate(t)
	secret := func(word string) func(context.Context) (string, error) {
		return func(context.Context) (string, error) { return word, nil }
	}
	cases := map[string]struct {
		mechanisms []string
		server     Server
		state      ticket.RowState
		mechanism  string
		alert      string
	}{
		"starttls and PLAIN": {[]string{"PLAIN", "LOGIN"}, Server{User: "desk", Password: secret("secret")}, ticket.RowSent, "PLAIN", ""},
		"implicit and LOGIN": {[]string{"LOGIN"}, Server{TLS: "implicit", User: "desk", Password: secret("secret")}, ticket.RowSent, "LOGIN", ""},
		"starttls and XOAUTH2": {[]string{"PLAIN", "XOAUTH2"}, Server{User: "desk", Auth: "xoauth2", Token: secret("secret")},
			ticket.RowSent, "XOAUTH2", ""},
		"no login": {nil, Server{}, ticket.RowSent, "", ""},
		"refused password": {[]string{"PLAIN"}, Server{User: "desk", Password: secret("wrong")}, ticket.RowQueued, "",
			"refuses the user or the password, and all letters are waiting: check [smtp] url and password_file. It said: 535 5.7.8"},
		"refused token": {[]string{"XOAUTH2"}, Server{User: "desk", Auth: "xoauth2", Token: secret("wrong")}, ticket.RowQueued, "",
			"refuses the user or the password, and all letters are waiting: check [smtp] url and password_file. It said: 535"},
		"no user where one is needed": {[]string{"PLAIN"}, Server{}, ticket.RowQueued, "", "requires a login"},
		"nothing in common":           {[]string{"XOAUTH2"}, Server{User: "desk", Password: secret("secret")}, ticket.RowQueued, "", "no password login"},
		"unreadable password": {[]string{"PLAIN"}, Server{User: "desk", Password: func(context.Context) (string, error) {
			return "", errors.New("permission denied")
		}}, ticket.RowQueued, "", "The password or token for outgoing mail cannot be read"},
		"another name":    {nil, Server{Host: "mx.example.it"}, ticket.RowQueued, "", "The certificate of the outgoing mail server"},
		"another, at 465": {nil, Server{Host: "mx.example.it", TLS: "implicit"}, ticket.RowQueued, "", "The certificate of the outgoing mail server"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			to := &sink{mechanisms: c.mechanisms}
			if c.server.Host == "" {
				c.server.Host = "localhost"
			}
			c.server.Conf = &tls.Config{RootCAs: pool}
			dial := to.listen(t, &tls.Config{Certificates: []tls.Certificate{cert}}, c.server.TLS == "implicit")
			row, alert := oneLetter(t, &Sender{Dial: dial, Server: c.server})
			if row.State != c.state || to.mechanism != c.mechanism {
				t.Errorf("letter %s by %q, want %s by %q (%s)", row.State, to.mechanism, c.state, c.mechanism, row.LastError)
			}
			if !strings.Contains(alert, c.alert) || (alert == "") != (c.alert == "") {
				t.Errorf("told %q, want %q", alert, c.alert)
			}
			if _, want := compose(t, sample(ticket.NoticeAnswer, "it")); c.state == ticket.RowSent && string(to.body) != string(want) {
				t.Errorf("arrived %d bytes, want %d", len(to.body), len(want))
			}
		})
	}
}

// TestStartTLSMissing: go-smtp's plain error is recognised for what it is.
func TestStartTLSMissing(t *testing.T) {
	row, alert := oneLetter(t, &Sender{Dial: new(sink).listen(t, nil, false), Server: Server{Host: "localhost"}})
	if row.State != ticket.RowQueued || !strings.Contains(alert, "does not offer STARTTLS") {
		t.Errorf("%s, told %q", row.State, alert)
	}
}

// BenchmarkSend measures letters of 4 KB to a server on loopback over four
// connections, composed and carried, with an outbox in memory.
func BenchmarkSend(b *testing.B) {
	to := new(sink)
	dial := to.listen(b, nil, false)
	spool := newSpool(time.Now)
	for i := range b.N {
		spool.add(sample(ticket.NoticeAnswer, "it", func(n *ticket.Notice) {
			n.ID, n.Text = ticket.NoticeID(i+1), strings.Repeat("Una riga di testo della risposta.\n", 18)
		}))
	}
	queue := &inOrder{memSpool: spool, left: b.N}
	ctx, cancel := context.WithCancel(context.Background())
	queue.then = cancel
	s := &Sender{Spool: queue, Compose: composer().Compose, Dial: dial, Server: Server{Host: "localhost", TLS: "none"},
		Connections: 4, DeskAddress: "assistenza@example.it", Now: time.Now}
	b.ReportAllocs()
	b.ResetTimer()
	if err := s.Run(ctx); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "letters/s")
	b.ReportMetric(float64(len(to.body)), "bytes/letter")
}

// inOrder is a memSpool whose Take costs the same however long the queue is.
type inOrder struct {
	*memSpool
	next ticket.NoticeID
	left int
	then func()
}

func (s *inOrder) Take(_ context.Context, _ ticket.Lane, n int, _ func(ticket.NoticeID) bool) (rows []*ticket.Row, _ time.Time, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ; n > 0 && s.rows[s.next+1] != nil; n-- {
		s.next++
		rows = append(rows, s.rows[s.next])
	}
	return rows, time.Time{}, nil
}

func (s *inOrder) Settle(ctx context.Context, id ticket.NoticeID, o ticket.Outcome) error {
	return s.count(s.memSpool.Settle(ctx, id, o))
}

func (s *inOrder) Follow(ctx context.Context, id ticket.NoticeID, o ticket.Outcome, next ticket.NoticeID, l *ticket.Letter) error {
	return s.count(s.memSpool.Follow(ctx, id, o, next, l))
}

func (s *inOrder) count(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left--; s.left == 0 {
		s.then()
	}
	return err
}
