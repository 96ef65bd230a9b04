package policy

import (
	"strings"
	"unicode"
)

// maxReply bounds what may be an unmistakable answer, in bytes; whatever is
// longer tells more than yes or no.
const maxReply = 2000

// piece is a part of a reply between two marks of punctuation or line breaks.
type piece struct {
	words []string // folded
	forms []string // as written
}

// harmless are signs that say nothing against the words beside them.
var harmless = strings.NewReplacer(
	"👍", " ", "👌", " ", "🙏", " ", "🤝", " ", "💪", " ", "✅", " ", "🎉", " ", "❤", " ",
	"😀", " ", "😃", " ", "😄", " ", "😁", " ", "😊", " ", "🙂", " ", "☺", " ",
	"\U0001F3FB", "", "\U0001F3FC", "", "\U0001F3FD", "", "\U0001F3FE", "", "\U0001F3FF", "", // skin tones
	"\uFE0F", "", "\u200B", "", "\u2060", "", "\uFEFF", "", "\u00AD", "",
	":-)", " ", ":)", " ", "\r\n", "\n",
	"‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-",
)

// pieces cuts a reply at full stops, exclamation marks, commas, semicolons,
// colons, dashes that stand alone and line breaks. It refuses (false) what holds
// a question, an ellipsis or any sign that has no place in a plain answer.
// abbreviated tells which words keep their full stop ("Sig. Rossi").
func pieces(text string, abbreviated func(string) bool) ([]piece, bool) {
	if len(text) > maxReply {
		return nil, false
	}
	text = harmless.Replace(text)
	if strings.ContainsAny(text, "?¿…") || strings.Contains(text, "..") {
		return nil, false
	}
	var out []piece
	var now piece
	cut := func() {
		if len(now.words) > 0 {
			out = append(out, now)
			now = piece{}
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		for form := range strings.FieldsSeq(line) {
			bare := strings.TrimRight(form, ".!,;:")
			word := foldWord(bare)
			switch {
			case strings.Trim(bare, "-") == "":
				cut()
				continue
			case !plain(word):
				return nil, false
			}
			now.words = append(now.words, word)
			now.forms = append(now.forms, bare)
			if form != bare && (form != bare+"." || !abbreviated(word)) {
				cut()
			}
		}
		cut()
	}
	return out, true
}

// plain tells whether a folded word is made of the letters and signs that words
// of an answer have. Other scripts, look-alikes and control signs are refused.
func plain(word string) bool {
	for _, r := range word {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("'-.", r) {
			continue
		}
		return false
	}
	return word != ""
}

// capitalised tells whether a word is written like a name: Rossi, D'Angelo.
func capitalised(form string) bool {
	first := true
	lower := false
	for _, r := range form {
		if first && !unicode.IsUpper(r) {
			return false
		}
		first = false
		lower = lower || unicode.IsLower(r)
	}
	return lower
}
