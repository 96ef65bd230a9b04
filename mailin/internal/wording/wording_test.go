package wording

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestLower(t *testing.T) {
	for _, s := range []string{"", "già", "GIÀ", "À×ÞßÿŸ", "Anna’s — “MAIL” 10 €", "👍 OK", "ΑΒΓ", "İK", "Ähnlich\n\tÉTÉ"} {
		if got, want := Lower(s), strings.ToLower(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		if s := rapid.String().Draw(t, "s"); Lower(s) != strings.ToLower(s) {
			t.Fatalf("%q: %q, want %q", s, Lower(s), strings.ToLower(s))
		}
	})
}

// TestText: a text counts the words that stand in it, and no others.
func TestText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.SampledFrom([]rune("abcà ")), 0, 40, -1).Draw(t, "s")
		list := rapid.SliceOf(rapid.StringOfN(rapid.SampledFrom([]rune("abcà ")), 1, 6, -1)).Draw(t, "list")
		n := 0
		for _, w := range list {
			if strings.Contains(s, w) {
				n++
			}
		}
		if got := In(s).Count(list, len(list)); got != n {
			t.Fatalf("%d of %q in %q, want %d", got, list, s, n)
		}
		if Has(s, list) != (n > 0) || In(s).Has(list) != (n > 0) {
			t.Fatalf("%q in %q", list, s)
		}
	})
}

func FuzzLower(f *testing.F) {
	f.Add("Già ×")
	f.Fuzz(func(t *testing.T, s string) {
		if low := Lower(s); utf8.ValidString(s) && low != strings.ToLower(s) {
			t.Fatalf("%q: %q", s, low)
		}
	})
}
