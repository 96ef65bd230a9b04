package topic

import (
	"bytes"
	"cmp"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
)

//go:embed model.bin
var modelData []byte

// A Model weighs features for each label. It does not change after it was
// made and may be used by several goroutines.
type Model struct {
	Labels  []string
	Bias    []float32
	Rows    map[uint32]int32 // feature to row
	Weights []int8           // row × label, in units of Step
	Step    float32
	// Temperature divides the sums before they become probabilities, so that
	// these are right as often as they say.
	Temperature float32
	// Digest is that of the examples the model was made from, as Digest gives.
	Digest [32]byte
	// seldom holds a bit for every feature of Rows: most features of a mail are
	// in no example, and a clear bit says so without a look at Rows. Nil: none.
	seldom []uint64
}

// seldomBits is how many bits there are, some ten for each feature.
const seldomBits = 1 << 18

// Default is the embedded model.
var Default = sync.OnceValue(func() *Model {
	m, err := Decode(modelData)
	if err != nil {
		panic(err) // the embedded file is part of the program and tested
	}
	return m
})

// A Score is a label with its probability.
type Score struct {
	Label string
	P     float64
}

// Scores gives all labels, best first; equal ones in the order of Labels.
func (m *Model) Scores(d *Document) []Score {
	scores, _ := m.Judge(d, 0)
	return scores
}

// Judge gives the scores and names up to n features that speak most for the
// first label.
func (m *Model) Judge(d *Document, n int) ([]Score, []string) {
	k := m.known(d)
	sums := m.sums(k)
	var total float64
	top := slices.Max(sums)
	scores := make([]Score, len(sums))
	for i, s := range sums {
		p := math.Exp((s - top) / float64(m.Temperature))
		scores[i] = Score{m.Labels[i], p}
		total += p
	}
	for i := range scores {
		scores[i].P /= total
	}
	slices.SortStableFunc(scores, func(a, b Score) int { return cmp.Compare(b.P, a.P) })
	if n == 0 {
		return scores, nil
	}
	return scores, m.evidence(d, k, slices.Index(sums, top), n)
}

// known is what the model knows of a mail: each feature once, with its row,
// and how much a feature of each kind counts there.
type known struct {
	found []found
	scale [kinds]float64
}

type found struct {
	row     int32
	feature int32 // of the document
	kind    kind
}

func (m *Model) known(d *Document) known {
	k := known{found: make([]found, 0, len(d.Features)/2)}
	var count [kinds]int
	seen := make([]uint64, len(m.Weights)/len(m.Labels)/64+1)
	for i, f := range d.Features {
		if bit := f.ID % seldomBits; m.seldom != nil && m.seldom[bit>>6]&(1<<(bit&63)) == 0 {
			continue
		}
		row, ok := m.Rows[f.ID]
		if !ok || seen[row>>6]&(1<<(row&63)) != 0 {
			continue
		}
		seen[row>>6] |= 1 << (row & 63)
		k.found = append(k.found, found{row, int32(i), f.kind})
		count[f.kind]++
	}
	for i := range k.scale {
		k.scale[i] = Scale(i, count[i])
	}
	return k
}

// row is the weights of one feature.
func (m *Model) row(n int32) []int8 {
	return m.Weights[int(n)*len(m.Labels) : (int(n)+1)*len(m.Labels)]
}

func (m *Model) sums(k known) []float64 {
	sums := make([]float64, len(m.Labels))
	for i, b := range m.Bias {
		sums[i] = float64(b)
	}
	for _, f := range k.found {
		s := k.scale[f.kind] * float64(m.Step)
		for i, w := range m.row(f.row) {
			sums[i] += float64(s * float64(w))
		}
	}
	return sums
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
func (m *Model) evidence(d *Document, k known, label, n int) []string {
	type weighed struct {
		w float64
		f Feature
	}
	keep := 4 * n // several features may have one name
	all := make([]weighed, 0, keep+1)
	for _, f := range k.found {
		w := float64(m.row(f.row)[label]) * k.scale[f.kind]
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

const magic = "topics1\n"

// Encode writes the model in the form that Decode reads; equal models give
// equal bytes.
func (m *Model) Encode() ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	ids := make([]uint32, len(m.Rows))
	for id, row := range m.Rows {
		ids[row] = id
	}
	head := []uint32{uint32(len(m.Labels)), uint32(len(ids))}
	io.WriteString(z, magic)
	for _, part := range []any{head, m.Digest, m.Step, m.Temperature, m.Bias, ids, m.Weights} {
		if err := binary.Write(z, binary.LittleEndian, part); err != nil {
			return nil, fmt.Errorf("encode model: %w", err)
		}
	}
	for _, l := range m.Labels {
		io.WriteString(z, l+"\n")
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("encode model: %w", err)
	}
	return b.Bytes(), nil
}

// Decode reads a model.
func Decode(data []byte) (*Model, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("decode model: %w", err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("decode model: %w", err)
	}
	r := bytes.NewReader(raw)
	var name [len(magic)]byte
	var head [2]uint32
	m := &Model{Rows: map[uint32]int32{}}
	for _, part := range []any{&name, &head, &m.Digest, &m.Step, &m.Temperature} {
		if err := binary.Read(r, binary.LittleEndian, part); err != nil {
			return nil, fmt.Errorf("decode model: %w", err)
		}
	}
	if string(name[:]) != magic || head[0] == 0 || int(head[0])*int(head[1]) > len(raw) {
		return nil, errors.New("decode model: not a topic model")
	}
	m.Bias = make([]float32, head[0])
	m.Weights = make([]int8, head[0]*head[1])
	ids := make([]uint32, head[1])
	for _, part := range []any{m.Bias, ids, m.Weights} {
		if err := binary.Read(r, binary.LittleEndian, part); err != nil {
			return nil, fmt.Errorf("decode model: %w", err)
		}
	}
	m.seldom = make([]uint64, seldomBits/64)
	for i, id := range ids {
		m.Rows[id] = int32(i)
		m.seldom[id%seldomBits>>6] |= 1 << (id & 63)
	}
	rest, _ := io.ReadAll(r)
	for _, l := range bytes.Fields(rest) {
		m.Labels = append(m.Labels, string(l))
	}
	if len(m.Labels) != int(head[0]) {
		return nil, errors.New("decode model: labels missing")
	}
	return m, nil
}
