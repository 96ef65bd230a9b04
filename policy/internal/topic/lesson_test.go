package topic

import (
	"bytes"
	"os"
	"testing"
)

// TestKeptExamplesAreFresh fails when the examples changed without new kept ones.
func TestKeptExamplesAreFresh(t *testing.T) {
	examples, err := ReadExamples(os.DirFS("../../examples"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := EncodeExamples(examples)
	if err != nil || !bytes.Equal(data, examplesData) {
		t.Fatal("the kept examples are others than these: run go generate ./policy", err)
	}
	count := map[string]int{}
	for _, e := range Embedded() {
		count[e.Label]++
	}
	for _, label := range Default().Labels {
		if count[label] < 50 || count[label] > mostKept {
			t.Errorf("%s: %d examples kept", label, count[label])
		}
	}
}

// Mail without a word of what was taught is judged as before.
func TestALessonChangesNothingElse(t *testing.T) {
	var taught []Example
	for _, text := range []string{
		"la giraffa ha fame", "giraffa malata", "nutrite la giraffa", "dove dorme la giraffa", "una giraffa in più", "la giraffa non mangia",
		"quanti anni ha la giraffa", "potete lavare la giraffa",
	} {
		taught = append(taught, Example{Label: "zoo", Text: text})
	}
	l := Learn(Default(), Recall(Default(), taught), Embedded())
	if scores, why := l.Judge(Read("", "Chiedo notizie della giraffa"), 3); scores[0].Label != "zoo" || len(why) == 0 {
		t.Errorf("the giraffe: %v, %q", scores[:2], why)
	}
	for _, text := range []string{"Non riceviamo posta da stamattina, nessuna casella", "Errore 503 ovunque", "Vorrei un preventivo per il rinnovo"} {
		d := Read("", text)
		was, is := Default().Scores(d), []Score(nil)
		if is, _ = l.Judge(d, 0); is[0].Label != was[0].Label || is[0].P < was[0].P-0.03 {
			t.Errorf("%s: %v, before %v", text, is[0], was[0])
		}
	}
}
