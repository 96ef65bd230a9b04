package mailin

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// decodeEscaped reads a text of seven bits that switches its charsets by escape
// sequences (ISO 2022), whatever its label says: no other text holds them.
func decodeEscaped(b []byte) (string, bool) {
	at := bytes.IndexByte(b, 0x1b)
	if at < 0 || manyBytes(b) {
		return "", false
	}
	switch esc := b[at:]; {
	case bytes.HasPrefix(esc, []byte("\x1b$)C")): // RFC 1557
		return decodeShifted(b, "\x1b$)C", korean.EUCKR)
	case bytes.HasPrefix(esc, []byte("\x1b$)A")): // RFC 1922
		return decodeShifted(b, "\x1b$)A", simplifiedchinese.GB18030)
	case bytes.HasPrefix(esc, []byte("\x1b$")), bytes.HasPrefix(esc, []byte("\x1b(")): // RFC 1468
		out, err := japanese.ISO2022JP.NewDecoder().Bytes(b)
		return string(out), err == nil && !bytes.ContainsRune(out, utf8.RuneError)
	}
	return "", false
}

// decodeShifted reads a text whose letters of two bytes stand between SO and SI:
// with the eighth bit they are those of enc.
func decodeShifted(b []byte, announced string, enc encoding.Encoding) (string, bool) {
	out := make([]byte, 0, len(b))
	shifted := false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == 0x0e:
			shifted = true
		case c == 0x0f:
			shifted = false
		case c == 0x1b && bytes.HasPrefix(b[i:], []byte(announced)):
			i += len(announced) - 1
		case c == '\n': // a line begins unshifted
			shifted = false
			out = append(out, c)
		case shifted && c > ' ' && c < 0x7f:
			out = append(out, c|0x80)
		default:
			out = append(out, c)
		}
	}
	text, err := enc.NewDecoder().Bytes(out)
	return string(text), err == nil && !bytes.ContainsRune(text, utf8.RuneError)
}

// overUTF8 tells whether b is UTF-8 whatever label says. Text of a charset of
// one byte is hardly ever valid UTF-8: its letters beyond ASCII would have to
// stand in the pairs that UTF-8 has. Pairs of East Asia may, so that more of
// them are asked for; UTF-16 shows by its zero bytes, or by the one byte that
// every other is.
func overUTF8(label string, b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	switch label {
	case "unicode", "utf-16", "utf16", "utf-16le", "utf-16be", "ucs-2", "iso-10646-ucs-2", "utf-32", "utf32", "utf-32le", "utf-32be":
		return bytes.IndexByte(b, 0) < 0 && !everyOther(b)
	}
	if !manyBytes(b) {
		return false
	}
	switch enc := encodingOf(label); enc.(type) {
	case nil, *charmap.Charmap: // no label at all, or a code page of DOS
		return true
	default:
		const enough = 3
		return utf8.RuneCount(b)+enough <= len(b) || garbled(enc, b)
	}
}

// everyOther tells whether half of the bytes at even or at odd places are the
// same, as in UTF-16 the half that names an alphabet or the kana (30) is.
func everyOther(b []byte) bool {
	var seen [2][256]int
	for i, c := range b {
		if c == 0x30 || c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			if seen[i%2][c]++; seen[i%2][c]*4 >= len(b) && len(b)%2 == 0 {
				return true
			}
		}
	}
	return false
}

// garbled tells whether enc cannot read b.
func garbled(enc encoding.Encoding, b []byte) bool {
	out, err := enc.NewDecoder().Bytes(b)
	return err != nil || bytes.ContainsRune(out, utf8.RuneError)
}
