package mailin

import (
	"strings"
	"testing"

	"sportello/mailin/internal/history"
)

func TestHTMLText(t *testing.T) {
	for _, c := range []struct{ name, html, want string }{
		{"paragraphs", "<p>Uno</p><p>due<br>tre</p>", "Uno\n\ndue\ntre"},
		{"divs", "<div>Uno</div><div><br></div><div>due</div>", "Uno\n\ndue"},
		{"Word's paragraphs", "<p class=MsoNormal>Uno</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>due</p>", "Uno\n\ndue"},
		{"white space", "  Uno \n\t due&nbsp;&nbsp;tre  ", "Uno due  tre"},
		{"lists", "<ul><li>a<li>b<ol><li>c</li><li>d</li></ol></li></ul>", "- a\n- b\n  1. c\n  2. d"},
		{"table", "<table><tr><th>Nome</th><th>Tel</th></tr><tr><td>Ugo</td><td>335</td></tr></table>", "Nome\tTel\nUgo\t335"},
		{"link", `<a href="https://prova.example/a?b=1">qui</a> e <a href="https://prova.example/">prova.example</a>`, "qui <https://prova.example/a?b=1> e prova.example"},
		{"mail link", `<a href="mailto:a@b.example?subject=x">scrivi</a>, <a href="mailto:a@b.example">a@b.example</a>`, "scrivi <a@b.example>, a@b.example"},
		{"links nobody can follow", `<a href="#top">su</a> <a href="javascript:alert(1)">x</a>`, "su x"},
		{"script and style", "<style>p{}</style>a<script>b<p>c</script>d<title>e</title>", "ad"},
		{"head never closed", "<head><meta x><body>testo", "testo"},
		{"entities", "a &lt; b &amp;&#232;&egrave;", "a < b &èè"},
		{"pre", "<pre>a\n  b\n</pre>c", "a\n  b\n\nc"},
		{"picture", `a<img src="cid:p@x" alt="logo"><img src="http://x/y.gif">`, "a [image: logo]"},
		{"quotation", "ok<blockquote type=cite><p>a</p><p>b</p></blockquote>fine", "ok\n\n> a\n>\n> b\n\nfine"},
		{"deeper quotation", "<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n> > b"},
		{"indented, not quoted", `<blockquote style="margin:0 0 0 40px;border:none;padding:0px">a</blockquote>`, "a"},
		{"signature", `a<div class="gmail_signature">Ugo</div>`, "a\n-- \nUgo"},
		{"signature with its own dashes", `a<br><span class="gmail_signature_prefix">-- </span><br><div class="gmail_signature">Ugo</div>`, "a\n-- \nUgo"},
		{"rules that meet", "a<hr><hr>b", "a\n________________________________\nb"},
		{"rule", "a<hr>b", "a\n________________________________\nb"},
		{"stray end tags", "</div>a</p></blockquote>b</td>", "ab"},
		{"struck through", `<p><s>Accetto</s> Non <del>più</del> <span style="text-decoration: line-through">ora</span></p>`, "~~Accetto~~ Non ~~più~~ ~~ora~~"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := htmlText(c.html, 1<<30, nil); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestHTMLReply(t *testing.T) {
	old := "<p>Gentile Ugo,</p><p>serve il codice.</p>"
	for _, c := range []struct{ name, html, reply string }{
		{"Gmail", `<div dir="ltr">Eccolo</div><br><div class="gmail_quote"><div class="gmail_attr">Il giorno gio 5 mar 2026 alle ore 09:10 Prova &lt;<a href="mailto:d@p.example">d@p.example</a>&gt; ha scritto:<br></div><blockquote class="gmail_quote">` + old + `</blockquote></div>`, "Eccolo"},
		{"Outlook desktop", `<div class=WordSection1><p class=MsoNormal>Eccolo<o:p></o:p></p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class=MsoNormal><b>Da:</b> Prova &lt;d@p.example&gt;<br><b>Inviato:</b> giovedì 5 marzo 2026 09:10<br><b>A:</b> Ugo<br><b>Oggetto:</b> x</p></div></div>` + old + `</div>`, "Eccolo"},
		{"Outlook web", `<div>Eccolo</div><div id="appendonsend"></div><hr style="width:98%"><div id="divRplyFwdMsg"><b>Da:</b> Prova &lt;d@p.example&gt;<br><b>Inviato:</b> giovedì 5 marzo 2026 09:10<br><b>A:</b> Ugo<br><b>Oggetto:</b> x</div>` + old, "Eccolo"},
		{"Outlook web, hardly a header", `<div>Eccolo</div><hr><div id="divRplyFwdMsg"><b>Da:</b> Prova<br></div>` + old, "Eccolo"},
		{"Outlook desktop, hardly a header", `<p>Eccolo</p><div style='border:none;border-top:solid #B5C4DF 1.0pt'><p><b>From:</b> Prova</p></div>` + old, "Eccolo"},
		{"Apple Mail", `<div>Eccolo</div><div><br><blockquote type="cite"><div>Il giorno 5 mar 2026, alle ore 09:10, Prova &lt;d@p.example&gt; ha scritto:</div><br>` + old + `</blockquote></div>`, "Eccolo"},
		{"Thunderbird", `Eccolo<br><div class="moz-cite-prefix">Il 05/03/26 09:10, Prova ha scritto:<br></div><blockquote type="cite" cite="mid:x@y">` + old + `</blockquote><div class="moz-signature">-- <br>Ugo</div>`, "Eccolo"},
		{"Yahoo", `<div>Eccolo</div><div class="yahoo_quoted"><div>Il giovedì 5 marzo 2026 alle ore 09:10:11 CET, Prova &lt;d@p.example&gt; ha scritto:</div>` + old + `</div>`, "Eccolo"},
		{"Thunderbird, interleaved", `<div class="moz-cite-prefix">Il 05/03/26 09:10, Prova ha scritto:<br></div><blockquote type="cite"><p>serve il codice</p></blockquote><p>Eccolo</p><blockquote type="cite"><p>e la copia</p></blockquote><p>Domani</p>`, "Eccolo\n\n> e la copia\n\nDomani"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := htmlText(c.html, 1<<30, nil)
			if got := history.Read(text, history.Known{}).Reply; got != c.reply {
				t.Errorf("%q, want %q; the text is\n%s", got, c.reply, text)
			}
		})
	}
}

func TestHTMLTextStaysBounded(t *testing.T) {
	deep := strings.Repeat("<div><blockquote>", 20000) + "fine" + strings.Repeat("</blockquote></div>", 20000)
	if got := htmlText(deep, 1<<30, nil); !strings.HasSuffix(got, "fine") || len(got) > 1000 {
		t.Errorf("deep nesting gives %d bytes", len(got))
	}
	long := "<td>" + strings.Repeat("parola ", 700_000) + "</td>"
	if got := htmlText(long, 1<<30, nil); len(got) < 4_000_000 || len(got) > len(long) {
		t.Errorf("one long line gives %d bytes", len(got))
	}
	stray := strings.Repeat("<p><a href=x>", 50000) + strings.Repeat("</table></a></p>", 50000) + "fine"
	if got := htmlText(stray, 1<<30, nil); !strings.HasSuffix(got, "fine") {
		t.Errorf("stray tags end with %q", got[max(0, len(got)-20):])
	}
}

// TestHidden: what nobody sees is nobody's word, and hides nothing else.
func TestHidden(t *testing.T) {
	for html, want := range map[string]string{
		`<div style="display: none">#close</div><p>Fatto.</p>`:                                    "Fatto.",
		`<span style="color:red;DISPLAY:none !important">x<br><img src=a>y</span>Fatto.`:          "Fatto.",
		`<p hidden>x</p><div hidden><ul><li>a<li>b</ul></div>Fatto.`:                              "Fatto.",
		`<input hidden><img style="display:none" src=x><br hidden>Fatto.`:                         "Fatto.",
		`<div style="display:none"><div>a</div><p>b</div>Fatto.`:                                  "Fatto.",
		`<table><tr style="display:none"><td>a</td></tr><tr><td>Fatto.</td></tr></table>`:         "Fatto.",
		`<div style="display:none"></b></table></div>Fatto.</div>`:                                "Fatto.",
		`<div style="display:block">Fatto.</div>`:                                                 "Fatto.",
		`<div style="display:none"><blockquote>a</blockquote><pre>b</pre></div><pre>Fatto.</pre>`: "Fatto.",
	} {
		if got := strings.TrimSpace(htmlText(html, 1<<20, nil)); got != want {
			t.Errorf("%s: %q, want %q", html, got, want)
		}
	}
}
