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
	Rows   map[uint32]int32 // sign to row
	Table  []int8           // row × hidden, in units of Step
	Step   float32
	Start  []float32 // of each hidden number
	Out    []float32 // label × hidden
	Bias   []float32 // of each label
	seldom []uint64  // as in Model
}

// FamilyShare is how much each family of signs counts.
var FamilyShare = [families]float64{2, 1, 1, 1}

// leak is what is left of a hidden number below nought.
const leak = 0.01

// SignValue is the value of each of n signs of one family in a mail.
func SignValue(family, n int) float64 { return FamilyShare[family] / math.Sqrt(float64(n)+2) }

// add puts share of what the network says of each label into sums.
func (m *Net) add(d *Document, share float64, sums []float64) {
	var count [families]int
	var found [families][]int32
	seen := make([]uint64, len(m.Rows)/64+1)
	d.signs(func(s Sign) {
		if bit := s.ID % seldomBits; m.seldom != nil && m.seldom[bit>>6]&(1<<(bit&63)) == 0 {
			return
		}
		row, ok := m.Rows[s.ID]
		if !ok || seen[row>>6]&(1<<(row&63)) != 0 {
			return
		}
		seen[row>>6] |= 1 << (row & 63)
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
