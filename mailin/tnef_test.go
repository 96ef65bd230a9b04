package mailin

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

// tnefStream makes a TNEF stream of attributes.
type tnefStream []byte

func newTNEF() tnefStream {
	return binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint32(nil, tnefSignature), 1)
}

func (s tnefStream) add(level byte, id uint32, data []byte) tnefStream {
	s = append(s, level)
	s = binary.LittleEndian.AppendUint32(s, id)
	s = binary.LittleEndian.AppendUint32(s, uint32(len(data)))
	s = append(s, data...)
	return append(s, 0, 0)
}

// property is one MAPI property of a type with a length.
func property(id, kind int, value []byte) []byte {
	p := binary.LittleEndian.AppendUint32(nil, uint32(id<<16|kind))
	p = binary.LittleEndian.AppendUint32(p, 1)
	p = binary.LittleEndian.AppendUint32(p, uint32(len(value)))
	return append(append(p, value...), make([]byte, -len(value)&3)...)
}

func numberProperty(id, n int) []byte {
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, uint32(id<<16|mapiNumber)), uint32(n))
}

func properties(list ...[]byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(list)))
	for _, p := range list {
		b = append(b, p...)
	}
	return b
}

func wide(s string) []byte {
	var b []byte
	for _, u := range append(utf16.Encode([]rune(s)), 0) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// stored is RTF that was not compressed.
func stored(rtf string) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(rtf)+12))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(rtf)))
	b = binary.LittleEndian.AppendUint32(b, 0x414c454d)
	return append(append(b, 0, 0, 0, 0), rtf...)
}

// TestLetterInTNEF: the text of a mail that has none outside its winmail.dat.
func TestLetterInTNEF(t *testing.T) {
	const want = "Buongiorno, perché è giù?"
	latin := "Buongiorno, perch\xe9 \xe8 gi\xf9?"
	for name, stream := range map[string]tnefStream{
		"attBody":           newTNEF().add(1, tnefBody, []byte(latin+"\x00")),
		"attBody, DOS":      newTNEF().add(1, tnefCodepage, []byte{0x52, 3, 0, 0, 0, 0, 0, 0}).add(1, tnefBody, []byte("Buongiorno, perch\x82 \x8a gi\x97?\x00")),
		"plain":             newTNEF().add(1, tnefMessage, properties(property(mapiBody, mapiText, []byte(latin+"\x00")))),
		"plain, wide":       newTNEF().add(1, tnefMessage, properties(property(mapiBody, mapiUnicode, wide(want)))),
		"plain, UTF-8":      newTNEF().add(1, tnefMessage, properties(property(mapiBody, mapiText, []byte(want)), numberProperty(mapiCodepage, 65001))),
		"HTML":              newTNEF().add(1, tnefMessage, properties(property(mapiHTML, mapiBinary, []byte("<html><body><p>"+latin+"</p></body></html>")))),
		"HTML, said so":     newTNEF().add(1, tnefMessage, properties(property(mapiHTML, mapiBinary, []byte("<meta charset=utf-8><p>"+want+"</p>")))),
		"HTML, wide":        newTNEF().add(1, tnefMessage, properties(property(mapiHTML, mapiUnicode, wide("<p>"+want+"</p>")))),
		"RTF":               newTNEF().add(1, tnefMessage, properties(property(mapiRTF, mapiBinary, stored(`{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\pard Buongiorno, perch\'e9 \u232?gi\'f9?\par}`)))),
		"RTF of HTML":       newTNEF().add(1, tnefMessage, properties(property(mapiRTF, mapiBinary, stored(`{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag64 <p>}\htmlrtf \par \htmlrtf0 Buongiorno, perch\'e9 {\*\htmltag84 &egrave;}\htmlrtf ?\htmlrtf0  gi\'f9?{\*\htmltag72 </p>}}`)))),
		"behind other ones": newTNEF().add(1, 0x00078008, []byte("IPM.Note\x00")).add(1, tnefBody, []byte(latin)).add(2, tnefRendering, make([]byte, 14)).add(2, tnefTitle, []byte("a.pdf\x00")).add(2, tnefData, []byte("%PDF")),
	} {
		if name == "RTF" {
			stream = newTNEF().add(1, tnefMessage, properties(property(mapiRTF, mapiBinary, stored(`{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\pard Buongiorno, perch\'e9 \u232? gi\'f9?\par}`))))
		}
		body := base64.StdEncoding.EncodeToString(stream)
		whole := "From: a@b.example\nSubject: x\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n" + body + "\n"
		inside := "From: a@b.example\nSubject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n%s\n--b\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n" + body + "\n--b--\n"
		if in := Parse([]byte(whole), Options{}); in.Text != want {
			t.Errorf("%s: %q", name, in.Text)
		}
		if in := Parse([]byte(strings.Replace(inside, "%s", "", 1)), Options{}); in.Text != want {
			t.Errorf("%s, beside an empty text: %q", name, in.Text)
		}
		if in := Parse([]byte(strings.Replace(inside, "%s", "Buongiorno a tutti.", 1)), Options{}); in.Text != "Buongiorno a tutti." {
			t.Errorf("%s, beside a text: %q", name, in.Text)
		}
	}
}

func TestExpandRTF(t *testing.T) {
	compressed := []byte{ // MS-OXRTFCP, section 3.1.1
		0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32,
		0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0}
	if got := string(expandRTF(compressed, maxText)); got != "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n" {
		t.Errorf("got %q", got)
	}
	if text, html := rtfText(expandRTF(compressed, maxText)); text != "hello world" || html {
		t.Errorf("says %q", text)
	}
	if got := expandRTF(compressed, 10); len(got) > 10 {
		t.Errorf("%d bytes where there was room for 10", len(got))
	}
	if rtfDictionary == "" || len(rtfDictionary) != 207 {
		t.Errorf("the dictionary has %d bytes", len(rtfDictionary))
	}
}

func TestRTFText(t *testing.T) {
	for in, want := range map[string]string{
		`{\rtf1 a\par b\tab c}`:                              "a\nb\tc",
		`{\rtf1{\fonttbl{\f0 Arial;}}{\*\generator Word;}a}`: "a",
		`{\rtf1\ansicpg1251 \'cf\'f0\'e8}`:                   "При",
		`{\rtf1\uc1 \u8364?5}`:                               "€5",
		`{\rtf1\uc0 \u-10179\u-8704}`:                        "😀",
		`{\rtf1 a\{b\}\\c}`:                                  `a{b}\c`,
		`{\rtf1 a{\pict\bin3 }}}}b}`:                         "ab",
		`{\rtf1 a\~b`:                                        "a\u00a0b",
		`}}}}a`:                                              "a",
		`\`:                                                  "",
		`{\rtf1\fromhtml1 {\*\htmltag <b>}x{\*\htmltag </b>}}`: "<b>x</b>",
	} {
		if got, _ := rtfText([]byte(in)); got != want {
			t.Errorf("%s says %q, want %q", in, got, want)
		}
	}
}

// FuzzTNEF: whatever stands in a container, it is read in bounds.
func FuzzTNEF(f *testing.F) {
	f.Add([]byte(newTNEF().add(1, tnefBody, []byte("a")).add(1, tnefMessage, properties(property(mapiRTF, mapiBinary, stored(`{\rtf1 a\u8364?\'e9}`))))))
	f.Add([]byte(newTNEF().add(1, tnefMessage, properties(property(0x8001, mapiText, []byte("x")), numberProperty(mapiCodepage, 1252)))))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := readTNEF(b)
		if p := s.letter(); p != nil && len(p.text) > 6*maxText {
			t.Errorf("%d bytes of text", len(p.text))
		}
		if text, _ := rtfText(b); len(text) > 6*len(b)+16 {
			t.Errorf("%d bytes of RTF say %d", len(b), len(text))
		}
		if rtf := expandRTF(b, 1000); len(rtf) > 1000 {
			t.Errorf("expanded to %d", len(rtf))
		}
	})
}
