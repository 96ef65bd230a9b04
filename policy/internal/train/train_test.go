package main

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"sportello/policy/internal/topic"
)

func examples(t *testing.T) []topic.Example {
	t.Helper()
	all, err := topic.ReadExamples(os.DirFS("../../examples"))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestFitIsReproducible: the same examples give the same bytes.
func TestFitIsReproducible(t *testing.T) {
	var some []topic.Example
	for i, e := range examples(t) {
		if i%10 == 0 {
			some = append(some, e)
		}
	}
	var models [2][]byte
	for i := range models {
		set := newSet(some)
		var err error
		if models[i], err = fit(set, set.all()).Encode(); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(models[0], models[1]) {
		t.Error("two models of the same examples differ")
	}
}

// TestAWriterLeftOut: on the mails of one writer the others' examples are right,
// and as sure as they say. "go run ./internal/train -writers" in policy does it for
// all writers and prints more.
func TestAWriterLeftOut(t *testing.T) {
	if testing.Short() {
		t.Skip("trains a panel")
	}
	all := crossValidate(newSet(examples(t)), []string{"10"}, writer)
	right, sure, said, sureRight := 0, 0, 0.0, 0
	for _, o := range all {
		ok := slices.Contains(o.right, o.scores[0].Label)
		if ok {
			right++
		}
		if p := o.scores[0].P; p >= 0.9 {
			sure, said = sure+1, said+p
			if ok {
				sureRight++
			}
		}
	}
	t.Logf("right %d of %d; said %.1f and right %d of the %d surest", right, len(all), said, sureRight, sure)
	if float64(right) < 0.9*float64(len(all)) {
		t.Errorf("right %d of %d", right, len(all))
	}
	if gap := said - float64(sureRight); gap > 0.03*float64(sure) {
		t.Errorf("the surest %d said %.1f and %d were right", sure, said, sureRight)
	}
}

// TestEveryTopicHasManyExamples of its own wording: none stands twice.
func TestEveryTopicHasManyExamples(t *testing.T) {
	count, seen := map[string]int{}, map[string]bool{}
	for _, e := range examples(t) {
		if seen[e.Text] && len(e.Text) > 20 {
			t.Errorf("%s: twice %q", e.Label, e.Text)
		}
		seen[e.Text] = true
		count[e.Label]++
	}
	for label, n := range count {
		if n < 60 {
			t.Errorf("%s has %d examples", label, n)
		}
	}
}
