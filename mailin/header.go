package mailin

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// What a header may hold. Real mail stays under 100 fields and 64 KiB, even
// through a dozen hops; what is larger was made to hurt and is quarantined.
const (
	maxHeader = 256 << 10
	maxFields = 2000
	maxAhead  = 50 // lines looked ahead to tell a bad header line from the text
)

// readHeader takes the header off raw and returns its fields, what follows the
// empty line, and what was wrong with it. Lines that are no header line are
// skipped when the header goes on behind them, else the text begins there.
func readHeader(raw []byte) (h header, body []byte, defects []string, unfit string) {
	return readFields(raw, maxFields)
}

// readFields does the same for a header of at most most fields.
func readFields(raw []byte, most int) (h header, body []byte, defects []string, unfit string) {
	r := &headReader{rest: raw, most: most}
	r.skipLead()
	for r.next() {
	}
	if r.junk > 0 {
		r.defects = append(r.defects, fmt.Sprintf("%d header lines that are none", r.junk))
	}
	hint := ""
	var odd []byte // the values that are neither ASCII nor UTF-8
	for _, f := range r.fields {
		if hint == "" && strings.EqualFold(f.name, "content-type") {
			hint = charsetHint(f.value)
		}
		if !utf8.Valid(f.value) {
			odd = append(append(odd, f.value...), '\n')
		}
	}
	h = make(header, len(r.fields))
	for i, f := range r.fields {
		h[i] = field{f.name, fieldText(f.value, hint, odd)}
	}
	return h, r.rest, r.defects, r.unfit
}

// headReader walks the lines of a header.
type headReader struct {
	rest    []byte
	fields  []rawField
	most    int
	size    int
	junk    int
	defects []string
	unfit   string
}

// rawField is a field as it stands, folds and all.
type rawField struct {
	name  string
	value []byte
}

// skipLead passes a byte order mark, empty lines and the "From " line of an mbox.
func (r *headReader) skipLead() {
	r.rest = bytes.TrimPrefix(r.rest, []byte("\xef\xbb\xbf"))
	trimmed := bytes.TrimLeft(r.rest, "\r\n")
	if line, _ := cutLine(trimmed); isField(line) > 0 || bytes.HasPrefix(line, []byte("From ")) {
		r.rest = trimmed
	}
	line, after := cutLine(r.rest)
	if isField(line) == 0 && bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From ")) {
		r.rest = after
		r.defects = append(r.defects, "mbox line before the header")
	}
}

// next reads one field with its folds; false at the end of the header.
func (r *headReader) next() bool {
	if len(r.rest) == 0 {
		return false
	}
	line, after := cutLine(r.rest)
	switch {
	case len(line) == 0:
		r.rest = after
		return false
	case isBlank(line):
		r.rest = after
		return goesOn(after)
	}
	n := isField(line)
	if n == 0 {
		return r.skipJunk(line, after)
	}
	end := len(r.rest) - len(after)
	for len(after) > 0 && (after[0] == ' ' || after[0] == '\t') {
		fold, next := cutLine(after)
		if isBlank(fold) && !goesOn(next) {
			break
		}
		after = next
		end = len(r.rest) - len(after)
	}
	name := string(bytes.TrimRight(line[:n], " \t"))
	value := r.rest[n+1 : end]
	r.size += end
	r.rest = after
	if r.size > maxHeader || len(r.fields) >= r.most {
		r.overflow()
		return false
	}
	r.fields = append(r.fields, rawField{name, value})
	return true
}

// goesOn tells whether rest, behind a line of nothing but blanks, still belongs to
// the header: folds, and then a known field.
func goesOn(rest []byte) bool {
	rest = rest[:min(len(rest), maxHeader)]
	for range maxAhead {
		line, after := cutLine(rest)
		if len(line) == 0 || isBlank(line) {
			return false
		}
		if line[0] != ' ' && line[0] != '\t' {
			return isField(line) > 0 && knownField(line)
		}
		rest = after
	}
	return false
}

// overflow gives up on a header without measure and finds the text behind it.
func (r *headReader) overflow() {
	if r.size > maxHeader {
		r.unfit = fmt.Sprintf("header over %d KiB", maxHeader>>10)
	} else {
		r.unfit = fmt.Sprintf("more than %d header fields", maxFields)
	}
	r.defects = append(r.defects, r.unfit)
	if line, after := cutLine(r.rest); len(line) == 0 {
		r.rest = after
		return
	}
	end := len(r.rest)
	for _, sep := range []string{"\n\r\n", "\n\n"} {
		if i := bytes.Index(r.rest[:end], []byte(sep)); i >= 0 {
			end = i + len(sep)
		}
	}
	r.rest = r.rest[end:]
}

// skipJunk decides about a line that is no header line: passed over when a
// header line follows before the next empty one, else the text begins with it.
func (r *headReader) skipJunk(line, after []byte) bool {
	if (len(r.fields) == 0 || !bytes.HasPrefix(line, []byte("--"))) && r.junk < maxAhead {
		ahead := after[:min(len(after), maxHeader)]
		for range maxAhead {
			var l []byte
			l, ahead = cutLine(ahead)
			if len(l) == 0 {
				break
			}
			if isField(l) > 0 && knownField(l) {
				r.junk++
				r.rest = after
				return true
			}
		}
	}
	if len(r.fields) > 0 {
		r.defects = append(r.defects, "no empty line after the header")
	} else {
		r.defects = append(r.defects, "no header")
	}
	return false
}

// knownField tells whether line begins like a field that mail really has, so
// that a text with a colon in it is not taken for one.
func knownField(line []byte) bool {
	n := isField(line)
	name := strings.ToLower(string(bytes.TrimRight(line[:n], " \t")))
	switch name {
	case "from", "to", "cc", "bcc", "subject", "date", "sender", "reply-to", "message-id", "in-reply-to", "references",
		"mime-version", "received", "return-path", "delivered-to", "user-agent", "importance", "precedence", "organization":
		return true
	}
	return strings.HasPrefix(name, "content-") || strings.HasPrefix(name, "x-") || strings.HasPrefix(name, "list-") ||
		strings.HasPrefix(name, "resent-") || strings.HasPrefix(name, "arc-") || strings.HasPrefix(name, "dkim-")
}

// cutLine splits off the first line of b, without its line end (LF, CRLF, or
// several CR before the LF).
func cutLine(b []byte) (line, rest []byte) {
	line = b
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		line, rest = b[:i], b[i+1:]
	}
	for len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	}
	return line, rest
}

// isField returns the place of the colon when line is a header line (RFC 5322,
// section 2.2; white space before the colon is the obsolete form), else 0.
func isField(line []byte) int {
	for i, c := range line {
		switch {
		case c == ':':
			return i
		case c == ' ' || c == '\t':
			rest := bytes.TrimLeft(line[i:], " \t")
			if i > 0 && len(rest) > 0 && rest[0] == ':' {
				return len(line) - len(rest)
			}
			return 0
		case c < 33 || c > 126:
			return 0
		}
	}
	return 0
}

func isBlank(line []byte) bool { return len(bytes.Trim(line, " \t\r\v\f")) == 0 }

// fieldText unfolds a value and makes it UTF-8; hint is the charset of the text,
// in which careless programs write their header as well, odd what else they wrote
// so: one field is often too short to guess by.
func fieldText(v []byte, hint string, odd []byte) string {
	v = bytes.Trim(v, " \t\r\n")
	if bytes.IndexByte(v, '\n') >= 0 || bytes.IndexByte(v, '\r') >= 0 {
		v = unfold(v)
	}
	if utf8.Valid(v) && bytes.IndexByte(v, 0x1b) < 0 {
		return string(v)
	}
	if hint != "" && hint != "us-ascii" && hint != "utf-8" {
		if s := decodeCharset(hint, v); !strings.ContainsRune(s, utf8.RuneError) {
			return s
		}
	}
	return guessCharsetLike(v, odd)
}

// unfold removes line ends before white space; any other becomes a space.
func unfold(v []byte) []byte {
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		c := v[i]
		if c != '\r' && c != '\n' {
			out = append(out, c)
			continue
		}
		for i+1 < len(v) && (v[i+1] == '\r' || v[i+1] == '\n') {
			i++
		}
		if i+1 < len(v) && v[i+1] != ' ' && v[i+1] != '\t' {
			out = append(out, ' ')
		}
	}
	return out
}

// charsetHint reads charset= out of a raw Content-Type.
func charsetHint(v []byte) string {
	low := bytes.ToLower(v[:min(len(v), 1000)])
	i := bytes.Index(low, []byte("charset="))
	if i < 0 {
		return ""
	}
	s := bytes.TrimLeft(low[i+8:], "\"' ")
	if j := bytes.IndexAny(s, "\"'; \t\r\n"); j >= 0 {
		s = s[:j]
	}
	return string(s)
}
