package ticket_test

import (
	"slices"
	"testing"

	"sportello/ticket"
)

// TestFrames: what is framed is found again, whatever it holds.
func TestFrames(t *testing.T) {
	const head, foot = "Cliente: Mario\n\n", "\n\nTicket: #1\n\n----------------------------------------\n\nComandi\n"
	for name, text := range map[string]string{
		"one line": "Il sito non va.", "nothing": "", "paragraphs": "Buongiorno,\n\nil sito non va.\n\nMario",
		"a frame inside":   ticket.Framed("Altro", "vecchio") + "\n\nsotto",
		"a rule inside":    "sopra\n----------------------------------------\nsotto",
		"the rule of ours": "sopra\n" + "------------------------------------------------------------" + "\nsotto",
	} {
		if got := ticket.Unframed(head + ticket.Framed("Mario Rossi scrive", text) + foot); !slices.Equal(got, []string{text}) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := ticket.Unframed(head + foot); got != nil {
		t.Errorf("without a frame: %q", got)
	}
}
