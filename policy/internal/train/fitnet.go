package main

import (
	"math"
	"math/rand/v2"

	"sportello/policy/internal/topic"
)

// How the network is trained; found by leaving one writer out.
const (
	netHidden  = 32 // numbers between signs and labels, of each network
	nets       = 3  // networks side by side, from other beginnings
	netEpochs  = 18
	netRate    = 0.1
	netDecay   = 1e-5
	netAtLeast = 3    // a sign must stand in this many examples
	dropSign   = 0.4  // share of the signs that a step does not see…
	louder     = 1.25 // …and by how much it sees the others more
	dropHidden = 0.2  // share of the numbers between that a step does not see
	netSmooth  = 0.05
	leak       = 0.01 // as in topic.Net
)

// valuedSigns is a mail as the network sees it.
type valuedSigns struct {
	rows   []int32
	values []float64
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
		out.values = append(out.values, topic.SignValue(family, count[family]))
	}
	return out
}

// weights are numbers that are learned, each at a rate of its own (AdaGrad).
type weights struct {
	w, g []float64
	calm float64 // keeps the first steps small
}

func newWeights(n int, spread, calm float64, r *rand.Rand) weights {
	w := weights{make([]float64, n), make([]float64, n), calm}
	for i := range w.w {
		w.w[i] = float64((r.Float64() - 0.5) * spread)
	}
	return w
}

func (w weights) step(i int, grad, rate float64) {
	w.g[i] += float64(grad * grad)
	w.w[i] -= float64(rate * grad / math.Sqrt(w.g[i]+w.calm))
}

// trainee is a network that learns. Products are rounded before they are summed,
// as in fit.
type trainee struct {
	labels                  int
	table, start, out, bias weights
	r                       *rand.Rand
	hidden, below, p        []float64 // of the step under way; below: what is owed to hidden
	held                    []bool    // hidden numbers below nought
}

func newTrainee(rows, labels int, seed uint64) *trainee {
	r := rand.New(rand.NewPCG(seed, 9))
	return &trainee{
		labels: labels, r: r,
		table: newWeights(rows*netHidden, 0.2, 1e-3, r), start: newWeights(netHidden, 0, 1, r),
		out: newWeights(labels*netHidden, 2/math.Sqrt(netHidden), 1e-2, r), bias: newWeights(labels, 0, 1, r),
		hidden: make([]float64, netHidden), below: make([]float64, netHidden), p: make([]float64, labels), held: make([]bool, netHidden),
	}
}

func (t *trainee) train(s *set, docs []int, seen map[int][]valuedSigns) {
	order := append([]int(nil), docs...)
	size := labelSizes(s, docs)
	var some valuedSigns
	for epoch := range netEpochs {
		rate := netRate * (1 - 0.9*float64(epoch)/netEpochs)
		t.r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			all := seen[i][t.r.IntN(len(seen[i]))]
			some.rows, some.values = some.rows[:0], some.values[:0]
			for j, row := range all.rows {
				if t.r.Float64() >= dropSign {
					some.rows, some.values = append(some.rows, row), append(some.values, louder*all.values[j])
				}
			}
			t.forward(some)
			t.back(some, s.docs[i].label, size[s.docs[i].label], rate)
		}
	}
}

// forward puts the probability of each label into p.
func (t *trainee) forward(some valuedSigns) {
	copy(t.hidden, t.start.w)
	for i, row := range some.rows {
		x := some.values[i]
		for j, w := range t.table.w[int(row)*netHidden : (int(row)+1)*netHidden] {
			t.hidden[j] += float64(x * w)
		}
	}
	for j, x := range t.hidden {
		if t.held[j] = x < 0; t.held[j] {
			x *= leak
		}
		if t.r.Float64() < dropHidden {
			x = 0
		}
		t.hidden[j] = x / (1 - dropHidden)
	}
	top := math.Inf(-1)
	for k := range t.p {
		sum := t.bias.w[k]
		for j, w := range t.out.w[k*netHidden : (k+1)*netHidden] {
			sum += float64(w * t.hidden[j])
		}
		t.p[k], top = sum, max(top, sum)
	}
	total := 0.0
	for k, sum := range t.p {
		t.p[k] = math.Exp(sum - top)
		total += t.p[k]
	}
	for k := range t.p {
		t.p[k] /= total
	}
}

// back moves everything by the error that forward made.
func (t *trainee) back(some valuedSigns, label int, size, rate float64) {
	clear(t.below)
	for k, p := range t.p {
		target := netSmooth / float64(t.labels)
		if k == label {
			target += 1 - netSmooth
		}
		e := (p - target) * size
		t.bias.step(k, e, rate)
		for j, x := range t.hidden {
			at := k*netHidden + j
			t.below[j] += float64(e * t.out.w[at])
			if x != 0 {
				t.out.step(at, float64(e*x)+float64(netDecay*t.out.w[at]), rate)
			}
		}
	}
	for j, x := range t.hidden {
		switch {
		case x == 0:
			t.below[j] = 0
		case t.held[j]:
			t.below[j] *= leak
		}
		t.start.step(j, t.below[j], rate)
	}
	for i, row := range some.rows {
		for j, owed := range t.below {
			if owed != 0 {
				at := int(row)*netHidden + j
				t.table.step(at, float64(owed*some.values[i])+float64(netDecay*t.table.w[at]), rate)
			}
		}
	}
}

// together puts networks side by side, so that their answers are averaged, with
// one byte for each number of the tables.
func together(all []*trainee, rows *topic.Rows) *topic.Net {
	most := 0.0
	for _, t := range all {
		for _, w := range t.table.w {
			most = max(most, math.Abs(w))
		}
	}
	step := most / 127
	labels, hidden := all[0].labels, len(all)*netHidden
	m := &topic.Net{
		Hidden: hidden, Rows: rows, Step: float32(step), Table: make([]int8, rows.Len()*hidden),
		Out: make([]float32, labels*hidden), Bias: make([]float32, labels),
	}
	share := 1 / float64(len(all))
	for n, t := range all {
		for _, w := range t.start.w {
			m.Start = append(m.Start, float32(w))
		}
		for row := range rows.Len() {
			for j := range netHidden {
				m.Table[row*hidden+n*netHidden+j] = int8(math.Round(t.table.w[row*netHidden+j] / step))
			}
		}
		for k := range labels {
			m.Bias[k] += float32(share * t.bias.w[k])
			for j := range netHidden {
				m.Out[k*hidden+n*netHidden+j] = float32(share * t.out.w[k*netHidden+j])
			}
		}
	}
	return m
}
