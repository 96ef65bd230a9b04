package history

import "strings"

// copyState says whether a line is taken for one of a letter of ours.
type copyState byte

const (
	copyNone copyState = iota
	copyWeak           // the words are there, but too few to tell it from somebody's own
	copyFirm
)

// blockWeight is how many letters and digits in a row, without any mark, are
// more than a person writes with the words of a letter by chance or on purpose.
const blockWeight = 60

// maxStrange is how many letters of a copied line may be none of the letter's.
const maxStrange = 8

// compare finds the lines that are copied from the letters.
func (t *trimming) compare() {
	n := len(t.lines)
	t.class, t.why, t.copy = make([]lineClass, n), make([]Why, n), make([]copyState, n)
	t.marked = make([]bool, n)
	if len(t.known.Letters) == 0 {
		return
	}
	t.copies = make([]copied, n)
	s := streamOf(t.lines)
	for _, l := range t.known.Letters {
		for _, form := range []string{l.Text, l.Form, l.Bare} {
			if form != "" {
				t.merge(s, &l, form)
			}
		}
	}
	t.weigh(s)
}

// merge takes in what is copied from one form of letter l.
func (t *trimming) merge(s *stream, l *Letter, form string) {
	letter := &stream{at: []int{0}}
	letter.add(form)
	if len(letter.b) == 0 {
		return
	}
	if l.Desk && t.desk == nil {
		t.desk = make([]bool, len(t.lines))
	}
	took, told := false, l.told(letter.b)
	for i, c := range compare(s, t.lines, letter.b) {
		size := s.at[i+1] - s.at[i]
		link := size == 0 && strings.Contains(t.lines[i].s, "://") && strings.Contains(form, t.lines[i].s)
		if !link && (size == 0 || c.found*5 < size*4 || size-c.found > maxStrange) {
			continue
		}
		took = true
		if t.copy[i] == copyNone || t.copies[i].lost && !c.lost {
			t.copies[i], t.copy[i] = c, copyWeak
			if t.desk != nil {
				t.desk[i] = l.Desk && c.desks(told)
			}
		}
	}
	if took {
		t.letter = max(t.letter, len(letter.b))
	}
}

// weigh tells which of the copied lines are firm: those that are quoted, and
// those that stand in a block of enough words. Lines without any word between
// two copied ones are copied as well.
func (t *trimming) weigh(s *stream) {
	for i := 0; i < len(t.lines); {
		if t.copy[i] == copyNone {
			i++
			continue
		}
		end, weight := i, 0
		for j := i; j < len(t.lines) && (t.copy[j] != copyNone || s.at[j+1] == s.at[j]); j++ {
			if t.copy[j] != copyNone {
				end = j + 1
				weight += t.copies[j].found
			}
		}
		for ; i < end; i++ {
			if t.copy[i] == copyNone && t.lines[i].blank() {
				continue
			}
			if weight >= blockWeight || t.lines[i].depth > 0 {
				t.copy[i] = copyFirm
			} else if t.copy[i] == copyNone {
				t.copy[i] = copyWeak
			}
		}
	}
}

// copied tells whether line i counts as one of our letter: firmly, or below
// something that announces it or is copied itself.
func (t *trimming) copied(i int) bool {
	switch t.copy[i] {
	case copyFirm:
		return true
	case copyWeak:
		for i--; i >= 0; i-- {
			if !t.lines[i].blank() {
				return t.class[i] != classOwn
			}
		}
	}
	return false
}

// nextCopy is the first line from i on that is copied, len(t.lines) when none is.
func (t *trimming) nextCopy(i int) int {
	for i < len(t.lines) && t.copy[i] == copyNone {
		i++
	}
	return i
}

// answers tells whether a quoted line is none of the letter although it stands
// behind one at the same depth: an editor left an answer inside the quotation.
func (t *trimming) answers(i int) bool {
	if t.letter == 0 || t.copy[i] != copyNone || t.copies[i].found > 0 || !strings.ContainsFunc(t.lines[i].s, says) || pictureLine(t.lines[i].low) {
		return false
	}
	for j := i - 1; j >= 0; j-- {
		switch {
		case t.copy[j] == copyFirm && !t.lines[j].blank():
			return t.lines[j].depth == t.lines[i].depth
		case t.class[j] == classMark:
			next := t.nextCopy(i)
			return next < len(t.lines) && next-i < maxNear && t.lines[next].depth == t.lines[i].depth && t.ofLetter(i, next)
		}
	}
	return false
}

// share tells how much of a letter lines [from, to) hold: nearly all of it, or
// something.
func (t *trimming) share(from, to int) (whole, excerpt bool) {
	if t.letter == 0 {
		return false, false
	}
	n := 0
	for i := from; i < to; i++ {
		if t.copy[i] != copyNone {
			n += t.copies[i].found
		}
	}
	return n*20 >= t.letter*17, n > 0
}
