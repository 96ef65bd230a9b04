package mailin

import (
	"strings"
	"unicode"

	"sportello/mailin/internal/wording"
)

// oneLine makes s fit to stand in one line of a screen, a log or a header of
// ours: no controls, no line ends, no direction marks or zero-width characters,
// white space in single spaces.
func oneLine(s string) string {
	if isOneLine(s) {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	space := false
	for _, r := range s {
		switch {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			space = out.Len() > 0
			continue
		case unicode.IsControl(r) || hiddenRune(r):
			continue
		}
		if space {
			out.WriteByte(' ')
			space = false
		}
		out.WriteRune(r)
	}
	return out.String()
}

// isOneLine tells whether oneLine has nothing to do.
func isOneLine(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < 0x20 || c > 0x7e || c == ' ' && (i == 0 || i == len(s)-1 || s[i+1] == ' ') {
			return false
		}
	}
	return true
}

// hiddenRune tells zero-width and direction characters, with which names and
// subjects are made to look like others.
func hiddenRune(r rune) bool {
	return r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff
}

// cleanText brings decoded text to the form in which it is kept: LF line ends,
// no controls but tab, direction marks balanced within each line.
func cleanText(s string) string {
	if controlling.In(s) {
		s = dropControls(s)
	}
	if hasDirection(s) {
		s = balance(s)
	}
	return s
}

// controlling are the bytes that are controls, or that such a one may begin with.
var controlling = func() *wording.Bytes {
	b := wording.BytesOf("\x7f\xc2")
	for c := range ' ' {
		b[c] = c != '\n' && c != '\t'
	}
	return b
}()

// hasDirection tells whether s holds marks that balance looks at: in UTF-8
// E2 80 AA-AE and E2 81 A6-A9.
func hasDirection(s string) bool {
	for {
		i := strings.IndexByte(s, 0xe2)
		if i < 0 || i+2 >= len(s) {
			return false
		}
		b, c := s[i+1], s[i+2]
		if b == 0x80 && c >= 0xaa && c <= 0xae || b == 0x81 && c >= 0xa6 && c <= 0xa9 {
			return true
		}
		s = s[i+1:]
	}
}

// dropControls removes controls and brings line ends to LF. A form feed ends a line.
func dropControls(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	from := 0 // what is not written yet
	for i := 0; i < len(s); i++ {
		c, end := s[i], i+1
		if !controlling[c] {
			continue
		}
		if c == 0xc2 {
			if i+1 == len(s) || s[i+1] >= 0xa0 || s[i+1] < 0x80 {
				continue
			}
			end++
		}
		out.WriteString(s[from:i])
		if c == '\f' || c == '\v' || c == 0xc2 && s[i+1] == 0x85 || c == '\r' && (end == len(s) || s[end] != '\n' && s[end] != '\r') {
			out.WriteByte('\n')
		}
		i, from = end-1, end
	}
	out.WriteString(s[from:])
	return out.String()
}

// balance closes, at the end of each line, the direction embeddings and isolates
// that it opened (UAX 9), and drops closers that close nothing: hidden marks of
// one line cannot reach into another or into our own words.
func balance(s string) string {
	var out strings.Builder
	out.Grow(len(s) + 16)
	var open []rune
	closeAll := func() {
		for i := len(open) - 1; i >= 0; i-- {
			out.WriteRune(open[i])
		}
		open = open[:0]
	}
	for _, r := range s {
		switch {
		case r == '\n':
			closeAll()
		case r == 0x202c || r == 0x2069:
			if len(open) == 0 || open[len(open)-1] != r {
				continue
			}
			open = open[:len(open)-1]
		case r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2068:
			if len(open) >= maxOpen {
				continue
			}
			if r < 0x2066 {
				open = append(open, 0x202c)
			} else {
				open = append(open, 0x2069)
			}
		}
		out.WriteRune(r)
	}
	closeAll()
	return out.String()
}

// maxOpen bounds nested direction marks; UAX 9 itself stops at 125.
const maxOpen = 16
