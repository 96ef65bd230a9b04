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
type variant struct{ features, signs []topic.Sign }

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

// read takes a mail apart.
func read(subject, text string) variant {
	d := topic.Read(subject, text)
	var features []topic.Sign
	for _, f := range d.Features {
		features = append(features, topic.Sign{ID: f.ID, Family: f.Kind()})
	}
	return variant{once(features), once(d.Signs())}
}

// once puts signs in the order of their ids, each once.
func once(signs []topic.Sign) []topic.Sign {
	slices.SortFunc(signs, func(a, b topic.Sign) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(signs, func(a, b topic.Sign) bool { return a.ID == b.ID })
}

// A look is what one of the two judges sees of a mail.
type look func(variant) []topic.Sign

// vocabulary numbers what stands in enough of the documents.
func (s *set) vocabulary(docs []int, of look, atLeast int) *topic.Rows {
	count := map[uint32]int{}
	var ids []uint32
	for _, i := range docs {
		for _, sign := range of(s.docs[i].variants[0]) {
			if count[sign.ID]++; count[sign.ID] == atLeast {
				ids = append(ids, sign.ID)
			}
		}
	}
	return topic.NewRows(ids)
}

func (s *set) all() []int {
	var all []int
	for i := range s.docs {
		all = append(all, i)
	}
	return all
}
