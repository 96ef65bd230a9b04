package topic

import "math/bits"

// concepts is a set of concepts of the lexicon.
type concepts [2]uint64

func (c *concepts) add(n uint8)     { c[n>>6] |= 1 << (n & 63) }
func (c concepts) has(n uint8) bool { return c[n>>6]&(1<<(n&63)) != 0 }

func (c concepts) len() int { return bits.OnesCount64(c[0]) + bits.OnesCount64(c[1]) }

func (c concepts) union(d concepts) concepts { return concepts{c[0] | d[0], c[1] | d[1]} }

func (c concepts) shares(d concepts) bool { return c[0]&d[0]|c[1]&d[1] != 0 }

// clauses are sets of which each must share something with a set.
type clauses []concepts

func (cs clauses) met(d concepts) bool {
	for _, c := range cs {
		if !c.shares(d) {
			return false
		}
	}
	return true
}

// compiled is a rule with its names looked up.
type compiled struct {
	near, mail clauses
	not        concepts
}
