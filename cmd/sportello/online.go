package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"sportello/ticket"
)

// onlineTime bounds the try of one server.
const onlineTime = time.Minute

// checkOnline logs in to both servers and changes nothing there.
func (a *app) checkOnline(ctx context.Context, c *Config) error {
	desk := &ticket.Desk{}
	poller, err := c.newPoller(desk, a.env, zerolog.Nop())
	if err != nil {
		return err
	}
	sender, err := c.newSender(desk, nil, a.env, zerolog.Nop())
	if err != nil {
		return err
	}
	var failed []error
	for _, try := range []struct {
		name  string
		check func(context.Context) error
	}{
		{"imap " + c.IMAP.Addr() + " " + c.IMAP.Mailbox, poller.Check},
		{"smtp " + c.SMTP.Addr(), sender.Check},
	} {
		tctx, cancel := context.WithTimeout(ctx, onlineTime)
		err := try.check(tctx)
		cancel()
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", try.name, err))
			continue
		}
		fmt.Fprintf(a.stdout, "%s: works\n", try.name)
	}
	return errors.Join(failed...)
}
