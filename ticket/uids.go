package ticket

import (
	"fmt"
	"strconv"
	"strings"
)

// UIDs is a set of the UIDs of a mailbox, written as IMAP writes it: rising ranges,
// "7:9,12"; "" holds none. It can be compared. What is written otherwise holds
// nothing from there on.
type UIDs string

// Has tells whether uid is in s.
func (s UIDs) Has(uid uint32) bool {
	for _, r := range s.ranges() {
		if r[0] <= uid && uid <= r[1] {
			return true
		}
	}
	return false
}

// With is s and uid, which must not lie below what s holds.
func (s UIDs) With(uid uint32) UIDs {
	rs := s.ranges()
	n := len(rs)
	switch {
	case n > 0 && uid <= rs[n-1][1]:
		return s
	case n > 0 && uid == rs[n-1][1]+1:
		rs[n-1][1] = uid
	default:
		rs = append(rs, [2]uint32{uid, uid})
	}
	return setOf(rs)
}

// Above is what of s lies above uid.
func (s UIDs) Above(uid uint32) UIDs {
	if s == "" {
		return s
	}
	var kept [][2]uint32
	for _, r := range s.ranges() {
		if r[1] > uid {
			kept = append(kept, [2]uint32{max(r[0], uid+1), r[1]})
		}
	}
	return setOf(kept)
}

// Last is the highest UID of s; 0: there is none.
func (s UIDs) Last() uint32 {
	if rs := s.ranges(); len(rs) > 0 {
		return rs[len(rs)-1][1]
	}
	return 0
}

// Len is how many UIDs s holds.
func (s UIDs) Len() (n int) {
	for _, r := range s.ranges() {
		n += int(r[1]-r[0]) + 1
	}
	return n
}

func (s UIDs) ranges() (rs [][2]uint32) {
	if s == "" {
		return nil
	}
	for part := range strings.SplitSeq(string(s), ",") {
		first, last, is := strings.Cut(part, ":")
		if !is {
			last = first
		}
		a, err := strconv.ParseUint(first, 10, 32)
		b, other := strconv.ParseUint(last, 10, 32)
		if err != nil || other != nil || a == 0 || b < a || len(rs) > 0 && uint32(a) <= rs[len(rs)-1][1] {
			break
		}
		rs = append(rs, [2]uint32{uint32(a), uint32(b)})
	}
	return rs
}

func setOf(rs [][2]uint32) UIDs {
	var out strings.Builder
	for i, r := range rs {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(strconv.FormatUint(uint64(r[0]), 10))
		if r[1] > r[0] {
			fmt.Fprintf(&out, ":%d", r[1])
		}
	}
	return UIDs(out.String())
}
