package mailin

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sportello/ticket"
)

func TestParseAddresses(t *testing.T) {
	box := func(pairs ...string) []ticket.Mailbox {
		var l []ticket.Mailbox
		for i := 0; i < len(pairs); i += 2 {
			l = append(l, ticket.Mailbox{Name: pairs[i], Address: pairs[i+1]})
		}
		return l
	}
	for _, c := range []struct {
		name, in string
		want     []ticket.Mailbox
	}{
		{"bare", "Mario@ACME.it", box("", "mario@acme.it")},
		{"name", "Mario Rossi <mario@acme.it>", box("Mario Rossi", "mario@acme.it")},
		{"quoted name", `"Rossi, Mario" <mario@acme.it>, anna@acme.it`, box("Rossi, Mario", "mario@acme.it", "", "anna@acme.it")},
		{"unquoted comma", "Rossi, Mario <mario@acme.it>", box("Rossi, Mario", "mario@acme.it")},
		{"unquoted comma, then another", "Rossi, Mario <mario@acme.it>, Anna <anna@acme.it>", box("Rossi, Mario", "mario@acme.it", "Anna", "anna@acme.it")},
		{"encoded name", "=?utf-8?Q?Niccol=C3=B2?= Rossi <n@acme.it>", box("Niccolò Rossi", "n@acme.it")},
		{"encoded comma", "=?utf-8?Q?Rossi=2C_Mario?= <n@acme.it>", box("Rossi, Mario", "n@acme.it")},
		{"comment is the name", "mario@acme.it (Mario Rossi)", box("Mario Rossi", "mario@acme.it")},
		{"semicolons", "a@acme.it; b@acme.it", box("", "a@acme.it", "", "b@acme.it")},
		{"group", "Ufficio: a@acme.it, b@acme.it;", box("", "a@acme.it", "", "b@acme.it")},
		{"empty group", "undisclosed-recipients:;", nil},
		{"empty", "", nil},
		{"brackets unclosed", "Mario <mario@acme.it", box("Mario", "mario@acme.it")},
		{"an address as name proves nothing", `"boss@ours.example" <x@evil.example>`, box("boss@ours.example", "x@evil.example")},
		{"two in one", "<boss@ours.example> <x@evil.example>", box("", "boss@ours.example", "", "x@evil.example")},
		{"control in an encoded name", "=?utf-8?Q?boss=00=0Ano?= <x@evil.example>", box("boss no", "x@evil.example")},
		{"direction marks in a name", "=?utf-8?B?4oCuaXBwaXA=?= <x@evil.example>", box("ippip", "x@evil.example")},
		{"controls and blanks of other scripts", "<ma\u0085rio\u00a0@acme.it>", box("", "mario@acme.it")},
		{"trailing dot, blanks", "< mario @acme.it. >", box("", "mario@acme.it")},
		{"international domain", "mario@pèrù.example", box("", "mario@xn--pr-7ia3e.example")},
		{"quoted local part", `"mario rossi"@acme.it`, box("", `"mario rossi"@acme.it`)},
		{"needless quotes", `"mario"@acme.it`, box("", "mario@acme.it")},
		{"source route", "<@a.example,@b.example:mario@acme.it>", box("", "mario@acme.it")},
		{"mailto", "<mailto:mario@acme.it>", box("", "mario@acme.it")},
		{"comments anywhere", `Pete(A wonderful \) chap) <pete(his account)@silly.test(his host)>`, box("Pete", "pete@silly.test")},
		{"group with comments", "A Group(Some people) :Chris Jones <c@(Chris's host.)public.example>, joe@example.org,\r\n John <jdoe@one.test> (my dear friend); (the end of the group)",
			box("Chris Jones", "c@public.example", "", "joe@example.org", "John", "jdoe@one.test")},
		{"obsolete white space", "John Doe <jdoe@machine(comment).  example>", box("John Doe", "jdoe@machine.example")},
		{"daemon", "MAILER-DAEMON (Mail Delivery System)", box("Mail Delivery System", "mailer-daemon")},
		{"name only", "Mario Rossi", box("Mario Rossi", "")},
		{"nothing in brackets", "Mario <>", box("Mario", "")},
		{"domain literal", "a@[192.0.2.1]", box("", "a@[192.0.2.1]")},
	} {
		if d := cmp.Diff(c.want, parseAddresses(c.in)); d != "" {
			t.Errorf("%s: parseAddresses(%q): %s", c.name, c.in, d)
		}
	}
}

// TestLongDisplayName: a name that is cut behind a blank does not end with it.
func TestLongDisplayName(t *testing.T) {
	words := strings.Repeat("abcd ", 60) // 300 characters, a blank at every fifth
	got := parseAddresses(words + "<a@example.it>")
	if len(got) != 1 || got[0].Name != strings.TrimSpace(words[:200]) {
		t.Errorf("got %q", got)
	}
}
