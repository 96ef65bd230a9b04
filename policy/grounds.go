package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Bought is the plan that covers, as it was bought: the key of Account.Used. The
// zero Plan where none covers.
func (d Decision) Bought() Plan { return Plan{ID: d.Plan, Site: d.Site, Purchased: d.Purchased} }

// Grounds splits Evidence in two: what told the topic, and what decided who pays.
func (d Decision) Grounds() (topic, coverage []string) {
	last := -1
	for i, line := range d.Evidence {
		if strings.HasPrefix(line, fmt.Sprintf("topic %s: ", d.Topic)) {
			last = i
		}
	}
	return d.Evidence[:last+1], d.Evidence[last+1:]
}

// Opinion is what the classifier thought of the text when d was decided, so
// that the same text can be decided anew without asking it. Nil for a decision
// without topic.
func (d Decision) Opinion() *Opinion {
	if d.Topic == "" {
		return nil
	}
	o := &Opinion{guesses: append([]Guess{{d.Topic, d.Confidence}}, d.Alternatives...)}
	if why, _ := d.Grounds(); len(why) > 0 {
		o.evidence = slices.Clone(why[:len(why)-1])
	}
	return o
}

// String words a price for a person: "1 credit", "1 to 3 credits", "after
// analysis"; "" where there is none.
func (p Price) String() string {
	switch {
	case p.Kind == PriceFixed && p.Max == 1:
		return "1 credit"
	case p.Kind == PriceFixed:
		return fmt.Sprintf("%d credits", p.Max)
	case p.Kind == PriceRange:
		return fmt.Sprintf("%d to %d credits", p.Min, p.Max)
	case p.Kind == PriceAfterAnalysis:
		return "after analysis"
	}
	return ""
}
