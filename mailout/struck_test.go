package mailout

import (
	"bytes"
	"context"
	"encoding/base64"
	"html"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"sportello/ticket"
)

// utf16 is s in UTF-16, with or without its mark.
func utf16(s string, big, mark bool) string {
	e, m := unicode.LittleEndian, unicode.IgnoreBOM
	if big {
		e = unicode.BigEndian
	}
	if mark {
		m = unicode.UseBOM
	}
	b, err := unicode.UTF16(e, m).NewEncoder().Bytes([]byte(s))
	if err != nil {
		panic(err)
	}
	return string(b)
}

func utf32Text(order utf32.Endianness, mark utf32.BOMPolicy, s string) string {
	b, err := utf32.UTF32(order, mark).NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return b
}

// TestStruckFiles: a file that is text gives no token away, in whatever form it
// is read; one that is none keeps its bytes.
func TestStruckFiles(t *testing.T) {
	words := "scriva a " + hush + " entro domani\n"
	for name, in := range map[string]string{
		"text":                     words,
		"table":                    "a;" + hush + ";b\n",
		"Latin":                    "perch\xe9 " + words,
		"Japanese":                 "\x1b$B$\"\x1b(B " + words,
		"UTF-8 with a mark":        "\xef\xbb\xbf" + words,
		"UTF-16":                   utf16(words, false, true),
		"UTF-16 the other way":     utf16(words, true, true),
		"UTF-16 without mark":      utf16(words, false, false),
		"UTF-16BE without mark":    utf16(words, true, false),
		"UTF-32":                   utf32Text(utf32.LittleEndian, utf32.UseBOM, words),
		"UTF-32BE without mark":    utf32Text(utf32.BigEndian, utf32.IgnoreBOM, words),
		"page":                     "<p>scriva a <a href=\"mailto:" + hush + "\">noi</a></p>",
		"page, cut by a tag":       "<p>" + strings.Replace(hush, "a20869", "a<wbr>20869", 1) + "</p>",
		"page, each letter a tag":  "<b>" + strings.Join(strings.Split(hush, ""), "</b><b>") + "</b>",
		"page, entities":           "<p>" + strings.Replace(hush, "@", "&#64;", 1) + "</p>",
		"page, all entities":       "<p>" + entities(hush) + "</p>",
		"page, link of entities":   "<a href='mailto:" + entities(hush) + "'>qui</a>",
		"page, link in percents":   "<a href='mailto:" + strings.ReplaceAll(url.QueryEscape(hush), ".", "%2E") + "'>qui</a>",
		"page, in a comment":       "<p>x</p><!-- " + hush + " -->",
		"picture":                  "<svg xmlns='http://www.w3.org/2000/svg'><text>" + hush + "</text></svg>",
		"picture, cut":             "<svg><text>" + strings.Replace(hush, "@", "<tspan>@</tspan>", 1) + "</text></svg>",
		"page in UTF-16":           utf16("<p>"+strings.Replace(hush, "@", "&commat;", 1)+"</p>", false, true),
		"program that is no mail":  "#!/bin/sh\nmail " + hush + "\n",
		"link that is percents":    "<img src=\"https://x.example/?r=" + url.QueryEscape(hush) + "\">",
		"attribute that nobody is": "<p data-x=\"" + hush + "\">a</p>",
	} {
		clean := string(struckFile([]byte(in), strikeSecret))
		if got := everyReading(clean); strings.Contains(got, hush) || clean == in {
			t.Errorf("%s: it reads\n%s", name, got)
		}
		if again := string(struckFile([]byte(clean), strikeSecret)); again != clean {
			t.Errorf("%s: struck twice it differs:\n%s", name, again)
		}
	}
	for name, in := range map[string]string{
		"nothing to strike": "scriva a mario@example.com\n", "page": "<p>x &lt; y <a href='mailto:a%2Bb@example.com'>b</a></p>",
		"nothing": "", "UTF-16": utf16("niente\n", false, true), "odd UTF-16": "\xff\xfea", "icon": "\x00\x00\x01\x00" + hush, "picture": "\x89PNG\r\n\x1a\n\x00" + hush,
		"archive": "PK\x03\x04\x00\x00" + hush, "Latin": "perch\xe9 no",
	} {
		if clean := string(struckFile([]byte(in), strikeSecret)); clean != in {
			t.Errorf("%s: %q became %q", name, in, clean)
		}
	}
}

// entities writes each character as one.
func entities(s string) string {
	var b strings.Builder
	for _, c := range s {
		b.WriteString("&#" + strings.Repeat("0", 3) + itoa(int(c)) + ";")
	}
	return b.String()
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

// everyReading is a file as programs may read it, all behind each other.
func everyReading(s string) string {
	if b, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes([]byte(s)); err == nil && strings.Contains(s, "\x00") {
		s += string(b)
		b, _ = unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder().Bytes([]byte(s))
		s += string(b)
	}
	shown, _ := readMarkup(s, func(s string) string { return s })
	plain := html.UnescapeString(s)
	if p, err := url.PathUnescape(strings.ReplaceAll(plain, "% ", "")); err == nil {
		plain += p
	}
	return s + plain + shown
}

// TestStruckInsideMail: what an attached mail carries is struck as files are.
func TestStruckInsideMail(t *testing.T) {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) + "\r\n" }
	for name, in := range map[string]string{
		"UTF-16 text":          "Content-Type: text/plain; charset=utf-16\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64(utf16(hush, false, true)),
		"text without type":    "Content-Type: application/octet-stream; name=a.txt\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64(hush),
		"encoding spelt oddly": "Content-Type: text/plain\r\nContent-Transfer-Encoding: Base-64 (see RFC 2045)\r\n\r\n" + b64(hush),
		"page in a mail":       "Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64("<p>"+strings.Replace(hush, "@", "<b>@</b>", 1)),
		"uuencoded":            "Content-Type: text/plain\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\r\nM<V-R:79A\r\nend\r\n",
	} {
		clean := struck([]byte(in), strikeSecret, 0)
		if bytes.Equal(clean, []byte(in)) {
			t.Errorf("%s: nothing was struck", name)
		}
		_, body := splitEntity(clean)
		if plain, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(string(body), "\r\n", "")); err != nil || strings.Contains(everyReading(string(plain)), hush) {
			t.Errorf("%s: %v: it reads %q", name, err, plain)
		}
	}
}

// TestAnswerRelaysStruckFiles: files of text go to a customer without tokens and
// to technicians as they are; nothing active stands in the text of a letter.
func TestAnswerRelaysStruckFiles(t *testing.T) {
	page := []byte("<p>scriva a " + hush + "</p>")
	c := Composer{Name: "Assistenza", Address: public, Strike: strikeSecret,
		Attachment: func(context.Context, ticket.AttachmentRef) ([]byte, error) { return page, nil }}
	n := sample(ticket.NoticeAnswer, "it", func(n *ticket.Notice) {
		for _, a := range []ticket.Attachment{{Name: "logo.svg", Type: "image/svg+xml"}, {Name: "logo.svg", Type: "image/png"}, {Name: "pagina.html", Type: "text/html"}} {
			a.Inline, a.ContentID = true, "a"
			n.Attachments = append(n.Attachments, ticket.Relay{Attachment: a})
		}
	})
	l, err := c.Compose(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, chunk := range l.Chunks {
		if chunk.Attachment != nil {
			t.Error("a file goes along as it was")
		}
		all.Write(chunk.Bytes)
	}
	if strings.Contains(all.String(), "inline") || strings.Contains(all.String(), base64.StdEncoding.EncodeToString(page)[:30]) {
		t.Errorf("letter:\n%s", all.String())
	}
}
