package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"sportello/mailout"
	"sportello/ticket"
)

// answers is a store that answers each View with the next of errs, then the
// last one for ever.
type answers struct {
	ticket.Store
	errs []error
}

func (a *answers) View(context.Context, func(ticket.Tx) error) error {
	err := a.errs[0]
	if len(a.errs) > 1 {
		a.errs = a.errs[1:]
	}
	return err
}

// TestSweepGoesOn: a full disk, and a fault of our own, are waited out and said
// once; a failed commit ends the process.
func TestSweepGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("no space left on device")
		store := &answers{errs: []error{full, full, full, ticket.ErrCommit}}
		var log bytes.Buffer
		beats := 0
		p := &parts{
			office: &office{desk: &ticket.Desk{Store: store, Now: time.Now}}, sender: &mailout.Sender{}, every: 30 * time.Second, steadiness: newSteadiness(),
			log: zerolog.New(&log), beat: func(context.Context) { beats++ },
			attached: func() error { return nil },
		}
		start := time.Now()
		if err := p.sweep(t.Context()); !errors.Is(err, ticket.ErrCommit) {
			t.Errorf("sweep ended with %v", err)
		}
		if beats != 3 || time.Since(start) != 90*time.Second {
			t.Errorf("%d beats in %s, want 3 in 90 s", beats, time.Since(start))
		}
		if n := strings.Count(log.String(), "no space left"); n != 1 {
			t.Errorf("said %d times:\n%s", n, log.String())
		}
	})
}

// TestSweepSurvivesPanic: what panics in a sweep is said once and tried again, and a
// store that is gone ends the desk.
func TestSweepSurvivesPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		looks := 0
		p := &parts{
			office: &office{desk: &ticket.Desk{Now: time.Now}}, sender: &mailout.Sender{}, every: time.Second, steadiness: newSteadiness(),
			log: zerolog.New(&log), beat: func(context.Context) {},
			attached: func() error {
				switch looks++; looks {
				case 5:
					return ticket.ErrCommit
				default:
					panic("no such ticket")
				}
			},
		}
		if err := p.sweep(t.Context()); !errors.Is(err, ticket.ErrCommit) || looks != 5 {
			t.Errorf("sweep ended with %v after %d looks", err, looks)
		}
		if n := strings.Count(log.String(), `"message":"the clocks could not be looked at"`); n != 1 {
			t.Errorf("said %d times:\n%s", n, log.String())
		}
	})
}

// stopper is a store during whose first View the order to stop comes.
type stopper struct {
	ticket.Store
	stop func()
	err  error
}

func (s *stopper) View(context.Context, func(ticket.Tx) error) error {
	s.stop()
	return s.err
}

// TestToldToStopWhileStarting: an order to stop while the parts begin is no error,
// whatever the store makes of it; a failed commit is.
func TestToldToStopWhileStarting(t *testing.T) {
	for _, err := range []error{nil, context.Canceled, fmt.Errorf("store: read: %w", context.Canceled), ticket.ErrCommit} {
		ctx, cancel := context.WithCancel(t.Context())
		p := &parts{office: &office{desk: &ticket.Desk{Store: &stopper{stop: cancel, err: err}, Now: time.Now}}}
		if got := toldToStop(ctx, p.recoverOutbox(ctx)); got != nil && !errors.Is(err, ticket.ErrCommit) || got == nil && errors.Is(err, ticket.ErrCommit) {
			t.Errorf("%v: %v", err, got)
		}
	}
}
