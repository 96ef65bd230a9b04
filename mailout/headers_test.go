package mailout

import (
	"bytes"
	"mime"
	"net/mail"
	"strings"
	"testing"

	"sportello/ticket"
)

// TestFoldSubject: the desk's tag stands once, marks of replies fold away.
func TestFoldSubject(t *testing.T) {
	for in, want := range map[string]string{
		"Il sito":                                "Il sito",
		"Re: R: I: Fwd: AW: Il sito":             "Il sito",
		"RE: [Desk #12] Re[2]: Il sito":          "Il sito",
		"[Desk #12] [Desk #13] Il sito":          "Il sito",
		"[desk #12]Il sito":                      "Il sito",
		"[Altro #12] Il sito":                    "[Altro #12] Il sito",
		"R: [AE #12] Il sito":                    "Il sito",
		"Il sito [Desk #12]":                     "Il sito",
		"Rif : Il sito":                          "Il sito",
		"Ricetta: pane":                          "Ricetta: pane",
		"Release: 4.2":                           "Release: 4.2",
		"Info: prezzi":                           "Info: prezzi",
		"  due   spazi ":                         "due spazi",
		"Re:":                                    "",
		"[Desk]":                                 "",
		"":                                       "",
		"R\u00e9: accento":                       "R\u00e9: accento",
		strings.Repeat("lungo ", 50) + "la fine": strings.Repeat("lungo ", 33) + "l…",
	} {
		if got := foldSubject(in, tagPattern("Desk", "AE")); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// FuzzHeader: whatever the texts, the header is ASCII, folded, one field each,
// and reads back as it was meant; or it is refused.
func FuzzHeader(f *testing.F) {
	f.Add("Il sito è giù", "Mario Rossi", "mario@esempio.it")
	f.Add("日本語の件名はとても長いのでいくつかの単語に分ける必要があります。本当に長いのです。", "山田", "a@b.jp")
	f.Add("=?utf-8?q?x?= \"quoted\" \\", "a\"b\\c", "x.y+z@b-c.de")
	f.Add(strings.Repeat("W", 500), strings.Repeat("è", 300), "a@b.it")
	f.Add("a\r\nBcc: x@y.it", "a\x00", "a@b.it>\r\n")
	f.Fuzz(func(t *testing.T, subject, name, address string) {
		h := new(header)
		h.mailbox("To", name, address)
		h.text("Subject", subject)
		if h.err != nil {
			return
		}
		for _, line := range strings.Split(strings.TrimSuffix(h.String(), "\r\n"), "\r\n") {
			if len(line) > 998 || strings.ContainsAny(line, "\r\n\x00") || strings.TrimSpace(line) == "" {
				t.Fatalf("line %q", line)
			}
			if strings.Contains(line, "=?utf-8?") && len(line) > lineWidth {
				t.Errorf("%d characters: %q", len(line), line)
			}
		}
		m, err := mail.ReadMessage(bytes.NewReader(append(h.Bytes(), "\r\n"...)))
		if err != nil || len(m.Header) != 2 {
			t.Fatalf("%v: %q", err, h.String())
		}
		got, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if want := strings.Join(strings.Fields(subject), " "); err != nil || strings.Join(strings.Fields(got), " ") != want {
			t.Errorf("subject %q reads %q (%v)", want, got, err)
		}
		local := address[:strings.LastIndexByte(address, '@')]
		if !ascii(address) || strings.Contains("."+local+".", "..") {
			return
		}
		list, err := m.Header.AddressList("To")
		if err != nil || len(list) != 1 {
			t.Fatalf("To %q: %v", m.Header.Get("To"), err)
		}
	})
}

func TestReferencesLeaveOutTheImpossible(t *testing.T) {
	h := new(header)
	h.ids("References", "a@b", "", "with space@b", "é@b", "<c@d>", strings.Repeat("x", 1000)+"@b", "e@f")
	if got := h.String(); got != "References: <a@b> <e@f>\r\n" || h.err != nil {
		t.Errorf("%q, %v", got, h.err)
	}
}

func TestParameter(t *testing.T) {
	for _, name := range []string{"a.pdf", `due "parole".txt`, "perché.pdf", strings.Repeat("è", 120), strings.Repeat("a", 120)} {
		d := new(draft)
		d.relay(carried{Relay: ticket.Relay{Attachment: ticket.Attachment{Name: name, Type: "application/pdf"}}})
		d.cut()
		head := string(d.chunks[0].Bytes)
		m, err := mail.ReadMessage(strings.NewReader(head))
		if err != nil {
			t.Fatal(err)
		}
		_, params, err := mime.ParseMediaType(m.Header.Get("Content-Disposition"))
		if err != nil || params["filename"] != name {
			t.Errorf("%q reads %q (%v) of %q", name, params["filename"], err, head)
		}
	}
}

func TestWireAddress(t *testing.T) {
	for in, want := range map[string]string{
		"mario@esempio.it": "mario@esempio.it", "a+b.c@d-e.it": "a+b.c@d-e.it", "x@caffè.it": "x@xn--caff-8oa.it",
		"o'neil@b.ie": "o'neil@b.ie", "niccolò@b.it": "niccolò@b.it",
		"": "", "mario": "", "@b.it": "", "a@": "", "a b@c.it": "", "a@b c.it": "", "a@b@c.it": "", "a@b.it\r\n": "", "<a@b.it>": "",
		"a@b.it,c@d.it": "", "a@b.it>": "", "a\x00@b.it": "", strings.Repeat("a", 250) + "@b.it": "",
	} {
		got, err := wireAddress(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
}
