package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"sportello/policy"
)

// byWriter prints how often the first guess is right, of each writer.
func byWriter(w io.Writer, all []outcome) {
	var writers []string
	right, of := map[string]int{}, map[string]int{}
	for _, o := range all {
		if of[o.writer]++; of[o.writer] == 1 {
			writers = append(writers, o.writer)
		}
		if slices.Contains(o.right, o.scores[0].Label) {
			right[o.writer]++
		}
	}
	for _, one := range writers {
		fmt.Fprintf(w, "writer %-14q %4d mails  top-1 %.1f %%\n", one, of[one], 100*float64(right[one])/float64(of[one]))
	}
}

// verdicts prints what the default policy would have told customers of each plan:
// how many got a verdict, how many of these the right one, and how often what a
// plan covers was told to be extra.
func verdicts(w io.Writer, all []outcome) error {
	p := policy.Default(time.UTC)
	at := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	var decided, right, worst, sum int
	for _, plan := range append([]string{""}, p.Plans()...) {
		c := policy.Case{At: at}
		if plan != "" {
			c.Account.Plans = []policy.Plan{{ID: plan, Purchased: policy.DateOf(at, time.UTC).AddDays(-30)}}
		}
		var n, good, bad int
		for _, o := range all {
			got, want := p.Decide(guessed(c, o)), should(p, c, o)
			if got.Coverage == policy.Undetermined {
				continue
			}
			n++
			if slices.Contains(want, got.Coverage) {
				good++
			} else if got.Coverage == policy.Extra && slices.Contains(want, policy.Covered) {
				bad++
			}
		}
		fmt.Fprintf(w, "plan %-12q decided %.1f %%, of these right %.1f %%, covered told extra %d\n", plan,
			100*float64(n)/float64(len(all)), 100*float64(good)/float64(max(n, 1)), bad)
		decided, right, worst, sum = decided+n, right+good, worst+bad, sum+len(all)
	}
	_, err := fmt.Fprintf(w, "all plans           decided %.1f %%, of these right %.1f %%, covered told extra %d\n",
		100*float64(decided)/float64(sum), 100*float64(right)/float64(decided), worst)
	return err
}

// guessed is c with an outcome's scores as the classifier's opinion.
func guessed(c policy.Case, o outcome) policy.Case {
	d := policy.Decision{Topic: policy.Topic(o.scores[0].Label), Confidence: o.scores[0].P}
	for _, s := range o.scores[1:5] {
		d.Alternatives = append(d.Alternatives, policy.Guess{Topic: policy.Topic(s.Label), Confidence: s.P})
	}
	c.Opinion = d.Opinion()
	return c
}

// should lists the verdicts of the topics that are right.
func should(p *policy.Policy, c policy.Case, o outcome) (all []policy.Coverage) {
	for _, label := range o.right {
		c.Topic = policy.Topic(label)
		all = append(all, p.Decide(c).Coverage)
	}
	return all
}
