package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/rs/zerolog"

	"sportello/ticket"
	"sportello/ticket/boltstore"
)

// When the store is looked at as `fsck` does (DESIGN.md, section 6): not while
// the desk is busy starting, then daily.
const (
	patrolFirst = 5 * time.Minute
	patrolEvery = 24 * time.Hour
	patrolLines = 10 // findings that are logged one by one
)

// patrol checks the whole store again and again while the desk works on it. One
// round ends before the next is thought of.
type patrol struct {
	check func(ctx context.Context, report func(boltstore.Finding)) error
	alert func(ctx context.Context, told ticket.Words) error // tells the technicians
	log   zerolog.Logger
	told  string // what was told last: the same is not told every day
}

// run patrols until ctx ends. What it finds never ends the desk, only a failed
// commit does.
func (p *patrol) run(ctx context.Context) error {
	for wait := patrolFirst; ; wait = patrolEvery {
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return nil
		case <-t.C:
		}
		if err := p.round(ctx); err != nil {
			return err
		}
	}
}

// round is one check, and what is said about it. Its error ends the desk.
func (p *patrol) round(ctx context.Context) error {
	start := time.Now()
	faults, first, where := 0, "", ""
	err := p.check(ctx, func(f boltstore.Finding) {
		if f.Level != "error" {
			return
		}
		if faults++; faults == 1 {
			first, where = f.Where+": "+f.Text, f.Where
		}
		if faults <= patrolLines {
			p.log.Error().Str("promise", f.Promise).Str("where", f.Where).Str("finding", f.Text).Msg("the database has a fault")
		}
	})
	debug.FreeOSMemory() // the page check remembers every page
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		p.log.Error().Err(err).Msg("the database could not be checked")
		return nil
	case faults == 0:
		p.log.Info().Dur("took", time.Since(start)).Msg("the database was checked: no faults")
		p.told = ""
		return nil
	}
	p.log.Error().Int("faults", faults).Msg("the database was checked: run `sportello fsck`, and keep the last backup")
	text := fmt.Sprintf("%d, %s", faults, first)
	if text == p.told {
		return nil
	}
	err = p.alert(ctx, ticket.Say("fsck", faults, where))
	switch {
	case errors.Is(err, ticket.ErrCommit):
		return fmt.Errorf("alert: %w", err)
	case err != nil:
		p.log.Error().Err(err).Msg("the technicians could not be told")
	default:
		p.told = text
	}
	return nil
}

// newPatrol checks the store of d and tells the technicians of its current desk.
func (d *service) newPatrol() *patrol {
	return &patrol{
		check: func(ctx context.Context, report func(boltstore.Finding)) error {
			return d.store.Check(ctx, false, report)
		},
		alert: func(ctx context.Context, told ticket.Words) error {
			return d.current.Load().desk.Alert(ctx, "fsck", told)
		},
		log: d.log.With().Str("part", "check").Logger(),
	}
}
