package history

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sportello/mailin/internal/wording"
)

// attributionAt returns the line after an attribution ("Il giorno … ha
// scritto:") that begins at line i and may run over several lines, or i. It
// begins at the latest line from which it can: what stands above is somebody's
// own.
func attributionAt(ls []textLine, i int) int {
	end := attributionFrom(ls, i)
	for j := end - 1; j > i; j-- {
		if !ls[j].blank() && begins(&ls[j]) && attributionFrom(ls, j) == end && !(j == i+1 && dateOnly(ls[i].s)) {
			return i
		}
	}
	return end
}

// begins tells whether an attribution can begin with l: with a word for "on",
// a date or a name, not in the middle of an address.
func begins(l *textLine) bool {
	if opened(l.low) {
		return true
	}
	s := l.s
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, "\"'*_([- "))
	open, end := strings.IndexByte(s, '<'), strings.IndexByte(s, '>')
	return unicode.IsUpper(first) && (end < 0 || open >= 0 && open < end)
}

// dateOnly tells whether a line holds nothing but a date and a time of day, and
// perhaps the first words of a name: then the attribution goes on below it.
func dateOnly(s string) bool {
	if !hasClock(s) || !opened(wording.Lower(s)) || strings.HasSuffix(s, ".") {
		return false
	}
	lower := 0
	for w := range strings.FieldsSeq(s) {
		w = strings.Trim(w, ".,;:<\"'")
		if c, _ := utf8.DecodeRuneInString(w); unicode.IsLower(c) && !attributionWords[w] && !weekdays[w] {
			lower++
		}
	}
	return lower <= 1 // the month
}

// maxAttribution is how long an attribution may be, in bytes.
const maxAttribution = 400

// attributionFrom is attributionAt whatever stands in its first lines.
func attributionFrom(ls []textLine, i int) int {
	first := ls[i].s
	if !mayAttribute(&ls[i]) {
		return i
	}
	const maxLines = 6
	joined := first
	for n := 1; ; n++ {
		if len(joined) > maxAttribution {
			return i
		}
		next := i + n
		if attribution(joined, next, ls) {
			return next
		}
		if n == maxLines || next >= len(ls) || ls[next].blank() && ls[next].depth == ls[i].depth && !torn(ls, next) {
			return i
		}
		s := ls[next].s
		if _, ok := headerLabel(ls[next].low); ok || delimiterLine(s) {
			return i
		}
		if ls[next].depth != ls[i].depth {
			if strings.LastIndexByte(joined, '<') <= strings.LastIndexByte(joined, '>') || ls[next].depth != 1 {
				return i
			}
			s = ">" + s // the end of an address, not a quotation
		}
		joined += " " + s
	}
}

// torn tells whether an empty line tears an attribution: the word for writing
// stands alone below it.
func torn(ls []textLine, blank int) bool {
	if blank+1 >= len(ls) || ls[blank+1].depth != ls[blank].depth {
		return false
	}
	s := strings.TrimRight(ls[blank+1].low, ":： ")
	return s != "" && words(s) <= 2 && endsWithVerb(s)
}

// mayAttribute is the cheap look at a line: an attribution has an address, a
// digit of a date, a colon, a frame or a word for quoting in its first line.
func mayAttribute(l *textLine) bool {
	return attributing.In(l.s) || strings.HasPrefix(l.s, "--") || wording.Begins(l.low, quotingWords)
}

var attributing = wording.BytesOf("0123456789@<:")

// attribution tells whether s, one logical line, says who wrote what follows
// at line next.
func attribution(s string, next int, ls []textLine) bool {
	framed := strings.HasPrefix(s, "--") && strings.HasSuffix(s, "--")
	s = strings.Trim(s, "-*_ \t\u00a0")
	body := strings.TrimRight(s, ":： \u00a0\u202f-*")
	colon := strings.ContainsAny(s[len(body):], ":：")
	if !colon && !strings.Contains(s, ">") && !endsWithVerb(wording.Lower(body[max(0, len(body)-24):])) && !strings.Contains(s, "GMT") {
		return false
	}
	written := body
	body = wording.Lower(body)
	address := strings.Contains(body, "@")
	date := hasDate(body)
	clock := hasClock(body)
	switch {
	case endsWithVerb(body):
		if selfQuoting(body) {
			return false
		}
		begins := opened(body)
		switch {
		case address && (colon || date || clock) && (begins || strings.Contains(body, "<")):
			return true
		case date && clock && colon && begins && namedBeforeVerb(written):
			return true
		case framed && len(body) < 100: // Android: "---- Anna Verdi wrote ----"
			return true
		}
		return colon && (date || clock || begins || capitalized(written)) && followedByQuote(ls, next)
	case address && verbAfterAddress(s):
		return true // the old mail begins on the same line
	case colon && len(body) < 300 && wording.Has(body, middleVerbs) && !selfQuoting(body):
		return address || date && clock || (date || clock) && followedByQuote(ls, next)
	case colon && wording.Begins(body, quotingWords):
		return address || followedByQuote(ls, next)
	case colon && address && date && clock && (strings.HasSuffix(body, ">") || opened(body)):
		return true // Gmail in languages without a verb: "2014-10-24 15:36 GMT+02:00 Anna <anna@…>:"
	case colon && date && clock && (address || opened(body)) && followedByQuote(ls, next):
		return true // whatever the word for writing
	case startsWithISODate(body):
		return strings.HasSuffix(body, ">") && address || strings.Contains(body, " gmt+") || strings.Contains(body, " gmt-")
	}
	return false
}

// endsWithVerb tells whether low ends with a word for writing.
func endsWithVerb(low string) bool {
	if low == "" {
		return false
	}
	for _, v := range verbsBy[low[len(low)-1]] {
		if before, ok := strings.CutSuffix(low, v); ok && (before == "" || !wording.IsLetter(before[len(before)-1])) {
			return true
		}
	}
	return false
}

// verbsBy are the writeVerbs by their last byte.
var verbsBy = func() (by [256][]string) {
	for _, v := range writeVerbs {
		by[v[len(v)-1]] = append(by[v[len(v)-1]], v)
	}
	return by
}()

// verbAfterAddress tells whether a word for writing follows an address in
// angle brackets, and a colon the word.
func verbAfterAddress(s string) bool {
	_, after, _ := strings.Cut(s, ">")
	after = wording.Lower(strings.TrimLeft(after[:min(len(after), 40)], " ,\u00a0"))
	word, _, colon := strings.Cut(after, ":")
	return colon && endsWithVerb(strings.TrimRightFunc(word, invisible)) && len(strings.Fields(word)) <= 4
}

// namedBeforeVerb tells whether a name stands before the word for writing that
// ends s, as programs put it; "il tecnico ha scritto" is somebody's own tale.
func namedBeforeVerb(s string) bool {
	words := strings.Fields(s)
	for i := len(words) - 1; i > 0 && i > len(words)-6; i-- {
		if endsWithVerb(wording.Lower(strings.Join(words[i:], " "))) {
			w := words[i-1]
			c, _ := utf8.DecodeRuneInString(strings.TrimLeft(w, "\"'("))
			return !unicode.IsLower(c) || strings.ContainsAny(w, "_.0123456789") || strings.ContainsRune(w, '@')
		}
	}
	return true
}

// capitalized tells a name and a word for writing: "Banco Prova scrive".
func capitalized(s string) bool {
	list := strings.Fields(s)
	n := 0
	for n < len(list) && strings.IndexFunc(strings.Trim(list[n], "\"'(*_"), unicode.IsUpper) == 0 {
		n++
	}
	verb := strings.Join(list[n:], " ")
	return n > 0 && len(list) <= 6 && endsWithVerb(wording.Lower(verb))
}

// opened tells whether low begins as attributions do: with a word for "on",
// a digit, a weekday.
func opened(low string) bool {
	if wording.Begins(low, attributionOpeners) || low != "" && wording.IsDigit(low[0]) {
		return true
	}
	word, _, _ := strings.Cut(low, " ")
	return weekdays[strings.Trim(word, ".,")]
}

// selfQuoting tells prose in which somebody wrote to the sender; no mail
// program says "mi ha scritto".
func selfQuoting(body string) bool {
	return wording.Has(body, toMe)
}

var toMe = wording.Words(" mi ha scritto", " ci ha scritto", " gli ho scritto", " vi ho scritto", " m'a écrit", " mir schrieb", " me escribió")

func followedByQuote(ls []textLine, i int) bool {
	i = skipBlank(ls, i, 3)
	return i < len(ls) && ls[i].depth > 0
}

// hasDate tells a year of four digits or three numbers with points, slashes or dashes.
func hasDate(s string) bool {
	for i := 0; i < len(s); i++ {
		if !wording.IsDigit(s[i]) || i > 0 && wording.IsDigit(s[i-1]) {
			continue
		}
		j := i
		for j < len(s) && wording.IsDigit(s[j]) {
			j++
		}
		if j-i == 4 && (s[i:i+2] == "19" || s[i:i+2] == "20") {
			return true
		}
		if j-i <= 2 && threeNumbers(s[i:]) {
			return true
		}
	}
	return false
}

// threeNumbers tells whether s begins with a date such as 17/11/26 or 3.2.2016.
func threeNumbers(s string) bool {
	for n := 0; n < 3; n++ {
		d := 0
		for d < len(s) && d < 4 && wording.IsDigit(s[d]) {
			d++
		}
		if d == 0 {
			return false
		}
		s = s[d:]
		if n < 2 {
			if s == "" || !strings.ContainsRune("/.-", rune(s[0])) {
				return false
			}
			s = s[1:]
		}
	}
	return true
}

// hasClock tells a time of day: 10:12, 08.58, 3h05.
func hasClock(s string) bool {
	for i := 0; i+3 < len(s); i++ {
		if wording.IsDigit(s[i]) && (s[i+1] == ':' || s[i+1] == '.' || s[i+1] == 'h') && wording.IsDigit(s[i+2]) && wording.IsDigit(s[i+3]) &&
			(i+4 == len(s) || !wording.IsDigit(s[i+4])) {
			return true
		}
	}
	return false
}

// startsWithISODate tells 2016-03-03 or 2013/7/20 at the start.
func startsWithISODate(s string) bool {
	return len(s) > 9 && wording.IsDigit(s[0]) && wording.IsDigit(s[3]) && (s[4] == '-' || s[4] == '/') && threeNumbers(s[2:])
}
