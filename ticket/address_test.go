package ticket

import (
	"slices"
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
		if got := a.Candidate(strings.ToUpper(addr)); got != tok {
			t.Errorf("%s: Candidate(%s) = %q", name, addr, got)
		}
		for _, own := range []string{addr, "ASSISTENZA@example.it", "help@example.it"} {
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
		for _, in := range []string{addr, strings.Replace(addr, "+", "%2B", 1), strings.Replace(addr, "+", "&#43;", 1), mid} {
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

func TestBareSubject(t *testing.T) {
	for in, want := range map[string]string{
		"Re: R: I: Fwd: Sito lento":                    "Sito lento",
		"[Assistenza #1042] Re: Sito lento":            "Sito lento",
		"RE: [assistenza #1042] [Assistenza #7] lento": "lento",
		"Re[2]: AW: Sito":                              "Sito",
		"Richiesta: aiuto":                             "Richiesta: aiuto",
		"  molti   spazi ":                             "molti spazi",
		"":                                             "",
	} {
		if got := BareSubject(in, "Assistenza"); got != want {
			t.Errorf("BareSubject(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTagsIn(t *testing.T) {
	got := tagsIn("Re: [Assistenza #12] x [ASSISTENZA #0] [Altro #3] [Assistenza #4x] [Assistenza #99]", "Assistenza")
	if !slices.Equal(got, []ID{12, 99}) {
		t.Errorf("got %v", got)
	}
}

func TestTechnicianNumberHangsOnTheFirstAddress(t *testing.T) {
	a := Technician{Name: "A", Addresses: []string{"anna@example.it", "x@y"}}
	b := Technician{Name: "B", Addresses: []string{"ANNA@example.it"}}
	if a.Number() != b.Number() || a.Number() <= 0 {
		t.Errorf("%d and %d", a.Number(), b.Number())
	}
	if c := (Technician{Addresses: []string{"bruno@example.it"}}); c.Number() == a.Number() {
		t.Error("two technicians, one number")
	}
}
