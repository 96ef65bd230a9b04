package mailout

import (
	"strings"
	"testing"
)

// TestReasonOnce: a letter says its clause once, with the coverage at its end.
func TestReasonOnce(t *testing.T) {
	for _, language := range []string{"it", "en"} {
		for name, n := range Samples(language) {
			l, _ := compose(t, n)
			if text := strings.Join(strings.Fields(l.Text), " "); n.ClauseText != "" && strings.Count(text, n.ClauseText) > 1 {
				t.Errorf("%s %s gives the same reason twice:\n%s", language, name, l.Text)
			}
		}
	}
}
