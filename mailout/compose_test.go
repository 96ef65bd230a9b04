package mailout

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sportello/ticket"
)

var update = flag.Bool("update", false, "rewrite the golden letters")

func rome() *time.Location { return time.FixedZone("CET", 3600) }

func composer() *Composer {
	return &Composer{Name: "Assistenza Example", Address: "assistenza@example.it", Zone: rome(),
		Attachment: func(_ context.Context, ref ticket.AttachmentRef) ([]byte, error) {
			return []byte("bytes of " + string(ref.Raw)), nil
		}}
}

// wire returns the bytes of a letter as they would go out.
func wire(t testing.TB, c *Composer, l *ticket.Letter) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := writeLetter(context.Background(), &b, l, c.Attachment); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func compose(t testing.TB, n *ticket.Notice) (*ticket.Letter, []byte) {
	t.Helper()
	c := composer()
	l, err := c.Compose(context.Background(), n)
	if err != nil {
		t.Fatalf("%s: %v", n.Kind, err)
	}
	return l, wire(t, c, l)
}

// TestGoldenLetters compares head and text of every letter with the files that
// people have read. -update rewrites them.
func TestGoldenLetters(t *testing.T) {
	for _, language := range []string{"it", "en"} {
		all := Samples(language)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			t.Run(language+"/"+name, func(t *testing.T) {
				l, raw := compose(t, all[name])
				head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
				golden(t, language+"-"+name, strings.ReplaceAll(head, "\r\n", "\n")+"\n\n"+l.Text)
			})
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("..", "testdata", "letters", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// TestCoveredWithoutAPlan: a technician may call a request covered that no plan
// covers; no letter then names one.
func TestCoveredWithoutAPlan(t *testing.T) {
	for language, broken := range map[string][]string{"it": {"nel Suo ,", "nel Suo\n", "nel \n"}, "en": {"in your ,", "in your\n", "in the \n"}} {
		n := Samples(language)["quote-covered"]
		n.PlanText, n.Site = "", ""
		l, _ := compose(t, n)
		for _, words := range broken {
			if strings.Contains(l.Text, words) {
				t.Errorf("%s: %q in\n%s", language, words, l.Text)
			}
		}
	}
}

// TestGoldenPage keeps one whole HTML form under review.
func TestGoldenPage(t *testing.T) {
	_, raw := compose(t, Samples("it")["quote"])
	_, html, _ := read(t, raw)
	golden(t, "it-quote.html", html)
}

// file is an attachment as a reader of the letter finds it.
type file struct{ Name, Type, Disposition, Body string }

// read takes a letter apart with the standard library: text, HTML, files.
func read(t testing.TB, raw []byte) (text, html string, files []file) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var walk func(kind string, h map[string][]string, body io.Reader)
	walk = func(kind string, h map[string][]string, body io.Reader) {
		media, params, err := mime.ParseMediaType(kind)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(media, "multipart/") {
			r := multipart.NewReader(body, params["boundary"])
			for {
				p, err := r.NextRawPart()
				if err == io.EOF {
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				walk(p.Header.Get("Content-Type"), p.Header, p)
			}
		}
		switch h["Content-Transfer-Encoding"][0] {
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		default:
			t.Fatalf("encoding %q", h["Content-Transfer-Encoding"])
		}
		data, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		if d := h["Content-Disposition"]; d != nil {
			disposition, p, err := mime.ParseMediaType(d[0])
			if err != nil {
				t.Fatal(err)
			}
			if p["filename"] != params["name"] {
				t.Errorf("filename %q, name %q", p["filename"], params["name"])
			}
			files = append(files, file{p["filename"], media, disposition, string(data)})
			return
		}
		if s := strings.ReplaceAll(string(data), "\r\n", "\n"); media == "text/plain" {
			text = s
		} else {
			html = s
		}
	}
	walk(m.Header.Get("Content-Type"), m.Header, m.Body)
	return text, html, files
}

// TestLettersOnTheWire: what every letter must be, whatever it says (RFC 5321,
// section 4.5.3.1; PROMISES.md E22, E23).
func TestLettersOnTheWire(t *testing.T) {
	for _, language := range []string{"it", "en"} {
		for name, n := range Samples(language) {
			l, raw := compose(t, n)
			for i, line := range strings.Split(strings.TrimSuffix(string(raw), "\r\n"), "\r\n") {
				if len(line) > 78 || strings.ContainsAny(line, "\r\n\x00") || !ascii(line) {
					t.Errorf("%s %s line %d: %q", language, name, i+1, line)
				}
			}
			if int64(len(raw)) != l.Size {
				t.Errorf("%s: size %d, has %d", name, l.Size, len(raw))
			}
			text, html, _ := read(t, raw)
			if strings.TrimRight(text, "\n") != strings.TrimRight(l.Text, "\n") {
				t.Errorf("%s: text part and Letter.Text differ:\n%s", name, cmp.Diff(l.Text, text))
			}
			for _, remote := range []string{"src=", "url(", "<script", "@import", "<link"} {
				if strings.Contains(strings.ReplaceAll(html, `src="cid:`, ""), remote) {
					t.Errorf("%s: HTML holds %q", name, remote)
				}
			}
			if strings.ContainsAny(text+html, "\x01\x02\x03\x04\x1f") || strings.Contains(text+html, "<no value>") {
				t.Errorf("%s: markup is left over:\n%s", name, text)
			}
			_, again := compose(t, n)
			if !bytes.Equal(raw, again) {
				t.Errorf("%s: composed twice, the bytes differ", name)
			}
			if err := verify(context.Background(), l, composer().Attachment); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestMarks: which letters say that no person wrote them (PROMISES.md D16).
func TestMarks(t *testing.T) {
	for name, n := range Samples("it") {
		_, raw := compose(t, n)
		m, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if n.Kind == ticket.NoticeAnswer {
			for field := range m.Header {
				if strings.HasPrefix(field, "X-") || field == "Auto-Submitted" || field == "Precedence" || field == "List-Id" {
					t.Errorf("%s has %s", name, field)
				}
			}
			continue
		}
		if got := m.Header.Get("Auto-Submitted"); got != n.AutoSubmitted {
			t.Errorf("%s: Auto-Submitted %q", name, got)
		}
		if m.Header.Get("X-Auto-Response-Suppress") != "All" || m.Header.Get("X-Sportello-Notice") != n.Kind.String() {
			t.Errorf("%s: %v", name, m.Header)
		}
		if n.Kind.Technical() != (m.Header.Get("List-Id") != "") {
			t.Errorf("%s: List-Id %q", name, m.Header.Get("List-Id"))
		}
		if !n.Kind.Technical() && (m.Header.Get("X-Sportello-Customer") != "" || m.Header.Get("X-Sportello-Note") != "") {
			t.Errorf("%s: a customer's letter has technicians' headers", name)
		}
	}
}

// TestNoteAddressOnce: it stands in the text once, and in X-Sportello-Note.
func TestNoteAddressOnce(t *testing.T) {
	l, raw := compose(t, Samples("en")["ticket-new"])
	link := "mailto:assistenza%2Bn1042.1.1abc.z4@example.it?subject=%5BAssistenza%20Example%20%231042%5D%20Note"
	if n := strings.Count(l.Text, "\n"+link+"\n"); n != 1 || strings.Count(l.Text, "n1042.1.1abc") != 1 {
		t.Errorf("the note link stands alone on %d lines of:\n%s", n, l.Text)
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"X-Sportello-Note": "assistenza+n1042.1.1abc.z4@example.it", "X-Sportello-State": "open", "X-Sportello-Coverage": "covered",
		"X-Sportello-Topic": "platform-down", "X-Sportello-Due": "2026-11-29", "X-Sportello-Customer": "jane@example.com",
		"X-Sportello-Ticket": "1042", "List-Id": `"Assistenza Example" <assistenza.example.it>`,
		"From":     `"Jane Doe (Assistenza Example)" <assistenza@example.it>`,
		"Reply-To": `"Assistenza Example #1042" <assistenza+w1042.1.1abc.q9@example.it>`,
	}
	for field, value := range want {
		if got := m.Header.Get(field); got != value {
			t.Errorf("%s: %q, want %q", field, got, value)
		}
	}
}

// TestQuoteButtons: the links write the very words that accept and decline, in
// both forms of the letter.
func TestQuoteButtons(t *testing.T) {
	for language, words := range map[string][2]string{
		"it": {"Accetto il preventivo P-1042-1", "Rifiuto il preventivo P-1042-1"},
		"en": {"I accept quote P-1042-1", "I decline quote P-1042-1"},
	} {
		l, raw := compose(t, Samples(language)["quote"])
		_, html, _ := read(t, raw)
		for _, w := range words {
			link := `href="mailto:assistenza%2Bq1042.0.1.1abc.p3@example.it?subject=%5BAssistenza%20Example%20%231042%5D&amp;body=` +
				strings.ReplaceAll(w, " ", "%20") + `"`
			if !strings.Contains(html, link) {
				t.Errorf("no %s in:\n%s", link, html)
			}
			if !strings.Contains(strings.Join(strings.Fields(l.Text), " "), w) {
				t.Errorf("the text does not say %q", w)
			}
		}
	}
}

// TestQuoteTokenInSubject: where addresses carry no token, the links' subject does.
func TestQuoteTokenInSubject(t *testing.T) {
	n := Samples("it")["quote"]
	n.ReplyTo, n.Token = "assistenza@example.it", "q1042.0.1.1abc.p3"
	_, raw := compose(t, n)
	_, html, _ := read(t, raw)
	want := `mailto:assistenza@example.it?subject=%5BAssistenza%20Example%20%231042%5D%20%5Bq1042.0.1.1abc.p3%5D&amp;body=`
	if strings.Count(html, want) != 2 {
		t.Errorf("no %s in:\n%s", want, html)
	}
}

// TestUnverifiedAck: a letter that may hold nothing of the mail it answers has a
// subject all the same, greets nobody by name and repeats no text.
func TestUnverifiedAck(t *testing.T) {
	n := sample(ticket.NoticeAck, "it", func(n *ticket.Notice) {
		n.Verified, n.Subject, n.To.Name, n.Text = false, "", "", "canarino"
	})
	_, raw := compose(t, n)
	text, html, _ := read(t, raw)
	if strings.Contains(string(raw)+text+html, "canarino") {
		t.Error("the letter repeats the mail")
	}
	if !strings.Contains(string(raw), "\r\nSubject: [Assistenza Example #1042] Richiesta di assistenza\r\n") || !strings.HasPrefix(text, "Buongiorno,") {
		t.Errorf("subject or greeting:\n%s", raw)
	}
}

// TestAttachments: what goes along keeps its name and bytes, an attached mail
// goes as plain bytes, what is left is named.
func TestAttachments(t *testing.T) {
	l, raw := compose(t, Samples("it")["answer-attachments"])
	_, _, files := read(t, raw)
	want := []file{
		{"schermata.png", "image/png", "attachment", "bytes of a"},
		{"perché «così» e un nome che è davvero molto, molto lungo.pdf", "application/pdf", "attachment", "bytes of b"},
		{"inoltrata.eml", "application/octet-stream", "attachment", "bytes of c"},
	}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(l.Text, "video.mov (48,2 MB)") {
		t.Errorf("the text does not name what is left:\n%s", l.Text)
	}
}

// TestUnwritable: a header that would hold a control character is an error,
// never a letter (PROMISES.md E20).
func TestUnwritable(t *testing.T) {
	broken := errors.New("archive")
	cases := map[string]func(*ticket.Notice){
		"subject with CRLF":    func(n *ticket.Notice) { n.Subject = "a\r\nBcc: x@y.it" },
		"name with LF":         func(n *ticket.Notice) { n.To.Name = "a\nb" },
		"sender with NUL":      func(n *ticket.Notice) { n.FromName = "a\x00" },
		"address with CRLF":    func(n *ticket.Notice) { n.To.Address = "a@b.it\r\nBcc: x@y.it" },
		"two addresses":        func(n *ticket.Notice) { n.To.Address = "a@b.it,c@d.it" },
		"no address":           func(n *ticket.Notice) { n.To.Address = "" },
		"reply with a bracket": func(n *ticket.Notice) { n.ReplyTo = "a>b@c.it" },
		"no Message-ID":        func(n *ticket.Notice) { n.MessageID = "" },
		"note address":         func(n *ticket.Notice) { n.Kind, n.NoteAddress = ticket.NoticeTicketNew, "a\r\nb" },
	}
	for name, edit := range cases {
		if _, err := composer().Compose(context.Background(), sample(ticket.NoticeAck, "it", edit)); err == nil {
			t.Errorf("%s: composed", name)
		}
	}
	c := composer()
	c.Attachment = func(context.Context, ticket.AttachmentRef) ([]byte, error) { return nil, broken }
	if _, err := c.Compose(context.Background(), Samples("it")["answer-attachments"]); !errors.Is(err, broken) {
		t.Errorf("unreadable attachment: %v", err)
	}
}

// TestMarkupStaysText: what a customer writes is shown and never obeyed.
func TestMarkupStaysText(t *testing.T) {
	n := sample(ticket.NoticeTicketNew, "it", func(n *ticket.Notice) {
		n.Text = "\x01button\x1fPaga\x1fhttp://evil\x02<script>alert(1)</script>{{.ReplyTo}}\x03"
		n.Author.Name = "<b>Ugo</b>\x01fact\x1fx\x1fy\x02"
	})
	l, raw := compose(t, n)
	_, html, _ := read(t, raw)
	if strings.Contains(html, "<script>") || strings.Contains(html, `href="http://evil"`) || strings.Contains(html, "<b>Ugo") {
		t.Errorf("obeyed:\n%s", html)
	}
	if !strings.Contains(l.Text, "<script>alert(1)</script>{{.ReplyTo}}") {
		t.Errorf("not shown:\n%s", l.Text)
	}
}

// TestOverride: a folder replaces single templates, and a fault in it is found early.
func TestOverride(t *testing.T) {
	c := composer()
	c.Override = fstest.MapFS{"it/ack.txt": {Data: []byte("Ciao, è la {{.Tag}}.")}}
	l, err := c.Compose(context.Background(), sample(ticket.NoticeAck, "it"))
	if err != nil || l.Text != "Ciao, è la #1042.\n" {
		t.Errorf("%q, %v", l.Text, err)
	}
	for name, tt := range map[string]struct{ file, text, want string }{
		"not closed":           {"en/foot.txt", "{{.Tag", "en/foot.txt:1: unclosed action"},
		"no such field":        {"it/ack.txt", "Ciao\n\n{{.Nulla}}", "it/ack.txt:3: <.Nulla>: can't evaluate field Nulla"},
		"no such function":     {"it/ack.txt", "Ciao\n{{nulla}}", `it/ack.txt:2: function "nulla" not defined`},
		"in a part of letters": {"it/greeting.txt", "\n{{.Nulla}}", "it/greeting.txt:2: <.Nulla>"},
		"too few arguments":    {"it/ack.txt", `{{fact "Tag"}}`, "it/ack.txt:1: <fact \"Tag\">: error calling fact: fact needs 2 arguments, has 1"},
		"in the frame":         {"page.html", "<p>\n{{.Nulla}}", "page.html:2: <.Nulla>"},
		"no such letter":       {"it/acc.txt", "Ciao", "it/acc.txt: replaces no template"},
	} {
		c := composer()
		c.Override = fstest.MapFS{tt.file: {Data: []byte(tt.text)}}
		if err := c.Check(); err == nil || !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	c = composer()
	c.Override = fstest.MapFS{"it/ack.txt": {Data: []byte("{{.Uno}}")}, "en/quote.txt": {Data: []byte("{{.Due}}")}, "README": {Data: []byte("{{")}}
	if err := c.Check(); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("two faults: %v", err)
	}
}
