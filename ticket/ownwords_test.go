package ticket

import (
	"strings"
	"testing"
)

func TestFolded(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("parola ", 200))
	for _, c := range []struct{ name, in, want string }{
		{"short", "Buongiorno,\n\nil sito è fermo.\n\nMario", "Buongiorno,\n\nil sito è fermo.\n\nMario"},
		{"nothing", " \n ", ""},
		{"ten lines", strings.Repeat("riga\n", 10), strings.TrimSpace(strings.Repeat("riga\n", 10))},
		{"eleven lines", strings.Repeat("riga\n", 11), strings.Repeat("riga\n", 10) + "[…]"},
		{"blank lines count once", "a\n\n\n\nb", "a\n\nb"},
		{"one long line", long, long[:strings.LastIndexByte(long[:761], ' ')] + "\n[…]"},
		{"one long word", strings.Repeat("à", 1000), strings.Repeat("à", 760) + "\n[…]"},
	} {
		if got := folded(c.in); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
