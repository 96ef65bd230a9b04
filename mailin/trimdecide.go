package mailin

import "strings"

// decide says which segments are dropped; false: the text stands as it is.
func (t *trimming) decide() bool {
	first, last := -1, -1
	for i, s := range t.segs {
		if !s.quote {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		if !t.history && !t.anyMarked() {
			return false // a quotation that nothing announces is all there is
		}
		for i := range t.segs {
			t.segs[i].drop = true
		}
		return true
	}
	if last > first {
		before := t.ownBefore(last)
		name := before == first && last-first == 2 && t.segs[last-1].marked && t.nameOnly(t.segs[last])
		if name || t.closingOnly(t.segs[last]) {
			t.segs[last].sign = true
			last = before
		}
	}
	for i := range t.segs {
		s := &t.segs[i]
		switch {
		case !s.quote:
		case i < first:
			s.drop = s.marked
		case i > last:
			s.drop = s.marked || !t.markedAfter(i) && !t.announced(t.segs[last])
		}
	}
	quotes, at := 0, 0
	for i := first; i < last; i++ {
		if t.segs[i].quote {
			quotes, at = quotes+1, i
		}
	}
	if quotes == 1 && t.segs[at].marked && !t.introduces(t.segs[first]) {
		t.segs[at].drop = true
	}
	return true
}

func (t *trimming) anyMarked() bool { return t.markedAfter(-1) }

// markedAfter tells whether history that a mark announces comes after segment
// i: a quotation before it is the sender's own.
func (t *trimming) markedAfter(i int) bool {
	for _, s := range t.segs[i+1:] {
		if s.marked {
			return true
		}
	}
	return i >= 0 && t.end < len(t.lines)
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
	cut := signatureCut(t.lines, s.from, s.to)
	for i := s.from; i < cut; i++ {
		if !t.lines[i].blank() {
			return false
		}
	}
	return true
}

// nameOnly tells whether a segment below the history is a full name, with
// ways to reach it or without: a signature that nothing announces.
func (t *trimming) nameOnly(s segment) bool {
	var at []int
	for i := s.from; i < s.to && len(at) < 10; i++ {
		if !t.lines[i].blank() {
			if sentence(t.lines[i].s) {
				return false
			}
			at = append(at, i)
		}
	}
	if len(at) == 0 || len(at) == 10 {
		return false
	}
	first := t.lines[at[0]].s
	return len(at) == 1 && fullName(first) || nameLike(first) && anyContact(t.lines, at)
}

// introduces tells whether the text above a quotation only leads to the
// answers below it ("Buongiorno, rispondo sotto.").
func (t *trimming) introduces(s segment) bool {
	var last string
	n := 0
	for i := s.from; i < s.to; i++ {
		if l := t.lines[i].s; l != "" {
			last = l
			n++
		}
	}
	return t.announces(s.from, s.to) || n == 1 && len(last) < 60 &&
		(strings.HasSuffix(last, ":") || strings.HasSuffix(last, ",") || hasAnyPrefix(strings.ToLower(last), greetings) && len(strings.Fields(last)) <= 4)
}

// announced tells whether own text ends with a colon: the quoted lines below
// it, which no mark announces, are something the sender shows.
func (t *trimming) announced(s segment) bool {
	for i := s.to - 1; i >= s.from; i-- {
		if l := t.lines[i].s; l != "" {
			return strings.HasSuffix(l, ":")
		}
	}
	return false
}

// collect joins what stays, the signature of every run told apart.
func (t *trimming) collect() (reply, signature string) {
	var kept, sign []textLine
	for i, s := range t.segs {
		if s.drop {
			continue
		}
		from, to := s.from, s.to
		if i > 0 && !t.segs[i-1].drop {
			from = t.segs[i-1].to
		}
		cut := to
		if s.sign {
			cut = s.from
		} else if !s.quote && (i+1 == len(t.segs) || t.segs[i+1].drop) {
			cut = signatureCut(t.lines, s.from, to)
		}
		kept = append(kept, t.lines[from:cut]...)
		sign = append(sign, t.lines[cut:to]...)
	}
	for len(kept) > 0 && (kept[len(kept)-1].blank() && kept[len(kept)-1].depth == 0 || trailingDelimiter(kept[len(kept)-1].s)) {
		kept = kept[:len(kept)-1]
	}
	return joinLines(kept), joinLines(sign)
}

// joinLines joins lines as they came, without the empty ones at both ends.
func joinLines(ls []textLine) string {
	for len(ls) > 0 && ls[0].blank() && ls[0].depth == 0 {
		ls = ls[1:]
	}
	for len(ls) > 0 && ls[len(ls)-1].blank() && ls[len(ls)-1].depth == 0 {
		ls = ls[:len(ls)-1]
	}
	n := 0
	for _, l := range ls {
		n += len(l.raw) + 1
	}
	var b strings.Builder
	b.Grow(n)
	for i, l := range ls {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(l.raw)
	}
	return b.String()
}
