package topic

import (
	"slices"
	"testing"
)

// marked tells which words of a text carry a mark, by the words themselves.
func marked(text string, how uint32) (words []string) {
	d := Read("", text)
	has := map[uint32]bool{}
	for _, s := range d.Signs() {
		has[s.ID] = true
	}
	for _, s := range d.text {
		for _, w := range s.words {
			if has[sign(readMark, w.stem, how).ID] {
				words = append(words, w.text)
			}
		}
	}
	return words
}

func TestMarks(t *testing.T) {
	for _, c := range []struct {
		name, text string
		how        uint32
		want       []string
	}{
		{"what a negation denies, up to the comma", "non funziona la posta, il sito funziona bene", markDenied, []string{"funziona", "posta", "funziona"}},
		{"in English too", "the site is not down, prices moved", markDenied, []string{"down"}},
		{"nothing without a negation", "il sito funziona", markDenied, nil},
		{"what is set against the rest", "Il server va, ma le immagini spariscono", markAgainst, []string{"immagini", "spariscono"}},
		{"what a sentence asks", "Il sito va. Potete rifare il menu?", markAsked, []string{"potete", "rifare", "menu"}},
	} {
		if got := marked(c.text, c.how); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// The two judges are asked together: the panel is none of them alone, and each
// can be read back from its bytes.
func TestAPanelHearsBoth(t *testing.T) {
	p := Default()
	d := Read("", "Da stamattina il sito dà errore 503 a tutti, non abbiamo toccato niente")
	model, net := make([]float64, len(p.Labels)), make([]float64, len(p.Labels))
	p.Model.add(d, 1, model)
	p.Net.add(d, 1, net)
	scores, why := p.Judge(d, 6)
	if scores[0].Label != "platform-down" || len(why) == 0 {
		t.Errorf("%v, %q", scores[:2], why)
	}
	if slices.Equal(model, net) {
		t.Error("the network says what the model says")
	}
}
