package mailin

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"sportello/ticket"
)

// dns is a LookupTXT over a table; names that are missing do not exist.
type dns struct {
	mu      sync.Mutex
	records map[string]string
	silent  bool // no answer to anything
	asked   []string
}

func (d *dns) lookup(_ context.Context, name string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, name)
	if d.silent {
		return nil, &net.DNSError{Err: "timeout", Name: name, IsTimeout: true}
	}
	if txt, ok := d.records[name]; ok {
		return []string{txt}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// signer signs for any domain with one key.
type signer struct {
	key    ed25519.PrivateKey
	record string
}

func newSigner(t testing.TB) signer {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signer{key, "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(pub)}
}

// allSigned are the fields that a proper signature covers.
var allSigned = []string{"From", "Subject", "Date"}

// sign adds a signature of domain over fields.
func (s signer) sign(t testing.TB, raw, domain string, fields ...string) string {
	t.Helper()
	return signWith(t, raw, domain, s.key, fields...)
}

func signWith(t testing.TB, raw, domain string, key crypto.Signer, fields ...string) string {
	t.Helper()
	if len(fields) == 0 {
		fields = allSigned
	}
	var b bytes.Buffer
	err := dkim.Sign(&b, strings.NewReader(raw), &dkim.SignOptions{Domain: domain, Selector: "s1", Signer: key, Hash: crypto.SHA256,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed, HeaderKeys: fields})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// sentAs is a mail with the given lines on top of a From, Subject and Date.
func sentAs(from string, top ...string) string {
	var b strings.Builder
	for _, l := range top {
		b.WriteString(l + "\r\n")
	}
	return b.String() + "From: " + from + "\r\nTo: desk@desk.example\r\nSubject: #close\r\nDate: Mon, 2 Feb 2026 10:00:00 +0100\r\n" +
		"Message-ID: <1@ours.example>\r\n\r\n#close\r\n"
}

// worthless is a signature that nobody made.
func worthless(domain string) string {
	return "DKIM-Signature: v=1; a=ed25519-sha256; d=" + domain + "; s=s1; c=relaxed/relaxed; h=From:Subject:Date; bh=AAAA; b=AAAA\r\n"
}

const (
	boss  = "Boss <boss@ours.example>"
	trust = "Authentication-Results: mx.desk.example; "
)

var (
	absent    = ticket.Evidence{}
	byDMARC   = ticket.Evidence{Aligned: true, Method: "dmarc", Domain: "ours.example", Address: "boss@ours.example"}
	byDKIM    = ticket.Evidence{Aligned: true, Method: "dkim", Domain: "ours.example", Address: "boss@ours.example"}
	bySPF     = ticket.Evidence{Aligned: true, Method: "spf", Domain: "ours.example", Address: "boss@ours.example"}
	dmarcFail = ticket.Evidence{Contrary: true, Method: "dmarc", Domain: "ours.example", Address: "boss@ours.example"}
	badSig    = ticket.Evidence{Contrary: true, Method: "dkim", Domain: "ours.example", Address: "boss@ours.example"}
)

func TestEvidence(t *testing.T) {
	s := newSigner(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	rsaPublic, err := x509.MarshalPKIXPublicKey(rsaKey.Public())
	if err != nil {
		t.Fatal(err)
	}
	names := &dns{records: map[string]string{
		"s1._domainkey.ours.example":      s.record,
		"s1._domainkey.mail.ours.example": s.record,
		"s1._domainkey.evil.example":      s.record,
		"s1._domainkey.rsa.example":       "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(rsaPublic),
		"s1._domainkey.testing.example":   s.record + "; t=y",
		"s1._domainkey.xn--mnchen-3ya.de": s.record,
		"s1._domainkey.other.co.uk":       s.record,
		"s1._domainkey.co.uk":             s.record,
	}}
	signed := s.sign(t, sentAs(boss), "ours.example")
	opened := strings.Replace(signed, "DKIM-Signature: ", "DKIM-Signature: l=8; ", 1)

	tests := []struct {
		name   string
		raw    string
		strict ticket.Evidence // by the rule for technicians
		loose  ticket.Evidence // by the rule for customers
	}{
		{"A01 nothing at all", sentAs(boss), absent, absent},
		{"A01 contrary", sentAs(boss, trust+"dmarc=fail header.from=ours.example"), dmarcFail, dmarcFail},
		{"A02 written by the sender, other id", sentAs(boss, "Authentication-Results: attacker; dmarc=pass header.from=ours.example"), absent, absent},
		{"A02 no id", sentAs(boss, "Authentication-Results: dmarc=pass header.from=ours.example"), absent, absent},
		{"A03 fail above a forged pass", sentAs(boss, trust+"dmarc=fail header.from=ours.example", trust+"dmarc=pass header.from=ours.example"), dmarcFail, dmarcFail},
		{"A03 pass above a fail", sentAs(boss, trust+"dmarc=pass header.from=ours.example", trust+"dmarc=fail header.from=ours.example"), byDMARC, byDMARC},
		{"A03 another id on top", sentAs(boss, "Authentication-Results: relay.example; dmarc=none", trust+"dmarc=pass header.from=ours.example"), absent, absent},
		{"A05 sender in quotes", sentAs(boss, trust+`spf=pass smtp.mailfrom="x; dmarc=pass header.from=ours.example"@evil.example`), absent, absent},
		{"A05 sender in a comment", sentAs(boss, trust+`spf=pass (sender (is) x; dmarc=pass header.from=ours.example) smtp.mailfrom=evil.example`), absent, absent},
		{"A05 sender without quotes", sentAs(boss, trust+`spf=pass smtp.mailfrom=x; dmarc=pass header.from=ours.example@evil.example`), absent, absent},
		{"A05 a second dmarc result", sentAs(boss, trust+`spf=pass smtp.mailfrom=x; dmarc=pass header.from=ours.example; dmarc=pass header.from=evil.example`), absent, absent},
		{"A07 From on top of a signed mail", "From: boss@ours.example\r\n" + s.sign(t, sentAs("mallory@evil.example"), "evil.example"), absent, absent},
		{"A07 another Subject on top", "Subject: #charge 5\r\n" + signed, absent, absent},
		{"A07 a Content-Type on top of a mail without", "Content-Type: text/html\r\n" + signed, absent, absent},
		{"A07 Content-Type changed and not signed", s.sign(t, "Content-Type: text/plain\r\n"+sentAs(boss), "ours.example"), absent, absent},
		{"Content-Type signed", s.sign(t, "Content-Type: text/plain\r\n"+sentAs(boss), "ours.example", append(allSigned, "Content-Type")...), byDKIM, byDKIM},
		{"Content-Type signed that is not there", s.sign(t, sentAs(boss), "ours.example", append(allSigned, "Content-Type")...), byDKIM, byDKIM},
		{"A07 another Content-Type on top", "Content-Type: text/plain\r\nContent-Type: text/html\r\n" + signed, absent, absent},
		{"A09 own domain passes, From forged", s.sign(t, sentAs(boss, trust+"spf=pass smtp.mailfrom=a@evil.example; dkim=pass header.d=evil.example"), "evil.example"), absent, absent},
		{"A09 sub-domain signs", s.sign(t, sentAs(boss), "mail.ours.example"), absent, ticket.Evidence{Aligned: true, Method: "dkim", Domain: "mail.ours.example", Address: "boss@ours.example"}},
		{"A09 a public suffix signs", s.sign(t, sentAs("a@mine.co.uk"), "co.uk"), absent, absent},
		{"A09 a neighbour under a public suffix", s.sign(t, sentAs("a@mine.co.uk"), "other.co.uk"), absent, absent},
		{"A10 l= in the signature", opened, absent, absent},
		{"A10 l= that the server believed", trust + "dkim=pass header.d=ours.example; dmarc=pass header.from=ours.example\r\n" + opened, absent, absent},
		{"A10 l= beside an SPF pass", trust + "spf=pass smtp.mailfrom=ours.example; dmarc=pass header.from=ours.example\r\n" + opened, byDMARC, byDMARC},
		{"A16 the name is no address", s.sign(t, sentAs(`"boss@ours.example" <x@evil.example>`), "evil.example"), ticket.Evidence{Aligned: true, Method: "dkim", Domain: "evil.example"}, ticket.Evidence{Aligned: true, Method: "dkim", Domain: "evil.example"}},
		{"A16 two addresses in From", s.sign(t, sentAs("boss@ours.example, x@evil.example"), "ours.example"), absent, absent},
		{"A16 NUL in From", sentAs("boss@ours.example\x00<x@evil.example>", trust+"dmarc=pass header.from=ours.example"), absent, absent},
		{"A17 look-alike", sentAs("boss@ours.examp1e", trust+"dmarc=pass header.from=ours.example"), absent, absent},
		{"A17 IDN as A-labels", s.sign(t, sentAs("anna@münchen.de"), "xn--mnchen-3ya.de"), ticket.Evidence{Aligned: true, Method: "dkim", Domain: "xn--mnchen-3ya.de"}, ticket.Evidence{Aligned: true, Method: "dkim", Domain: "xn--mnchen-3ya.de"}},
		{"A17 upper case", sentAs("BOSS@OURS.EXAMPLE", trust+"dmarc=pass header.from=Ours.Example"), byDMARC, byDMARC},
		{"A17 dot at the end in the result", sentAs(boss, trust+"dmarc=pass header.from=ours.example."), absent, absent},

		{"signed", signed, byDKIM, byDKIM},
		{"signed with RSA", signWith(t, sentAs("a@rsa.example"), "rsa.example", rsaKey), ticket.Evidence{Aligned: true, Method: "dkim", Domain: "rsa.example"}, ticket.Evidence{Aligned: true, Method: "dkim", Domain: "rsa.example"}},
		{"signed, saved with LF", strings.ReplaceAll(signed, "\r\n", "\n"), byDKIM, byDKIM},
		{"signed, body changed", strings.Replace(signed, "\r\n\r\n#close", "\r\n\r\n#reopen", 1), badSig, badSig},
		{"signed, Subject changed", strings.Replace(signed, "Subject: #close", "Subject: #charge", 1), badSig, badSig},
		{"changed, but the server saw it whole", strings.Replace(signed, "DKIM-Signature:", trust+"dkim=pass header.d=ours.example\r\nDKIM-Signature:", 1) + "footer", byDKIM, byDKIM},
		{"Subject not signed", s.sign(t, sentAs(boss), "ours.example", "From", "Date"), absent, absent},
		{"Date not signed", s.sign(t, sentAs(boss), "ours.example", "From", "Subject"), absent, absent},
		{"signature of a domain that only tests", s.sign(t, sentAs("a@testing.example"), "testing.example"), absent, absent},
		{"no such key", s.sign(t, sentAs("a@nokey.example"), "nokey.example"), absent, absent},
		{"bare LF in the header", strings.Replace(signed, "To: desk", "X-A: b\nTo: desk", 1), absent, absent},
		{"line that is no field", "no field\r\n" + signed, absent, absent},
		{"second signature holds", strings.Replace(signed, "DKIM-Signature:", "DKIM-Signature: v=1; a=ed25519-sha256; d=ours.example; s=s1; h=From:Subject:Date; bh=AAAA; b=AAAA\r\nDKIM-Signature:", 1), byDKIM, byDKIM},

		{"a signature that covers a worthless one below", s.sign(t, worthless("evil.example")+sentAs(boss), "ours.example", append(allSigned, "DKIM-Signature")...), byDKIM, byDKIM},
		{"one that covers another of its own domain", s.sign(t, worthless("ours.example")+sentAs(boss), "ours.example", append(allSigned, "DKIM-Signature")...), byDKIM, byDKIM},
		{"one below which another was changed", strings.Replace(s.sign(t, worthless("evil.example")+sentAs(boss), "ours.example", append(allSigned, "DKIM-Signature")...), "bh=AAAA", "bh=BBBB", 1), badSig, badSig},
		{"another on top, later", worthless("evil.example") + s.sign(t, worthless("evil.example")+sentAs(boss), "ours.example", append(allSigned, "DKIM-Signature")...), byDKIM, byDKIM},
		{"somebody else's signature covers a worthless one of ours", s.sign(t, worthless("ours.example")+sentAs(boss), "evil.example", append(allSigned, "DKIM-Signature")...), badSig, badSig},

		{"dmarc of another domain", sentAs(boss, trust+"dmarc=pass header.from=evil.example"), absent, absent},
		{"dmarc without a domain", sentAs(boss, trust+"dmarc=pass"), absent, absent},
		{"dmarc=fail whatever else", s.sign(t, sentAs(boss, trust+"dkim=pass header.d=ours.example; dmarc=fail header.from=ours.example"), "ours.example"), dmarcFail, dmarcFail},
		{"dmarc=none", sentAs(boss, trust+"dmarc=none header.from=ours.example"), absent, absent},
		{"dkim=pass", sentAs(boss, trust+"dkim=pass header.d=ours.example"), byDKIM, byDKIM},
		{"dkim=pass by header.i", sentAs(boss, trust+"dkim=pass header.i=@ours.example header.b=ab/c="), byDKIM, byDKIM},
		{"dkim=pass of a sub-domain", sentAs(boss, trust+"dkim=pass header.d=mail.ours.example"), absent, ticket.Evidence{Aligned: true, Method: "dkim", Domain: "mail.ours.example", Address: "boss@ours.example"}},
		{"dkim=fail", sentAs(boss, trust+"dkim=fail header.d=ours.example"), badSig, badSig},
		{"dkim=fail of somebody else", sentAs(boss, trust+"dkim=fail header.d=evil.example"), absent, absent},
		{"spf=pass", sentAs(boss, trust+"spf=pass smtp.mailfrom=bounce@ours.example"), absent, bySPF},
		{"spf=pass of the HELO name", sentAs(boss, trust+"spf=pass smtp.helo=ours.example"), absent, absent},
		{"two senders", sentAs(boss, trust+"spf=pass smtp.mailfrom=ours.example; spf=pass smtp.mailfrom=evil.example"), absent, absent},
		{"dkim=fail, spf=pass", sentAs(boss, trust+"dkim=fail header.d=ours.example; spf=pass smtp.mailfrom=ours.example"), badSig, bySPF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := &Authenticator{AuthservID: "MX.desk.example", VerifyDKIM: true, LookupTXT: names.lookup}
			in := Parse([]byte(tt.raw), Options{})
			for _, strict := range []bool{true, false} {
				want := tt.loose
				if strict {
					want = tt.strict
				}
				if from, ok := in.Sole(); ok && want != absent {
					want.Address = from.Address // what is proved is proved of From
				}
				if got, failed := a.Evidence(t.Context(), []byte(tt.raw), in, strict); got != want || failed {
					t.Errorf("strict %t: %+v, DNS failed %t, want %+v", strict, got, failed, want)
				}
			}
		})
	}
}

func TestEvidenceWithoutDNS(t *testing.T) {
	s := newSigner(t)
	names := &dns{silent: true, records: map[string]string{"s1._domainkey.ours.example": s.record}}
	now := time.Now()
	a := &Authenticator{AuthservID: "mx.desk.example", VerifyDKIM: true, LookupTXT: names.lookup, Now: func() time.Time { return now }}
	ask := func(raw string) (ticket.Evidence, bool) {
		return a.Evidence(t.Context(), []byte(raw), Parse([]byte(raw), Options{}), true)
	}
	signed := s.sign(t, sentAs(boss), "ours.example")
	if e, failed := ask(signed); e != absent || !failed {
		t.Errorf("no answer: %+v, %t", e, failed)
	}
	if e, failed := ask(s.sign(t, sentAs(boss), "evil.example")); e != absent || failed {
		t.Errorf("a signature that says nothing about From: %+v, %t", e, failed)
	}
	if e, failed := ask(strings.Replace(signed, "DKIM-Sig", trust+"dmarc=pass header.from=ours.example\r\nDKIM-Sig", 1)); e != byDMARC || failed {
		t.Errorf("the server's word needs no DNS: %+v, %t", e, failed)
	}
	names.silent = false
	now = now.Add(time.Minute)
	if e, failed := ask(signed); e != byDKIM || failed {
		t.Errorf("once DNS answers: %+v, %t", e, failed)
	}
	names.asked = nil
	names.silent = true
	if e, _ := ask(signed); e != byDKIM || len(names.asked) != 0 {
		t.Errorf("the key was not remembered: %+v, asked %v", e, names.asked)
	}
}

func TestEvidenceAsksForFourKeysAtMost(t *testing.T) {
	names := &dns{}
	a := &Authenticator{VerifyDKIM: true, LookupTXT: names.lookup}
	var top []string
	for _, sel := range strings.Split("abcdefghij", "") {
		top = append(top, "DKIM-Signature: v=1; a=rsa-sha256; d=ours.example; s="+sel+"; h=from:subject:date; bh=AAAA; b=AAAA")
	}
	raw := []byte(sentAs(boss, top...))
	a.Evidence(t.Context(), raw, Parse(raw, Options{}), true)
	if len(names.asked) != maxSignatures {
		t.Errorf("asked for %v", names.asked)
	}
}

func TestEvidenceIsNeverAboutSomebodyElse(t *testing.T) {
	// Where the mail's author was taken from elsewhere, such as the inner mail of
	// a PEC or a header of a group, what proves the outer From proves nothing.
	raw := []byte(sentAs(boss, trust+"dmarc=pass header.from=ours.example"))
	a := &Authenticator{AuthservID: "mx.desk.example"}
	tests := map[string]*ticket.Inbound{
		"author behind a list": {From: []ticket.Mailbox{{Address: "mario@customer.example"}}},
		"same domain":          {From: []ticket.Mailbox{{Address: "anna@ours.example"}}},
		"certified":            {From: []ticket.Mailbox{{Address: "boss@ours.example"}}, Certified: true},
		"nobody":               {},
	}
	for name, in := range tests {
		if e, _ := a.Evidence(t.Context(), raw, in, false); e != absent {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestEvidenceOfMicrosoft365(t *testing.T) {
	top := "Authentication-Results: spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=ours.example; dkim=pass (signature was verified)\r\n" +
		" header.d=ours.example;dmarc=pass action=none\r\n header.from=ours.example;compauth=pass reason=100"
	raw := []byte(sentAs(boss, top))
	in := Parse(raw, Options{})
	for id, want := range map[string]ticket.Evidence{"-": byDKIM, "spf=pass": absent, "": absent, "mx.desk.example": absent} {
		a := &Authenticator{AuthservID: id}
		if e, _ := a.Evidence(t.Context(), raw, in, true); e != want {
			t.Errorf("authserv_id %q: %+v", id, e)
		}
	}
	raw = []byte(sentAs(boss, trust+"dmarc=pass header.from=ours.example", top))
	a := &Authenticator{AuthservID: "-"}
	if e, _ := a.Evidence(t.Context(), raw, Parse(raw, Options{}), true); e != absent {
		t.Errorf("a field with an id was believed: %+v", e)
	}
}

func TestKeyLookupErrors(t *testing.T) {
	raw := []byte(newSigner(t).sign(t, sentAs(boss), "ours.example"))
	for name, tt := range map[string]struct {
		err    error
		failed bool
	}{
		"no such name": {&net.DNSError{IsNotFound: true}, false},
		"SERVFAIL":     {&net.DNSError{IsTemporary: true}, true},
		"other":        {errors.New("network is down"), true},
	} {
		a := &Authenticator{VerifyDKIM: true, LookupTXT: func(context.Context, string) ([]string, error) { return nil, tt.err }}
		if e, failed := a.Evidence(t.Context(), raw, Parse(raw, Options{}), true); failed != tt.failed || e != absent {
			t.Errorf("%s: %+v, %t", name, e, failed)
		}
	}
}

// TestLeftOut: what a signature does not cover is told of the best one of exactly
// the domain.
func TestLeftOut(t *testing.T) {
	const mail = "From: a@example.it\r\nSubject: x\r\nDate: Mon, 2 Nov 2026 10:00:00 +0100\r\nContent-Type: text/plain\r\n\r\nx\r\n"
	sig := func(d, h, more string) string {
		return "DKIM-Signature: v=1; a=rsa-sha256; d=" + d + "; s=s1; " + more + "h=" + h + "; bh=x; b=x\r\n"
	}
	for _, c := range []struct {
		name, raw, want string
		signed          bool
	}{
		{"none", mail, "", false},
		{"of another", sig("mail.example.it", "From:Subject:Date:Content-Type", "") + mail, "", false},
		{"all", sig("example.it", "from:subject:date:content-type", "") + mail, "", true},
		{"as opendkim does by itself", sig("example.it", "From:To:Subject:Date:From", "") + mail, "Content-Type", true},
		{"no Content-Type to sign", sig("example.it", "From:Subject:Date", "") + strings.Replace(mail, "Content-Type: text/plain\r\n", "", 1), "", true},
		{"little", sig("example.it", "From", "l=1; ") + mail, "Subject, Date, Content-Type, the end of the body", true},
		{"the best of two", sig("example.it", "From", "") + sig("example.it", "From:Subject:Date", "") + mail, "Content-Type", true},
	} {
		out, signed := LeftOut([]byte(c.raw), "example.it")
		if got := strings.Join(out, ", "); got != c.want || signed != c.signed {
			t.Errorf("%s: %q, %t", c.name, got, signed)
		}
	}
}
