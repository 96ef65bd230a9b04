package mailin

import (
	"fmt"
	"strings"

	"sportello/ticket"
)

// picture is what stands for the file that src means where an HTML text shows
// it; "" when src means none of the mail's files.
func (m *mail) picture(src, _ string) string {
	p := m.referred(src)
	switch {
	case p == nil:
		return ""
	case p.role != roleFile || !p.is("image/"):
		return bracketless.Replace(fileName(p))
	}
	return m.label(p)
}

// label names p in the text, where it then stands: by the name of the file, and
// where several have it by a number.
func (m *mail) label(p *part) string {
	if p.label != "" {
		return p.label
	}
	name := bracketless.Replace(fileName(p))
	p.label = name
	for n := 2; m.labels[p.label]; n++ {
		p.label = fmt.Sprintf("%s (%d)", name, n)
	}
	if m.labels == nil {
		m.labels = map[string]bool{}
	}
	m.labels[p.label] = true
	return p.label
}

// bracketless keeps a name inside the brackets of its mention.
var bracketless = strings.NewReplacer("[", "(", "]", ")")

// referred is the file that src means: by its Content-ID (RFC 2392), the first
// that has it, or by where it says that it comes from (RFC 2557).
func (m *mail) referred(src string) *part {
	if m.sources == nil {
		m.sources = map[string]*part{}
		m.root.leaves(func(p *part) bool {
			for _, key := range []string{p.id, p.header.get("Content-Location")} {
				if key = strings.TrimSpace(key); key != "" && m.sources[key] == nil && !p.is("text/") {
					m.sources[key] = p
				}
			}
			return true
		})
	}
	if len(m.sources) == 0 {
		return nil
	}
	id, ok := contentID(src)
	if !ok {
		return m.sources[strings.TrimSpace(src)]
	}
	if p := m.sources[id]; p != nil {
		return p
	}
	return m.sources[string(appendPercent(nil, id))]
}

// standsBetween tells whether p is a picture that a program put between the
// texts of a mail, as Apple Mail does: its place there is its place in the text.
func (p *part) standsBetween(under string) bool {
	return p.is("image/") && p.dispo == "inline" && !p.related && under == "multipart/mixed"
}

// framed is list without the pictures that no text follows: they may be files
// as well that were put behind it.
func framed(list []*part) []*part {
	for len(list) > 0 && list[len(list)-1].role == roleFile {
		list = list[:len(list)-1]
	}
	return list
}

// idMarks is where a plain text names the Content-ID of a picture, as Outlook does.
const idMark = "[cid:"

// named puts the mention where a plain text names a picture's Content-ID.
func (m *mail) named(s string) string {
	if !strings.Contains(s, idMark) {
		return s
	}
	var out strings.Builder
	for {
		before, after, ok := strings.Cut(s, idMark)
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		s = after
		end := strings.IndexByte(after[:min(len(after), maxID)], ']')
		if end < 0 {
			out.WriteString(idMark)
			continue
		}
		label := m.picture("cid:"+after[:end], "")
		mention := ticket.Mention(label)
		if label == "" || !m.budget.draw(&m.budget.text, len(mention)-end) {
			out.WriteString(idMark)
			continue
		}
		out.WriteString(mention)
		s = after[end+1:]
	}
}

// maxPlaced bounds the texts, in bytes, in which places are looked for.
const maxPlaced = 128 << 10

// placed is s, a plain text, with the mentions of the pictures that its HTML
// form shows, where that shows them: each where s has a word of its own for it,
// else behind the words that it stands behind. A picture whose place is not
// found stays a file.
func (m *mail) placed(s string, form []*part) string {
	if len(s) > maxPlaced || !m.shows(form) {
		return s
	}
	var seen []sight
	var html strings.Builder
	see := func(p *part, alt string) string {
		seen = append(seen, sight{p, alt})
		return fmt.Sprintf("%d", len(seen))
	}
	for _, p := range form {
		if p.role == roleFile {
			html.WriteString(ticket.Mention(see(p, "")) + "\n")
			continue
		}
		html.WriteString(htmlText(head(p.text, maxPlaced), 2*maxPlaced, func(src, alt string) string {
			if p := m.referred(src); p != nil && p.role == roleFile && p.is("image/") && p.label == "" {
				return see(p, alt)
			}
			return ""
		}) + "\n")
	}
	var puts []put
	a, b := newAlignment(html.String(), len(seen)), newAlignment(s, 0)
	from := 0
	for i, v := range seen {
		if v.part.label != "" || i >= len(a.marks) { // shown twice, or cut off
			continue
		}
		at, ok := v.word(s, from)
		if !ok {
			at, ok = b.behind(a, i)
		}
		if !ok {
			continue
		}
		mention := ticket.Mention(m.label(v.part))
		if at.from == at.to {
			mention = at.fitted(s, mention)
		}
		if !m.budget.draw(&m.budget.text, len(mention)) {
			break
		}
		at.mention = mention
		puts = append(puts, at)
		from = max(from, at.to)
	}
	return spliced(s, puts)
}

// shows tells whether a form may show pictures of the mail.
func (m *mail) shows(form []*part) bool {
	for _, p := range form {
		if p.role == roleFile || strings.Contains(p.text, "<img") || strings.Contains(p.text, "<IMG") {
			return true
		}
	}
	return false
}

// sight is a picture as an HTML form shows it.
type sight struct {
	part *part
	alt  string
}

// word finds what a plain text has for v: Outlook's Content-ID, Gmail's name, or
// the words that describe it.
func (v sight) word(s string, from int) (put, bool) {
	words := []string{idMark + v.part.id + "]"}
	for _, name := range []string{v.alt, v.part.name} {
		if name != "" {
			words = append(words, "[image: "+name+"]", "["+name+"]")
		}
	}
	for _, w := range words {
		if i := strings.Index(s[from:], w); i >= 0 && w != idMark+"]" {
			return put{from: from + i, to: from + i + len(w)}, true
		}
	}
	return put{}, false
}
