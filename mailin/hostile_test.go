package mailin

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"sportello/ticket"
)

const benchHead = "From: Mario Rossi <mario@acme.test>\r\nTo: desk@example.test\r\nDate: Mon, 2 Mar 2026 08:00:00 +0100\r\nMessage-ID: <1@acme.test>\r\nSubject: prova\r\nMIME-Version: 1.0\r\n"

// hostileMails are made to exhaust a reader; each must be read within bounds.
func hostileMails() map[string]string {
	return map[string]string{
		"nesting of 10,000":       nested(10_000),
		"100,000 parts":           benchHead + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 100_000) + "--b--\r\n",
		"header of 2 MB":          benchHead + "X-Long: " + strings.Repeat("abcdefghij ", 200_000) + "\r\n\r\ntext\r\n",
		"150,000 fields":          benchHead + strings.Repeat("X-A: b\r\n", 150_000) + "\r\ntext\r\n",
		"folds of 2 MB":           benchHead + "X-Long:" + strings.Repeat(" a\r\n \r\n", 250_000) + "\r\ntext\r\n",
		"part header of 8 MB":     benchHead + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nX-Long: " + strings.Repeat("abcdefgh", 1<<20) + "\r\n\r\ntext\r\n--b--\r\n",
		"attachment of 50 MB":     benchHead + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat(strings.Repeat("QUJD", 19)+"\r\n", 900_000) + "--b--\r\n",
		"text of 20 MB":           benchHead + "\r\n" + strings.Repeat("riga di testo abbastanza lunga\r\n", 650_000),
		"one line of 5 MB":        benchHead + "\r\n" + strings.Repeat("parola ", 750_000),
		"HTML in one line":        benchHead + "Content-Type: text/html\r\n\r\n<p>" + strings.Repeat("<b>a", 1_000_000),
		"open brackets":           benchHead + "Content-Type: text/html\r\n\r\n" + strings.Repeat("<", 2_000_000),
		"quoted text":             benchHead + "\r\n" + strings.Repeat(strings.Repeat(">", 500)+" a\r\n", 2_000),
		"encoded words":           benchHead + "X-Junk: 1\r\nSubject: " + strings.Repeat("=?utf-8?Q?x", 20_000) + "\r\n\r\ntext\r\n",
		"angles":                  benchHead + "References: " + strings.Repeat("< ", 100_000) + "\r\n\r\ntext\r\n",
		"addresses":               benchHead + "Cc: " + strings.Repeat("a b, ", 40_000) + "\r\n\r\ntext\r\n",
		"quotes in addresses":     benchHead + "Cc: " + strings.Repeat("\"(<", 60_000) + "\r\n\r\ntext\r\n",
		"comments":                benchHead + "Cc: <" + strings.Repeat("(", 60_000) + strings.Repeat(")", 60_000) + ">\r\n\r\ntext\r\n",
		"parameters":              benchHead + "Content-Type: text/plain" + strings.Repeat("; a*0*=b", 20_000) + "\r\n\r\ntext\r\n",
		"uuencoded beginnings":    benchHead + "\r\n" + strings.Repeat("begin 644 a\r\n#0V%T\r\nend\r\n", 50_000),
		"uuencoded file of 30 MB": benchHead + "\r\nbegin 644 a.bin\r\n" + strings.Repeat("M"+strings.Repeat("0V%T", 15)+"\r\n", 480_000) + "end\r\n",
		"boundary of a dash":      benchHead + "Content-Type: multipart/mixed; boundary=\"-\"\r\n\r\n" + strings.Repeat("-", 3_000_000),
		"base64 multipart":        benchHead + "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte("--b\r\n\r\ntext\r\n--b--\r\n")),
		"direction marks":         benchHead + "\r\n" + strings.Repeat("\u202e\u2066", 150_000),
		"nothing":                 "",
		"NUL":                     strings.Repeat("\x00", 100_000),
	}
}

func nested(n int) string {
	var b strings.Builder
	b.WriteString(benchHead + "Content-Type: multipart/mixed; boundary=b0\r\n\r\n")
	for i := range n {
		fmt.Fprintf(&b, "--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n", i, i+1)
	}
	fmt.Fprintf(&b, "--b%d\r\n\r\ndeep\r\n", n)
	for i := n; i >= 0; i-- {
		fmt.Fprintf(&b, "--b%d--\r\n", i)
	}
	return b.String()
}

func TestHostile(t *testing.T) {
	for name, raw := range hostileMails() {
		t.Run(name, func(t *testing.T) {
			sound(t, []byte(raw), Parse([]byte(raw), Options{}))
		})
	}
}

// sound checks what holds for every mail, however broken.
func sound(t *testing.T, raw []byte, in *ticket.Inbound) {
	t.Helper()
	if strings.HasPrefix(in.Unfit, "cannot be read") {
		t.Fatal(in.Unfit)
	}
	lines := []string{in.Subject, in.MessageID, in.Sender.Name, in.Sender.Address}
	for _, list := range [][]ticket.Mailbox{in.From, in.To, in.Cc, in.ReplyTo} {
		for _, m := range list {
			lines = append(lines, m.Name, m.Address)
		}
	}
	for _, a := range in.Attachments {
		lines = append(lines, a.Name, a.Type, a.ContentID)
		if n := utf8.RuneCountInString(a.Name); n == 0 || n > maxName || strings.ContainsAny(a.Name, `/\`) {
			t.Errorf("attachment name %q", a.Name)
		}
	}
	for _, l := range lines {
		if oneLine(l) != l {
			t.Errorf("not fit for one line: %q", l)
		}
	}
	for _, s := range append(lines, in.Text, in.Reply, in.Signature) {
		if !utf8.ValidString(s) {
			t.Errorf("not UTF-8: %.100q", s)
		}
	}
	if strings.ContainsAny(in.Text, "\x00\r\x1b") {
		t.Errorf("controls in the text: %.100q", in.Text)
	}
	if n, most := len(in.Text), grownTo(int64(len(raw))); int64(n) > most {
		t.Errorf("%d bytes of text from %d, at most %d are allowed", n, len(raw), most)
	}
	if n := len(in.Attachments); n > 2*maxParts {
		t.Errorf("%d attachments", n)
	}
	for _, i := range []int{0, len(in.Attachments) / 2, len(in.Attachments) - 1} {
		if i < 0 || i >= len(in.Attachments) {
			continue
		}
		a, data, err := Extract(raw, i)
		if err != nil || a != in.Attachments[i] || int64(len(data)) != a.Size {
			t.Errorf("Extract %d: %v %v, %d bytes; Parse said %v", i, a, err, len(data), in.Attachments[i])
		}
	}
}

// TestLimits says what becomes of mail beyond the limits.
func TestLimits(t *testing.T) {
	mails := hostileMails()
	for _, c := range []struct{ mail, unfit, defect string }{
		{"nesting of 10,000", "", "nested deeper than 20: the rest is one file"},
		{"100,000 parts", "", "more than 500 parts: 99501 not read"},
		{"header of 2 MB", "header over 256 KiB", "header over 256 KiB"},
		{"150,000 fields", "more than 2000 header fields", "more than 2000 header fields"},
		{"part header of 8 MB", "", "part: header over 256 KiB"},
		{"text of 20 MB", "", "text over 1024 KiB: the rest is in the raw mail"},
		{"nothing", "no From", "no From"},
	} {
		in := Parse([]byte(mails[c.mail]), Options{})
		if in.Unfit != c.unfit || !strings.Contains(strings.Join(in.Defects, "\n"), c.defect) {
			t.Errorf("%s: unfit %q, defects %q; want %q and %q", c.mail, in.Unfit, in.Defects, c.unfit, c.defect)
		}
	}
	if in := Parse([]byte(mails["text of 20 MB"]), Options{}); in.Content != [32]byte{} {
		t.Error("a text read in part has a content fingerprint: another rest would count as a copy")
	}
	in := Parse([]byte(mails["nesting of 10,000"]), Options{})
	if n := len(in.Attachments); n != 1 || in.Attachments[0].Size < 500_000 {
		t.Errorf("what is nested too deep: %d attachments, want all of it as one", n)
	}
}

// BenchmarkHostile shows the worst of them.
func BenchmarkHostile(b *testing.B) {
	for name, text := range hostileMails() {
		raw := []byte(text)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Parse(raw, Options{})
			}
		})
	}
}
