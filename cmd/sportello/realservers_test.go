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

// realServers is a private Dovecot and Postfix: what a support mailbox really
// lives on. Mail for @example.test, @customer.test and @outside.test goes to
// Dovecot by LMTP; @bounce.test is accepted and then returned by a real DSN.
// They have an address of loopback to themselves, where no port is ever taken:
// the ports of 127.0.0.1 are also given to whoever connects from there.
type realServers struct {
	Dir, Host                                         string
	IMAP, IMAPS, LMTP, SASL, SMTP, Submission, Milter int
	Users                                             []string
	Desk                                              string // whose mailbox the desk reads
	Owner                                             string
	Signs                                             []string // domains for whose users opendkim signs at submission; none: there is no opendkim
	record                                            string   // its key, as DNS tells it
}

const mailPassword = "secret"

// startServers starts both, or skips the test with the reason; where
// SPORTELLO_REQUIRE_SERVERS is 1 a missing server is a failure.
func startServers(t testing.TB, users ...string) *realServers {
	t.Helper()
	s := newServers(t, users)
	s.startAll(t)
	return s
}

// newServers prepares what startAll starts.
func newServers(t testing.TB, users []string) *realServers {
	t.Helper()
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
	wantPrograms(t, "dovecot-imapd dovecot-lmtpd postfix", "dovecot", "doveadm", "postfix", "postconf")
	if os.Getuid() != 0 {
		lacking(t, "Postfix starts only as root")
	}
	dir, err := os.MkdirTemp("", "sportello-servers")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return &realServers{
		Dir: dir, Host: freeHost(t), Users: users, Desk: support, Owner: "mail",
		IMAP: 10143, IMAPS: 10993, LMTP: 10024, SASL: 10026, SMTP: 10025, Submission: 10587, Milter: 10891,
	}
}

// lacking skips the test for want of something, or fails where nothing may be missing.
func lacking(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("SPORTELLO_REQUIRE_SERVERS") == "1" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

func wantPrograms(t testing.TB, packages string, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			lacking(t, "%s is not installed (apt-get install %s)", program, packages)
		}
	}
}

// freeHost is an address of loopback that nobody else listens on.
func freeHost(t testing.TB) string {
	t.Helper()
	b := make([]byte, 3)
	rand.Read(b)
	host := fmt.Sprintf("127.%d.%d.%d", 1+b[0]%254, b[1], 1+b[2]%254)
	l, err := net.Listen("tcp", host+":0")
	if err != nil {
		lacking(t, "no address of loopback but the first: %v", err)
	}
	l.Close()
	return host
}

// startAll starts the servers and waits until each greets. What they say is
// printed when the test fails, whichever of them was the reason.
func (s *realServers) startAll(t testing.TB) {
	t.Helper()
	s.prepare(t)
	t.Cleanup(func() {
		if t.Failed() {
			s.tell(t)
		}
	})
	ports := []int{s.IMAP, s.LMTP, s.SMTP, s.Submission}
	if len(s.Signs) > 0 {
		s.startSigner(t)
		s.awaitPort(t, s.Milter, false)
	}
	t.Cleanup(func() { s.run(t, "doveadm", "-c", s.path("dovecot.conf"), "stop") })
	s.start(t, "dovecot", "-c", s.path("dovecot.conf"))
	t.Cleanup(func() { s.run(t, "postfix", "-c", s.path("postfix"), "stop") })
	s.start(t, "postfix", "-c", s.path("postfix"), "start")
	for _, port := range ports {
		s.awaitPort(t, port, true)
	}
}

// tell prints the servers' own words.
func (s *realServers) tell(t testing.TB) {
	t.Helper()
	for _, log := range []string{"dovecot.start", "postfix.start", "opendkim.start", "dovecot.log", "maillog"} {
		if text, err := os.ReadFile(s.path(log)); err == nil && len(text) > 0 {
			t.Logf("%s:\n%s", log, text)
		}
	}
}

func (s *realServers) path(elem ...string) string {
	return filepath.Join(append([]string{s.Dir}, elem...)...)
}

// at is the address of one of the servers' ports.
func (s *realServers) at(port int) string { return fmt.Sprintf("%s:%d", s.Host, port) }

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
		"postfix/mailboxes": postfixMailboxes, "postfix/transport": postfixTransport, "postfix/headers": postfixHeaders,
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
		NotAfter: time.Now().AddDate(1, 0, 0), DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.ParseIP(s.Host)},
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
		// Postfix tells its faults to a terminal alone (script is in every Debian).
		said, _ := exec.Command("script", "-qec", strings.Join(cmd.Args, " "), "/dev/null").CombinedOutput()
		t.Fatalf("%s: %v\n%s", cmd, err, said)
	}
}

func (s *realServers) run(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Logf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// awaitPort connects until somebody answers on port, with a greeting if there is one.
func (s *realServers) awaitPort(t testing.TB, port int, greets bool) {
	t.Helper()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for {
		c, err := net.DialTimeout("tcp", s.at(port), 10*time.Second)
		if err == nil && greets {
			c.SetReadDeadline(time.Now().Add(20 * time.Second))
			_, err = c.Read(make([]byte, 1))
		}
		if c != nil {
			c.Close()
		}
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("nobody answers on port %d: %v", port, err)
		}
	}
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
listen = {{.Host}}
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
inet_interfaces = loopback-only
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
virtual_mailbox_domains = example.test customer.test outside.test
virtual_mailbox_maps = texthash:{{.Dir}}/postfix/mailboxes
virtual_transport = lmtp:inet:{{.Host}}:{{.LMTP}}
recipient_delimiter = +
mailbox_size_limit = 0
virtual_mailbox_limit = 0
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = reject_unauth_destination, reject_unlisted_recipient
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:{{.Host}}:{{.SASL}}
smtpd_tls_cert_file = {{.Dir}}/tls/cert.pem
smtpd_tls_key_file = {{.Dir}}/tls/key.pem
smtpd_tls_security_level = may
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
queue_run_delay = 5s
minimal_backoff_time = 5s
maximal_backoff_time = 20s
{{if .Signs}}smtpd_milters = inet:{{.Host}}:{{.Milter}}
milter_default_action = tempfail
header_checks = regexp:{{.Dir}}/postfix/headers
{{end}}`

const postfixMailboxes = `{{range .Users}}{{.}} {{.}}
{{end}}`

const postfixTransport = `bounce.test lmtp:inet:{{.Host}}:{{.LMTP}}
`

// What a sender claims in the server's name does not get in; what the milter
// finds is added after this has been looked at.
const postfixHeaders = `/^Authentication-Results:[[:space:]]*mail\.example\.test/ IGNORE
`

const postfixMaster = `{{.Host}}:{{.SMTP}} inet n - n - - smtpd
{{.Host}}:{{.Submission}} inet n - n - - smtpd
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

// awaitHeld waits until the INBOX of user holds n mails.
func (s *realServers) awaitHeld(t testing.TB, user string, n int) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	held := 0
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); <-tick.C {
		held = 0
		for _, sub := range []string{"new", "cur"} {
			files, err := os.ReadDir(s.path("mail", user, "Maildir", sub))
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			held += len(files)
		}
		if held == n {
			return
		}
	}
	t.Fatalf("%s holds %d mails, %d were posted", user, held, n)
}
