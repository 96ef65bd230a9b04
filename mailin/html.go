package mailin

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"sportello/ticket"
)

// htmlText renders the HTML of a mail as readable text: paragraphs, lists,
// tables and links survive, quoted blocks stand in lines that begin with "> ",
// and a signature that its client marked begins with a line "-- ", so that history
// sees what a reader of the HTML sees. Nothing is fetched. It reads tokens
// instead of building a tree: nesting costs nothing, time is linear. Markup may
// become longer than it is: soon after room bytes the rendering ends. What a
// picture of the mail is called where it stands, picture tells by the source; "" or nil:
// what the markup says.
func htmlText(src string, room int, picture func(src, alt string) string) string {
	r := htmlRenderer{z: html.NewTokenizer(strings.NewReader(src)), picture: picture}
	r.out.Grow(min(len(src)/2, room))
	for {
		token := r.z.Next()
		if r.out.Len()+len(r.line) > room {
			token = html.ErrorToken
		}
		switch token {
		case html.ErrorToken:
			r.newline(0)
			return strings.TrimRight(r.out.String(), "\n")
		case html.TextToken:
			r.text(r.z.Text())
		case html.StartTagToken, html.SelfClosingTagToken:
			r.start()
		case html.EndTagToken:
			name, _ := r.z.TagName()
			r.end(atom.Lookup(name))
		}
	}
}

// htmlRenderer is the state of one rendering. A line is collected without its
// prefix and written when it ends, under the quotes that are open then.
type htmlRenderer struct {
	z       *html.Tokenizer
	picture func(src, alt string) string
	out     strings.Builder
	line    []byte
	words   bool // line holds more than a list mark
	space   bool // white space is owed before the next word
	after   bool // a picture was the last that was written: a word does not touch it
	blank   int  // empty lines owed before the next line
	empty   int  // empty lines that end out
	quotes  int  // open quotes: each is a "> " before the line
	shown   int  // quotes of the last line written
	pre     int  // open <pre>: white space counts
	sign    bool // the next line begins a marked signature
	dashes  bool // the last line written was "--"
	ruled   bool // the last line written was a rule
	skip    atom.Atom
	hidden  int // open elements that nobody sees, and those in them
	open    []htmlElement
	counts  map[atom.Atom]int // elements in open, by tag
}

// htmlElement is one open element that changes how its content is shown.
type htmlElement struct {
	tag    atom.Atom
	quote  bool
	sign   bool
	struck bool   // its text is struck through
	hidden bool   // nobody sees it
	margin int    // empty lines it owes when it ends
	item   int    // of <ol> the next number; of <ul> 0
	href   string // of <a>
	from   int    // of <a>: where its text begins in line
	before int    // of <a>: the length of out then
}

// Bounds that keep odd markup linear: elements nested deeper are shown flat,
// and an end tag closes nothing that lies further away.
const (
	maxHTMLOpen  = 2000
	maxHTMLReach = 64
	maxHTMLShown = 8 // quotes and lists inside each other that are told apart
)

func (r *htmlRenderer) start() {
	name, more := r.z.TagName()
	tag := atom.Lookup(name)
	if r.skip == atom.Head && tag == atom.Body { // a <head> that was never closed
		r.skip = 0
	}
	if r.skip != 0 || tag == 0 {
		return
	}
	var at htmlAttributes
	if more {
		at.read(r.z)
	}
	if r.hidden > 0 || at.hidden {
		r.hide(tag)
		return
	}
	switch tag {
	case atom.Br:
		r.lineBreak()
	case atom.Hr:
		r.rule()
	case atom.Img:
		r.image(&at)
	case atom.Head, atom.Style, atom.Script, atom.Title, atom.Template:
		r.skip = tag
	default:
		r.enter(tag, &at)
	}
}

// enter opens an element that has content.
func (r *htmlRenderer) enter(tag atom.Atom, at *htmlAttributes) {
	e := htmlElement{tag: tag, sign: at.signature(), struck: at.struck(tag)}
	kind := htmlLayout(tag)
	if kind == htmlInline && !e.sign && !e.struck && !at.oldHeader() {
		return
	}
	if n := len(r.open); kind != htmlInline && kind != htmlLink && n > 0 &&
		(r.open[n-1].tag == atom.P || tag == atom.Li && r.open[n-1].tag == atom.Li) {
		r.close() // its end tag was left out
	}
	switch kind {
	case htmlParagraph:
		if !at.tight() {
			e.margin = 1
		}
		r.newline(e.margin)
	case htmlPre:
		e.margin = 1
		r.newline(1)
		r.pre++
	case htmlQuote:
		r.newline(0)
		if e.quote = !at.indent(); e.quote {
			r.quotes++
		}
	case htmlList:
		r.newline(0)
		if tag == atom.Ol {
			e.item = 1
		}
	case htmlItem:
		r.newline(0)
		r.bullet()
	case htmlCell:
		if r.words {
			r.line, r.space = append(r.line, '\t'), false
		}
	case htmlLink:
		e.href, e.from, e.before = at.href, len(r.line), r.out.Len()
	case htmlBlock:
		r.newline(0)
	}
	if e.sign {
		r.newline(0)
		r.sign = r.quotes == 0
	}
	if at.oldHeader() {
		r.rule()
	}
	if e.struck {
		r.word(htmlStruck)
	}
	r.push(e)
}

// hide opens an element that nobody sees; those without an end are passed over.
func (r *htmlRenderer) hide(tag atom.Atom) {
	switch tag {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link, atom.Meta, atom.Param, atom.Source, atom.Track, atom.Wbr:
		return
	}
	r.hidden++
	r.push(htmlElement{tag: tag, hidden: true})
}

// htmlStruck stands around text that is struck through: who strikes a word out
// does not say it.
const htmlStruck = "~~"

// htmlRule is how a horizontal line is written, as Outlook does.
const htmlRule = "________________________________"

// rule writes a horizontal line, once where two meet.
func (r *htmlRenderer) rule() {
	r.newline(0)
	if r.ruled {
		return
	}
	r.word(htmlRule)
	r.newline(0)
}

func (r *htmlRenderer) push(e htmlElement) {
	if len(r.open) >= maxHTMLOpen {
		r.undo(e)
		return
	}
	if r.counts == nil {
		r.counts = make(map[atom.Atom]int)
	}
	r.open = append(r.open, e)
	r.counts[e.tag]++
}

// end closes the nearest element called tag with everything left open in it.
// A stray end tag closes nothing.
func (r *htmlRenderer) end(tag atom.Atom) {
	if r.skip != 0 {
		if tag == r.skip {
			r.skip = 0
		}
		return
	}
	if r.counts[tag] == 0 {
		return
	}
	for i := len(r.open) - 1; i >= 0 && i >= len(r.open)-maxHTMLReach; i-- {
		t := r.open[i].tag
		if t == tag {
			for len(r.open) > i {
				r.close()
			}
			return
		}
		if walled(t) && !walled(tag) {
			return
		}
	}
}

// walled tells whether an element keeps its content together: the end tag of a
// lesser element outside does not close it.
func walled(tag atom.Atom) bool {
	switch tag {
	case atom.Blockquote, atom.Table, atom.Td, atom.Th, atom.Tr, atom.Div, atom.Body:
		return true
	}
	return false
}

// close ends the innermost open element.
func (r *htmlRenderer) close() {
	e := r.open[len(r.open)-1]
	r.open = r.open[:len(r.open)-1]
	r.counts[e.tag]--
	r.undo(e)
}

func (r *htmlRenderer) undo(e htmlElement) {
	if e.hidden {
		r.hidden--
		return
	}
	if e.struck {
		r.line, r.words = append(r.line, htmlStruck...), true
	}
	switch htmlLayout(e.tag) {
	case htmlLink:
		r.link(e)
	case htmlPre:
		r.newline(e.margin)
		r.pre--
	case htmlQuote:
		r.newline(0)
		if e.quote {
			r.quotes--
		}
	case htmlParagraph, htmlList, htmlItem, htmlBlock:
		r.newline(e.margin)
	}
	if e.sign {
		r.newline(0)
		r.sign = false
	}
}

// bullet begins a list item with its mark.
func (r *htmlRenderer) bullet() {
	mark := "- "
	depth := 0
	for i := len(r.open) - 1; i >= 0 && i >= len(r.open)-maxHTMLReach; i-- {
		if t := r.open[i].tag; t == atom.Ol || t == atom.Ul {
			if depth == 0 && t == atom.Ol {
				mark = strconv.Itoa(r.open[i].item) + ". "
				r.open[i].item++
			}
			depth++
		}
	}
	for depth = min(depth, maxHTMLShown); depth > 1; depth-- {
		r.line = append(r.line, "  "...)
	}
	r.line = append(r.line, mark...)
}

// link adds where a link leads, unless its text says so.
func (r *htmlRenderer) link(e htmlElement) {
	where := linkTarget(e.href)
	if where == "" || r.out.Len() != e.before || len(r.line) <= e.from {
		return
	}
	text := bytes.TrimSpace(r.line[e.from:])
	if len(text) == 0 || len(text) < maxLinkText && strings.Contains(bareLink(string(text)), bareLink(where)) {
		return
	}
	r.word(" <" + where + ">")
}

// linkTarget returns the address that href leads to, "" when it is no use to a reader.
func linkTarget(href string) string {
	href = strings.TrimSpace(href)
	scheme, rest, ok := strings.Cut(href, ":")
	if !ok {
		return ""
	}
	switch strings.ToLower(scheme) {
	case "http", "https", "ftp":
		return href
	case "mailto":
		rest, _, _ = strings.Cut(rest, "?")
		return rest
	}
	return ""
}

// maxLinkText bounds the text of a link that is compared with where it leads:
// links inside each other would each look at all of it.
const maxLinkText = 4 << 10

// bareLink strips what does not make two addresses different to a reader.
func bareLink(s string) string {
	s = strings.ToLower(s)
	s = strings.TrimPrefix(s, "https://")
	s = strings.TrimPrefix(s, "http://")
	s = strings.TrimPrefix(s, "www.")
	return strings.TrimSuffix(s, "/")
}

// maxAlt bounds, in bytes, what a remote picture may say it is: longer texts are
// there for search engines.
const maxAlt = 200

// image shows where a picture of the mail itself stands, and what any other
// picture says it is. Pictures of a few pixels count mail openings: nothing.
func (r *htmlRenderer) image(at *htmlAttributes) {
	alt := strings.Join(strings.Fields(at.alt), " ")
	label := ""
	if r.picture != nil {
		label = r.picture(at.src, alt)
	}
	cid, inline := contentID(at.src)
	switch {
	case label != "":
		r.apart(ticket.Mention(label))
	case inline && alt != "":
		r.apart(ticket.Mention(alt))
	case inline:
		r.apart(ticket.Mention(cid))
	case alt != "" && len(alt) < maxAlt:
		r.apart("[" + alt + "]")
	}
}

// contentID is the Content-ID that a link names (RFC 2392).
func contentID(src string) (string, bool) {
	src = strings.TrimSpace(src)
	if len(src) < 4 || !strings.EqualFold(src[:4], "cid:") {
		return "", false
	}
	return src[4:], true
}

// apart adds s so that it touches no word.
func (r *htmlRenderer) apart(s string) {
	if n := len(r.line); r.words && n > 0 && strings.IndexByte(" \t([", r.line[n-1]) < 0 {
		r.space = true
	}
	r.word(s)
	r.after = true
}
