// Package mailin turns bytes on an IMAP server into ticket.Inbound.
package mailin

import (
	"slices"
	"strings"
)

// mail is one message taken apart: what Parse builds and kinds, bounces,
// trimming and evidence read.
type mail struct {
	raw     []byte
	root    *part // of certified mail (PEC): the inner postacert.eml
	carrier *part // of certified mail: the envelope that carried root; else nil
	defects []string
	unfit   string // why the mail cannot be filed, or ""
	cut     bool   // not all of it was read
	budget  *budget
	letters []tnef           // the texts found in winmail.dat, for a mail that has no other
	sources map[string]*part // files by Content-ID and Content-Location; nil: not yet asked for
	labels  map[string]bool  // that are taken

	enclosed []*mail // attached mails that were opened, at any depth
	around   *part   // of an attached mail: the file that it is
	words    string  // of an attached mail: its text
}

// defect notes what was wrong, once.
func (m *mail) defect(s string) {
	if !slices.Contains(m.defects, s) {
		m.defects = append(m.defects, s)
	}
}

// top is the outermost entity: whose header the servers on the way have written.
func (m *mail) top() *part {
	if m.carrier != nil {
		return m.carrier
	}
	return m.root
}

// part is one MIME entity (RFC 2045). Bodies of text and of attached messages
// are decoded from their transfer encoding; those of other leaves stay encoded
// until bytes asks for them, so that a large attachment costs no memory.
type part struct {
	header   header
	media    string            // "text/plain", lower case; the default of RFC 2045 when missing
	params   map[string]string // of Content-Type, names lower case, RFC 2231 decoded; may be nil
	dispo    string            // "inline", "attachment" or ""
	name     string            // file name, decoded, not yet sanitized
	id       string            // Content-ID without brackets
	body     []byte            // decoded bytes of text/* and message/*; of message/rfc822 the inner mail as it stands
	text     string            // of text/*, message/delivery-status and the like: UTF-8, LF line ends
	children []*part           // of multipart/*; of message/rfc822 nothing
	related  bool              // stands in a multipart/related behind its root

	encoding string // Content-Transfer-Encoding, as known to decode
	encoded  []byte // the body as it stands in the mail
	role     role
	form     []*part // of plain text: its HTML form, which may show pictures; nil: none
	label    string  // of a picture that stands in the text: what its mention calls it
	loose    []*part // files found inside that are no MIME parts: uuencode, winmail.dat
}

// role says what the desk makes of a leaf.
type role int

const (
	roleFile  role = iota // an attachment
	roleText              // stands in the text
	roleSpare             // another form of what stands in the text
)

// header is the fields of an entity in their order (RFC 5322, section 2.2).
type header []field

// field is one header field: name as written, value unfolded with 8-bit bytes
// made UTF-8, encoded words (RFC 2047) still encoded.
type field struct{ name, value string }

// is tells whether f is called name: both are ASCII, so that most fields differ in
// their length or in their last letter.
func (f *field) is(name string) bool {
	n := len(name)
	return len(f.name) == n && (f.name[n-1]^name[n-1])|0x20 == 0x20 && strings.EqualFold(f.name, name)
}

// get returns the first value of the field called name, or "".
func (h header) get(name string) string {
	for i := range h {
		if h[i].is(name) {
			return h[i].value
		}
	}
	return ""
}

// all returns every value of the field called name, in order.
func (h header) all(name string) []string {
	var v []string
	for i := range h {
		if h[i].is(name) {
			v = append(v, h[i].value)
		}
	}
	return v
}

// leaves walks the leaves of p in order, at any depth, until f answers false.
func (p *part) leaves(f func(*part) bool) bool {
	if p == nil {
		return true
	}
	if len(p.children) == 0 {
		return f(p)
	}
	for _, c := range p.children {
		if !c.leaves(f) {
			return false
		}
	}
	return true
}

// is tells whether the media type of p begins with prefix.
func (p *part) is(prefix string) bool { return strings.HasPrefix(p.media, prefix) }
