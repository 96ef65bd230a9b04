package ticket

import (
	"strings"

	"sportello/policy"
)

// Sense is what m amounts to as a reply to the quote of that code and price. A
// line that was set aside and may still be the sender's own word counts: one of
// the signature is read with the text, any other makes it nothing, and a person
// reads it. The subject and the other form of the text must not say otherwise. Nobody takes the word of what may be a robot.
func (m *Inbound) Sense(p *policy.Policy, code string, credits Credits) policy.Sense {
	text := m.Reply
	lines := strings.Split(m.Text, "\n")
	for _, a := range m.Aside {
		switch {
		case a.Sure:
		case a.Why != AsideSignature && a.Why != AsideFooter || a.Line > len(lines):
			return policy.SenseNone
		default:
			text += "\n" + lines[a.Line-1]
		}
	}
	from, _ := m.Sole()
	sense := p.Sense(text, code, credits, from.Name)
	if sense != policy.SenseAccept && sense != policy.SenseDecline {
		return sense
	}
	if m.Doubtful || m.Forked || m.Titled != "" && p.Sense(m.Titled, code, credits, from.Name) != sense {
		return policy.SenseNone
	}
	return sense
}

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
