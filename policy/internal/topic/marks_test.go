package topic

import (
	"fmt"
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

func TestPointsOfAMail(t *testing.T) {
	for text, want := range map[string]int{
		"Mi serve una casella nuova": 0, "a) una casella b) le foto": 2, "1) log di maggio\n2) orari nuovi": 2, "Vi chiedo:\n- la fattura\n- una casella\n- le foto": 3,
		"(a) logs of May, (b) new opening hours": 2, "1. the gallery\n2. the menu": 2, "il sito (quello vecchio) è lento": 0, "alle 10) o alle 11)": 0,
	} {
		if d := Read("", text); d.items != want {
			t.Errorf("%q has %d points, want %d", text, d.items, want)
		}
	}
}

// What a mail is as a whole is told apart: nothing asked, one thing, two.
func TestTheWholeOfAMail(t *testing.T) {
	seen := map[string]string{}
	for _, text := range []string{
		"Grazie di cuore, siete stati gentili", "Potete cambiare la foto della pagina iniziale?",
		"Potete cambiare la foto della pagina iniziale? Potete creare una casella di posta?",
		"a) Potete cambiare la foto della pagina iniziale? b) Potete creare una casella di posta?",
	} {
		whole := ""
		for _, s := range Read("", text).Signs() {
			if s.Family == readWhole {
				whole += fmt.Sprint(s.ID, " ")
			}
		}
		if other, had := seen[whole]; had {
			t.Errorf("%q is as a whole like %q", text, other)
		}
		seen[whole] = text
	}
}
