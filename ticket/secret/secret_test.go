package secret

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestStrike(t *testing.T) {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	const word, token = `Pa ss"w\ord-9`, "ya29.a0AfH6SMBx-token_of/some+length"
	var l List
	l.Add(word)
	l.Add(token)
	tests := map[string]string{
		"as it is":            word,
		"quoted":              `"Pa ss\"w\\ord-9"`,
		"upper case":          strings.ToUpper(word),
		"by Go":               fmt.Sprintf("%q", word),
		"in a URL":            url.QueryEscape(word) + " " + url.PathEscape(token),
		"LOGIN":               b64(word),
		"PLAIN":               b64("\x00desk@example.it\x00" + word),
		"PLAIN for another":   b64("desk@example.it\x00desk@example.it\x00" + word),
		"PLAIN, odd length":   b64("\x00desk\x00" + word),
		"XOAUTH2":             b64("user=desk@example.it\x01auth=Bearer " + token + "\x01\x01"),
		"URL alphabet":        base64.URLEncoding.EncodeToString([]byte("\x00u\x00" + word)),
		"without padding":     base64.RawStdEncoding.EncodeToString([]byte("ab" + word)),
		"white space dropped": "Pa ss\"w\\ord-9",
		"twice":               word + " and " + b64(word) + " and " + word,
	}
	for name, said := range tests {
		t.Run(name, func(t *testing.T) {
			got := l.Strike("NO you said " + said + " to me")
			if !strings.HasPrefix(got, "NO you said ") || !strings.HasSuffix(got, " to me") {
				t.Errorf("too much is gone: %q", got)
			}
			for _, s := range []string{said, word, token, "ord-9", "a0Af"} {
				if strings.Contains(strings.ToLower(got), strings.ToLower(s)) {
					t.Errorf("%q still holds %q", got, s)
				}
			}
		})
	}
}

func TestStrikeLeavesTheRest(t *testing.T) {
	var l List
	for _, s := range []string{"", "it", "hunter22"} {
		l.Add(s)
	}
	for in, want := range map[string]string{
		"":                                    "",
		"it is wrong":                         "[…] is wrong",
		"within limits, with a visit":         "within limits, with a visit",
		"NO [AUTHENTICATIONFAILED] hunger21":  "NO [AUTHENTICATIONFAILED] hunger21",
		"NO [AUTHENTICATIONFAILED] HUNTER22!": "NO [AUTHENTICATIONFAILED] […]",
		"héllo hunter22 wörld":                "héllo […] wörld",
	} {
		if got := l.Strike(in); got != want {
			t.Errorf("Strike(%q) = %q, want %q", in, got, want)
		}
	}
	var none *List
	none.Add("x")
	if got := none.Strike("x"); got != "x" {
		t.Errorf("nil struck %q", got)
	}
}

func TestListForgetsTheOldest(t *testing.T) {
	var l List
	words := []string{"alpha-one-1", "bravo-two-2", "charlie-3", "delta-four-4", "echo-five-5"}
	for _, w := range words {
		l.Add(w)
		l.Add(words[1]) // what is added again is the last one again
	}
	if got, want := l.Strike(strings.Join(words, " ")), words[0]+strings.Repeat(" "+struck, kept); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

const user = "desk@example.it"

// words are secrets of every make.
var words = map[string]string{
	"a sentence":   "Chiave di casa 77",
	"a password":   "Granturco!4711",
	"signs":        `p"q\r%41<&>=2b+/x`,
	"short":        "zx9!",
	"beyond ASCII": "pàsswörd-ñ-2026",
	"a token":      "ya29.A0ARrdaM-" + strings.Repeat("Zk3_qP8x", 40),
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// TestForms: whatever form a server repeats a secret in, nothing of it is left.
func TestForms(t *testing.T) {
	plain := func(w string) string { return "\x00" + user + "\x00" + w }
	forms := map[string]func(string) string{
		"as it is":           func(w string) string { return "you said LOGIN desk " + w },
		"within other words": func(w string) string { return "login=desk:" + w + "@here failed" },
		"quoted for IMAP": func(w string) string {
			return `LOGIN "desk" "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(w) + `"`
		},
		"quoted for Go":       func(w string) string { return fmt.Sprintf("bad %q", w) },
		"quoted for ASCII":    func(w string) string { return fmt.Sprintf("bad %+q", "x"+w) },
		"of a query":          func(w string) string { return "https://example.it/?p=" + url.QueryEscape(w) },
		"of a path":           func(w string) string { return "https://example.it/" + url.PathEscape(w) },
		"all percent-encoded": func(w string) string { return percent(w, "%%%02X") },
		"percent, lower case": func(w string) string { return percent(w, "%%%02x") },
		"quoted-printable":    func(w string) string { return percent(w, "=%02X") },
		"of HTML":             func(w string) string { return html.EscapeString(w) },
		"hexadecimal":         func(w string) string { return "0x" + hex.EncodeToString([]byte(w)) },
		"in capitals":         func(w string) string { return strings.ToUpper(w) },
		"LOGIN":               func(w string) string { return "AUTH LOGIN " + b64(w) },
		"PLAIN":               func(w string) string { return "AUTH PLAIN " + b64(plain(w)) },
		"PLAIN, raw":          func(w string) string { return plain(w) },
		"XOAUTH2":             func(w string) string { return b64("user=" + user + "\x01auth=Bearer " + w + "\x01\x01") },
		"of a whole line":     func(w string) string { return b64("a1 LOGIN \"" + user + "\" \"" + w + "\"") },
		"base64 for URLs":     func(w string) string { return base64.URLEncoding.EncodeToString([]byte(plain(w))) },
	}
	for name, word := range words {
		var s List
		s.Add(word)
		for form, write := range forms {
			text := s.Strike("535 5.7.8 sorry: " + write(word))
			for _, left := range []string{word, write(word), b64(word), b64(plain(word))} {
				if strings.Contains(strings.ToLower(text), strings.ToLower(left)) {
					t.Errorf("%s, %s: %q is left in %q", name, form, left, text)
				}
			}
			if !strings.Contains(text, struck) || !strings.HasPrefix(text, "535 5.7.8 sorry:") {
				t.Errorf("%s, %s: %q", name, form, text)
			}
		}
	}
}

func percent(w, format string) string {
	var out strings.Builder
	for _, c := range []byte(w) {
		fmt.Fprintf(&out, format, c)
	}
	return out.String()
}

// TestPieces: a secret that comes in pieces, or cut off, is struck too.
func TestPieces(t *testing.T) {
	const word = "Granturco!4711"
	var s List
	s.Add(word)
	payload := b64("\x00" + user + "\x00" + word)
	for name, text := range map[string]string{
		"cut off":                "unknown: Grantur",
		"the end of it":          "…turco!4711",
		"over two lines":         "Grantu\nrco!4711",
		"letter by letter":       "G r a n t u r c o ! 4 7 1 1",
		"base64 over two lines":  payload[:len(payload)/2] + "\n" + payload[len(payload)/2:],
		"base64, in fours":       strings.Join(fours(payload), " "),
		"base64, its end":        payload[len(payload)-12:],
		"hexadecimal with signs": "47:72:61:6e:74:75:72:63:6f",
	} {
		got := s.Strike(text)
		if !strings.Contains(got, struck) || strings.Contains(got, "Grantu") || strings.Contains(got, "4711") || strings.Contains(got, payload[30:38]) {
			t.Errorf("%s: %q became %q", name, text, got)
		}
	}
}

func fours(s string) (out []string) {
	for ; len(s) > 4; s = s[4:] {
		out = append(out, s[:4])
	}
	return append(out, s)
}

// TestHonest: what servers usually say stays as it is.
func TestHonest(t *testing.T) {
	var s List
	for _, word := range words {
		s.Add(word)
	}
	for _, text := range []string{
		"",
		"5.7.8 Username and Password not accepted. For more information, go to\n5.7.8  https://support.google.com/mail/?p=BadCredentials a640c23a62f3a-9ee",
		"5.7.60 SMTP; Client does not have permissions to send as this sender",
		"5.2.252 SendAsDenied; " + user + " not allowed to send as desk+b7@example.it; STOREDRV.Submission.Exception",
		"2.0.0 Ok: queued as 4Xk2vQ5x8zYw",
		"[AUTHENTICATIONFAILED] Authentication failed. \\ % & = &# %zz \\x &;",
	} {
		if got := s.Strike(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// TestAnySecret: of any secret of six characters and more, wherever it stands,
// neither itself nor its base64 is left, and a text without it is not touched
// by being read.
func TestAnySecret(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[!-~]{6,40}`).Draw(t, "word")
		before, after := rapid.String().Draw(t, "before"), rapid.String().Draw(t, "after")
		var s List
		s.Add(word)
		for _, form := range []string{word, b64(word), b64(before + word + after), fmt.Sprintf("%q", word), url.QueryEscape(word)} {
			got := s.Strike(before + " " + form + " " + after)
			if !strings.Contains(word, struck) && strings.Contains(got, word) || !strings.Contains(got, struck) {
				t.Fatalf("%q in %q left %q", word, form, got)
			}
		}
	})
}
