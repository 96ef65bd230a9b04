package mailin

import (
	"fmt"
	"strings"
	"testing"
)

// shown writes results in one line, so that they are easy to compare.
func (a authResults) shown() string {
	s := a.id
	for _, r := range a.results {
		s += fmt.Sprintf("; %s=%s", r.method, r.value)
		for _, p := range r.props {
			s += fmt.Sprintf(" %s=%q", p.name, p.value)
		}
	}
	return s
}

func TestParseAuthResults(t *testing.T) {
	tests := []struct{ name, in, want string }{ // want "": doubt
		{"RFC 8601 B.2", " example.org 1; none", "example.org"},
		{"RFC 8601 B.3", " example.com; spf=pass smtp.mailfrom=example.net", `example.com; spf=pass smtp.mailfrom="example.net"`},
		{"RFC 8601 B.4", " example.com; auth=pass (cram-md5) smtp.auth=sender@example.net; spf=pass smtp.mailfrom=example.net",
			`example.com; auth=pass smtp.auth="sender@example.net"; spf=pass smtp.mailfrom="example.net"`},
		{"RFC 8601 B.6", " example.com; dkim=pass reason=\"good signature\" header.i=@mail-router.example.net; dkim=fail reason=\"bad signature\" header.i=@newyork.example.com",
			`example.com; dkim=pass reason="good signature" header.i="@mail-router.example.net"; dkim=fail reason="bad signature" header.i="@newyork.example.com"`},
		{"RFC 8601 B.7, all comments", " foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy (A dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462",
			`foo.example.net; dkim=fail policy.expired="1362471462"`},
		{"Gmail", " mx.google.com;       dkim=pass header.i=@example.com header.s=s1 header.b=\"b/Ax+9c\";       spf=pass (google.com: domain of a@example.com designates 192.0.2.1 as permitted sender) smtp.mailfrom=a@example.com;       dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=example.com",
			`mx.google.com; dkim=pass header.i="@example.com" header.s="s1" header.b="b/Ax+9c"; spf=pass smtp.mailfrom="a@example.com"; dmarc=pass header.from="example.com"`},
		{"quoted id", ` "mx.example"; spf=none`, "mx.example; spf=none"},
		{"no id", " spf=pass smtp.mailfrom=a.example;dmarc=pass action=none header.from=a.example", `; spf=pass smtp.mailfrom="a.example"; dmarc=pass action="none" header.from="a.example"`},
		{"no id, the recipient's domain between", " spf=pass smtp.mailfrom=a.example; desk.example; dkim=none header.d=none;desk.example; dmarc=pass action=none header.from=a.example;", `; spf=pass smtp.mailfrom="a.example"; dkim=none header.d="none"; dmarc=pass action="none" header.from="a.example"`},
		{"semicolon at the end", " mx.example; spf=none;", "mx.example; spf=none"},
		{"only an id", " mx.example", "mx.example"},
		{"quoted local part", ` mx.example; spf=pass smtp.mailfrom="a; dmarc=pass"@b.example`, `mx.example; spf=pass smtp.mailfrom="a; dmarc=pass@b.example"`},
		{"nested comments", " mx.example; spf=pass (a (b; dmarc=pass \\) ) c) smtp.mailfrom=b.example", `mx.example; spf=pass smtp.mailfrom="b.example"`},

		{"empty", "", ""},
		{"version 2", " mx.example 2; spf=none", ""},
		{"a bare domain beside an id", " mx.example; spf=pass; desk.example; dmarc=pass header.from=a", ""},
		{"open comment", " mx.example; spf=pass (oops", ""},
		{"open quote", ` mx.example; spf=pass reason="oops`, ""},
		{"closed too often", " mx.example; spf=pass (a)) smtp.mailfrom=b", ""},
		{"no method", " mx.example; =pass", ""},
		{"no result", " mx.example; spf=", ""},
		{"method as a property", " mx.example; spf=pass dmarc=pass header.from=a", ""},
		{"two words", " mx.example; spf=pass neutral", ""},
		{"property twice", " mx.example; dmarc=pass header.from=a header.from=b", ""},
		{"words run together", ` mx.example; spf=pass reason="a"smtp.mailfrom=b`, ""},
		{"control", " mx.example; spf=pass (\x00)", ""},
		{"id and method without a semicolon", " mx.example spf=pass", ""},
		{"eight-bit token", " mx.example; spf=p\xc3\xa4ss", ""},
	}
	for _, tt := range tests {
		a, err := parseAuthResults(tt.in)
		if tt.want == "" {
			if err == nil {
				t.Errorf("%s: no doubt, %s", tt.name, a.shown())
			}
			continue
		}
		if got := a.shown(); err != nil || got != tt.want {
			t.Errorf("%s: %v\n got %s\nwant %s", tt.name, err, got, tt.want)
		}
	}
}

// FuzzAuthResults puts anything into a comment and a quoted string: no byte in
// there makes, changes or takes away a result.
func FuzzAuthResults(f *testing.F) {
	for _, s := range []string{"", "; dmarc=pass header.from=ours.example", `"; dmarc=pass`, `\`, ")(", "(((", "\x00", "\u00a0;", "a\tb", `\"\)`} {
		f.Add(s)
	}
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "(", `\(`, ")", `\)`)
	plain := func(a authResults) string {
		s := a.id
		for _, r := range a.results {
			s += ";" + r.method + "=" + r.value
			if d, ok := r.prop("header.from"); ok {
				s += " " + d
			}
		}
		return s
	}
	const template = "mx.example (X) 1 (X); spf (X) = (X) fail (X) reason (X) = (X) \"X\" (X) smtp.mailfrom=\"X\"@evil.example (X); dmarc=fail (X) header.from=ours.example (X)"
	clean, err := parseAuthResults(strings.ReplaceAll(template, "X", ""))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := parseAuthResults(strings.ReplaceAll(template, "X", escape.Replace(s)))
		if err != nil {
			if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
				t.Errorf("%q is doubted", s)
			}
			return
		}
		if got, want := plain(a), plain(clean); got != want {
			t.Errorf("%q makes %s of %s", s, got, want)
		}
		// The same bytes as a whole field never crash the reader.
		parseAuthResults(s)
	})
}
