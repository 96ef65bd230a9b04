package policy

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sportello/policy/internal/topic"
)

// labelled is a mail of the requests corpus.
type labelled struct {
	ID, Subject, Body string
	Topic             Topic
	Also              []Topic
}

func (l labelled) right(t Topic) bool { return t == l.Topic || slices.Contains(l.Also, t) }

// requests reads the corpus of labelled mails, which measures and never trains.
func requests(t testing.TB) []labelled {
	t.Helper()
	dir := os.Getenv("SPORTELLO_CORPORA")
	if dir == "" {
		dir = "../../shared/corpora"
	}
	data, err := os.ReadFile(filepath.Join(dir, "requests", "mails.jsonl"))
	if err != nil {
		t.Skip("the corpus of labelled requests is not here: ", err)
	}
	var mails []labelled
	for line := range strings.Lines(string(data)) {
		var m labelled
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		mails = append(mails, m)
	}
	return mails
}

// classified is what the embedded examples alone say.
func classified(subject, text string) ([]Guess, []string) { return (&Policy{}).classify(subject, text) }

// TestClassifyModelIsFresh fails when examples, lexicon, rules or the way
// mails are read changed without a new model.
func TestClassifyModelIsFresh(t *testing.T) {
	examples, err := topic.ReadExamples(os.DirFS("examples"))
	if err != nil {
		t.Fatal(err)
	}
	if topic.Digest(examples) != topic.Default().Digest {
		t.Fatal("the model was not made from these examples: run go generate ./policy")
	}
}

func TestClassifyKnowsEveryTopic(t *testing.T) {
	labels := topic.Default().Labels
	for _, want := range Topics {
		if !slices.Contains(labels, string(want)) {
			t.Errorf("the model does not know %s", want)
		}
	}
	if len(labels) != len(Topics) {
		t.Errorf("the model has %d labels for %d topics", len(labels), len(Topics))
	}
}

func TestClassifyNothing(t *testing.T) {
	for _, text := range []string{"", " \n\t ", "…!?", "--\n"} {
		guesses, _ := classified("", text)
		if len(guesses) == 0 || guesses[0].Topic != Unclear {
			t.Errorf("%q: %v", text, guesses)
		}
	}
}

func checkGuesses(t *testing.T, subject, text string) {
	t.Helper()
	guesses, evidence := classified(subject, text)
	again, evidenceAgain := classified(subject, text)
	if !reflect.DeepEqual(guesses, again) || !reflect.DeepEqual(evidence, evidenceAgain) {
		t.Fatalf("two answers: %v %v and %v %v", guesses, evidence, again, evidenceAgain)
	}
	if len(guesses) == 0 || len(guesses) > 5 || len(evidence) > mostEvidence {
		t.Fatalf("%d guesses, %d pieces of evidence", len(guesses), len(evidence))
	}
	sum, last := 0.0, math.Inf(1)
	for _, g := range guesses {
		if !slices.Contains(Topics, g.Topic) || g.Confidence > last || g.Confidence < 0 || math.IsNaN(g.Confidence) {
			t.Fatalf("guesses %v", guesses)
		}
		sum, last = sum+g.Confidence, g.Confidence
	}
	if sum > 1+1e-9 {
		t.Fatalf("guesses sum to %v", sum)
	}
}

func FuzzClassify(f *testing.F) {
	f.Add("", "")
	f.Add("sito giù", "Il sito non va, errore 503 ovunque.\n\n> vecchio testo\n-- \nMario")
	f.Add("\xff\xfe", "http:///// a@b @ ...://x \x00 ́")
	f.Add("R: R: Re:", strings.Repeat("non ", 3000)+"funziona?")
	f.Add(strings.Repeat("b/c ", 9000), strings.Repeat("a.", 100000)+" non va il sito")
	f.Add("x", "-----Messaggio originale-----\nDa: a@b.example\nInviato: ieri\n")
	f.Fuzz(func(t *testing.T, subject, text string) { checkGuesses(t, subject, text) })
}
