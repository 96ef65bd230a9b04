package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"sportello/ticket"
	"sportello/ticket/boltstore"
)

// office is a desk that is open: its configuration, its store and its verbs.
type office struct {
	config   *Config
	store    *boltstore.Store
	desk     *ticket.Desk
	now      func() time.Time
	lastPoll func() time.Time // when the mailbox was last read; zero: not yet
	believe  func() bool      // takes the machine's clock for right; tells whether it was not. nil: nobody watches it
}

// openOffice opens the store and puts the desk on it. The caller closes the store.
func openOffice(c *Config, env environment, o boltstore.Options) (*office, error) {
	if err := checkOwner(c.Desk.StateDir, os.Geteuid()); err != nil {
		return nil, err
	}
	keys, err := readKeys(c.Desk.StateDir)
	if err != nil {
		if _, serr := os.Stat(c.Desk.StateDir); serr == nil || !errors.Is(err, os.ErrNotExist) {
			err = keysRefused(err)
		}
	}
	now, _ := newClock(env)
	o.CheckPages = pagesInChild
	if o.AfterRestore {
		o.Restored = func(tx ticket.Tx) error { return ticket.BeginAgain(tx, now()) }
	}
	store, serr := boltstore.Open(c.Desk.StateDir, o)
	if serr != nil {
		return nil, fmt.Errorf("opening the desk: %w", serr)
	}
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	off := &office{config: c, store: store, now: now, lastPoll: func() time.Time { return time.Time{} }}
	off.desk = c.newDesk(store, keys, c.newReading(keys), now)
	if err := off.desk.OpenKeys(context.Background(), keys); err != nil {
		return nil, errors.Join(keysFault(err), store.Close())
	}
	if err := off.recallRevoked(context.Background()); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	if err := off.recallErasures(context.Background()); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	if err := off.desk.EnterLots(context.Background()); err != nil { // of a desk older than its ledgers
		err = fmt.Errorf("opening the desk: %w", err)
		if !errors.Is(err, ticket.ErrCommit) { // what cannot be read cannot be read at the next start
			err = statusError{exitRefused, err}
		}
		return nil, errors.Join(err, store.Close())
	}
	return off, nil
}

// keysRefused is the refusal of a desk whose keys are not there as they were: a new
// one would make all letters and ledger entries signed with the old look forged.
func keysRefused(err error) error {
	return statusError{exitRefused, fmt.Errorf("%w; the letters and ledgers of this desk are signed with its keys, and a new one would not do: put the folder keys/ back from a backup (sportello restore)", err)}
}

// newDesk makes the desk that a configuration describes, and lets r read mail
// with the letters that it sent.
func (c *Config) newDesk(store ticket.Store, keys ticket.Keys, r *reading, now func() time.Time) *ticket.Desk {
	desk := &ticket.Desk{
		Store: store, Policy: c.Policy.Policy, Keys: keys, Name: c.Desk.Name, Tag: c.Desk.Tag, Addresses: c.addresses(),
		Language: c.Desk.Language, Zone: c.Desk.Zone, Technicians: c.Technicians, Monitors: c.Desk.Monitors, ReopenDays: c.Desk.ReopenDays, Retention: c.Desk.Retention,
		Limits: ticket.Limits{
			AcksPerAddressHour: c.Limits.AcksPerAddressHour, AcksPerHour: c.Limits.AcksPerHour,
			TicketsPerStrangerHour: c.Limits.TicketsPerStrangerHour, TicketsPerContactHour: c.Limits.TicketsPerContactHour,
			Relay: c.Limits.Relay, ChargePerTechnicianDay: c.Limits.ChargePerTechnicianDay, ChargeAlert: c.Limits.ChargeAlert,
		},
		TokenTechnician: c.Security.TechnicianToken, TokenCustomer: c.Security.CustomerToken,
		Now: now, Reread: r.reread,
	}
	r.Sent = func(key string) [][]byte { return desk.Sent(context.Background(), key) }
	return desk
}

// instant and moment show times in the desk's zone, to programs and to people.
func (o *office) instant(t time.Time) string { return instant(t, o.config.Desk.Zone) }
func (o *office) moment(t time.Time) string  { return moment(t, o.config.Desk.Zone) }

// storeExit is the exit status for what a store answered.
func storeExit(err error) int {
	if errors.Is(err, boltstore.ErrBusy) {
		return exitBusy
	}
	for _, refused := range []error{boltstore.ErrMissing, boltstore.ErrExists, boltstore.ErrEmpty, boltstore.ErrShort,
		boltstore.ErrForeign, boltstore.ErrNewer, boltstore.ErrOlder, boltstore.ErrUnwitnessed, boltstore.ErrDamaged, boltstore.ErrMonth, boltstore.ErrSpoiled} {
		if errors.Is(err, refused) {
			return exitRefused
		}
	}
	return exitFailed
}

// A deskVerb does something on an open desk.
type deskVerb func(ctx context.Context, o *office, args []string) error

// onDesk makes do the body of a command. While a daemon runs the desk, the
// whole call goes to it through the control socket; otherwise this process
// opens the store.
func (a *app) onDesk(do deskVerb) func(*cobra.Command, []string) error {
	return a.onDeskWith(func([]string) []string { return nil }, do)
}

// onDeskWith is onDesk for verbs that read files: files names them.
func (a *app) onDeskWith(files func(args []string) []string, do deskVerb) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		a.begun = true
		ctx := cmd.Context()
		if a.office != nil {
			return do(ctx, a.office, args)
		}
		c, err := a.config(false)
		if err != nil {
			return err
		}
		if done, err := a.forwarded(ctx, c, files(args)); done {
			return err
		}
		o, err := openOffice(c, a.env, boltstore.Options{Timeout: time.Second})
		if errors.Is(err, boltstore.ErrBusy) { // perhaps a daemon that was just starting
			if done, err := a.forwarded(ctx, c, files(args)); done {
				return err
			}
		}
		if err != nil {
			return err
		}
		return errors.Join(do(ctx, o, args), o.store.Close())
	}
}

// forwarded lets the daemon do this call; false when none answers.
func (a *app) forwarded(ctx context.Context, c *Config, files []string) (bool, error) {
	code, err := a.forward(ctx, c.Desk.StateDir, files)
	if err == nil && code != exitOK {
		err = statusError{code: code}
	}
	return !errors.Is(err, errNoDaemon), err
}

func argsAreFiles(args []string) []string { return args }
