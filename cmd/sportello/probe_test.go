package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"sportello/mailin"
	"sportello/ticket"
)

// postDoor is an SMTP server before the post office: it changes what it carries
// with edit, and what it does with recipients.
type postDoor struct {
	office *postOffice
	edit   func(raw []byte) []byte      // nil: as it is
	rcpt   func(to string) error        // nil: everybody
	route  func(to string) (box string) // nil: as it is; "" is lost
}

type doorSession struct {
	*postSession
	door *postDoor
}

func (d *postDoor) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &doorSession{&postSession{office: d.office}, d}, nil
}

func (s *doorSession) Rcpt(to string, o *smtp.RcptOptions) error {
	if s.door.rcpt != nil {
		if err := s.door.rcpt(to); err != nil {
			return err
		}
	}
	if s.door.route != nil {
		if to = s.door.route(to); to == "" {
			return nil
		}
	}
	return s.postSession.Rcpt(to, o)
}

func (s *doorSession) Data(r io.Reader) error {
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		return err
	}
	raw := b.Bytes()
	if s.door.edit != nil {
		raw = s.door.edit(raw)
	}
	return s.postSession.Data(bytes.NewReader(raw))
}

// withoutResults removes the topmost Authentication-Results, as RFC 8601,
// section 5, asks of a server.
func withoutResults(raw []byte) []byte {
	first, rest, _ := bytes.Cut(raw, []byte("\r\n"))
	if bytes.HasPrefix(first, []byte("Authentication-Results:")) {
		return rest
	}
	return raw
}

// plus tells an address with a token in it.
func plus(to string) bool { return strings.Contains(to, "+") }

// onlineConfig is a desk on these ports.
func onlineConfig(t *testing.T, imapPort, smtpPort int, security string) *Config {
	t.Helper()
	dir := t.TempDir()
	text := fmt.Sprintf(`[desk]
address = "desk@example.test"
state_dir = "state"
[imap]
url = "imap://desk%%40example.test@127.0.0.1:%d?tls=none"
password_file = "password"
[smtp]
url = "smtp://127.0.0.1:%d?tls=none"
[security]
verify_dkim = false
%s
[[technician]]
name = "Anna"
addresses = ["anna@example.test"]
`, imapPort, smtpPort, security)
	for name, data := range map[string]string{"sportello.toml": text, "password": demoPassword} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := loadConfig(filepath.Join(dir, "sportello.toml"), os.Getenv, true)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCheckOnline: what each kind of server lets be found out.
func TestCheckOnline(t *testing.T) {
	mx := func(raw []byte) []byte {
		return append([]byte("Authentication-Results: mx.example.test; dmarc=none\r\n"), raw...)
	}
	const trusting = `authserv_id = "mx.example.test"`
	tests := []struct {
		name, security string
		door           postDoor
		exit           bool // it fails
		want           []string
	}{
		{"a good server", trusting, postDoor{edit: func(raw []byte) []byte { return mx(withoutResults(raw)) }}, false,
			[]string{"imap .*: ok", "smtp .*: ok", "dns: does not apply", "mail to desk@example.test: ok", "token address: ok",
				`Authentication-Results: ok: the forged field was removed, the server's own (mx.example.test) stands on top`}},
		{"its own above the forged one", trusting, postDoor{edit: mx}, false, []string{"Authentication-Results: ok: the server's own field (mx.example.test) stands above"}},
		{"the forged one comes through", trusting, postDoor{}, true, []string{"Authentication-Results: failed: a field that the sender wrote himself came through on top"}},
		{"removed and none written", trusting, postDoor{edit: withoutResults}, false, []string{"Authentication-Results: ok: the forged field was removed; your server wrote none"}},
		{"another id", `authserv_id = "mail.example.test"`, postDoor{edit: mx}, true, []string{`set authserv_id = "mx.example.test"`}},
		{"none believed", ``, postDoor{edit: mx}, false, []string{"Authentication-Results: does not apply: ", `set authserv_id = "mx.example.test" and check again`}},
		{"none believed, none written", ``, postDoor{}, false, []string{"your server wrote none"}},
		{"without id", `authserv_id = "-"`, postDoor{}, true, []string{"came through on top"}},
		{"tokens refused", ``, postDoor{rcpt: func(to string) error {
			if plus(to) {
				return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "user unknown"}
			}
			return nil
		}}, true, []string{"mail to desk@example.test: ok", "token address: failed: desk+", "does not take the mail: .*user unknown", "recipient_delimiter"}},
		{"tokens sent back", ``, postDoor{route: func(to string) string {
			if plus(to) {
				return "nobody@example.test"
			}
			return to
		}}, true, []string{"token address: failed: desk+", "sent the mail back: 5.1.1 "}},
		{"tokens lost", ``, postDoor{route: func(to string) string {
			if plus(to) {
				return ""
			}
			return to
		}}, true, []string{"mail to desk@example.test: ok", "token address: failed: desk+", "did not come within"}},
		{"all lost", trusting, postDoor{route: func(string) string { return "" }}, true, []string{"mail to desk@example.test: failed", "Authentication-Results: does not apply"}},
		{"no tokens wanted", `subaddress = false`, postDoor{}, false, []string{"token address: does not apply: [security] subaddress is false"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			post, err := openPostOffice(time.Now, "desk@example.test")
			if err != nil {
				t.Fatal(err)
			}
			defer post.close()
			tt.door.office = post
			srv := smtp.NewServer(&tt.door)
			defer srv.Close()
			port, err := serveLoopback(srv.Serve)
			if err != nil {
				t.Fatal(err)
			}
			if err := post.carry("x@example.test", "desk@example.test", []byte("Subject: another's\r\n\r\nhello")); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			a := &app{env: os.Getenv, stdout: &out}
			p, err := a.newProbe(onlineConfig(t, post.imapPort, port, tt.security))
			if err != nil {
				t.Fatal(err)
			}
			p.patience = time.Millisecond // what the post office takes lies there at once
			if _, err := a.tryAll(t.Context(), p.steps()); (err != nil) != tt.exit {
				t.Errorf("error %v", err)
			}
			for _, want := range tt.want {
				if !matches(out.String(), want) {
					t.Errorf("%q was not said:\n%s", want, out.String())
				}
			}
			if _, uids, err := p.poller.Survey(t.Context(), ticket.Cursor{}); err != nil || len(uids) != 1 {
				t.Errorf("%d mails are left in the mailbox, %v; want the one that is not ours", len(uids), err)
			}
		})
	}
}

// matches looks for want in text; ".*" stands for anything on the line.
func matches(text, want string) bool {
	for line := range strings.Lines(text) {
		rest, ok := line, true
		for part := range strings.SplitSeq(want, ".*") {
			_, rest, ok = strings.Cut(rest, part)
			if !ok {
				break
			}
		}
		if ok {
			return true
		}
	}
	return false
}

// TestProbeIsOwn: a running desk takes the probe for its own mail, with its keys
// and without.
func TestProbeIsOwn(t *testing.T) {
	c := onlineConfig(t, 1, 1, "")
	p := &probe{config: c}
	if err := p.address(); err != nil {
		t.Fatal(err)
	}
	for _, m := range p.mails() {
		in := mailin.Parse(p.letter(m), c.reader(false).options)
		if in.Kind.String() != "own" || in.MessageID != m.id || len(in.Defects) > 0 {
			t.Errorf("to %s: kind %s, Message-ID %q, defects %q", m.to, in.Kind, in.MessageID, in.Defects)
		}
		if !c.addresses().Own(m.to) {
			t.Errorf("%s is no address of the desk", m.to)
		}
	}
}
