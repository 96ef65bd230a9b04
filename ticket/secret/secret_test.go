package secret

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
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
		"NO [AUTHENTICATIONFAILED] hunter21":  "NO [AUTHENTICATIONFAILED] hunter21",
		"NO [AUTHENTICATIONFAILED] HUNTER22!": "NO [AUTHENTICATIONFAILED] […]!",
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
	for i := range kept + 1 {
		l.Add(fmt.Sprintf("secret-%02d", i))
	}
	if got := l.Strike("secret-00 secret-01"); got != "secret-00 "+struck {
		t.Errorf("got %q", got)
	}
}
