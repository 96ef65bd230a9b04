package mailin

import (
	"context"
	"strings"
	"testing"
)

// FuzzEvidence: whatever a mail holds, nothing is proved about it unless it has
// one From and the believed server, or a key in DNS, spoke for its domain.
func FuzzEvidence(f *testing.F) {
	s := newSigner(f)
	signed := s.sign(f, sentAs(boss), "ours.example")
	for _, raw := range []string{signed, sentAs(boss), sentAs(boss, trust+"dmarc=pass header.from=ours.example"), "", "\r\n", "From: a@b\r\n",
		"From: boss@ours.example\r\nDKIM-Signature: v=1; d=ours.example; s=s1; h=from:subject:date; b=; bh=; a=rsa-sha256\r\n\r\n"} {
		f.Add([]byte(raw))
	}
	names := &dns{records: map[string]string{"s1._domainkey.ours.example": s.record}}
	f.Fuzz(func(t *testing.T, raw []byte) {
		in := Parse(raw, Options{})
		nobody := &Authenticator{}
		if e, failed := nobody.Evidence(context.Background(), raw, in, false); e != absent || failed {
			t.Errorf("nobody is believed and nothing asked, still %+v, %t", e, failed)
		}
		all := &Authenticator{AuthservID: "mx.desk.example", VerifyDKIM: true, LookupTXT: names.lookup}
		e, _ := all.Evidence(context.Background(), raw, in, true)
		if !e.Aligned {
			return
		}
		from, sole := in.Sole()
		if !sole || e.Contrary || !strings.HasSuffix(from.Address, "@"+e.Domain) {
			t.Errorf("%+v about %+v", e, in.From)
		}
		if h := readSigned(raw); h.doubled() != "" || h.doubt != "" {
			t.Errorf("%+v though %s%s", e, h.doubled(), h.doubt)
		}
		if e.Method == "dkim" && !strings.Contains(strings.ToLower(string(raw)), "mx.desk.example") && e.Domain != "ours.example" {
			t.Errorf("%+v without a key", e)
		}
	})
}
