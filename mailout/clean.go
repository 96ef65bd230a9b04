package mailout

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// oneLine makes one line of s, without control and direction characters.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case unicode.IsControl(r) || direction(r) || r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// manyLines keeps the lines of s and drops control characters; marks of
// direction that a line leaves open are closed at its end.
func manyLines(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if l != "-- " { // the mark of a signature (RFC 3676, section 4.3)
			l = strings.TrimRight(l, " \t")
		}
		lines[i] = closeDirections(l)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// direction tells the invisible characters that change the order or hide
// between letters.
func direction(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r >= 0x200b && r <= 0x200f || r == 0xfeff
}

// closeDirections ends what a line opened (Unicode Annex 9).
func closeDirections(l string) string {
	embeddings, isolates := 0, 0
	for _, r := range l {
		switch {
		case r == 0x202c:
			embeddings = max(0, embeddings-1)
		case r >= 0x202a && r <= 0x202e:
			embeddings++
		case r == 0x2069:
			isolates = max(0, isolates-1)
		case r >= 0x2066 && r <= 0x2068:
			isolates++
		}
	}
	return l + strings.Repeat("\u202c", embeddings) + strings.Repeat("\u2069", isolates)
}
