package policy

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// example is a comment that holds TOML to be put in use.
var example = regexp.MustCompile(`^\[|^[a-z]+ = `)

// Every comment has its Italian, no Italian is left over, and what is set is the
// same in both.
func TestEveryCommentStandsInItalian(t *testing.T) {
	used := map[string]bool{}
	for line := range strings.Lines(defaultFile) {
		_, text := comment(strings.TrimRight(line, "\n"))
		text = strings.TrimSpace(strings.TrimLeft(text, "- "))
		if text == "" || example.MatchString(text) {
			continue
		}
		if used[text] = true; italian()[text] == "" {
			t.Errorf("no Italian for %q", text)
		}
	}
	for english := range italian() {
		if !used[english] {
			t.Errorf("no comment %q", english)
		}
	}
	it := DefaultFileIn("it")
	p, err := Load("default.toml", it, nil)
	if err != nil {
		t.Fatal(err)
	}
	if changes := Default(nil).Changes(p); len(changes) != 0 {
		t.Errorf("what is set differs: %v", changes)
	}
	if bytes.Count(it, []byte("\n")) != bytes.Count(DefaultFile(), []byte("\n")) || !bytes.Equal(DefaultFileIn("en"), DefaultFile()) {
		t.Error("lines were added or lost")
	}
	for _, want := range []string{
		"# ---------------------------------------------------------------- piani\n",
		"[days]                   # una scadenza di N giorni",
		"                         # Al di sotto non si decide",
		"#               del piano (nei suoi 365 giorni)\n",
	} {
		if !bytes.Contains(it, []byte(want)) {
			t.Errorf("no %q", want)
		}
	}
}
