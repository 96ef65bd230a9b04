//go:build testclock

package main

import (
	"os"
	"strings"
	"time"
)

// clockNote marks a build with a shifted clock: never a release.
const clockNote = " testclock"

const sweepInterval = time.Second

// newClock returns the desk's time of day shifted by the duration found in the
// file that SPORTELLO_CLOCK_OFFSET_FILE names, read anew at every use; a
// missing or unreadable one shifts nothing.
func newClock(env environment) (now func() time.Time, offset func() time.Duration) {
	file := env("SPORTELLO_CLOCK_OFFSET_FILE")
	offset = func() time.Duration {
		if file == "" {
			return 0
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return 0
		}
		d, err := time.ParseDuration(strings.TrimSpace(string(data)))
		if err != nil {
			return 0
		}
		return d
	}
	return func() time.Time { return time.Now().Add(offset()) }, offset
}
