package mailin

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// guessCharset makes unlabelled bytes UTF-8: UTF-8 when they are, ISO-2022-JP by
// its escapes, a Cyrillic or Chinese charset when most letters lie above ASCII
// and fit it, else windows-1252, which always reads.
func guessCharset(b []byte) string {
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
	out, err := guessEncoding(b).NewDecoder().Bytes(b)
	if err != nil {
		out, _ = charmap.Windows1252.NewDecoder().Bytes(b)
	}
	return string(out)
}

// guessSample bounds what is counted: the first kilobytes tell.
const guessSample = 16 << 10

// guessEncoding chooses by how bytes above ASCII are spread. European text has
// few of them and alone; Cyrillic has runs of any length, Chinese runs of pairs.
func guessEncoding(b []byte) encoding.Encoding {
	b = b[:min(len(b), guessSample)]
	high, letters, odd, runs := 0, 0, 0, 0
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			if c := b[i] | 0x20; c >= 'a' && c <= 'z' {
				letters++
			}
			i++
			continue
		}
		j := i
		for j < len(b) && b[j] >= utf8.RuneSelf {
			j++
		}
		runs++
		if (j-i)%2 == 1 {
			odd++
		}
		high += j - i
		i = j
	}
	switch {
	case high < 8 || high < letters || high < 3*runs/2:
		return charmap.Windows1252
	case odd*5 <= runs && allPairs(b, 0xa1, 0xfe, 0xa1, 0xfe):
		return simplifiedchinese.GB18030
	case allPairs(b, 0xa1, 0xf9, 0x40, 0xfe) && odd*5 > runs && !cyrillic(b):
		return traditionalchinese.Big5
	}
	return cyrillicOf(b)
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

// cyrillic tells whether nearly all high bytes of b are letters of KOI8 or windows-1251.
func cyrillic(b []byte) bool {
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
	if !cyrillic(b) {
		return charmap.Windows1252
	}
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
