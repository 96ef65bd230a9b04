//go:build !testclock

package main

import "time"

// clockNote marks a build with a shifted clock; releases have none.
const clockNote = ""

// sweepInterval is how often the desk looks at its clocks.
const sweepInterval = 30 * time.Second

// newClock returns the desk's time of day and what has to be added to the
// arrival times of fetched mail (nothing).
func newClock(environment) (now func() time.Time, offset func() time.Duration) {
	return time.Now, func() time.Duration { return 0 }
}
