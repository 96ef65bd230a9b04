package mailin

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlKind is how an element is laid out.
type htmlKind int

const (
	htmlInline htmlKind = iota
	htmlBlock
	htmlParagraph
	htmlPre
	htmlQuote
	htmlList
	htmlItem
	htmlCell
	htmlLink
)

func htmlLayout(tag atom.Atom) htmlKind {
	switch tag {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Dl:
		return htmlParagraph
	case atom.Pre:
		return htmlPre
	case atom.Blockquote:
		return htmlQuote
	case atom.Ul, atom.Ol:
		return htmlList
	case atom.Li:
		return htmlItem
	case atom.Td, atom.Th:
		return htmlCell
	case atom.A:
		return htmlLink
	case atom.Div, atom.Tr, atom.Table, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Center, atom.Address,
		atom.Dt, atom.Dd, atom.Form, atom.Body, atom.Caption, atom.Option, atom.Fieldset, atom.Figure, atom.Figcaption, atom.Main:
		return htmlBlock
	}
	return htmlInline
}

// htmlAttributes are the attributes that matter here.
type htmlAttributes struct {
	class, id, style, href, src, alt, cite string
	hidden                                 bool // nobody sees the element
}

func (a *htmlAttributes) read(z *html.Tokenizer) {
	for n := 0; ; n++ {
		key, value, more := z.TagAttr()
		switch string(key) {
		case "class":
			a.class = string(value)
		case "id":
			a.id = string(value)
		case "style":
			a.style = strings.ToLower(string(value))
			a.hidden = a.hidden || strings.Contains(a.style, "display") && strings.Contains(strings.ReplaceAll(a.style, " ", ""), "display:none")
		case "hidden":
			a.hidden = true
		case "href":
			a.href = string(value)
		case "src":
			a.src = string(value)
		case "alt":
			a.alt = string(value)
		case "type", "cite":
			a.cite = string(value)
		}
		if !more || n > 100 {
			return
		}
	}
}

// tight tells whether a paragraph stands without empty lines around it, as all
// of Word's and Outlook's do.
func (a *htmlAttributes) tight() bool {
	return strings.HasPrefix(a.class, "Mso") || a.class == "xmsonormal" || a.class == "x_MsoNormal" ||
		strings.Contains(strings.ReplaceAll(a.style, " ", ""), "margin:0")
}

// indent tells whether a <blockquote> is only moved to the right by an editor
// and quotes nothing.
func (a *htmlAttributes) indent() bool {
	if a.cite != "" {
		return false
	}
	style := strings.ReplaceAll(a.style, " ", "")
	return strings.Contains(a.class, "indent") ||
		strings.Contains(style, "border:none") && strings.Contains(style, "padding:0")
}

// oldHeader tells whether an element is where Outlook begins the mail that is
// answered: its header follows, under a line drawn by the style.
func (a *htmlAttributes) oldHeader() bool {
	switch a.id {
	case "divRplyFwdMsg", "x_divRplyFwdMsg", "OLK_SRC_BODY_SECTION", "mail-editor-reference-message-container":
		return true
	}
	if !strings.Contains(a.style, "border-top:") {
		return false
	}
	style := strings.ReplaceAll(a.style, " ", "")
	return strings.Contains(style, "border-top:solid#e1e1e11.0pt") || strings.Contains(style, "border-top:solid#b5c4df1.0pt")
}

// struck tells whether an element strikes its text through.
func (a *htmlAttributes) struck(tag atom.Atom) bool {
	return tag == atom.S || tag == atom.Strike || tag == atom.Del || strings.Contains(a.style, "line-through")
}

// signature tells whether the client marked this element as the signature:
// the word stands in its id or in a class, with whatever around it but for what
// only leads to it.
func (a *htmlAttributes) signature() bool {
	for _, s := range []string{a.id, a.class} {
		if i := strings.Index(strings.ToLower(s), "signature"); i >= 0 && !strings.Contains(s[i:], "prefix") {
			return true
		}
	}
	return false
}

// text adds character data, white space collapsed except inside <pre>.
func (r *htmlRenderer) text(b []byte) {
	if r.skip != 0 || r.hidden > 0 {
		return
	}
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '\n' && r.pre > 0:
			r.lineBreak()
		case c == '\r' && r.pre > 0:
		case (c == ' ' || c == '\t') && r.pre > 0:
			r.line, r.words = append(r.line, ' '), true
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f':
			r.space = r.words
		case c == 0xC2 && i+1 < len(b) && b[i+1] == 0xA0: // no-break space
			r.pay()
			r.line, r.words = append(r.line, ' '), true
			i++
		default:
			r.space = r.space || r.after && strings.IndexByte(".,;:!?)]'\"", c) < 0
			r.pay()
			r.line, r.words = append(r.line, c), true
		}
	}
}

// word adds s as it stands.
func (r *htmlRenderer) word(s string) {
	r.pay()
	r.line, r.words = append(r.line, s...), true
}

// pay writes the white space that is owed before a word.
func (r *htmlRenderer) pay() {
	if r.space {
		r.line = append(r.line, ' ')
	}
	r.space, r.after = false, false
}

// lineBreak ends the line even when nothing stands on it.
func (r *htmlRenderer) lineBreak() {
	if !r.words {
		r.words = true
	}
	r.newline(0)
}

// newline ends the line if something stands on it, and sees to it that at
// least margin empty lines come before the next one.
func (r *htmlRenderer) newline(margin int) {
	if r.words {
		r.flush()
	}
	r.line, r.words, r.space, r.after = r.line[:0], false, false, false
	r.blank = max(r.blank, margin)
}

// maxHTMLEmpty is how many empty lines in a row are written.
const maxHTMLEmpty = 2

// flush writes the line under its quotes.
func (r *htmlRenderer) flush() {
	line := strings.TrimRight(string(r.line), " \t")
	if line == "" {
		r.emptyLine(r.quotes)
		return
	}
	for r.empty < r.blank {
		r.emptyLine(min(r.quotes, r.shown))
		if r.out.Len() == 0 {
			break
		}
	}
	r.blank = 0
	if r.sign {
		r.sign = false
		if !r.dashes && line != "--" {
			r.out.WriteString("-- \n")
		}
	}
	for range min(r.quotes, maxHTMLShown) {
		r.out.WriteString("> ")
	}
	r.out.WriteString(line)
	r.dashes, r.ruled = line == "--", line == htmlRule
	if r.dashes {
		r.out.WriteByte(' ')
	}
	r.out.WriteByte('\n')
	r.empty, r.shown = 0, r.quotes
}

func (r *htmlRenderer) emptyLine(quotes int) {
	if r.out.Len() == 0 || r.empty >= maxHTMLEmpty {
		return
	}
	for range min(quotes, maxHTMLShown) {
		r.out.WriteByte('>')
	}
	r.out.WriteByte('\n')
	r.empty++
}
