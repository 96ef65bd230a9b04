package policy

import (
	"strings"

	"sportello/policy/internal/topic"
)

//go:generate go run ./internal/train -examples examples -out internal/topic/model.bin -kept internal/topic/examples.bin

// Bounds of what classify tells.
const (
	mostGuesses  = 5
	mostEvidence = 6
)

// judge gives probabilities for labels, best first, and names up to n things that
// speak for the first.
type judge func(d *topic.Document, n int) ([]topic.Score, []string)

// examined is what the examples of the program and of the file say.
func (p *Policy) examined() judge {
	if p.lesson != nil {
		return p.lesson.Judge
	}
	return topic.Default().Judge
}

// classify guesses the topic of a request from what was written: guesses sum to
// about 1, best first, at most five; evidence names the words and rules that
// counted for the first. An empty text gives Unclear.
func (p *Policy) classify(subject, text string) (guesses []Guess, evidence []string) {
	subject, text = strings.ToValidUTF8(subject, " "), strings.ToValidUTF8(text, " ")
	d := topic.Read(subject, text)
	defer d.Release()
	if d.Empty() {
		return []Guess{{Unclear, 1}}, nil
	}
	scores, evidence := p.examined()(d, mostEvidence)
	for _, s := range scores[:mostGuesses] {
		guesses = append(guesses, Guess{Topic(s.Label), s.P})
	}
	return guesses, evidence
}
