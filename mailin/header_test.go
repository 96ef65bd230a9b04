package mailin

import (
	"strings"
	"testing"
	"time"
)

func TestReadHeader(t *testing.T) {
	for _, c := range []struct{ name, in, subject, body, defect string }{
		{"proper", "Subject: a\r\nTo: b\r\n\r\ntext", "a", "text", ""},
		{"LF", "Subject: a\nTo: b\n\ntext", "a", "text", ""},
		{"folded", "Subject: a\r\n b\r\n\tc\r\n\r\ntext", "a b\tc", "text", ""},
		{"several CR", "Subject: a\r\r\nTo: b\r\r\n\r\r\ntext", "a", "text", ""},
		{"mbox line", "From x@y Mon Mar  2\nSubject: a\n\ntext", "a", "text", "mbox line before the header"},
		{"a field From with a space is no mbox line", "From : x@y\nSubject: a\n\ntext", "a", "text", ""},
		{"empty lines before", "\r\n\r\nSubject: a\r\n\r\ntext", "a", "text", ""},
		{"byte order mark", "\xef\xbb\xbfSubject: a\r\n\r\ntext", "a", "text", ""},
		{"space before the colon", "Subject : a\r\n\r\ntext", "a", "text", ""},
		{"line that is none", "X-A: b\r\nnonsense here\r\nSubject: a\r\n\r\ntext", "a", "text", "1 header lines that are none"},
		{"no empty line", "Subject: a\r\nthe text begins\r\nand goes on", "a", "the text begins\r\nand goes on", "no empty line after the header"},
		{"boundary at once", "Subject: a\r\n--b\r\nTo: x\r\n", "a", "--b\r\nTo: x\r\n", "no empty line after the header"},
		{"blank line is a fold", "Subject: a\r\n \r\n\tb\r\nTo: x@y\r\n\r\ntext", "a \tb", "text", ""},
		{"blank line ends", "Subject: a\r\n \r\ntext: more", "a", "text: more", ""},
		{"text with a colon", "Subject: a\n\nSubject: b\n", "a", "Subject: b\n", ""},
		{"raw UTF-8", "Subject: perché\r\n\r\n", "perché", "", ""},
		{"raw Latin-1", "Subject: perch\xe9\r\n\r\n", "perché", "", ""},
		{"raw, charset of the text", "Subject: \xd4\xc5\xd3\xd4\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\n", "тест", "", ""},
		{"no header", "just some text\r\n", "", "just some text\r\n", "no header"},
		{"header only", "Subject: a", "a", "", ""},
	} {
		h, body, defects, unfit := readHeader([]byte(c.in))
		if got := h.get("subject"); got != c.subject || string(body) != c.body || unfit != "" {
			t.Errorf("%s: subject %q body %q unfit %q, want %q %q", c.name, got, body, unfit, c.subject, c.body)
		}
		if strings.Join(defects, ";") != c.defect {
			t.Errorf("%s: defects %q, want %q", c.name, defects, c.defect)
		}
	}
}

func TestMessageIDs(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"one", "<a@b>", "a@b"},
		{"several", "<a@b>\r\n <c@d>", "a@b|c@d"},
		{"words around", "Your message of Monday <a@b> (mail)", "a@b"},
		{"no brackets", "a@b, c@d", "a@b|c@d"},
		{"folded inside", "<a\r\n b@c>", "ab@c"},
		{"unclosed", "<a@b <c@d>", "c@d"},
		{"controls and blanks of other scripts", "<a\u0080\u2003@\u202eb>", "a@b"},
		{"none", "yesterday", ""},
		{"empty", "<>", ""},
		{"endless", "<" + strings.Repeat("x", 10_000) + "@b>", ""},
	} {
		if got := strings.Join(messageIDs(c.in), "|"); got != c.want {
			t.Errorf("%s: messageIDs(%.60q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
	many := messageIDs(strings.Repeat("<a@b>", 1000) + "<last@b>")
	if len(many) != maxIDs || many[maxIDs-1] != "last@b" {
		t.Errorf("of 1001 references %d are kept, the last %q", len(many), many[len(many)-1])
	}
}

func TestParseDate(t *testing.T) {
	want := time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)
	for _, in := range []string{
		"Mon, 2 Mar 2026 08:00:00 +0100",
		"Mon, 02 Mar 2026 08:00:00 +0100 (CET)",
		"2 Mar 2026 08:00:00 +0100",
		"Mon, 2 Mar 2026 07:00:00 GMT",
		"Lun, 2 Mar 2026 08:00:00 +0100",
		"Mon,  2 Mar 26 08:00:00 +0100",
		"2026-03-02T08:00:00+01:00",
		"Mon Mar 2 07:00:00 2026",
		"Mon, 2 Mar 2026 08(ore):  00 : 00 +0100",
	} {
		if got := parseDate(in); !got.Equal(want) {
			t.Errorf("parseDate(%q) = %v", in, got)
		}
	}
	for _, in := range []string{"", "yesterday", strings.Repeat("1", 500)} {
		if got := parseDate(in); !got.IsZero() {
			t.Errorf("parseDate(%.20q) = %v, want none", in, got)
		}
	}
}
