package history

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sportello/mailin/internal/wording"
)

// fact is what a line can say about the mail that is answered.
type fact byte

const (
	factWho     fact = 1 << iota // who wrote it
	factMe                       // who answers it now
	factDate                     // when
	factClock                    // to the minute
	factSubject                  // what about
)

// facts are what every program says about the mail that it quotes, in whatever
// words: its writer, its reader, its date, its subject.
type facts struct {
	who, me  []string
	subjects []string
	dates    []time.Time
}

// knownFacts are the facts that the mail and the letters tell.
func (t *trimming) knownFacts() *facts {
	if t.facts != nil {
		return t.facts
	}
	f, k := &facts{}, t.known
	t.facts = f
	name := func(list *[]string, names ...string) {
		for _, s := range names {
			if s = wording.Lower(strings.TrimSpace(s)); len(s) > 2 {
				*list = append(*list, s)
			}
		}
	}
	for _, l := range k.Letters {
		name(&f.who, l.Address, l.From)
		name(&f.subjects, l.Subject)
		if !l.Date.IsZero() {
			f.dates = append(f.dates, l.Date)
		}
	}
	name(&f.who, k.To...)
	name(&f.me, k.Address, k.Name)
	if len(k.Subject) > 7 {
		name(&f.subjects, k.Subject)
	}
	return f
}

// about tells which facts s holds and how many words are none of them. What
// stands beside the numbers of a date counts as its weekday, its month, its "at".
func (f *facts) about(s string) (k fact, left int) {
	low := wording.Lower(s)
	take := func(list []string, kind fact) {
		for _, w := range list {
			if i := strings.Index(low, w); i >= 0 {
				k |= kind
				low = low[:i] + "." + low[i+len(w):]
			}
		}
	}
	take(f.subjects, factSubject)
	take(f.who, factWho)
	take(f.me, factMe)
	if strings.Contains(low, "@") { // any other address says no more than a name
		low = withoutAddresses(low)
	}
	date := hasDate(low) || hasClock(low)
	if date && f.dated(low) {
		k |= factDate
		if f.timed(low) {
			k |= factClock
		}
	}
	list := strings.FieldsFunc(low, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '\'' && c != '’' })
	month := false
	for i, w := range list {
		w = strings.Trim(w, "0123456789") // 09:07PM
		switch {
		case w == "" || attributionWords[w] || weekdays[w]:
		case !month && k&factDate != 0 && len(w) > 2 && i+1 < len(list) && wording.IsDigit(list[i+1][0]):
			month = true
		default:
			left++
		}
	}
	return k, left
}

// withoutAddresses leaves the words out that are addresses.
func withoutAddresses(s string) string {
	list := strings.Fields(s)
	for i, w := range list {
		if strings.Contains(w, "@") {
			list[i] = "."
		}
	}
	return strings.Join(list, " ")
}

// dated tells whether the numbers in s can be the date of a letter, give or
// take a day for the zone.
func (f *facts) dated(s string) bool {
	for n := range numbers(s) {
		for _, d := range f.dates {
			for _, day := range []int{-1, 0, 1} {
				if n == d.AddDate(0, 0, day).Day() {
					return true
				}
			}
		}
	}
	return len(f.dates) == 0
}

// timed tells whether the numbers in s can be the time of day of a letter: the
// minute is the same in nearly every zone.
func (f *facts) timed(s string) bool {
	for n := range numbers(s) {
		for _, d := range f.dates {
			if n == d.Minute() {
				return hasClock(s)
			}
		}
	}
	return len(f.dates) == 0 && hasClock(s)
}

// numbers yields the numbers in s.
func numbers(s string) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := 0; i < len(s); {
			n, from := 0, i
			for i < len(s) && wording.IsDigit(s[i]) && i-from < 9 {
				n = n*10 + int(s[i]-'0')
				i++
			}
			if i > from && !yield(n) {
				return
			}
			if i == from {
				i++
			}
		}
	}
}

// words counts the words of s: what white space parts and has a letter.
func words(s string) int {
	n, counted := 0, false
	for _, c := range s {
		switch {
		case c <= ' ':
			counted = counted && !unicode.IsSpace(c)
		case counted:
			counted = c < utf8.RuneSelf || !unicode.IsSpace(c)
		case c < utf8.RuneSelf && wording.IsLetter(byte(c)) || c >= utf8.RuneSelf && unicode.IsLetter(c):
			n, counted = n+1, true
		}
	}
	return n
}

// markByFacts reads a mark in a language that no table knows: a header whose
// values are the people and the subject of this mail, or a line in brackets that
// names its reader and a date.
func (t *trimming) markByFacts(i int) (end int, kind markKind) {
	s := t.lines[i].s
	if s[0] != '[' && strings.IndexByte(s[:min(len(s), 32)], ':') < 1 {
		return i, markNone
	}
	f := t.knownFacts()
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		if k, left := f.about(s); k&factWho != 0 && k&factDate != 0 && left <= 4 {
			return i + 1, markAttribution
		}
	}
	seen, n := fact(0), 0
	for end = i; end < len(t.lines) && n < 6; end, n = end+1, n+1 {
		l := &t.lines[end]
		if l.blank() || l.depth != t.lines[i].depth || !strings.Contains(l.s[:min(len(l.s), 32)], ":") {
			break
		}
		k, ok := f.field(l)
		if !ok {
			break
		}
		seen |= k
	}
	if n >= 3 && seen&factWho != 0 && seen&(factDate|factSubject) != 0 {
		return end, markHeader
	}
	return i, markNone
}

// ofLetter tells whether lines [from, to), between a header and what is copied
// from a letter, can only be the sender's: the copy begins with the letter, and
// they say nothing that the header of the letter says.
func (t *trimming) ofLetter(from, to int) bool {
	if t.copies[to].from > gram {
		return false
	}
	for i := from; i < to; i++ {
		if k, left := t.knownFacts().about(t.lines[i].s); !t.lines[i].blank() && (k == 0 || left > 0) {
			return true
		}
	}
	return false
}

// announce finds what stands above the lines that are copied from a letter and
// says whose they are: by the facts, in any language.
func (t *trimming) announce() {
	if t.letter == 0 && t.past == len(t.lines) {
		return
	}
	f := t.knownFacts()
	if t.letter == 0 {
		t.climb(f, t.past)
		return
	}
	for i := range t.lines {
		if t.copy[i] == copyNone || t.lines[i].blank() || t.afterCopy(i) {
			continue
		}
		t.climb(f, i)
	}
}

// afterCopy tells whether the line before i that is not empty is copied as well.
func (t *trimming) afterCopy(i int) bool {
	for i--; i >= 0 && t.lines[i].blank(); i-- {
	}
	return i >= 0 && t.copy[i] != copyNone
}

// climb marks what announces the copied line at.
func (t *trimming) climb(f *facts, at int) {
	ls := t.lines
	top, seen, framed, blanks := at, fact(0), false, 0
	header := false
	for j := at - 1; j >= 0 && at-j < 30; {
		l := &ls[j]
		if l.blank() {
			if blanks++; blanks > 3 {
				break
			}
			j--
			continue
		}
		if t.copy[j] != copyNone || l.depth > ls[at].depth {
			break
		}
		if !header {
			if start := t.sentenceAbove(f, j); start >= 0 {
				t.set(start, top, classMark, WhyAttribution)
				top = start
				header, seen = true, factWho|factDate
				j = start - 1
				if j >= 0 && !frame(ls[j].s) {
					return
				}
				continue
			}
		}
		k, fielded := f.field(l)
		switch {
		case frame(l.s):
			t.set(j, top, classMark, WhyHeader)
			top, framed = j, true
		case fielded && (blanks == 0 || !header || t.spaced(j, top, at)):
			header, seen = true, seen|k
			top = j
		default:
			j = -1
			continue
		}
		if framed && (!delimiterLine(l.s) || header) {
			break
		}
		blanks = 0
		j--
	}
	if enough := seen&^factMe != 0 && seen&(seen-1) != 0; header && (enough || framed) {
		t.set(top, at, classMark, WhyHeader)
		for i := top; i < at; i++ {
			if t.copy[i] == copyFirm { // blank lines only
				t.class[i] = classQuote
			}
		}
	} else if header {
		t.set(top, at, classOwn, 0)
	}
}

// spaced tells whether only one empty line parts j from the header below it,
// each of whose lines an empty one parts from the next, as in text that an
// editor spaced out: above a header in one piece somebody's own words end.
func (t *trimming) spaced(j, top, at int) bool {
	if top-j > 2 {
		return false
	}
	for i := top + 1; i < at; i++ {
		if !t.lines[i].blank() && !t.lines[i-1].blank() {
			return false
		}
	}
	return true
}

// sentenceAbove returns where an attribution begins that ends at line j: the
// latest line from which it can; -1 when there is none.
func (t *trimming) sentenceAbove(f *facts, j int) int {
	if _, ok := headerLabel(t.lines[j].low); ok {
		return -1 // a field says it without a sentence
	}
	joined := ""
	for from := j; from >= 0 && j-from < 4 && !t.lines[from].blank() && t.copy[from] == copyNone; from-- {
		if end := attributionAt(t.lines, from); end > from && end <= j || t.lines[from].depth != t.lines[j].depth {
			return -1
		}
		s := t.lines[from].s
		joined = strings.TrimSpace(s + " " + joined)
		if len(joined) > 400 {
			break
		}
		if attributionAt(t.lines, from) == j+1 {
			return from
		}
		k, left := f.about(joined)
		boxed := strings.HasPrefix(joined, "[") && strings.HasSuffix(joined, "]")
		says := strings.HasSuffix(joined, ":") || boxed
		switch {
		case left > 5 || strings.HasSuffix(joined, ".") || strings.HasSuffix(joined, "?") || strings.HasSuffix(joined, "!"):
		case k&factWho != 0 && k&factClock != 0,
			k&factWho != 0 && k&factDate != 0 && says,
			k&factWho != 0 && left <= 2 && says && s != "" && !strings.Contains(s, ": "):
			return from
		}
	}
	return -1
}

// field tells whether l is a field of the old mail's header: a few words, a
// colon, and facts.
func (f *facts) field(l *textLine) (fact, bool) {
	if _, ok := headerLabel(l.low); ok {
		k, _ := f.about(l.s)
		return k, true
	}
	label, value, ok := strings.Cut(l.s, ":")
	if !ok || words(label) > 3 || len(label) > 40 {
		return 0, false
	}
	k, left := f.about(value)
	return k, k != 0 && left <= 1 || k&factDate != 0 && left <= 3
}

// frame tells a line that parts what is above from what is below: a rule, or a
// few words between dashes and their like.
func frame(s string) bool {
	if delimiterLine(s) {
		return true
	}
	core := strings.Trim(s, delimiterRunes)
	left := len(s) - len(strings.TrimLeft(s, delimiterRunes))
	right := len(s) - len(strings.TrimRight(s, delimiterRunes))
	return left >= 2 && right >= 2 && words(core) <= 8
}
