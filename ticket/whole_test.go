package ticket

import (
	"fmt"
	"strings"
	"testing"
)

// shows is a mail of which some lines were set aside as history.
func shows(text, reply string, history ...int) *Inbound {
	m := &Inbound{Text: text, Reply: reply}
	for _, n := range history {
		m.Aside = append(m.Aside, Aside{Line: n, Why: "history"})
	}
	return m
}

// TestWhole: what opens a ticket is shown with all that it shows itself; what
// answers a ticket of ours is not, because we have that already.
func TestWhole(t *testing.T) {
	w := &work{d: &Desk{Language: "en"}}
	forward := shows("Can you look?\n\n-- Forwarded --\nThe disk is full.", "Can you look?", 3, 4)
	if got := w.whole(forward, thread{}); got != forward.Text {
		t.Errorf("a forwarded mail: %q", got)
	}
	if got := w.whole(forward, thread{ticket: &Ticket{}, unsigned: true}); got != forward.Text {
		t.Errorf("to a remembered address: %q", got)
	}
	if got := w.whole(forward, thread{ticket: &Ticket{}}); got != "Can you look?" {
		t.Errorf("a reply: %q", got)
	}
	if got := w.whole(shows("> all quoted", ""), thread{}); got != "> all quoted" {
		t.Errorf("no words of its own: %q", got)
	}
	lines := []string{"The log:"}
	var numbers []int
	for i := range maxBelow + 30 {
		lines, numbers = append(lines, fmt.Sprintf("> %d", i)), append(numbers, i+2)
	}
	lines = append(lines, "What now?")
	got := w.whole(shows(strings.Join(lines, "\n"), "The log:\nWhat now?", numbers...), thread{})
	for _, want := range []string{"The log:", fmt.Sprintf("> %d\n", maxBelow-1), "What now?", "[30 more lines"} {
		if !strings.Contains(got, want) {
			t.Errorf("a long log lacks %q", want)
		}
	}
	if strings.Contains(got, fmt.Sprintf("> %d\n", maxBelow)) {
		t.Error("a long log is not folded")
	}
}

// TestBelowLeavesTheSignatureOut: what the sender signs with is no history.
func TestBelowLeavesTheSignatureOut(t *testing.T) {
	m := shows("Look\n> error\nUgo", "Look", 2)
	m.Aside = append(m.Aside, Aside{Line: 3, Why: AsideSignature})
	if got := m.Below(); got != "> error" {
		t.Errorf("below: %q", got)
	}
}
