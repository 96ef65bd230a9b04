package main

import (
	"math"
	"math/rand/v2"
	"slices"

	"sportello/policy/internal/topic"
)

// How the model is trained; found by cross-validation.
const (
	epochs   = 40
	settle   = 10 // the weights are the mean of those after the later epochs
	rate     = 0.25
	decay    = 3e-4 // pull of the weights towards nought
	atLeast  = 2    // a feature must stand in this many examples
	dropWord = 0.5  // share of the features that a step does not see
	smooth   = 0.03 // share of the target that goes to the other labels
	slight   = 4e-3 // an error below this moves nothing

	weightSteps = 3 // to the root mean square of the weights
)

// fit trains the two judges.
func fit(s *set, docs []int) *topic.Panel {
	return &topic.Panel{Model: fitModel(s, docs), Net: fitNet(s, docs)}
}

// fitModel trains a multinomial logistic regression on the documents listed, by
// stochastic gradient with a rate for each weight (AdaGrad). Products are
// rounded before they are summed, so that machines with fused instructions
// come to the same model.
func fitModel(s *set, docs []int) *topic.Model {
	rows := s.vocabulary(docs, func(v variant) []topic.Sign { return v.features }, atLeast)
	n := len(s.labels)
	w, g := make([]float64, rows.Len()*n), make([]float64, rows.Len()*n)
	bias, gb := make([]float64, n), make([]float64, n)
	known := make(map[int][][]ofKind, len(docs))
	for _, i := range docs {
		for _, v := range s.docs[i].variants {
			known[i] = append(known[i], kindsOf(v.features, rows))
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	order := slices.Clone(docs)
	p := make([]float64, n)
	var fs []valued
	var wrong []slip
	size := labelSizes(s, docs)
	sum, sumBias := make([]float64, len(w)), make([]float64, n)
	for epoch := range epochs {
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			d := &s.docs[i]
			fs = glimpse(known[i][r.IntN(len(d.variants))], r, fs[:0])
			scores(fs, w, bias, p)
			wrong = wrong[:0]
			for l := range p {
				target := smooth / float64(n)
				if l == d.label {
					target += 1 - smooth
				}
				e := (p[l] - target) * size[d.label]
				if math.Abs(e) < slight {
					continue
				}
				wrong = append(wrong, slip{l, e})
				gb[l] += float64(e * e)
				bias[l] -= float64(0.1 * rate * e / math.Sqrt(gb[l]+1))
			}
			for _, f := range fs {
				w, g := w[f.row*n:f.row*n+n], g[f.row*n:f.row*n+n]
				for _, s := range wrong {
					grad := float64(s.e*f.x) + float64(decay*w[s.label])
					g[s.label] += float64(grad * grad)
					w[s.label] -= float64(rate * grad / math.Sqrt(g[s.label]+1e-2))
				}
			}
		}
		if epoch >= settle {
			add(sum, w)
			add(sumBias, bias)
		}
	}
	for i := range sumBias {
		sumBias[i] /= float64(epochs - settle)
	}
	for i := range sum {
		sum[i] /= float64(epochs - settle)
	}
	return quantise(s.labels, rows, sum, sumBias)
}

// slip is by how much a label was thought too likely.
type slip struct {
	label int
	e     float64
}

func add(sum, w []float64) {
	for i, x := range w {
		sum[i] += x
	}
}

// labelSizes weighs examples so that every label counts alike.
func labelSizes(s *set, docs []int) []float64 {
	size := make([]float64, len(s.labels))
	for _, i := range docs {
		size[s.docs[i].label]++
	}
	for l := range size {
		size[l] = math.Sqrt(float64(len(docs)) / float64(len(size)) / max(size[l], 1))
	}
	return size
}

type valued struct {
	row, kind int
	x         float64
}

// ofKind is a feature by its row.
type ofKind struct{ row, kind int32 }

func kindsOf(features []topic.Sign, rows *topic.Rows) (all []ofKind) {
	for _, f := range features {
		if row, ok := rows.Find(f.ID); ok {
			all = append(all, ofKind{row, int32(f.Family)})
		}
	}
	return all
}

// glimpse gives the features of a mail their values, leaving some out at random.
func glimpse(features []ofKind, r *rand.Rand, kept []valued) []valued {
	var count [32]int
	for _, f := range features {
		if r.Float64() >= dropWord {
			kept = append(kept, valued{row: int(f.row), kind: int(f.kind)})
			count[f.kind]++
		}
	}
	for i, f := range kept {
		kept[i].x = topic.Scale(f.kind, count[f.kind])
	}
	return kept
}

// scores puts the probability of each label into p.
func scores(fs []valued, w, bias, p []float64) {
	n := len(p)
	copy(p, bias)
	for _, f := range fs {
		for l, x := range w[f.row*n : f.row*n+n] {
			p[l] += float64(f.x * x)
		}
	}
	top, total := slices.Max(p), 0.0
	for l := range p {
		p[l] = math.Exp(p[l] - top)
		total += p[l]
	}
	for l := range p {
		p[l] /= total
	}
}

// stepFor is the step in which numbers are kept in a byte, so that their root mean
// square is fine steps: few enough that packed they take half a byte.
func stepFor(w []float64, fine float64) float64 {
	sum := 0.0
	for _, x := range w {
		sum += float64(x * x)
	}
	return math.Sqrt(sum/float64(max(len(w), 1))) / fine
}

// steps is how many steps x is, at most what a byte holds.
func steps(x, step float64) int8 { return int8(math.Round(min(max(x/step, -127), 127))) }

// quantise keeps one byte of each weight and leaves out features that weigh
// next to nothing.
func quantise(labels []string, rows *topic.Rows, w, bias []float64) *topic.Model {
	n := len(labels)
	step := stepFor(w, weightSteps)
	m := &topic.Model{Labels: labels, Step: float32(step)}
	for _, b := range bias {
		m.Bias = append(m.Bias, float32(b))
	}
	var heavy []uint32
	for row, id := range rows.IDs() {
		var q []int8
		high := int8(0)
		for _, x := range w[row*n : row*n+n] {
			v := steps(x, step)
			q, high = append(q, v), max(high, v, -v)
		}
		if high >= 1 {
			heavy = append(heavy, id)
			m.Weights = append(m.Weights, q...)
		}
	}
	m.Rows = topic.NewRows(heavy)
	return m
}
