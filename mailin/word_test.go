package mailin

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDecodeWords(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Fattura n. 5", "Fattura n. 5"},
		{"Q", "=?utf-8?Q?perch=C3=A9_no?=", "perché no"},
		{"B", "=?UTF-8?B?cGVyY2jDqQ==?=", "perché"},
		{"between words", "Re: =?iso-8859-1?Q?Priorit=E0?= alta", "Re: Priorità alta"},
		{"white space between words goes", "=?utf-8?q?a?= \r\n =?utf-8?q?b?=", "ab"},
		{"cut in the middle of a character", "=?utf-8?B?cGVyY2jD?= =?utf-8?B?qSE=?=", "perché!"},
		{"cut in the middle of a Q character", "=?utf-8?Q?perch=C3?= =?utf-8?Q?=A9?=", "perché"},
		{"cut in the middle of a group", "=?utf-8?B?cGVyY2j?= =?utf-8?B?DqQ==?=", "perché"},
		{"spaces inside", "=?utf-8?Q?due parole?=", "due parole"},
		{"spaces inside base64", "=?utf-8?B?cGVy Y2jDqQ==?=", "perché"},
		{"glued to text", "Re:=?utf-8?Q?=C3=A8?=qui", "Re:èqui"},
		{"no padding", "=?utf-8?B?YQ?=", "a"},
		{"no end", "=?utf-8?B?cGVyY2jDqQ==", "perché"},
		{"question mark unencoded", "=?utf-8?Q?che=3F?=20ora=3F?=", "che?? ora?"},
		{"lower-case hexadecimal", "=?utf-8?q?=c3=a8?=", "è"},
		{"language", "=?utf-8*it?Q?=C3=A8?=", "è"},
		{"windows-1252 called iso-8859-1", "=?iso-8859-1?Q?costa_5_=80?=", "costa 5 €"},
		{"UTF-8 called iso-8859-1", "=?iso-8859-1?Q?perch=C3=A9?=", "perché"},
		{"Japanese", "=?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?=", "テスト"},
		{"KOI8-R", "=?koi8-r?B?1MXT1A==?=", "тест"},
		{"unknown charset", "=?x-klingon?Q?caff=E8?=", "caffè"},
		{"UTF-8 called unicode", "=?unicode?Q?Perch=C3=A9_=C3=A8_lento=3F?=", "Perché è lento?"},
		{"ASCII called unicode", "=?unicode?Q?Il sito?=", "Il sito"},
		{"UTF-8 called utf-16", "=?utf-16?B?UGVyY2jDqQ==?=", "Perché"},
		{"UTF-16 called utf-16", "=?utf-16?B?AFAAZQByAGMAaADp?=", "Perché"},
		{"UTF-8 under a label of nobody", "=?x-foo?Q?Perch=C3=A9?=", "Perché"},
		{"UTF-8 under no label", "=??Q?Perch=C3=A9?=", "Perché"},
		{"UTF-8 called windows-1250", "=?windows-1250?Q?Perch=C3=A9?=", "Perché"},
		{"UTF-8 called koi8-r", "=?koi8-r?Q?Perch=C3=A9?=", "Perché"},
		{"UTF-8 called shift_jis", "=?shift_jis?Q?Perch=C3=A9_=C3=A8_cos=C3=AC?=", "Perché è così"},
		{"UTF-8 called gb2312", "=?gb2312?B?5L2g5aW95ZCX?=", "你好吗"},
		{"Japanese called UTF-8", "=?utf-8?B?GyRCJUYlOSVIGyhC?=", "テスト"},
		{"Japanese called us-ascii", "=?us-ascii?B?GyRCJUYlOSVIGyhC?=", "テスト"},
		{"Japanese called Latin-1, cut in a character", "=?iso-8859-1?B?GyRCJUYl?= =?iso-8859-1?B?OSVIGyhC?=", "テスト"},
		{"Korean of seven bits", "=?iso-2022-kr?B?GyQpQw5HUTFbDw==?=", "한글"},
		{"Korean of seven bits called UTF-8", "=?utf-8?B?GyQpQw5HUTFbDw==?=", "한글"},
		{"cut in a character of three bytes, over lines", "=?utf-8?B?44OG?=\r\n =?utf-8?B?44I=?=\r\n\t=?utf-8?B?uQ==?=", "テス"},
		{"two charsets", "=?utf-8?Q?=C3=A8?= =?iso-8859-1?Q?=E8?=", "èè"},
		{"no word", "a =? b ?= c =?x?Z?y?=", "a =? b ?= c =?x?Z?y?="},
	} {
		if got := decodeWords(c.in); got != c.want {
			t.Errorf("%s: decodeWords(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

// FuzzWord encodes any text in base64 words cut anywhere and reads it back, and
// reads the text itself as if it held words.
func FuzzWord(f *testing.F) {
	f.Add("perché no, così è", 3)
	f.Add("テスト 😀", 1)
	f.Add("=?utf-8?Q?=C3?= =?utf-8?B?qQ==?=", 5)
	f.Fuzz(func(t *testing.T, s string, n int) {
		if got := decodeWords(s); utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Fatalf("decodeWords(%q) = %q: not UTF-8", s, got)
		}
		if !utf8.ValidString(s) || s == "" || strings.HasPrefix(s, "\ufeff") || len(s) > 4000 {
			return
		}
		n = max(1, n%60)
		var words []string
		for b := []byte(s); len(b) > 0; {
			k := min(n, len(b))
			words = append(words, fmt.Sprintf("=?utf-8?B?%s?=", base64.StdEncoding.EncodeToString(b[:k])))
			b = b[k:]
		}
		if got := decodeWords(strings.Join(words, "\r\n ")); got != s {
			t.Fatalf("decoded %q, want %q", got, s)
		}
	})
}
