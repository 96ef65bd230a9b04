package mailin

import (
	"strings"
	"unicode"

	"sportello/ticket"
)

// A reaction is a mail that a program writes when somebody presses a thumb under
// a letter: Gmail's has a part of its own, Outlook's says "Mario Rossi … to your
// message:" above the letter and nothing else tells it, some people send the
// bare sign.
const reactionMedia = "text/vnd.google.email-reaction+json"

// maxReaction bounds, in bytes, the words that a program puts beside the sign.
const maxReaction = 300

// reaction tells whether in is no more than a sign, and of what sort: every line
// that was written this time is one, or names the writer himself as programs do.
// A mail that says anything else is none, whatever parts it has.
func (m *mail) reaction(in *ticket.Inbound) ticket.Reaction {
	top := topLines(in.Text, 3)
	signs, pictures, named := 0, 0, 0
	for _, line := range top {
		rest, picture := withoutSigns(line)
		if named > 0 || rest != "" && !m.namesItself(rest, in) {
			break
		}
		switch {
		case rest != "":
			named++
		case picture:
			pictures++
		default:
			signs++
		}
	}
	if n := signs + pictures + named; n == 0 || len(topLines(in.Reply, n+1)) > n || !onlyInline(in.Attachments) {
		return 0 // more was written
	}
	answers := len(in.InReplyTo)+len(in.References) > 0
	switch {
	case m.hasReaction(), named > 0 && answers && (signs > 0 || strings.HasSuffix(top[pictures], ":") && len(topLines(in.Text, pictures+2)) > pictures+1):
		return ticket.ReactionProgram
	case signs > 0 && named+pictures == 0 && !strings.ContainsAny(in.Reply, doubtful):
		return ticket.ReactionSign
	}
	return 0
}

// doubtful are signs that a person should see when they stand alone.
const doubtful = "👎🖕😡😠🤬😤💔❌⛔🚫🛑❓❔❗❕⁉‼⚠🆘🤔😕🙁☹😢😭"

// hasReaction tells whether m has Gmail's part.
func (m *mail) hasReaction() bool {
	found := false
	m.root.leaves(func(p *part) bool {
		found = p.media == reactionMedia
		return !found
	})
	return found
}

// namesItself tells whether line is what a program says in the name of its user:
// it begins with the display name of From and says a few words more. Beside
// Gmail's part any short line is.
func (m *mail) namesItself(line string, in *ticket.Inbound) bool {
	if len(line) > maxReaction || strings.ContainsAny(line, "?!") && !strings.Contains(line, "://") {
		return false
	}
	if m.hasReaction() {
		return true
	}
	from, ok := in.Sole()
	if !ok || len(from.Name) < 3 {
		return false
	}
	rest, ok := strings.CutPrefix(strings.ToLower(line), strings.ToLower(from.Name))
	words := len(strings.Fields(rest))
	return ok && words > 0 && words <= 7 && !strings.Contains(rest, ",") && (strings.HasSuffix(rest, ":") || strings.Contains(rest, "://"))
}

// topLines are the first n lines of s that are not empty, without white space
// around them.
func topLines(s string, n int) []string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			if len(lines) == n {
				break
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// withoutSigns is line without the signs at its start, "" when it is nothing
// else, and whether the first was a picture.
func withoutSigns(line string) (rest string, picture bool) {
	if strings.HasPrefix(line, "[image: ") {
		if i := strings.IndexByte(line, ']'); i >= 0 && i < maxName {
			line, picture = strings.TrimSpace(line[i+1:]), true
		}
	}
	switch line {
	case ":)", ":-)", ";)", ";-)", ":D", ":-D", "(y)", "<3", "+1":
		return "", picture
	}
	const most = 10 // a line of more says something
	n := 0
	return strings.TrimLeftFunc(line, func(r rune) bool {
		switch {
		case unicode.IsSpace(r), r == 0x200d, unicode.Is(unicode.Variation_Selector, r), r >= 0x1f3fb && r <= 0x1f3ff, r >= 0xe0020 && r <= 0xe007f:
			return true
		case r >= 0x2190 && unicode.Is(unicode.So, r):
			n++
			return n <= most
		}
		return false
	}), picture
}

// onlyInline tells whether the files are pictures that stand in the text.
func onlyInline(files []ticket.Attachment) bool {
	for _, f := range files {
		if f.Type != reactionMedia && !(strings.HasPrefix(f.Type, "image/") && (f.Inline || f.ContentID != "")) {
			return false
		}
	}
	return true
}
