package history

import (
	"slices"
	"strings"

	"sportello/mailin/internal/wording"
)

// partLines parts a line of one's own from the attribution that a program put
// behind it without a line end: "Ancora fermo.On Sat, 28 Nov 2026 … wrote:".
func partLines(ls []textLine) []textLine {
	var parted []textLine
	for i := range ls {
		at := attributionInside(ls, i)
		if at > 0 && parted == nil {
			parted = append(make([]textLine, 0, len(ls)+8), ls[:i]...)
		}
		if at == 0 {
			if parted != nil {
				parted = append(parted, ls[i])
			}
			continue
		}
		own, rest := ls[i], newLine(ls[i].raw[at:], wording.Lower(ls[i].raw[at:]), ls[i].n)
		own.raw = strings.TrimRight(own.raw[:at], "-*_ \t\u00a0")
		own.s = strings.TrimFunc(own.raw, invisible)
		own.low = wording.Lower(own.s)
		rest.raw = ls[i].raw[len(own.raw):]
		parted = append(parted, own, rest)
	}
	if parted == nil {
		return ls
	}
	return parted
}

// attributionInside returns where in the raw line i an attribution begins
// behind something else, 0 when none does: the last place from which it can.
func attributionInside(ls []textLine, i int) int {
	raw := ls[i].raw
	if ls[i].depth > 0 || !endsSoon(ls, i) {
		return 0
	}
	for at := len(raw) - 1; at > max(0, len(raw)-maxAttribution); at-- {
		if c := raw[at]; c < 'A' || c > 'Z' || !openedByDate(raw[at:]) {
			continue
		}
		if dateOnly(strings.TrimFunc(raw[:at], invisible)) {
			continue
		}
		tail := slices.Clone(ls[i:min(len(ls), i+8)])
		tail[0] = newLine(raw[at:], wording.Lower(raw[at:]), 0)
		if attributionFrom(tail, 0) > 0 {
			return at
		}
	}
	return 0
}

// endsSoon tells whether line i or one of the two below it ends with a colon,
// as all that can be an attribution does.
func endsSoon(ls []textLine, i int) bool {
	for j := i; j < len(ls) && j < i+3 && !ls[j].blank(); j++ {
		if strings.HasSuffix(ls[j].s, ":") {
			return true
		}
	}
	return false
}

// openedByDate tells whether s begins with a word for "on" and a day.
func openedByDate(s string) bool {
	low := wording.Lower(s[:min(len(s), 40)])
	for _, o := range attributionOpeners.All() {
		if rest, ok := strings.CutPrefix(low, o); ok && rest != "" {
			word, _, _ := strings.Cut(rest, " ")
			if wording.IsDigit(rest[0]) || weekdays[strings.Trim(word, ".,")] {
				return true
			}
		}
	}
	return false
}
