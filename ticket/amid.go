package ticket

import (
	"slices"
	"strings"
)

// maxAbove is how many quoted lines stand above an answer, maxTheirs how much of
// a thread they are looked for in, in bytes.
const maxAbove, maxTheirs = 3, 64 << 10

// amid is written, the new text of m, as its writer saw it: each answer that
// stands between quoted lines has those of quotable above it that it answers.
// What else was quoted is not repeated.
func amid(m *Inbound, written string, quotable func() (string, error)) (string, error) {
	p := passagesOf(m)
	if !slices.Contains(p.kinds, lineAnswering) {
		return written, nil
	}
	text, err := quotable()
	if err != nil {
		return "", err
	}
	return p.over(written, joinWords(text)), nil
}

// theirs is what t's people wrote: of what a technician quotes the customer sees
// his own words again, and nothing of the desk's letter around them.
func (w *work) theirs(t *Ticket) (string, error) {
	return w.said(t, func(msg *Message) string {
		if msg.Kind == MessageRequest && t.number(msg.From.Address) >= 0 {
			return msg.Text
		}
		return ""
	})
}

// ours is what the desk's letters on t say, without their feet: who answers below
// a whole letter answers none of its facts.
func (w *work) ours(t *Ticket) (string, error) {
	return w.said(t, func(msg *Message) string {
		if msg.NoticeID == 0 {
			return ""
		}
		l, err := w.tx.Letter(msg.NoticeID)
		if err != nil {
			return "" // not written yet, or erased
		}
		return aboveRule(l.Text)
	})
}

// said joins what words tells of t's messages, the last ones first.
func (w *work) said(t *Ticket, words func(*Message) string) (string, error) {
	msgs, err := w.tx.Messages(t.ID)
	if err != nil {
		return "", err
	}
	var all strings.Builder
	for _, msg := range slices.Backward(msgs) {
		if all.Len() >= maxTheirs {
			break
		}
		all.WriteString(words(msg) + "\n")
	}
	return all.String(), nil
}

// aboveRule is text up to the last line that is a rule, which the facts of a
// letter stand below.
func aboveRule(text string) string {
	for rest := text; ; {
		i := strings.LastIndexByte(rest, '\n')
		if line := rest[i+1:]; len(line) >= minRule && strings.Trim(line, "-") == "" {
			return rest[:i+1]
		}
		if i < 0 {
			return text
		}
		rest = rest[:i]
	}
}

const minRule = 20

// passages are the lines of a text without their marks of quotation, each with
// what it is.
type passages struct {
	lines []string
	kinds []passage
}

type passage int

const (
	lineWritten   passage = iota + 1
	lineAnswering         // written, the first line below quoted ones
	lineQuoted
	lineApart // of the signature or a footer
	lineBlank
)

// passagesOf reads m.
func passagesOf(m *Inbound) passages {
	aside := map[int]passage{}
	for _, a := range m.Aside {
		aside[a.Line] = lineQuoted
		if a.hers() {
			aside[a.Line] = lineApart
		}
	}
	var p passages
	last := lineWritten
	for i, line := range strings.Split(m.Text, "\n") {
		bare, kind := unmarked(line), aside[i+1]
		if kind == lineApart && marked(line) {
			kind = 0 // inside a quotation nobody signs
		}
		switch {
		case bare == "":
			kind = lineBlank
		case kind == 0 && last == lineQuoted:
			kind = lineAnswering
		case kind == 0:
			kind = lineWritten
		}
		if kind != lineBlank {
			last = kind
		}
		p.lines, p.kinds = append(p.lines, bare), append(p.kinds, kind)
	}
	return p
}

// over puts what is answered, as far as it stands in quotable, above the answers
// in written. What was written
// inside a quotation, as editors of HTML have it, loses the mark of one.
func (p passages) over(written, quotable string) string {
	var out []string
	rest, below := strings.Split(written, "\n"), false
	for i, kind := range p.kinds {
		below = below || kind == lineQuoted
		if kind != lineWritten && kind != lineAnswering {
			continue
		}
		at := slices.IndexFunc(rest, func(l string) bool { return unmarked(l) == p.lines[i] })
		if at < 0 {
			continue // a command
		}
		out = append(out, rest[:at]...)
		if !marked(rest[at]) {
			out = besideQuoted(out, quotable)
		}
		if kind == lineAnswering {
			out = append(out, p.above(i, quotable)...)
		}
		if below && marked(rest[at]) && !strings.Contains(quotable, joinWords(p.lines[i])) {
			rest[at] = p.lines[i]
		}
		out, rest = append(out, rest[at]), rest[at+1:]
	}
	return strings.TrimSpace(strings.Join(append(out, rest...), "\n"))
}

// besideQuoted is lines without the empty ones at their end below a line of
// quotable: what is written next answers it.
func besideQuoted(lines []string, quotable string) []string {
	end := len(lines)
	for end > 0 && unmarked(lines[end-1]) == "" {
		end--
	}
	if end > 0 && marked(lines[end-1]) && strings.Contains(quotable, joinWords(unmarked(lines[end-1]))) {
		return lines[:end]
	}
	return lines
}

// above are the last lines of quotable before line i, of one paragraph.
func (p passages) above(i int, quotable string) []string {
	var lines []string
	for i--; i >= 0 && len(lines) < maxAbove; i-- {
		if p.kinds[i] == lineBlank && len(lines) == 0 {
			continue
		}
		if p.kinds[i] != lineQuoted || !strings.Contains(quotable, joinWords(p.lines[i])) {
			break
		}
		lines = append(lines, "> "+p.lines[i])
	}
	slices.Reverse(lines)
	return lines
}

// unmarked is a line without marks of quotation and the space around it.
func unmarked(line string) string { return strings.TrimSpace(strings.TrimLeft(line, "> \t")) }

// marked tells whether a line begins as a quoted one does.
func marked(line string) bool { return strings.HasPrefix(line, ">") }

// joinWords is a text as one line, so that it is found however it was broken.
func joinWords(s string) string { return strings.Join(strings.Fields(s), " ") }
