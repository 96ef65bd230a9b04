package history

import "strings"

// lineClass is what one line is taken for.
type lineClass byte

const (
	classOwn   lineClass = iota // written this time, empty lines included
	classQuote                  // quoted, with the empty lines inside the quotation
	classMark                   // announces history: attribution, delimiter, header of the old mail; or a server's banner
)

// segment is a run of lines of one sort: own text, or a quotation together
// with the mark that announces it.
type segment struct {
	from, to int // lines [from, to)
	quote    bool
	marked   bool // of a quotation: a mark announces it
	whole    bool // of a quotation: a letter of ours, nearly all of it
	excerpt  bool // of a quotation: a part of a letter of ours
	drop     bool // stands neither in reply nor in signature
	sign     bool // all of it is signature
}

// trimming is the work of one Read.
type trimming struct {
	known   Known
	facts   *facts          // by knownFacts
	own     map[string]bool // by ownWords
	lines   []textLine
	signs   []bool // of lines with which a signature begins: the HTML says so; nil: none
	past    int    // from here on all is quoted in the HTML
	class   []lineClass
	why     []Why  // of lines that are no own text
	marked  []bool // of quoted lines: a mark announces them
	copies  []copied
	copy    []copyState
	letter  int  // bytes of the longest letter that something was copied from
	end     int  // lines from here on are unquoted history
	history bool // some line was told to be history by a mark
	segs    []segment
}

// set makes lines [from, to) what they are.
func (t *trimming) set(from, to int, c lineClass, w Why) {
	for i := from; i < to; i++ {
		t.class[i], t.why[i] = c, w
	}
}

// classify gives every line its class and finds where unquoted history begins.
func (t *trimming) classify() {
	ls := t.lines
	t.end = len(ls)
	own := false    // something was written before this line
	inline := false // and it says that answers stand further down
	fresh := 0      // lines of the quotation so far
	for i := 0; i < len(ls); {
		l := &ls[i]
		switch {
		case t.class[i] != classOwn:
			t.history = true
			i++
			continue
		case l.blank() && l.depth == 0:
			i++
			continue
		case i == t.past && l.depth == 0 && t.letter == 0:
			t.set(i, len(ls), classQuote, WhyHistory)
			t.end, t.history = i, true
			return
		case t.copied(i):
			t.set(i, i+1, classQuote, WhyOurs)
			i++
			continue
		case l.depth > 0 && !t.answers(i):
			if fresh++; fresh <= 3 {
				if end, kind := markAt(ls, i); end > i {
					t.set(i, end, classMark, kind.why())
					i = end
					continue
				}
			}
			t.set(i, i+1, classQuote, WhyQuoted)
			i++
			continue
		case l.depth == 0 && t.strayQuote(i):
			t.set(i, i+1, classQuote, WhyQuoted)
			i++
			continue
		}
		fresh = 0
		if !own && banner(l.s) {
			t.set(i, i+1, classMark, WhyBanner)
			i++
			continue
		}
		end, kind := markAt(ls, i)
		if end == i {
			end, kind = t.markByFacts(i)
		}
		if end == i || !own && !kind.opens(ls[i:end]) && !(kind == markAbove && t.history) {
			own = own || !delimiterLine(l.s)
			i++
			continue
		}
		next := end
		for next < len(ls) && ls[next].blank() && ls[next].depth == 0 {
			next++
		}
		quoted := next < len(ls) && (ls[next].depth > 0 || t.copy[next] != copyNone) && kind != markAbove
		if inline = inline || own && !quoted && t.announces(0, i); inline && !quoted {
			i = end
			continue
		}
		t.history = true
		if ours := t.nextCopy(end); !quoted && ours < len(ls) && kind != markAbove {
			t.set(i, end, classMark, kind.why())
			if i = ours; !t.ofLetter(end, ours) {
				t.set(end, ours, classQuote, WhyHistory)
			} else {
				i = end
			}
			continue
		}
		if !quoted && (own || kind != markAttribution) { // below an attribution at the top anything may stand
			t.set(i, end, classMark, kind.why())
			t.set(end, len(ls), classQuote, WhyHistory)
			t.end = i
			return
		}
		t.set(i, end, classMark, kind.why())
		i = end
	}
}

// announces tells whether one of the own lines [from, to) says that answers
// stand further down.
func (t *trimming) announces(from, to int) bool {
	for i := from; i < to; i++ {
		if t.class[i] == classOwn && announcesAnswers(t.lines[i].s) {
			return true
		}
	}
	return false
}

// strayQuote tells whether line i is the rest of a quoted line that a gateway
// broke: it stands between quoted lines and is the tail of a link.
func (t *trimming) strayQuote(i int) bool {
	ls := t.lines
	if i == 0 || i+1 >= len(ls) || ls[i-1].depth == 0 || ls[i+1].depth == 0 {
		return false
	}
	s := ls[i].s
	return strings.HasPrefix(s, "(http") || strings.HasPrefix(s, "<http") || strings.HasPrefix(s, "http") ||
		strings.HasSuffix(s, ")") && !strings.Contains(s, "(") && !strings.Contains(s, " ")
}

// segment joins the lines before t.end into runs. Empty lines between two
// lines of one quotation belong to it, all others to own text. A mark outside
// begins a quotation of its own.
func (t *trimming) segment() {
	for i := 0; i < t.end; {
		if t.class[i] == classOwn {
			s := segment{from: i}
			content := false
			for i < t.end && t.class[i] == classOwn {
				content = content || !t.lines[i].blank()
				i++
			}
			s.to = i
			if content {
				t.segs = append(t.segs, s)
			}
			continue
		}
		s := segment{from: i, quote: true}
		last, quoted := i, false
		for j := i; j < t.end && (t.class[j] != classOwn || t.lines[j].blank()); j++ {
			if quoted && t.class[j] == classMark && t.lines[j].depth == 0 {
				break // history after something the sender quotes himself
			}
			if t.class[j] != classOwn {
				quoted = quoted || t.class[j] == classQuote
				last = j
				s.marked = s.marked || t.class[j] == classMark
			}
		}
		i = last + 1
		s.to = i
		s.whole, s.excerpt = t.share(s.from, s.to)
		t.segs = append(t.segs, s)
	}
}
