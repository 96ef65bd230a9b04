package history

import (
	"slices"
	"strings"

	"sportello/mailin/internal/wording"
)

// decide says which segments are dropped; false: the text stands as it is.
func (t *trimming) decide() bool {
	first := slices.IndexFunc(t.segs, func(s segment) bool { return !s.quote })
	mark := t.lastMark()
	if first < 0 {
		if !t.history && mark < 0 && t.letter == 0 {
			return false // a quotation that nothing announces is all there is
		}
		for i := range t.segs {
			t.segs[i].drop = true
		}
		return true
	}
	last := t.ownBefore(len(t.segs))
	if last > first {
		before := t.ownBefore(last)
		name := before == first && last-first == 2 && t.segs[last-1].marked && t.nameOnly(t.segs[last])
		if name || t.closingOnly(t.segs[last]) {
			t.segs[last].sign = true
			last = before
		}
	}
	shown := t.announced(t.segs[last])
	for i := range t.segs {
		s := &t.segs[i]
		switch {
		case !s.quote:
		case i < first:
			s.drop = s.marked || s.whole || s.excerpt
		case s.whole && i < last:
			s.drop = true
		case i > last: // above announced history the sender quotes himself
			s.drop = s.marked || s.whole || s.excerpt || i > mark && !shown && len(t.known.Letters) == 0
		}
	}
	if at, only := t.onlyQuote(first, last); only && t.segs[at].marked && !t.segs[at].excerpt && !t.introduces(t.segs[first]) {
		t.segs[at].drop = true
	}
	return true
}

// lastMark is the last quotation that a mark announces, past the end when
// unquoted history follows, -1 when there is none.
func (t *trimming) lastMark() int {
	if t.end < len(t.lines) {
		return len(t.segs)
	}
	for i := len(t.segs) - 1; i >= 0; i-- {
		if t.segs[i].marked {
			return i
		}
	}
	return -1
}

// onlyQuote finds the quotation between two segments, if it is the only one.
func (t *trimming) onlyQuote(first, last int) (at int, only bool) {
	n := 0
	for i := first; i < last; i++ {
		if t.segs[i].quote {
			n, at = n+1, i
		}
	}
	return at, n == 1
}

// ownBefore returns the last segment of own text before segment i.
func (t *trimming) ownBefore(i int) int {
	for i--; i > 0 && t.segs[i].quote; i-- {
	}
	return i
}

// closingOnly tells whether all of a segment is signature, as where a client
// puts it below the history.
func (t *trimming) closingOnly(s segment) bool {
	cut, end := t.signature(s.from, s.to)
	return end == s.to && len(inked(t.lines, s.from, cut)) == 0
}

// nameOnly tells whether a segment below the history is a full name, with
// ways to reach it or without: a signature that nothing announces.
func (t *trimming) nameOnly(s segment) bool {
	at := inked(t.lines, s.from, s.to)
	return len(at) < 10 && nameBlock(t.lines, at)
}

// introduces tells whether the text above a quotation only leads to the
// answers below it ("Buongiorno, rispondo sotto.").
func (t *trimming) introduces(s segment) bool {
	at := inked(t.lines, s.from, s.to)
	if t.announces(s.from, s.to) {
		return true
	}
	if len(at) != 1 {
		return false
	}
	last := t.lines[at[0]].low
	return len(last) < 60 && (strings.HasSuffix(last, ":") || strings.HasSuffix(last, ",") || wording.Begins(last, greetings) && words(last) <= 4)
}

// announced tells whether own text ends with a colon: the quoted lines below
// it, which no mark announces, are something the sender shows.
func (t *trimming) announced(s segment) bool {
	at := inked(t.lines, s.from, s.to)
	return strings.HasSuffix(t.lines[at[len(at)-1]].s, ":")
}

// collect joins what stays, the signature of every run told apart, and lists
// the rest.
func (t *trimming) collect() Reading {
	var kept, sign []textLine
	for i, s := range t.segs {
		if s.drop {
			for j := s.from; j < s.to; j++ {
				t.marked[j] = s.marked
			}
			continue
		}
		from, to := s.from, s.to
		if i > 0 && !t.segs[i-1].drop {
			from = t.segs[i-1].to
		}
		cut, end := to, to
		if s.sign {
			cut = s.from
		} else if !s.quote && (i+1 == len(t.segs) || t.segs[i+1].drop) {
			cut, end = t.signature(s.from, to)
		}
		t.keep(from, to)
		t.set(cut, end, classMark, WhySignature)
		for j := cut; j < end; j++ {
			if appFooter(&t.lines[j]) || disclaimer(&t.lines[j]) {
				t.why[j] = WhyFooter
			}
		}
		if i > 0 && t.segs[i-1].drop && len(kept) > 0 { // one empty line where something was taken out
			kept = append(trimBlank(kept), textLine{})
			for from < cut && t.lines[from].blank() {
				from++
			}
		}
		kept = t.appendKept(kept, from, cut)
		kept = t.appendKept(kept, end, to)
		sign = append(sign, t.lines[cut:end]...)
	}
	for len(kept) > 0 && (kept[len(kept)-1].blank() && kept[len(kept)-1].depth == 0 || trailingDelimiter(kept[len(kept)-1].s)) {
		kept = kept[:len(kept)-1]
	}
	return Reading{Reply: joinLines(kept), Signature: joinLines(sign), Aside: t.aside()}
}

// keep makes lines [from, to) own text, but for the desk's words among them.
func (t *trimming) keep(from, to int) {
	for i := from; i < to; i++ {
		if t.desk != nil && t.desk[i] && t.class[i] != classOwn {
			t.set(i, i+1, classQuote, WhyOurs)
		} else {
			t.set(i, i+1, classOwn, 0)
		}
	}
}

// appendKept appends those of lines [from, to) that keep made own text.
func (t *trimming) appendKept(kept []textLine, from, to int) []textLine {
	for i := from; i < to; i++ {
		if t.why[i] != WhyOurs {
			kept = append(kept, t.lines[i])
		}
	}
	return kept
}

// trimBlank leaves out the empty lines at the end of ls.
func trimBlank(ls []textLine) []textLine {
	for len(ls) > 0 && ls[len(ls)-1].blank() && ls[len(ls)-1].depth == 0 {
		ls = ls[:len(ls)-1]
	}
	return ls
}

// joinLines joins lines as they came, without the empty ones at both ends.
func joinLines(ls []textLine) string {
	for len(ls) > 0 && ls[0].blank() && ls[0].depth == 0 {
		ls = ls[1:]
	}
	ls = trimBlank(ls)
	n := 0
	for _, l := range ls {
		n += len(l.raw) + 1
	}
	var b strings.Builder
	b.Grow(n)
	for i, l := range ls {
		if i > 0 && !l.halves(ls[i-1]) {
			b.WriteByte('\n')
		}
		b.WriteString(l.raw)
	}
	return b.String()
}
