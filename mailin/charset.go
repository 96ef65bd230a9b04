package mailin

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// decodeCharset makes b UTF-8 by the charset called label (RFC 2978; the
// WHATWG table first, since mail programs follow it). It never refuses: what
// the label cannot explain is guessed.
func decodeCharset(label string, b []byte) string {
	if len(b) == 0 {
		return ""
	}
	label = charsetLabel(label)
	if s, ok := decodeEscaped(b); ok {
		return s
	}
	if label == "utf-8" || label == "utf8" || overUTF8(label, b) {
		return repairUTF8(b)
	}
	switch label {
	case "utf-7", "unicode-1-1-utf-7", "x-unicode-1-1-utf-7", "csunicode11utf7":
		return decodeUTF7(b)
	case "", "us-ascii", "ascii", "us_ascii", "ansi_x3.4-1968", "unknown-8bit", "x-unknown", "unknown", "default", "8bit", "7bit", "binary", "none":
		return guessCharset(b)
	case "utf-16", "utf16", "unicode", "ucs-2", "iso-10646-ucs-2":
		return decodeUTF16(b)
	}
	enc := encodingOf(label)
	if enc == nil {
		if s, ok := registered(label, b); ok {
			return s
		}
		return guessCharset(b)
	}
	if enc == japanese.ISO2022JP && manyBytes(b) {
		enc = japanese.ShiftJIS // ISO-2022-JP has seven bits; programs mix the two up
	}
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return guessCharset(b)
	}
	return string(out)
}

// charsetLabel brings a label as it really occurs into the form of the tables.
func charsetLabel(label string) string {
	label = strings.ToLower(strings.Trim(label, " \t\"'<>;,."))
	if i := strings.IndexByte(label, '*'); i >= 0 { // RFC 2231 language
		label = label[:i]
	}
	return strings.TrimPrefix(label, "x-user-defined-")
}

// encodingOf returns the encoding called label in the WHATWG table or in mail as
// it occurs, else nil.
func encodingOf(label string) encoding.Encoding {
	switch label {
	case "gb2312", "gbk", "cp936", "x-gbk", "gb_2312-80", "euc-cn", "x-euc-cn", "csgb2312":
		return simplifiedchinese.GB18030 // the superset that programs mean
	case "hz-gb-2312", "hz":
		return simplifiedchinese.HZGB2312
	case "iso-2022-kr", "cseuckr", "ks_c_5601-1987", "cp949", "ms949", "uhc", "x-windows-949":
		return korean.EUCKR
	case "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-jp-3", "iso-2022-jp-ms", "cp50220", "cp50221", "csiso2022jp":
		return japanese.ISO2022JP
	case "cp932", "shift-jis", "sjis", "x-ms-cp932":
		return japanese.ShiftJIS
	case "utf-32", "utf32", "utf-32le":
		return utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)
	case "utf-32be":
		return utf32.UTF32(utf32.BigEndian, utf32.UseBOM)
	case "macroman", "mac", "x-mac", "apple-roman":
		return charmap.Macintosh
	case "ansi", "latin-1", "iso-latin-1", "iso8859_1", "iso_8859_1", "8859-1", "win-1252", "iso-8859":
		return charmap.Windows1252
	}
	if enc, err := htmlindex.Get(label); err == nil && enc != encoding.Replacement {
		return enc
	}
	for _, p := range []string{"windows-", "windows", "cp-", "cp", "win"} {
		if n, ok := strings.CutPrefix(label, p); ok && strings.HasPrefix(n, "125") {
			if enc, err := htmlindex.Get("windows-" + n[:min(4, len(n))]); err == nil {
				return enc
			}
		}
	}
	return nil
}

// registered reads the charsets of the IANA registry that the web has forgotten,
// DOS code pages for the most part.
func registered(label string, b []byte) (string, bool) {
	for _, name := range []string{label, "ibm" + strings.TrimPrefix(strings.TrimPrefix(label, "ibm-"), "cp-")} {
		if r, err := charset.Reader(name, bytes.NewReader(b)); err == nil {
			out, err := io.ReadAll(r)
			return string(out), err == nil
		}
	}
	return "", false
}

// repairUTF8 takes b for UTF-8. Bytes that are none are read as windows-1252;
// a text without any proper sequence was labelled wrongly and is guessed.
func repairUTF8(b []byte) string {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if utf8.Valid(b) {
		return string(b)
	}
	if !properUTF8(b) {
		return guessCharset(b)
	}
	var out strings.Builder
	out.Grow(len(b) + 16)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			r = charmap.Windows1252.DecodeByte(b[0])
		}
		out.WriteRune(r)
		b = b[n:]
	}
	return out.String()
}

// properUTF8 tells whether b is UTF-8 with faults: other text hardly ever holds a
// proper multi-byte sequence, so one for two stray bytes is enough.
func properUTF8(b []byte) bool {
	good, bad := 0, 0
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		b = b[n:]
	}
	return good > 0 && 2*good >= bad
}

// manyBytes tells whether b holds bytes above ASCII.
func manyBytes(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// decodeUTF16 reads UTF-16 by its mark, else by where the zero bytes stand.
func decodeUTF16(b []byte) string {
	order := unicode.BigEndian
	if len(b) >= 2 && b[1] == 0 && b[0] != 0 {
		order = unicode.LittleEndian
	}
	out, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().Bytes(b)
	if err != nil {
		return guessCharset(b)
	}
	return string(out)
}
