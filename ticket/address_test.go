package ticket

import (
	"strings"
	"testing"
)

func TestAddresses(t *testing.T) {
	k := testKeys(t)
	tok := k.Sign(Token{Purpose: PurposeReply, Number: 1042}.issue(noon))
	for name, pattern := range map[string]string{
		"plus": PlusPattern("assistenza@example.it"), "dash": "desk-{token}@example.it", "domain": "{token}@ticket.example.it",
	} {
		a := Addresses{Desk: "assistenza@example.it", Aliases: []string{"help@example.it"}, Pattern: pattern}
		addr := a.Token(tok)
		if got := a.Candidate(addr); got != tok {
			t.Errorf("%s: Candidate(%s) = %q", name, addr, got)
		}
		for _, own := range []string{addr, "assistenza@example.it", "help@example.it"} {
			if !a.Own(own) {
				t.Errorf("%s: %s is ours", name, own)
			}
		}
		for _, foreign := range []string{"", "mario@example.com", "assistenza@example.it.evil.com", "desk-@example.it"} {
			if a.Own(foreign) {
				t.Errorf("%s: %q is not ours", name, foreign)
			}
		}
		mid := k.MessageID(7, Token{Purpose: PurposeWork, Number: 1042}.issue(noon), "example.it")
		for _, in := range []string{addr, strings.Replace(addr, "+", "%2B", 1), strings.Replace(addr, "+", "&#43;", 1), strings.Replace(addr, "+", "+-", 1), mid} {
			if got := a.Strike(`<a href="mailto:` + in + `?x">`); got != `<a href="mailto:assistenza@example.it?x">` {
				t.Errorf("%s: Strike leaves %q of %s", name, got, in)
			}
		}
		text := "scriva a <" + addr + "> oppure a mario@example.com"
		if got := a.Strike(text); got != "scriva a <assistenza@example.it> oppure a mario@example.com" {
			t.Errorf("%s: Strike gives %q", name, got)
		}
	}
	if got := (Addresses{Desk: "a@b.it"}).Token(tok); got != "a@b.it" {
		t.Errorf("without a pattern the desk's own address, got %s", got)
	}
}

func TestTechnicianNumberHangsOnTheFirstAddress(t *testing.T) {
	a := Technician{Name: "A", Addresses: []string{"anna@example.it", "x@y"}}
	b := Technician{Name: "B", Addresses: []string{"anna@example.it", "b@example.it"}}
	if a.Number() != b.Number() || a.Number() <= 0 {
		t.Errorf("%d and %d", a.Number(), b.Number())
	}
	if c := (Technician{Addresses: []string{"bruno@example.it"}}); c.Number() == a.Number() {
		t.Error("two technicians, one number")
	}
}

// TestOneFormOfAnAddress: the desk compares bytes, and what only a folding of
// Unicode makes equal is somebody else.
func TestOneFormOfAnAddress(t *testing.T) {
	a := Addresses{Desk: "desk@xn--societ-nta.example", Aliases: []string{"sos@tech.example"}, Lists: []string{"soci.tech.example"}}
	sara := Technician{Name: "Sara", Addresses: []string{"sara@tech.example"}}
	c := Customer{Contacts: []Contact{{Address: "sara@tech.example"}}}
	tk := Ticket{Participants: []Participant{{Mailbox: Mailbox{Address: "sara@tech.example"}}}}
	for _, other := range []string{"ſara@tech.example", "SARA@tech.example", "sara@tech.example.", "sara@ｔech.example", "ｓara@tech.example", "sara\u200b@tech.example", ""} {
		if sara.has(other) || c.contact(other) != nil || tk.number(other) >= 0 {
			t.Errorf("%q passes for sara", other)
		}
	}
	for _, other := range []string{"DESK@xn--societ-nta.example", "desk@società.example", "ſos@tech.example", "", "desk@xn--societ-nta.example."} {
		if a.Own(other) || a.Listed(other) {
			t.Errorf("%q passes for the desk", other)
		}
	}
	if !a.Own("desk@xn--societ-nta.example") || !a.Own("sos@tech.example") || !a.Listed("soci.tech.example") || !sara.has("sara@tech.example") {
		t.Error("the form itself is not known")
	}
}

// TestStrikeInLetters: a client that shows an international domain in letters
// gives away neither token nor technician.
func TestStrikeInLetters(t *testing.T) {
	k := testKeys(t)
	tok := k.Sign(Token{Purpose: PurposeWork, Number: 7}.issue(noon))
	desk := "desk@xn--societ-nta.example"
	d := &Desk{Addresses: Addresses{Desk: desk, Pattern: PlusPattern(desk)}, Technicians: []Technician{{Name: "Ugo", Addresses: []string{"ugo@xn--tecnic-nta.example"}}}}
	for _, text := range []string{
		"scriva a desk+" + tok + "@xn--societ-nta.example.", "scriva a DESK+" + strings.ToUpper(tok) + "@SOCIETÀ.example.", "scriva a desk+" + tok + "@società.example.",
		"scriva a ugo@tecnicà.example.", "scriva a UGO@Tecnicà.Example.", "scriva a ugo@xn--tecnic-nta.example.", "scriva a Ugo@XN--TECNIC-NTA.example.",
	} {
		if got := d.ForCustomers(text); got != "scriva a "+desk+"." {
			t.Errorf("ForCustomers(%q) = %q", text, got)
		}
	}
	if text := "scriva a mario@società.example e ugo@tecnica.example"; d.ForCustomers(text) != text {
		t.Errorf("strangers are struck: %q", d.ForCustomers(text))
	}
}
