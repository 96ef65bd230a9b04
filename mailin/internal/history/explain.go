package history

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sportello/mailin/internal/wording"
)

// aside lists the lines that are not in the reply, with the reason of each.
func (t *trimming) aside() []Aside {
	e := &explainer{t: t, facts: t.knownFacts(), own: t.ownWords()}
	n := 0
	for i := range t.why {
		if t.why[i] != 0 {
			n++
		}
	}
	list := make([]Aside, 0, n)
	for i := range t.lines {
		if l := &t.lines[i]; t.why[i] != 0 && !l.blank() {
			list = append(list, Aside{Line: l.n, Why: t.why[i], Sure: e.sure(i)})
		}
	}
	return list
}

// explainer judges the lines that were set aside: only what is wholly made of
// what programs write, of a known letter, or of who and where the sender is,
// cannot be a word of his own. It asks more than reading does, and never guesses.
type explainer struct {
	t     *trimming
	facts *facts
	own   map[string]bool // words of the sender's name and address
}

// ownWords are the words by which the sender is known.
func (t *trimming) ownWords() map[string]bool {
	if t.own != nil {
		return t.own
	}
	m, k := map[string]bool{}, t.known
	t.own = m
	local, domain, _ := strings.Cut(k.Address, "@")
	if i := strings.LastIndexByte(domain, '.'); i > 0 {
		domain = domain[:i]
	}
	for _, s := range []string{k.Name, local, domain} {
		for w := range strings.FieldsFuncSeq(wording.Lower(s), func(c rune) bool { return !unicode.IsLetter(c) }) {
			if len(w) > 1 {
				m[w] = true
			}
		}
	}
	return m
}

// sure tells whether nothing of the sender's can stand in line i.
func (e *explainer) sure(i int) bool {
	s := e.t.lines[i].s
	if !strings.ContainsFunc(s, says) || pictureLine(e.t.lines[i].low) {
		return true
	}
	switch e.t.why[i] {
	case WhyOurs:
		return !e.t.copies[i].lost
	case WhyQuoted, WhyHistory:
		return e.quoted(i)
	case WhyAttribution:
		return e.attribution(i)
	case WhyHeader:
		return e.header(&e.t.lines[i])
	case WhySignature, WhyFooter:
		return e.signature(i)
	case WhyBanner:
		_, rest, addressed := strings.Cut(s, "@")
		return addressed && (words(rest) <= 2 || words(rest) <= 7 && strings.Contains(rest, "earn why"))
	}
	return false
}

// says tells a sign that can mean something: a line of none says nothing.
func says(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) || c == '?' }

// maxNear bounds how many lines around one are read together with it.
const maxNear = 12

// quoted: where a letter is known, or should be, each line must be found in it.
func (e *explainer) quoted(i int) bool {
	if len(e.t.known.Letters) == 0 && (e.t.why[i] == WhyQuoted && e.t.marked[i] || e.t.why[i] == WhyHistory && !e.t.known.Asked) {
		return true
	}
	k, left := e.facts.about(e.t.lines[i].s)
	return k != 0 && left == 0 // the title of the letter, its writer
}

// attribution: a date, a name, an address and the few words between them.
func (e *explainer) attribution(i int) bool {
	from, to := i, i+1
	for from > 0 && i-from < maxNear && e.t.why[from-1] == WhyAttribution {
		from--
	}
	for to < len(e.t.lines) && to-i < maxNear && e.t.why[to] == WhyAttribution {
		to++
	}
	var all []string
	for _, l := range e.t.lines[from:to] {
		all = append(all, l.s)
	}
	return e.plain(strings.TrimSpace(strings.Join(all, " ")))
}

// plain tells whether s holds facts about the old mail and nothing else but the
// words of attributions, a last word for writing, and a name where none is known.
func (e *explainer) plain(s string) bool {
	k, left := e.facts.about(s)
	switch {
	case left == 0:
		return k != 0
	case k&factWho != 0 && k&factClock != 0 && left == 1:
		if _, last := e.facts.about(s[strings.LastIndexByte(s, ' ')+1:]); last == 1 {
			return true
		}
	case k&factClock != 0 && left == 1 && strings.HasSuffix(wording.Lower(s), "you wrote:"): // The Bat! names nobody
		return true
	case k&factWho != 0 && k&factClock != 0 && left == 2 && strings.HasSuffix(s, "]"):
		return true
	}
	for _, w := range e.facts.who {
		if !strings.Contains(w, "@") && strings.Contains(wording.Lower(s), w) {
			return false // the name is there, and more
		}
	}
	return e.capitalized(s, left)
}

// capitalized tells whether the words of s that are no facts, n of them, are
// written like names beside an address.
func (e *explainer) capitalized(s string, n int) bool {
	if n > 4 || !strings.Contains(s, "@") {
		return false
	}
	lower := 0
	for w := range strings.FieldsSeq(s) {
		if strings.Contains(w, "@") {
			continue
		}
		w = strings.TrimFunc(w, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
		if c, _ := utf8.DecodeRuneInString(w); unicode.IsLower(c) && !attributionWords[w] && !weekdays[w] {
			lower++
		}
	}
	return lower == 0 || lower == 1 && (hasDate(s) || hasClock(s)) // the month
}

// header: a delimiter, or a field of the old mail with a value that such a
// field has.
func (e *explainer) header(l *textLine) bool {
	s := l.s
	if frame(s) || delimiter(l) {
		return words(s) <= 6 && (words(s) == 0 || delimiter(l) || e.framed(s))
	}
	label, ok := headerLabel(l.low)
	_, value, colon := strings.Cut(s, ":")
	if _, bare := bareLabel(l.low); bare && !ok { // eM Client: "Data 29/11/2026 10:12"
		_, value, _ = strings.Cut(s, " ")
	} else if !colon {
		value = s
	}
	k, left := e.facts.about(value)
	switch {
	case left == 0:
		return k != 0 || ok && strings.TrimSpace(value) == ""
	case k&factClock != 0:
		return colon && left <= 2
	case ok && label == fieldTo && len(strings.Fields(value)) == 1:
		return len(value) > 4
	case ok && label == fieldOther && !strings.Contains(value, "@"):
		return len(strings.Fields(value)) == 1
	}
	return label != fieldDate && label != fieldSubject && e.capitalized(value, left)
}

// framed tells whether the words between dashes mean a mail.
func (e *explainer) framed(s string) bool {
	k, left := e.facts.about(s)
	return k != 0 && left <= 2
}

// signature: who and where the sender is, what a program or a lawyer added. A
// name beside the sender's own may be anything: whoever reads the words judges it.
func (e *explainer) signature(i int) bool {
	l := &e.t.lines[i]
	s, low := l.s, l.low
	if signatureDelimiter(l) || exactFooter(l) || e.legal(i) {
		return true
	}
	if strings.ContainsAny(s, "?!") || gatewayFooter(low) {
		return !strings.ContainsAny(s, "?!") && words(s) < 24 && !wording.Has(low, dealWords)
	}
	known, firm, place, role := 0, false, false, false
	var rest []string
	digits := strings.ContainsAny(s, "0123456789")
	for w := range strings.FieldsFuncSeq(s, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(",|/;()·•–—", c) }) {
		low := wording.Lower(strings.Trim(w, ".:-*_\"'<>"))
		firmly := strings.ReplaceAll(low, ".", "")
		switch {
		case low == "" || strings.Contains(w, "@") || strings.HasPrefix(low, "www.") || strings.Contains(w, "://"):
		case e.own[low]:
			known++
		case firmWords[firmly]:
			firm, role = true, role || len(low) > 6
		case digits && placeWords[firmly]:
			place = true
		case strings.ContainsAny(low, "0123456789"), strings.HasSuffix(w, ":") && len(low) == 1: // "T:"
		case len(low) <= 3 && (firm || place || known > 0) && smallWords[low]:
		default:
			rest = append(rest, w)
		}
	}
	if len(rest) == 0 {
		return true
	}
	for _, w := range rest {
		c, _ := utf8.DecodeRuneInString(strings.TrimLeft(w, "\"'*_"))
		if !unicode.IsUpper(c) && !(role && len(w) > 6) || e.t.known.saying(strings.Trim(w, ".:-*_\"'<>")) {
			return false
		}
	}
	return len(rest) <= 4 && (firm || place)
}

// smallWords stand between the words of a name, a role or an address.
var smallWords = wording.Set("di", "de", "del", "da", "la", "e", "ed", "and", "of", "von", "und", "et", "le", "du", "el", "y", "a", "n", "nr", "int")

// legal tells whether line i belongs to a legal notice and nothing but one
// stands in it.
func (e *explainer) legal(i int) bool { return e.inNotice(i) && e.onlyNotice(i) }

// onlyNotice tells whether each sentence that line i has a part of speaks of the
// mail and its readers, as the sentences of a notice do, and none of the deal.
func (e *explainer) onlyNotice(i int) bool {
	from, to := i, i+1
	for from > 0 && i-from < maxNear && e.t.why[from-1] != 0 && !e.t.lines[from-1].blank() {
		from--
	}
	for to < len(e.t.lines) && to-i < maxNear && e.t.why[to] != 0 && !e.t.lines[to].blank() {
		to++
	}
	var all strings.Builder
	begin, end := 0, 0
	for j := from; j < to; j++ {
		if j == i {
			begin = all.Len()
		}
		all.WriteString(e.t.lines[j].low + " ")
		if j == i {
			end = all.Len() - 1
		}
	}
	at := 0
	for s := range sentences(all.String()) {
		if touched := at < end && at+len(s) > begin; touched && words(s) > 0 && !wording.Has(s, liability) {
			if wording.Has(s, dealWords) || !wording.Has(s, readerWords) && !wording.Has(s, disclaimerWords) {
				return false
			}
		}
		at += len(s)
	}
	return true
}

// sentences parts s behind full stops and the like that end a sentence and not
// an abbreviation, "art." or "Lgs.".
func sentences(s string) func(func(string) bool) {
	return func(yield func(string) bool) {
		from, letters := 0, 0
		for i, c := range s {
			switch {
			case unicode.IsLetter(c):
				letters++
			case i+1 < len(s) && s[i+1] == ' ' && (c == '!' || c == '?' || c == '.' && letters > 3):
				if !yield(s[from : i+2]) {
					return
				}
				from, letters = i+2, 0
			default:
				letters = 0
			}
		}
		yield(s[from:])
	}
}

// inNotice tells whether line i begins a legal notice, speaks of what such
// notices do, or goes on from a line that does.
func (e *explainer) inNotice(i int) bool {
	for above := 0; above < maxNear && i >= 0 && e.t.why[i] != 0; i, above = i-1, above+1 {
		l := &e.t.lines[i]
		if disclaimer(l) || len(l.s) >= 50 && wording.Count(l.low, disclaimerWords) > 1 {
			return true
		}
		if i == 0 || e.t.lines[i-1].blank() || strings.ContainsAny(e.t.lines[i-1].s[len(e.t.lines[i-1].s)-1:], ".!?:;") {
			return false
		}
	}
	return false
}
