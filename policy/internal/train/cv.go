package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"

	"sportello/policy/internal/topic"
)

// outcome is what a model says of a mail that it was not trained on.
type outcome struct {
	mail   string // what tells it from others
	writer string
	scores []topic.Score
	right  []string
}

// crossValidate trains a panel for each fold that of puts an example into, on what
// lies in the others; as many at a time as there are processors.
func crossValidate(s *set, folds []string, of func(doc) string) []outcome {
	some := make([][]outcome, len(folds))
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for n, fold := range folds {
		all.Go(func() {
			turns <- struct{}{}
			some[n] = leaveOut(s, func(d doc) bool { return of(d) == fold })
			<-turns
		})
	}
	all.Wait()
	return slices.Concat(some...)
}

// leaveOut judges the examples that are out by what the others teach.
func leaveOut(s *set, out func(doc) bool) (all []outcome) {
	var train, test []int
	for i, d := range s.docs {
		if out(d) {
			test = append(test, i)
		} else {
			train = append(train, i)
		}
	}
	p := fit(s, train)
	for _, i := range test {
		e := s.docs[i].example
		all = append(all, outcome{e.Subject + " | " + e.Text, e.Writer, p.Scores(topic.Read(e.Subject, e.Text)), []string{e.Label}})
	}
	return all
}

// writers are those of whom there are enough examples to be left out; others are
// trained on always.
func (s *set) writers() (all []string) {
	count := map[string]int{}
	for _, d := range s.docs {
		if count[d.example.Writer]++; count[d.example.Writer] == enoughOfOne {
			all = append(all, d.example.Writer)
		}
	}
	return all
}

const enoughOfOne = 100

func writer(d doc) string { return d.example.Writer }

// temperature makes the probabilities of mails not trained on as likely as possible.
func temperature(all []outcome) float32 {
	best, low := 1.0, math.Inf(1)
	for t := 0.3; t < 4; t += 0.02 {
		loss := 0.0
		for _, o := range all {
			var total, right float64
			for _, s := range o.scores {
				p := math.Pow(s.P, 1/t)
				total += p
				if slices.Contains(o.right, s.Label) {
					right += p
				}
			}
			loss -= math.Log(max(right/total, 1e-12))
		}
		if loss < low {
			best, low = t, loss
		}
	}
	return float32(best)
}

// measure scores m on labelled mails.
func measure(w io.Writer, m *topic.Panel, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	var all []outcome
	for line := range strings.Lines(string(data)) {
		var mail struct {
			ID, Subject, Body, Topic string
			Also                     []string
		}
		if err := json.Unmarshal([]byte(line), &mail); err != nil {
			return fmt.Errorf("probe %s: %w", file, err)
		}
		all = append(all, outcome{mail.ID, "", m.Scores(topic.Read(mail.Subject, mail.Body)), append(mail.Also, mail.Topic)})
	}
	report(w, all)
	return verdicts(w, all)
}

// report prints the rates, the calibration and the mails that went wrong.
func report(w io.Writer, all []outcome) {
	var one, two int
	bins := make([][3]float64, 10)
	for _, o := range all {
		first, second := slices.Contains(o.right, o.scores[0].Label), slices.Contains(o.right, o.scores[1].Label)
		b := &bins[min(int(o.scores[0].P*10), 9)]
		b[0]++
		b[1] += o.scores[0].P
		if first {
			one++
			b[2]++
		} else {
			text := []rune(strings.ReplaceAll(o.mail, "\n", " "))
			fmt.Fprintf(w, "%-17s taken for %-17s %.2f  %s\n", o.right[len(o.right)-1], o.scores[0].Label, o.scores[0].P, string(text[:min(len(text), 110)]))
		}
		if first || second {
			two++
		}
	}
	n := float64(len(all))
	fmt.Fprintf(w, "mails %d  top-1 %.1f %%  top-2 %.1f %%\n", len(all), float64(100*one)/n, float64(100*two)/n)
	fmt.Fprintf(w, "surest as it says at temperature × %.2f\n", temperature(all))
	fmt.Fprintln(w, "confidence   mails   said  right")
	for i, b := range bins {
		if b[0] > 0 {
			fmt.Fprintf(w, "%.1f to %.1f   %5.0f  %.3f  %.3f\n", float64(i)/10, float64(i+1)/10, b[0], b[1]/b[0], b[2]/b[0])
		}
	}
	fmt.Fprintln(w, "threshold  decided  right")
	for _, t := range []float64{0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9} {
		decided, right := 0, 0
		for _, o := range all {
			if o.scores[0].P >= t {
				decided++
				if slices.Contains(o.right, o.scores[0].Label) {
					right++
				}
			}
		}
		fmt.Fprintf(w, "%.2f      %6.1f %%  %5.1f %%  (%d wrong)\n", t, 100*float64(decided)/n, 100*float64(right)/float64(max(decided, 1)), decided-right)
	}
}
