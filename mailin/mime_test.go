package mailin

import (
	"bytes"
	"maps"
	"strings"
	"testing"
)

func TestParseParams(t *testing.T) {
	for _, c := range []struct {
		name, in, main string
		want           map[string]string
	}{
		{"none", "text/plain", "text/plain", nil},
		{"one", "Text/HTML; charset=UTF-8", "text/html", map[string]string{"charset": "UTF-8"}},
		{"quoted", `application/pdf; name="a; b \"c\".pdf"`, "application/pdf", map[string]string{"name": `a; b "c".pdf`}},
		{"Windows path", `attachment; filename="C:\temp\a.pdf"`, "attachment", map[string]string{"filename": `C:\temp\a.pdf`}},
		{"unquoted with spaces", "attachment; filename=la mia foto.jpg", "attachment", map[string]string{"filename": "la mia foto.jpg"}},
		{"no semicolon between", "text/plain; charset=utf-8 format=flowed", "text/plain", map[string]string{"charset": "utf-8", "format": "flowed"}},
		{"no semicolon at all", "text/plain charset=utf-8", "text/plain", map[string]string{"charset": "utf-8"}},
		{"encoded word", `attachment; filename="=?utf-8?Q?perch=C3=A9.pdf?="`, "attachment", map[string]string{"filename": "perché.pdf"}},
		{"RFC 2231", "attachment; filename*=utf-8''perch%C3%A9.pdf", "attachment", map[string]string{"filename": "perché.pdf"}},
		{"RFC 2231 wins", "attachment; filename=x.pdf; filename*=utf-8''perch%C3%A9.pdf", "attachment", map[string]string{"filename": "perché.pdf"}},
		{"pieces", `attachment; filename*1="b.pdf"; filename*0="a"`, "attachment", map[string]string{"filename": "ab.pdf"}},
		{"pieces of both kinds", "attachment; filename*0*=iso-8859-1'it'perch%E9; filename*1=\" no\"; filename*2*=%2Epdf", "attachment", map[string]string{"filename": "perché no.pdf"}},
		{"quoted RFC 2231", `attachment; filename*="iso-8859-1''best%E4tigung.jpg"`, "attachment", map[string]string{"filename": "bestätigung.jpg"}},
		{"unclosed quote", `attachment; filename="a.pdf`, "attachment", map[string]string{"filename": "a.pdf"}},
		{"comment", "text/plain (plain text); charset=us-ascii", "text/plain", map[string]string{"charset": "us-ascii"}},
		{"the first counts", "multipart/mixed; boundary=a; boundary=b", "multipart/mixed", map[string]string{"boundary": "a"}},
	} {
		main, got := parseParams(c.in)
		if main != c.main || !maps.Equal(got, c.want) {
			t.Errorf("%s: parseParams(%q) = %q %q, want %q %q", c.name, c.in, main, got, c.main, c.want)
		}
	}
}

func TestDecodeTransfer(t *testing.T) {
	for _, c := range []struct{ name, encoding, in, want string }{
		{"base64", "base64", "cGVyY2g=\r\n", "perch"},
		{"base64, long lines", "base64", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5\r\nejAx\r\n", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz01"},
		{"no padding", "base64", "cGVyY2g", "perch"},
		{"foreign characters", "base64", "cG!Vy\r\n*Y2g=", "perch"},
		{"two pieces", "base64", "cGVyY2g=\r\nYWI=\r\n", "perchab"},
		{"footer below", "base64", "cGVyY2g=\r\n-- \r\nsent by x\r\n", "perch"},
		{"words behind the padding", "base64", "cGVyY2g= ignored", "perch"},
		{"quoted", "quoted-printable", "perch=C3=A9 =\r\nno\r\n", "perché no\r\n"},
		{"quoted, lower case", "quoted-printable", "=c3=a9", "é"},
		{"quoted, blanks at the end", "quoted-printable", "a  \r\nb= \r\nc", "a\r\nbc"},
		{"quoted, stray equals", "quoted-printable", "a=b=zz =", "a=b=zz "},
		{"uuencode", "uuencode", "begin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\n", "Cat"},
		{"none", "", "as it is =20", "as it is =20"},
	} {
		if got := decodeTransfer(c.encoding, []byte(c.in)); string(got) != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		var streamed bytes.Buffer
		streamTransfer(c.encoding, []byte(c.in), func(b []byte) { streamed.Write(b) })
		if streamed.String() != c.want {
			t.Errorf("%s, streamed: %q, want %q", c.name, streamed.String(), c.want)
		}
	}
	long := bytes.Repeat([]byte("QUJDREVG\r\n QUI\r\n"), 20_000) // groups cut at odd places
	var streamed bytes.Buffer
	streamTransfer("base64", long, func(b []byte) { streamed.Write(b) })
	if !bytes.Equal(streamed.Bytes(), decodeBase64(nil, long)) {
		t.Error("a large base64 body decodes otherwise in pieces than whole")
	}
	long = bytes.Repeat([]byte("perch=C3=A9 =\r\nno  \r\n"), 20_000)
	streamed.Reset()
	streamTransfer("quoted-printable", long, func(b []byte) { streamed.Write(b) })
	if !bytes.Equal(streamed.Bytes(), decodeQuoted(nil, long)) {
		t.Error("a large quoted-printable body decodes otherwise in pieces than whole")
	}
}

// TestUULarge takes a file out of a text that is larger than what is read of text.
func TestUULarge(t *testing.T) {
	line := "M" + strings.Repeat("0V%T", 15) + "\r\n"
	in := Parse([]byte(proper+"begin 644 grande.bin\r\n"+strings.Repeat(line, 40_000)+"end\r\nCoda.\r\n"), Options{})
	if len(in.Attachments) != 1 || in.Attachments[0].Size != 40_000*45 || !strings.HasSuffix(in.Text, "Coda.") {
		t.Errorf("attachments %v, text %.200q; want one of %d bytes, and the text around it", in.Attachments, in.Text, 40_000*45)
	}
}

func TestUnflow(t *testing.T) {
	for _, c := range []struct {
		name, in string
		delSp    bool
		want     string
	}{
		{"joined", "una riga \ndivisa\n\nfine\n", false, "una riga divisa\n\nfine\n"},
		{"DelSp", "una ri \nga\n", true, "una riga\n"},
		{"quotes of one depth", "> citato \n> ancora\n>> altro\n", false, "> citato ancora\n>> altro\n"},
		{"quote and text", "> citato \nrisposta\n", false, "> citato \nrisposta\n"},
		{"signature", "testo \n-- \nMario\n", false, "testo \n-- \nMario\n"},
		{"stuffed", " From qui\n >no\n", false, "From qui\n>no\n"},
	} {
		if got := unflow(c.in, c.delSp); got != c.want {
			t.Errorf("%s: unflow(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

func TestCleanText(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"line ends", "a\r\nb\rc\r\r\nd", "a\nb\nc\nd"},
		{"controls", "a\x00b\x1b[31mc\x7f\td", "ab[31mc\td"},
		{"C1", "a\u0085b\u009bc", "a\nbc"},
		{"form feed", "a\fb", "a\nb"},
		{"open direction", "a\u202eb\nc", "a\u202eb\u202c\nc"},
		{"stray close", "a\u202cb", "ab"},
		{"balanced", "a\u2067b\u2069c", "a\u2067b\u2069c"},
		{"letters stay", "perché – “sì”", "perché – “sì”"},
	} {
		if got := cleanText(c.in); got != c.want {
			t.Errorf("%s: cleanText(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

func TestFileName(t *testing.T) {
	long := string(bytes.Repeat([]byte("x"), 5000))
	for _, c := range []struct{ in, media, want string }{
		{"fattura.pdf", "", "fattura.pdf"},
		{"../../etc/cron.d/x", "", "x"},
		{`C:\Documenti\a.pdf`, "", "a.pdf"},
		{"CON", "", "_CON"},
		{"com1.txt", "", "_com1.txt"},
		{"..", "application/pdf", "document.pdf"},
		{"a/..", "application/pdf", "document.pdf"},
		{"", "image/png", "image.png"},
		{"foto\u202egpj.exe", "", "fotogpj.exe"},
		{"a\x00b\r\nc.txt", "", "ab c.txt"},
		{"=?utf-8?Q?perch=C3=A9.pdf?=", "", "perché.pdf"},
		{long + ".pdf", "", long[:115] + "….pdf"},
	} {
		if got := fileName(&part{name: c.in, media: c.media}); got != c.want {
			t.Errorf("fileName(%.40q) = %q, want %q", c.in, got, c.want)
		}
	}
}
