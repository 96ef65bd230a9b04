package topic

import (
	"math"
	"slices"
)

// A Model weighs features for each label. It does not change after it was
// made and may be used by several goroutines.
type Model struct {
	Labels  []string
	Bias    []float32
	Rows    *Rows  // of features
	Weights []int8 // row × label, in units of Step
	Step    float32
	// Digest is that of the examples the model was made from, as Digest gives.
	Digest [32]byte
}

// add puts share of what the model says of each label into r.sums; what it knows of
// the mail is then in r.found and r.scale.
func (m *Model) add(d *Document, share float64, r *room) {
	m.know(d, r)
	r.own = resized(r.own, len(m.Labels))
	own := r.own
	for i, b := range m.Bias {
		own[i] = float64(b)
	}
	for _, f := range r.found {
		s := r.scale[f.kind] * float64(m.Step)
		for i, w := range m.row(f.row) {
			own[i] += float64(s * float64(w))
		}
	}
	for i, s := range own {
		r.sums[i] += float64(share * s)
	}
}

// found is a feature that a model knows.
type found struct {
	row     int32
	feature int32 // of the document
	kind    kind
}

// know finds what the model knows of a mail: each feature once, with its row, and
// how much a feature of each kind counts there.
func (m *Model) know(d *Document, r *room) {
	r.found, r.seen = r.found[:0], m.Rows.none(r.seen)
	var count [kinds]int
	for i, f := range d.Features {
		row, ok := m.Rows.Find(f.ID)
		if !ok || !r.seen.add(row) {
			continue
		}
		r.found = append(r.found, found{row, int32(i), f.kind})
		count[f.kind]++
	}
	for i := range r.scale {
		r.scale[i] = Scale(i, count[i])
	}
}

// row is the weights of one feature.
func (m *Model) row(n int32) []int8 {
	return m.Weights[int(n)*len(m.Labels) : (int(n)+1)*len(m.Labels)]
}

// Scale is the value of each of n features of one kind in a mail.
func Scale(k, n int) float64 {
	if n == 0 {
		return 0
	}
	return share[k] / math.Sqrt(float64(n)+2)
}

// Kind tells which family f belongs to.
func (f Feature) Kind() int { return int(f.kind) }

// evidence names up to n features that speak most for the label.
func (m *Model) evidence(d *Document, r *room, label, n int) []string {
	type weighed struct {
		w float64
		f Feature
	}
	keep := 4 * n // several features may have one name
	all := make([]weighed, 0, keep+1)
	for _, f := range r.found {
		w := float64(m.row(f.row)[label]) * r.scale[f.kind]
		if w <= 0 || f.kind == kindShape || len(all) == keep && w <= all[keep-1].w {
			continue
		}
		at := len(all)
		for at > 0 && all[at-1].w < w {
			at--
		}
		all = slices.Insert(all, at, weighed{w, d.Features[f.feature]})
		all = all[:min(len(all), keep)]
	}
	var names []string
	for _, x := range all {
		if len(names) == n {
			break
		}
		if name := d.Name(x.f); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
