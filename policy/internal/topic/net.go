package topic

import (
	"math"
)

// A Net is a small network: a mail's signs are looked up, added to a few dozen
// numbers, and these, those below nought weakened, weighed for each label. It is
// several networks of one make side by side, whose answers are averaged. It does
// not change after it was made and may be used by several goroutines.
type Net struct {
	Hidden int
	Rows   *Rows  // of signs
	Table  []int8 // row × hidden, in units of Step
	Step   float32
	Start  []float32 // of each hidden number
	Out    []float32 // label × hidden
	Bias   []float32 // of each label
}

// FamilyShare is how much each family of signs counts.
var FamilyShare = [families]float64{2, 1, 1, 1, 1}

// leak is what is left of a hidden number below nought.
const leak = 0.01

// SignValue is the value of each of n signs of one family in a mail.
func SignValue(family, n int) float64 { return FamilyShare[family] / math.Sqrt(float64(n)+2) }

// add puts share of what the network says of each label into r.sums.
func (m *Net) add(d *Document, share float64, r *room) {
	m.see(d, r)
	r.hidden = resized(r.hidden, m.Hidden)
	for j, x := range m.Start {
		r.hidden[j] = float64(x)
	}
	for family, rows := range r.rows {
		r.whole = resized(r.whole, m.Hidden)
		clear(r.whole)
		for _, row := range rows {
			at := m.Table[int(row)*m.Hidden : (int(row)+1)*m.Hidden]
			whole := r.whole[:len(at)]
			for j, w := range at {
				whole[j] += int32(w)
			}
		}
		x := SignValue(family, len(rows)) * float64(m.Step)
		for j, w := range r.whole {
			r.hidden[j] += float64(x * float64(w))
		}
	}
	for j, x := range r.hidden {
		if x < 0 {
			r.hidden[j] = leak * x
		}
	}
	for k := range r.sums {
		sum := float64(m.Bias[k])
		for j, w := range m.Out[k*m.Hidden : (k+1)*m.Hidden] {
			sum += float64(float64(w) * r.hidden[j])
		}
		r.sums[k] += float64(share * sum)
	}
}

// see finds the rows of a mail's signs, each once.
func (m *Net) see(d *Document, r *room) {
	r.seen = m.Rows.none(r.seen)
	for i := range r.rows {
		r.rows[i] = r.rows[i][:0]
	}
	d.signs(func(s Sign) {
		if row, ok := m.Rows.Find(s.ID); ok && r.seen.add(row) {
			r.rows[s.Family] = append(r.rows[s.Family], row)
		}
	})
}
