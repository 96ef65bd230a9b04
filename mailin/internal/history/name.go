package history

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sportello/mailin/internal/wording"
)

// sentence tells a line that says something, which no line of a signature does.
func sentence(l *textLine) bool {
	s := l.s
	if strings.HasSuffix(s, "?") || strings.HasSuffix(s, "!") || utf8.RuneCountInString(s) > 100 {
		return true
	}
	n := len(strings.Fields(s))
	low := l.low
	return n > 14 || n > 6 && strings.HasSuffix(s, ".") || strings.HasPrefix(low, "p.s") || strings.HasPrefix(low, "ps:") ||
		strings.HasPrefix(low, "n.b") || strings.HasSuffix(s, ":")
}

// nameLike tells a line that may be the name of a person or a firm.
func nameLike(s string) bool {
	words := strings.Fields(s)
	if len(words) == 0 || len(words) > 6 || len(s) > 60 || strings.ContainsAny(s, "0123456789@?!:;<>=") {
		return false
	}
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, "-*_~ "))
	return unicode.IsUpper(first) || len(words) == 1 && unicode.IsLetter(first)
}

// fullName tells two to four capitalized words that are no greeting.
func fullName(s string) bool {
	words := strings.Fields(s)
	if len(words) < 2 || len(words) > 4 || len(s) > 50 {
		return false
	}
	for _, w := range words {
		c, _ := utf8.DecodeRuneInString(w)
		if !unicode.IsUpper(c) || notNames[wording.Lower(strings.Trim(w, ".,"))] {
			return false
		}
		for _, c := range w {
			if !unicode.IsLetter(c) && c != '\'' && c != '’' && c != '-' && c != '.' {
				return false
			}
		}
	}
	return true
}

// nameBlock tells lines that are a name with ways to reach it, or a full name
// alone: at are their numbers.
func nameBlock(ls []textLine, at []int) bool {
	if len(at) == 0 || anySentence(ls, at) {
		return false
	}
	first := ls[at[0]].s
	return nameLike(first) && anyContact(ls, at) || len(at) == 1 && fullName(first)
}

func anyContact(ls []textLine, at []int) bool {
	return slices.ContainsFunc(at, func(i int) bool { return contact(ls[i].low) })
}

func anySentence(ls []textLine, at []int) bool {
	return slices.ContainsFunc(at, func(i int) bool { return sentence(&ls[i]) })
}

// inked are the lines of [from, to) that are not empty.
func inked(ls []textLine, from, to int) []int {
	var at []int
	for i := from; i < to; i++ {
		if !ls[i].blank() {
			at = append(at, i)
		}
	}
	return at
}

// contact tells a line that says how or where to reach somebody, or names a firm.
func contact(low string) bool {
	if strings.Contains(low, "www.") || strings.Contains(low, "http") || strings.Contains(low, "@") || phoneNumber(low) {
		return true
	}
	digits := strings.ContainsAny(low, "0123456789")
	for w := range strings.FieldsFuncSeq(low, func(c rune) bool { return c == ' ' || c == ',' || c == '|' || c == '\u00a0' || c == '\t' }) {
		w = strings.ReplaceAll(strings.Trim(w, ":;()-–*"), ".", "")
		if firmWords[w] || digits && placeWords[w] || digits && strings.HasSuffix(w, "straße") || digits && strings.HasSuffix(w, "platz") || digits && strings.HasSuffix(w, "str") {
			return true
		}
	}
	return false
}

// phoneNumber tells seven digits or more with little between them.
func phoneNumber(s string) bool {
	n, gap := 0, 0
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			n, gap = n+1, 0
		case strings.ContainsRune(" .-/()+\u00a0", c):
			if gap++; gap > 3 {
				n = 0
			}
		default:
			n, gap = 0, 0
		}
		if n >= 8 {
			return true
		}
	}
	return false
}
