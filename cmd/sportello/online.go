package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"sportello/ticket"
)

// onlineTime bounds the try of one server.
const onlineTime = time.Minute

// checkDNS asks for a record as the verification of signatures will; that there
// is none is an answer too.
func (c *Config) checkDNS(ctx context.Context) error {
	lookup := lookupTXT(c.Security.Resolver)
	if lookup == nil {
		lookup = net.DefaultResolver.LookupTXT
	}
	_, err := lookup(ctx, "_dmarc."+c.addresses().Domain())
	if none, ok := errors.AsType[*net.DNSError](err); ok && none.IsNotFound {
		return nil
	}
	return err
}

// checkOnline logs in to both servers, changing nothing there, and asks DNS
// where evidence about senders is wanted.
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
	tries := []try{
		{"imap " + c.IMAP.Addr() + " " + c.IMAP.Mailbox, poller.Check},
		{"smtp " + c.SMTP.Addr(), sender.Check},
	}
	if c.Security.VerifyDKIM && !(c.Security.TechnicianToken && c.Security.CustomerToken) {
		tries = append(tries, try{strings.TrimSpace("dns " + c.Security.Resolver), c.checkDNS})
	}
	var failed []error
	for _, t := range tries {
		tctx, cancel := context.WithTimeout(ctx, onlineTime)
		err := t.check(tctx)
		cancel()
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", t.name, err))
			continue
		}
		fmt.Fprintf(a.stdout, "%s: works\n", t.name)
	}
	return errors.Join(failed...)
}

// try is one thing that `check --online` looks at.
type try struct {
	name  string
	check func(context.Context) error
}
