package mailin

import "strings"

// unflow joins the lines of text sent as format=flowed (RFC 3676): a line that
// ends in a space goes on in the next of the same quote depth. delSp tells that
// the space itself is to go. The signature separator is never joined.
func unflow(s string, delSp bool) string {
	var out strings.Builder
	out.Grow(len(s))
	depth, open := 0, false
	for len(s) > 0 {
		line, rest, more := strings.Cut(s, "\n")
		s = rest
		d := 0
		for d < len(line) && line[d] == '>' {
			d++
		}
		line = line[d:]
		line = strings.TrimPrefix(line, " ") // space-stuffed
		sign := line == "-- "
		if open && (d != depth || sign) {
			out.WriteByte('\n')
			open = false
		}
		if !open && d > 0 {
			out.WriteString(strings.Repeat(">", d))
			out.WriteByte(' ')
		}
		depth = d
		open = strings.HasSuffix(line, " ") && !sign && more
		if open && delSp {
			line = line[:len(line)-1]
		}
		out.WriteString(line)
		if !open && more {
			out.WriteByte('\n')
		}
	}
	return out.String()
}
