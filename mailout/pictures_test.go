package mailout

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sportello/ticket"
)

// withPictures is a notice whose text shows pictures.
func withPictures(kind ticket.NoticeKind, language string) *ticket.Notice {
	picture := func(raw ticket.RawRef, name, label, media string, i int) ticket.Relay {
		return ticket.Relay{Attachment: ticket.Attachment{Name: name, Label: label, Type: media, Size: 10, Inline: true, ContentID: name + "@x", Index: i},
			Ref: ticket.AttachmentRef{Raw: raw, Index: i}}
	}
	return sample(kind, language, func(n *ticket.Notice) {
		n.Author = ticket.Mailbox{Name: "Anna Ferretti"}
		n.Text = "Prima:\n[image: a & b.png]\n\nDopo [image: image.png (2)], disegno [image: x.svg], filmato [image: grande.png].\n\nAncora [image: a & b.png]\n[image: altro.png]"
		n.Attachments = []ticket.Relay{
			picture("a", "a & b.png", "a & b.png", "image/png", 0),
			picture("b", "image.png", "image.png (2)", "image/png", 1),
			picture("c", "x.svg", "x.svg", "image/svg+xml", 2),
			picture("d", "grande.png", "grande.png", "image/png", 3),
			picture("e", "altro.png", "", "image/png", 4),
		}
		n.Attachments[3].Left = true
	})
}

// TestPicturesInLetters: each picture whose place is known is shown once by the
// page and is a part beside it; all else is attached or named.
func TestPicturesInLetters(t *testing.T) {
	shown := regexp.MustCompile(`<img src="cid:([^"]+)" alt="([^"]+)"`)
	for name, n := range map[string]*ticket.Notice{
		"answer-picture": withPictures(ticket.NoticeAnswer, "it"), "ticket-new-picture": withPictures(ticket.NoticeTicketNew, "en"),
	} {
		l, raw := compose(t, n)
		if _, again := compose(t, n); !bytes.Equal(again, raw) {
			t.Errorf("%s: the same notice gives other bytes", name)
		}
		text, page, files := read(t, raw)
		found := shown.FindAllStringSubmatch(page, -1)
		if len(found) != 2 || found[0][2] != "a &amp; b.png" || found[1][2] != "image.png (2)" {
			t.Errorf("%s: shown %q", name, found)
		}
		for _, f := range found {
			if n := strings.Count(string(raw), "\r\nContent-ID: <"+f[1]+">\r\n"); n != 1 {
				t.Errorf("%s: %d parts are %s", name, n, f[1])
			}
		}
		dispositions := ""
		for _, f := range files {
			dispositions += f.Name + " " + f.Disposition + "; "
		}
		if want := "a & b.png inline; image.png inline; x.svg attachment; altro.png attachment; "; dispositions != want {
			t.Errorf("%s: parts %q, want %q", name, dispositions, want)
		}
		if strings.ContainsAny(text+page+l.Text, pictureStart+pictureCut+pictureEnd) {
			t.Errorf("%s: a mark is left", name)
		}
		word := map[string]string{"it": "immagine", "en": "image"}[n.Language]
		for _, want := range []string{"[" + word + ": a & b.png]", "[" + word + ": image.png (2)]", "[" + word + ": x.svg]", "[" + word + ": grande.png]", "x.svg (10 byte", "altro.png (10 byte"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", name, want, text)
			}
		}
		golden := filepath.Join("..", "testdata", "letters", name+".raw")
		if *update {
			if err := os.WriteFile(golden, bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")); !bytes.Equal(got, want) {
			t.Errorf("%s reads\n%s", name, got)
		}
	}
}

// TestPicturesLeftBehind: a letter that goes again without its files shows none,
// and says where they stood.
func TestPicturesLeftBehind(t *testing.T) {
	n := withPictures(ticket.NoticeAnswer, "it")
	_, raw := compose(t, weighed(&ticket.Row{Notice: *n, Weight: ticket.WeightNoFiles}))
	text, page, files := read(t, raw)
	if len(files) > 0 || strings.Contains(page, "<img") || !strings.Contains(page, "[immagine: a &amp; b.png]") || !strings.Contains(text, "Non alleghiamo a & b.png (10 byte)") {
		t.Errorf("files %v in\n%s", files, text)
	}
}

// TestForgedMarks: control characters in a text are no marks.
func TestForgedMarks(t *testing.T) {
	n := sample(ticket.NoticeAnswer, "it", func(n *ticket.Notice) {
		n.Text = "a " + pictureStart + "x@y" + pictureCut + "z" + pictureEnd + ` [image: z] <img src="cid:x@y">`
	})
	text, page, _ := read(t, func() []byte { _, raw := compose(t, n); return raw }())
	if strings.Contains(page, "<img") || !strings.Contains(text, "[image: z]") {
		t.Errorf("%s\n%s", text, page)
	}
}
