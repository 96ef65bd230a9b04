package main

import (
	"math"
	"math/rand/v2"

	"sportello/policy/internal/topic"
)

// How the network is trained; found by leaving one writer out.
const (
	netHidden  = 22 // numbers between signs and labels, of each network
	nets       = 3  // networks side by side, from other beginnings
	netEpochs  = 22
	netRate    = 0.1
	netDecay   = 1e-5
	netAtLeast = 3   // a sign must stand in this many examples
	dropSign   = 0.5 // share of the signs that a step does not see…
	louder     = 1.4 // …and by how much it sees the others more
	dropHidden = 0.2 // share of the numbers between that a step does not see
	netSmooth  = 0.05
	leak       = 0.01 // as in topic.Net
	tableSteps = 4    // to the root mean square of the table
)

// row is what a sign adds to the numbers between.
type row [netHidden]float32

// valuedSigns is a mail as the network sees it.
type valuedSigns struct {
	rows   []int32
	values []float32
}

// fitNet trains networks of one make on the documents listed and puts them side
// by side.
func fitNet(s *set, docs []int) *topic.Net {
	rows := s.vocabulary(docs, func(v variant) []topic.Sign { return v.signs }, netAtLeast)
	seen := make(map[int][]valuedSigns, len(docs))
	for _, i := range docs {
		for _, v := range s.docs[i].variants {
			seen[i] = append(seen[i], valueSigns(v.signs, rows))
		}
	}
	all := make([]*trainee, nets)
	for n := range all {
		all[n] = newTrainee(rows.Len(), len(s.labels), uint64(n+1))
		all[n].train(s, docs, seen)
	}
	return together(all, rows)
}

func valueSigns(signs []topic.Sign, rows *topic.Rows) (out valuedSigns) {
	var of []int
	count := map[int]int{}
	for _, sign := range signs {
		if row, known := rows.Find(sign.ID); known {
			out.rows, of = append(out.rows, row), append(of, sign.Family)
			count[sign.Family]++
		}
	}
	for _, family := range of {
		out.values = append(out.values, float32(topic.SignValue(family, count[family])))
	}
	return out
}

// weights are numbers that are learned, each at a rate of its own (AdaGrad).
type weights struct {
	w, g []float32
	calm float32 // keeps the first steps small
}

func newWeights(n int, calm float32) weights {
	return weights{make([]float32, n), make([]float32, n), calm}
}

// scatter begins with numbers around nought.
func scatter(w []float32, spread float64, r *rand.Rand) {
	for i := range w {
		w[i] = float32((r.Float64() - 0.5) * spread)
	}
}

func (w weights) step(i int, grad, rate float32) {
	w.g[i] += float32(grad * grad)
	w.w[i] -= float32(rate * grad / sqrt(w.g[i]+w.calm))
}

func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// trainee is a network that learns. Products are rounded before they are summed,
// as in fit. The rows of the table have each one rate for all their numbers.
type trainee struct {
	labels           int
	table            []row
	moved            []float32 // how much each row was, for its rate
	start, out, bias weights
	r                *rand.Rand
	hidden           row // of the step under way
	held             [netHidden]bool
	p                []float32
}

func newTrainee(rows, labels int, seed uint64) *trainee {
	t := &trainee{
		labels: labels, table: make([]row, rows), moved: make([]float32, rows), r: rand.New(rand.NewPCG(seed, 9)), p: make([]float32, labels),
		start: newWeights(netHidden, 1), out: newWeights(labels*netHidden, 1e-2), bias: newWeights(labels, 1),
	}
	for i := range t.table {
		scatter(t.table[i][:], 0.2, t.r)
	}
	scatter(t.out.w, 2/math.Sqrt(netHidden), t.r)
	return t
}

func (t *trainee) train(s *set, docs []int, seen map[int][]valuedSigns) {
	order := append([]int(nil), docs...)
	size := labelSizes(s, docs)
	var some valuedSigns
	for epoch := range netEpochs {
		rate := float32(netRate * (1 - 0.9*float64(epoch)/netEpochs))
		t.r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			all := seen[i][t.r.IntN(len(seen[i]))]
			some.rows, some.values = some.rows[:0], some.values[:0]
			for j, row := range all.rows {
				if t.r.Float64() >= dropSign {
					some.rows, some.values = append(some.rows, row), append(some.values, float32(louder*all.values[j]))
				}
			}
			t.forward(some)
			t.back(some, s.docs[i].label, float32(size[s.docs[i].label]), rate)
		}
	}
}

// forward puts the probability of each label into p.
func (t *trainee) forward(some valuedSigns) {
	hidden := row(t.start.w)
	for i, at := range some.rows {
		x, w := some.values[i], &t.table[at]
		for j := range hidden {
			hidden[j] += float32(x * w[j])
		}
	}
	for j, x := range hidden {
		if t.held[j] = x < 0; t.held[j] {
			x *= leak
		}
		if t.r.Float64() < dropHidden {
			x = 0
		}
		hidden[j] = x / (1 - dropHidden)
	}
	t.hidden = hidden
	top := float32(math.Inf(-1))
	for k := range t.p {
		sum, w := t.bias.w[k], t.weighs(k)
		for j, x := range hidden {
			sum += float32(w[j] * x)
		}
		t.p[k], top = sum, max(top, sum)
	}
	var total float32
	for k, sum := range t.p {
		t.p[k] = float32(math.Exp(float64(sum - top)))
		total += t.p[k]
	}
	for k := range t.p {
		t.p[k] /= total
	}
}

// weighs is how much the hidden numbers weigh for a label.
func (t *trainee) weighs(label int) *row { return (*row)(t.out.w[label*netHidden:]) }

// back moves everything by the error that forward made.
func (t *trainee) back(some valuedSigns, label int, size, rate float32) {
	below := t.backOut(label, size, rate) // what is owed to the hidden numbers
	var owed float32
	for j, x := range t.hidden {
		switch {
		case x == 0:
			below[j] = 0
		case t.held[j]:
			below[j] *= leak
		}
		owed += float32(below[j] * below[j])
		t.start.step(j, below[j], rate)
	}
	owed /= netHidden
	for i, at := range some.rows {
		x, w := some.values[i], &t.table[at]
		t.moved[at] += float32(owed * x * x)
		rate := rate / sqrt(t.moved[at]+1e-3)
		keep, move := 1-float32(rate*netDecay), float32(rate*x)
		for j := range w {
			w[j] = float32(keep*w[j]) - float32(move*below[j])
		}
	}
}

// backOut moves what stands between the hidden numbers and the labels.
func (t *trainee) backOut(label int, size, rate float32) (below row) {
	for k, p := range t.p {
		target := float32(netSmooth) / float32(t.labels)
		if k == label {
			target += 1 - netSmooth
		}
		e := (p - target) * size
		t.bias.step(k, e, rate)
		w := t.weighs(k)
		for j, x := range t.hidden {
			below[j] += float32(e * w[j])
			if x != 0 {
				t.out.step(k*netHidden+j, float32(e*x)+float32(netDecay*w[j]), rate)
			}
		}
	}
	return below
}

// together puts networks side by side, so that their answers are averaged, with
// one byte for each number of the tables.
func together(all []*trainee, rows *topic.Rows) *topic.Net {
	var table []float64
	for _, t := range all {
		for _, r := range t.table {
			for _, w := range r {
				table = append(table, float64(w))
			}
		}
	}
	step := stepFor(table, tableSteps)
	labels, hidden := all[0].labels, len(all)*netHidden
	m := &topic.Net{
		Hidden: hidden, Rows: rows, Step: float32(step), Table: make([]int8, rows.Len()*hidden),
		Out: make([]float32, labels*hidden), Bias: make([]float32, labels),
	}
	share := 1 / float32(len(all))
	for n, t := range all {
		m.Start = append(m.Start, t.start.w...)
		for at, r := range t.table {
			for j, w := range r {
				m.Table[at*hidden+n*netHidden+j] = steps(float64(w), step)
			}
		}
		for k := range labels {
			m.Bias[k] += float32(share * t.bias.w[k])
			for j, w := range t.weighs(k) {
				m.Out[k*hidden+n*netHidden+j] = float32(share * w)
			}
		}
	}
	return m
}
