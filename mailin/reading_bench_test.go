package mailin

import (
	"strings"
	"testing"
)

// BenchmarkReadKindLanguage is what a typical mail of 2 KB costs after it was
// parsed: trimming, kind and language.
func BenchmarkReadKindLanguage(b *testing.B) {
	line := "Buongiorno, da stamattina la posta non arriva più su nessuna delle caselle dell'ufficio.\n"
	text := strings.Repeat(line, 6) + "\nCordiali saluti\nUgo Foschi\n\nFoschi S.r.l.\nVia Po 1, Torino\nTel. 011 555 0100\n\n" +
		"Il giorno gio 5 mar 2026 alle ore 09:10 Banco Prova <\nbanco@prova.example> ha scritto:\n\n" + strings.Repeat("> "+line, 13)
	m := open(letter(text))
	in := Parse(letter(text), Options{})
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		m.read(in, Options{})
		in.Kind, in.KindReason = kindOf(m, in, Options{})
		in.Language = language(in.Shown())
	}
}

// BenchmarkHTMLText renders a newsletter: tables, links and little text.
func BenchmarkHTMLText(b *testing.B) {
	row := `<tr style="mso-height:2px"><td class="a b"><p class=MsoNormal><a href="https://www.prova.example/a?utm=1&amp;b=2" style="color:#fff">Il certificato &egrave; pronto</a><o:p></o:p></p></td><td>&nbsp;<img src="https://x.example/p.gif" alt=""></td></tr>`
	page := "<html><head><style>p{margin:0}</style></head><body><table>" + strings.Repeat(row, 400) + "</table></body></html>"
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		htmlText(page, 1<<30, nil)
	}
}
