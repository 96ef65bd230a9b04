package mailin

import (
	"context"
	"strings"
	"testing"

	"sportello/ticket"
)

// clearFroms are forms of From that name one person, as people's programs write
// them, and unclearFroms those that name two, or none for certain.
var clearFroms = []string{
	"anna@tech.example",
	"  anna@tech.example  ",
	"<anna@tech.example>",
	"< anna@tech.example >",
	"Anna Ferretti <anna@tech.example>",
	"Anna Ferretti<anna@tech.example>",
	`"Ferretti, Anna" <anna@tech.example>`,
	`"Ferretti (IT)" <anna@tech.example>`,
	`"Anna \"la svelta\" Ferretti" <anna@tech.example>`,
	`"intern@tech.example" <anna@tech.example>`,
	`"<intern@tech.example>" <anna@tech.example>`,
	`'anna@tech.example' <anna@tech.example>`,
	"Ferretti, Anna <anna@tech.example>",
	"A. Ferretti <anna@tech.example>",
	"Ferretti [Assistenza] <anna@tech.example>",
	"anna@tech.example <anna@tech.example>",
	"ANNA@Tech.Example <anna@tech.example>",
	"anna@tech.example (Anna Ferretti)",
	"anna@tech.example (Anna (detta Nina) Ferretti)",
	"(Ufficio) anna@tech.example",
	"Anna (Ufficio) <anna@tech.example> (la sera)",
	"=?utf-8?q?Ferretti=2C_Anna?= <anna@tech.example>",
	"=?utf-8?b?QW5uYSBA?= <anna@tech.example>",
	"=?utf-8?b?YUBiPiwgPGNAZA==?= <anna@tech.example>", // decodes to a@b>, <c@d: a name all the same
	"=?utf-8?q?anna@tech.example?= <anna@tech.example>",
	"Anna Ferretti <ANNA@TECH.EXAMPLE>",
	"Anna Ferretti <anna@tech.example.>",
	`"anna"@tech.example`,
	"Ànna Ferrettì <anna@tech.example>",
	"👩‍🔧 Anna <anna@tech.example>",
	"anna＠evil.example <anna@tech.example>", // full width: letters of a name
}

var unclearFroms = []string{
	"intern@tech.example anna@tech.example",
	"anna@tech.example intern@tech.example",
	"intern@tech.example, anna@tech.example",
	"intern@tech.example; anna@tech.example",
	"<anna@tech.example> intern@tech.example",
	"<anna@tech.example> intern",
	"<anna@tech.example> <intern@tech.example>",
	"<anna@tech.example><intern@tech.example>",
	"<anna@tech.example>,",
	", <anna@tech.example>, <intern@tech.example>",
	"intern@tech.example <anna@tech.example>",
	"intern@tech.example, <anna@tech.example>",
	"intern @ tech.example <anna@tech.example>",
	"(intern@tech.example) anna@tech.example",
	"anna@tech.example (intern@tech.example)",
	"intern@tech.example:anna@tech.example",
	"Ufficio: anna@tech.example;",
	"Ufficio: Anna <anna@tech.example>;",
	"anna(x)@tech.example",
	"anna@(x)tech.example",
	"anna@tech(x).example",
	"<anna(x)@tech.example>",
	"anna @tech.example",
	"anna@ tech.example",
	"anna@tech . example",
	"anna . ferretti@tech.example",
	"<anna @tech.example>",
	"<anna@tech .example>",
	"<@evil.example:anna@tech.example>",
	"<@evil.example,@b.example:anna@tech.example>",
	"<@tech.example>",
	"@tech.example",
	"anna@",
	"<anna@>",
	"<>",
	"Anna <>",
	"Anna <anna@tech.example",
	"Anna anna@tech.example>",
	"Anna anna@tech.example",
	"anna@tech.example Anna",
	`"Anna <anna@tech.example>`,
	`Anna" <anna@tech.example>`,
	`Anna <"anna@tech.example>`,
	`"intern@tech.example" anna@tech.example`,
	`"anna@evil.example"@tech.example`,
	"Anna (x <anna@tech.example>",
	"Anna x) <anna@tech.example>",
	"=?utf-8?q?anna=40tech.example?=",
	"=?utf-8?q?=3Canna=40tech.example=3E?=",
	"<=?utf-8?q?anna?=@tech.example>",
	"=?utf-8?q?anna?=@tech.example",
	"=?utf-8?q?intern@tech.example?= <anna@tech.example>",
	"anna@tech.example\u00a0<anna@evil.example>",
	"an\u200bna@tech.example",
	"<anna@te\u200dch.example>",
	"anna@tech.example..",
	"anna@@tech.example",
	"anna@intern@tech.example",
	"<mailto:anna@tech.example>",
	"<<anna@tech.example>>",
	"anna@tech.example\x00",
	"anna\\@tech.example",
	"Anna \\<intern@tech.example\\> <anna@tech.example>",
	"anna@ｔech.example",
	"anna＠tech.example",
	"Anna",
	"",
}

func TestAuthor(t *testing.T) {
	for _, v := range clearFroms {
		from, clear := author([]string{v})
		if !clear || len(from) != 1 || from[0].Address != "anna@tech.example" {
			t.Errorf("%q names anna: %v %q", v, clear, from)
		}
	}
	for _, v := range unclearFroms {
		if from, clear := author([]string{v}); clear {
			t.Errorf("%q names nobody for certain, not %q", v, from)
		}
	}
	if _, clear := author([]string{"anna@tech.example", "anna@tech.example"}); clear {
		t.Error("two fields are two people")
	}
}

// TestUnclearFromIsNobody: neither signature nor result of the server stands
// behind a From that is not one mailbox; it is filed, and shown as it came.
func TestUnclearFromIsNobody(t *testing.T) {
	a := &Authenticator{AuthservID: "mx.tech.example"}
	mail := func(from string) []byte {
		return []byte("Authentication-Results: mx.tech.example; dmarc=pass header.from=tech.example\r\nFrom: " + from +
			"\r\nTo: desk@example.it\r\nDate: Mon, 2 Mar 2026 08:00:00 +0100\r\nMessage-ID: <1@tech.example>\r\nSubject: x\r\n\r\nTesto.\r\n")
	}
	for _, v := range clearFroms {
		in := Parse(mail(v), Options{})
		if e, _ := a.Evidence(context.Background(), in.Raw, in, true); in.Unclear || !e.Aligned {
			t.Errorf("%q: unclear %v, evidence %+v", v, in.Unclear, e)
		}
	}
	for _, v := range unclearFroms {
		in := Parse(mail(v), Options{})
		e, _ := a.Evidence(context.Background(), in.Raw, in, false)
		if _, sole := in.Sole(); sole || e.Aligned {
			t.Errorf("%q is taken for %q, evidence %+v", v, in.From, e)
		}
	}
	for v, want := range map[string]ticket.Mailbox{
		"intern@tech.example anna@tech.example": {Name: "intern@tech.example anna@tech.example", Address: "intern@tech.example"},
		"Anna anna@tech.example":                {Name: "Anna anna@tech.example", Address: "anna@tech.example"},
		"Ufficio: Anna <anna@tech.example>;":    {Name: "Ufficio: Anna <anna@tech.example>;", Address: "anna@tech.example"},
	} {
		if in := Parse(mail(v), Options{}); in.Unfit != "" || in.From[0] != want {
			t.Errorf("%q is shown as %q (%s)", v, in.From, in.Unfit)
		}
	}
}

// TestLongAddressLists: work on a field of addresses grows with its length and
// not with the square of it; at this length the square would not end.
func TestLongAddressLists(t *testing.T) {
	const size = 1 << 20
	for _, unit := range []string{",", "<,", "<", ">", "(", "()", `"`, `"a" `, "a@b ", "a@b,", "a, ", "a,<", ":", ";", "@", "=?utf-8?q?a", "=?utf-8?q?a?= ", "(a@b", "\\", "<@a,"} {
		v := strings.Repeat(unit, size/len(unit))
		if list := parseAddresses(v); len(list) > maxAddresses {
			t.Errorf("%q: %d addresses", unit, len(list))
		}
		if addr, ok := soleAddress(v); ok {
			t.Errorf("%q is one address: %.40q", unit, addr)
		}
		if addr, ok := soleAddress(v + " <a@b.example>"); ok && addr != "a@b.example" {
			t.Errorf("%q before an address: %.40q", unit, addr)
		}
	}
}

// FuzzFrom: what is taken for one mailbox is one that the lenient reading sees
// too, in the form that is its own; printed anew, it is the same.
func FuzzFrom(f *testing.F) {
	for _, v := range append(clearFroms, unclearFroms...) {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		from, clear := author([]string{v})
		for _, m := range from {
			if again := bareAddress(m.Address); strings.Count(m.Address, "@") == 1 && plainAddress(m.Address) && again != m.Address {
				t.Errorf("%q: %q becomes %q", v, m.Address, again)
			}
		}
		if !clear {
			return
		}
		if strings.Count(from[0].Address, "@") != 1 {
			t.Errorf("%q is clear and names %q", v, from[0].Address)
		}
		if again, ok := soleAddress("Nome <" + from[0].Address + ">"); !ok || again != from[0].Address {
			t.Errorf("%q: %q is read again as %q", v, from[0].Address, again)
		}
	})
}
