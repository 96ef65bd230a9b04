package ticket

import (
	"cmp"
	"strings"

	"sportello/policy"
)

// Sense is what m amounts to as a reply to the quote of that code and price. A
// line that was set aside and may still be the sender's own word counts: one of
// the signature is read with the text, any other makes it nothing, and a person
// reads it. The subject and the other form of the text must not say otherwise,
// and beside a yes no file may say more. Nobody takes the word of what may be a robot.
func (m *Inbound) Sense(p *policy.Policy, code string, credits Credits) policy.Sense {
	sense, _ := m.read(p, code, credits)
	return sense
}

// Obstacle says what keeps m from being a yes or a no to the quote of that code
// and price: one of its lines, where that is all.
func (m *Inbound) Obstacle(p *policy.Policy, code string, credits Credits) Words {
	sense, why := m.read(p, code, credits)
	if why.key == "" && sense != policy.SenseAccept && sense != policy.SenseDecline {
		text, _, _ := m.spoken()
		return m.hindrance(p, text, code, credits)
	}
	return why
}

// read is Sense, with what takes from the words that they say yes or no; no words
// where it is they themselves.
func (m *Inbound) read(p *policy.Policy, code string, credits Credits) (policy.Sense, Words) {
	from, _ := m.Sole()
	text, doubt, sure := m.spoken()
	if !sure {
		return policy.SenseNone, Say("claim-aside", shownLine(doubt))
	}
	sense := p.Sense(text, code, credits, from.Name)
	switch {
	case sense != policy.SenseAccept && sense != policy.SenseDecline:
	case m.Doubtful:
		return policy.SenseNone, Say("claim-robot")
	case m.Forked:
		return policy.SenseNone, Say("claim-forked")
	case m.Titled != "" && p.Sense(m.Titled, code, credits, from.Name) != sense:
		return policy.SenseNone, Say("claim-subject", shownLine(m.Titled))
	}
	if file := m.enclosed(); file != nil && sense == policy.SenseAccept {
		return policy.SenseNone, Say("claim-file", shownLine(cmp.Or(file.Name, file.Type)))
	}
	return sense, Words{}
}

// enclosed is a file of m that may say more than its text: any but pictures, which
// the text tells of where they stand in it, and what a program adds of itself: a
// signature, a card, the mail that is answered.
func (m *Inbound) enclosed() *Attachment {
	for i := range m.Attachments {
		a := &m.Attachments[i]
		_, kind, _ := strings.Cut(a.Type, "/")
		if strings.HasPrefix(a.Type, "image/") || strings.HasSuffix(kind, "-signature") || strings.HasSuffix(kind, "vcard") || kind == "pgp-keys" || kind == "rfc822" {
			continue
		}
		if !m.elsewhere(a, m.Reply, true) {
			return a
		}
	}
	return nil
}

// spoken is what the sender says, the signature with it as far as it may be his
// own words. Where nobody knows whose a line is that was set aside, it is doubt,
// and sure is false.
func (m *Inbound) spoken() (text, doubt string, sure bool) {
	text = m.Reply
	lines := strings.Split(m.Text, "\n")
	for _, a := range m.Aside {
		switch {
		case a.Sure:
		case a.Line > len(lines):
			return text, "…", false
		case !a.hers():
			return text, lines[a.Line-1], false
		default:
			text += "\n" + lines[a.Line-1]
		}
	}
	return text, "", true
}

// hindrance is the first line of text with which even a plain yes, or a plain no,
// above or below it would be none: the line that takes both the longest to meet.
func (m *Inbound) hindrance(p *policy.Policy, text, code string, credits Credits) Words {
	from, _ := m.Sole()
	lines := strings.Split(strings.TrimSpace(text), "\n")
	latest := -1
	for _, plain := range []struct {
		words string
		sense policy.Sense
	}{{"accetto", policy.SenseAccept}, {"rifiuto il preventivo", policy.SenseDecline}} {
		at := 0
		for ; at < len(lines); at++ {
			so := strings.Join(lines[:at+1], "\n")
			if p.Sense(so+"\n"+plain.words, code, credits, from.Name) != plain.sense && p.Sense(plain.words+"\n"+so, code, credits, from.Name) != plain.sense {
				break
			}
		}
		latest = max(latest, at)
	}
	if latest >= len(lines) || strings.TrimSpace(lines[latest]) == "" {
		return Say("claim-plain")
	}
	return Say("claim-line", shownLine(lines[latest]))
}

// shownLine is a line of a mail as it stands beside other words.
func shownLine(s string) string { return clip(strings.TrimSpace(s), maxLine) }

// maxLine bounds such a line, in bytes.
const maxLine = 200

// doubts are the lines that were set aside and may be the sender's own word, for
// a person to read below what was written; "" where there are none.
func (m *Inbound) doubts() string {
	lines := strings.Split(m.Text, "\n")
	var b strings.Builder
	for _, a := range m.Aside {
		if !a.Sure && a.Line <= len(lines) {
			if b.Len() == 0 {
				b.WriteByte('\n')
			}
			b.WriteString("\n" + lines[a.Line-1])
		}
	}
	return b.String()
}
