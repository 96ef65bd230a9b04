package topic

import (
	"cmp"
	_ "embed"
	"math"
	"slices"
	"sync"
)

//go:embed model.bin
var panelData []byte

// A Panel is two judges of different kinds, a Model and a Net, asked together:
// their log-odds are averaged. Where they err they seldom err alike. It does not
// change after it was made and may be used by several goroutines.
type Panel struct {
	*Model
	Net *Net
}

// How the two are heard; found by leaving one writer out of the examples
// (train -writers).
const (
	// modelShare is how much the model counts, the rest is the network's.
	modelShare = 0.3
	// temperature divides the log-odds before they become probabilities, so that
	// these are right as often as they say.
	temperature = 0.70
)

// Default is the embedded panel.
var Default = sync.OnceValue(func() *Panel {
	p, err := Decode(panelData)
	if err != nil {
		panic(err) // the embedded file is part of the program and tested
	}
	return p
})

// A Score is a label with its probability.
type Score struct {
	Label string
	P     float64
}

// Scores gives all labels, best first; equal ones in the order of Labels.
func (p *Panel) Scores(d *Document) []Score {
	scores, _ := p.Judge(d, 0)
	return scores
}

// Judge gives the scores and names up to n features that speak most for the
// first label.
func (p *Panel) Judge(d *Document, n int) ([]Score, []string) {
	r := rooms.Get().(*room)
	defer rooms.Put(r)
	r.sums = resized(r.sums, len(p.Labels))
	clear(r.sums)
	p.Model.add(d, modelShare, r)
	p.Net.add(d, 1-modelShare, r)
	var total float64
	top := slices.Max(r.sums)
	scores := make([]Score, len(r.sums))
	for i, s := range r.sums {
		odds := math.Exp((s - top) / temperature)
		scores[i] = Score{p.Labels[i], odds}
		total += odds
	}
	for i := range scores {
		scores[i].P /= total
	}
	slices.SortStableFunc(scores, func(a, b Score) int { return cmp.Compare(b.P, a.P) })
	if n == 0 {
		return scores, nil
	}
	return scores, p.evidence(d, r, slices.Index(r.sums, top), n)
}

// A room is what a panel needs to judge one mail; the next gets it again.
type room struct {
	sums, own []float64 // of each label; own are the model's
	seen      marks
	found     []found           // of the model
	scale     [kinds]float64    // of found
	rows      [families][]int32 // of the network
	whole     []int32
	hidden    []float64
}

var rooms = sync.Pool{New: func() any { return &room{} }}

// resized is s with the length n, whatever stands in it.
func resized[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }
