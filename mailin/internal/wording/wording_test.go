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

// TestLists: a text has the words that stand in it, and no others, whether it is
// looked through for them or for the beginnings of all; some of these share their
// place in the index.
func TestLists(t *testing.T) {
	some := rapid.SampledFrom([]rune("abBàé 1?"))
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(some, 0, 40, -1).Draw(t, "s")
		all := rapid.SliceOf(rapid.StringOfN(some, 2, 6, -1)).Draw(t, "list")
		list, n, begins := Words(all...), 0, false
		for _, w := range all {
			if strings.Contains(s, w) {
				n++
			}
			begins = begins || strings.HasPrefix(s, w)
			if got := In(s).Index(w); got != strings.Index(s, w) {
				t.Fatalf("%q in %q: at %d", w, s, got)
			}
		}
		if a, b := In(s).Count(list, len(all)), Count(s, list); a != n || b != n {
			t.Fatalf("%d and %d of %q in %q, want %d", a, b, all, s, n)
		}
		if Has(s, list) != (n > 0) || In(s).Has(list) != (n > 0) {
			t.Fatalf("%q in %q", all, s)
		}
		if Begins(s, list) != begins {
			t.Fatalf("%q at the beginning of %q: %v", all, s, !begins)
		}
		set := BytesOf("ab?")
		if set.In(s) != strings.ContainsAny(s, "ab?") {
			t.Fatalf("a, b or ? in %q: %v", s, set.In(s))
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
