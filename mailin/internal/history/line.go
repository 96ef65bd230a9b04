package history

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sportello/mailin/internal/wording"
)

// textLine is one line as it came and as it is compared.
type textLine struct {
	raw   string
	s     string // without quote marks, outer white space and invisible characters
	low   string // s in small letters
	n     int    // its number in the text, from 1; two halves of a line share it
	depth int    // of quotation: the number of ">" before it
	hard  bool   // an empty line that holds a no-break space: Outlook's empty paragraph
}

func (l *textLine) blank() bool { return l.s == "" }

// halves tells whether l is the other half of before: together they are the
// line that was parted, byte for byte.
func (l *textLine) halves(before textLine) bool { return l.n != 0 && l.n == before.n }

// splitLines cuts text into lines, which end with LF.
func splitLines(text string) []textLine {
	lines := make([]textLine, 0, strings.Count(text, "\n")+1)
	small := wording.Lower(text)
	for more := true; more; {
		var raw, low string
		raw, text, more = strings.Cut(text, "\n")
		low, small, _ = strings.Cut(small, "\n")
		lines = append(lines, newLine(raw, low, len(lines)+1))
	}
	otherMarks(lines)
	return partLines(lines)
}

// newLine is line n of a text; low is raw in small letters: what is invisible or
// a quote mark is the same in both.
func newLine(raw, low string, n int) textLine {
	s := trimEnd(raw)
	low = low[:len(low)-(len(raw)-len(s))]
	l := textLine{raw: raw, n: n, s: trimStart(s)}
	for l.s != "" && l.s[0] == '>' {
		l.s = trimStart(l.s[1:])
		l.depth++
	}
	l.low = low[len(s)-len(l.s):]
	l.hard = l.s == "" && strings.Contains(raw, "\u00a0")
	return l
}

// trimStart takes what is invisible off the beginning of s.
func trimStart(s string) string {
	if s == "" || s[0] > ' ' && s[0] < utf8.RuneSelf {
		return s
	}
	return strings.TrimLeftFunc(s, invisible)
}

// trimEnd takes it off the end.
func trimEnd(s string) string {
	if s == "" || s[len(s)-1] > ' ' && s[len(s)-1] < utf8.RuneSelf {
		return s
	}
	return strings.TrimRightFunc(s, invisible)
}

// otherMarks finds lines that are quoted by another mark than ">": a bar, a
// colon, a guillemet, initials before a ">". One line alone may begin so by
// itself; three in a row, empty ones aside, do not.
func otherMarks(ls []textLine) {
	for i := 0; i < len(ls); {
		mark := otherMark(ls[i].s)
		end, n := i, 0
		for ; mark != "" && end < len(ls); end++ {
			if s := ls[end].s; ls[end].depth == 0 && (otherMark(s) == mark || s == mark) {
				n++
			} else if s != "" || end+1 < len(ls) && otherMark(ls[end+1].s) != mark {
				break
			}
		}
		if n < 3 {
			i++
			continue
		}
		for ; i < end; i++ {
			if l := &ls[i]; l.s != "" {
				l.s, l.low, l.depth = strings.TrimFunc(l.s[len(mark):], invisible), strings.TrimFunc(l.low[len(mark):], invisible), 1
			}
		}
	}
}

// otherMark is what stands before s as a quote mark would, "" for nothing.
func otherMark(s string) string {
	for _, m := range []string{"|", ":", "»", "¦", "%"} {
		if rest, ok := strings.CutPrefix(s, m); ok && (rest == "" || rest[0] == ' ') && !strings.HasSuffix(rest, m) {
			return m
		}
	}
	for i := 0; i < len(s) && i < 6; i++ {
		if s[i] == '>' && i > 0 {
			return s[:i+1]
		}
		if !wording.IsLetter(s[i]) {
			break
		}
	}
	return ""
}

// invisible tells white space and the marks that mail clients put around it.
func invisible(c rune) bool {
	switch {
	case c < 0x80:
		return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'
	case c == '\ufeff', c >= '\u200b' && c <= '\u200f', c >= '\u202a' && c <= '\u202e', c >= '\u2066' && c <= '\u2069':
		return true
	}
	return unicode.IsSpace(c)
}
