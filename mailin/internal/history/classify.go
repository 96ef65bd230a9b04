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
	desk    []bool // of lines copied from a letter: the desk's own words; nil: no letter has any
	letter  int    // bytes of the longest letter that something was copied from
	end     int    // lines from here on are unquoted history
	history bool   // some line was told to be history by a mark
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
	t.end = len(t.lines)
	c := classifier{trimming: t}
	for i := 0; i < len(t.lines); {
		next := c.plain(i)
		if next == i {
			c.fresh = 0
			next = c.marked(i)
		}
		i = next
	}
}

// classifier walks the lines of a trimming.
type classifier struct {
	*trimming
	own    bool // something was written before this line
	inline bool // and it says that answers stand further down
	fresh  int  // lines of the quotation so far
}

// plain takes line i for what it is by itself or by the letter, and answers the
// next line; i when only a mark can tell.
func (c *classifier) plain(i int) int {
	l := &c.lines[i]
	switch {
	case c.class[i] != classOwn:
		c.history = true
	case l.blank() && l.depth == 0:
	case i == c.past && l.depth == 0 && c.letter == 0:
		return c.endAt(i, i)
	case c.copied(i):
		c.set(i, i+1, classQuote, WhyOurs)
	case l.depth > 0 && !c.answers(i):
		return c.quoted(i)
	case l.depth == 0 && c.strayQuote(i):
		c.set(i, i+1, classQuote, WhyQuoted)
	case !c.own && banner(l.low, c.known.Address):
		c.set(i, i+1, classMark, WhyBanner)
	default:
		return i
	}
	return i + 1
}

// quoted takes in a line behind quote marks; a mark may be among the first ones.
func (c *classifier) quoted(i int) int {
	if c.fresh++; c.fresh <= 3 {
		if end, kind := markAt(c.lines, i); end > i {
			c.set(i, end, classMark, kind.why())
			return end
		}
	}
	c.set(i, i+1, classQuote, WhyQuoted)
	return i + 1
}

// endAt takes all from line i on for unquoted history, which begins at line
// from, behind its mark.
func (c *classifier) endAt(i, from int) int {
	c.set(from, len(c.lines), classQuote, WhyHistory)
	c.end, c.history = i, true
	return len(c.lines)
}

// marked reads line i as own text, or as a mark with the history that it announces.
func (c *classifier) marked(i int) int {
	ls := c.lines
	end, kind := markAt(ls, i)
	if end == i {
		end, kind = c.markByFacts(i)
	}
	if end == i || !c.own && !kind.opens(ls[i:end]) && !(kind == markAbove && c.history) {
		c.own = c.own || !delimiterLine(ls[i].s)
		return i + 1
	}
	next := end
	for next < len(ls) && ls[next].blank() && ls[next].depth == 0 {
		next++
	}
	quoted := next < len(ls) && (ls[next].depth > 0 || c.copy[next] != copyNone) && kind != markAbove
	if c.inline = c.inline || c.own && !quoted && c.announces(0, i); c.inline && !quoted {
		return end
	}
	c.history = true
	c.set(i, end, classMark, kind.why())
	switch ours := c.nextCopy(end); {
	case !quoted && ours < len(ls) && kind != markAbove && c.ofLetter(end, ours):
	case !quoted && ours < len(ls) && kind != markAbove:
		c.set(end, ours, classQuote, WhyHistory)
		return ours
	case !quoted && (c.own || kind != markAttribution): // below an attribution at the top anything may stand
		return c.endAt(i, end)
	}
	return end
}

// announces tells whether one of the own lines [from, to) says that answers
// stand further down.
func (t *trimming) announces(from, to int) bool {
	for i := from; i < to; i++ {
		if t.class[i] == classOwn && announcesAnswers(t.lines[i].low) {
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
