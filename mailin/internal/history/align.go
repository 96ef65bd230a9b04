package history

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sportello/mailin/internal/wording"
)

// stream is the letters and digits of some lines, one after the other: what
// stays the same when a mail program quotes a text, breaks its lines anew, puts
// marks before them or loses an accent. Links are left out: programs wrap them,
// rewrite them and add them.
type stream struct {
	b  []byte
	at []int // of line i the bytes at[i] to at[i+1]
}

// add appends a line.
func (s *stream) add(line string) {
	for i := 0; i < len(line); {
		c := line[i]
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			if n := linkAt(line, i); n > 0 {
				i += n
				continue
			}
			s.b = append(s.b, c|0x20)
			i++
		case c >= '0' && c <= '9':
			s.b = append(s.b, c)
			i++
		case c < utf8.RuneSelf:
			i++
		default:
			r, n := utf8.DecodeRuneInString(line[i:])
			if r > 0x24f && (unicode.IsLetter(r) || unicode.IsDigit(r)) { // accented Latin letters get lost on the way
				s.b = utf8.AppendRune(s.b, unicode.ToLower(r))
			}
			i += n
		}
	}
	s.at = append(s.at, len(s.b))
}

// linkAt is the length of the link that begins at s[i], 0 for none.
func linkAt(s string, i int) int {
	if c := s[i] | 0x20; c != 'h' && c != 'm' || i > 0 && wording.IsLetter(s[i-1]) {
		return 0
	}
	rest := s[i:]
	if !strings.HasPrefix(rest, "http://") && !strings.HasPrefix(rest, "https://") && !strings.HasPrefix(rest, "mailto:") {
		return 0
	}
	if end := strings.IndexAny(rest, " \t\n<>()[]\u00a0"); end > 0 {
		return end
	}
	return len(rest)
}

// streamOf is the stream of lines.
func streamOf(ls []textLine) *stream {
	n := 0
	for i := range ls {
		n += len(ls[i].s)
	}
	s := &stream{b: make([]byte, 0, n), at: make([]int, 1, len(ls)+1)}
	for i := range ls {
		if pictureLine(ls[i].low) {
			s.at = append(s.at, len(s.b))
			continue
		}
		s.add(ls[i].s)
	}
	return s
}

// match says that n bytes from a of the one stream equal those from b of the other.
type match struct{ a, b, n int }

const (
	gram       = 8  // bytes that begin a match
	candidates = 16 // places looked at for one gram
	shortest   = 10 // bytes worth a match
)

// matches finds runs of text that a and b share, in the order of a. Those that
// begin at the same place of a are alternatives; all others lie apart in a.
func matches(a, b []byte) []match {
	if len(a) < gram || len(b) < gram {
		return nil
	}
	shift := 64 - min(max(bits.Len(uint(len(b))), 8), 18)
	head := make([]int32, 1<<(64-shift))
	prev := make([]int32, len(b))
	hash := func(s []byte, i int) uint64 {
		return binary.LittleEndian.Uint64(s[i:]) * 0x9E3779B97F4A7C15 >> shift
	}
	for i := 0; i+gram <= len(b); i++ {
		h := hash(b, i)
		prev[i], head[h] = head[h], int32(i+1)
	}
	var all []match
	for i := 0; i+gram <= len(a); {
		longest := 0
		for at, tries := head[hash(a, i)], 0; at > 0 && tries < candidates; at, tries = prev[at-1], tries+1 {
			n := common(a[i:], b[at-1:])
			if n >= shortest {
				all = append(all, match{i, int(at - 1), n})
			}
			longest = max(longest, n)
		}
		if longest < shortest {
			longest = 1
		}
		i += longest
	}
	return all
}

// common is how many bytes x and y begin with in common.
func common(x, y []byte) int {
	n := min(len(x), len(y))
	i := 0
	for ; i+8 <= n; i += 8 {
		if d := binary.LittleEndian.Uint64(x[i:]) ^ binary.LittleEndian.Uint64(y[i:]); d != 0 {
			return i + bits.TrailingZeros64(d)/8
		}
	}
	for i < n && x[i] == y[i] {
		i++
	}
	return i
}

// chain picks the matches that together are the heaviest copy of b in order, as
// a quotation is: what the sender wrote with the same words above or below it
// is not among them. weight tells what a match counts; of equals the later wins.
// A match may run a little into the next, as when a word that is not of b begins
// like the next one of b; then it ends where that begins.
func chain(all []match, size int, weight func(match) int) []match {
	type link struct{ score, last int }
	best := make([]link, size+2) // a Fenwick tree over the ends in b
	for i := range best {
		best[i].last = -1
	}
	from := make([]int, len(all))
	score := make([]int, len(all))
	for i := 0; i < len(all); {
		end := i
		for end < len(all) && all[end].a == all[i].a {
			top := link{0, -1}
			for p := all[end].b + min(all[end].n/2, gram-1) + 1; p > 0; p -= p & -p {
				if l := best[p]; l.score > top.score || l.score == top.score && l.last > top.last {
					top = l
				}
			}
			from[end], score[end] = top.last, top.score+weight(all[end])
			end++
		}
		for ; i < end; i++ {
			for p := all[i].b + all[i].n + 1; p < len(best); p += p & -p {
				if score[i] >= best[p].score {
					best[p] = link{score[i], i}
				}
			}
		}
	}
	last := -1
	for i := range all {
		if last < 0 || score[i] >= score[last] {
			last = i
		}
	}
	var picked []match
	for ; last >= 0; last = from[last] {
		picked = append(picked, all[last])
	}
	slices.Reverse(picked)
	for i := range picked[:max(0, len(picked)-1)] {
		picked[i].n = min(picked[i].n, picked[i+1].b-picked[i].b)
	}
	return picked
}

// Shared is how many letters and digits of text are copied from letter, in its order.
func Shared(text, letter string) (n int) {
	a, b := new(stream), new(stream)
	a.add(text)
	b.add(letter)
	for _, m := range chain(matches(a.b, b.b), len(b.b), func(m match) int { return m.n }) {
		n += m.n
	}
	return n
}

// copied is how a line of the mail stands to a letter.
type copied struct {
	found int // bytes of it that stand in the letter, at their place
	from  int // where in the letter the first and the last of them stand
	to    int
	lost  bool // letters of it do not
}

// compare tells for every line of s how much of it is copied from letter.
func compare(s *stream, ls []textLine, letter []byte) []copied {
	picked := chain(matches(s.b, letter), len(letter), func(m match) int {
		i := lineAt(s.at, m.a)
		if ls[i].depth > 0 {
			return 2 * m.n
		}
		return m.n
	})
	out := make([]copied, len(ls))
	done, next := 0, 0 // bytes of the letter used up, matches passed
	for i := range ls {
		from, to := s.at[i], s.at[i+1]
		c := &out[i]
		c.from, c.to = -1, -1
		covered := from
		for next < len(picked) && picked[next].a < to {
			m := picked[next]
			lo, hi := max(m.a, from), min(m.a+m.n, to)
			if hi > lo {
				c.lost = c.lost || !added(s.b[covered:lo], covered == from)
				covered = hi
				c.found += hi - lo
				if c.from < 0 {
					c.from = m.b + lo - m.a
				}
				c.to = m.b + hi - m.a
				done = c.to
			}
			if m.a+m.n > to {
				break
			}
			next++
		}
		c.lost = c.lost || !added(s.b[covered:to], covered == from)
		if c.found == 0 && to > from {
			until := len(letter)
			if next < len(picked) {
				until = picked[next].b
			}
			done = c.fill(s.b[from:to], letter, done, until, ls[i].depth > 0)
		}
	}
	return out
}

// fill looks for a line too short for a match between what the lines around it
// are copied from, letter[done:until]: next to one of them, or anywhere where
// the line is marked as quoted. It answers how far the letter is used up.
func (c *copied) fill(line, letter []byte, done, until int, marked bool) int {
	at := -1
	switch {
	case done > until:
	case bytes.HasPrefix(letter[done:], line) && done+len(line) <= until:
		at = done
	case until < len(letter) && bytes.HasSuffix(letter[done:until], line):
		at = until - len(line)
	case marked:
		if at = bytes.Index(letter[done:min(until, done+fillReach)], line); at >= 0 {
			at += done
		}
	}
	if at < 0 {
		return done
	}
	*c = copied{found: len(line), from: at, to: at + len(line), lost: len(line) < 4 && at != done}
	return c.to
}

// fillReach bounds how far a short quoted line is looked for.
const fillReach = 4000

// added tells whether a program may have put b into a quoted line: nothing, a
// letter that lost its accent, at its start the number of a list.
func added(b []byte, start bool) bool {
	return len(b) == 0 || len(b) == 1 && b[0] > '9' || start && len(b) <= 2 && b[0] <= '9' && b[len(b)-1] <= '9'
}

// lineAt is the line that byte i of a stream stands on.
func lineAt(at []int, i int) int {
	lo, hi := 0, len(at)-1
	for lo+1 < hi {
		if mid := (lo + hi) / 2; at[mid] <= i {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}
