package mailout

import (
	"bytes"
	"html"
	"net/url"
	"strings"

	htmltoken "golang.org/x/net/html"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// struckFile is a file with strike applied where it is text, in whatever form it
// may be read: a technician's token in a page or a table is as good as one in a
// mail. A file that is no text keeps its bytes, as does one without anything to
// strike.
func struckFile(b []byte, strike func(string) string) []byte {
	if enc := wide(b); enc != nil {
		text, err := enc.NewDecoder().Bytes(b)
		if err != nil {
			return b
		}
		if clean := struckText(string(text), strike); clean != string(text) {
			if b, err = enc.NewEncoder().Bytes([]byte(clean)); err != nil {
				return nil
			}
		}
		return b
	}
	if !isText(b) {
		return b
	}
	if clean := struckText(string(b), strike); clean != string(b) {
		return []byte(clean)
	}
	return b
}

// wide is the encoding of text in units of two or four bytes, by its mark or by
// where the zero bytes of its ASCII stand; nil: b is no such text.
func wide(b []byte) encoding.Encoding {
	if len(b) >= 4 {
		switch first := b[:4]; {
		case first[3] == 0 && first[2] == 0 && (first[0] != 0 || first[1] != 0):
			return utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)
		case first[0] == 0 && first[1] == 0 && (first[2] != 0 || first[3] != 0):
			return utf32.UTF32(utf32.BigEndian, utf32.UseBOM)
		}
	}
	head := b[:min(len(b), 1024)&^1]
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	most := len(head) / 2
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xfe")), most > 1 && zeros[0] == 0 && 2*zeros[1] > most:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(b, []byte("\xfe\xff")), most > 1 && zeros[1] == 0 && 2*zeros[0] > most:
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	}
	return nil
}

// isText tells whether b is text in a charset that holds ASCII: it has no
// controls but white space and escapes.
func isText(b []byte) bool {
	for _, c := range b {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b || c == 0x7f {
			return false
		}
	}
	return true
}

// struckText strikes text. Of markup it also strikes what stands in it only for
// who reads it: written as entities, percent-encoded in a link, or cut by tags.
// Such a page is given as the text that it shows.
func struckText(text string, strike func(string) string) string {
	clean := strike(text)
	if !strings.Contains(clean, "<") {
		return clean
	}
	shown, hides := readMarkup(clean, strike)
	if !hides && strike(shown) == shown {
		return clean
	}
	return "<pre>" + html.EscapeString(strike(shown)) + "</pre>\n"
}

// readMarkup is the text of a page without its tags, and whether an attribute
// or a comment holds what strike would strike.
func readMarkup(page string, strike func(string) string) (shown string, hides bool) {
	held := func(s string) bool {
		if plain, err := url.PathUnescape(s); err == nil && plain != s && strike(plain) != plain {
			return true
		}
		return strike(s) != s
	}
	var b strings.Builder
	z := htmltoken.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case htmltoken.ErrorToken:
			return b.String(), hides
		case htmltoken.TextToken:
			b.Write(z.Text())
		case htmltoken.StartTagToken, htmltoken.SelfClosingTagToken:
			for _, more := z.TagName(); more; {
				var value []byte
				_, value, more = z.TagAttr()
				hides = hides || held(string(value))
			}
		case htmltoken.CommentToken:
			hides = hides || held(html.UnescapeString(string(z.Text())))
		}
	}
}
