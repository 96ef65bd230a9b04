package mailin

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkParse reads support mail: six in ten plain text, three with an HTML
// form of tens of KB, one with an attachment. SPORTELLO_BENCH_CORPUS names a
// folder of .eml files to read instead; ns/op is the mean for one mail.
func BenchmarkParse(b *testing.B) {
	mails := benchMails(b)
	size := 0
	for _, m := range mails {
		size += len(m)
	}
	b.SetBytes(int64(size / len(mails)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		Parse(mails[i%len(mails)], Options{})
		i++
	}
}

func benchMails(b *testing.B) [][]byte {
	var mails [][]byte
	if folder := os.Getenv("SPORTELLO_BENCH_CORPUS"); folder != "" {
		files, err := filepath.Glob(filepath.Join(folder, "*.eml"))
		if err != nil || len(files) == 0 {
			b.Fatalf("no mails in %s: %v", folder, err)
		}
		for _, f := range files {
			raw, err := os.ReadFile(f)
			if err != nil {
				b.Fatal(err)
			}
			mails = append(mails, raw)
		}
		return mails
	}
	r := rand.New(rand.NewPCG(42, 42))
	for i := range 200 {
		mails = append(mails, benchMail(r, i))
	}
	return mails
}

var benchSentences = []string{
	"Buongiorno, da questa mattina non riesco pi=C3=B9 ad accedere al gestionale.",
	"Vi scrivo perch=C3=A9 la fattura risulta ancora aperta, nonostante il pagamento.",
	"In allegato trovate la schermata dell'errore e il file di log richiesto.",
	"Hello, since this morning I cannot log in to the web portal any more.",
	"The serial number is on the label and our support contract is still valid.",
}

// benchMail writes mail number i.
func benchMail(r *rand.Rand, i int) []byte {
	var m bytes.Buffer
	for hop := range 2 {
		fmt.Fprintf(&m, "Received: from mx%d.acme.test (mx%d.acme.test [192.0.2.%d])\r\n\tby mail.example.test with ESMTPS id %012X\r\n\tfor <support@example.test>; Mon, 2 Mar 2026 08:00:00 +0100\r\n", hop, hop, i%250, r.Uint64()>>16)
	}
	fmt.Fprintf(&m, "From: =?utf-8?q?Niccol=C3=B2?= Rossi <niccolo%d@acme.test>\r\nTo: Support <support@example.test>\r\n", i)
	fmt.Fprintf(&m, "Subject: =?utf-8?q?Password_scaduta=2C_=C3=A8_possibile_ripristinarla=3F?=\r\nDate: Mon, 2 Mar 2026 08:00:00 +0100\r\nMessage-ID: <%d.bench@acme.test>\r\nMIME-Version: 1.0\r\n", i)
	plain := "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + benchText(r, 1500) +
		"\r\n\r\nIl giorno 02/03/2026 08:00 Support ha scritto:\r\n> Buongiorno,\r\n> grazie della richiesta.\r\n\r\n-- \r\nNiccol=C3=B2 Rossi\r\nTel. +39 02 1234567\r\n"
	switch {
	case i%10 < 6:
		m.WriteString(plain)
	case i%10 < 9:
		html := "<html><head><style>" + strings.Repeat(".c1{font-family:Calibri,Arial,sans-serif;font-size:11pt;margin:0;color:#1F497D;}\r\n", 100) +
			"</style></head><body>" + strings.Repeat("<p class=3D\"c1\"><span style=3D\"font-size:11.0pt\">"+benchText(r, 300)+"<o:p></o:p></span></p>\r\n", 6) + "</body></html>"
		fmt.Fprintf(&m, "Content-Type: multipart/alternative; boundary=\"b%d\"\r\n\r\n--b%d\r\n%s\r\n--b%d\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n%s\r\n--b%d--\r\n", i, i, plain, i, html, i)
	default:
		data := make([]byte, 50_000+r.IntN(250_000))
		for j := range data {
			data[j] = byte(r.Uint32())
		}
		fmt.Fprintf(&m, "Content-Type: multipart/mixed; boundary=\"b%d\"\r\n\r\n--b%d\r\n%s\r\n--b%d\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename*=utf-8''perch%%C3%%A9.png\r\n\r\n", i, i, plain, i)
		for text := base64.StdEncoding.EncodeToString(data); text != ""; {
			n := min(76, len(text))
			m.WriteString(text[:n] + "\r\n")
			text = text[n:]
		}
		fmt.Fprintf(&m, "--b%d--\r\n", i)
	}
	return m.Bytes()
}

// benchText is about size bytes of quoted-printable sentences.
func benchText(r *rand.Rand, size int) string {
	var t strings.Builder
	for t.Len() < size {
		t.WriteString(benchSentences[r.IntN(len(benchSentences))])
		t.WriteString("\r\n")
	}
	return t.String()
}
