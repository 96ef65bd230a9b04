package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sportello/policy/internal/topic"
)

// learn makes of the examples of a file what they add to the embedded ones; nil
// where there are none.
func learn(examples []topic.Example) *topic.Lesson {
	if len(examples) == 0 {
		return nil
	}
	return topic.Learn(topic.Default(), topic.Recall(topic.Default(), examples), topic.Embedded())
}

// TeachesAs tells whether q knows and teaches the same topics as p, so that a guess
// by one is a guess by the other.
func (p *Policy) TeachesAs(q *Policy) bool {
	return slices.Equal(p.OwnTopics(), q.OwnTopics()) && slices.Equal(p.examples, q.examples)
}

// folds of a cross-validation: each topic's examples are learned from seven
// eighths and looked for in the last.
const folds = 8

// Told says how well a topic that the file teaches is told from the others.
type Told struct {
	Topic     Topic
	Found, Of int
	Confused  []Topic // what the others were taken for, the most frequent first
}

// Told cross-validates the topics of the file's own, in the order of Topics.
func (p *Policy) Told() []Told {
	if len(p.OwnTopics()) == 0 {
		return nil
	}
	own, embedded := topic.Recall(topic.Default(), p.examples), topic.Embedded()
	told, taken := map[Topic]*Told{}, map[Topic]map[Topic]int{}
	for fold := range folds {
		var train, test []topic.Recalled
		place := map[string]int{}
		for _, e := range own {
			if place[e.Label]++; place[e.Label]%folds == fold {
				test = append(test, e)
			} else {
				train = append(train, e)
			}
		}
		lesson := topic.Learn(topic.Default(), train, embedded)
		for _, e := range test {
			is := Topic(e.Label)
			if told[is] == nil {
				told[is], taken[is] = &Told{Topic: is}, map[Topic]int{}
			}
			scores, _ := lesson.Judge(e.Document, 0)
			if told[is].Of++; scores[0].Label == e.Label {
				told[is].Found++
			} else {
				taken[is][Topic(scores[0].Label)]++
			}
		}
	}
	var all []Told
	for _, t := range p.Topics() {
		if knownTopic(t) || told[t] == nil {
			continue
		}
		for other := range taken[t] {
			told[t].Confused = append(told[t].Confused, other)
		}
		slices.SortFunc(told[t].Confused, func(a, b Topic) int { return cmp.Or(cmp.Compare(taken[t][b], taken[t][a]), cmp.Compare(a, b)) })
		all = append(all, *told[t])
	}
	return all
}

// String is "dns: 7 of 8 found, confused with misconfiguration".
func (t Told) String() string {
	text := fmt.Sprintf("%s: %d of %d found", t.Topic, t.Found, t.Of)
	if len(t.Confused) == 0 {
		return text
	}
	var names []string
	for _, other := range t.Confused {
		names = append(names, string(other))
	}
	return text + ", confused with " + strings.Join(names, ", ")
}
