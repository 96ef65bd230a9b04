package mailout

import (
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	for _, c := range []struct{ name, first, indent, text, want string }{
		{"short", "", "", "due parole", "due parole\n"},
		{"spaces fold", "- ", "  ", "due   parole ", "- due parole\n"},
		{"a long word stays whole", "Nota: ", "  ", strings.Repeat("x", 80) + " y", "Nota: " + strings.Repeat("x", 80) + "\n  y\n"},
		{"at 72", "", "", strings.Repeat("abcdefgh ", 9), strings.TrimSpace(strings.Repeat("abcdefgh ", 8)) + "\nabcdefgh\n"},
		{"bold marks have no width", "", "", boldStart + strings.Repeat("a", 70) + boldEnd + " b", boldStart + strings.Repeat("a", 70) + boldEnd + " b\n"},
		{"no line begins like a command", "", "", strings.Repeat("a", 70) + " #send ora", strings.Repeat("a", 70) + " #send\nora\n"},
		{"nothing", "", "", "", "\n"},
	} {
		if got := wrap(c.first, c.indent, c.text); got != c.want {
			t.Errorf("%s:\n%q, want\n%q", c.name, got, c.want)
		}
	}
}

// TestBlocks: paragraphs and blocks in their order; facts stand together.
func TestBlocks(t *testing.T) {
	fact := func(label, value string) string { s, _ := markup("fact", 2)(label, value); return s }
	item, _ := markup("item", 1)("x")
	page := blocks("uno\ndue\n\ntre " + fact("A", "1") + "\n" + fact("B", "2") + item + " quattro")
	want := "uno due\n\ntre\n\nA: 1\nB: 2\n\n- x\n\nquattro\n"
	if got := plainText(page); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if n := len(groups(page)); n != 5 {
		t.Errorf("%d groups of %v", n, page)
	}
}

// TestCleaning: one-line fields lose controls and marks of direction, texts
// keep their lines and close what they opened (PROMISES.md E21).
func TestCleaning(t *testing.T) {
	for in, want := range map[string]string{
		"gpj.\u202eexe": "gpj.exe", "a\r\nb\tc": "a b c", "a\u200bb\ufeff": "ab", "\x00\x1b[31mrosso": "[31mrosso", "perché": "perché",
	} {
		if got := oneLine(in); got != want {
			t.Errorf("oneLine(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"a\r\nb\rc": "a\nb\nc", "\n\na  \n\n": "a", "x\u202ey\nz": "x\u202ey\u202c\nz", "\u2067q\u2069": "\u2067q\u2069", "Ciao\n-- \nAnna": "Ciao\n-- \nAnna",
		"\ta\x00\x07b": "\tab", "\xff": "\ufffd",
	} {
		if got := manyLines(in); got != want {
			t.Errorf("manyLines(%q) = %q, want %q", in, got, want)
		}
	}
}
