package mailin

import (
	"strings"

	"sportello/ticket"
	"sportello/ticket/address"
)

// author reads From. Its values name somebody for certain only when they are
// exactly one well-formed mailbox; else clear is false. What is no list either is
// shown as it came, in the place of a name, with the first address that can be
// read in it.
func author(values []string) (from []ticket.Mailbox, clear bool) {
	from = parseAddresses(values...)
	if len(from) == 0 {
		return nil, false
	}
	if len(values) != 1 { // several fields are several people
		return from, false
	}
	if addr, ok := soleAddress(values[0]); ok && len(from) == 1 && from[0].Address == addr {
		return from, true
	}
	if strings.Contains(values[0], "@") && (len(from) == 1 || !strings.ContainsAny(values[0], ",;")) {
		from[0].Name = displayName(values[0])
	}
	return from, false
}

// soleAddress returns the address of v, in the form of address.Canonical, when v
// is exactly one well-formed mailbox (RFC 5322, section 3.4): then, and only then,
// every program that reads the field sees the same address in it, the server that
// signed it as well. Real programs write names without the quotes that they need;
// that is let through where no second address can be read into it. Groups,
// routes, lists, comments and blanks inside an address, text behind it, what is
// not closed, and encoded words in the place of an address are not.
func soleAddress(v string) (addr string, ok bool) {
	if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return "", false
	}
	s := mailboxScanner{rest: v}
	for s.rest != "" {
		if !s.step() {
			return "", false
		}
	}
	if !s.whole() {
		return "", false
	}
	return address.Canonical(s.angle), true
}

// mailboxScanner walks a field that should be one mailbox.
type mailboxScanner struct {
	rest     string
	words    []string // unquoted, outside brackets and comments
	comments []string
	angle    string
	quoted   bool // a quoted string was read, in a name or in a local part
	comma    bool
	closed   bool // an angle address was read
}

// step reads one word, string, comment or bracketed address; false for what no
// mailbox holds.
func (s *mailboxScanner) step() bool {
	switch c := s.rest[0]; c {
	case ' ', '\t':
		s.rest = s.rest[1:]
	case '(':
		n := commentEnd(s.rest)
		if n == 0 {
			return false
		}
		s.comments = append(s.comments, s.rest[1:n-1])
		s.rest = s.rest[n:]
	case '"':
		n := quotedEnd(s.rest)
		if n == 0 || s.closed {
			return false
		}
		if strings.HasPrefix(s.rest[n:], "@") {
			n += mailboxWord(s.rest[n:])
			s.words = append(s.words, s.rest[:n])
		}
		s.quoted, s.rest = true, s.rest[n:]
	case '<':
		n := strings.IndexByte(s.rest, '>')
		if n < 0 || s.closed {
			return false
		}
		s.angle, s.closed, s.rest = strings.Trim(s.rest[1:n], " \t"), true, s.rest[n+1:]
	case ',':
		s.comma, s.rest = true, s.rest[1:]
		return !s.closed
	case ':', ';', '>', ')', '\\':
		return false
	default:
		n := mailboxWord(s.rest)
		s.words = append(s.words, s.rest[:n])
		s.rest = s.rest[n:]
		return !s.closed
	}
	return true
}

// whole tells whether what was read is one address and nothing that could be another.
func (s *mailboxScanner) whole() bool {
	if !s.closed {
		if len(s.words) != 1 || s.comma || s.quoted && s.words[0][0] != '"' {
			return false
		}
		s.angle, s.words = s.words[0], nil
	}
	if !plainAddress(s.angle) {
		return false
	}
	for _, w := range append(s.words, s.comments...) {
		if strings.Contains(w, "@") && address.Canonical(decodeWords(strings.Trim(w, " '"))) != address.Canonical(s.angle) {
			return false
		}
	}
	return true
}

// plainAddress tells whether s is an address as it stands: nothing folded,
// commented, routed or encoded.
func plainAddress(s string) bool {
	if len(s) > maxAddress || strings.Contains(s, "=?") || strings.HasSuffix(s, "..") {
		return false
	}
	if local, domain, _ := address.Cut(s); strings.HasPrefix(local, `"`) && len(local) > 2 && quotedEnd(local) == len(local) {
		return !strings.ContainsAny(local[1:len(local)-1], `"\@<>`) && address.ValidDomain(domain)
	} else if literal, ok := strings.CutPrefix(domain, "["); ok {
		return address.Valid(local+"@literal") && strings.Trim(literal, "0123456789abcdefABCDEF:.IPv]") == "" && strings.IndexByte(literal, ']') == len(literal)-1
	}
	return address.Valid(s)
}

// mailboxWord is the length of the word at the start of s.
func mailboxWord(s string) int {
	if n := strings.IndexAny(s, " \t()\"<>,:;\\"); n >= 0 {
		return n
	}
	return len(s)
}

// commentEnd is the length of the comment at the start of s with those nested in
// it; 0 when it is not closed.
func commentEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// quotedEnd is the length of the quoted string at the start of s; 0 when it is
// not closed.
func quotedEnd(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}
