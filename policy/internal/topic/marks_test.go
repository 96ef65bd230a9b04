package topic

import (
	"fmt"
	"slices"
	"strings"
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
	model, net := &room{sums: make([]float64, len(p.Labels))}, &room{sums: make([]float64, len(p.Labels))}
	p.Model.add(d, 1, model)
	p.Net.add(d, 1, net)
	scores, why := p.Judge(d, 6)
	if scores[0].Label != "platform-down" || len(why) == 0 {
		t.Errorf("%v, %q", scores[:2], why)
	}
	if slices.Equal(model.sums, net.sums) {
		t.Error("the network says what the model says")
	}
}

// No family of signs is collected in vain.
func TestEveryFamilyCounts(t *testing.T) {
	for family := range families {
		if SignValue(family, 1) <= 0 {
			t.Errorf("signs of family %d weigh nothing", family)
		}
	}
	for k := range int(kinds) {
		if Scale(k, 1) <= 0 {
			t.Errorf("features of kind %d weigh nothing", k)
		}
	}
}

// Mail after mail in the same room is judged as alone.
func TestRoomIsLeftEmpty(t *testing.T) {
	mails := []string{
		"", "Da stamattina il sito dà errore 503 a tutti", strings.Repeat("Vorrei una casella nuova, a) per Anna b) per Ugo. ", 400), "Grazie",
		"Da stamattina il sito dà errore 503 a tutti", strings.Repeat("è ", 3000),
	}
	judge := func(text string, release bool) string {
		d := Read("Sito", text)
		scores, why := Default().Judge(d, 6)
		seen := fmt.Sprint(scores, why, d.Features, d.Signs(), d.items)
		if release {
			d.Release()
		}
		return seen
	}
	var alone []string
	for _, text := range mails {
		alone = append(alone, judge(text, false))
	}
	for round := range 3 {
		for i, text := range mails {
			if judge(text, true) != alone[i] {
				t.Errorf("round %d: mail %d is judged otherwise in a room that was used", round, i)
			}
		}
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
