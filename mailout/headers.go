package mailout

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"sportello/ticket"
)

const (
	lineWidth = 76  // of a header line (RFC 5322, section 2.1.1, asks for at most 78)
	wordMost  = 900 // of a word that cannot be folded; lines end at 998
	coded     = 64  // of an encoded word, so that it fits after "Subject: "; RFC 2047 allows 75
)

// header writes the fields of a letter, folded, in ASCII. The first thing that
// cannot be written is kept in err, and nothing counts after it.
type header struct {
	bytes.Buffer
	err error
}

// words writes a field whose value may be folded between words. Control
// characters are refused: what was filed has none.
func (h *header) words(name string, words ...string) {
	line := name + ":"
	for i, w := range words {
		if strings.ContainsFunc(w, func(r rune) bool { return r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == utf8.RuneError }) {
			h.fail(name, errors.New("control characters"))
			return
		}
		if len(w) > wordMost {
			h.fail(name, fmt.Errorf("a word of %d bytes", len(w)))
			return
		}
		if i > 0 && len(line)+1+len(w) > lineWidth {
			h.WriteString(line + "\r\n")
			line = ""
		}
		line += " " + w
	}
	h.WriteString(line + "\r\n")
}

// text writes a field of free text, as encoded words where ASCII is not enough
// (RFC 2047).
func (h *header) text(name, value string) {
	if bad := controls(value); bad {
		h.fail(name, errors.New("control characters"))
		return
	}
	var words []string
	plain := strings.Fields(value)
	for i := 0; i < len(plain); i++ {
		if simple(plain[i]) {
			words = append(words, plain[i])
			continue
		}
		// White space between two encoded words is dropped by readers, so that
		// everything up to the last word in need is encoded together.
		last := i
		for j := i; j < len(plain); j++ {
			if !simple(plain[j]) {
				last = j
			}
		}
		words = append(words, encodeWords(strings.Join(plain[i:last+1], " "))...)
		i = last
	}
	h.words(name, words...)
}

// mailbox writes an address with its display name.
func (h *header) mailbox(name, display, address string) {
	address, err := wireAddress(address)
	if err == nil && controls(display) {
		err = errors.New("control characters")
	}
	if err != nil {
		h.fail(name, err)
		return
	}
	h.words(name, append(phrase(display), "<"+address+">")...)
}

// ids writes Message-IDs; foreign ones that cannot be written are left out.
func (h *header) ids(name string, ids ...string) {
	var words []string
	for _, id := range ids {
		if id != "" && len(id) < wordMost && !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '<' || r == '>' }) {
			words = append(words, "<"+id+">")
		}
	}
	if len(words) > 0 {
		h.words(name, words...)
	}
}

func (h *header) fail(name string, err error) {
	if h.err == nil {
		h.err = fmt.Errorf("header %s: %w", name, err)
	}
}

// controls tells whether s holds what no one-line field may hold.
func controls(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 })
}

// simple tells whether a word can stand in a header as it is.
func simple(w string) bool {
	return ascii(w) && len(w) < lineWidth-len("Subject: ") && !strings.Contains(w, "=?")
}

// phrase writes a display name: quoted, or encoded words (RFC 5322, section
// 3.2.5; RFC 2047, section 5). It is cut at 100 characters.
func phrase(name string) []string {
	name = strings.Join(strings.Fields(name), " ")
	if r := []rune(name); len(r) > 100 {
		name = string(r[:99]) + "…"
	}
	switch {
	case name == "":
		return nil
	case !ascii(name) || strings.Contains(name, "=?"):
		return encodeWords(name)
	}
	return []string{`"` + quoting.Replace(name) + `"`}
}

// quoting writes the inside of a quoted string.
var quoting = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// encodeWords writes s as encoded words of at most coded characters, none of
// which ends within a character. The shorter of Q and B is used.
func encodeWords(s string) []string {
	const most = coded - len("=?utf-8?Q??=")
	q := 0
	for _, r := range s {
		q += len(quoteRune(r))
	}
	b := base64.StdEncoding.EncodedLen(len(s)) < q
	var words []string
	var chunk []byte // B: bytes; Q: encoded
	flush := func() {
		switch {
		case len(chunk) == 0:
		case b:
			words = append(words, "=?utf-8?B?"+base64.StdEncoding.EncodeToString(chunk)+"?=")
		default:
			words = append(words, "=?utf-8?Q?"+string(chunk)+"?=")
		}
		chunk = chunk[:0]
	}
	for _, r := range s {
		part, room := quoteRune(r), most
		if b {
			part, room = string(r), most/4*3
		}
		if len(chunk)+len(part) > room {
			flush()
		}
		chunk = append(chunk, part...)
	}
	flush()
	return words
}

// quoteRune writes one character in the Q encoding of phrases, the strictest.
func quoteRune(r rune) string {
	switch {
	case r == ' ':
		return "_"
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '!', r == '*', r == '+', r == '-', r == '/':
		return string(r)
	}
	var out strings.Builder
	for _, c := range []byte(string(r)) {
		fmt.Fprintf(&out, "=%02X", c)
	}
	return out.String()
}

// replyMarks are what mail programs put before a subject, in the languages of
// our customers and their neighbours.
var replyMarks = regexp.MustCompile(`(?i)^\s*(?:re|r|rif|i|fw|fwd|aw|wg|tr|sv|vs|antw|rv|res|enc)\s*(?:\[\d+\])?\s*:\s*`)

// tagPattern finds the tags of a desk, of any ticket, under its name and its mark.
func tagPattern(name, mark string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)\[(?:` + regexp.QuoteMeta(name) + "|" + regexp.QuoteMeta(mark) + `)(?: #\d+)?\]`)
}

// foldSubject takes reply marks and the desk's own tags off a subject. Of a
// hostile one only the first thousand characters are looked at.
func foldSubject(subject string, own *regexp.Regexp) string {
	if len(subject) > 1000 {
		subject = strings.ToValidUTF8(subject[:1000], "")
	}
	for {
		s := strings.TrimSpace(own.ReplaceAllString(replyMarks.ReplaceAllString(subject, ""), " "))
		if s == subject {
			break
		}
		subject = s
	}
	subject = strings.Join(strings.Fields(subject), " ")
	if r := []rune(subject); len(r) > 200 {
		subject = string(r[:199]) + "…"
	}
	return subject
}

// tag is the mark of a ticket in subjects and display names: `NAME #1042`, or
// the name alone.
func tag(desk string, id ticket.ID) string {
	if id == 0 {
		return desk
	}
	return fmt.Sprintf("%s #%d", desk, id)
}

// listID names the list that a desk's mail to technicians is (RFC 2919).
func listID(address string) string {
	keep := func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '-'
	}
	return "<" + strings.Map(keep, strings.Replace(address, "@", ".", 1)) + ">"
}

// boundary derives a MIME boundary from a Message-ID, so that a notice always
// gives the same bytes. "=_" stands in no quoted-printable and no base64 text.
func boundary(messageID, part string) string {
	sum := sha256.Sum256([]byte(messageID + "\x00" + part))
	return fmt.Sprintf("=_%x", sum[:12])
}
