package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sportello/ticket"
)

// retainEvery is how often it is looked whether the time of closed tickets is over.
const retainEvery = 24 * time.Hour

// retain erases closed tickets whose time is over, as desk.retention says. Only an
// error after which the process must end stops it; any other is tried again.
func (p *parts) retain(ctx context.Context) error {
	if p.office.config.Desk.Retention == 0 {
		return nil
	}
	tick := time.NewTicker(retainEvery)
	defer tick.Stop()
	for {
		err := recovered("erasing what is old", func() error { return p.retainAll(ctx) })
		switch {
		case errors.Is(err, ticket.ErrCommit):
			return fmt.Errorf("retention: %w", err)
		case err != nil && ctx.Err() == nil:
			because(p.log.Error(), err).Msg("closed tickets whose time is over could not all be erased")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (p *parts) retainAll(ctx context.Context) error {
	for {
		n, err := p.office.desk.Retain(ctx)
		if n > 0 {
			p.log.Info().Int("tickets", n).Msg("closed tickets whose time is over were erased")
		}
		if n == 0 || err != nil {
			return err
		}
	}
}
