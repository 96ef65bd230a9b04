package mailin

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// guessCharset makes unlabelled bytes UTF-8: UTF-8 when they are, ISO-2022-JP by
// its escapes, a charset of Cyrillic or of East Asia when most letters lie above
// ASCII and fit it, else windows-1252, which always reads.
func guessCharset(b []byte) string {
	return guessCharsetLike(b, b)
}

// guessCharsetLike does the same for bytes that are too few to tell by
// themselves: like is more of what the same program wrote.
func guessCharsetLike(b, like []byte) string {
	if bytes.Contains(b, []byte("\x1b$")) || bytes.Contains(b, []byte("\x1b(J")) {
		if out, err := japanese.ISO2022JP.NewDecoder().Bytes(b); err == nil {
			return string(out)
		}
	}
	if len(b) >= 2 && (b[0] == 0xff && b[1] == 0xfe || b[0] == 0xfe && b[1] == 0xff) {
		return decodeUTF16(b)
	}
	if utf8.Valid(b) {
		return string(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")))
	}
	if properUTF8(b) {
		return repairUTF8(b)
	}
	out, err := guessEncoding(like).NewDecoder().Bytes(b)
	if err != nil {
		out, _ = charmap.Windows1252.NewDecoder().Bytes(b)
	}
	return string(out)
}

const (
	guessSample = 16 << 10 // bytes that are counted: the first kilobytes tell
	guessLeast  = 8        // bytes above ASCII below which nothing is concluded
)

// guessEncoding chooses by how bytes above ASCII are spread. European text has
// few of them and alone; Cyrillic has runs of any length of letters C0-FF, East
// Asian charsets have runs of pairs.
func guessEncoding(b []byte) encoding.Encoding {
	b = b[:min(len(b), guessSample)]
	high, letters, runs, odd := 0, 0, 0, 0
	for i := 0; i < len(b); {
		j := i
		for j < len(b) && b[j] >= utf8.RuneSelf {
			j++
		}
		if n := j - i; n > 0 {
			high, runs, odd = high+n, runs+1, odd+n%2
			i = j
			continue
		}
		if c := b[i] | 0x20; c >= 'a' && c <= 'z' {
			letters++
		}
		i++
	}
	switch {
	case high >= guessLeast/2 && pairsLed(b, 0x82, 0x83) > 40: // kana, in windows-1252 a comma and a florin sign
		return japanese.ShiftJIS
	case high < guessLeast || high < letters || 2*high < 3*runs:
		return charmap.Windows1252
	case mostlyLetters(b):
		return cyrillicOf(b)
	case 5*odd > runs:
		if allPairs(b, 0xa1, 0xf9, 0x40, 0xfe) {
			return traditionalchinese.Big5
		}
	case !allPairs(b, 0xa1, 0xfe, 0xa1, 0xfe):
	case pairsLed(b, 0xa4, 0xa5) > 30: // kana
		return japanese.EUCJP
	case high > 30 && pairsLed(b, 0xb0, 0xc8)+pairsLed(b, 0xa1, 0xa1) == 100: // Hangul and nothing else
		return korean.EUCKR
	default:
		return simplifiedchinese.GB18030
	}
	return charmap.Windows1252
}

// pairsLed is the share, in percent, of pairs in b whose first byte is in the range.
func pairsLed(b []byte, first, last byte) int {
	all, in := 0, 0
	for i := 0; i < len(b); i++ {
		if b[i] < utf8.RuneSelf {
			continue
		}
		all++
		if b[i] >= first && b[i] <= last {
			in++
		}
		i++
	}
	return 100 * in / max(all, 1)
}

// allPairs tells whether b is ASCII and pairs with bytes in these ranges.
func allPairs(b []byte, lead0, lead1, trail0, trail1 byte) bool {
	for i := 0; i < len(b); i++ {
		if b[i] < utf8.RuneSelf {
			continue
		}
		if b[i] < lead0 || b[i] > lead1 {
			return false
		}
		if i++; i < len(b) && (b[i] < trail0 || b[i] > trail1) {
			return false
		}
	}
	return true
}

// mostlyLetters tells whether nearly all high bytes of b are letters of KOI8 or
// windows-1251.
func mostlyLetters(b []byte) bool {
	in, out := 0, 0
	for _, c := range b {
		if c >= 0xc0 {
			in++
		} else if c >= utf8.RuneSelf {
			out++
		}
	}
	return in > 9*out
}

// cyrillicOf tells KOI8-R from windows-1251: small letters are the common ones,
// and lie at C0-DF in the one, at E0-FF in the other.
func cyrillicOf(b []byte) encoding.Encoding {
	low, up := 0, 0
	for _, c := range b {
		if c >= 0xe0 {
			up++
		} else if c >= 0xc0 {
			low++
		}
	}
	if low > up {
		return charmap.KOI8R
	}
	return charmap.Windows1251
}
