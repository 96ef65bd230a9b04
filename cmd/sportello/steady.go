package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"sportello/ticket"
)

// How far the machine's clock may go astray before it is not believed, how long it
// must be regular before it is again, and from what a step is said that changes
// nothing (PROMISES.md, H11).
const (
	maxStepBack  = 10 * time.Minute
	maxStepAhead = 24 * time.Hour
	steadyAfter  = time.Hour
	stepSaid     = time.Hour
)

// steadiness tells whether the machine's clock is to be believed. Time that the
// machine was off is no step, and a shift made for tests is none.
type steadiness struct {
	started time.Time     // reads the monotonic clock
	wall    time.Time     // time of day at the last look; zero before the first
	passed  time.Duration // since started, at the last look
	stepped time.Duration // at the last step
	off     atomic.Bool
}

func newSteadiness() *steadiness { return &steadiness{started: time.Now()} }

// watch looks at the clock of the machine.
func (s *steadiness) watch(recorded time.Time) (step time.Duration) {
	now := time.Now()
	return s.look(now.Round(0), now.Sub(s.started), recorded)
}

// look compares the time of day with that of the last look and with the time
// that passed in between; at the first look with recorded, the latest time that
// the desk ever wrote down (zero: none). It returns by how much the clock has stepped
// when that is to be said, and 0 otherwise.
func (s *steadiness) look(wall time.Time, passed time.Duration, recorded time.Time) (step time.Duration) {
	switch {
	case !s.wall.IsZero():
		step = wall.Sub(s.wall) - (passed - s.passed)
	case !recorded.IsZero() && wall.Before(recorded):
		step = wall.Sub(recorded)
	}
	s.wall, s.passed = wall, passed
	if step < -maxStepBack || step > maxStepAhead {
		s.stepped = passed
		s.off.Store(true)
		return step
	}
	if s.off.Load() && passed-s.stepped >= steadyAfter {
		s.off.Store(false)
	}
	if step > stepSaid {
		return step
	}
	return 0
}

// believe takes the clock for right as it is now; it tells whether it was not.
func (s *steadiness) believe() (wasOff bool) { return s.off.Swap(false) }

// steady may be asked at any time.
func (s *steadiness) steady() bool { return !s.off.Load() }

// watchClock looks at the machine's clock and says it once when it stepped.
func (p *parts) watchClock(ctx context.Context) error {
	var recorded time.Time
	if clockNote == "" && p.steadiness.wall.IsZero() {
		err := p.office.desk.Store.View(ctx, func(tx ticket.Tx) (err error) {
			recorded, err = tx.Seen()
			return err
		})
		if err != nil {
			return fmt.Errorf("the latest time that was recorded: %w", err)
		}
	}
	step := p.steadiness.watch(recorded)
	switch {
	case step == 0:
	case p.steadiness.steady():
		p.log.Warn().Dur("by_ms", step).Msg("the machine's clock has jumped, or the machine stood still")
		p.alert("clock", []ticket.Words{ticket.Say("clock-jumped", shownSpan(step))})
	default:
		p.log.Warn().Dur("by_ms", step).Msg("the machine's clock has stepped: closing, expiry and reminders wait until it has held for an hour, or for `sportello clock reset`")
		p.alert("clock", []ticket.Words{ticket.Say("clock-stepped")})
	}
	return nil
}

// shownSpan is a span in hours and minutes.
func shownSpan(d time.Duration) string {
	return fmt.Sprintf("%dh %02dm", int(d.Hours()), int(d.Minutes())%60)
}
