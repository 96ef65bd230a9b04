package mailin

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sportello/ticket"
)

// readText chooses the parts that stand in the text and returns it, joined in
// their order. What it shows or passes over as another form of the same is
// marked; every other leaf is a file.
func (m *mail) readText() string {
	c := chooser{m: m}
	pieces := c.choose(m.root, "")
	var text []string
	for _, p := range pieces {
		s := ""
		if p.role == roleText {
			s = m.textOf(p)
		} else if p.label == "" { // a picture between texts, which shows it nowhere else
			s = ticket.Mention(m.label(p))
		}
		if s != "" && m.budget.draw(&m.budget.text, len(between)) {
			text = append(text, s)
		}
	}
	if len(text) == 0 {
		return m.letterText()
	}
	return strings.Join(text, between)
}

// between stands between the texts of two parts.
const between = "\n\n"

// signedNote is the defect of a signed mail (case E16).
const signedNote = "signed: the signature is not verified"

// chooser walks the tree of a mail and remembers whether text was seen.
type chooser struct {
	m    *mail
	seen bool
}

// choose returns the leaves of p that stand in the text; under is the media type
// of the multipart around p.
func (c *chooser) choose(p *part, under string) []*part {
	if len(p.children) == 0 {
		if p.standsBetween(under) {
			return []*part{p}
		}
		if !c.readable(p, under) {
			return nil
		}
		c.seen = true
		p.role = roleText
		return []*part{p}
	}
	switch p.media {
	case "multipart/alternative":
		return c.alternative(p)
	case "multipart/related":
		return c.relatedTo(p)
	case "multipart/signed":
		c.m.defect(signedNote)
	case "multipart/encrypted":
		c.m.defect("encrypted: not read")
	}
	var all []*part
	for _, child := range p.children {
		all = append(all, c.choose(child, p.media)...)
	}
	return framed(all)
}

// alternative takes the first form that is plain text with something in it, else
// the first that has any text (RFC 2046, section 5.1.4: all say the same).
func (c *chooser) alternative(p *part) []*part {
	var forms [][]*part
	best := -1
	seen := c.seen
	for i, child := range p.children {
		c.seen = seen
		form := c.choose(child, p.media)
		forms = append(forms, form)
		if best < 0 && hasText(form) || best >= 0 && !isPlain(forms[best]) && isPlain(form) && hasText(form) {
			best = i
		}
	}
	c.seen = true
	var chosen []*part
	best = c.saying(forms, best)
	if best >= 0 && len(forms[best]) == 1 && isPlain(forms[best]) {
		forms[best][0].form = firstRich(forms)
	}
	for i, form := range forms {
		if i == best || best >= 0 && i > best && differs(forms[best], form) {
			chosen = append(chosen, form...)
			continue
		}
		for _, leaf := range form {
			if leaf.role == roleText {
				leaf.role = roleSpare
			}
		}
	}
	return chosen
}

// saying is best, unless that is a short plain text that shares no words with
// the HTML beside it, such as the advice to use a program that shows HTML: then
// it is no other form of the same, and the HTML is what was written.
func (c *chooser) saying(forms [][]*part, best int) int {
	const (
		short  = 600      // bytes: a notice; whoever writes more says something
		sample = 64 << 10 // bytes of the HTML's text that are looked at
	)
	if best < 0 || !isPlain(forms[best]) {
		return best
	}
	plain := glimpse(forms[best], short+1)
	if plain == "" || len(plain) > short {
		return best
	}
	for i, form := range forms {
		if i != best && !isPlain(form) && hasText(form) && foreignTo(plain, glimpse(form, sample)) {
			return i
		}
	}
	return best
}

// glimpse is about the first n bytes of what form says.
func glimpse(form []*part, n int) string {
	var out strings.Builder
	for _, p := range form {
		s := p.text
		if p.media == "text/html" {
			s = htmlText(s, n, nil)
		}
		s = strings.TrimSpace(head(s, n))
		out.WriteString(s)
		if n -= len(s); n <= 0 {
			break
		}
	}
	return out.String()
}

// foreignTo tells whether hardly any word of notice stands in text.
func foreignTo(notice, text string) bool {
	if text = packed(text); text == "" {
		return false
	}
	all, found := 0, 0
	for w := range strings.FieldsFuncSeq(strings.ToLower(notice), notWordPart) {
		if utf8.RuneCountInString(w) < 4 && w[0] < utf8.RuneSelf { // "di", "the": in any text
			continue
		}
		all++
		if strings.Contains(text, w) {
			found++
		}
	}
	if all == 0 {
		signs := strings.TrimFunc(packed(notice), unicode.IsPunct)
		return signs == "" || !strings.Contains(text, signs)
	}
	return 4*found < all
}

// packed is s in small letters without white space.
func packed(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// differs tells whether form is plain text as well as best and says something
// else: then it is no other form of the same, whatever the mail pretends.
func differs(best, form []*part) bool {
	return len(best) == 1 && len(form) == 1 && isPlain(best) && isPlain(form) && hasText(form) &&
		best[0].media == form[0].media && strings.TrimSpace(best[0].text) != strings.TrimSpace(form[0].text)
}

// relatedTo takes the root of a multipart/related (RFC 2387): the part that
// start names, else the first; the others stand inside it.
func (c *chooser) relatedTo(p *part) []*part {
	root := p.children[0]
	if start := strings.Trim(p.params["start"], "<> "); start != "" {
		for _, child := range p.children {
			if child.id == start {
				root = child
			}
		}
	}
	for _, child := range p.children {
		if child != root {
			child.leaves(func(l *part) bool { l.related = true; return true })
		}
	}
	return c.choose(root, p.media)
}

// readable tells whether a leaf stands in the text. A file of text is an
// attachment: one with a name, unless it is the first text of the mail.
func (c *chooser) readable(p *part, under string) bool {
	if !p.is("text/") || p.dispo == "attachment" {
		return false
	}
	switch p.media {
	case "text/plain", "text/html":
		return p.name == "" || !c.seen || under == "multipart/alternative"
	case "text/calendar", "text/csv", "text/vcard", "text/x-vcard", "text/directory", "text/css", "text/xml",
		"text/rtf", "text/rfc822-headers", "text/rfc822", "text/javascript":
		return false
	case "text/x-amp-html", "text/watch-html", reactionMedia: // other forms for clients that run them
		p.role = roleSpare
		return false
	}
	return p.name == "" // RFC 2046, section 4.1.4: an unknown text is plain text
}

// textOf is the readable text of a leaf, without blank lines around it.
func (m *mail) textOf(p *part) string {
	s := p.text
	switch p.media {
	case "text/html":
		s = m.budget.fit(cleanText(htmlText(s, m.budget.text, m.picture)))
	case "text/enriched", "text/richtext":
		s = m.budget.fit(cleanText(htmlText(strings.ReplaceAll(s, "\n\n", "<br>"), m.budget.text, nil)))
	default:
		if strings.EqualFold(p.params["format"], "flowed") {
			if flat := unflow(s, strings.EqualFold(p.params["delsp"], "yes")); m.budget.draw(&m.budget.text, len(flat)-len(s)) {
				s = flat
			}
		}
		s = m.named(m.placed(s, p.form))
	}
	if isBlank([]byte(s)) {
		return ""
	}
	return strings.TrimRight(strings.TrimLeft(s, "\n"), " \t\n")
}

// firstRich is the first form that is more than plain text; nil: none is.
func firstRich(forms [][]*part) []*part {
	for _, form := range forms {
		if !isPlain(form) && hasText(form) {
			return form
		}
	}
	return nil
}

func isPlain(form []*part) bool {
	for _, p := range form {
		if p.media == "text/html" {
			return false
		}
	}
	return len(form) > 0
}

func hasText(form []*part) bool {
	for _, p := range form {
		if strings.TrimSpace(p.text) != "" {
			return true
		}
	}
	return false
}
