package mailin

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// pictured is a mail of plain text and HTML with files: name, Content-ID, type.
func pictured(plain, page string, files ...[3]string) []byte {
	var out strings.Builder
	out.WriteString("From: a@b.example\nMessage-ID: <1@b.example>\nDate: Mon, 2 Mar 2026 08:00:00 +0100\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=r\n\n")
	out.WriteString("--r\nContent-Type: multipart/alternative; boundary=a\n\n")
	if plain != "" {
		out.WriteString("--a\nContent-Type: text/plain; charset=utf-8\n\n" + plain + "\n")
	}
	out.WriteString("--a\nContent-Type: text/html; charset=utf-8\n\n" + page + "\n--a--\n")
	for _, f := range files {
		fmt.Fprintf(&out, "--r\nContent-Type: %s; name=\"%s\"\nContent-ID: <%s>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n", f[2], f[0], f[1])
	}
	return []byte(out.String() + "--r--\n")
}

// TestWherePicturesStand reads mails in which the place of a picture is told by
// the HTML alone, by both forms, or by none.
func TestWherePicturesStand(t *testing.T) {
	a, b := [3]string{"a.png", "a@x", "image/png"}, [3]string{"b.jpg", "b@x", "image/jpeg"}
	for _, c := range []struct {
		name, plain, page, want string
		files                   [][3]string
		labels                  []string
	}{
		{"no plain form", "", `<p>Uno</p><img src="cid:a@x"><p>due</p>`, "Uno\n\n[image: a.png]\n\ndue", [][3]string{a}, []string{"a.png"}},
		{"between lines", "Guardate:\n\npoi basta", `<div>Guardate:</div><div><img src="cid:a@x"></div><div>poi basta</div>`, "Guardate:\n[image: a.png]\n\npoi basta", [][3]string{a}, []string{"a.png"}},
		{"in the gap it left", "Uno:\n\n\ndue", `<p>Uno:</p><p><img src="cid:a@x"></p><p>due</p>`, "Uno:\n\n[image: a.png]\n\ndue", [][3]string{a}, []string{"a.png"}},
		{"within a sentence", "Premo il tasto e poi esco.", `Premo il tasto <img src="cid:a@x"> e poi esco.`, "Premo il tasto [image: a.png] e poi esco.", [][3]string{a}, []string{"a.png"}},
		{"before all", "Ecco.", `<img src="cid:a@x"><br>Ecco.`, "[image: a.png]\nEcco.", [][3]string{a}, []string{"a.png"}},
		{"behind all", "Ecco.", `Ecco.<br><img src="cid:a@x">`, "Ecco.\n[image: a.png]", [][3]string{a}, []string{"a.png"}},
		{"two behind the same words", "Prima.\nPrima.\nDopo.", `Prima.<br><img src="cid:a@x"><br>Prima.<br><img src="cid:b@x"><br>Dopo.`, "Prima.\n[image: a.png]\nPrima.\n[image: b.jpg]\nDopo.", [][3]string{a, b}, []string{"a.png", "b.jpg"}},
		{"two together", "Ecco:\n\nciao", `Ecco:<br><img src="cid:a@x"><br><img src="cid:b@x"><br>ciao`, "Ecco:\n[image: a.png]\n[image: b.jpg]\n\nciao", [][3]string{a, b}, []string{"a.png", "b.jpg"}},
		{"broken lines", "Una frase lunga che il\nprogramma ha spezzato qui:\n\nfine", `Una frase lunga che il programma ha spezzato qui:<br><img src="cid:a@x"><br>fine`, "Una frase lunga che il\nprogramma ha spezzato qui:\n[image: a.png]\n\nfine", [][3]string{a}, []string{"a.png"}},
		{"quoted", "Sì.\n\n> Questo?\n> Grazie", `Sì.<blockquote>Questo?<br><img src="cid:a@x"><br>Grazie</blockquote>`, "Sì.\n\n> Questo?\n> [image: a.png]\n> Grazie", [][3]string{a}, []string{"a.png"}},
		{"by its Content-ID", "Uno [cid:a@x] due", `Uno <img src="cid:a@x"> due`, "Uno [image: a.png] due", [][3]string{a}, []string{"a.png"}},
		{"by what it is called", "Uno [image: a.png] due", `Uno <img src="cid:a@x" alt="a.png"> due`, "Uno [image: a.png] due", [][3]string{a}, []string{"a.png"}},
		{"by its description", "Uno [Schermata del sito] due", `Uno <img src="cid:a@x" alt="Schermata del sito"> due`, "Uno [image: a.png] due", [][3]string{a}, []string{"a.png"}},
		{"percent-encoded", "", `Uno <img src="CID:a%40x">`, "Uno [image: a.png]", [][3]string{a}, []string{"a.png"}},
		{"shown twice", "", `Uno <img src="cid:a@x"> due <img src="cid:a@x">`, "Uno [image: a.png] due [image: a.png]", [][3]string{a}, []string{"a.png"}},
		{"two of one Content-ID", "", `Uno <img src="cid:a@x">`, "Uno [image: a.png]", [][3]string{a, {"b.jpg", "a@x", "image/jpeg"}}, []string{"a.png", ""}},
		{"two of one name", "", `<img src="cid:a@x"><img src="cid:b@x">`, "[image: a.png] [image: a.png (2)]", [][3]string{a, {"a.png", "b@x", "image/png"}}, []string{"a.png", "a.png (2)"}},
		{"brackets in the name", "", `<img src="cid:a@x">`, "[image: a(1).png]", [][3]string{{"a[1].png", "a@x", "image/png"}}, []string{"a(1).png"}},
		{"referred to from nowhere", "Uno", `Uno`, "Uno", [][3]string{a}, []string{""}},
		{"only named", "Vedi [image: a.png].", `Vedi [image: a.png].`, "Vedi [image: a.png].", [][3]string{a}, []string{""}},
		{"no picture", "", `Uno <img src="cid:a@x">`, "Uno [image: a.pdf]", [][3]string{{"a.pdf", "a@x", "application/pdf"}}, []string{""}},
		{"of another server", "", `Uno<img src="https://x.example/t.gif" alt="logo">due<img src="https://x.example/p.gif">, tre`, "Uno [logo] due, tre", nil, nil},
		{"in the markup itself", "", `Uno<img src="data:image/png;base64,iVBORw0KGgo=">due`, "Unodue", nil, nil},
		{"words apart", "", `Ciao<img src="cid:a@x" alt="faccina">a tutti(<img src="cid:b@x">).`, "Ciao [image: a.png] a tutti([image: b.jpg]).", [][3]string{a, b}, []string{"a.png", "b.jpg"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := Parse(pictured(c.plain, c.page, c.files...), Options{})
			if in.Text != c.want {
				t.Errorf("text\n%q, want\n%q", in.Text, c.want)
			}
			if len(in.Attachments) != len(c.files) {
				t.Fatalf("%d files", len(in.Attachments))
			}
			for i, a := range in.Attachments {
				if a.Label != c.labels[i] {
					t.Errorf("%s is called %q, want %q", a.Name, a.Label, c.labels[i])
				}
			}
		})
	}
}

// FuzzWherePicturesStand: whatever two forms of a text say, the words of the
// plain one stay, and a label means a mention.
func FuzzWherePicturesStand(f *testing.F) {
	f.Add("Uno:\n\ndue", `Uno:<img src="cid:a@x">due`)
	f.Add("> a\n> b", `<blockquote>a<img src="cid:a@x"><br>b<img src="cid:a@x"></blockquote>`)
	f.Add("İ ǅ", `İ<img src="cid:a@x">ǅ [image: 1]`)
	f.Fuzz(func(t *testing.T, plain, page string) {
		m := &mail{budget: newBudget(1 << 20)}
		p := &part{id: "a@x", name: "a.png", media: "image/png", header: header{{"Content-ID", "<a@x>"}}}
		form := &part{media: "text/html", text: page, role: roleText}
		m.root = &part{media: "multipart/related", children: []*part{form, p}}
		got := m.placed(plain, []*part{form})
		if p.label == "" {
			if got != plain {
				t.Errorf("%q became %q without a picture", plain, got)
			}
			return
		}
		before, after, ok := strings.Cut(got, "[image: a.png]")
		if !ok || utf8.ValidString(plain) && !utf8.ValidString(got) {
			t.Errorf("%q with %q: %q", plain, page, got)
		}
		if packed(before+after) != packed(plain) && !strings.Contains(plain, "[") {
			t.Errorf("the words of %q became %q", plain, got)
		}
	})
}
