package mailin

import (
	"strings"
	"testing"
)

// TestPlainThatSaysNothing: a plain text that only says to look elsewhere is no
// other form of the HTML beside it; one that says the same, or more, is.
func TestPlainThatSaysNothing(t *testing.T) {
	mail := func(plain, html string) string {
		return "From: a@b.example\nSubject: x\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n" + plain +
			"\n--b\nContent-Type: text/html; charset=utf-8\n\n" + html + "\n--b--\n"
	}
	const said = "<p>Il mio negozio mostra l'errore 500 quando si paga con la carta.</p>"
	for _, notice := range []string{
		"Questo messaggio richiede un programma che mostri l'HTML.",
		"Please use an HTML compatible viewer!",
		"Bitte verwenden Sie ein E-Mail-Programm, das HTML anzeigen kann.",
		"このメールをご覧になるにはHTML対応のソフトが必要です。",
		"[HTML]",
		".",
		"View this in your browser: https://mail.example/v/8Zk2",
	} {
		if in := Parse([]byte(mail(notice, said)), Options{}); !strings.Contains(in.Text, "errore 500") || notice != "." && strings.Contains(in.Text, notice) || len(in.Attachments) > 0 {
			t.Errorf("%q beside HTML that says something: %q, %d files", notice, in.Text, len(in.Attachments))
		}
	}
	for _, c := range []struct{ plain, html string }{
		{"Il mio negozio mostra l'errore 500.", "<p>Il mio <b>negozio</b> mostra l'errore&nbsp;500.</p><p><img src=\"https://x.example/t.gif\"></p>"},
		{"Accetto", "<div>Accetto</div><div>--<br>Studio Bianchi, via Roma 1, Torino, telefono 011 000</div>"},
		{"OK", "<p>OK</p>"},
		{"👍", "<p>👍</p>"},
		{"テストです。よろしくお願いします。", "<p>テストです。<br>よろしくお願いします。</p>"},
		{"Il sito è fermo", "<p></p>"},
		{"Il sito è fermo", "<img src=\"https://x.example/t.gif\">"},
		{strings.Repeat("Dettagli che stanno soltanto qui, parola per parola. ", 20), "<p>Altro</p>"},
	} {
		if in := Parse([]byte(mail(c.plain, c.html)), Options{}); in.Text != strings.TrimSpace(c.plain) {
			t.Errorf("%q beside %q is shown as %q", c.plain, c.html, in.Text)
		}
	}
}

// TestEncodedReferences: programs that fold long fields put Message-IDs into
// encoded words.
func TestEncodedReferences(t *testing.T) {
	in := Parse([]byte("From: a@b.example\nMessage-ID: =?utf-8?q?=3Cc1=40b.example=3E?=\nIn-Reply-To: =?utf-8?B?PGExQGIuZXhhbXBsZT4=?=\n"+
		"References: <a0@b.example>\n =?us-ascii?Q?=3Ca1=40b?=\n =?us-ascii?Q?=2Eexample=3E?=\n\nx\n"), Options{})
	if in.MessageID != "c1@b.example" || strings.Join(in.InReplyTo, " ") != "a1@b.example" || strings.Join(in.References, " ") != "a0@b.example a1@b.example" {
		t.Errorf("%q in reply to %q after %q", in.MessageID, in.InReplyTo, in.References)
	}
}

// TestManyReferences: of thousands the first and the last are kept, also where
// they stand in many fields.
func TestManyReferences(t *testing.T) {
	ids := "<first@b.example>\n" + strings.Repeat(" <x@b.example>\n", 1000) + " <last@b.example>\n"
	in := Parse([]byte("From: a@b.example\n"+strings.Repeat("References: "+ids, 5)+"Subject: "+strings.Repeat("Re: ", 20000)+"\n\nx\n"), Options{})
	if n := len(in.References); n > maxIDs || in.References[0] != "first@b.example" || in.References[n-1] != "last@b.example" || len(in.Subject) > maxSubject {
		t.Errorf("%d references, subject of %d bytes", n, len(in.Subject))
	}
}
