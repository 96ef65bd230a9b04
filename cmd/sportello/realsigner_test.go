package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// serverID is how the real Postfix and opendkim call themselves in an
// Authentication-Results field (RFC 8601, section 2.5).
const serverID = "mail.example.test"

// startSigning starts the servers with opendkim as a milter: it signs what users
// of domains submit, and says in an Authentication-Results field what it found
// in mail from the world. The world's keys are name and record a line.
func startSigning(t testing.TB, domains []string, world string, users ...string) *realServers {
	t.Helper()
	s := newServers(t, users)
	wantPrograms(t, "opendkim", "opendkim")
	s.Signs = domains
	if err := os.WriteFile(s.path("opendkim.world"), []byte(world+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.startAll(t)
	return s
}

// startSigner starts opendkim with a key of its own.
func (s *realServers) startSigner(t testing.TB) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	s.record = "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(public)
	var names, uses strings.Builder
	for _, d := range s.Signs {
		fmt.Fprintf(&names, "%s %s:s1:%s\n", d, d, s.path("opendkim.pem"))
		fmt.Fprintf(&uses, "*@%s %s\n", d, d)
	}
	for name, text := range map[string]string{
		"opendkim.pem":  string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})),
		"opendkim.keys": names.String(), "opendkim.uses": uses.String(), "opendkim.internal": "192.0.2.1\n",
		"opendkim.conf": fmt.Sprintf(opendkimConf, s.Dir, fmt.Sprintf("%d@%s", s.Milter, s.Host), serverID),
	} {
		if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said, err := os.Create(s.path("opendkim.start"))
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	cmd := exec.Command("opendkim", "-f", "-x", s.path("opendkim.conf"))
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
}

// Nobody is "internal" here: the whole test comes from this machine, and only
// who has logged in is to be signed for.
const opendkimConf = `Mode sv
Syslog no
Socket inet:%[2]s
KeyTable file:%[1]s/opendkim.keys
SigningTable refile:%[1]s/opendkim.uses
InternalHosts file:%[1]s/opendkim.internal
TestPublicKeys %[1]s/opendkim.world
AuthservID %[3]s
AlwaysAddARHeader yes
Canonicalization relaxed/simple
SignHeaders *,+content-type,+message-id,+mime-version
OversignHeaders From
RequireSafeKeys no
`
