package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"sportello/ticket"
)

// How far the machine's clock may go astray before it is not believed, and how
// long it must be regular before it is again (PROMISES.md, H11).
const (
	maxStepBack  = 10 * time.Minute
	maxStepAhead = 24 * time.Hour
	steadyAfter  = time.Hour
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
func (s *steadiness) watch(recorded time.Time) (stepped bool) {
	now := time.Now()
	return s.look(now.Round(0), now.Sub(s.started), recorded)
}

// look compares the time of day with that of the last look and with the time
// that passed in between; at the first look with recorded, the latest time that
// the desk ever wrote down (zero: none). It tells whether the clock has stepped.
func (s *steadiness) look(wall time.Time, passed time.Duration, recorded time.Time) (stepped bool) {
	var step time.Duration
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
		return true
	}
	if s.off.Load() && passed-s.stepped >= steadyAfter {
		s.off.Store(false)
	}
	return false
}

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
	if p.steadiness.watch(recorded) {
		p.log.Warn().Msg("the machine's clock has stepped: closing, expiry and reminders wait until it has held for an hour")
		p.alert("clock", []ticket.Words{ticket.Say("clock-stepped")})
	}
	return nil
}
