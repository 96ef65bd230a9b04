package policy

import (
	"strconv"
	"strings"
)

// lettered are the numbers of credits that people write in letters, folded: up
// to twenty. Larger ones are counted in figures.
var lettered = func() map[string]Credits {
	m := map[string]Credits{"un": 1, "una": 1, "a": 1}
	for _, list := range []string{
		"uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove venti",
		"one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty",
	} {
		for i, w := range strings.Fields(list) {
			m[w] = Credits(i + 1)
		}
	}
	return m
}()

// ParseCredits reads a number of credits as people write it: in figures, or in
// Italian or English letters up to twenty. False when it is none.
func ParseCredits(word string) (Credits, bool) {
	if n, ok := lettered[foldWord(word)]; ok {
		return n, true
	}
	n, err := strconv.Atoi(word)
	return Credits(n), err == nil && n >= 0
}
