package mailin

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// Attributes and properties of TNEF that name and hold files (MS-OXTNEF,
// section 2.1.3; MS-OXPROPS).
const (
	tnefSignature   = 0x223e9f78
	tnefRendering   = 0x00069002 // attAttachRenddata: a file begins
	tnefTitle       = 0x00018010 // attAttachTitle: its short name
	tnefData        = 0x0006800f // attAttachData
	tnefProperties  = 0x00069005 // attAttachment: its MAPI properties
	mapiLongName    = 0x3707     // PidTagAttachLongFilename
	mapiText        = 0x001e
	mapiUnicode     = 0x001f
	maxTNEF         = 16 << 20 // a larger winmail.dat stays closed
	maxTNEFElements = 2000
)

// openTNEF adds the files inside winmail.dat to those of m. The container
// itself stays an attachment, and what cannot be read is left in it.
func (m *mail) openTNEF() {
	m.root.leaves(func(p *part) bool {
		if p.media != "application/ms-tnef" && p.media != "application/vnd.ms-tnef" && !strings.EqualFold(p.name, "winmail.dat") {
			return true
		}
		m.defect("TNEF (winmail.dat)")
		if len(p.encoded) <= maxTNEF && m.budget.draw(&m.budget.opened, len(p.encoded)) {
			for _, f := range tnefFiles(p.bytes()) {
				if !m.budget.draw(&m.budget.files, 1) {
					break
				}
				p.addLoose(f)
			}
		}
		return true
	})
}

// tnefFiles lists the files of a TNEF stream, as far as it is whole.
func tnefFiles(b []byte) []file {
	if len(b) < 6 || binary.LittleEndian.Uint32(b) != tnefSignature {
		return nil
	}
	var files []file
	b = b[6:]
	for n := 0; len(b) >= 11 && n < maxTNEFElements; n++ {
		id, size := binary.LittleEndian.Uint32(b[1:]), int(binary.LittleEndian.Uint32(b[5:]))
		if size < 0 || size > len(b)-11 {
			break
		}
		data := b[9 : 9+size]
		b = b[9+size+2:] // and the checksum
		if id == tnefRendering {
			files = append(files, file{})
		}
		if len(files) == 0 {
			continue
		}
		f := &files[len(files)-1]
		switch id {
		case tnefTitle:
			if f.name == "" {
				f.name = guessCharset(bytes.TrimRight(data, "\x00"))
			}
		case tnefData:
			f.data = data
		case tnefProperties:
			if name := mapiName(data); name != "" {
				f.name = name
			}
		}
	}
	return files
}

// mapiName finds the long file name among MAPI properties.
func mapiName(b []byte) string {
	r := mapiReader{rest: b}
	for n := r.number(); n > 0 && !r.failed; n-- {
		tag := r.number()
		kind, id := tag&0xffff, tag>>16
		if id >= 0x8000 { // a named property: set, kind, and number or name
			r.take(16)
			if r.number() == 0 {
				r.take(4)
			} else {
				r.take(r.number())
			}
		}
		value := r.value(kind)
		if id == mapiLongName && kind == mapiText {
			return guessCharset(bytes.TrimRight(value, "\x00"))
		}
		if id == mapiLongName && kind == mapiUnicode {
			units := make([]uint16, 0, len(value)/2)
			for i := 0; i+1 < len(value) && (value[i] != 0 || value[i+1] != 0); i += 2 {
				units = append(units, binary.LittleEndian.Uint16(value[i:]))
			}
			return string(utf16.Decode(units))
		}
	}
	return ""
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
