package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
	"time"
)

// realServers is a private Dovecot and Postfix on loopback: what a support
// mailbox really lives on. Mail for @example.test and @customer.test goes to
// Dovecot by LMTP; @bounce.test is accepted and then returned by a real DSN.
type realServers struct {
	Dir                                       string
	IMAP, IMAPS, LMTP, SASL, SMTP, Submission int
	Users                                     []string
	Owner                                     string
}

const mailPassword = "secret"

// startServers starts both, or skips the test with the reason; where
// SPORTELLO_REQUIRE_SERVERS is 1 a missing server is a failure.
func startServers(t testing.TB, users ...string) *realServers {
	t.Helper()
	missing := func(format string, args ...any) {
		t.Helper()
		if os.Getenv("SPORTELLO_REQUIRE_SERVERS") == "1" {
			t.Fatalf(format, args...)
		}
		t.Skipf(format, args...)
	}
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
	for _, program := range []string{"dovecot", "postfix", "postconf"} {
		if _, err := exec.LookPath(program); err != nil {
			missing("%s is not installed (apt-get install dovecot-imapd dovecot-lmtpd postfix)", program)
		}
	}
	if os.Getuid() != 0 {
		missing("Postfix starts only as root")
	}
	dir, err := os.MkdirTemp("", "sportello-servers")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &realServers{Dir: dir, Users: users, Owner: "mail"}
	freePorts(t, &s.IMAP, &s.IMAPS, &s.LMTP, &s.SASL, &s.SMTP, &s.Submission)
	s.prepare(t)
	s.start(t, "dovecot", "-c", s.path("dovecot.conf"))
	t.Cleanup(func() { s.run(t, "doveadm", "-c", s.path("dovecot.conf"), "stop") })
	s.start(t, "postfix", "-c", s.path("postfix"), "start")
	t.Cleanup(func() { s.run(t, "postfix", "-c", s.path("postfix"), "stop") })
	for _, port := range []int{s.IMAP, s.LMTP, s.SMTP, s.Submission} {
		s.awaitGreeting(t, port)
	}
	return s
}

func (s *realServers) path(elem ...string) string {
	return filepath.Join(append([]string{s.Dir}, elem...)...)
}

// freePorts finds ports of loopback that nobody listens on.
func freePorts(t testing.TB, ports ...*int) {
	t.Helper()
	for _, p := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		*p = l.Addr().(*net.TCPAddr).Port
	}
}

// prepare writes the configurations, the certificate and the folders, which the
// servers' own users must be able to reach.
func (s *realServers) prepare(t testing.TB) {
	t.Helper()
	for _, d := range []string{"", "run", "state", "mail", "tls", "postfix", "queue", "data"} {
		if err := os.MkdirAll(s.path(d), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(s.path(d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.run(t, "chown", "mail:mail", s.path("mail"))
	s.run(t, "chown", "postfix", s.path("data"))
	s.certificate(t)
	for name, text := range map[string]string{
		"dovecot.conf": dovecotConf, "users": dovecotUsers, "postfix/main.cf": postfixMain, "postfix/master.cf": postfixMaster,
		"postfix/mailboxes": postfixMailboxes, "postfix/transport": postfixTransport,
	} {
		var b bytes.Buffer
		if err := template.Must(template.New(name).Parse(text)).Execute(&b, s); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(s.path(name), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// certificate makes a self-signed certificate for localhost, its own root.
func (s *realServers) certificate(t testing.TB) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().AddDate(1, 0, 0), DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"tls/cert.pem": {Type: "CERTIFICATE", Bytes: der}, "tls/key.pem": {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(s.path(name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// start runs a program that leaves a daemon behind. Its output goes to a file:
// the daemon keeps it open, and a pipe would never end.
func (s *realServers) start(t testing.TB, name string, args ...string) {
	t.Helper()
	out, err := os.Create(s.path(name + ".start"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(out.Name())
		t.Fatalf("%s: %v\n%s", cmd, err, text)
	}
}

func (s *realServers) run(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Logf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// awaitGreeting connects until the server on port has said its first line.
func (s *realServers) awaitGreeting(t testing.TB, port int) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), time.Second)
		if err != nil {
			continue
		}
		c.SetReadDeadline(time.Now().Add(5 * time.Second))
		n, err := c.Read(make([]byte, 1))
		c.Close()
		if n == 1 && err == nil {
			return
		}
	}
	for _, log := range []string{"dovecot.log", "maillog"} {
		text, _ := os.ReadFile(s.path(log))
		t.Logf("%s:\n%s", log, text)
	}
	t.Fatalf("nobody greets on port %d", port)
}

// mails returns the raw mails in the INBOX of user, by file name in order of arrival.
func (s *realServers) mails(t testing.TB, user string) []string {
	t.Helper()
	var list []string
	for _, sub := range []string{"new", "cur"} {
		files, err := filepath.Glob(s.path("mail", user, "Maildir", sub, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, string(b))
		}
	}
	return list
}

const dovecotConf = `protocols = imap lmtp
listen = 127.0.0.1
base_dir = {{.Dir}}/run
state_dir = {{.Dir}}/state
log_path = {{.Dir}}/dovecot.log
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_cert = <{{.Dir}}/tls/cert.pem
ssl_key = <{{.Dir}}/tls/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
mail_location = maildir:~/Maildir
mail_max_userip_connections = 50
passdb {
  driver = passwd-file
  args = username_format=%Lu {{.Dir}}/users
}
userdb {
  driver = static
  args = uid={{.Owner}} gid={{.Owner}} home={{.Dir}}/mail/%Lu
}
namespace inbox {
  inbox = yes
  mailbox Processed {
    auto = create
  }
}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = {{.IMAP}}
  }
  inet_listener imaps {
    port = {{.IMAPS}}
    ssl = yes
  }
}
service lmtp {
  inet_listener lmtp {
    port = {{.LMTP}}
  }
}
service auth {
  inet_listener sasl {
    port = {{.SASL}}
  }
}
service stats {
  chroot =
}
`

const dovecotUsers = `{{range .Users}}{{.}}:{PLAIN}` + mailPassword + `
{{end}}`

const postfixMain = `compatibility_level = 3.6
queue_directory = {{.Dir}}/queue
data_directory = {{.Dir}}/data
maillog_file = {{.Dir}}/maillog
maillog_file_prefixes = {{.Dir}}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.test
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
biff = no
disable_dns_lookups = yes
default_transport = error:5.4.4 No route off this machine
relay_transport = error:5.4.4 No route off this machine
transport_maps = texthash:{{.Dir}}/postfix/transport
virtual_mailbox_domains = example.test customer.test
virtual_mailbox_maps = texthash:{{.Dir}}/postfix/mailboxes
virtual_transport = lmtp:inet:127.0.0.1:{{.LMTP}}
recipient_delimiter = +
mailbox_size_limit = 0
virtual_mailbox_limit = 0
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = reject_unauth_destination, reject_unlisted_recipient
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{{.SASL}}
smtpd_tls_cert_file = {{.Dir}}/tls/cert.pem
smtpd_tls_key_file = {{.Dir}}/tls/key.pem
smtpd_tls_security_level = may
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
queue_run_delay = 5s
minimal_backoff_time = 5s
maximal_backoff_time = 20s
`

const postfixMailboxes = `{{range .Users}}{{.}} {{.}}
{{end}}`

const postfixTransport = `bounce.test lmtp:inet:127.0.0.1:{{.LMTP}}
`

const postfixMaster = `127.0.0.1:{{.SMTP}} inet n - n - - smtpd
127.0.0.1:{{.Submission}} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_tls_auth_only=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
  -o { smtpd_recipient_restrictions = permit_sasl_authenticated, reject }
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
proxymap  unix  - - n - - proxymap
flush     unix  n - n 1000? 0 flush
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
lmtp      unix  - - n - - lmtp
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
`
