package mailin

import (
	"strings"
	"testing"

	"sportello/mailin/internal/history"
)

// TestTitled: what a subject says beyond the letter's is the sender's, what
// programs and servers do to a subject is not.
func TestTitled(t *testing.T) {
	letter := []history.Letter{{Subject: "[Prova #88] Nuova casella"}}
	for subject, want := range map[string]string{
		"Re: [Prova #88] Nuova casella": "", "R: RE: [Prova #88]  Nuova casella": "", "[Prova #88]": "", "Nuova casella": "", "": "",
		"[EXTERNAL] Re: [Prova #88] Nuova casella": "", "AW: ***SPAM*** Re: [Prova #88] Nuova casella": "", "re: [PROVA #88] NUOVA CASELLA": "",
		"[EXTERNAL] [Prova #88]": "", "***SPAM*** R: [prova #88]": "", "[EXTERNAL] solo se scontato [Prova #88]": "[EXTERNAL] solo se scontato [Prova #88]",
		"NON accetto - Re: [Prova #88] Nuova casella":         "non accetto - re:",
		"Re: [Prova #88] Nuova casella - solo se entro marzo": "- solo se entro marzo",
		"Altra domanda": "Altra domanda",
	} {
		if got := titled(bareSubject(subject), letter); got != want {
			t.Errorf("titled(%q) = %q, want %q", subject, got, want)
		}
		if got := titled(bareSubject(subject), nil); got != "" {
			t.Errorf("without a letter titled(%q) = %q", subject, got)
		}
	}
}

// TestForked: plain text and HTML of an answer may differ in form, not in what
// they say.
func TestForked(t *testing.T) {
	letter := "From: Prova <desk@prova.example>\nSubject: [Prova #88] Nuova casella\nMessage-ID: <l@prova.example>\nDate: Thu, 05 Mar 2026 09:10:00 +0100\n\nBuongiorno,\nil preventivo è di 3 crediti e vale sette giorni.\n"
	sent := func(key string) [][]byte {
		if key == "l@prova.example" {
			return [][]byte{[]byte(letter)}
		}
		return nil
	}
	const quoted = `<div class="gmail_quote"><div class="gmail_attr">Il giorno gio 5 mar 2026 alle ore 09:10 Prova &lt;desk@prova.example&gt; ha scritto:</div><blockquote>Buongiorno,<br>il preventivo è di 3 crediti e vale sette giorni.</blockquote></div>`
	for name, c := range map[string]struct {
		plain, form string
		want        bool
	}{
		"the same":             {"Accetto.", "<div>Accetto.</div>", false},
		"in bold":              {"*Accetto* il preventivo", "<p><b>Accetto</b> il preventivo</p>", false},
		"a link":               {"Accetto.\n\nSara Neri\nwww.neri.example <https://www.neri.example/>", "<div>Accetto.</div><div><br></div><div>Sara Neri<br><a href=\"https://www.neri.example/\">www.neri.example</a></div>", false},
		"a condition":          {"Accetto.", "<div>Accetto, ma solo entro marzo.</div>", true},
		"a line more":          {"Accetto.", "<div>Accetto.</div><div>Anzi no.</div>", true},
		"another answer":       {"Accetto.", "<div>Rifiuto.</div>", true},
		"nothing in the HTML":  {"Accetto.", "<div></div>", true},
		"below the quotation":  {"Accetto.", "<div>Accetto.</div>" + quoted + "<div>Ma non prima di marzo.</div>", true},
		"plain says even more": {"Accetto, ma solo entro marzo.", "<div>Accetto, ma solo entro marzo.</div>", false},
	} {
		form := c.form
		if !strings.Contains(form, quoted) {
			form += quoted
		}
		raw := "From: Sara Neri <sara@neri.example>\nTo: desk@prova.example\nSubject: Re: [Prova #88] Nuova casella\nMessage-ID: <a@neri.example>\nDate: Thu, 05 Mar 2026 12:00:00 +0100\nIn-Reply-To: <l@prova.example>\n" +
			"MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: text/plain; charset=utf-8\n\n" + c.plain +
			"\n\nIl giorno gio 5 mar 2026 alle ore 09:10 Prova <desk@prova.example> ha scritto:\n> Buongiorno,\n> il preventivo è di 3 crediti e vale sette giorni.\n--x\nContent-Type: text/html; charset=utf-8\n\n" + form + "\n--x--\n"
		in := Parse([]byte(raw), Options{Sent: sent})
		if in.Forked != c.want {
			t.Errorf("%s: %v, reply %q, signature %q", name, in.Forked, in.Reply, in.Signature)
		}
	}
}
