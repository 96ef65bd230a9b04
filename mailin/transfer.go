package mailin

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
)

// transferName brings a Content-Transfer-Encoding as it really occurs to one of
// "base64", "quoted-printable", "uuencode", or "" for bytes that stand as they are.
func transferName(v string) string {
	v = strings.ToLower(strings.TrimSpace(v))
	if i := strings.IndexAny(v, "; \t("); i >= 0 {
		v = v[:i]
	}
	switch strings.Trim(v, `"'`) {
	case "base64", "base-64", "b", "x-base64":
		return "base64"
	case "quoted-printable", "quoted", "quotedprintable", "q":
		return "quoted-printable"
	case "uuencode", "x-uuencode", "x-uue", "uue":
		return "uuencode"
	}
	return ""
}

// decodeTransfer decodes src whole. The answer may be src itself.
func decodeTransfer(encoding string, src []byte) []byte {
	switch encoding {
	case "base64":
		return decodeBase64(make([]byte, 0, len(src)/4*3+3), src)
	case "quoted-printable":
		return decodeQuoted(make([]byte, 0, len(src)), src)
	case "uuencode":
		if _, f, _, ok := cutUU(src); ok {
			return f.data
		}
	}
	return src
}

// streamTransfer decodes src in pieces of bounded size, valid until emit returns.
func streamTransfer(encoding string, src []byte, emit func([]byte)) {
	switch encoding {
	case "base64":
		var d base64Decoder
		buf := make([]byte, 0, 48<<10)
		for len(src) > 0 && !d.done {
			n := min(len(src), 32<<10)
			if i := bytes.LastIndexByte(src[:n], '\n'); i >= 0 && n < len(src) {
				n = i + 1
			}
			buf = d.append(buf[:0], src[:n])
			src = src[n:]
			emit(buf)
		}
		emit(d.finish(buf[:0]))
	case "quoted-printable":
		buf := make([]byte, 0, 64<<10)
		for len(src) > 0 {
			n := min(len(src), 32<<10)
			if i := bytes.IndexByte(src[n:], '\n'); i >= 0 {
				n += i + 1
			} else {
				n = len(src)
			}
			buf = decodeQuoted(buf[:0], src[:n])
			src = src[n:]
			emit(buf)
		}
	case "":
		emit(src)
	default:
		emit(decodeTransfer(encoding, src))
	}
}

// decodeBase64 appends the bytes that src encodes (RFC 2045, section 6.8):
// foreign characters are skipped, missing padding is no fault, several encoded
// pieces one behind the other are read as one.
func decodeBase64(dst, src []byte) []byte {
	var d base64Decoder
	return d.finish(d.append(dst, src))
}

// base64Decoder keeps the group under way between pieces of input.
type base64Decoder struct {
	group  uint32
	n      int
	padded bool // a group with padding was seen: what follows may be no base64
	done   bool
}

// append decodes src line by line: whole lines a group at a time, all else a
// character at a time.
func (d *base64Decoder) append(dst, src []byte) []byte {
	for len(src) > 0 && !d.done {
		line, rest := cutLine(src)
		src = rest
		if d.padded && foreign(line) {
			d.done = true
			break
		}
		if d.n == 0 && len(line) >= 16 && len(line)%4 == 0 && line[len(line)-1] != '=' {
			dst = slices.Grow(dst, len(line)/4*3)
			if decodeGroups(dst[len(dst):cap(dst)], line) {
				dst = dst[:len(dst)+len(line)/4*3]
				continue
			}
		}
		dst = d.slow(dst, line)
	}
	return dst
}

// decodeGroups decodes src, groups of four characters, to the beginning of dst;
// false when one of them has no value.
func decodeGroups(dst, src []byte) bool {
	for len(src) >= 8 && len(dst) >= 8 { // two at once, and two bytes more than they are
		a, b := group((*[4]byte)(src)), group((*[4]byte)(src[4:]))
		if a|b > 1<<24-1 {
			return false
		}
		binary.BigEndian.PutUint64(dst, uint64(a)<<40|uint64(b)<<16)
		dst, src = dst[6:], src[8:]
	}
	for len(src) >= 4 && len(dst) >= 3 {
		v := group((*[4]byte)(src))
		if v > 1<<24-1 {
			return false
		}
		dst[0], dst[1], dst[2] = byte(v>>16), byte(v>>8), byte(v)
		dst, src = dst[3:], src[4:]
	}
	return true
}

// group is the 24 bits of a group, more where one of its characters has no value.
func group(s *[4]byte) uint32 {
	return base64Place[0][s[0]] | base64Place[1][s[1]] | base64Place[2][s[2]] | base64Place[3][s[3]]
}

// base64Place is what each character makes of a group of 24 bits by its place in
// it; more than 24 bits for those of no value.
var base64Place = func() (place [4][256]uint32) {
	for i := range place {
		for c, v := range base64Value {
			if place[i][c] = uint32(v) << (18 - 6*i); v < 0 {
				place[i][c] = 1 << 24
			}
		}
	}
	return place
}()

func (d *base64Decoder) slow(dst, line []byte) []byte {
	ended := false
	for _, c := range line {
		if ended && (c == ' ' || c == '\t') {
			break // words behind the padding
		}
		v := base64Value[c]
		if v >= 0 {
			d.group, d.n = d.group<<6|uint32(v), d.n+1
			if d.n == 4 {
				dst = append(dst, byte(d.group>>16), byte(d.group>>8), byte(d.group))
				d.group, d.n = 0, 0
			}
			continue
		}
		if c == '=' {
			d.padded, ended = true, true
			dst = d.finish(dst)
		}
	}
	return dst
}

// finish appends what an incomplete group holds.
func (d *base64Decoder) finish(dst []byte) []byte {
	switch d.n {
	case 2:
		dst = append(dst, byte(d.group>>4))
	case 3:
		dst = append(dst, byte(d.group>>10), byte(d.group>>2))
	}
	d.group, d.n = 0, 0
	return dst
}

// foreign tells whether line can be no base64: text that somebody added below.
func foreign(line []byte) bool {
	for _, c := range line {
		if base64Value[c] < 0 && c != '=' && c != ' ' && c != '\t' && c != '\r' {
			return true
		}
	}
	return false
}

// base64Value is the value of each character, -1 for those of no value.
var base64Value = func() (v [256]int8) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range v {
		v[i] = -1
	}
	for i := range len(alphabet) {
		v[alphabet[i]] = int8(i)
	}
	return v
}()

// decodeQuoted appends the bytes that src encodes as quoted-printable (RFC 2045,
// section 6.7). An equals sign that begins no code stays.
func decodeQuoted(dst, src []byte) []byte {
	for len(src) > 0 {
		line, rest := cutLine(src)
		end := src[len(line) : len(src)-len(rest)] // CRLF, LF or nothing
		src = rest
		line = bytes.TrimRight(line, " \t")
		soft := len(line) > 0 && line[len(line)-1] == '='
		if soft {
			line = line[:len(line)-1]
		}
		for {
			i := bytes.IndexByte(line, '=')
			if i < 0 {
				dst = append(dst, line...)
				break
			}
			dst = append(dst, line[:i]...)
			line = line[i:]
			if len(line) >= 3 && unhex(line[1]) >= 0 && unhex(line[2]) >= 0 {
				dst = append(dst, byte(unhex(line[1])<<4|unhex(line[2])))
				line = line[3:]
				continue
			}
			dst = append(dst, '=')
			line = line[1:]
		}
		if !soft {
			dst = append(dst, end...)
		}
	}
	return dst
}
