package wire

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// scanner reads one line without its end.
type scanner struct {
	b   []byte
	pos int
}

func (s *scanner) space() {
	for s.pos < len(s.b) && (s.b[s.pos] == ' ' || s.b[s.pos] == '\t') {
		s.pos++
	}
}

// take passes over c and the blanks behind it.
func (s *scanner) take(c byte) bool {
	if s.pos == len(s.b) || s.b[s.pos] != c {
		return false
	}
	s.pos++
	s.space()
	return true
}

// word reads up to a blank.
func (s *scanner) word() []byte {
	from := s.pos
	for s.pos < len(s.b) && s.b[s.pos] != ' ' {
		s.pos++
	}
	w := s.b[from:s.pos]
	s.space()
	return w
}

// letters reads a word of ASCII letters.
func (s *scanner) letters() []byte {
	from := s.pos
	for s.pos < len(s.b) && (s.b[s.pos]|0x20 >= 'a' && s.b[s.pos]|0x20 <= 'z') {
		s.pos++
	}
	w := s.b[from:s.pos]
	s.space()
	return w
}

// number reads digits; one that is too large is above every UID.
func (s *scanner) number() (n uint64, ok bool) {
	from := s.pos
	for s.pos < len(s.b) && s.b[s.pos] >= '0' && s.b[s.pos] <= '9' {
		n = min(n*10+uint64(s.b[s.pos]-'0'), 1<<40)
		s.pos++
	}
	ok = s.pos > from
	s.space()
	return n, ok
}

func (s *scanner) rest() []byte { return s.b[s.pos:] }

func trimEnd(line []byte) []byte { return bytes.TrimRight(line, "\r\n") }

// clean makes text one line without controls.
func clean(s string) string {
	if !strings.ContainsFunc(s, isControl) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isControl(r) {
			return ' '
		}
		return r
	}, s)
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// respText splits a text that begins with a response code. A bracket that does
// not close, or holds no code, is text.
func respText(s string) (code, held, text string) {
	s = strings.TrimSpace(clean(s))
	inner, after, ok := strings.Cut(strings.TrimPrefix(s, "["), "]")
	if !strings.HasPrefix(s, "[") || !ok {
		return "", "", strings.TrimLeft(s, "[ ")
	}
	code, held, _ = strings.Cut(strings.TrimSpace(inner), " ")
	code = strings.ToUpper(code)
	// Flags may hold a bracket of their own: what they list ends with ")]".
	if code == "PERMANENTFLAGS" || code == "FLAGS" {
		if _, rest, ok := strings.Cut(s, ")]"); ok {
			after = rest
		}
	}
	if !isAtom(code) {
		return "", "", strings.TrimLeft(inner+" "+strings.TrimSpace(after), "[ ")
	}
	return code, strings.TrimSpace(held), strings.TrimSpace(after)
}

// isAtom tells what go-imap reads as an atom (RFC 9051, section 9).
func isAtom(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`(){%*"\]`, r)
	})
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 32)
	return err == nil
}

func isBase64(b []byte) bool {
	_, err := base64.StdEncoding.Decode(make([]byte, base64.StdEncoding.DecodedLen(len(b))), b)
	return err == nil
}

// capabilities are those of b that are atoms, each behind a blank.
func capabilities(b string) string {
	var out strings.Builder
	for _, w := range strings.Fields(strings.NewReplacer(`"`, " ", "(", " ", ")", " ", ",", " ").Replace(b)) {
		if isAtom(w) {
			out.WriteString(" " + w)
		}
	}
	return out.String()
}

// search hands on the UIDs of an answer to SEARCH. Where one cannot be read, what
// was found is not known: see SearchFailed.
func (c *Conn) search(s scanner) {
	if plainSearch(s.rest()) {
		c.out = append(c.out, "* SEARCH"...)
		if len(s.rest()) > 0 {
			c.out = append(append(c.out, ' '), s.rest()...)
		}
		c.out = append(c.out, "\r\n"...)
		return
	}
	if len(s.rest()) > longestLine { // too much to mend
		c.odd()
		return
	}
	c.out = append(c.out, "* SEARCH"...)
	words := bytes.FieldsFunc(s.rest(), func(r rune) bool { return r == ' ' || r == ',' || r == '\t' })
	for i := 0; i < len(words); i++ {
		switch w := string(words[i]); {
		case isNumber(w) && w != "0":
			c.out = append(append(c.out, ' '), w...)
		case strings.EqualFold(w, "(MODSEQ"): // RFC 7162; its number is the next word
			i++
		case strings.EqualFold(w, "NIL"), w == "()":
		default:
			c.odd()
		}
	}
	c.out = append(c.out, "\r\n"...)
}

func (c *Conn) odd() {
	c.mu.Lock()
	c.asked.oddSearch = true
	c.mu.Unlock()
}

// plainSearch tells UIDs between single blanks.
func plainSearch(b []byte) bool {
	n := uint64(0)
	for i, ch := range b {
		switch {
		case ch >= '0' && ch <= '9':
			if n = n*10 + uint64(ch-'0'); n == 0 || n > 1<<32-1 {
				return false
			}
		case ch == ' ' && n > 0 && i+1 < len(b):
			n = 0
		default:
			return false
		}
	}
	return true
}

// esearch hands on an ESEARCH (RFC 4731) of the form that go-imap reads: with
// its tag, and in UIDs.
func (c *Conn) esearch(s scanner) {
	all := bytes.Fields(s.rest())
	words := all
	if len(words) < 3 || string(words[0]) != "(TAG" || !isTag(string(words[1])) || string(words[2]) != "UID" {
		c.odd()
		return
	}
	words = words[3:]
	for ; len(words) > 1; words = words[2:] {
		name, value := string(words[0]), string(words[1])
		if !slices.Contains([]string{"MIN", "MAX", "COUNT", "ALL"}, name) || name == "ALL" && !isSet(value) || name != "ALL" && !isNumber(value) {
			break
		}
	}
	if len(words) > 0 {
		c.odd()
		return
	}
	c.emit("* ESEARCH ", string(bytes.Join(all, []byte(" "))))
}

// isTag tells what ends a search-correlator: "T1") or T1).
func isTag(s string) bool {
	tag, ok := strings.CutSuffix(s, ")")
	return ok && isAtom(strings.Trim(tag, `"`)) && strings.HasPrefix(tag, `"`) == strings.HasSuffix(tag, `"`)
}

// isSet tells a set of UIDs (RFC 9051, section 9: uid-set, without "*").
func isSet(s string) bool {
	for part := range strings.SplitSeq(s, ",") {
		from, to, ranged := strings.Cut(part, ":")
		if !isNumber(from) || from[0] == '0' || ranged && (!isNumber(to) || to[0] == '0') {
			return false
		}
	}
	return true
}
