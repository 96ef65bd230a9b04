package main

import (
	"testing"
	"time"
)

// A clock that steps is not believed until it has held for an hour (H11); one
// that drifts, or stood still while the machine was off, is.
func TestSteadiness(t *testing.T) {
	start := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	type look struct {
		passed, wall time.Duration // since the start, by the two clocks
		steady       bool
	}
	const minute, hour, day, year = time.Minute, time.Hour, 24 * time.Hour, 365 * 24 * time.Hour
	for name, c := range map[string]struct {
		recorded time.Duration // latest time written down, by the start
		looks    []look
	}{
		"regular":                 {-hour, []look{{0, 0, true}, {minute, minute, true}, {48 * hour, 48 * hour, true}}},
		"off for a month":         {-30 * day, []look{{0, 0, true}}},
		"corrected a little":      {0, []look{{0, 0, true}, {minute, minute - 9*minute, true}, {2 * minute, 25 * minute, true}}},
		"a year ahead":            {0, []look{{0, 0, true}, {minute, year, false}, {30 * minute, year + 29*minute, false}, {61 * minute, year + hour, true}}},
		"ahead and back":          {0, []look{{0, 0, true}, {minute, year, false}, {50 * minute, 50 * minute, false}, {100 * minute, 100 * minute, false}, {110 * minute, 110 * minute, true}}},
		"two hours back":          {0, []look{{0, 0, true}, {minute, -2 * hour, false}, {62 * minute, -hour, true}}},
		"1970 at the start":       {0, []look{{0, -56 * year, false}, {59 * minute, -56*year + 59*minute, false}, {60 * minute, -56*year + hour, true}}},
		"corrected after a start": {0, []look{{0, -56 * year, false}, {5 * minute, 5 * minute, false}, {65 * minute, 65 * minute, true}}},
		"a little early":          {9 * minute, []look{{0, 0, true}}},
		"early":                   {11 * minute, []look{{0, 0, false}, {minute, minute, false}}},
	} {
		s := newSteadiness()
		for i, l := range c.looks {
			s.look(start.Add(l.wall), l.passed, start.Add(c.recorded))
			if s.steady() != l.steady {
				t.Errorf("%s, look %d: steady %v", name, i, s.steady())
			}
		}
	}
}

// A step of more than an hour is said whatever it does; what is drift is not.
func TestStepsAreSaid(t *testing.T) {
	start := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		step    time.Duration
		said    bool
		trusted bool
	}{
		{0, false, true}, {30 * time.Second, false, true}, {59 * time.Minute, false, true}, {61 * time.Minute, true, true}, {20 * time.Hour, true, true},
		{25 * time.Hour, true, false}, {-9 * time.Minute, false, true}, {-11 * time.Minute, true, false}, {-61 * time.Minute, true, false}, {-400 * 24 * time.Hour, true, false},
	} {
		s := newSteadiness()
		s.look(start, 0, time.Time{})
		if got := s.look(start.Add(time.Minute+c.step), time.Minute, time.Time{}); (got != 0) != c.said || got != 0 && got != c.step || s.steady() != c.trusted {
			t.Errorf("%v: said %v, trusted %v", c.step, got, s.steady())
		}
		if wasOff := s.believe(); wasOff == c.trusted || !s.steady() {
			t.Errorf("%v: after a reset trusted %v", c.step, s.steady())
		}
	}
}
