package mailin

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// TLSMode says how the connection to a server is protected.
type TLSMode int

const (
	TLSImplicit TLSMode = iota // from the first byte (RFC 8314)
	TLSStart                   // STARTTLS, mandatory
	TLSNone                    // loopback only
)

// Server says where the mailbox is and who reads it.
type Server struct {
	Host string
	Port int // 0: 993 with implicit TLS, else 143
	TLS  TLSMode
	// TLSConfig adds to the defaults, a private CA for one; ServerName and the
	// lowest version are set here. nil: the system's certificates.
	TLSConfig *tls.Config

	User string
	Auth string // "password" (or "") or "xoauth2"
	// Password is asked anew at every login, so that a rotated file is seen.
	Password func(ctx context.Context) (string, error)
	// Token returns an access token for xoauth2; refused says that the server
	// refused the last one. It is called with refused at most once a minute.
	Token func(ctx context.Context, refused bool) (string, error)
}

// opening bounds connecting and the TLS handshake together.
const opening = 45 * time.Second

// untrusted is a server that could not prove who it is, or does not speak TLS
// as asked (PROMISES.md F19, F20).
type untrusted struct{ error }

func (u untrusted) Unwrap() error { return u.error }

// connect opens the connection as s.TLS says. A connection from dial, when not
// nil, stands in for TCP to s.Host. The caller closes it.
func (s Server) connect(ctx context.Context, dial func(context.Context) (net.Conn, error)) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, opening)
	defer cancel()
	if dial == nil {
		dial = s.dialTCP
	}
	raw, err := dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	if s.TLS == TLSNone {
		return raw, nil
	}
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer stop()
	if s.TLS == TLSStart {
		if err := startTLS(raw); err != nil {
			raw.Close()
			return nil, fmt.Errorf("STARTTLS: %w", err)
		}
	}
	conn := tls.Client(raw, s.tlsConfig())
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, fmt.Errorf("TLS: %w", tlsFault(err))
	}
	if s.TLS == TLSStart {
		return &greeted{conn, []byte("* OK TLS is up\r\n")}, nil
	}
	return conn, nil
}

func (s Server) dialTCP(ctx context.Context) (net.Conn, error) {
	port := s.Port
	if port == 0 {
		port = 143
		if s.TLS == TLSImplicit {
			port = 993
		}
	}
	d := net.Dialer{Timeout: 20 * time.Second,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: 20 * time.Second, Count: 3}}
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(s.Host, strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	if s.TLS == TLSNone && !onLoopback(conn.RemoteAddr()) {
		conn.Close()
		return nil, untrusted{fmt.Errorf("%s is not this machine: TLS is needed", s.Host)}
	}
	return conn, nil
}

func onLoopback(a net.Addr) bool {
	t, ok := a.(*net.TCPAddr)
	return ok && t.IP.IsLoopback()
}

func (s Server) tlsConfig() *tls.Config {
	c := s.TLSConfig.Clone()
	if c == nil {
		c = new(tls.Config)
	}
	if c.ServerName == "" {
		c.ServerName = s.Host
	}
	c.MinVersion = max(c.MinVersion, tls.VersionTLS12)
	return c
}

// tlsFault tells a peer that is not to be trusted from a network that failed.
func tlsFault(err error) error {
	var n net.Error
	if errors.As(err, &n) && n.Timeout() || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.ErrClosedPipe) {
		return err
	}
	if op := new(net.OpError); errors.As(err, &op) && op.Op != "remote error" {
		return err
	}
	return untrusted{err}
}

// startTLS asks for STARTTLS in the clear (RFC 9051, section 6.2.1). A server
// that refuses, is already logged in, or sends one byte beyond its consent is
// not trusted.
func startTLS(conn net.Conn) error {
	r := bufio.NewReaderSize(conn, 8<<10)
	greeting, err := plainLine(r)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(greeting, "* OK") {
		if strings.HasPrefix(greeting, "* PREAUTH") {
			return untrusted{errors.New("the server logged us in without TLS")}
		}
		return fmt.Errorf("greeting: %.80q", greeting)
	}
	if _, err := io.WriteString(conn, "S1 STARTTLS\r\n"); err != nil {
		return err
	}
	for range 100 {
		line, err := plainLine(r)
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(line, "* BYE"):
			return fmt.Errorf("%.80q", line)
		case strings.HasPrefix(line, "* "):
			continue
		case !strings.HasPrefix(line, "S1 OK"):
			return untrusted{fmt.Errorf("the server refused: %.80q", line)}
		case r.Buffered() > 0:
			return untrusted{errors.New("the server sent data before TLS was up")}
		}
		return nil
	}
	return untrusted{errors.New("no answer among 100 lines")}
}

// plainLine reads one line of at most the reader's buffer.
func plainLine(r *bufio.Reader) (string, error) {
	b, err := r.ReadSlice('\n')
	return strings.ToUpper(strings.TrimRight(string(b), "\r\n")), err
}
