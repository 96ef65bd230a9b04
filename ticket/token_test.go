package ticket

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func testKeys(t testing.TB) Keys {
	t.Helper()
	k, err := NewKeys(map[byte][]byte{'a': bytes.Repeat([]byte{1}, 32), 'b': bytes.Repeat([]byte{2}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestTokenSurvivesItsTrip(t *testing.T) {
	k := testKeys(t)
	for _, tok := range []Token{
		{Purpose: PurposeReply, Number: 1042},
		{Purpose: PurposeQuote, Number: 9_999_999, Participant: 9, Version: 12},
		{Purpose: PurposeWork, Number: 1, Participant: Technician{Addresses: []string{"anna@example.it"}}.Number()},
		{Purpose: PurposeHeld, Number: 77, Participant: 3},
	} {
		tok = tok.issue(noon)
		s := k.Sign(tok)
		if len("assistenza+")+len(s) > 64 {
			t.Errorf("%s: %d octets: the local part must stay within 64", s, len(s))
		}
		if strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.") != "" {
			t.Errorf("%s: only lower case, digits and dots", s)
		}
		for _, form := range []string{s, strings.ToUpper(s)} {
			if got, ok := k.Verify(form, noon); !ok || got != tok {
				t.Errorf("Verify(%s) = %+v, %v; want %+v", form, got, ok, tok)
			}
		}
	}
}

func TestTokenExpires(t *testing.T) {
	tok := Token{Purpose: PurposeHeld, Number: 1}.issue(noon)
	if tok.Expired(noon.AddDate(0, 0, 7)) {
		t.Error("expired on its last day")
	}
	if !tok.Expired(noon.AddDate(0, 0, 8)) {
		t.Error("not expired the day after")
	}
}

// TestForeignTokens: bad, foreign and malformed are all alike no token.
func TestForeignTokens(t *testing.T) {
	k := testKeys(t)
	good := k.Sign(Token{Purpose: PurposeReply, Number: 1042}.issue(noon))
	other, err := NewKeys(map[byte][]byte{'b': bytes.Repeat([]byte{9}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	mid := k.MessageID(5, Token{Purpose: PurposeReply, Number: 1042}.issue(noon), "example.it")
	bad := []string{"", ".", "c1042.0", strings.Replace(good, "c1042", "c1043", 1), strings.Replace(good, "c", "t", 1),
		good + "a", good[:len(good)-1], other.Sign(Token{Purpose: PurposeReply, Number: 1042}.issue(noon)), "c01042" + good[5:],
		strings.TrimPrefix(strings.Split(mid, "@")[0], "sportello.5.")}
	for _, s := range bad {
		if tok, ok := k.Verify(s, noon); ok {
			t.Errorf("Verify(%q) = %+v: it is no token of ours", s, tok)
		}
	}
}

func TestOldKeysVerify(t *testing.T) {
	old, err := NewKeys(map[byte][]byte{'a': bytes.Repeat([]byte{1}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	tok := Token{Purpose: PurposeReply, Number: 7}.issue(noon)
	if got, ok := testKeys(t).Verify(old.Sign(tok), noon); !ok || got != tok {
		t.Errorf("a token of the older key: %+v, %v", got, ok)
	}
}

func TestMessageID(t *testing.T) {
	k := testKeys(t)
	tok := Token{Purpose: PurposeQuote, Number: 1042, Participant: 1, Version: 2}.issue(noon)
	mid := k.MessageID(17, tok, "example.it")
	n, got, ok := k.VerifyMessageID(mid, noon)
	if !ok || n != 17 || got != tok {
		t.Errorf("VerifyMessageID(%s) = %d %+v %v", mid, n, got, ok)
	}
	if !OwnShape(mid) {
		t.Errorf("%s: shape not recognised", mid)
	}
	forged := strings.Replace(mid, "sportello.17.", "sportello.18.", 1)
	if _, _, ok := k.VerifyMessageID(forged, noon); ok {
		t.Error("a Message-ID with another notice number verifies")
	}
	for _, foreign := range []string{"", "abc@example.it", "sportello.1@x", "sportello.x.c1.0.a1.aaaaaaaaaaaaaaaa@x", k.Sign(tok) + "@example.it"} {
		if OwnShape(foreign) {
			t.Errorf("%s has our shape", foreign)
		}
	}
}

func TestKeysRefuse(t *testing.T) {
	for name, secrets := range map[string]map[byte][]byte{
		"none": {}, "short": {'a': make([]byte, 16)}, "bad id": {'1': make([]byte, 32)},
	} {
		if _, err := NewKeys(secrets); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzVerify(f *testing.F) {
	k, err := NewKeys(map[byte][]byte{'a': bytes.Repeat([]byte{1}, 32)})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(k.Sign(Token{Purpose: PurposeReply, Number: 1}.issue(noon)))
	f.Add("c1.0.a1.aaaaaaaaaaaaaaaa")
	f.Fuzz(func(t *testing.T, s string) {
		if tok, ok := k.Verify(s, noon); ok && k.Sign(tok) != strings.ToLower(s) {
			t.Errorf("Verify(%q) = %+v, which is written %q", s, tok, k.Sign(tok))
		}
		k.VerifyMessageID(s, noon)
	})
}
