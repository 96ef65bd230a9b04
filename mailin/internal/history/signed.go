package history

import (
	"strings"
	"unicode"

	"sportello/mailin/internal/wording"
)

// signature returns which of the own lines [from, to) are the signature:
// [cut, end), both to when there is none.
func (t *trimming) signature(from, to int) (cut, end int) {
	cut = signatureCut(t.lines, from, to)
	cut = t.ownBlock(from, cut)
	for i := from; t.signs != nil && i < cut; i++ {
		if t.signs[i] && written(t.lines, from, i) > 0 {
			cut = i
		}
	}
	return cut, t.goesOn(from, cut, to)
}

// ownBlock returns where a block begins at the end of [from, to) that the
// sender's own name opens, whatever follows: a role, a firm, an extension. to
// when there is none. A name below a closing formula was typed.
func (t *trimming) ownBlock(from, to int) int {
	const maxBlock = 15
	ls, seen := t.lines, 0
	for i := to - 1; i > from && seen < maxBlock; i-- {
		if ls[i].blank() {
			continue
		}
		if seen++; ls[i].depth > 0 {
			return to
		}
		if !t.ownName(ls[i].s) || written(ls, from, i) == 0 || !t.onlySigns(i+1, to) {
			continue
		}
		if closingFormula(ls[i-1].low) {
			return i + 1
		}
		return i
	}
	return to
}

// onlySigns tells whether lines [from, to) go on below the sender's name as a
// signature does: first something short, then nothing that tells more.
func (t *trimming) onlySigns(from, to int) bool {
	n := 0
	for i := from; i < to; i++ {
		l := &t.lines[i]
		switch {
		case l.blank():
		case sentence(l) || words(l.s) > 8:
			return false
		case t.lines[i-1].blank() && (n == 0 && !doubleSpaced(t.lines[from-1:to]) || prose(l)):
			return false
		default:
			n++
		}
	}
	return n > 0
}

// ownName tells whether s is the sender's name, with titles or without.
func (t *trimming) ownName(s string) bool {
	if len(s) > 60 || t.known.Name == "" {
		return false
	}
	own := t.ownWords()
	n := 0
	for w := range strings.FieldsSeq(s) {
		low := wording.Lower(strings.Trim(w, ",;*_"))
		switch {
		case own[strings.Trim(low, ".")]:
			n++
		case len(low) > 9 || !strings.Contains(low, "."): // no title
			return false
		}
	}
	return n > 1 || n == 1 && len(strings.Fields(t.known.Name)) == 1
}

// goesOn returns where the sender's text goes on below a signature that begins
// at cut: below the footer of an app, and below a signature that a program put
// above the text; to when it does not.
func (t *trimming) goesOn(from, cut, to int) int {
	if cut == to || !appFooter(&t.lines[cut]) && written(t.lines, from, cut) > 0 {
		return to
	}
	n := 0
	for i := cut; i < to; i++ {
		l := &t.lines[i]
		if !l.blank() && t.lines[i-min(i, 1)].blank() && n > 0 && (prose(l) || sentence(l) && !aside(l)) {
			return i
		}
		if !l.blank() && !signatureDelimiter(l) {
			n++
		}
	}
	return to
}

// aside tells a line that programs, lawyers and firms put at the end of a mail.
func aside(l *textLine) bool {
	return appFooter(l) || disclaimer(l) || contact(l.low) || pictureLine(l.low) || delimiterLine(l.s)
}

// prose tells a line of some words that is no name and nothing of the kind that
// stands in signatures.
func prose(l *textLine) bool {
	lower := 0
	for w := range strings.FieldsSeq(l.s) {
		if strings.IndexFunc(w, unicode.IsLower) == 0 {
			lower++
		}
	}
	return lower >= 3 && !aside(l)
}
