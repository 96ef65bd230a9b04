package mailin

import "testing"

func TestDecodeCharset(t *testing.T) {
	for _, c := range []struct{ name, label, in, want string }{
		{"UTF-8", "utf-8", "perch\xc3\xa9", "perché"},
		{"UTF-8 with mark", "UTF-8", "\xef\xbb\xbfa", "a"},
		{"Latin-1 called UTF-8", "utf-8", "perch\xe9", "perché"},
		{"stray byte in UTF-8", "utf-8", "\xc3\xa8 \xc3\xa8 \xe8", "è è è"},
		{"Latin-1", "ISO-8859-1", "perch\xe9", "perché"},
		{"windows-1252 called Latin-1", "iso-8859-1", "\x93s\xec\x94 5 \x80", "“sì” 5 €"},
		{"UTF-8 called Latin-1", "iso-8859-1", "perch\xc3\xa9", "perché"},
		{"Latin-9", "iso-8859-15", "5 \xa4", "5 €"},
		{"UTF-7", "utf-7", "perch+AOk-, 1 +- 1", "perché, 1 + 1"},
		{"UTF-7 that is none", "utf-7", "a+b c", "a+b c"},
		{"UTF-16 with mark", "utf-16", "\xff\xfea\x00\xe8\x00", "aè"},
		{"UTF-16 without", "utf-16", "\x00a\x00\xe8", "aè"},
		{"ISO-2022-JP", "iso-2022-jp", "\x1b$B%F%9%H\x1b(B", "テスト"},
		{"Shift_JIS called ISO-2022-JP", "iso-2022-jp", "\x83c\x81[\x83\x8b", "ツール"},
		{"Shift_JIS", "shift_jis", "\x83c\x81[\x83\x8b", "ツール"},
		{"EUC-JP", "euc-jp", "\xa5\xc6\xa5\xb9\xa5\xc8", "テスト"},
		{"GB2312 that is GB18030", "gb2312", "\xb2\xe2\xca\xd4", "测试"},
		{"HZ", "hz-gb-2312", "~{2bJT~}", "测试"},
		{"Big5", "big5", "\xb4\xfa\xb8\xd5", "測試"},
		{"EUC-KR", "ks_c_5601-1987", "\xc7\xd1\xb1\xdb", "한글"},
		{"KOI8-R", "koi8-r", "\xd4\xc5\xd3\xd4", "тест"},
		{"windows-1251 by another name", "cp-1251", "\xf2\xe5\xf1\xf2", "тест"},
		{"DOS", "cp850", "perch\x82", "perché"},
		{"DOS by number", "cp-437", "perch\x82", "perché"},
		{"Mac", "macintosh", "perch\x8e", "perché"},
		{"Hebrew", "iso-8859-8-i", "\xf9\xec\xe5\xed", "שלום"},
		{"quoted label", `"utf-8"`, "è", "è"},
		{"no label, UTF-8", "", "perché", "perché"},
		{"no label, Latin-1", "", "perch\xe9 no, cos\xec \xe8", "perché no, così è"},
		{"no label, Japanese escapes", "", "\x1b$B%F%9%H\x1b(B", "テスト"},
		{"no label, KOI8-R", "", "\xd0\xd2\xc9\xd7\xc5\xd4 \xcd\xc9\xd2 \xcb\xc1\xcb \xc4\xc5\xcc\xc1", "привет мир как дела"},
		{"no label, windows-1251", "", "\xef\xf0\xe8\xe2\xe5\xf2 \xec\xe8\xf0 \xea\xe0\xea \xe4\xe5\xeb\xe0", "привет мир как дела"},
		{"no label, GB", "", "\xd7\xaa\xb7\xa2\xa3\xba\xd5\xfb\xcc\xe5\xcc\xe1\xc9\xfd", "转发：整体提升"},
		{"no label, Shift_JIS", "", "\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x81A\x83T\x81[\x83o\x81[", "こんにちは、サーバー"},
		{"no label, EUC-JP", "", "\xa4\xb3\xa4\xf3\xa4\xcb\xa4\xc1\xa4\xcf", "こんにちは"},
		{"no label, short KOI8-R", "", "\xd4\xc5\xd3\xd4 \xd4\xc5\xd3\xd4", "тест тест"},
		{"ASCII that is none", "us-ascii", "caff\xe8", "caffè"},
		{"kana in UTF-16", "utf-16", "0B0D0F0H", "\u3042\u3044\u3046\u3048"},
		{"ASCII called UTF-16", "utf-16", "Buongiorno, il sito", "Buongiorno, il sito"},
		{"UTF-8 called Greek", "iso-8859-7", "perch\xc3\xa9", "perché"},
		{"UTF-8 called DOS", "cp850", "perch\xc3\xa9", "perché"},
		{"Korean of seven bits, with lines", "iso-2022-kr", "\x1b$)C\nciao \x0eGQ1[\x0f ok\n", "\nciao 한글 ok\n"},
		{"Japanese called Latin-1", "iso-8859-1", "\x1b$B%F%9%H\x1b(B ok", "テスト ok"},
		{"a terminal's colours", "utf-8", "\x1b[31mrosso\x1b[0m", "\x1b[31mrosso\x1b[0m"},
		{"made up", "x-klingon", "caff\xe8", "caffè"},
	} {
		if got := decodeCharset(c.label, []byte(c.in)); got != c.want {
			t.Errorf("%s: decodeCharset(%q, %q) = %q, want %q", c.name, c.label, c.in, got, c.want)
		}
	}
}
