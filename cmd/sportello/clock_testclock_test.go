//go:build testclock

package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestClock: the offset is read anew at every use; a missing file is none.
func TestClock(t *testing.T) {
	file := filepath.Join(t.TempDir(), "offset")
	now, offset := newClock(func(name string) string {
		if name == "SPORTELLO_CLOCK_OFFSET_FILE" {
			return file
		}
		return ""
	})
	for _, step := range []struct {
		text string
		want time.Duration
	}{{"", 0}, {"168h\n", 168 * time.Hour}, {"-1h30m", -90 * time.Minute}, {"nonsense", 0}} {
		if step.text != "" {
			if err := os.WriteFile(file, []byte(step.text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := offset(); got != step.want {
			t.Errorf("%q: offset %s, want %s", step.text, got, step.want)
		}
		if ahead := now().Sub(time.Now().Add(step.want)).Abs(); ahead > time.Minute {
			t.Errorf("%q: now is off by %s", step.text, ahead)
		}
	}
}
