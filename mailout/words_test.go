package mailout

import "testing"

// TestFigures: ranks and sizes are written as each language writes them.
func TestFigures(t *testing.T) {
	for n, want := range map[int]string{1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 102: "102nd", 111: "111th", 123: "123rd"} {
		if got := ordinal(n, "en"); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
	if got := ordinal(4, "it"); got != "4°" {
		t.Errorf("in Italian 4 is %q", got)
	}
	for n, want := range map[int64][2]string{0: {"0 byte", "0 bytes"}, 1: {"1 byte", "1 byte"}, 999: {"999 byte", "999 bytes"},
		1500: {"1 kB", "1 kB"}, 48_200_000: {"48,2 MB", "48.2 MB"}} {
		if it, en := fileSize(n, "it"), fileSize(n, "en"); it != want[0] || en != want[1] {
			t.Errorf("%d bytes are %q, %q, want %q", n, it, en, want)
		}
	}
}
