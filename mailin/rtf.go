package mailin

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"sportello/mailin/internal/wording"
)

// rtfDictionary is what the window of compressed RTF holds at the start
// (MS-OXRTFCP, section 2.1.2.1).
const rtfDictionary = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0` +
	"\r\n" + `\par \pard\plain\f0\fs20\b\i\u\tab\tx`

// expandRTF undoes the compression of PidTagRtfCompressed (MS-OXRTFCP), at most
// room bytes of it; nil when b is none.
func expandRTF(b []byte, room int) []byte {
	const window = 4096
	if len(b) < 16 {
		return nil
	}
	room = min(room, int(binary.LittleEndian.Uint32(b[4:])))
	kind := binary.LittleEndian.Uint32(b[8:])
	b = b[16:]
	switch kind {
	case 0x414c454d: // "MELA": as it stands
		return b[:min(len(b), max(room, 0))]
	case 0x75465a4c: // "LZFu"
	default:
		return nil
	}
	var seen [window]byte
	at := copy(seen[:], rtfDictionary)
	var out []byte
	put := func(c byte) {
		out = append(out, c)
		seen[at%window] = c
		at++
	}
	for len(b) > 0 {
		flags := b[0]
		b = b[1:]
		for bit := 0; bit < 8 && len(b) > 0 && len(out) < room; bit++ {
			if flags>>bit&1 == 0 {
				put(b[0])
				b = b[1:]
				continue
			}
			if len(b) < 2 {
				return out
			}
			from, n := int(b[0])<<4|int(b[1]>>4), int(b[1]&15)+2
			b = b[2:]
			if from == at%window {
				return out
			}
			for ; n > 0 && len(out) < room; n-- {
				put(seen[from%window])
				from++
			}
		}
		if len(out) >= room {
			break
		}
	}
	return out
}

// rtfText is what an RTF document says. One that was made of HTML (MS-OXRTFEX)
// gives that HTML back, and html is true. What is made is at most a few times
// what rtf is.
func rtfText(rtf []byte) (text string, html bool) {
	r := rtfReader{rest: rtf, codepage: "windows-1252", state: rtfState{fallback: 1}}
	for len(r.rest) > 0 {
		r.step()
	}
	r.flush()
	return r.out.String(), r.html
}

// rtfReader walks an RTF document.
type rtfReader struct {
	rest     []byte
	out      strings.Builder
	bytes    []byte // of the code page, not yet decoded
	high     rune   // the first half of a pair of \u
	codepage string
	html     bool
	state    rtfState
	open     []rtfState
	ignore   int  // characters that stand for the last \u in older programs
	starred  bool // \* was read: the group may be passed over
}

// rtfState is what a group inherits and gives back.
type rtfState struct {
	skip     bool // the text of the group is not shown
	hidden   bool // between \htmlrtf and \htmlrtf0
	fallback int  // \uc
}

const maxRTFDepth = 200

func (r *rtfReader) step() {
	c := r.rest[0]
	r.rest = r.rest[1:]
	switch c {
	case '{':
		r.flush()
		if len(r.open) < maxRTFDepth {
			r.open = append(r.open, r.state)
		}
		r.starred = false
	case '}':
		r.flush()
		if n := len(r.open); n > 0 {
			r.state, r.open = r.open[n-1], r.open[:n-1]
		}
	case '\\':
		r.control()
	case '\r', '\n':
	default:
		r.char(c)
	}
}

// char takes one byte of text.
func (r *rtfReader) char(c byte) {
	switch {
	case r.ignore > 0:
		r.ignore--
	case !r.state.skip && !r.state.hidden:
		r.bytes = append(r.bytes, c)
	}
}

// say writes s, which needs no code page.
func (r *rtfReader) say(s string) {
	if !r.state.skip && !r.state.hidden {
		r.flush()
		r.out.WriteString(s)
	}
}

func (r *rtfReader) flush() {
	if len(r.bytes) > 0 {
		r.out.WriteString(decodeCharset(r.codepage, r.bytes))
		r.bytes = r.bytes[:0]
	}
}

// control reads what stands behind a backslash.
func (r *rtfReader) control() {
	if len(r.rest) == 0 {
		return
	}
	c := r.rest[0]
	if !wording.IsLetter(c) {
		r.rest = r.rest[1:]
		r.symbol(c)
		return
	}
	n := 1
	for n < len(r.rest) && n < 32 && wording.IsLetter(r.rest[n]) {
		n++
	}
	word := string(r.rest[:n])
	r.rest = r.rest[n:]
	n = 0
	for n < len(r.rest) && n < 11 && (wording.IsDigit(r.rest[n]) || n == 0 && r.rest[n] == '-') {
		n++
	}
	number, err := strconv.Atoi(string(r.rest[:n]))
	r.rest = bytes.TrimPrefix(r.rest[n:], []byte(" "))
	r.word(word, number, err == nil)
}

func (r *rtfReader) symbol(c byte) {
	switch c {
	case '\'':
		if len(r.rest) >= 2 && unhex(r.rest[0]) >= 0 && unhex(r.rest[1]) >= 0 {
			r.char(byte(unhex(r.rest[0])<<4 | unhex(r.rest[1])))
			r.rest = r.rest[2:]
		}
	case '\\', '{', '}':
		r.char(c)
	case '~':
		r.say("\u00a0")
	case '_':
		r.say("-")
	case '*':
		r.starred = true
	case '\r', '\n':
		r.say("\n")
	}
}

var rtfSigns = map[string]string{"par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "tab": "\t", "cell": "\t", "lquote": "‘", "rquote": "’",
	"ldblquote": "“", "rdblquote": "”", "bullet": "•", "endash": "–", "emdash": "—", "emspace": " ", "enspace": " "}

// rtfAside are groups whose text is not that of the document.
var rtfAside = wording.Set("fonttbl", "colortbl", "stylesheet", "info", "pict", "header", "headerl", "headerr", "footer", "footerl", "footerr", "object", "fldinst", "footnote", "mhtmltag")

func (r *rtfReader) word(word string, n int, numbered bool) {
	starred := r.starred
	r.starred = false
	switch {
	case word == "htmltag" && starred && r.html:
		r.state.skip = false
	case starred, rtfAside[word]:
		r.state.skip = true
	case rtfSigns[word] != "":
		r.say(rtfSigns[word])
	case word == "fromhtml":
		r.html = true
	case word == "htmlrtf":
		r.flush()
		r.state.hidden = r.html && (!numbered || n != 0)
	case word == "ansicpg" && numbered:
		r.codepage = codepageLabel(n)
	case word == "uc" && numbered && n >= 0 && n < 10:
		r.state.fallback = n
	case word == "u" && numbered:
		r.unicode(n)
	case word == "bin" && numbered && n > 0:
		r.rest = r.rest[min(n, len(r.rest)):]
	}
}

// unicode takes one \u: a signed number of 16 bits, maybe half of a pair.
func (r *rtfReader) unicode(n int) {
	c := rune(uint16(n))
	r.ignore = r.state.fallback
	switch {
	case utf16.IsSurrogate(c) && r.high == 0:
		r.high = c
		return
	case r.high != 0:
		c, r.high = utf16.DecodeRune(r.high, c), 0
	}
	if c != 0 && c != utf8.RuneError {
		r.say(string(c))
	}
}

// codepageLabel is the name of a code page of Windows.
func codepageLabel(n int) string {
	switch n {
	case 0:
		return ""
	case 65001:
		return "utf-8"
	case 20127:
		return "us-ascii"
	case 932:
		return "shift_jis"
	case 936:
		return "gbk"
	case 949:
		return "ks_c_5601-1987"
	case 950:
		return "big5"
	case 50220, 50221, 50222:
		return "iso-2022-jp"
	case 20866:
		return "koi8-r"
	}
	if n >= 28591 && n <= 28605 {
		return "iso-8859-" + strconv.Itoa(n-28590)
	}
	return "cp" + strconv.Itoa(n)
}
