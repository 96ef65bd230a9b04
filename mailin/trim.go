package mailin

import (
	"strings"
	"unicode"
)

// trim tells what the sender wrote this time from history and signature. Both
// answers are made of whole lines of text in their order; history is in
// neither. Answers written between quoted lines stay whole, with the quoted
// lines between them; a forwarded mail is history; when nothing else was
// written reply is empty. When in doubt a line stays in reply.
func trim(text string) (reply, signature string) {
	if strings.Count(text, "\n") > maxTrimLines {
		return text, ""
	}
	t := trimming{lines: splitLines(text)}
	t.classify()
	t.segment()
	if !t.decide() {
		return joinLines(t.lines), ""
	}
	return t.collect()
}

// maxTrimLines is how long a mail is looked at: nobody writes more, and every
// line costs memory.
const maxTrimLines = 50_000

// textLine is one line as it came and as it is compared.
type textLine struct {
	raw   string
	s     string // without quote marks, outer white space and invisible characters
	depth int    // of quotation: the number of ">" before it
	hard  bool   // an empty line that holds a no-break space: Outlook's empty paragraph
}

func (l *textLine) blank() bool { return l.s == "" }

// splitLines cuts text into lines, which end with LF.
func splitLines(text string) []textLine {
	lines := make([]textLine, 0, strings.Count(text, "\n")+1)
	for raw := range strings.SplitSeq(text, "\n") {
		l := textLine{raw: raw, s: strings.TrimFunc(raw, invisible)}
		for strings.HasPrefix(l.s, ">") {
			l.s = strings.TrimLeftFunc(l.s[1:], invisible)
			l.depth++
		}
		l.hard = l.s == "" && strings.Contains(raw, "\u00a0")
		lines = append(lines, l)
	}
	return lines
}

// invisible tells white space and the marks that mail clients put around it.
func invisible(c rune) bool {
	switch {
	case c < 0x80:
		return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'
	case c == '\ufeff', c >= '\u200b' && c <= '\u200f', c >= '\u202a' && c <= '\u202e', c >= '\u2066' && c <= '\u2069':
		return true
	}
	return unicode.IsSpace(c)
}

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
	drop     bool // stands neither in reply nor in signature
	sign     bool // all of it is signature
}

// trimming is the work of one trim.
type trimming struct {
	lines   []textLine
	class   []lineClass
	end     int  // lines from here on are unquoted history
	history bool // some line was told to be history by a mark
	segs    []segment
}

// classify gives every line its class and finds where unquoted history begins.
func (t *trimming) classify() {
	ls := t.lines
	t.class = make([]lineClass, len(ls))
	t.end = len(ls)
	own := false    // something was written before this line
	inline := false // and it says that answers stand further down
	fresh := 0      // lines of the quotation so far
	for i := 0; i < len(ls); {
		l := &ls[i]
		if l.blank() && l.depth == 0 {
			i++
			continue
		}
		if l.depth > 0 {
			t.class[i] = classQuote
			if fresh++; fresh <= 3 {
				if end, _ := markAt(ls, i); end > i {
					for ; i < end; i++ {
						t.class[i] = classMark
					}
					continue
				}
			}
			i++
			continue
		}
		if t.strayQuote(i) {
			t.class[i] = classQuote
			i++
			continue
		}
		fresh = 0
		if !own && banner(l.s) {
			t.class[i] = classMark
			i++
			continue
		}
		end, kind := markAt(ls, i)
		if end == i || !own && !kind.opens(ls[i:end]) && !(kind == markAbove && t.history) {
			own = own || !delimiterLine(l.s)
			i++
			continue
		}
		next := end
		for next < len(ls) && ls[next].blank() && ls[next].depth == 0 {
			next++
		}
		quoted := next < len(ls) && ls[next].depth > 0 && kind != markAbove
		if inline = inline || own && !quoted && t.announces(0, i); inline && !quoted {
			i = end
			continue
		}
		t.history = true
		if !quoted && (own || kind != markAttribution) { // below an attribution at the top anything may stand
			t.end = i
			return
		}
		for ; i < end; i++ {
			t.class[i] = classMark
		}
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
		t.segs = append(t.segs, s)
	}
}
