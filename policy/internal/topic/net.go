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

// add puts share of what the network says of each label into sums.
func (m *Net) add(d *Document, share float64, sums []float64) {
	var count [families]int
	var found [families][]int32
	for i := range found {
		found[i] = make([]int32, 0, 64)
	}
	seen := m.Rows.none()
	d.signs(func(s Sign) {
		row, ok := m.Rows.Find(s.ID)
		if !ok || !seen.add(row) {
			return
		}
		count[s.Family]++
		found[s.Family] = append(found[s.Family], row)
	})
	hidden := make([]float64, m.Hidden)
	for j, x := range m.Start {
		hidden[j] = float64(x)
	}
	whole := make([]int32, m.Hidden)
	for family, rows := range found {
		clear(whole)
		for _, row := range rows {
			at := m.Table[int(row)*m.Hidden : (int(row)+1)*m.Hidden]
			for j, w := range at {
				whole[j] += int32(w)
			}
		}
		x := SignValue(family, count[family]) * float64(m.Step)
		for j, w := range whole {
			hidden[j] += float64(x * float64(w))
		}
	}
	for j, x := range hidden {
		if x < 0 {
			hidden[j] = leak * x
		}
	}
	for k := range sums {
		sum := float64(m.Bias[k])
		for j, w := range m.Out[k*m.Hidden : (k+1)*m.Hidden] {
			sum += float64(float64(w) * hidden[j])
		}
		sums[k] += float64(share * sum)
	}
}
