package mailin

import (
	"sort"
	"strconv"
	"strings"
)

// maxParams bounds what is read of one Content-Type or Content-Disposition.
const maxParams = 100

// parseParams takes a structured value apart (RFC 2045, section 5.1; RFC 2231
// continuations and charsets; RFC 2047 words where they must not stand). main is
// lower case and without comments, names are lower case, the first of several
// equal ones counts. params is nil when there are none.
func parseParams(v string) (main string, params map[string]string) {
	main, rest, more := strings.Cut(v, ";")
	if i := strings.IndexByte(main, '('); i >= 0 {
		main = main[:i]
	}
	main = strings.ToLower(strings.TrimSpace(main))
	if !more {
		if i := strings.IndexAny(main, " \t"); i > 0 && strings.Contains(main[i:], "=") { // text/plain charset=x
			main, rest = main[:i], v[i:]
		}
	}
	segments := map[string]string{}
	for n := 0; rest != "" && n < maxParams; n++ {
		var name, value string
		name, value, rest = cutParam(rest)
		if name == "" {
			continue
		}
		if _, dup := segments[name]; !dup {
			segments[name] = value
		}
	}
	if len(segments) == 0 {
		return main, nil
	}
	return main, joinSegments(segments)
}

// cutParam reads one name=value of s; name is "" where there is none.
func cutParam(s string) (name, value, rest string) {
	s = strings.TrimLeft(s, "; \t")
	eq := strings.IndexAny(s, "=;")
	if eq < 0 {
		return "", "", ""
	}
	if s[eq] == ';' {
		return "", "", s[eq+1:]
	}
	name = strings.ToLower(strings.TrimSpace(s[:eq]))
	s = strings.TrimLeft(s[eq+1:], " \t")
	if strings.HasPrefix(s, `"`) {
		value, rest = cutQuoted(s)
		return name, value, rest
	}
	value, rest, _ = strings.Cut(s, ";")
	value = strings.TrimSpace(value)
	if i := strings.IndexAny(value, " \t"); i >= 0 && !strings.HasPrefix(name, "name") && !strings.HasPrefix(name, "filename") {
		rest = value[i:] + ";" + rest
		value = value[:i]
	}
	return name, value, rest
}

// cutQuoted reads a quoted string. A backslash escapes only a quote or another
// backslash, since programs write Windows paths unescaped.
func cutQuoted(s string) (value, rest string) {
	var out strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return out.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
		}
		out.WriteByte(s[i])
	}
	return out.String(), ""
}

// joinSegments puts RFC 2231 pieces (name*0*=, name*1=, …) together.
func joinSegments(in map[string]string) map[string]string {
	out := make(map[string]string, len(in))
	pieces := map[string][]int{}
	for name, value := range in {
		base, suffix, extended := strings.Cut(name, "*")
		if !extended {
			if _, done := out[base]; !done {
				out[base] = decodeWords(value)
			}
			continue
		}
		if suffix == "" {
			out[base] = decodeExtended(value)
			continue
		}
		if n, err := strconv.Atoi(strings.TrimSuffix(suffix, "*")); err == nil && n >= 0 {
			pieces[base] = append(pieces[base], n)
		}
	}
	for base, numbers := range pieces {
		if _, whole := in[base+"*"]; whole {
			continue
		}
		out[base] = joinPieces(in, base, numbers)
	}
	return out
}

// joinPieces joins the numbered pieces of base in order; a gap ends the value.
func joinPieces(in map[string]string, base string, numbers []int) string {
	sort.Ints(numbers)
	var raw []byte
	charset := ""
	for i, n := range numbers {
		if n != numbers[0]+i {
			break
		}
		key := base + "*" + strconv.Itoa(n)
		if v, ok := in[key+"*"]; ok {
			if i == 0 {
				charset, v = cutCharset(v)
			}
			raw = appendPercent(raw, v)
		} else {
			raw = append(raw, in[key]...)
		}
	}
	if charset == "" {
		return decodeWords(guessCharset(raw))
	}
	return decodeCharset(charset, raw)
}

// decodeExtended decodes charset'language'percent-encoded.
func decodeExtended(v string) string {
	charset, v := cutCharset(v)
	raw := appendPercent(nil, v)
	if charset == "" {
		return decodeWords(guessCharset(raw))
	}
	return decodeCharset(charset, raw)
}

func cutCharset(v string) (charset, rest string) {
	if p := strings.SplitN(v, "'", 3); len(p) == 3 {
		return p[0], p[2]
	}
	return "", v
}

func appendPercent(out []byte, v string) []byte {
	for i := 0; i < len(v); i++ {
		if v[i] == '%' && i+2 < len(v) && unhex(v[i+1]) >= 0 && unhex(v[i+2]) >= 0 {
			out = append(out, byte(unhex(v[i+1])<<4|unhex(v[i+2])))
			i += 2
			continue
		}
		out = append(out, v[i])
	}
	return out
}
