package ticket

import "strings"

// Below is what m shows under the words of its sender, a forwarded mail, an
// error, a log; "" where it shows nothing, or has no words of his own.
func (m *Inbound) Below() string {
	if m.Reply == "" {
		return ""
	}
	lines := strings.Split(m.Text, "\n")
	var below []string
	for _, a := range m.Aside {
		if !a.hers() && a.Line <= len(lines) {
			below = append(below, lines[a.Line-1])
		}
	}
	return strings.Join(below, "\n")
}

// maxBelow is how many lines of what is shown below the words of a new mail
// stand in its ticket; the raw mail holds the others.
const maxBelow = 200

// news tells whether m continues no ticket: then what it quotes or forwards is
// not known here, and is part of what it says.
func (th thread) news() bool { return th.ticket == nil || th.unsigned }

// whole is the text of a mail that opens a ticket: all of it where it answers
// nothing of ours, the end of a long history left out and named.
func (w *work) whole(m *Inbound, th thread) string {
	if !th.news() || m.Below() == "" {
		return m.Shown()
	}
	history := map[int]bool{}
	for _, a := range m.Aside {
		history[a.Line] = !a.hers()
	}
	var kept []string
	n, left := 0, 0
	for i, line := range strings.Split(m.Text, "\n") {
		if history[i+1] {
			if n++; n > maxBelow {
				left++
				continue
			}
		}
		kept = append(kept, line)
	}
	if left > 0 {
		kept = append(kept, "", w.say("left-out", left))
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}
