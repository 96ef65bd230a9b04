package wire

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// fetch is a FETCH response on its way. Of its items UID, INTERNALDATE,
// RFC822.SIZE and the body are handed on; nobody asked for others.
type fetch struct {
	line    []byte // what is being read; pos is how far
	pos     int
	head    []byte // what is to be handed on and was not yet
	items   int    // in head, or handed on
	uid     bool
	asked   bool // holds a date, a size or a body
	mail    bool // holds a body, if only NIL
	unasked bool // holds something that nobody asked for
	body    bool // a body was handed on: from now on every doubt is ErrBroken
}

func (c *Conn) fetch(number uint64, line []byte, s scanner) error {
	f := &fetch{line: line, pos: s.pos, head: fmt.Appendf(nil, "* %d FETCH (", number)}
	if number == 0 || number > 1<<32-1 || !s.take('(') {
		return c.skip(line)
	}
	f.pos = s.pos
	return c.fetchItems(f)
}

// fetchItems reads the items of f, up to its end or to a literal that is to be
// handed on.
func (c *Conn) fetchItems(f *fetch) error {
	for {
		name, end, ok := f.name()
		if end {
			return c.fetchEnd(f)
		}
		if !ok {
			return c.salvage(f)
		}
		f.space()
		if f.pos < len(f.line) && f.line[f.pos] == '(' {
			f.unasked = true
			if ok, err := c.list(f, strings.EqualFold(name, "FLAGS")); err != nil {
				return err
			} else if !ok {
				return c.salvage(f)
			}
			continue
		}
		if isBody(name) && f.opens() {
			if err := c.quotedBody(f, name); err != nil {
				return err
			}
			continue
		}
		value, lit, ok := f.value()
		switch {
		case !ok:
			return c.salvage(f)
		case lit < 0:
			f.item(name, string(value))
		case isBody(name):
			f.add(body(name), fmt.Sprintf("{%d}\r\n", lit))
			f.asked, f.mail, f.body = true, true, true
			c.out, c.literal, c.rest = append(c.out, f.head...), lit, f
			f.head = f.head[:0]
			return nil
		default: // a literal that nobody asked for
			f.unasked = true
			line, err := c.pass(lit)
			if err != nil {
				return err
			}
			f.line, f.pos = line, 0
		}
	}
}

// opens tells a quoted string that does not end in its line, which none may: a
// server that writes a whole mail as one.
func (f *fetch) opens() bool {
	if f.pos == len(f.line) || f.line[f.pos] != '"' {
		return false
	}
	end := quotedEnd(f.line, f.pos)
	return end == 0 || end < len(f.line) && !bytes.ContainsRune([]byte(" )\r\n"), rune(f.line[end]))
}

// quotedBody reads a body of that form and hands it on as a literal. It ends at a
// quote before a blank or a bracket; any other that is not escaped is part of it.
func (c *Conn) quotedBody(f *fetch, name string) (err error) {
	var text []byte
	for f.pos++; ; f.pos++ {
		if f.pos >= len(f.line) {
			if len(text) > longestLine {
				return ErrBroken
			}
			if f.line, err = c.readLine(); err != nil {
				return err
			}
			f.pos = 0
		}
		b := f.line[f.pos:]
		switch {
		case b[0] == '\\' && len(b) > 1 && (b[1] == '"' || b[1] == '\\'):
			f.pos++
			b = b[1:]
		case b[0] == '"' && len(b) > 1 && (b[1] == ' ' || b[1] == ')'):
			f.pos++
			f.add(body(name), fmt.Sprintf("{%d}\r\n%s", len(text), text))
			f.asked, f.mail, f.body = true, true, true
			return nil
		}
		text = append(text, b[0])
	}
}

// fetchEnd hands on what is left of f. Without a body it must answer what is
// asked: a server tells of changed flags at any time, and go-imap would take
// that for the answer.
func (c *Conn) fetchEnd(f *fetch) error {
	c.mu.Lock()
	bodies := c.asked.bodies()
	c.mu.Unlock()
	switch {
	case f.body:
	case !f.uid, f.unasked && !f.asked, bodies && !f.mail:
		return nil
	}
	c.out = append(append(c.out, f.head...), ")\r\n"...)
	return nil
}

// salvage reads what can be read of a response that has no proper form: the UID,
// so that its mail is asked for again and not passed over.
func (c *Conn) salvage(f *fetch) error {
	if f.body {
		return ErrBroken
	}
	line := string(trimEnd(f.line))
	if i := strings.Index(strings.ToUpper(line), "UID "); !f.uid && i >= 0 && i+4 < len(line) {
		digits := line[i+4:]
		if j := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }); j >= 0 {
			digits = digits[:j]
		}
		f.item("UID", digits)
	}
	if err := c.skip([]byte(line)); err != nil {
		return err
	}
	f.unasked = false
	return c.fetchEnd(f)
}

// name reads the name of the next item, with its section; end is the end of the
// response.
func (f *fetch) name() (name string, end, ok bool) {
	f.space()
	b := f.line
	if f.pos < len(b) && b[f.pos] == ')' {
		return "", len(bytes.TrimSpace(b[f.pos+1:])) == 0, false
	}
	from, section := f.pos, false
	for ; f.pos < len(b); f.pos++ {
		switch b[f.pos] {
		case '[':
			section = true
		case ']':
			section = false
		case ' ', '(', ')':
			if !section {
				return string(b[from:f.pos]), false, f.pos > from
			}
		case '\r', '\n', '"', '{':
			return "", false, false
		}
	}
	return "", false, false
}

func (f *fetch) space() {
	for f.pos < len(f.line) && (f.line[f.pos] == ' ' || f.line[f.pos] == '\t') {
		f.pos++
	}
}

// value reads the value of an item that is no list: an atom or quoted string as
// it stands, or the length of a literal, else -1.
func (f *fetch) value() (value []byte, literal int64, ok bool) {
	b := f.line
	if f.pos == len(b) {
		return nil, -1, false
	}
	from := f.pos
	switch b[from] {
	case '{', '~':
		if at, n, ok := literalAt(b); ok && at == from {
			f.pos = len(b)
			return nil, n, true
		}
	case '"':
		if end := quotedEnd(b, from); end > 0 {
			f.pos = end
			return b[from:end], -1, true
		}
	}
	for f.pos < len(b) && b[f.pos] != ' ' && b[f.pos] != ')' && b[f.pos] != '\r' && b[f.pos] != '\n' {
		f.pos++
	}
	return b[from:f.pos], -1, f.pos > from
}

// quotedEnd is behind the quoted string that begins at from; 0 when it has no end.
func quotedEnd(b []byte, from int) int {
	for i := from + 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		case '\r', '\n':
			return 0
		}
	}
	return 0
}

// list passes over a list and the literals in it; false where it has no end. A
// body in it is the sign of a list that did not end where it should have.
func (c *Conn) list(f *fetch, flags bool) (ok bool, err error) {
	if end := flagsEnd(f.line, f.pos); flags && end > 0 {
		f.pos = end
		return true, nil
	}
	for depth := 0; ; {
		var end int
		if end, depth = listEnd(f.line, f.pos, depth); end > 0 {
			f.pos = end
			return true, nil
		}
		at, n, ok := literalAt(f.line)
		if !ok || bytes.HasSuffix(bytes.ToUpper(f.line[:at]), []byte("BODY[] ")) {
			return false, nil
		}
		if f.line, err = c.pass(n); err != nil {
			return false, err
		}
		f.pos = 0
	}
}

// listEnd is behind the list whose depth at from is depth; 0, and how deep it is
// then, when it has no end in b.
func listEnd(b []byte, from, depth int) (end, left int) {
	for i := from; i < len(b); i++ {
		switch b[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1, 0
			}
		case '"':
			if i == 0 || b[i-1] == ' ' || b[i-1] == '(' {
				if end := quotedEnd(b, i); end > 0 {
					i = end - 1
				}
			}
		}
	}
	return 0, depth
}

// behindFlags are the items that may follow FLAGS.
var behindFlags = []string{"UID ", "INTERNALDATE ", "RFC822", "BODY", "MODSEQ ", "ENVELOPE ", "X-"}

// flagsEnd is behind the list of flags at from, which may hold brackets of any
// kind but no lists: it ends before another item, or before the last bracket.
func flagsEnd(b []byte, from int) int {
	for i := from; i < len(b); i++ {
		if b[i] != ')' {
			continue
		}
		rest := bytes.TrimSpace(b[i+1:])
		if string(rest) == ")" {
			return i + 1
		}
		for _, name := range behindFlags {
			if len(rest) >= len(name) && strings.EqualFold(string(rest[:len(name)]), name) {
				return i + 1
			}
		}
	}
	return 0
}

// item takes one that was asked for, in the form that go-imap reads; one that
// cannot be read is left away, so that the mail counts as having none.
func (f *fetch) item(name, value string) {
	plain := strings.Trim(value, `"`)
	switch upper := strings.ToUpper(name); {
	case upper == "UID":
		if n, err := strconv.ParseUint(plain, 10, 32); err == nil && n > 0 && !f.uid {
			f.add(name, plain)
			f.uid = true
		}
	case upper == "RFC822.SIZE":
		f.asked = true
		if n, err := strconv.ParseInt(plain, 10, 64); err == nil && n >= 0 {
			f.add(name, plain)
		}
	case upper == "INTERNALDATE":
		f.asked = true
		if d := date(value); d != "" {
			f.add(name, d)
		}
	case isBody(name):
		f.asked, f.mail = true, true
		if value[0] != '"' {
			value = "NIL"
		}
		f.add(body(name), value)
	default:
		f.unasked = true
	}
}

func (f *fetch) add(name, value string) {
	if f.items > 0 {
		f.head = append(f.head, ' ')
	}
	f.items++
	f.head = append(append(append(f.head, name...), ' '), value...)
}

// isBody tells the whole mail, or the part of it that was asked for, under
// whatever name: BODY[], BODY[]<0>, also as it was asked for (BODY.PEEK[]), BINARY[]
// (RFC 3516) and RFC822.
func isBody(name string) bool {
	n := strings.ToUpper(name)
	return n == "RFC822" || strings.HasPrefix(n, "BODY[]") || strings.HasPrefix(n, "BODY.PEEK[]") || strings.HasPrefix(n, "BINARY[]")
}

// body is the name of a body that go-imap reads: BODY[] with the offset alone
// (some servers repeat the length behind it).
func body(name string) string {
	if _, partial, ok := strings.Cut(name, "<"); ok {
		digits := partial
		if i := strings.IndexAny(partial, ".>"); i >= 0 {
			digits = partial[:i]
		}
		if isNumber(digits) {
			return "BODY[]<" + digits + ">"
		}
	}
	return "BODY[]"
}

// dateLayout is that of INTERNALDATE (RFC 9051, section 9: date-time).
const dateLayout = "_2-Jan-2006 15:04:05 -0700"

// firstYear is when mail of the Internet began (RFC 822): an earlier date is one
// that the server does not have, its zero time in whatever form.
const firstYear = 1982

// otherDates are what servers send instead.
var otherDates = []string{time.RFC1123Z, "2 Jan 2006 15:04:05 -0700", "_2-Jan-2006 15:04:05 MST", "_2-Jan-2006 15:04:05",
	"_2-Jan-2006 15:04 -0700", "_2-Jan-2006 15:04:05 -07:00", "_2-Jan-06 15:04:05 -0700", "Mon, _2-Jan-2006 15:04:05 -0700", time.RFC1123, time.RFC3339, "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05"}

// date is value as go-imap reads it, as it stands where it can; "" where there
// is no reading it.
func date(value string) string {
	plain := strings.Trim(value, `"`)
	if t, err := time.Parse(dateLayout, plain); err == nil && len(value) == len(plain)+2 {
		if t.Year() < firstYear {
			return ""
		}
		return value
	}
	for _, layout := range append([]string{dateLayout}, otherDates...) {
		if t, err := time.Parse(layout, strings.TrimSpace(plain)); err == nil && t.Year() >= firstYear && t.Year() < 10000 {
			return `"` + t.Format("02-Jan-2006 15:04:05 -0700") + `"`
		}
	}
	return ""
}
