package policy

import (
	_ "embed"
	"strings"
	"sync"
)

// commentsInItalian pairs comments of the default file with what they are in
// Italian: a line, and below it the Italian one behind a tab.
//
//go:embed comments.it.txt
var commentsInItalian string

// DefaultFileIn is the default file with its comments in a language: "it", or
// English for all else. What is set is the same.
func DefaultFileIn(lang string) []byte {
	if lang != "it" {
		return DefaultFile()
	}
	lines := strings.Split(defaultFile, "\n")
	for i, line := range lines {
		before, english := comment(line)
		if italian, ok := italian()[strings.TrimSpace(strings.TrimLeft(english, "- "))]; ok {
			rest := strings.TrimSpace(strings.TrimLeft(english, "- "))
			lines[i] = before + strings.TrimSuffix(english, rest) + italian
			if blank := english[:len(english)-len(strings.TrimLeft(english, " "))]; len(blank) > 1 {
				lines[i] = before + " " + italian // a line that goes on: indented by its translation
			}
		}
	}
	return []byte(strings.Join(lines, "\n"))
}

// comment parts a line of TOML where its comment begins; "" when it has none. No
// text of the default file holds a # behind a quotation mark.
func comment(line string) (before, text string) {
	quoted := false
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == '#' && !quoted:
			return line[:i+1], line[i+1:]
		}
	}
	return line, ""
}

var italian = sync.OnceValue(func() map[string]string {
	pairs := map[string]string{}
	english := ""
	for line := range strings.Lines(commentsInItalian) {
		line = strings.TrimRight(line, "\n")
		if is, ok := strings.CutPrefix(line, "\t"); ok {
			pairs[english] = is
		} else {
			english = line
		}
	}
	return pairs
})
