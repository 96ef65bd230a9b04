package mailout

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"sportello/ticket"
)

// FuzzLetter: whatever people write, the letter is well-formed, short-lined
// ASCII whose text part holds the text, or it is refused.
func FuzzLetter(f *testing.F) {
	f.Add("Buongiorno,\r\n\r\n.\r\n..x\r\n-- \r\nMario", "Il sito", "Mario Rossi", "foto.png")
	f.Add("\x01fact\x1fa\x1fb\x02\x03", "{{.}}", "<b>", "a\"b.exe")
	f.Add(strings.Repeat("x", 20000)+"\n"+strings.Repeat("è ", 500), "日本語", "=?utf-8?q?a?=", strings.Repeat("ò", 130))
	f.Add("\u202e\u2066rtl\n\ufeff", "\u202e", "a@b.it", "gpj.\u202eexe")
	f.Add("\xff\xfe bad \x00", "", "", "")
	c := composer()
	f.Fuzz(func(t *testing.T, text, subject, name, file string) {
		n := sample(ticket.NoticeTicketNew, "it", func(n *ticket.Notice) {
			n.Text, n.Subject, n.Author.Name, n.Requester.Name, n.Lines = text, subject, name, name, []string{text}
			n.Attachments = []ticket.Relay{{Attachment: ticket.Attachment{Name: file, Type: file}}, {Attachment: ticket.Attachment{Name: file}, Left: true}}
		})
		l, err := c.Compose(context.Background(), n)
		if err != nil {
			if !controls(subject) {
				t.Fatal(err)
			}
			return
		}
		raw := wire(t, c, l)
		for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
			if len(line) > 78 || !ascii(string(line)) || bytes.ContainsAny(line, "\r\n\x00") {
				t.Fatalf("line %q", line)
			}
		}
		plain, html, files := read(t, raw)
		if len(files) != 1 || strings.TrimRight(plain, "\n") != strings.TrimRight(l.Text, "\n") {
			t.Fatalf("%d files, text %q, want %q", len(files), plain, l.Text)
		}
		if !strings.Contains(plain, manyLines(text)) {
			t.Errorf("%q is not in %q", manyLines(text), plain)
		}
		if strings.ContainsAny(plain+html, "\x01\x02\x03\x04\x1f\x00") {
			t.Errorf("control characters in %q", plain)
		}
	})
}
