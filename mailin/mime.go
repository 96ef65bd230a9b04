package mailin

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Limits of one mail. Real mail nests five deep and has a few dozen parts; the
// text that anybody reads fits in a megabyte. What lies beyond stays in the raw
// mail and is named in the defects.
const (
	maxDepth = 20
	maxParts = 500
	maxText  = 1 << 20 // bytes of text decoded from one part
	maxTexts = 4 << 20 // and from all parts together
)

// walker takes a mail apart. Depth and number of parts are bounded, and each
// level looks at its bytes once, so time is at most depth × size.
type walker struct {
	parts   int
	dropped int
	cut     bool // of some text not all was read
	text    int
	defects []string
	unfit   string
	budget  *budget
}

func (w *walker) defect(s string) {
	if !slices.Contains(w.defects, s) {
		w.defects = append(w.defects, s)
	}
}

// entity reads one MIME entity; fallback is its media type when it names none.
func (w *walker) entity(raw []byte, depth int, fallback string) *part {
	w.parts++
	p := &part{}
	var defects []string
	var unfit string
	fields := maxFields
	if depth > 0 {
		fields = min(fields, w.budget.fields)
	}
	p.header, p.encoded, defects, unfit = readFields(raw, fields)
	if depth > 0 {
		w.budget.draw(&w.budget.fields, len(p.header))
	}
	for _, d := range defects {
		if depth == 0 {
			w.defect(d)
		} else if d != "no header" {
			w.defect("part: " + d)
		}
	}
	if depth == 0 {
		w.unfit = unfit
	}
	p.describe(fallback)
	if p.is("multipart/") && w.multipart(p, depth) {
		return p
	}
	w.leaf(p, depth)
	return p
}

// describe reads the Content-* fields of p.
func (p *part) describe(fallback string) {
	p.media, p.params = parseParams(p.header.get("Content-Type"))
	if _, sub, ok := strings.Cut(p.media, "/"); !ok || sub == "" || !isToken(p.media) {
		p.media = mediaOf(p.media, fallback)
	}
	var more map[string]string
	p.dispo, more = parseParams(p.header.get("Content-Disposition"))
	if p.dispo != "" && p.dispo != "inline" {
		p.dispo = "attachment" // RFC 2183, section 2.8: unknown types are attachments
	}
	for _, n := range []string{more["filename"], more["name"], p.params["name"], p.params["filename"]} {
		if p.name == "" {
			p.name = n
		}
	}
	if p.name == "" && !p.is("text/") && !p.is("multipart/") {
		p.name = locationName(p.header.get("Content-Location"))
	}
	p.encoding = transferName(p.header.get("Content-Transfer-Encoding"))
	if ids := messageIDs(p.header.get("Content-ID")); len(ids) > 0 {
		p.id = ids[0]
	}
}

// locationName is the file name at the end of a Content-Location (RFC 2557), if
// it looks like one.
func locationName(v string) string {
	v, _, _ = strings.Cut(strings.TrimSpace(v), "?")
	v = v[strings.LastIndexByte(v, '/')+1:]
	if i := strings.LastIndexByte(v, '.'); i < 1 || i < len(v)-6 || i == len(v)-1 {
		return ""
	}
	return guessCharset(appendPercent(nil, v))
}

// mediaOf repairs a media type without subtype.
func mediaOf(media, fallback string) string {
	switch media {
	case "text", "plain":
		return "text/plain"
	case "html":
		return "text/html"
	case "":
		return fallback
	}
	if t, sub, ok := strings.Cut(media, "/"); ok {
		sub, _, _ = strings.Cut(strings.TrimSpace(sub), " ")
		if m := strings.TrimSpace(t) + "/" + sub; t != "" && sub != "" && isToken(m) {
			return m
		}
	}
	return "application/octet-stream"
}

// isToken tells whether a media type is short and of the characters of RFC 2045.
func isToken(media string) bool {
	for i := range len(media) {
		if c := media[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`()<>@,;:\"[]?=`, c) >= 0 {
			return false
		}
	}
	return len(media) <= 127
}

// multipart splits p into its children; false when it has to stay a leaf.
func (w *walker) multipart(p *part, depth int) bool {
	if depth >= maxDepth {
		w.defect(fmt.Sprintf("nested deeper than %d: the rest is one file", maxDepth))
		return false
	}
	body := p.encoded
	boundary := strings.TrimRight(p.params["boundary"], " \t\r\n")
	pieces, closed := w.split(body, boundary)
	if len(pieces) == 0 && p.encoding != "" && len(body) <= maxText && w.budget.draw(&w.budget.opened, len(body)) { // RFC 2045 forbids it, some do it
		pieces, closed = w.split(decodeTransfer(p.encoding, body), boundary)
	}
	if len(pieces) == 0 {
		if b := guessBoundary(body); b != "" && b != boundary {
			pieces, closed = w.split(body, b)
			w.defect("wrong boundary")
		}
	}
	if len(pieces) == 0 {
		w.defect("boundary not found: multipart read as one text")
		p.media = "text/plain"
		return false
	}
	if !closed {
		w.defect("multipart not closed")
	}
	fallback := "text/plain"
	if p.media == "multipart/digest" {
		fallback = "message/rfc822"
	}
	for i, piece := range pieces {
		if w.parts >= maxParts {
			w.dropped += len(pieces) - i
			break
		}
		p.children = append(p.children, w.entity(piece, depth+1, fallback))
	}
	return true
}

// split cuts body at the lines "--boundary" (RFC 2046, section 5.1.1), without
// the line end before each. Parts after the closing line count as well, since
// broken programs close too early. At most maxParts are cut, the rest counted.
func (w *walker) split(body []byte, boundary string) (pieces [][]byte, closed bool) {
	if boundary == "" {
		return nil, false
	}
	delim := []byte("--" + boundary)
	start := -1
	for at := 0; at < len(body); {
		i := bytes.Index(body[at:], delim)
		if i < 0 {
			break
		}
		i += at
		at = i + len(delim)
		if i > 0 && body[i-1] != '\n' {
			continue
		}
		line, _ := cutLine(body[at:])
		last := bytes.HasPrefix(line, []byte("--"))
		if !isBlank(bytes.TrimPrefix(line, []byte("--"))) {
			continue
		}
		if start >= 0 {
			if len(pieces) < maxParts {
				pieces = append(pieces, trimEnd(body[start:i]))
			} else {
				w.dropped++
			}
		}
		start = -1
		closed = last
		if !last {
			start = min(at+len(line)+1, len(body))
			for start < len(body) && body[start-1] != '\n' {
				start++
			}
		}
	}
	if start >= 0 && len(pieces) < maxParts && len(bytes.TrimSpace(body[start:])) > 0 {
		pieces = append(pieces, body[start:])
	}
	return pieces, closed
}

// trimEnd takes off the line end that belongs to the boundary line behind.
func trimEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte("\n"))
	return bytes.TrimSuffix(b, []byte("\r"))
}

// guessBoundary takes the first line that looks like a boundary line.
func guessBoundary(body []byte) string {
	rest := body[:min(len(body), 64<<10)]
	for len(rest) > 0 {
		var line []byte
		line, rest = cutLine(rest)
		line = bytes.TrimRight(line, " \t")
		if len(line) < 4 || len(line) > 202 || !bytes.HasPrefix(line, []byte("--")) || bytes.ContainsAny(line, " \t") {
			continue
		}
		next, _ := cutLine(rest)
		if len(next) == 0 || isField(next) > 0 {
			return string(line[2:])
		}
	}
	return ""
}

// leaf decodes a part that has no children, as far as anybody reads it.
func (w *walker) leaf(p *part, depth int) {
	switch {
	case p.media == "application/pkcs7-mime" || p.media == "application/x-pkcs7-mime":
		w.openSigned(p, depth)
	case p.is("text/"):
		w.decodeText(p)
	case p.media == "message/rfc822" || p.media == "message/global" || p.media == "message/news":
		if n := p.readable(); p.encoding == "" || w.budget.draw(&w.budget.opened, n) {
			p.body = decodeTransfer(p.encoding, p.encoded[:n])
		}
	case p.is("message/"):
		w.decodeText(p)
	}
}

// readable is how much of an attached message is decoded for reading: all of it
// where nothing has to be decoded.
func (p *part) readable() int {
	if p.encoding == "" {
		return len(p.encoded)
	}
	return min(len(p.encoded), maxTexts)
}

// decodeText fills body and text of p within the limits.
func (w *walker) decodeText(p *part) {
	room := max(0, min(maxText, maxTexts-w.text))
	src := p.encoded
	plain := p.media == "text/plain" && p.dispo != "attachment"
	if plain && p.encoding == "" { // before the limit: a file may be larger than any text
		src = w.takeUU(p, src)
	}
	whole := len(src)
	if len(src) > 3*room {
		src = src[:3*room]
	}
	p.body = decodeTransfer(p.encoding, src)
	if len(p.body) > room {
		p.body = p.body[:room]
		src = src[:min(len(src), room)]
	}
	if len(src) < whole {
		w.cut = true
		w.defect(fmt.Sprintf("text over %d KiB: the rest is in the raw mail", maxText>>10))
	}
	if plain && p.encoding != "" {
		p.body = w.takeUU(p, p.body)
	}
	w.text += len(p.body)
	p.text = w.budget.fit(cleanText(decodeCharset(p.charset(), p.body)))
}

// charset is the label of a text part; of HTML without one what its meta says.
func (p *part) charset() string {
	if c := p.params["charset"]; c != "" {
		return c
	}
	if p.media == "text/html" {
		return charsetHint(p.body)
	}
	return ""
}

// bytes returns the decoded bytes of a leaf.
func (p *part) bytes() []byte {
	return decodeTransfer(p.encoding, p.encoded)
}
