package ticket

import (
	"strings"
	"testing"
)

// Who is erased is found in every form in which programs and people write him, and
// nobody is taken for him.
func TestLikeness(t *testing.T) {
	l := newLikeness(3, &Wanted{Customer: "CLI-4711", Addresses: []string{"anna.neri@xn--caff-8oa.example"}, Names: []string{"Anna Nerì"}, Mails: []string{"x1@neri"}}, "[erased]")
	for _, s := range []string{
		"anna.neri@xn--caff-8oa.example", "Anna.Neri@XN--CAFF-8OA.example", "<anna.neri@caff\u00e8.example>", "a: anna.neri@xn--caff-8oa.example.",
		"(anna.neri@xn--caff-8oa.example)", "mailto:anna.neri@xn--caff-8oa.example?subject=x", "bounce-anna.neri=xn--caff-8oa.example@list.example",
		"anna.neri%40xn--caff-8oa.example", "Gentile Anna Nerì,", "ANNA NERÌ", "anna nerì", "\"Anna Nerì\" <x@y>", "x1@neri", "codice CLI-4711", "cli-4711.",
	} {
		if !l.in(s) {
			t.Errorf("%q names her", s)
			continue
		}
		if struck := l.strike(s); l.in(struck) || strings.Contains(strings.ToLower(struck), "neri@") {
			t.Errorf("%q is left of %q", struck, s)
		}
	}
	for _, s := range []string{
		"sanna.neri@xn--caff-8oa.example", "x-anna.neri@xn--caff-8oa.example", "anna.neri@xn--caff-8oa.example.org", "anna.neri@xn--caff-8oa.examples",
		"Anna", "Nerì", "Joanna Nerì", "Anna Nerìni", "x1@neri.example", "CLI-47110", "XCLI-4711", "anna.neri@altrove.example", "",
	} {
		if l.in(s) || l.strike(s) != s {
			t.Errorf("%q does not name her", s)
		}
	}
	if got := l.strike("Anna Nerì e Anna Nerì <anna.neri@xn--caff-8oa.example>"); got != "[erased] e [erased] <erased-3-1@erased.invalid>" {
		t.Error(got)
	}
}

// What events say of the people of a ticket is struck as the ticket is: they fold as
// before.
func TestStandingsKeepTheirSigns(t *testing.T) {
	put := func(string) string { return "e1@erased.invalid" }
	for was, want := range map[string]string{
		"a@x.example": "e1@erased.invalid", "a@x.example+": "e1@erased.invalid+", "a@x.example-": "e1@erased.invalid-", "a+b@x-y.example+-!5.1.1": "e1@erased.invalid+-!5.1.1",
		"a-b+c@x.example!": "e1@erased.invalid!",
	} {
		if got := standingOf(was, put); got != want {
			t.Errorf("%q became %q, not %q", was, got, want)
		}
	}
}
