package mailout

import (
	"bytes"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"unicode/utf8"

	"sportello/ticket"
)

// A letter's template is written once and read twice: as text and as HTML. Its
// output is paragraphs divided by empty lines, between which the functions of
// the template put blocks, framed by control characters that no customer's
// text can hold (see view).
const (
	blockStart, blockEnd, blockCut = "\x01", "\x02", "\x1f"
	boldStart, boldEnd             = "\x03", "\x04"
)

// block is one piece of a page.
type block struct {
	Kind string // para, item, fact, button, link, text, message, small, sign, rule, row, heading, entry, act, bar
	Args []string
}

// What becomes of bold words in the two forms.
var (
	notBold  = strings.NewReplacer(boldStart, "", boldEnd, "")
	boldHTML = strings.NewReplacer(boldStart, "<strong>", boldEnd, "</strong>")
)

// textWidth is where paragraphs of the plain text are broken.
const textWidth = 72

// markup makes the block functions write blocks, of at least so many arguments.
func markup(kind string, least int) func(args ...string) (string, error) {
	return func(args ...string) (string, error) {
		if len(args) < least {
			return "", fmt.Errorf("%s needs %d arguments, has %d", kind, least, len(args))
		}
		return blockStart + kind + blockCut + strings.Join(args, blockCut) + blockEnd, nil
	}
}

// blocks reads the output of a template.
func blocks(out string) (page []block) {
	for out != "" {
		prose, rest, framed := strings.Cut(out, blockStart)
		for para := range strings.SplitSeq(prose, "\n\n") {
			if para = strings.Join(strings.Fields(para), " "); para != "" {
				page = append(page, block{"para", []string{para}})
			}
		}
		if !framed {
			break
		}
		inside, after, _ := strings.Cut(rest, blockEnd)
		args := strings.Split(inside, blockCut)
		page = append(page, block{args[0], args[1:]})
		out = after
	}
	return page
}

// plainText writes a page as text/plain.
func plainText(page []block) string {
	var out strings.Builder
	page = slices.DeleteFunc(slices.Clone(page), func(b block) bool { return b.Kind == "act" })
	for i := 0; i < len(page); i++ {
		b := page[i]
		if i > 0 && !(joined(b.Kind) && page[i-1].Kind == b.Kind) {
			out.WriteString("\n")
		}
		switch b.Kind {
		case "button", "link":
			out.WriteString(b.Args[0] + ":\n" + b.Args[1] + "\n") // alone on its line: nothing breaks it
		case "rule":
			out.WriteString(strings.Repeat("-", 40) + "\n")
		case "item":
			out.WriteString(wrap("- ", "  ", b.Args[0]))
		case "fact":
			out.WriteString(wrap(b.Args[0]+": ", "  ", b.Args[1]))
		case "heading":
			line := notBold.Replace(b.Args[0])
			out.WriteString(line + "\n" + strings.Repeat("=", utf8.RuneCountInString(line)) + "\n")
		case "entry":
			out.WriteString(wrap("- ", "  ", b.Args[0]))
			if about := entryLine(b); about != "" {
				out.WriteString(wrap("  ", "  ", about))
			}
		case "bar":
			out.WriteString(wrap("- ", "  ", b.Args[0]+": "+b.Args[1]))
		case "row":
			rows := page[i : i+sameKind(page[i:])]
			out.WriteString(plainTable(rows))
			i += len(rows) - 1
		case "sign":
			out.WriteString(strings.Join(b.Args, "\n") + "\n")
		case "text":
			out.WriteString(b.Args[0] + "\n")
		case "message":
			out.WriteString(ticket.Framed(b.Args[0], b.Args[1]) + "\n")
		default:
			out.WriteString(wrap("", "", b.Args[0]))
		}
	}
	return notBold.Replace(out.String())
}

// entryLine is what an entry says below its title: what there is of its parts.
func entryLine(b block) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(b.Args[2:]), func(s string) bool { return s == "" }), " · ")
}

// joined tells whether blocks of a kind follow each other without an empty line.
func joined(kind string) bool {
	return kind == "item" || kind == "fact" || kind == "row" || kind == "bar"
}

// wrap breaks a paragraph at textWidth; the first line begins with first, the
// others with indent. Words are never broken: an address stays whole. No line
// is made to begin like a command, for a reply may quote it bare.
func wrap(first, indent, text string) string {
	var out strings.Builder
	line, fresh := first, true
	for word := range strings.FieldsSeq(text) {
		if !fresh && width(line)+1+width(word) > textWidth && !strings.HasPrefix(word, "#") {
			out.WriteString(line + "\n")
			line, fresh = indent, true
		}
		if !fresh {
			line += " "
		}
		line += word
		fresh = false
	}
	out.WriteString(strings.TrimRight(line, " ") + "\n")
	return out.String()
}

func width(s string) int {
	return utf8.RuneCountInString(s) - strings.Count(s, boldStart) - strings.Count(s, boldEnd)
}

// webPage writes a page as a small HTML document that loads nothing.
func webPage(frame *template.Template, language string, page []block) (string, error) {
	var out bytes.Buffer
	err := frame.Execute(&out, struct {
		Language string
		Groups   []group
	}{language, groups(page)})
	return out.String(), err
}

// group is blocks of one kind that stand together: a table, a list of facts or items, a row of buttons.
type group struct {
	Kind   string
	Blocks []block
}

func groups(page []block) (out []group) {
	for _, b := range page {
		if n := len(out); n > 0 && out[n-1].Kind == b.Kind && (joined(b.Kind) || b.Kind == "button" || b.Kind == "act") {
			out[n-1].Blocks = append(out[n-1].Blocks, b)
			continue
		}
		out = append(out, group{b.Kind, []block{b}})
	}
	return out
}

// frameFuncs are what page.html needs.
var frameFuncs = template.FuncMap{
	"inline": inlineHTML,
	"item":   itemHTML,
	"lines":  linesHTML,
	"entry":  entryLine,
	"link":   func(url string) template.URL { return template.URL(url) },
	"anchor": anchorHTML,
	"tight":  func(cell string) bool { return width(cell) <= 11 }, // a number, a short date: never broken
	"last":   func(i int, b block) bool { return i == len(b.Args)-1 },
}

// inlineHTML escapes a paragraph and makes its bold parts bold.
func inlineHTML(s string) template.HTML {
	s = template.HTMLEscapeString(s)
	return template.HTML(boldHTML.Replace(s))
}

// itemHTML writes an item of a list; one that ends in a link for writing a mail is
// that link, as a whole.
func itemHTML(s string) template.HTML {
	if at := strings.LastIndex(s, " mailto:"); at > 0 && !strings.ContainsAny(s[at+1:], " \"<>"+boldStart) {
		return `<a href="` + template.HTML(template.HTMLEscapeString(s[at+1:])) + `">` + inlineHTML(s[:at]) + `</a>`
	}
	return inlineHTML(s)
}

// linesHTML escapes a text and keeps its lines and indents, for readers that
// know no white-space: pre-wrap.
func linesHTML(s string) template.HTML {
	lines := strings.Split(template.HTMLEscapeString(s), "\n")
	for i, l := range lines {
		text := strings.TrimLeft(l, " ")
		lines[i] = strings.Repeat("&nbsp;", len(l)-len(text)) + text
	}
	return template.HTML(strings.Join(lines, "<br>\n"))
}

// anchorHTML writes a value and, where it is an address as a whole, a link to it.
func anchorHTML(s string) template.HTML {
	text := inlineHTML(s)
	switch {
	case strings.ContainsAny(s, " \"<>"+boldStart):
		return text
	case strings.HasPrefix(s, "https://"), strings.HasPrefix(s, "http://"), strings.HasPrefix(s, "mailto:"):
		return `<a href="` + text + `">` + text + `</a>`
	case strings.Count(s, "@") == 1:
		return `<a href="mailto:` + text + `">` + text + `</a>`
	}
	return text
}
