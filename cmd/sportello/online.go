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

// A step is one thing that `check --online` tries. try says what was found; an
// error is either notApplicable or a failure.
type step struct {
	name string
	try  func(context.Context) (found string, err error)
}

// notApplicable is why a step was not tried, or can say nothing.
type notApplicable string

func (n notApplicable) Error() string { return string(n) }

// stepJSON is a step of `check --online --json`.
type stepJSON struct {
	Step   string `json:"step"`
	Result string `json:"result"` // ok, failed or skipped
	Text   string `json:"text"`
}

// checkOnline tries everything that the desk needs from the network, says of
// each step how it went, and remembers it. After a failure the others are still tried.
func (a *app) checkOnline(ctx context.Context, c *Config) error {
	p, err := a.newProbe(c)
	if err != nil {
		return err
	}
	steps := p.steps()
	said, err := a.tryAll(ctx, steps)
	if ctx.Err() != nil || len(said) < len(steps) {
		return err // what was broken off says nothing about the servers
	}
	if kept := a.remember(c, said); kept != nil {
		fmt.Fprintf(a.stderr, "warning: `serve` will not know what was found: %v\n", kept)
	}
	return err
}

// tryAll prints and returns how each step went; its error names those that failed.
func (a *app) tryAll(ctx context.Context, steps []step) (all []stepJSON, err error) {
	var failed []string
	for _, s := range steps {
		found, err := s.try(ctx)
		said := stepJSON{s.name, "ok", found}
		switch skip := notApplicable(""); {
		case errors.As(err, &skip):
			said.Result, said.Text = "skipped", err.Error()
		case err != nil:
			said.Result, said.Text = "failed", err.Error()
			failed = append(failed, s.name)
		}
		all = append(all, said)
		if err := a.showStep(said); err != nil {
			return all, err
		}
	}
	if len(failed) > 0 {
		err = fmt.Errorf("check --online: failed: %s", strings.Join(failed, ", "))
	}
	return all, err
}

func (a *app) showStep(s stepJSON) error {
	if a.json {
		return writeJSON(a.stdout, s)
	}
	p := &page{w: a.stdout}
	switch {
	case s.Text == "":
		p.line("%s: %s", plain(s.Step), s.Result)
	case s.Result == "skipped":
		p.line("%s: does not apply: %s", plain(s.Step), plain(s.Text))
	default:
		p.line("%s: %s: %s", plain(s.Step), s.Result, plain(s.Text))
	}
	return p.err
}

// newProbe wires the parts that reach the servers; there is no desk behind them.
func (a *app) newProbe(c *Config) (*probe, error) {
	desk := &ticket.Desk{}
	poller, err := c.newPoller(desk, a.env, zerolog.Nop())
	if err != nil {
		return nil, err
	}
	sender, err := c.newSender(desk, nil, a.env, zerolog.Nop())
	if err != nil {
		return nil, err
	}
	return &probe{config: c, poller: poller, sender: sender, patience: probeTime}, nil
}

// steps are what is tried, in order: mail only where both servers answered.
func (p *probe) steps() []step {
	down := ""
	server := func(name string, check func(context.Context) error) step {
		return step{name, func(ctx context.Context) (string, error) {
			ctx, cancel := context.WithTimeout(ctx, onlineTime)
			defer cancel()
			err := check(ctx)
			if err != nil && down == "" {
				down = name
			}
			return "", err
		}}
	}
	mail := func(name string, judge func(context.Context) (string, error)) step {
		return step{name, func(ctx context.Context) (string, error) {
			if down != "" {
				return "", notApplicable("not tried, because this failed: " + down)
			}
			if err := p.run(ctx); err != nil {
				return "", err
			}
			return judge(ctx)
		}}
	}
	c := p.config
	return []step{
		server("imap "+c.IMAP.Addr()+" "+c.IMAP.Mailbox, p.poller.Check),
		server("smtp "+c.SMTP.Addr(), p.sender.Check),
		{strings.TrimSpace("dns " + c.Security.Resolver), c.tryDNS},
		mail("mail to "+c.Desk.Address, p.judgeDesk),
		mail("token address", p.judgeToken),
		mail("Authentication-Results", p.judgeForged),
		mail("signature", p.judgeSignature),
	}
}

// verifies tells whether a signature ever counts.
func (c *Config) verifies() bool {
	return c.Security.VerifyDKIM && !(c.Security.TechnicianToken && c.Security.CustomerToken)
}

const errNotVerified = notApplicable("no signature is verified with this [security]")

// tryDNS asks for a record as the verification of signatures will; that there
// is none is an answer too.
func (c *Config) tryDNS(ctx context.Context) (string, error) {
	if !c.verifies() {
		return "", errNotVerified
	}
	lookup := lookupTXT(c.Security.Resolver)
	if lookup == nil {
		lookup = net.DefaultResolver.LookupTXT
	}
	ctx, cancel := context.WithTimeout(ctx, onlineTime)
	defer cancel()
	_, err := lookup(ctx, "_dmarc."+c.addresses().Domain())
	if none, ok := errors.AsType[*net.DNSError](err); ok && none.IsNotFound {
		return "", nil
	}
	return "", err
}
