package policy

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// accents maps the accented letters of Italian and its neighbours to plain ones.
var accents = strings.NewReplacer(
	"à", "a", "á", "a", "â", "a", "ä", "a", "ã", "a", "è", "e", "é", "e", "ê", "e", "ë", "e",
	"ì", "i", "í", "i", "î", "i", "ï", "i", "ò", "o", "ó", "o", "ô", "o", "ö", "o", "õ", "o",
	"ù", "u", "ú", "u", "û", "u", "ü", "u", "ç", "c", "ñ", "n",
	"\u0300", "", "\u0301", "", "\u0302", "", "\u0308", "", // combining accents
	"’", "'", "‘", "'", "ʼ", "'", "`", "'", "´", "'",
)

// fold lowers case and takes accents away, so that "Sì", "SI" and "si" are one.
func fold(s string) string {
	s = strings.ToLower(s)
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf || s[i] == '`' {
			return accents.Replace(s)
		}
	}
	return s // as most words are
}

// spaced is the words of s, folded, each between single spaces: a phrase stands
// in a text when strings.Contains(spaced(text), spaced(phrase)).
func spaced(s string) string {
	words := strings.FieldsFunc(fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return " " + strings.Join(words, " ") + " "
}

// foldWord folds one word of an answer; an apostrophe in place of an accent
// ("si'") goes.
func foldWord(form string) string { return strings.TrimRight(fold(form), "'") }
