package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/boltstore"
)

// stopTime is how long the parts may take to finish what they hold.
const stopTime = 28 * time.Second

func (a *app) serveVerb() *cobra.Command {
	var after, first bool
	cmd := &cobra.Command{
		Use: "serve", Short: "Run the desk until it is told to stop", Args: cobra.NoArgs,
		RunE: a.verb(func(ctx context.Context, _ []string) error { return a.serve(ctx, first, after) }),
	}
	cmd.Flags().BoolVar(&first, "init", false, "make the desk where its state directory is not there yet; one that is there is left as it is")
	cmd.Flags().BoolVar(&after, "after-restore", false, "the database was restored by hand: go on from it")
	return cmd
}

// serve is the daemon: it returns nil when ctx ends and everything was put
// away, and an error when it cannot start or go on.
func (a *app) serve(ctx context.Context, first, afterRestore bool) error {
	hup := make(chan os.Signal, 1) // caught from here on: one that comes while the desk is opened is no order to end
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	c, err := a.config(true)
	if err != nil {
		return err
	}
	log := a.newLog(c)
	warning, err := checkVolume(c.Desk.StateDir)
	if err != nil {
		return err
	}
	if warning != "" {
		log.Warn().Msg(warning)
	}
	if first {
		if err := makeFirst(c.Desk.StateDir); err != nil {
			return err
		}
	}
	if err := a.checkInChild(ctx, c.Desk.StateDir, afterRestore); err != nil {
		return toldToStop(ctx, err)
	}
	d, err := a.openService(c, log, boltstore.Options{AfterRestore: afterRestore})
	if err != nil {
		return err
	}
	d.hup = hup
	return d.run(ctx)
}

// service is the running daemon: it holds the store and the control socket and runs the parts of one
// configuration after the other.
type service struct {
	env     environment
	log     zerolog.Logger
	store   *boltstore.Store
	keys    ticket.Keys
	clock   *steadiness
	hup     <-chan os.Signal
	parts   *parts
	current atomic.Pointer[office]
	notify  func(states ...string) // tells systemd
}

// openService opens the store and wires the first parts.
func (a *app) openService(c *Config, log zerolog.Logger, o boltstore.Options) (*service, error) {
	office, err := openOffice(c, a.env, o)
	if err != nil {
		return nil, err
	}
	d := &service{env: a.env, log: log, store: office.store, keys: office.desk.Keys, clock: newSteadiness(), notify: notifySystemd(log)}
	if d.parts, err = newParts(c, d.store, d.keys, d.env, d.clock, log); err != nil { // the configuration cannot be put to work
		return nil, errors.Join(statusError{exitRefused, err}, d.store.Close())
	}
	d.current.Store(d.parts.office)
	return d, nil
}

// run answers on the socket and runs the parts until ctx ends.
func (d *service) run(ctx context.Context) error {
	c := d.current.Load().config
	socket, err := listenControl(c.Desk.StateDir, d.env, d.current.Load, d.log)
	if err != nil {
		return errors.Join(err, d.store.Close())
	}
	d.greet(c)
	d.greetRestored()
	d.notify("READY=1", "STATUS=running")
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return socket.serve(gctx) })
	g.Go(func() error { return d.work(gctx) })
	g.Go(func() error { return d.newPatrol().run(gctx) })
	ended := make(chan error, 1)
	go func() { ended <- g.Wait() }()
	select {
	case err = <-ended:
	case <-gctx.Done():
		d.log.Info().Msg("stopping")
		d.notify("STOPPING=1")
		select {
		case err = <-ended:
		case <-time.After(stopTime):
			return fmt.Errorf("the desk did not stop within %s", stopTime)
		}
	}
	err = toldToStop(ctx, err)
	if errors.Is(err, ticket.ErrCommit) { // what is on disk is found out at the next start, which refuses it or goes on
		return statusError{exitFailed, fmt.Errorf("ending: %w", err)}
	}
	if err = errors.Join(err, d.store.Close()); err != nil {
		return fmt.Errorf("ending: %w", err)
	}
	d.log.Info().Msg("stopped")
	return nil
}

// greet says in the log how the desk stands.
func (d *service) greet(c *Config) {
	d.log.Info().Str("desk", c.Desk.Address).Str("state_dir", c.Desk.StateDir).Str("build", buildVersion()).
		Str("policy", c.Policy.Policy.Digest()).Int("technicians", len(c.Technicians)).Msg("the desk is open")
	if c.Security.noEvidence() && !c.Security.TechnicianToken {
		d.log.Warn().Msg(`every mail of a technician will be held: nothing can prove its sender (security.technician = "authenticated", no authserv_id, verify_dkim = false)`)
	}
	for _, w := range c.trusting() {
		d.log.Warn().Str("security", w).Msg("the configuration trusts more than it should")
	}
	for _, w := range c.Policy.Policy.Warnings() {
		d.log.Warn().Str("policy", w).Msg("the policy file")
	}
	d.greetTried(c)
}

// greetRestored says that a restored desk sends nothing yet.
func (d *service) greetRestored() {
	if r, err := d.current.Load().desk.Restored(context.Background()); err == nil && r.Holding {
		d.log.Warn().Time("restored", r.At).Msg("the desk was restored: letters wait for `sportello queue release`")
	}
}

// work runs the parts; SIGHUP replaces them by those of the configuration as
// it is then.
func (d *service) work(ctx context.Context) error {
	for {
		pctx, cancel := context.WithCancel(ctx)
		p := d.parts
		p.beat = d.beat
		ended := make(chan error, 1)
		go func() { ended <- p.run(pctx) }()
		next, err := d.attend(ctx, ended)
		cancel()
		if next == nil {
			if err == nil {
				err = <-ended
			}
			return err
		}
		if err := <-ended; err != nil {
			return err
		}
		d.parts = next
		d.current.Store(next.office)
		d.notify("READY=1", "STATUS=running")
		d.log.Info().Msg("the new configuration is in force")
	}
}

// attend waits until the parts end or must be replaced. It returns the parts of
// the new configuration, or nil and, when the parts have ended, why.
func (d *service) attend(ctx context.Context, ended chan error) (*parts, error) {
	for {
		select {
		case <-ctx.Done():
			return nil, nil
		case err := <-ended:
			if err == nil && ctx.Err() == nil {
				err = errors.New("the parts ended by themselves")
			}
			ended <- err
			return nil, nil
		case <-d.hup:
			next, err := d.reload()
			if err == nil {
				return next, nil
			}
			d.log.Error().Err(err).Msg("the configuration has faults: the old one stays in force")
			d.notify("READY=1", "STATUS=running on the old configuration: the new one has faults")
		}
	}
}

// reload wires the parts of the configuration as it is now.
func (d *service) reload() (*parts, error) {
	d.notify("RELOADING=1")
	old := d.current.Load().config
	c, err := loadConfig(old.File, d.env, true)
	if err != nil {
		return nil, err
	}
	if filepath.Clean(c.Desk.StateDir) != filepath.Clean(old.Desk.StateDir) {
		return nil, fmt.Errorf("desk.state_dir cannot change while the desk runs; restart it")
	}
	missing, err := missingPlans(context.Background(), d.store, c.Policy.Policy, policy.DateOf(d.current.Load().now(), c.Desk.Zone))
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		return nil, heldFaults(c.policyName(), missing, c.Policy.Policy)
	}
	return newParts(c, d.store, d.keys, d.env, d.clock, d.log)
}

// beat tells systemd that the desk is alive: it is called after the clocks were
// looked at, which goes through the writer of the store.
func (d *service) beat(context.Context) {
	s := d.store.Stats()
	d.notify("WATCHDOG=1", fmt.Sprintf("STATUS=%d open, %d waiting; %d letters queued; mailbox: %s",
		s.Open, s.Waiting, s.Outbox[ticket.RowQueued], d.parts.poller.Status().Condition))
}
