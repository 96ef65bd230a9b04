package policy

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"sportello/policy/internal/topic"
)

// What tells who wrote is put in words that say only what it was. The classifier
// reads them as it reads what stood there.
var personal = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`(?i)\b(?:https?|ftp)://\S*[\pL\pN/]|\bwww\.\S*[\pL\pN]`), "https://example.it"},
	{regexp.MustCompile(`[\pL\pN._%+'-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)+`), "nome@example.it"},
	{regexp.MustCompile(`(?i)\bIT\d{2} ?[A-Z] ?(?:\d ?){10}(?:[A-Z0-9] ?){12}`), "IBAN"},
	{regexp.MustCompile(`(?i)\b[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]\b`), "codice fiscale"},
	{regexp.MustCompile(`\b\d{1,3}(?:\.\d{1,3}){3}\b`), "192.0.2.1"},
	{regexp.MustCompile(`(?i)\b(?:[a-z0-9][a-z0-9-]*\.)+(?:it|com|net|org|eu|info|biz|shop|example|test|online|store|de|fr|ch|uk|es)\b`), "example.it"},
	{regexp.MustCompile(`\+?\d(?:[ /-]?\d){5,}|\b0\d+(?:\.\d{2,4}){2,}`), "000000"},
	{regexp.MustCompile(`(?i)\b((?:password|passwd|pwd|psw|pin|username|utente|user|login|token|chiave|key)\s*(?::|=|è|is)\s*)\S+`), "${1}…"},
}

// AsExample makes of a request an example for a policy file, "subject | text",
// without what tells who wrote it: history and signature, addresses, sites,
// numbers, passwords, first names with what follows them, and the names given.
// What no program knows to be a name stays: a person has to read it.
func (p *Policy) AsExample(subject, text string, names ...string) string {
	secret := map[string]bool{}
	for _, name := range names {
		for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if w := fold(word); len([]rune(w)) > 2 && !p.grammar.firms[w] {
				secret[w] = true
			}
		}
	}
	strip := func(s string) string {
		for _, one := range personal {
			s = one.what.ReplaceAllString(s, one.with)
		}
		return p.nameless(s, secret)
	}
	subject = strings.ReplaceAll(strings.Join(strings.Fields(strip(subject)), " "), "|", "/")
	body := strings.ReplaceAll(strip(topic.Written(text)), "|", "/")
	return strings.TrimPrefix(subject+" | ", " | ") + strings.TrimSpace(body)
}

// nameless strikes out secret words, and first names with the capitalised word
// that follows.
func (p *Policy) nameless(s string, secret map[string]bool) string {
	var out strings.Builder
	after := false // a first name stands right before
	for len(s) > 0 {
		n := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
		if n < 0 {
			n = len(s)
		}
		word, capital := s[:n], n > 0 && unicode.IsUpper([]rune(s)[0])
		w := fold(word)
		switch first := capital && p.grammar.firstNames[w]; {
		case n > 0 && (secret[w] || first || after && capital):
			out.WriteString("…")
			after = first
		default:
			out.WriteString(word)
			after = false
		}
		s = s[n:]
		end := strings.IndexFunc(s, unicode.IsLetter)
		if end < 0 {
			end = len(s)
		}
		if strings.TrimLeft(s[:end], " ") != "" {
			after = false
		}
		out.WriteString(s[:end])
		s = s[end:]
	}
	return strings.Join(slices.DeleteFunc(strings.Split(out.String(), "\n"), func(l string) bool {
		return l != "" && strings.Trim(l, "… .,\t") == ""
	}), "\n")
}
