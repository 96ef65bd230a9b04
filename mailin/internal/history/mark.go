package history

import (
	"strings"

	"sportello/mailin/internal/wording"
)

// markKind is how history is announced.
type markKind int

const (
	markNone        markKind = iota
	markAttribution          // "On Monday, Anna wrote:"
	markDelimiter            // "-----Original Message-----"
	markHeader               // "From: … Sent: … Subject: …" of the old mail
	markAbove                // "## Please type your reply above this line ##"
)

// why is the reason for which the lines of such a mark are set aside.
func (k markKind) why() Why {
	if k == markAttribution {
		return WhyAttribution
	}
	return WhyHeader
}

// opens tells whether a mark of kind k counts when nothing was written before
// it. A header then needs a date, or it is a form that a web site filled in.
func (k markKind) opens(ls []textLine) bool {
	switch k {
	case markAbove:
		return false
	case markHeader:
		h := headerOf(ls)
		return h.has[fieldDate] && h.has[fieldFrom] && h.kinds() >= 3
	}
	return true
}

// markAt reads the mark that begins at line i. end is the line after it, i
// when there is none.
func markAt(ls []textLine, i int) (end int, kind markKind) {
	s := ls[i].s
	if len(s) > 1000 {
		return i, markNone
	}
	switch {
	case delimiter(&ls[i]):
		next := skipBlank(ls, i+1, 2)
		if end := headerAt(ls, next, true); end > next {
			return end, markDelimiter
		}
		if next < len(ls) {
			if end := attributionAt(ls, next); end > next { // Proton writes both
				return end, markDelimiter
			}
		}
		return i + 1, markDelimiter
	case replyAbove(ls[i].low, i > 0 && delimiterLine(ls[i-1].s)):
		return i + 1, markAbove
	case len(s) >= 3 && frame(s):
		next := skipBlank(ls, i+1, 2)
		first := headerOf(ls[next:min(next+1, len(ls))])
		ruled := len(s) >= 20 && delimiterLine(s) && first.has[fieldFrom] // Outlook's rule: one field is enough
		if end := headerAt(ls, next, ruled); end > next {
			return end, markHeader
		}
	}
	if end := headerAt(ls, i, false); end > i {
		return end, markHeader
	}
	if end := notesHeaderAt(ls, i); end > i {
		return end, markHeader
	}
	if end := attributionAt(ls, i); end > i {
		return end, markAttribution
	}
	return i, markNone
}

// skipBlank returns the first line from i on that is not empty, looking at
// most n lines further.
func skipBlank(ls []textLine, i, n int) int {
	for ; n > 0 && i < len(ls) && ls[i].blank(); n-- {
		i++
	}
	return i
}

// delimiterLine tells a line of dashes and their like, without any word.
func delimiterLine(s string) bool {
	if len(s) < 2 {
		return false
	}
	for _, c := range s {
		if !strings.ContainsRune("-_=*#~+—–.", c) {
			return false
		}
	}
	return true
}

// trailingDelimiter tells a line that says nothing at the end of a text.
func trailingDelimiter(s string) bool {
	return s == "ᐧ" || delimiterLine(s) && !strings.HasPrefix(s, ".") && s != "++"
}

// delimiter tells the line that mail programs put before the mail that was
// answered or forwarded: "-----Messaggio originale-----".
func delimiter(l *textLine) bool {
	s := l.low
	if len(s) > 600 || s == "" || wording.IsLetter(s[0]) && s[len(s)-1] != ':' {
		return false
	}
	rest := strings.TrimLeft(s, delimiterRunes)
	left := len(s) - len(rest)
	core := strings.TrimRight(rest, delimiterRunes)
	right := len(rest) - len(core)
	if i := strings.Index(rest, "--"); i > 0 && left >= 2 { // the header goes on behind it
		core, right = strings.TrimSpace(rest[:i]), 2
	}
	low := strings.TrimSuffix(core, ":")
	switch {
	case left >= 2 && right >= 2, left >= 4:
		return oldMail(low)
	case strings.HasSuffix(core, ":"):
		return wording.Begins(low, forwardOpeners) && oldMail(low) && len(strings.Fields(low)) <= 6
	}
	return false
}

// oldMail tells a few words that mean the mail below.
func oldMail(low string) bool {
	if words(low) > 16 {
		return false
	}
	for _, w := range oldMailWords {
		if i := strings.Index(low, w); i == 0 || i > 0 && (low[i-1] == ' ' || low[i-1] == '-' || low[i-1] == '\'' || low[i-1] == 0x99) || i > 0 && w[0] >= 0x80 {
			return true
		}
	}
	return false
}

const delimiterRunes = "-_=*#~+—–>< \t\u00a0"

// replyAbove tells the line above which a ticket system asks to write.
func replyAbove(low string, afterRule bool) bool {
	s := low
	if len(s) > 150 || len(s) < 10 {
		return false
	}
	framed := afterRule || strings.ContainsAny(s[:1], "-#=*_~[") || strings.HasPrefix(s, "—") || strings.HasPrefix(s, "–")
	return framed && wording.Has(low, aboveWords) && wording.Has(low, replyWords) && wording.Has(low, lineWords)
}

// banner tells the line that a receiving server puts above the text of a mail
// from address: nobody wrote it.
func banner(low, address string) bool {
	if len(low) < 20 || len(low) > 600 || !wording.Has(low, mailWords) {
		return false
	}
	warns := wording.Begins(strings.TrimLeft(low, "[*!⚠ "), warnWords) && wording.Has(low, outsideWords)
	return warns || address != "" && strings.Contains(low, address) && wording.Has(low, rareWords)
}

// headerBlock is which fields of an old mail's header were seen.
type headerBlock struct {
	has [fieldOther + 1]bool
	at  bool // an address
}

// mark takes in a field that stands in a line.
func (h *headerBlock) mark(f headerField, low string) {
	h.has[f] = true
	h.at = h.at || strings.Contains(low, "@")
}

// headerOf is the block of the fields among ls.
func headerOf(ls []textLine) headerBlock {
	var h headerBlock
	for i := range ls {
		if f, ok := headerLabel(ls[i].low); ok {
			h.mark(f, ls[i].low)
		}
	}
	return h
}

// kinds counts the fields of the four sorts that every header has.
func (h *headerBlock) kinds() int {
	n := 0
	for _, b := range h.has[fieldFrom:fieldOther] {
		if b {
			n++
		}
	}
	return n
}

// enough tells whether this is the header of a mail and not a list of facts.
func (h *headerBlock) enough() bool {
	from, to, date, subject := h.has[fieldFrom], h.has[fieldTo], h.has[fieldDate], h.has[fieldSubject]
	switch {
	case from && date:
		return h.at || h.kinds() > 2
	case from && subject, date && to:
		return h.at || to && subject
	}
	return from && to && h.at
}

// headerLabel reads the name before the colon of a header line in the
// languages that mail programs speak. Marks of bold type do not count.
func headerLabel(low string) (headerField, bool) {
	s := strings.TrimLeft(low, "*_ ")
	colon := strings.IndexByte(s, ':')
	if colon < 1 || colon > 32 {
		return 0, false
	}
	f, ok := headerFields[strings.TrimFunc(s[:colon], labelFringe)]
	return f, ok
}

func labelFringe(c rune) bool { return c == '*' || c == '_' || invisible(c) }

// bareLabel reads a header line without colon, as eM Client writes it:
// `Da "Anna" <anna@example.it>`.
func bareLabel(low string) (headerField, bool) {
	word, rest, ok := strings.Cut(low, " ")
	if !ok || rest == "" {
		return 0, false
	}
	f, ok := headerFields[word]
	return f, ok
}

// headerAt returns the line after the header of an old mail that begins at
// line i, or i. loose: a delimiter stands before it, any field will do.
func headerAt(ls []textLine, i int, loose bool) int {
	if i >= len(ls) {
		return i
	}
	var h headerBlock
	depth := ls[i].depth
	end, fields, odd := i, 0, 0
	for j := i; j < len(ls) && j < i+40; j++ {
		l := &ls[j]
		if l.depth != depth && !(l.blank() && l.depth < depth) {
			break
		}
		if l.blank() {
			k := skipBlank(ls, j+1, 1)
			if k >= len(ls) || fields == 0 || ls[k].depth != depth {
				break
			}
			if _, ok := headerLabel(ls[k].low); !ok || h.kinds() >= 4 {
				break
			}
			continue
		}
		label, ok := headerLabel(l.low)
		if !ok && loose {
			label, ok = bareLabel(l.low)
		}
		if !ok {
			if fields == 0 {
				return i
			}
			if odd++; odd > 3 {
				break
			}
			continue
		}
		h.mark(label, l.low)
		fields, odd, end = fields+1, 0, j+1
	}
	if end == i || !loose && (!h.enough() || rawHeader(ls, i, end)) {
		return i
	}
	return end
}

// rawHeader tells whether the header ls[i:end] is one that the sender shows as
// servers wrote it, with its Received and MIME fields: no program quotes those.
func rawHeader(ls []textLine, i, end int) bool {
	from := i
	for from > 0 && i-from < 20 && !ls[from-1].blank() {
		from--
	}
	for _, l := range ls[from:end] {
		name, _, ok := strings.Cut(l.low, ":")
		if ok && (rawFields[name] || strings.HasPrefix(name, "x-") && !strings.Contains(name, " ")) {
			return true
		}
	}
	return false
}

// notesHeaderAt reads the header that Lotus Notes puts over the old mail: the
// sender, below it the date, below that "To" alone on its line.
func notesHeaderAt(ls []textLine, i int) int {
	if !strings.Contains(ls[i].s, "@") && !strings.Contains(ls[i].s, "/") || i+2 >= len(ls) {
		return i
	}
	date := ls[i+1].s
	if date == "" || date[0] < '0' || date[0] > '9' || !hasDate(date) || len(date) > 60 {
		return i
	}
	seen, end := 0, i
	for j := i + 2; j < len(ls) && j < i+16; j++ {
		if _, ok := headerFields[strings.TrimSuffix(ls[j].low, ":")]; ok {
			seen, end = seen+1, j+1
		}
	}
	if seen < 2 {
		return i
	}
	return end
}
