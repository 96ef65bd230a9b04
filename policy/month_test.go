package policy

import (
	"testing"
	"time"
)

// Each instant belongs to one month, the one between whose Start and End it lies.
func TestMonths(t *testing.T) {
	zone := rome(t)
	for m := (Month{2026, time.November}); m.Before(Month{2028, time.May}); m = m.Add(1) {
		start, end := m.Start(zone), m.End(zone)
		if !m.Holds(start, zone) || m.Holds(start.Add(-1), zone) || !m.Holds(end.Add(-1), zone) || m.Holds(end, zone) {
			t.Errorf("%s is not from %s to %s", m, start, end)
		}
		if m.Add(-1).End(zone) != start || m.Add(14).Add(-14) != m || m.Add(12).Month != m.Month {
			t.Errorf("%s: the months around it", m)
		}
		if read, err := ParseMonth(m.String()); err != nil || read != m {
			t.Errorf("%s is read as %s, %v", m, read, err)
		}
	}
	for _, wrong := range []string{"", "2026", "2026-13", "2026-1", "11/2026", "2026-11-01", "2026-00"} {
		if m, err := ParseMonth(wrong); err == nil {
			t.Errorf("%q is %s", wrong, m)
		}
	}
}
