package topic

import (
	"bytes"
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
}

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
	sums := m.sums(d)
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
	slices.SortStableFunc(scores, func(a, b Score) int {
		switch {
		case a.P > b.P:
			return -1
		case a.P < b.P:
			return 1
		}
		return 0
	})
	return scores
}

// known lists the features that the model has a row for, each once, and how
// many there are of each kind.
func (m *Model) known(d *Document) (rows []int32, features []int32, count [kinds]int) {
	seen := make([]uint64, len(m.Weights)/len(m.Labels)/64+1)
	for i, f := range d.Features {
		row, ok := m.Rows[f.ID]
		if !ok || seen[row>>6]&(1<<(row&63)) != 0 {
			continue
		}
		seen[row>>6] |= 1 << (row & 63)
		rows, features = append(rows, row), append(features, int32(i))
		count[f.kind]++
	}
	return rows, features, count
}

func (m *Model) sums(d *Document) []float64 {
	n := len(m.Labels)
	sums := make([]float64, n)
	for i, b := range m.Bias {
		sums[i] = float64(b)
	}
	rows, features, count := m.known(d)
	var scale [kinds]float64
	for k := range scale {
		scale[k] = Scale(k, count[k]) * float64(m.Step)
	}
	for j, row := range rows {
		s := scale[d.Features[features[j]].kind]
		for i, w := range m.Weights[int(row)*n : int(row)*n+n] {
			sums[i] += s * float64(w)
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

// Evidence names up to n features that speak most for label against the rest.
func (m *Model) Evidence(d *Document, label string, n int) []string {
	at := slices.Index(m.Labels, label)
	rows, features, count := m.known(d)
	type weighed struct {
		w float64
		f Feature
	}
	var all []weighed
	for j, row := range rows {
		f := d.Features[features[j]]
		if f.kind == kindShape {
			continue
		}
		ws := m.Weights[int(row)*len(m.Labels) : (int(row)+1)*len(m.Labels)]
		w := float64(ws[at]) * Scale(int(f.kind), count[f.kind])
		if w > 0 {
			all = append(all, weighed{w, f})
		}
	}
	slices.SortStableFunc(all, func(a, b weighed) int {
		switch {
		case a.w > b.w:
			return -1
		case a.w < b.w:
			return 1
		}
		return 0
	})
	var names []string
	for _, x := range all {
		if name := d.Name(x.f); len(names) < n && !slices.Contains(names, name) {
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
	for i, id := range ids {
		m.Rows[id] = int32(i)
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
