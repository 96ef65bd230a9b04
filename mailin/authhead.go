package mailin

import (
	"bytes"
	"strings"
)

// signedHeader is the header of a mail as evidence about its sender is read
// from it: strictly, so that no two readers can see two different mails in it.
type signedHeader struct {
	lines [][]byte // each field with its folds and final CRLF
	names []string // lower case
	body  []byte
	bare  bool   // lines of body end in LF, to be read as CRLF
	doubt string // why nothing may be proved from it; "" for a proper header
}

// maxSignedHeader bounds the header that is looked at.
const maxSignedHeader = 256 << 10

// readSigned takes the header off raw. A file with LF line ends only is read as
// if they were CRLF.
func readSigned(raw []byte) (h signedHeader) {
	rest, size := raw, 0
	if !bytes.Contains(raw[:min(len(raw), maxSignedHeader)], []byte("\r\n")) {
		head, body, _ := bytes.Cut(raw, []byte("\n\n"))
		if len(head) > maxSignedHeader || len(head) == len(raw) {
			h.blame("the header has no end")
			return h
		}
		defer func() { h.body, h.bare = body, true }()
		rest = append(crlf(head), "\r\n\r\n"...)
	}
	for {
		i := bytes.Index(rest, []byte("\r\n"))
		if i < 0 {
			h.blame("the header has no end")
			return h
		}
		line := rest[:i+2]
		rest = rest[i+2:]
		if i == 0 {
			h.body = rest
			return h
		}
		if size += len(line); size > maxSignedHeader {
			h.blame("the header is too long")
			return h
		}
		h.add(line)
	}
}

// crlf makes CRLF of the line ends LF.
func crlf(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) }

func (h *signedHeader) blame(why string) {
	if h.doubt == "" {
		h.doubt = why
	}
}

// add takes one line with its CRLF.
func (h *signedHeader) add(line []byte) {
	if bytes.ContainsAny(line[:len(line)-2], "\r\n\x00") {
		h.blame("a bare CR, LF or NUL stands in the header")
	}
	if line[0] == ' ' || line[0] == '\t' {
		if len(h.lines) == 0 || len(bytes.TrimSpace(line)) == 0 {
			h.blame("a blank line stands in the header")
		}
		if n := len(h.lines); n > 0 {
			last := h.lines[n-1]
			h.lines[n-1] = last[:len(last)+len(line)] // the next bytes of the same mail
		}
		return
	}
	name, _, ok := bytes.Cut(line, []byte(":"))
	if !ok || len(name) == 0 || bytes.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		h.blame("a line of the header is no field")
	}
	h.lines = append(h.lines, line)
	h.names = append(h.names, strings.ToLower(strings.TrimSpace(string(name))))
}

// count tells how many fields are called name, lower case.
func (h *signedHeader) count(name string) int {
	n := 0
	for _, have := range h.names {
		if have == name {
			n++
		}
	}
	return n
}

// first returns the value of the topmost field called name, unfolded; false
// when there is none.
func (h *signedHeader) first(name string) (string, bool) {
	for i, have := range h.names {
		if have == name {
			return h.value(i), true
		}
	}
	return "", false
}

// value is what stands behind the colon of field i, unfolded (RFC 5322, section 2.2.3).
func (h *signedHeader) value(i int) string {
	_, v, _ := bytes.Cut(h.lines[i], []byte(":"))
	return strings.ReplaceAll(string(v), "\r\n", "")
}

// once are the fields that a mail has at most once (RFC 5322, section 3.6; RFC
// 2045). A second one would let a signature cover another mail than the one shown.
var once = []string{"from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "in-reply-to", "references", "subject",
	"date", "content-type", "content-transfer-encoding"}

// doubled names a field that stands twice and may not, or "".
func (h *signedHeader) doubled() string {
	for _, name := range once {
		if h.count(name) > 1 {
			return name
		}
	}
	return ""
}
