// Package wording compares what mails say with lists of words, in small letters.
package wording

import "strings"

// Lower is valid s in small letters, as strings.ToLower makes it, quickly where
// all of it is Latin: s itself where nothing changes, else one copy.
func Lower(s string) string {
	var b strings.Builder
	done := 0 // bytes of s that are written
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'A' && c <= 'Z':
		case c < 0xc3: // no capital, nor begins one
			continue
		case c == 0xc3 && i+1 < len(s): // À to ÿ
			i++
			if c = s[i]; c < 0x80 || c > 0x9e || c == 0x97 {
				continue
			}
		case c == 0xe2 && i+1 < len(s) && s[i+1] <= 0x82: // dashes, quotation marks, €
			i += 2
			continue
		case c == 0xf0 && i+1 < len(s) && s[i+1] == 0x9f: // emoji
			i += 3
			continue
		default:
			return strings.ToLower(s)
		}
		if done == 0 {
			b.Grow(len(s))
		}
		b.WriteString(s[done:i])
		b.WriteByte(c + 0x20)
		done = i + 1
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

// Set is a set of words.
func Set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// IsLetter tells an ASCII letter.
func IsLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// IsDigit tells an ASCII digit.
func IsDigit(c byte) bool { return c >= '0' && c <= '9' }
