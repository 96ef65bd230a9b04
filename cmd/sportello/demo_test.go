package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestDemo plays the whole story: every step of it must happen.
func TestDemo(t *testing.T) {
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"demo", "--once", "--dir", t.TempDir()}, func(string) string { return "" }, nil, &out, &errs)
	if code != exitOK {
		t.Fatalf("exit %d: %s\n%s", code, errs.Bytes(), out.Bytes())
	}
	for _, want := range []string{"P-2-1", "quarantined: header", "recognised: the same mail", "offered; credits held: 0, charged: 0", "accepted; credits held: 1, charged: 0", "accepted; credits held: 0, charged: 1",
		"ticket #1: is now closed", "The story is complete"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the story does not tell %q:\n%s", want, out.String())
		}
	}
}
