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

	"sportello/ticket"
	"sportello/ticket/boltstore"
)

// TestPatrol: the pages are looked at right after the start, all of it some minutes
// later, then daily, never two rounds at a time; the same faults are told once, notes
// never. A check that panics is one that failed.
func TestPatrol(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fault := boltstore.Finding{Level: "error", Promise: "P1", Where: "arrival 7", Text: "its raw mail is missing"}
		note := boltstore.Finding{Level: "note", Promise: "P8", Where: "row 1", Text: "held"}
		days := [][]boltstore.Finding{{note}, {fault, note}, {fault}, {fault, fault}, nil, {fault}}
		var at []time.Duration
		var told []string
		var log bytes.Buffer
		start, running := time.Now(), false
		ctx, cancel := context.WithCancel(t.Context())
		p := &patrol{
			pages: func(context.Context, func(boltstore.Finding)) error {
				if d := time.Since(start); d != 0 {
					t.Errorf("the pages were looked at after %v", d)
				}
				panic("no such page")
			},
			check: func(_ context.Context, report func(boltstore.Finding)) error {
				if running {
					t.Error("two rounds at a time")
				}
				running = true
				at = append(at, time.Since(start))
				for _, f := range days[len(at)-1] {
					report(f)
				}
				time.Sleep(30 * time.Hour) // longer than a day
				running = false
				if len(at) == len(days) {
					cancel()
				}
				return nil
			},
			alert: func(_ context.Context, what ticket.Words) error {
				told = append(told, what.String())
				if len(told) == 1 {
					return errors.New("no space left on device")
				}
				return nil
			},
			log: zerolog.New(&log),
		}
		if err := p.run(ctx); err != nil {
			t.Error(err)
		}
		if at[0] != patrolFirst || at[1] != patrolFirst+30*time.Hour+patrolEvery {
			t.Errorf("rounds at %v", at)
		}
		// The second day's could not be told and is told again; the last round was stopped.
		if len(told) != 3 || told[0] != told[1] || !strings.Contains(told[1], "found faults: 1,") || !strings.Contains(told[2], "found faults: 2,") {
			t.Errorf("told %q", told)
		}
		if !strings.Contains(log.String(), "no such page") {
			t.Errorf("the panic is not in the log:\n%s", log.String())
		}
		if n := strings.Count(log.String(), "its raw mail is missing"); n != 5 {
			t.Errorf("the fault was logged %d times, want 5:\n%s", n, log.String())
		}
	})
}

// TestPatrolStops: the end of the desk ends a round, and nothing is said about it.
func TestPatrolStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var log bytes.Buffer
		p := &patrol{log: zerolog.New(&log), pages: func(ctx context.Context, _ func(boltstore.Finding)) error {
			cancel()
			return ctx.Err()
		}}
		if err := p.run(ctx); err != nil || log.Len() > 0 {
			t.Errorf("%v\n%s", err, log.String())
		}
	})
}
