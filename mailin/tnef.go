package mailin

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// Attributes and properties of TNEF that hold text, or name and hold files
// (MS-OXTNEF, section 2.1.3; MS-OXPROPS).
const (
	tnefSignature   = 0x223e9f78
	tnefBody        = 0x0002800c // attBody: the text
	tnefCodepage    = 0x00069007 // attOemCodepage
	tnefMessage     = 0x00069003 // attMsgProps: the MAPI properties of the mail
	tnefRendering   = 0x00069002 // attAttachRenddata: a file begins
	tnefTitle       = 0x00018010 // attAttachTitle: its short name
	tnefData        = 0x0006800f // attAttachData
	tnefProperties  = 0x00069005 // attAttachment: its MAPI properties
	mapiLongName    = 0x3707     // PidTagAttachLongFilename
	mapiBody        = 0x1000     // PidTagBody
	mapiRTF         = 0x1009     // PidTagRtfCompressed
	mapiHTML        = 0x1013     // PidTagHtml, PidTagBodyHtml
	mapiCodepage    = 0x3fde     // PidTagInternetCodepage
	mapiNumber      = 0x0003
	mapiText        = 0x001e
	mapiUnicode     = 0x001f
	mapiBinary      = 0x0102
	maxTNEF         = 16 << 20 // a larger winmail.dat stays closed
	maxTNEFElements = 2000
)

// openTNEF adds the files inside winmail.dat to those of m, and keeps the text
// inside for a mail that has no other. The container itself stays an attachment,
// and what cannot be read is left in it.
func (m *mail) openTNEF() {
	m.root.leaves(func(p *part) bool {
		if p.media != "application/ms-tnef" && p.media != "application/vnd.ms-tnef" && !strings.EqualFold(p.name, "winmail.dat") {
			return true
		}
		m.defect("TNEF (winmail.dat)")
		if len(p.encoded) <= maxTNEF && m.budget.draw(&m.budget.opened, len(p.encoded)) {
			t := readTNEF(p.bytes())
			if t.hasText() && len(m.letters) < maxLetters {
				m.letters = append(m.letters, t)
			}
			for _, f := range t.files {
				if !m.budget.draw(&m.budget.files, 1) {
					break
				}
				p.addLoose(f)
			}
		}
		return true
	})
}

// maxLetters is how many containers may be looked into for a text.
const maxLetters = 3

// letterText is the text of a mail that has none but inside winmail.dat.
func (m *mail) letterText() string {
	for _, t := range m.letters {
		if p := t.letter(); p != nil {
			p.text = m.budget.fit(p.text)
			return m.textOf(p)
		}
	}
	return ""
}

// tnef is what a TNEF stream holds, as far as it is whole.
type tnef struct {
	files     []file
	body      []byte // attBody
	plain     mapiString
	html      mapiString
	rtf       []byte // compressed
	codepages [2]int // of the mail, of the machine
}

// mapiString is a text of MAPI: UTF-16 where wide.
type mapiString struct {
	bytes []byte
	wide  bool
}

// readTNEF takes a TNEF stream apart.
func readTNEF(b []byte) tnef {
	var t tnef
	if len(b) < 6 || binary.LittleEndian.Uint32(b) != tnefSignature {
		return t
	}
	b = b[6:]
	for n := 0; len(b) >= 11 && n < maxTNEFElements; n++ {
		id, size := binary.LittleEndian.Uint32(b[1:]), int(binary.LittleEndian.Uint32(b[5:]))
		if size < 0 || size > len(b)-11 {
			break
		}
		data := b[9 : 9+size]
		b = b[9+size+2:] // and the checksum
		if id == tnefRendering {
			t.files = append(t.files, file{})
		}
		if len(t.files) == 0 {
			t.ofMail(id, data)
		} else {
			t.files[len(t.files)-1].read(id, data)
		}
	}
	return t
}

// ofMail reads an attribute of the mail.
func (t *tnef) ofMail(id uint32, data []byte) {
	switch id {
	case tnefBody:
		t.body = data
	case tnefCodepage:
		if len(data) >= 4 {
			t.codepages[1] = int(binary.LittleEndian.Uint32(data))
		}
	case tnefMessage:
		mapiProperties(data, func(id, kind int, value []byte) {
			switch id {
			case mapiBody:
				t.plain = mapiString{value, kind == mapiUnicode}
			case mapiHTML:
				t.html = mapiString{value, kind == mapiUnicode}
			case mapiRTF:
				if kind == mapiBinary {
					t.rtf = value
				}
			case mapiCodepage:
				if kind == mapiNumber && len(value) == 4 {
					t.codepages[0] = int(binary.LittleEndian.Uint32(value))
				}
			}
		})
	}
}

// read reads an attribute of a file.
func (f *file) read(id uint32, data []byte) {
	switch id {
	case tnefTitle:
		if f.name == "" {
			f.name = guessCharset(bytes.TrimRight(data, "\x00"))
		}
	case tnefData:
		f.data = data
	case tnefProperties:
		mapiProperties(data, func(id, kind int, value []byte) {
			if id == mapiLongName && (kind == mapiText || kind == mapiUnicode) {
				if name := (mapiString{value, kind == mapiUnicode}).text(""); name != "" {
					f.name = name
				}
			}
		})
	}
}

func (t *tnef) hasText() bool {
	return len(t.body)+len(t.plain.bytes)+len(t.html.bytes)+len(t.rtf) > 0
}

// letter is the text of the mail as a part: plain where it was written so, else
// HTML, else RTF; nil when there is none.
func (t *tnef) letter() *part {
	charset := codepageLabel(t.codepages[0])
	if charset == "" {
		charset = codepageLabel(t.codepages[1])
	}
	if s := t.plain.text(charset); strings.TrimSpace(s) != "" {
		return &part{media: "text/plain", text: cleanText(s)}
	}
	htmlCharset := charset
	if t.codepages[0] == 0 {
		if said := charsetHint(t.html.bytes); said != "" {
			htmlCharset = said
		}
	}
	if s := t.html.text(htmlCharset); strings.TrimSpace(s) != "" {
		return &part{media: "text/html", text: cleanText(s)}
	}
	if s := (mapiString{bytes: t.body}).text(charset); strings.TrimSpace(s) != "" {
		return &part{media: "text/plain", text: cleanText(s)}
	}
	s, html := rtfText(expandRTF(t.rtf, maxText))
	switch {
	case strings.TrimSpace(s) == "":
		return nil
	case html:
		return &part{media: "text/html", text: cleanText(s)}
	}
	return &part{media: "text/plain", text: cleanText(s)}
}

// text is s as UTF-8, up to its first zero.
func (s mapiString) text(charset string) string {
	b := s.bytes[:min(len(s.bytes), maxText)]
	if !s.wide {
		b, _, _ = bytes.Cut(b, []byte{0})
		return decodeCharset(charset, b)
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b) && (b[i] != 0 || b[i+1] != 0); i += 2 {
		units = append(units, binary.LittleEndian.Uint16(b[i:]))
	}
	return string(utf16.Decode(units))
}

// mapiProperties tells f of each property in b, as far as they can be read.
func mapiProperties(b []byte, f func(id, kind int, value []byte)) {
	r := mapiReader{rest: b}
	for n := r.number(); n > 0 && !r.failed; n-- {
		tag := r.number()
		kind, id := tag&0xffff, tag>>16&0xffff
		if id >= 0x8000 { // a named property: set, kind, and number or name
			r.take(16)
			if r.number() == 0 {
				r.take(4)
			} else {
				r.take(r.number())
			}
		}
		if value := r.value(kind); !r.failed {
			f(id, kind, value)
		}
	}
}

// mapiReader reads properties; failed is set at the first thing that does not fit.
type mapiReader struct {
	rest   []byte
	failed bool
}

func (r *mapiReader) number() int {
	b := r.take(4)
	if r.failed {
		return 0
	}
	return int(binary.LittleEndian.Uint32(b))
}

// take returns n bytes and passes the padding to four behind them.
func (r *mapiReader) take(n int) []byte {
	padded := (n + 3) &^ 3
	if r.failed || n < 0 || padded > len(r.rest) {
		r.failed = true
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[padded:]
	return b
}

// value reads one value of a type; of several the last.
func (r *mapiReader) value(kind int) []byte {
	count := 1
	several := kind&0x1000 != 0
	kind &^= 0x1000
	size := 0
	switch kind {
	case 0x02, 0x03, 0x04, 0x0a, 0x0b:
		size = 4
	case 0x05, 0x06, 0x07, 0x14, 0x40:
		size = 8
	case 0x48:
		size = 16
	case mapiText, mapiUnicode, 0x0d, 0x102:
		several = true
	default:
		r.failed = true
	}
	if several {
		count = r.number()
	}
	var v []byte
	for ; count > 0 && !r.failed; count-- {
		if n := size; n > 0 {
			v = r.take(n)
		} else {
			v = r.take(r.number())
		}
	}
	return v
}
