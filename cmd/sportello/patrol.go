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

// When the store is looked at (DESIGN.md, section 6): its pages right after the
// start, in another process, and all that `fsck` looks at when the desk is no more
// busy starting, then daily.
const (
	patrolFirst = 5 * time.Minute
	patrolEvery = 24 * time.Hour
	patrolLines = 10 // findings that are logged one by one
)

// patrol checks the whole store again and again while the desk works on it. One
// round ends before the next is thought of.
type patrol struct {
	pages inspection // the pages alone
	check inspection
	alert func(ctx context.Context, told ticket.Words) error // tells the technicians
	log   zerolog.Logger
	told  string // what was told last: the same is not told every day
}

// inspection looks at the store. Its error means that it could not look.
type inspection func(ctx context.Context, report func(boltstore.Finding)) error

// run patrols until ctx ends. What it finds never ends the desk, only a failed
// commit does.
func (p *patrol) run(ctx context.Context) error {
	if err := p.round(ctx, p.pages); err != nil {
		return err
	}
	for wait := patrolFirst; ; wait = patrolEvery {
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return nil
		case <-t.C:
		}
		if err := p.round(ctx, p.check); err != nil {
			return err
		}
	}
}

// round is one check, and what is said about it. Its error ends the desk.
func (p *patrol) round(ctx context.Context, look inspection) error {
	start := time.Now()
	faults, first, where := 0, "", ""
	err := recovered("check", func() error {
		return look(ctx, func(f boltstore.Finding) {
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
	})
	debug.FreeOSMemory()
	switch {
	case ctx.Err() != nil:
		return nil
	case errors.Is(err, ticket.ErrCommit):
		return fmt.Errorf("check: %w", err)
	case err != nil:
		because(p.log.Error(), err).Msg("the database could not be checked")
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
		pages: d.store.Pages,
		check: func(ctx context.Context, report func(boltstore.Finding)) error {
			return d.store.Check(ctx, false, report)
		},
		alert: func(ctx context.Context, told ticket.Words) error {
			return d.current.Load().desk.Alert(ctx, "fsck", told)
		},
		log: d.log.With().Str("part", "check").Logger(),
	}
}
