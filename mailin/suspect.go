package mailin

import (
	"slices"
	"strings"
	"unicode"

	"sportello/ticket"
)

// suspect flags a sender who may be meant to look like another (cases A16, A17,
// E21): an address as name, letters of several scripts, an international domain.
// Nothing depends on it; a person reads it.
func (m *mail) suspect(in *ticket.Inbound) {
	note := func(o ticket.Oddity) {
		if !slices.Contains(in.Odd, o) {
			in.Odd = append(in.Odd, o)
			m.defect("From: " + o.String())
		}
	}
	for _, f := range in.From {
		if i := strings.IndexByte(f.Name, '@'); i > 0 && !strings.Contains(strings.ToLower(f.Name), f.Address) && strings.Contains(f.Name[i:], ".") {
			note(ticket.OddName)
		}
		if mixedScripts(f.Name) {
			note(ticket.OddScripts)
		}
		local, domain, _ := strings.Cut(f.Address, "@")
		if strings.HasPrefix(domain, "xn--") || strings.Contains(domain, ".xn--") {
			note(ticket.OddDomain)
		}
		if strings.ContainsFunc(local, func(r rune) bool { return r > unicode.MaxASCII }) {
			note(ticket.OddLocal)
		}
	}
}

// mixedScripts tells whether one word of s holds Latin letters beside Cyrillic
// or Greek ones, many of which look the same.
func mixedScripts(s string) bool {
	for word := range strings.FieldsSeq(s) {
		latin, other := false, false
		for _, r := range word {
			latin = latin || unicode.Is(unicode.Latin, r)
			other = other || unicode.In(r, unicode.Cyrillic, unicode.Greek)
		}
		if latin && other {
			return true
		}
	}
	return false
}
