package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// seenLetter is a letter as a mail program shows it.
type seenLetter struct {
	text, page string
	pictures   map[string]string // Content-IDs of the parts of multipart/related, and their names
	files      []string          // that are attached
}

// TestPicturesThroughTheDesk: a picture stands where it stood, in both directions,
// in the formats of the programs people have; what stands in no place of the text
// is attached, a logo stays with its signature, and of what a technician quotes
// the customer gets nothing.
func TestPicturesThroughTheDesk(t *testing.T) {
	for name, want := range map[string]struct{ told, answered, attached []string }{
		"gmail":       {told: []string{"image.png", "image.png (2)"}},
		"outlook":     {told: []string{"image001.png"}, answered: []string{"image001.png", "image002.png"}},
		"thunderbird": {told: []string{"orari.png"}, attached: []string{"orari estivi.pdf"}},
		"apple":       {told: []string{"vetrina.png"}, attached: []string{"insegna.png"}},
		"apple-html":  {told: []string{"prezzo.png"}},
		"roundcube":   {told: []string{"rosso.png", "proposta.png"}, answered: []string{"rosso.png"}},
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join("..", "..", "testdata", "mail", "picture-"+name+".eml"))
			must(t, err)
			if want.answered == nil {
				want.answered = want.told
			}
			inWorld(t, fmt.Sprintf(worldConfig, ""), func(*world) {}, func(w *world) {
				w.write("Ugo <ugo@cliente.test>", "Il sito", "Il sito non va.", 0)
				w.wait(5 * time.Minute)
				other := w.toldAnna()
				w.raw(strings.ReplaceAll(string(raw), "assistenza@desk.example", "support@example.test"), 0)
				w.wait(5 * time.Minute)
				seeLetter(t, w.toldAnna()).check(t, "told", want.told, want.attached)
				m, err := mail.ReadMessage(strings.NewReader(other))
				must(t, err)
				_, content, _ := strings.Cut(string(raw), "MIME-Version: 1.0\n")
				w.raw(fmt.Sprintf("From: Anna Ferretti <anna@example.test>\nTo: %s\nSubject: Re: %s\nDate: %s\nMessage-ID: <answer.%s@example.test>\nIn-Reply-To: %s\nMIME-Version: 1.0\n%s",
					m.Header.Get("Reply-To"), m.Header.Get("Subject"), time.Now().Format(time.RFC1123Z), name, m.Header.Get("Message-ID"), content), 0)
				w.wait(5 * time.Minute)
				answers := w.relay.letters("")
				if len(answers) != 1 {
					t.Errorf("%d answers\n%s", len(answers), w.log.String())
					return
				}
				seeLetter(t, answers[0].raw).check(t, "answered", want.answered, want.attached)
			})
		})
	}
}

// toldAnna is the last letter of a new ticket that one of the technicians got.
func (w *world) toldAnna() string {
	w.t.Helper()
	last := ""
	for _, l := range w.relay.letters("ticket-new") {
		if l.to == "anna@example.test" {
			last = l.raw
		}
	}
	if last == "" {
		w.t.Errorf("nobody was told:\n%s", w.log.String())
	}
	return last
}

// check compares what a letter shows in its text and attaches.
func (l *seenLetter) check(t *testing.T, which string, shown, files []string) {
	t.Helper()
	var alts []string
	for _, img := range regexp.MustCompile(`<img src="cid:([^"]*)" alt="([^"]*)"`).FindAllStringSubmatch(l.page, -1) {
		alts = append(alts, img[2])
		if _, there := l.pictures[img[1]]; !there {
			t.Errorf("%s: the page shows %s, which is no part of it", which, img[1])
		}
		if !strings.Contains(l.text, "[immagine: "+img[2]+"]") {
			t.Errorf("%s: the text does not tell where %s stands:\n%s", which, img[2], l.text)
		}
	}
	for id := range l.pictures {
		if n := strings.Count(l.page, `src="cid:`+id+`"`); n != 1 {
			t.Errorf("%s: the page shows %s %d times", which, id, n)
		}
	}
	if !slices.Equal(alts, shown) || len(alts) != len(l.pictures) {
		t.Errorf("%s: shown %q of %v, want %q in\n%s", which, alts, l.pictures, shown, l.page)
	}
	if !slices.Equal(l.files, files) {
		t.Errorf("%s: attached %q, want %q", which, l.files, files)
	}
	if strings.Contains(l.text+l.page, "[image: ") {
		t.Errorf("%s: a mention is left in\n%s", which, l.text)
	}
	for _, f := range files {
		if !strings.Contains(l.text, f+" (") {
			t.Errorf("%s: the text does not name %s:\n%s", which, f, l.text)
		}
	}
}

// seeLetter takes a letter of the desk apart.
func seeLetter(t *testing.T, raw string) *seenLetter {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	must(t, err)
	l := &seenLetter{pictures: map[string]string{}}
	l.read(t, textproto.MIMEHeader(m.Header), m.Body, "")
	return l
}

func (l *seenLetter) read(t *testing.T, h textproto.MIMEHeader, body io.Reader, under string) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	must(t, err)
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				return
			}
			must(t, err)
			l.read(t, p.Header, p, kind)
		}
	}
	if h.Get("Content-Transfer-Encoding") == "base64" {
		body = base64.NewDecoder(base64.StdEncoding, body)
	} else {
		body = quotedprintable.NewReader(body)
	}
	data, err := io.ReadAll(body)
	must(t, err)
	disposition, named, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	id := strings.Trim(h.Get("Content-ID"), "<>")
	switch {
	case disposition == "" && kind == "text/plain":
		l.text = string(data)
	case disposition == "" && kind == "text/html":
		l.page = string(data)
	case disposition == "inline" && id != "" && under == "multipart/related":
		l.pictures[id] = named["filename"]
	case disposition == "attachment" && id == "" && under == "multipart/mixed":
		l.files = append(l.files, named["filename"])
	default:
		t.Errorf("a part of %s: %v", under, h)
	}
}

// TestQuotedPictureStaysInside: a technician's program quotes the letter with
// its picture and sends it back. The customer gets what was written, and no
// picture of the old mail: it may have come from a colleague's note.
func TestQuotedPictureStaysInside(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "testdata", "mail", "picture-gmail.eml"))
	must(t, err)
	for name, quote := range map[string]func(text string) string{
		"Outlook": func(text string) string {
			return "\n________________________________\nDa: Elena Marchi (Assistenza) <support@example.test>\nInviato: sabato 1 gennaio 2000 01:00\nA: Anna Ferretti <anna@example.test>\nOggetto: [Assistenza #1] Il carrello si blocca\n\n" +
				strings.NewReplacer("[immagine: image.png]", "[cid:q1@x]", "[immagine: image.png (2)]", "[cid:q2@x]").Replace(text)
		},
		"Gmail": func(text string) string {
			return "\nIl giorno sab 1 gen 2000 alle ore 01:00 Elena Marchi (Assistenza) <support@example.test> ha scritto:\n\n> " +
				strings.ReplaceAll(strings.NewReplacer("[immagine: image.png]", "[image: image.png]", "[immagine: image.png (2)]", "[image: image.png]").Replace(text), "\n", "\n> ")
		},
		"Thunderbird": func(text string) string {
			return "\nIl 01/01/2000 01:00, Elena Marchi (Assistenza) ha scritto:\n> " + strings.ReplaceAll(strings.NewReplacer("[immagine: image.png]\n", "", "[immagine: image.png (2)]\n", "").Replace(text), "\n", "\n> ")
		},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, fmt.Sprintf(worldConfig, ""), func(*world) {}, func(w *world) {
				w.raw(strings.ReplaceAll(string(raw), "assistenza@desk.example", "support@example.test"), 0)
				w.wait(5 * time.Minute)
				letter := w.toldAnna()
				m, err := mail.ReadMessage(strings.NewReader(letter))
				must(t, err)
				seen := seeLetter(t, letter)
				i := 0
				page := regexp.MustCompile(`"cid:[^"]*"`).ReplaceAllStringFunc(seen.page, func(string) string { i++; return fmt.Sprintf(`"cid:q%d@x"`, i) })
				_, page, _ = strings.Cut(page, "<body")
				_, page, _ = strings.Cut(page, ">")
				page, _, _ = strings.Cut(page, "</body>")
				picture := "Content-Type: image/png; name=\"%s\"\nContent-Disposition: inline; filename=\"%s\"\nContent-ID: <%s>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n"
				w.raw(fmt.Sprintf("From: Anna Ferretti <anna@example.test>\nTo: %s\nSubject: Re: %s\nDate: %s\nMessage-ID: <quoted@example.test>\nIn-Reply-To: %s\nMIME-Version: 1.0\n"+
					"Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain; charset=utf-8\n\nProvi ora, ecco come deve apparire:\n\n%s\nAnna\n%s\n"+
					"--a\nContent-Type: text/html; charset=utf-8\n\n<html><body><p>Provi ora, ecco come deve apparire:</p><p><img src=\"cid:new@x\" alt=\"giusto.png\"></p><p>Anna</p><br><div>Il giorno sab 1 gen 2000 ha scritto:</div><blockquote type=\"cite\">%s</blockquote></body></html>\n--a--\n--r\n"+picture+"--r\n"+picture+"--r\n"+picture+"--r--\n",
					m.Header.Get("Reply-To"), m.Header.Get("Subject"), time.Now().Format(time.RFC1123Z), m.Header.Get("Message-ID"),
					map[string]string{"Outlook": "[cid:new@x]\n", "Gmail": "[image: giusto.png]\n"}[name], quote(strings.ReplaceAll(seen.text, "\r\n", "\n")), page,
					"giusto.png", "giusto.png", "new@x", "image.png", "image.png", "q1@x", "image.png", "image.png", "q2@x"), 0)
				w.wait(5 * time.Minute)
				answers := w.relay.letters("")
				if len(answers) != 1 {
					t.Errorf("%d answers\n%s", len(answers), w.log.String())
					return
				}
				l := seeLetter(t, answers[0].raw)
				l.check(t, "answered", []string{"giusto.png"}, nil)
				if said, _, _ := strings.Cut(strings.ReplaceAll(l.text, "\r\n", "\n"), "\n-----"); strings.Join(strings.Fields(said), " ") != "Provi ora, ecco come deve apparire: [immagine: giusto.png] Anna" {
					t.Errorf("the customer reads\n%s", l.text)
				}
			})
		})
	}
}
