package mailin

import (
	"bytes"
	"strings"
)

// file is one file found inside a text or another file.
type file struct {
	name string
	data []byte
}

// takeUU takes the uuencoded files out of src, the body of p, and keeps them
// beside it. They count as parts.
func (w *walker) takeUU(p *part, src []byte) []byte {
	if !bytes.Contains(src, []byte("begin ")) {
		return src
	}
	var text []byte
	for ; w.parts < maxParts; w.parts++ {
		before, f, after, ok := cutUU(src)
		if !ok || !w.budget.draw(&w.budget.opened, len(f.data)) {
			break
		}
		text = append(text, before...)
		src = after
		p.addLoose(f)
	}
	if len(text) == 0 && len(p.loose) == 0 {
		return src
	}
	return append(text, src...)
}

// addLoose keeps a file found inside p.
func (p *part) addLoose(f file) {
	p.loose = append(p.loose, &part{media: typeByName(f.name), dispo: "attachment", name: decodeWords(f.name), encoded: f.data})
}

// cutUU finds the first uuencoded file in src ("begin 644 name" to "end") and
// returns it with what stands before and after it. Without one, before is src.
func cutUU(src []byte) (before []byte, f file, after []byte, ok bool) {
	for at := 0; at < len(src); {
		i := bytes.Index(src[at:], []byte("begin "))
		if i < 0 {
			break
		}
		i += at
		at = i + 6
		if i > 0 && src[i-1] != '\n' {
			continue
		}
		line, body := cutLine(src[i:])
		name, good := uuName(line)
		if !good {
			continue
		}
		data, after, good := uuBody(body)
		if !good {
			break
		}
		return src[:i], file{guessCharset([]byte(name)), data}, after, true
	}
	return src, f, nil, false
}

// uuName reads "begin MODE NAME".
func uuName(line []byte) (string, bool) {
	f := strings.SplitN(string(line), " ", 3)
	if len(f) < 3 || len(f[1]) < 3 || len(f[1]) > 4 || strings.Trim(f[1], "01234567") != "" {
		return "", false
	}
	return strings.TrimSpace(f[2]), f[2] != ""
}

// uuBody decodes lines until "end"; ok is false when they are no uuencode.
func uuBody(src []byte) (data, rest []byte, ok bool) {
	if n := bytes.Index(src, []byte("\nend")); n > 0 {
		data = make([]byte, 0, n/4*3+3)
	}
	for len(src) > 0 {
		line, after := cutLine(src)
		src = after
		if string(line) == "end" {
			return data, src, true
		}
		if len(line) == 0 || line[0] == '`' || line[0] == ' ' && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		n := int(line[0]-' ') & 63
		if line[0] < ' ' || line[0] > '`' || (n+2)/3*4 > len(line)+2 {
			return nil, nil, false
		}
		data = appendUU(data, line[1:], n)
	}
	return data, nil, len(data) > 0
}

// appendUU decodes the n bytes of one line.
func appendUU(dst, line []byte, n int) []byte {
	end := len(dst) + n
	for len(line) >= 4 && len(dst) < end {
		a, b, c, d := (line[0]-' ')&63, (line[1]-' ')&63, (line[2]-' ')&63, (line[3]-' ')&63
		dst = append(dst, a<<2|b>>4, b<<4|c>>2, c<<6|d)
		line = line[4:]
	}
	for i := 0; len(dst) < end; i += 4 { // a line cut short by a program that drops blanks at the end
		var v [4]byte
		for j := range v {
			if i+j < len(line) {
				v[j] = (line[i+j] - ' ') & 63
			}
		}
		dst = append(dst, v[0]<<2|v[1]>>4, v[1]<<4|v[2]>>2, v[2]<<6|v[3])
	}
	return dst[:end]
}
