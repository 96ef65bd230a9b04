package mailin

import (
	"encoding/binary"
	"strings"
)

// grams remembers which four bytes in a row a text has, some falsely: most words
// of a long list that are not in the text are told without a search.
type grams [256]uint64

func gramsOf(s string) *grams {
	g := &grams{}
	for i := 0; i+4 <= len(s); i++ {
		h := gramAt(s, i)
		g[h>>6] |= 1 << (h & 63)
	}
	return g
}

// gramAt is the place of s[i:i+4] in a grams.
func gramAt(s string, i int) uint32 {
	b := [4]byte{s[i], s[i+1], s[i+2], s[i+3]}
	return binary.LittleEndian.Uint32(b[:]) * 0x9E3779B1 >> 18
}

// count counts the words that stand in s, of which g was made; enough stops it.
func (g *grams) count(s string, words []string, enough int) int {
	n := 0
	for _, w := range words {
		if n == enough {
			break
		}
		if len(w) >= 4 {
			first, last := gramAt(w, 0), gramAt(w, len(w)-4)
			if g[first>>6]&(1<<(first&63)) == 0 || g[last>>6]&(1<<(last&63)) == 0 {
				continue
			}
		}
		if strings.Contains(s, w) {
			n++
		}
	}
	return n
}
