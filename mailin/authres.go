package mailin

import (
	"errors"
	"strings"
)

// authResults is an Authentication-Results field taken apart (RFC 8601, section 2.2).
type authResults struct {
	id      string // authserv-id, lower case; "" where Microsoft 365 writes none
	results []authResult
}

// authResult is what one method found.
type authResult struct {
	method string // lower case: dkim, spf, dmarc, …
	value  string // lower case: pass, fail, …
	props  []authProp
}

// authProp is one ptype.property=value. Names are lower case, value is as it stands.
type authProp struct{ name, value string }

// prop returns the value of a property; none stands twice.
func (r authResult) prop(name string) (string, bool) {
	for _, p := range r.props {
		if p.name == name {
			return p.value, true
		}
	}
	return "", false
}

// errDoubt is a field that is not exactly what the standard says. It proves nothing.
var errDoubt = errors.New("not a proper Authentication-Results field")

// parseAuthResults reads the unfolded value of a field. What stands in quotes or
// comments never becomes a result; anything out of order is errDoubt.
func parseAuthResults(v string) (authResults, error) {
	s := authScanner{rest: v}
	var a authResults
	s.space()
	if id, ok := s.word(false); ok && s.peek() != '=' && s.peek() != '/' {
		a.id = strings.ToLower(id)
		if !s.version() {
			return a, errDoubt
		}
	} else { // no id: the word is a method already
		s = authScanner{rest: v}
		if r, ok := s.result(); ok {
			a.results = append(a.results, r)
		}
	}
	for !s.bad && s.rest != "" {
		if !s.take(';') {
			return a, errDoubt
		}
		s.space()
		if s.rest == "" { // a semicolon at the end
			break
		}
		if a.id == "" && s.domain() {
			continue
		}
		if r, ok := s.result(); ok {
			a.results = append(a.results, r)
		}
	}
	if s.bad {
		return a, errDoubt
	}
	return a, nil
}

// authScanner walks the field. After a fault bad is set and nothing counts.
type authScanner struct {
	rest string
	bad  bool
}

func (s *authScanner) peek() byte {
	if s.rest == "" {
		return 0
	}
	return s.rest[0]
}

func (s *authScanner) take(c byte) bool {
	if s.peek() != c || s.rest == "" {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// fault gives up.
func (s *authScanner) fault() bool {
	s.bad, s.rest = true, ""
	return false
}

// space passes white space and comments, nested ones too (CFWS).
func (s *authScanner) space() {
	for s.rest != "" {
		switch s.rest[0] {
		case ' ', '\t':
			s.rest = s.rest[1:]
		case '(':
			s.comment()
		default:
			return
		}
	}
}

func (s *authScanner) comment() {
	depth := 0
	for i := 0; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '\\':
			i++
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				s.rest = s.rest[i+1:]
				return
			}
		case control(c):
			s.fault()
			return
		}
	}
	s.fault() // not closed
}

// control tells of bytes that stand nowhere in a header field.
func control(c byte) bool { return c < ' ' && c != '\t' || c == 0x7f }

// quoted reads a quoted string (RFC 5322, section 3.2.4) and returns its content.
func (s *authScanner) quoted() (string, bool) {
	var b strings.Builder
	for i := 1; i < len(s.rest); i++ {
		c := s.rest[i]
		switch {
		case c == '"':
			s.rest = s.rest[i+1:]
			return b.String(), true
		case c == '\\' && i+1 < len(s.rest):
			i++
			c = s.rest[i]
		}
		if control(c) {
			break
		}
		b.WriteByte(c)
	}
	return "", s.fault()
}

// word reads a token or a quoted string. With value set it is the value of a
// property, which may hold what addresses and base64 need, and may go on
// behind a quoted local part.
func (s *authScanner) word(value bool) (string, bool) {
	if s.peek() == '"' {
		w, ok := s.quoted()
		if ok && value && s.peek() == '@' {
			domain, _ := s.word(true)
			return w + domain, !s.bad
		}
		return w, ok
	}
	i := 0
	for i < len(s.rest) && tokenByte(s.rest[i], value) {
		i++
	}
	w := s.rest[:i]
	s.rest = s.rest[i:]
	return w, i > 0
}

// tokenByte tells what may stand in a token (RFC 2045); in a value also "@" and
// the rest of the base64 alphabet, which servers leave unquoted.
func tokenByte(c byte, value bool) bool {
	if c <= ' ' || c >= 0x7f {
		return false
	}
	if strings.IndexByte(`()<>@,;:\"/[]?=`, c) >= 0 {
		return value && strings.IndexByte("@/=:", c) >= 0
	}
	return true
}

// keyword reads a name: letters, digits, "-" and "_", then space.
func (s *authScanner) keyword() string {
	i := 0
	for i < len(s.rest) {
		c := s.rest[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			break
		}
		i++
	}
	w := strings.ToLower(s.rest[:i])
	s.rest = s.rest[i:]
	s.space()
	return w
}

// version passes the version of the format, which can only be 1.
func (s *authScanner) version() bool {
	before := s.rest
	s.space()
	if s.rest == "" || s.peek() == ';' {
		return !s.bad
	}
	if before == s.rest { // the word did not end where it should
		return s.fault()
	}
	if v := s.keyword(); v != "1" {
		return s.fault()
	}
	return s.rest == "" && !s.bad || s.peek() == ';'
}

// domain passes a bare domain between two semicolons: Microsoft 365, which
// writes no id, repeats that of the recipient there.
func (s *authScanner) domain() bool {
	before := s.rest
	w, _ := s.word(false)
	s.space()
	if strings.Contains(w, ".") && (s.rest == "" || s.peek() == ';') {
		return !s.bad
	}
	if !s.bad {
		s.rest = before
	}
	return false
}

// result reads one resinfo, or "none", up to the next semicolon. false: it says nothing.
func (s *authScanner) result() (authResult, bool) {
	var r authResult
	s.space()
	r.method = s.keyword()
	if r.method == "none" && (s.rest == "" || s.peek() == ';') {
		return r, false
	}
	if s.take('/') { // the version of a method
		s.space()
		s.keyword()
	}
	if r.method == "" || !s.take('=') {
		return r, s.fault()
	}
	s.space()
	r.value = s.keyword()
	if r.value == "" {
		return r, s.fault()
	}
	for !s.bad && s.rest != "" && s.peek() != ';' {
		p, ok := s.property()
		if _, twice := r.prop(p.name); !ok || twice {
			return r, s.fault()
		}
		r.props = append(r.props, p)
	}
	return r, !s.bad
}

// property reads ptype.property=value, or reason=value and the like, which
// mean nothing to us. A method among them is a missing semicolon.
func (s *authScanner) property() (authProp, bool) {
	name := s.keyword()
	switch name {
	case "", "dkim", "spf", "dmarc", "arc", "auth", "iprev", "sender-id", "domainkeys":
		return authProp{}, false
	}
	if s.take('.') {
		s.space()
		part := s.keyword()
		if part == "" {
			return authProp{}, false
		}
		name += "." + part
	}
	if !s.take('=') {
		return authProp{}, false
	}
	s.space()
	value, ok := s.word(true)
	before := s.rest
	s.space()
	if !ok || s.bad || s.rest != "" && s.peek() != ';' && before == s.rest {
		return authProp{}, false
	}
	return authProp{name, value}, true
}
