package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
	"golang.org/x/net/dns/dnsmessage"
)

// serveTXT is a DNS server on loopback that knows these names, with one text. It
// returns its address and ends with the test.
func serveTXT(t *testing.T, text string, names ...string) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if answer, err := answerTXT(buf[:n], text, names); err == nil {
				conn.WriteTo(answer, from)
			}
		}
	}()
	return conn.LocalAddr().String()
}

func answerTXT(query []byte, text string, names []string) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil {
		return nil, err
	}
	m.Header.Response, m.Header.Authoritative, m.Additionals = true, true, nil
	q := m.Questions[0]
	if slices.Contains(names, strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))) && q.Type == dnsmessage.TypeTXT {
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60},
			Body:   &dnsmessage.TXTResource{TXT: inStrings(text)},
		}}
	} else {
		m.Header.RCode = dnsmessage.RCodeNameError
	}
	return m.Pack()
}

// inStrings is text in strings of at most 255 bytes (RFC 6376, section 3.6.2.2).
func inStrings(text string) (all []string) {
	for part := range slices.Chunk([]byte(text), 255) {
		all = append(all, string(part))
	}
	return all
}

// signer signs mail with DKIM; record is its key as DNS tells it.
type signer struct {
	private ed25519.PrivateKey
	record  string
}

func newSigner(t *testing.T) signer {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signer{private, "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)}
}

// sign signs a mail of LF lines, with selector s1 of domain.
func (s signer) sign(t *testing.T, domain, raw string) string {
	t.Helper()
	var signed bytes.Buffer
	err := dkim.Sign(&signed, strings.NewReader(strings.ReplaceAll(raw, "\n", "\r\n")), &dkim.SignOptions{Domain: domain, Selector: "s1",
		Signer: s.private, HeaderKeys: []string{"From", "To", "Subject", "Date", "Message-ID", "Content-Type"}})
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(signed.String(), "\r\n", "\n")
}

// TestResolver: the DNS server of [security] resolver is asked for the key, and
// the signature of the From domain then stands behind the sender.
func TestResolver(t *testing.T) {
	key := newSigner(t)
	dns := serveTXT(t, key.record, "s1._domainkey.customer.test")
	plain := letter("mario@customer.test", support, "Sito fermo", "one@customer.test", "", "Il sito è fermo.")
	signed := key.sign(t, "customer.test", plain)
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	config := write("sportello.toml", fmt.Sprintf("[desk]\naddress = %q\nstate_dir = \"state\"\n[imap]\nurl = \"imaps://a@localhost/INBOX\"\n[smtp]\nurl = \"smtps://a@localhost\"\n[security]\nresolver = %q\n[[technician]]\nname = \"Anna\"\naddresses = [\"anna@example.test\"]\n", support, dns))
	for name, c := range map[string]struct {
		raw     string
		aligned bool
	}{
		"signed":   {signed, true},
		"changed":  {strings.Replace(signed, "fermo.", "fermo!", 1), false},
		"unsigned": {plain, false},
	} {
		file := write(name+".eml", c.raw)
		var out, errs bytes.Buffer
		if code := run(t.Context(), []string{"explain", "--dns", "--json", "--config", config, file}, os.Getenv, nil, &out, &errs); code != exitOK {
			t.Fatalf("exit %d: %s", code, errs.String())
		}
		var got struct {
			Evidence struct {
				Aligned, Contrary bool
				Method, Domain    string
			}
		}
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if e := got.Evidence; e.Aligned != c.aligned || e.Aligned && (e.Method != "dkim" || e.Domain != "customer.test") || e.Contrary != (name == "changed") {
			t.Errorf("%s: evidence %+v", name, e)
		}
	}
}
