package mailin

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// part is one part of a multipart with the boundary b.
func partText(head, body string) string { return "--b\r\n" + head + "\r\n\r\n" + body + "\r\n" }

func mixed(parts ...string) string {
	return benchHead + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Join(parts, "") + "--b--\r\n"
}

// ofHTML is a mail of n HTML parts.
func ofHTML(n int, page string) string {
	return mixed(slices.Repeat([]string{partText("Content-Type: text/html", page)}, n)...)
}

// growingMails become far more than they are, each in a way of its own.
func growingMails() map[string]string {
	picture := partText("Content-Type: image/png; name=\""+strings.Repeat("lungo", 23)+".png\"\r\nContent-ID: <i>\r\nContent-Transfer-Encoding: base64", "AAAA")
	html := partText("Content-Type: text/html", strings.Repeat("<img src=cid:i>", 70_000))
	kana := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\xb1", 1<<20)))
	return map[string]string{
		"rules in quotes":           ofHTML(4, strings.Repeat("<blockquote>", 8)+strings.Repeat("<hr>a", 1<<18)),
		"names of pictures":         mixed(html, html, html, html, picture),
		"list items":                ofHTML(4, strings.Repeat("<ul>", 8)+strings.Repeat("<li>a", 1<<18)),
		"numbers of lists":          ofHTML(4, strings.Repeat("<ol>", 8)+strings.Repeat("<li>a", 1<<18)),
		"lines in quotes":           ofHTML(4, strings.Repeat("<blockquote>", 8)+strings.Repeat("a<br>", 1<<18)),
		"signatures":                ofHTML(4, strings.Repeat("<p id=Signature>a", 1<<16)),
		"old headers":               ofHTML(4, strings.Repeat("<p id=divRplyFwdMsg>a", 1<<16)),
		"links":                     ofHTML(4, strings.Repeat("<a href=http://"+strings.Repeat("a", 100)+">b</a>", 8_000)),
		"links inside each other":   ofHTML(4, strings.Repeat("<a href=http://a.it>", 2000)+strings.Repeat("b ", 400_000)+strings.Repeat("</a>", 2000)),
		"texts of pictures":         ofHTML(4, strings.Repeat("<img alt=abcdefghijklmn>", 40_000)),
		"entities":                  ofHTML(4, strings.Repeat("&nbsp;&ngE;", 90_000)),
		"cells":                     ofHTML(4, "<table>"+strings.Repeat("<td>a<tr>", 100_000)),
		"five hundred pages":        ofHTML(499, strings.Repeat("<blockquote><hr>a", 6000)),
		"half-width kana":           mixed(slices.Repeat([]string{partText("Content-Type: text/plain; charset=shift_jis\r\nContent-Transfer-Encoding: base64", kana)}, 4)...),
		"escapes of ISO-2022-JP":    benchHead + "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + strings.Repeat("\x1b$B$\"\x1b(B", 100_000),
		"unlabelled Latin":          benchHead + "Content-Type: text/plain\r\n\r\n" + strings.Repeat("\x80 ", 500_000),
		"flowed quotes":             benchHead + "Content-Type: text/plain; format=flowed\r\n\r\n" + strings.Repeat(">\n", 500_000),
		"direction marks":           benchHead + "Content-Type: text/plain; charset=utf-8\r\n\r\n" + strings.Repeat("\u202e\n", 250_000),
		"flowed text of 40 MB":      benchHead + "Content-Type: text/plain; format=flowed\r\n\r\n" + strings.Repeat("parola \n", 5_000_000),
		"fields of parts":           mixed(slices.Repeat([]string{partText(strings.TrimSuffix(strings.Repeat("A:\r\n", 1999), "\r\n"), "a")}, 499)...),
		"signed in signed":          benchHead + signedMail(10, strings.Repeat("a", 300_000)),
		"files in winmail.dat":      mixed(slices.Repeat([]string{partText("Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64", base64.StdEncoding.EncodeToString(manyTNEF(1900)))}, 400)...),
		"uuencoded in many parts":   mixed(slices.Repeat([]string{partText("Content-Type: text/plain", strings.Repeat("begin 644 a\r\n#0V%T\r\nend\r\n", 2000))}, 400)...),
		"encoded words of kana":     benchHead + "X-A: 1\r\nSubject: " + strings.Repeat("=?shift_jis?Q?"+strings.Repeat("=B1", 18)+"?=\r\n ", 3000) + "\r\n\r\ntext\r\n",
		"recipients":                benchHead + "Cc: " + strings.Repeat("a@b.it,", 35_000) + "\r\n\r\ntext\r\n",
		"mails as names of pages":   mixed(slices.Concat(slices.Repeat([]string{partText("Content-Type: message/rfc822\r\nContent-ID: <i>", "Subject: "+strings.Repeat("a", 20_000)+"\r\n\r\n")}, 240), slices.Repeat([]string{partText("Content-Type: text/html", "<img src=cid:i>")}, 240))...),
		"an attribute a hundred KB": ofHTML(4, "<p "+strings.Repeat("a=b ", 100_000)+" style='"+strings.Repeat("margin: 0;", 50_000)+"'>a"),
		"styles":                    ofHTML(4, strings.Repeat("<p style='"+strings.Repeat(" ", 2000)+"'>a", 400)),
	}
}

// signedMail wraps text into depth opaque signatures.
func signedMail(depth int, text string) string {
	inner := []byte("Content-Type: text/plain\r\n\r\n" + text)
	head := ""
	for range depth {
		der := func(tag byte, content ...[]byte) []byte {
			c := slices.Concat(content...)
			out := []byte{tag, 0x84}
			return append(binary.BigEndian.AppendUint32(out, uint32(len(c))), c...)
		}
		data := der(0x30, der(0x06, []byte(oidData)), der(0xa0, der(0x04, inner)))
		signed := der(0x30, der(0x02, []byte{1}), der(0x31), data)
		info := der(0x30, der(0x06, []byte(oidSignedData)), der(0xa0, signed))
		head = "Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString(info)
		inner = []byte(head)
	}
	return head
}

// manyTNEF is a winmail.dat of n empty files.
func manyTNEF(n int) []byte {
	b := binary.LittleEndian.AppendUint32(nil, tnefSignature)
	b = append(b, 0, 0)
	for range n {
		b = append(b, 2)
		b = binary.LittleEndian.AppendUint32(b, tnefRendering)
		b = append(b, 0, 0, 0, 0, 0, 0)
	}
	return b
}

// TestGrowth reads mails that become far more than they are: text and files stay
// within what their size allows, and what was cut is said.
func TestGrowth(t *testing.T) {
	mails := growingMails()
	for name, raw := range mails {
		t.Run(name, func(t *testing.T) { sound(t, []byte(raw), Parse([]byte(raw), Options{})) })
	}
	for _, name := range []string{"rules in quotes", "names of pictures", "files in winmail.dat"} {
		in := Parse([]byte(mails[name]), Options{})
		if !slices.Contains(in.Defects, outgrown) || in.Content != [32]byte{} {
			t.Errorf("%s: defects %q, fingerprint %x", name, in.Defects, in.Content)
		}
	}
}

// TestHonestMailIsReadWhole reads mail that is long, or grows as honest mail
// does, to its end.
func TestHonestMailIsReadWhole(t *testing.T) {
	for name, raw := range map[string]string{
		"long page":        ofHTML(1, strings.Repeat("<p>il sito &egrave; lento, <b>davvero</b>.</p>", 20_000)+"<p>Fine</p>"),
		"pages of rules":   ofHTML(1, strings.Repeat("<hr><p>Riga.</p>", 3000)+"<p>Fine</p>"),
		"table":            ofHTML(1, "<table>"+strings.Repeat("<tr><td>a<td>b<td>c", 15_000)+"</table><p>Fine"),
		"Thai page":        mixed(partText("Content-Type: text/html; charset=tis-620", strings.Repeat("<p>\xa1\xd2\xc3\xb7\xb4\xca\xcd\xba</p>", 4000)+"<p>Fine")),
		"pictures of mail": mixed(partText("Content-Type: text/html", strings.Repeat("<p>vedi <img src=cid:i> qui</p>", 300)+"<p>Fine"), partText("Content-Type: image/png; name=\"schermata del pannello.png\"\r\nContent-ID: <i>", "x")),
		"signed in PEC":    benchHead + signedMail(2, "Fine"),
		"flowed log":       benchHead + "Content-Type: text/plain; format=flowed\r\n\r\n" + strings.Repeat("> riga del registro\n", 20_000) + "Fine\n",
	} {
		in := Parse([]byte(raw), Options{})
		if !strings.HasSuffix(strings.TrimSpace(in.Text), "Fine") || slices.Contains(in.Defects, outgrown) {
			t.Errorf("%s: defects %q, ends with %q", name, in.Defects, tail(in.Text))
		}
	}
}

func tail(s string) string {
	for n := max(0, len(s)-40); ; n++ {
		if n == len(s) || utf8.RuneStart(s[n]) {
			return s[n:]
		}
	}
}

// FuzzGrowth repeats a piece of HTML until it is long: what becomes of it stays in
// proportion.
func FuzzGrowth(f *testing.F) {
	for _, s := range []string{"<hr>", "<li>a", "<ol><li>", "<a href=http://x>y</a>", "<img src=cid:i>", "<blockquote>a", "&ngE;", "<pre>\n", "<td>", "<p id=Signature>"} {
		f.Add(s, uint16(100))
	}
	f.Fuzz(func(t *testing.T, piece string, times uint16) {
		if len(piece) > 200 {
			return
		}
		raw := ofHTML(1, strings.Repeat(piece, int(times)))
		if in := Parse([]byte(raw), Options{}); int64(len(in.Text)) > grownTo(int64(len(raw))) {
			t.Errorf("%d bytes of text from %d", len(in.Text), len(raw))
		}
	})
}

// BenchmarkGrowth shows the worst of them.
func BenchmarkGrowth(b *testing.B) {
	for name, text := range growingMails() {
		raw := []byte(text)
		b.Run(strings.ReplaceAll(fmt.Sprint(name), " ", "_"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Parse(raw, Options{})
			}
		})
	}
}
