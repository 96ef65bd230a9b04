// Package secret strikes known secrets out of text that others wrote. A server
// may repeat what it was told in any of its answers, whole or in pieces, plain or
// encoded, and its answers are logged, mailed, stored and printed. Whoever reads
// them passes the text through a List once, where it enters, and shows what comes out.
package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// struck stands where a word with a secret in it stood.
const struck = "[…]"

const (
	piece      = 6 // so many characters of a secret in a row are struck; of a shorter one the whole
	codedPiece = 8 // the same of base64, where they hold as much
	hexPiece   = 2 * piece
	short      = 3 // a secret up to this length is struck only where it is a word of its own
	kept       = 4 // secrets that a List remembers, the last ones: tokens are renewed for ever
)

// List is the secrets that were handed out. Its zero value is empty; a nil List
// strikes nothing. It may be used from several goroutines.
type List struct {
	mu     sync.Mutex
	hidden []*hidden // the last one was added last
}

// hidden is one secret: every run of characters that gives it away, lower case,
// by its length.
type hidden struct {
	word     string
	runs     map[int]map[string]struct{} // as they may be written
	squeezed map[int]map[string]struct{} // letters and digits only, however they are split
}

// Add remembers s, which may hold white space and more than one line; "" is none.
func (l *List) Add(s string) {
	if l == nil || s == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.hidden, func(h *hidden) bool { return h.word == s })
	h := (*hidden)(nil)
	switch {
	case i >= 0:
		h = l.hidden[i]
		l.hidden = slices.Delete(l.hidden, i, i+1)
	case len(l.hidden) == kept:
		l.hidden = slices.Delete(l.hidden, 0, 1)
	}
	if h == nil {
		h = hide(s)
	}
	l.hidden = append(l.hidden, h)
}

// Strike returns text without the words that hold a secret, or a piece of one,
// in any of the forms in which it may have been sent: as it is, quoted, escaped
// or percent-encoded, in base64 at whatever place (SASL PLAIN, LOGIN, XOAUTH2),
// in hexadecimal, in other case, or split by other characters. Too much is struck
// rather than too little. Strike before text is cut: a short piece is not known.
func (l *List) Strike(text string) string {
	if l == nil || text == "" {
		return text
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.hidden) == 0 {
		return text
	}
	found := make([]bool, len(text))
	hit := false
	for v, again := asWritten(text), 0; again < 3; v, again = v.unescaped(), again+1 {
		narrow := v.squeezed()
		for _, h := range l.hidden {
			hit = v.mark(found, h.runs) || hit
			hit = narrow.mark(found, h.squeezed) || hit
		}
	}
	if !hit {
		return text
	}
	return strike(text, found)
}

// hide works out how a secret may be written.
func hide(word string) *hidden {
	h := &hidden{word: word, runs: map[int]map[string]struct{}{}, squeezed: map[int]map[string]struct{}{}}
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(word)
	forms := []string{word, strings.ToUpper(word), quoted, url.QueryEscape(word), url.PathEscape(word), strings.Join(strings.Fields(word), " ")}
	slices.Sort(forms)
	for _, form := range slices.Compact(forms) {
		h.add(form, piece)
		for place := range 3 {
			h.add(coded(form, place), codedPiece)
		}
	}
	h.add(base64.StdEncoding.EncodeToString([]byte(word)), codedPiece)
	h.add(hex.EncodeToString([]byte(word)), hexPiece)
	return h
}

// coded is the characters of base64 (RFC 4648) that form alone decides when it
// begins at a place, modulo 3, of what is encoded.
func coded(form string, place int) string {
	b := append(make([]byte, place), form...)
	all := base64.RawStdEncoding.EncodeToString(b)
	first, behind := (8*place+5)/6, 8*len(b)/6
	if first >= behind {
		return ""
	}
	return all[first:behind]
}

// add notes the runs of form, of least characters or all there are.
func (h *hidden) add(form string, least int) {
	form = lower(form)
	note(h.runs, form, least)
	if narrow := string(asWritten(form).squeezed().text); len(narrow) >= least {
		note(h.squeezed, narrow, least)
	}
}

func note(runs map[int]map[string]struct{}, form string, least int) {
	n := min(least, len(form))
	if n == 0 || n < 4 && least > piece { // so little of base64 stands in any word
		return
	}
	if runs[n] == nil {
		runs[n] = map[string]struct{}{}
	}
	for i := 0; i+n <= len(form); i++ {
		runs[n][form[i:i+n]] = struct{}{}
	}
}

// strike replaces the words of text that hold something found.
func strike(text string, found []bool) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		end, hit := i, false
		for end < len(text) && !separates(text[end]) {
			hit = hit || found[end]
			end++
		}
		switch {
		case hit:
			out.WriteString(struck)
		case end > i:
			out.WriteString(text[i:end])
		default:
			end++
			if found[i] { // a blank of the secret's own
				break
			}
			out.WriteByte(text[i])
		}
		i = end
	}
	return out.String()
}

func separates(c byte) bool { return c <= ' ' }

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = lowered(c)
	}
	return string(b)
}

// lowered folds ASCII only: the bytes keep their places.
func lowered(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// view is a text read in one way; from and to say where in the text as it was
// written each byte comes from.
type view struct {
	text     []byte
	from, to []int
}

func asWritten(text string) *view {
	v := new(view)
	for i := range len(text) {
		v.add(lowered(text[i]), i, i+1)
	}
	return v
}

func (v *view) add(c byte, from, to int) {
	v.text, v.from, v.to = append(v.text, c), append(v.from, from), append(v.to, to)
}

// mark notes where runs stand in v, and tells whether there are any.
func (v *view) mark(found []bool, runs map[int]map[string]struct{}) (hit bool) {
	for n, known := range runs {
		for i := 0; i+n <= len(v.text); i++ {
			if _, ok := known[string(v.text[i:i+n])]; !ok || n <= short && v.within(i, i+n) {
				continue
			}
			hit = true
			for k := i; k < i+n; k++ {
				for at := v.from[k]; at < v.to[k]; at++ {
					found[at] = true
				}
			}
		}
	}
	return hit
}

// within tells whether what stands from i to end is part of a longer word.
func (v *view) within(i, end int) bool {
	return i > 0 && inWord(v.text[i-1]) || end < len(v.text) && inWord(v.text[end])
}

func inWord(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 0x80 }

// squeezed is v without all that is neither letter nor digit.
func (v *view) squeezed() *view {
	out := new(view)
	for i, c := range v.text {
		if inWord(c) {
			out.add(c, v.from[i], v.to[i])
		}
	}
	return out
}

// unescaped is v with its escapes read: \x41, \101, A and \" of programs,
// %41 of URLs, =41 of quoted-printable, &#65; and &quot; of HTML.
func (v *view) unescaped() *view {
	out := new(view)
	for i := 0; i < len(v.text); {
		c, n := unescape(v.text[i:])
		out.add(lowered(c), v.from[i], v.to[i+n-1])
		i += n
	}
	return out
}

// unescape reads one character, of n bytes; what is no escape stands for itself.
func unescape(b []byte) (c byte, n int) {
	switch b[0] {
	case '%', '=':
		if c, ok := number(b, 1, 2, 16); ok {
			return c, 3
		}
	case '\\':
		return unquote(b)
	case '&':
		return entity(b)
	}
	return b[0], 1
}

func unquote(b []byte) (c byte, n int) {
	if c, ok := number(b, 1, 3, 8); ok {
		return c, 4
	}
	switch {
	case len(b) < 2:
		return b[0], 1
	case b[1] == 'x':
		if c, ok := number(b, 2, 2, 16); ok {
			return c, 4
		}
	case b[1] == 'u':
		if c, ok := number(b, 2, 4, 16); ok {
			return c, 6
		}
	}
	return b[1], 2
}

var entities = map[string]byte{"quot": '"', "apos": '\'', "amp": '&', "lt": '<', "gt": '>', "nbsp": ' '}

func entity(b []byte) (c byte, n int) {
	end := bytes.IndexByte(b[:min(len(b), 10)], ';')
	if end < 0 {
		return b[0], 1
	}
	if c, ok := entities[string(b[1:end])]; ok {
		return c, end + 1
	}
	at, base := 2, 10
	if end > 3 && b[2] == 'x' {
		at, base = 3, 16
	}
	if b[1] == '#' && at < end {
		if c, ok := number(b, at, end-at, base); ok {
			return c, end + 1
		}
	}
	return b[0], 1
}

// number reads exactly digits of base from b[at:], a character of one byte.
func number(b []byte, at, digits, base int) (byte, bool) {
	if at+digits > len(b) {
		return 0, false
	}
	n := 0
	for _, c := range b[at : at+digits] {
		d := strings.IndexByte("0123456789abcdef", c)
		if d < 0 || d >= base || n > 0xff {
			return 0, false
		}
		n = n*base + d
	}
	return byte(n), n <= 0xff
}
