package main

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// tlsMode says how a connection to a server is protected.
type tlsMode int

const (
	tlsImplicit tlsMode = iota + 1 // TLS from the first byte
	tlsStart                       // STARTTLS, mandatory
	tlsNone                        // loopback only
)

// Endpoint is a server's URL taken apart.
type Endpoint struct {
	Host, Port string
	TLS        tlsMode
	User       string // "" no authentication
	Mailbox    string // of imap; "INBOX" when the URL has no path
}

// Addr is host:port for a dialer.
func (e Endpoint) Addr() string { return net.JoinHostPort(e.Host, e.Port) }

// scheme is how the two variants of a protocol are called and where they listen.
type scheme struct {
	name               string // imap or smtp
	startPort, tlsPort string
	example            string
}

var (
	imapScheme = scheme{"imap", "143", "993", "imaps://nome%40example.it@imap.example.it/INBOX"}
	smtpScheme = scheme{"smtp", "587", "465", "smtp://nome%40example.it@smtp.example.it:587"}
)

// parseEndpoint reads a server's URL. Its errors never hold a password.
func parseEndpoint(raw string, sc scheme) (Endpoint, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return Endpoint{}, fmt.Errorf("is no URL; write it like %q, with @ in the user as %%40", sc.example)
	}
	if _, ok := u.User.Password(); ok {
		return Endpoint{}, fmt.Errorf("holds a password; write it into a file and name that in password_file")
	}
	e := Endpoint{Host: u.Hostname(), Port: u.Port(), User: u.User.Username()}
	switch u.Scheme {
	case sc.name + "s":
		e.TLS, e.Port = tlsImplicit, defaultTo(e.Port, sc.tlsPort)
	case sc.name:
		e.TLS, e.Port = tlsStart, defaultTo(e.Port, sc.startPort)
	default:
		return Endpoint{}, fmt.Errorf("scheme %q is not allowed; it must be %ss:// or %s://, for example %q", u.Scheme, sc.name, sc.name, sc.example)
	}
	if e.Host == "" || u.Opaque != "" {
		return Endpoint{}, fmt.Errorf("names no server; write it like %q", sc.example)
	}
	if n, err := strconv.Atoi(e.Port); err != nil || n < 1 || n > 65535 {
		return Endpoint{}, fmt.Errorf("port %q is not allowed; it must be 1 to 65535", e.Port)
	}
	if err := e.query(u, sc); err != nil {
		return Endpoint{}, err
	}
	return e, e.path(u, sc)
}

// query reads ?tls=, the only parameter there is.
func (e *Endpoint) query(u *url.URL, sc scheme) error {
	for key, values := range u.Query() {
		if key != "tls" || len(values) != 1 {
			return fmt.Errorf("parameter %q is not allowed; only ?tls=starttls and ?tls=none are", key)
		}
		switch {
		case e.TLS == tlsImplicit:
			return fmt.Errorf("has ?tls=%s beside %ss://, which is TLS already; leave it out or write %s://", values[0], sc.name, sc.name)
		case values[0] == "starttls":
		case values[0] == "none":
			e.TLS = tlsNone
		default:
			return fmt.Errorf("tls mode %q is not allowed; it must be starttls or none (loopback only)", values[0])
		}
	}
	if e.TLS == tlsNone && !loopback(e.Host) {
		return fmt.Errorf("has tls=none for %s, which is another machine; without TLS only localhost, 127.0.0.0/8 and ::1 are allowed", e.Host)
	}
	return nil
}

// path reads the mailbox of an IMAP URL; SMTP has none.
func (e *Endpoint) path(u *url.URL, sc scheme) error {
	p := strings.TrimPrefix(u.Path, "/")
	if sc.name == "smtp" {
		if p != "" {
			return fmt.Errorf("has a path %q; an smtp URL ends with the port", u.Path)
		}
		return nil
	}
	e.Mailbox = defaultTo(p, "INBOX")
	return nil
}

// loopback tells whether host is this machine and nothing else.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func defaultTo(s, missing string) string {
	if s == "" {
		return missing
	}
	return s
}

func (r *configReader) imap(s *section) ServerConfig {
	defer s.unknown()
	c := r.server(s, imapScheme)
	if c.Host != "" && c.User == "" {
		s.fault("url", "names no user; write it like %q, with @ in the user as %%40", imapScheme.example)
	}
	c.PollInterval = s.duration("poll_interval", time.Minute, time.Second)
	c.MoveTo = s.text("move_to", "")
	if c.MoveTo != "" && c.MoveTo == c.Mailbox {
		s.fault("move_to", "%q is the mailbox that is read; it must be another folder, or \"\" to mark mail as read only", c.MoveTo)
	}
	c.Backlog = -1
	if s.values["backlog"] != "all" {
		c.Backlog = s.duration("backlog", 24*time.Hour, 0)
	} else {
		s.value("backlog")
	}
	return c
}

func (r *configReader) smtp(s *section) ServerConfig {
	defer s.unknown()
	c := r.server(s, smtpScheme)
	c.Connections = s.whole("connections", 2, 1)
	c.EnvelopeDesk = s.word("envelope", "auto", "desk") == "desk"
	return c
}

// server reads the keys that [imap] and [smtp] share.
func (r *configReader) server(s *section, sc scheme) ServerConfig {
	raw := s.need("url", sc.example)
	c := ServerConfig{
		Auth:         s.word("auth", "password", "xoauth2"),
		TokenCommand: s.texts("token_command"),
		PasswordFile: s.text("password_file", ""),
		CAFile:       r.path(s.text("ca_file", "")),
	}
	if raw != "" {
		e, err := parseEndpoint(raw, sc)
		if err != nil {
			s.fault("url", "%v", err)
		}
		c.Endpoint = e
	}
	if c.PasswordFile == "" && len(c.TokenCommand) == 0 && c.User != "" {
		c.PasswordFile = "imap.password"
	}
	switch {
	case len(c.TokenCommand) == 0:
	case c.Auth == "password":
		s.fault("token_command", "gives access tokens, which auth = \"password\" does not take; write auth = \"xoauth2\" or use password_file")
	case c.PasswordFile != "":
		s.fault("token_command", "stands beside password_file; only one of the two can give the access token")
	case c.TokenCommand[0] == "":
		s.fault("token_command", "names no program; it must be the program and its arguments, like [\"/usr/local/bin/token\", \"imap\"]")
	}
	if r.secrets {
		r.secretFiles(s, c)
	}
	return c
}
