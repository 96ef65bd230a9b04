package history

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Writers are whose mails a text quotes or forwards, as the heads above them and the
// lines that announce them say it, from the top: a name and an address, in whatever
// way programs write these. A head that gives no address for its writer gives none.
func Writers(text string) (found []string) {
	ls := splitLines(text)
	for i := 0; i < len(ls) && i < maxLines; {
		end, kind := i, markNone
		if !ls[i].blank() {
			if end, kind = markAt(ls, i); kind == markNone {
				end = labelled(ls, i)
			}
		}
		if end > i {
			if w := writerOf(ls[i:end], kind); w != "" {
				found = append(found, w)
			}
		}
		i = max(end, i+1)
	}
	return found
}

// writerOf is who wrote the mail below a mark; "" when it does not tell an address.
func writerOf(ls []textLine, kind markKind) string {
	switch kind {
	case markAttribution:
		var all []string
		for _, l := range ls {
			all = append(all, l.s)
		}
		return addressed(strings.Join(all, " "))
	case markNone: // a head in a language that no table knows: the sender stands before the recipients
		for _, l := range ls {
			if w := addressed(afterColon(l.s)); w != "" {
				return w
			}
		}
		return ""
	}
	for i := range ls {
		f, ok := headerLabel(ls[i].low)
		value := afterColon(ls[i].s)
		if !ok {
			if f, ok = bareLabel(ls[i].low); ok {
				_, value, _ = strings.Cut(ls[i].s, " ")
			}
		}
		if !ok || f != fieldFrom {
			continue
		}
		if i+1 < len(ls) && !strings.Contains(value, "@") { // the line was broken, or stands below its label
			if _, label := headerLabel(ls[i+1].low); !label {
				value += " " + ls[i+1].s
			}
		}
		return addressed(value)
	}
	return ""
}

// afterColon is the value of a line of a head, without what makes it bold.
func afterColon(s string) string {
	_, value, _ := strings.Cut(s, ":")
	return strings.TrimLeft(value, "*_ \t\u00a0")
}

// addressed is s where it holds an address, else "".
func addressed(s string) string {
	if !strings.Contains(s, "@") {
		return ""
	}
	return s
}

// labelled returns the line after a head in any language that begins at line i, at
// least three lines of a short label, a colon and a value; or i.
func labelled(ls []textLine, i int) int {
	end := i
	for end < len(ls) && fieldLike(ls[end].s) {
		end++
	}
	if end-i < 3 {
		return i
	}
	return end
}

// fieldLike tells a line of a head: a label of a few words, perhaps bold, a colon,
// a value.
func fieldLike(s string) bool {
	s = strings.TrimLeft(s, "*_")
	colon := strings.IndexByte(s[:min(len(s), 40)], ':')
	if colon < 1 {
		return false
	}
	value := strings.TrimLeft(s[colon+1:], "*_")
	if value == "" || value == strings.TrimLeftFunc(value, invisible) || strings.TrimFunc(value, invisible) == "" {
		return false
	}
	label := strings.TrimRight(s[:colon], "*_ \u00a0")
	first, _ := utf8.DecodeRuneInString(label)
	return unicode.IsLetter(first) && !strings.ContainsFunc(label, func(c rune) bool {
		return !unicode.IsLetter(c) && !strings.ContainsRune(" .'’-", c)
	})
}
