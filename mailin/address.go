package mailin

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sportello/ticket"
	"sportello/ticket/address"
)

const (
	maxAddresses = 500  // kept of one header field
	maxAddress   = 2000 // bytes looked at for one: far more than any has
)

// parseAddresses reads an address list (RFC 5322, section 3.4) as it really
// occurs: groups, comments, unquoted commas in names, semicolons between
// addresses, encoded words anywhere, text without any address.
func parseAddresses(values ...string) []ticket.Mailbox {
	var list []ticket.Mailbox
	for _, v := range values {
		s := addressScanner{rest: v}
		for len(list) < maxAddresses {
			m, ok := s.next()
			if !ok {
				break
			}
			list = append(list, m)
		}
	}
	return list
}

// addressScanner walks one address list.
type addressScanner struct {
	rest    string
	phrase  []string // words under way: of a name, or addresses without brackets
	comment string
	angle   string
	found   bool // an angle address was read
}

// next returns the next mailbox; false at the end.
func (s *addressScanner) next() (ticket.Mailbox, bool) {
	if len(s.phrase) > 0 { // a comma was missing
		if m, ok := s.take(); ok {
			return m, true
		}
	}
	for s.rest != "" {
		c := s.rest[0]
		switch c {
		case ' ', '\t', '\r', '\n':
			s.rest = s.rest[1:]
		case '"':
			var word string
			full := s.rest
			word, s.rest = cutQuoted(s.rest)
			if strings.HasPrefix(s.rest, "@") { // quoted local part
				n := atomEnd(s.rest)
				s.phrase = append(s.phrase, full[:len(full)-len(s.rest)]+s.rest[:n])
				s.rest = s.rest[n:]
			} else {
				s.phrase = append(s.phrase, word)
			}
		case '(':
			s.comment, s.rest = cutComment(s.rest)
		case '<':
			if s.found { // two in one: two people
				m, ok := s.take()
				if ok {
					return m, true
				}
				continue
			}
			s.angle, s.rest = cutAngle(s.rest)
			s.found = true
		case ',', ';':
			if c == ',' && s.commaInName() {
				s.phrase[len(s.phrase)-1] += ","
				s.rest = s.rest[1:]
				continue
			}
			s.rest = s.rest[1:]
			if m, ok := s.take(); ok {
				return m, true
			}
		case ':':
			s.rest = s.rest[1:]
			if len(s.phrase) > 0 && !s.found && !strings.Contains(s.phrase[len(s.phrase)-1], "@") {
				s.phrase, s.comment = nil, "" // the name of a group, or "mailto"
			}
		case '>', ')':
			s.rest = s.rest[1:]
		default:
			n := atomEnd(s.rest)
			s.phrase = append(s.phrase, s.rest[:n])
			s.rest = s.rest[n:]
		}
	}
	return s.take()
}

// commaInName tells whether the comma at hand stands in an unquoted name, as in
// Rossi, Mario <a@b>: no address before it, and an angle address before the next comma.
func (s *addressScanner) commaInName() bool {
	if s.found || len(s.phrase) == 0 {
		return false
	}
	for _, w := range s.phrase {
		if strings.Contains(w, "@") {
			return false
		}
	}
	ahead := s.rest[1:]
	end := strings.IndexByte(ahead, ',')
	if end < 0 {
		end = len(ahead)
	}
	lt := strings.IndexByte(ahead[:end], '<')
	return lt >= 0 && !strings.Contains(ahead[:lt], "@") && !strings.Contains(ahead[:lt], `"`)
}

// take makes a mailbox of what was read since the last one.
func (s *addressScanner) take() (ticket.Mailbox, bool) {
	phrase, comment, angle, found := s.phrase, s.comment, s.angle, s.found
	s.phrase, s.comment, s.angle, s.found = nil, "", "", false
	m := ticket.Mailbox{}
	switch {
	case found:
		m.Address = bareAddress(angle)
		m.Name = strings.Join(phrase, " ")
		if m.Address == "" && strings.Contains(m.Name, "@") { // "a@b <>"
			m.Address, m.Name = bareAddress(m.Name), ""
		}
	case len(phrase) > 0:
		var words []string
		for i, w := range phrase {
			if !strings.Contains(w, "@") {
				words = append(words, w)
				continue
			}
			if m.Address != "" { // a comma is missing: the next begins here
				s.phrase = phrase[i:]
				break
			}
			m.Address = bareAddress(w)
		}
		phrase = words
		m.Name = strings.Join(phrase, " ")
	default:
		return m, false
	}
	if m.Address == "" && len(phrase) == 1 && comment != "" { // MAILER-DAEMON (Mail Delivery System)
		m.Address, m.Name = bareAddress(phrase[0]), ""
	}
	if m.Name == "" {
		m.Name = comment
	}
	m.Name = displayName(m.Name)
	return m, m.Name != "" || m.Address != ""
}

// displayName decodes a name and makes it one line of bounded length.
func displayName(s string) string {
	s = oneLine(decodeWords(s))
	s = strings.Trim(s, `'" `)
	return strings.TrimSpace(cutRunes(s, 200)) // the cut may fall behind a blank
}

// bareAddress takes a bare address out of what stands in its place, brackets,
// blanks, controls, comments or a source route around and inside it, and brings
// it to the form in which addresses are compared.
func bareAddress(s string) string {
	s = decodeWords(cutRunes(s, maxAddress)) // no room for tricks
	if !strings.Contains(s, `"`) {
		s = dropComments(s)
	}
	if strings.HasPrefix(s, "@") { // source route
		if i := strings.LastIndexByte(s, ':'); i >= 0 {
			s = s[i+1:]
		}
	}
	if len(s) > 7 && address.Lower(s[:7]) == "mailto:" {
		s = s[7:]
	}
	quoted := strings.HasPrefix(s, `"`) // blanks in a quoted local part count
	s = strings.Map(func(r rune) rune {
		switch {
		case r == ' ' && quoted:
		case r <= ' ' || unicode.IsControl(r) || unicode.IsSpace(r) || r == '<' || r == '>' || r == utf8.RuneError || hiddenRune(r):
			return -1
		}
		return r
	}, s)
	return cutRunes(address.Canonical(strings.Trim(s, "'`,;")), 320)
}

// cutAngle reads <…>; without a closing bracket before the next opening one, to
// the next separator.
func cutAngle(s string) (inside, rest string) {
	quoted, end := false, min(len(s), maxAddress)
	for i := 1; i < end; i++ {
		switch s[i] {
		case '"':
			quoted = !quoted
		case '<':
			if s[i-1] != '<' {
				end = i
			}
		case '>':
			if !quoted {
				return strings.TrimLeft(s[1:i], "<"), s[i+1:]
			}
		}
	}
	if i := strings.IndexAny(s[:end], ">,;"); i > 0 {
		return strings.TrimLeft(s[1:i], "<"), s[i+1:]
	}
	return strings.TrimLeft(s[:end], "<"), s[end:]
}

// cutComment reads a comment with those nested in it; one that is not closed
// runs to the end.
func cutComment(s string) (inside, rest string) {
	end := commentEnd(s)
	if end == 0 {
		return strings.TrimSpace(s[1:]), ""
	}
	return strings.TrimSpace(s[1 : end-1]), s[end:]
}

// atomEnd is the length of the atom at the start of s, domain literals included.
func atomEnd(s string) int {
	literal := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '[' && i > 0 && s[i-1] == '@':
			literal = true
		case c == ']':
			literal = false
		case literal:
		case strings.IndexByte(" \t\r\n,;:<>()\"", c) >= 0:
			return max(i, 1)
		}
	}
	return len(s)
}

// cutRunes shortens s to at most n bytes, at a character's edge.
func cutRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
