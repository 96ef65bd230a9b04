package history

import (
	"bytes"
	"strings"
)

// told are the places in a letter, in its letters and digits, of the messages
// that it tells.
func (l *Letter) told(letter []byte) (places [][2]int) {
	for _, text := range l.Told {
		s := &stream{at: []int{0}}
		s.add(text)
		if i := bytes.Index(letter, s.b); i >= 0 && len(s.b) > 0 {
			places = append(places, [2]int{i, i + len(s.b)})
		}
	}
	return places
}

// desks tells whether what was copied to c is none of the messages at places.
func (c copied) desks(places [][2]int) bool {
	for _, p := range places {
		if c.from < p[1] && p[0] < c.to {
			return false
		}
	}
	return true
}

// undesk sets aside what a reply quotes of the desk's own words between the
// answers: of such a letter only the messages that it tells are quoted to anybody.
func (t *trimming) undesk() {
	if t.desk == nil {
		return
	}
	for i := range t.segs {
		s := &t.segs[i]
		if !s.quote || s.drop {
			continue
		}
		kept := false
		for j, gone := s.from, false; j < s.to; j++ {
			gone = t.class[j] != classOwn && t.ofDesk(j, s.to, gone)
			t.desk[j] = gone
			kept = kept || !gone && strings.ContainsFunc(t.lines[j].s, says)
		}
		s.drop = !kept
	}
}

// ofDesk tells whether quoted line i is the desk's: by its words, or by those
// around it where it has none of any letter. gone: the line above is.
func (t *trimming) ofDesk(i, to int, gone bool) bool {
	switch {
	case t.copies[i].found > 0 && t.copy[i] != copyNone:
		return t.desk[i]
	case !gone:
		return false
	}
	for j := i + 1; j < to && strings.ContainsFunc(t.lines[i].s, says); j++ {
		if t.copies[j].found > 0 && t.copy[j] != copyNone {
			return t.desk[j]
		}
	}
	return true
}
