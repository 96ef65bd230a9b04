package mailin

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// certificate makes a key pair for localhost, valid until end, and the pool that trusts it.
func certificate(t *testing.T, name string, end time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: end.Add(-24 * time.Hour), NotAfter: end, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
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

// listen serves one desk's mailbox on loopback.
func listen(t *testing.T, mode TLSMode, cert tls.Certificate) Server {
	t.Helper()
	user := imapmemserver.NewUser("desk", "secret")
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	mem := imapmemserver.New()
	mem.AddUser(user)
	config := &tls.Config{Certificates: []tls.Certificate{cert}}
	srv := imapserver.New(&imapserver.Options{TLSConfig: config, Logger: log.New(io.Discard, "", 0), NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
		return mem.NewSession(), nil, nil
	}})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := ln.Addr().(*net.TCPAddr).Port
	if mode == TLSImplicit {
		ln = tls.NewListener(ln, config)
	}
	go srv.Serve(ln)
	t.Cleanup(func() { srv.Close() })
	return Server{Host: "localhost", Port: port, TLS: mode, User: "desk",
		Password: func(context.Context) (string, error) { return "secret", nil }}
}

func TestPollerTLS(t *testing.T) {
	good, pool := certificate(t, "localhost", time.Now().Add(time.Hour))
	other, otherPool := certificate(t, "mail.example.org", time.Now().Add(time.Hour))
	expired, expiredPool := certificate(t, "localhost", time.Now().Add(-time.Hour))
	tests := []struct {
		name string
		cert tls.Certificate
		pool *x509.CertPool
		ok   bool
	}{
		{"good", good, pool, true},
		{"self-signed", good, nil, false},
		{"wrong name", other, otherPool, false},
		{"expired", expired, expiredPool, false},
	}
	for _, tt := range tests {
		for _, mode := range []TLSMode{TLSImplicit, TLSStart} {
			t.Run(fmt.Sprint(tt.name, mode), func(t *testing.T) {
				s := listen(t, mode, tt.cert)
				s.TLSConfig = &tls.Config{RootCAs: tt.pool}
				if tt.pool == nil {
					s.TLSConfig.RootCAs = x509.NewCertPool()
				}
				p := &Poller{Server: s}
				err := p.Check(t.Context())
				if (err == nil) != tt.ok {
					t.Fatalf("Check: %v", err)
				}
				if err != nil && conditionOf(err) != Untrusted {
					t.Errorf("%v is %v", err, conditionOf(err))
				}
			})
		}
	}
}

func TestStartTLSTampered(t *testing.T) {
	tests := map[string]string{
		"response injected": "S1 OK go on\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n",
		"refused":           "S1 NO not here\r\n",
		"unknown":           "S1 BAD what\r\n",
	}
	for name, answer := range tests {
		t.Run(name, func(t *testing.T) { tampered(t, "* OK hello\r\n", answer) })
	}
	t.Run("logged in already", func(t *testing.T) { tampered(t, "* PREAUTH hello\r\n", "") })
}

// tampered expects that a server with these answers is not trusted and never
// sees a password.
func tampered(t *testing.T, greeting, answer string) {
	t.Helper()
	client, server := net.Pipe()
	defer server.Close()
	got := make(chan string, 1)
	go func() {
		io.WriteString(server, greeting)
		r := bufio.NewReader(server)
		r.ReadString('\n')
		io.WriteString(server, answer)
		rest, _ := io.ReadAll(r)
		got <- string(rest)
	}()
	p := &Poller{Server: Server{Host: "localhost", TLS: TLSStart, User: "desk",
		Password: func(context.Context) (string, error) { return "secret", nil }},
		Dial: func(context.Context) (net.Conn, error) { return client, nil }}
	err := p.Check(t.Context())
	if conditionOf(err) != Untrusted {
		t.Errorf("%v is %v", err, conditionOf(err))
	}
	if rest := <-got; rest != "" {
		t.Errorf("the client went on: %q", rest)
	}
}

func TestOnLoopback(t *testing.T) {
	tests := map[string]bool{"127.0.0.1": true, "127.8.9.1": true, "::1": true, "192.0.2.1": false, "10.0.0.1": false, "0.0.0.0": false}
	for ip, want := range tests {
		if got := onLoopback(&net.TCPAddr{IP: net.ParseIP(ip)}); got != want {
			t.Errorf("%s: %t", ip, got)
		}
	}
	if onLoopback(&net.UnixAddr{}) {
		t.Error("a socket of another kind passes")
	}
}
