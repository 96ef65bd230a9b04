package mailin

import (
	"strings"
)

// decodeWords decodes the encoded words of s (RFC 2047) as they really occur:
// with spaces inside, without white space around, cut in the middle of a
// character or of a base64 group. What is no encoded word stays.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	var d wordDecoder
	for len(s) > 0 {
		i := strings.Index(s, "=?")
		if i < 0 {
			break
		}
		w, rest, ok := cutWord(s[i:])
		if !ok {
			d.literal(s[:i+2])
			s = s[i+2:]
			continue
		}
		if d.charset == "" || strings.Trim(s[:i], " \t\r\n") != "" {
			d.literal(s[:i])
		}
		d.word(w)
		s = rest
	}
	d.literal(s)
	return d.out.String()
}

// maxWord bounds one encoded word. RFC 2047 allows 75 characters, programs put
// whole subjects into one.
const maxWord = 8 << 10

// word is one encoded word, still encoded.
type word struct {
	charset string
	base64  bool
	text    string
}

// cutWord reads the encoded word at the start of s.
func cutWord(s string) (w word, rest string, ok bool) {
	i := strings.IndexByte(s[2:], '?') + 2
	if i < 2 || i > 60 || i+2 >= len(s) || s[i+2] != '?' || strings.ContainsAny(s[2:i], " \t\"<>") {
		return w, s, false
	}
	switch s[i+1] {
	case 'B', 'b':
		w.base64 = true
	case 'Q', 'q':
	default:
		return w, s, false
	}
	if w.charset = charsetLabel(s[2:i]); w.charset == "" {
		w.charset = "unknown"
	}
	text := s[i+3:]
	end := wordEnd(text[:min(len(text), maxWord)], w.base64)
	if end < 0 {
		if !w.base64 || len(text) > maxWord || strings.ContainsAny(text, " <>@") {
			return w, s, false
		}
		w.text = strings.TrimRight(text, "?= \t")
		return w, "", true
	}
	w.text = text[:end]
	return w, text[end+2:], true
}

// wordEnd finds the "?=" that ends an encoded word. In the Q encoding an
// unencoded question mark before an encoded byte looks like one: "?=3D".
func wordEnd(text string, base64 bool) int {
	for from := 0; ; {
		j := strings.Index(text[from:], "?=")
		if j < 0 {
			return -1
		}
		j += from
		if base64 || j+4 > len(text) || unhex(text[j+2]) < 0 || unhex(text[j+3]) < 0 {
			return j
		}
		next := strings.Index(text[j+2:], "?=")
		if next < 0 || strings.Contains(text[j+2:j+2+next], "=?") {
			return j
		}
		from = j + 2
	}
}

// wordDecoder joins the bytes of neighbouring words of one charset before it
// decodes them, since writers cut them in the middle of characters.
type wordDecoder struct {
	out     strings.Builder
	charset string // of the pending bytes; "" when the last thing was literal text
	pending []byte
	carry   string // base64 characters short of a group
}

func (d *wordDecoder) literal(s string) {
	d.flush()
	d.out.WriteString(s)
}

func (d *wordDecoder) word(w word) {
	if w.charset != d.charset {
		d.flush()
		d.charset = w.charset
	}
	if !w.base64 {
		d.drop()
		d.pending = appendQ(d.pending, w.text)
		return
	}
	text := d.carry + strings.Map(dropSpace, w.text)
	d.carry = ""
	if n := len(text) % 4; n != 0 && !strings.HasSuffix(text, "=") {
		d.carry, text = text[len(text)-n:], text[:len(text)-n]
	}
	d.pending = decodeBase64(d.pending, []byte(text))
}

// drop decodes what is left of an incomplete base64 group.
func (d *wordDecoder) drop() {
	if d.carry != "" {
		d.pending = decodeBase64(d.pending, []byte(d.carry))
		d.carry = ""
	}
}

func (d *wordDecoder) flush() {
	d.drop()
	if len(d.pending) > 0 {
		d.out.WriteString(decodeCharset(d.charset, d.pending))
		d.pending = d.pending[:0]
	}
	d.charset = ""
}

// appendQ decodes the Q encoding (RFC 2047, section 4.2).
func appendQ(out []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '_':
			out = append(out, ' ')
		case c == '=' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0:
			out = append(out, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return out
}

func dropSpace(r rune) rune {
	if r == ' ' || r == '\t' {
		return -1
	}
	return r
}

// unhex is the value of a hexadecimal digit, or -1.
func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
