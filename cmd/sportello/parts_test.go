package main

import (
	"bytes"
	"context"
	"errors"
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

// TestSweepGoesOn: a full disk is waited out and said once; a failed commit
// ends the process.
func TestSweepGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("no space left on device")
		store := &answers{errs: []error{full, full, full, ticket.ErrCommit}}
		var log bytes.Buffer
		beats := 0
		p := &parts{
			office: &office{desk: &ticket.Desk{Store: store, Now: time.Now}}, sender: &mailout.Sender{}, every: 30 * time.Second, steadiness: newSteadiness(),
			log: zerolog.New(&log), beat: func(context.Context) { beats++ },
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
