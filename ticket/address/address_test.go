package address

import (
	"strings"
	"testing"
)

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"Sara@Tech.Example":                "sara@tech.example",
		"ſara@tech.example":                "ſara@tech.example", // U+017F is no s
		"\u212aarl@tech.example":           "\u212aarl@tech.example",
		"İris@tech.example":                "İris@tech.example",
		"ÀNNA@tech.example":                "Ànna@tech.example",
		"ａnna@tech.example":                "ａnna@tech.example",
		"ugo@società.example":              "ugo@xn--societ-nta.example",
		"ugo@SOCIETÀ.example":              "ugo@xn--societ-nta.example",
		"ugo@societa\u0300.example":        "ugo@xn--societ-nta.example", // decomposed
		"ugo@XN--SOCIET-NTA.Example.":      "ugo@xn--societ-nta.example",
		"ugo@straße.example":               "ugo@xn--strae-oqa.example",
		"ugo@strasse.example":              "ugo@strasse.example",
		"anna@tech.example.":               "anna@tech.example",
		"anna@tеch.example":                "anna@xn--tch-rdd.example",            // a Cyrillic е
		"anna@ｔech.example":                "anna@ｔech.example",                   // full width: a disguise, not that domain
		"anna@\u212aite.example":           "anna@\u212aite.example",              // Kelvin
		"anna@tech。example":                "anna@tech。example",                   // ideographic full stop
		"anna＠tech.example":                "anna＠tech.example",                   // no @ at all
		`"anna"@tech.example`:              "anna@tech.example",                   // quotes that say nothing
		`"anna b"@tech.example`:            `"anna b"@tech.example`,               // and those that do
		`"anna@tech.example"@evil.example`: `"anna@tech.example"@evil.example`,    //
		"anna+Ordini@tech.example":         "anna+ordini@tech.example",            //
		"a@[192.0.2.1]":                    "a@[192.0.2.1]",                       //
		"":                                 "",                                    //
		"MAILER-DAEMON":                    "mailer-daemon",                       //
		"desk+{token}@Società.example":     "desk+{token}@xn--societ-nta.example", // a pattern is one too
	} {
		if got := Canonical(in); got != want {
			t.Errorf("Canonical(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestValid(t *testing.T) {
	for _, good := range []string{"a@b", "mario@rossi.example", "o'neill+x@a.example", "ugo@società.example", "ugo@xn--societ-nta.example",
		"a..b.@docomo.example", "àé@tech.example", "x@a_b.example", "anna@tech.example."} {
		if !Valid(good) {
			t.Errorf("%q is an address", good)
		}
	}
	for _, bad := range []string{"", "a", "@b", "a@", "a b@c", "a@b c", "a@@b", "a@b@c", "<a@b>", "a@-b", "a@b..c", "a@.b", "a,b@c", `"a b"@c`,
		"a\u200d@tech.example", "a\u00a0b@tech.example", "a@te\u200bch.example", "a@ｔech.example", "a@[192.0.2.1]", "a@b\x00", "a\xff@b",
		strings.Repeat("a", 65) + "@b", "a@" + strings.Repeat("b", 64)} {
		if Valid(bad) {
			t.Errorf("%q is no address", bad)
		}
	}
}

// FuzzCanonical: the form is its own form, differs from what was written only in
// ASCII letters, quotes and domain, and a valid address stays one.
func FuzzCanonical(f *testing.F) {
	for _, s := range []string{"Sara@Tech.Example", "ugo@SOCIETÀ.example.", `"a"@b`, "a@ß。x", "ſ@K", "@", "a@xn--", "a@\u200d.b", "a@..", `""a""@b`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := Canonical(s)
		if again := Canonical(c); again != c {
			t.Errorf("%q becomes %q becomes %q", s, c, again)
		}
		if Valid(s) && !Valid(c) {
			t.Errorf("%q is valid and its form %q is not", s, c)
		}
		if Valid(s) && strings.Count(c, "@") != 1 {
			t.Errorf("%q is valid and holds two @: %q", s, c)
		}
		local, _, _ := Cut(s)
		got, _, _ := Cut(c)
		if strings.Trim(Lower(local), `"`) != strings.Trim(got, `"`) {
			t.Errorf("the local part of %q became that of %q", s, c)
		}
	})
}
