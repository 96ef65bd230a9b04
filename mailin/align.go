package mailin

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"sportello/ticket"
)

// alignment is a text without all that two forms of it may differ in: its
// letters and digits in small, and for each byte of them where it stands. Marks
// are the places of mentions, which are no part of it, counted in its bytes.
type alignment struct {
	text  string
	at    []int // behind each byte, in the text as it was
	marks []mark
}

// mark is a mention in a text.
type mark struct {
	behind int  // how much of the aligned text comes before it
	alone  bool // on its line
}

// newAlignment takes s and the mentions called 1 to n, in their order, apart.
func newAlignment(s string, n int) alignment {
	var a alignment
	var out strings.Builder
	base := 0
	add := func(piece string) {
		for i, r := range piece {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				continue
			}
			before := out.Len()
			out.WriteRune(unicode.ToLower(r))
			for range out.Len() - before {
				a.at = append(a.at, base+i+len(string(r)))
			}
		}
		base += len(piece)
	}
	for i := range n {
		mention := ticket.Mention(strconv.Itoa(i + 1))
		before, after, ok := strings.Cut(s, mention)
		if !ok {
			break
		}
		add(before)
		base += len(mention)
		left := before[strings.LastIndexByte(before, '\n')+1:]
		right, _, _ := strings.Cut(after, "\n")
		a.marks = append(a.marks, mark{out.Len(), strings.Trim(left+right, " \t>") == ""})
		s = after
	}
	add(s)
	a.text = out.String()
	return a
}

// Lengths, in bytes, of the words that are looked for around a picture.
const longContext, shortContext = 32, 10

// behind finds the place in b of mark i of a, which is another form of the same
// text: behind the same words or before the same words, the same time that they
// come.
func (b alignment) behind(a alignment, i int) (put, bool) {
	m := a.marks[i]
	if m.behind == 0 {
		return put{alone: m.alone, top: true}, true
	}
	for _, n := range []int{longContext, shortContext} {
		key := a.text[max(0, m.behind-n):m.behind]
		if end, ok := nth(b.text, key, strings.Count(a.text[:m.behind], key)); ok {
			return put{from: b.at[end-1], to: b.at[end-1], alone: m.alone}, true
		}
	}
	key := a.text[m.behind:min(len(a.text), m.behind+longContext)]
	if len(key) < shortContext {
		return put{}, false
	}
	end, ok := nth(b.text, key, strings.Count(a.text[:m.behind], key)+1)
	if begin := end - len(key); ok && begin > 0 {
		return put{from: b.at[begin-1], to: b.at[begin-1], alone: m.alone}, true
	}
	return put{top: true, alone: m.alone}, ok
}

// nth is where key ends in s when it comes for the nth time.
func nth(s, key string, n int) (end int, ok bool) {
	for range n {
		i := strings.Index(s[end:], key)
		if i < 0 {
			return 0, false
		}
		end += i + len(key)
	}
	return end, n > 0
}

// put is where a mention goes in a text, and what it takes the place of.
type put struct {
	from, to int
	alone    bool // on a line of its own
	top      bool // before all
	mention  string
}

// fitted moves p behind the signs that belong to the word before it, and gives
// mention the line or the spaces that it needs there.
func (p *put) fitted(s, mention string) string {
	if p.top {
		p.from, p.to = 0, 0
		return mention + "\n"
	}
	for p.from < len(s) && strings.IndexByte(".,;:!?)]>'\"", s[p.from]) >= 0 {
		p.from++
	}
	p.to = p.from
	rest, _, _ := strings.Cut(s[p.from:], "\n")
	if p.alone && strings.HasPrefix(s[p.from:], "\n\n\n") { // the gap that it left
		p.from++
		p.to = p.from
		return "\n" + mention
	}
	if p.alone && strings.TrimSpace(rest) == "" {
		line := s[strings.LastIndexByte(s[:p.from], '\n')+1:]
		p.from += len(rest)
		p.to = p.from
		return "\n" + line[:len(line)-len(strings.TrimLeft(line, "> "))] + mention
	}
	if rest == "" || rest[0] == ' ' {
		return " " + mention
	}
	return " " + mention + " "
}

// spliced is s with puts.
func spliced(s string, puts []put) string {
	slices.SortStableFunc(puts, func(a, b put) int { return a.from - b.from })
	var out strings.Builder
	end := 0
	for _, p := range puts {
		if p.from < end { // inside another
			p.from, p.to = end, max(end, p.to)
		}
		out.WriteString(s[end:p.from] + p.mention)
		end = p.to
	}
	return out.String() + s[end:]
}
