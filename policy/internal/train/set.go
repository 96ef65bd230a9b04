package main

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"sportello/policy/internal/topic"
)

// set holds the examples taken apart, each with its variants: people write
// the same request with another subject or none and with more words around.
type set struct {
	labels []string
	docs   []doc
}

type doc struct {
	label    int
	fold     int // position among its label, for contiguous folds
	of       int // examples of the label
	example  topic.Example
	variants []variant // the first is the example as written
}

// variant is a mail as the model and as the network sees it, each thing once.
type variant struct {
	features []feature
	signs    []topic.Sign
}

type feature struct {
	id   uint32
	kind int
}

// newSet puts the examples labelled Padding around the others.
func newSet(examples []topic.Example) *set {
	s := &set{}
	var padding []topic.Example
	count := map[string]int{}
	for _, e := range examples {
		if e.Label == topic.Padding {
			padding = append(padding, e)
		} else if !slices.Contains(s.labels, e.Label) {
			s.labels = append(s.labels, e.Label)
		}
	}
	for _, e := range examples {
		if e.Label == topic.Padding {
			continue
		}
		s.docs = append(s.docs, doc{label: slices.Index(s.labels, e.Label), fold: count[e.Label], example: e})
		count[e.Label]++
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range s.docs {
		d := &s.docs[i]
		d.of = count[d.example.Label]
		d.variants = append(d.variants, read(d.example.Subject, d.example.Text))
		if d.example.Subject != "" && len(d.example.Text) > 40 {
			d.variants = append(d.variants, read("", d.example.Text))
		}
		for n := 1; n <= 2 && len(padding) > 0; n++ {
			text := d.example.Text
			for range n {
				text = padding[r.IntN(len(padding))].Text + "\n\n" + text + "\n\n" + padding[r.IntN(len(padding))].Text
			}
			d.variants = append(d.variants, read(d.example.Subject, text))
		}
	}
	return s
}

// read takes a mail apart; features and signs are in order of id.
func read(subject, text string) (v variant) {
	d := topic.Read(subject, text)
	for _, f := range d.Features {
		v.features = append(v.features, feature{f.ID, f.Kind()})
	}
	v.signs = d.Signs()
	slices.SortFunc(v.features, func(a, b feature) int { return cmp.Compare(a.id, b.id) })
	slices.SortFunc(v.signs, func(a, b topic.Sign) int { return cmp.Compare(a.ID, b.ID) })
	v.features = slices.CompactFunc(v.features, func(a, b feature) bool { return a.id == b.id })
	v.signs = slices.CompactFunc(v.signs, func(a, b topic.Sign) bool { return a.ID == b.ID })
	return v
}

func (s *set) all() []int {
	var all []int
	for i := range s.docs {
		all = append(all, i)
	}
	return all
}
