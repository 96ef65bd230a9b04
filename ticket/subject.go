package ticket

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"sportello/ticket/address"
)

// Tag is the subject tag of a ticket: `[NAME #1042]`.
func Tag(name string, id ID) string { return fmt.Sprintf("[%s #%d]", name, id) }

// mark is the name that the desk writes in its tags.
func (d *Desk) mark() string { return cmp.Or(d.Tag, d.Name) }

// tagsIn lists the tickets that subject names by a tag of this desk: letters that
// left before it had a short name go on counting.
func (d *Desk) tagsIn(subject string) []ID { return tagsIn(subject, d.mark(), d.Name) }

// bareSubject is what a ticket is called after subject.
func (d *Desk) bareSubject(subject string) string { return BareSubject(subject, d.mark(), d.Name) }

const (
	maxTag  = 400 // bytes between the brackets, blanks of all sorts included
	maxTags = 20  // tickets that a subject may name
)

// tagsIn lists the tickets that subject names by a tag with one of names, in
// order, each once.
func tagsIn(subject string, names ...string) []ID {
	var ids []ID
	cutTags(subject, names, func(id ID) {
		if len(ids) < maxTags && !contains(ids, id) {
			ids = append(ids, id)
		}
	})
	return ids
}

// BareSubject is subject without tags of names and without Re:, R:, I:, Fwd: and
// the like in front: what a ticket is called. It looks at each byte a bounded
// number of times, whatever the subject.
func BareSubject(subject string, names ...string) string {
	s := cutTags(subject, names, func(ID) {})
	for n := replyPrefix(s); n > 0; n = replyPrefix(s) {
		s = s[n:]
	}
	return strings.Join(strings.Fields(s), " ")
}

// cutTags returns subject without tags of names and tells found of each.
func cutTags(subject string, names []string, found func(ID)) string {
	plain := make([]string, len(names))
	for i, name := range names {
		plain[i] = plainWords(name)
	}
	var rest strings.Builder
	for {
		i := strings.IndexByte(subject, '[')
		if i < 0 {
			rest.WriteString(subject)
			return rest.String()
		}
		rest.WriteString(subject[:i])
		subject = subject[i:]
		id, n := tagAt(subject, plain)
		if n == 0 {
			n = 1
			rest.WriteByte('[')
		} else {
			found(id)
		}
		subject = subject[n:]
	}
}

// tagAt reads the tag at the start of s, which is a bracket, and tells how long
// it is; 0 when it is none. Programs fold a subject and write other blanks for
// the one that we wrote: any will do. names are as plainWords writes them.
func tagAt(s string, names []string) (ID, int) {
	end := strings.IndexAny(s[1:min(len(s), maxTag)], "[]") + 1
	if end == 0 || s[end] != ']' {
		return 0, 0
	}
	words := plainWords(s[1:end])
	for _, name := range names {
		digits, ok := strings.CutPrefix(words, name+" #")
		var id ID
		if ok && number(digits, &id) && id != 0 {
			return id, end + 1
		}
	}
	return 0, 0
}

// plainWords is s in small letters with single blanks between its words and
// nothing invisible in them.
func plainWords(s string) string {
	s = strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// invisible tells what takes no room on a screen, or shows as a blank without
// being white space: zero-width and direction characters, variation selectors,
// the fillers of Hangul, the empty cell of Braille.
func invisible(r rune) bool {
	return r >= utf8.RuneSelf && (unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) ||
		r == 0x034f || r == 0x115f || r == 0x1160 || r == 0x17b4 || r == 0x17b5 || r == 0x2800 || r == 0x3164 || r == 0xffa0)
}

// replyPrefix is the length of the prefix of a reply or a forwarded mail at the
// start of s, white space around it included: `Re:`, `RE[2]:`, `I :`, `AW：`.
func replyPrefix(s string) int {
	rest := strings.TrimLeftFunc(s, white)
	n := 0
	for n < len(rest) && n <= maxPrefix && (rest[n]|0x20 >= 'a' && rest[n]|0x20 <= 'z') {
		n++
	}
	if !replyWords[address.Lower(rest[:n])] {
		return 0
	}
	rest = rest[n:]
	if len(rest) > 2 && rest[0] == '[' {
		end := strings.IndexByte(rest[:min(len(rest), 8)], ']')
		if end < 2 || strings.Trim(rest[1:end], "0123456789") != "" {
			return 0
		}
		rest = rest[end+1:]
	}
	rest = strings.TrimLeftFunc(rest, white)
	for _, colon := range []string{":", "：", "﹕"} {
		if after, ok := strings.CutPrefix(rest, colon); ok {
			return len(s) - len(after)
		}
	}
	return 0
}

// white tells white space of any kind and what is invisible.
func white(r rune) bool { return unicode.IsSpace(r) || invisible(r) }

// maxPrefix is the length of the longest of replyWords.
const maxPrefix = 8

var replyWords = map[string]bool{
	"re": true, "r": true, "rif": true, "ris": true, "risposta": true, "i": true, "inoltro": true, "inoltra": true, "fw": true, "fwd": true,
	"aw": true, "wg": true, "sv": true, "vs": true, "tr": true, "rv": true, "antw": true,
}
