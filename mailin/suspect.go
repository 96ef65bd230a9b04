package mailin

import (
	"strings"
	"unicode"

	"sportello/ticket"
)

// suspect flags a sender who may be meant to look like another (cases A16, A17,
// E21): an address as name, letters of several scripts, an international domain.
// Nothing depends on it; a person reads it.
func (m *mail) suspect(from []ticket.Mailbox) {
	for _, f := range from {
		if i := strings.IndexByte(f.Name, '@'); i > 0 && !strings.Contains(strings.ToLower(f.Name), f.Address) && strings.Contains(f.Name[i:], ".") {
			m.defect("From: the name is another address")
		}
		if mixedScripts(f.Name) {
			m.defect("From: the name mixes scripts")
		}
		local, domain, _ := strings.Cut(f.Address, "@")
		if strings.HasPrefix(domain, "xn--") || strings.Contains(domain, ".xn--") {
			m.defect("From: an international domain")
		}
		if strings.ContainsFunc(local, func(r rune) bool { return r > unicode.MaxASCII }) {
			m.defect("From: an address outside ASCII")
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
