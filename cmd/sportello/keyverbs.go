package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"sportello/ticket"
)

func (a *app) keyVerbs() *cobra.Command {
	return a.family("key", "Change the keys that letters and ledgers are signed with, take reply addresses back", a.keyRotate())
}

func (a *app) keyRotate() *cobra.Command {
	var id, technician string
	cmd := &cobra.Command{
		Use: "rotate", Short: "Sign with a new key from now on; or take back the reply addresses of a ticket or technician",
		Long: `Make a new key: letters, their reply addresses and ledger entries are signed with
it from now on. What the key before has signed keeps its validity, 400 days at
most; then nothing counts any more that it signed but the entries of ledgers.

With --ticket or --technician no key is made: every reply address, quote link and
Message-ID of that ticket, or of that technician, that was handed out counts no
more from now on, as if it were no token. Letters from then on carry new ones.`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().StringVar(&id, "ticket", "", "take back all reply addresses of ticket `N`")
	cmd.Flags().StringVar(&technician, "technician", "", "take back all reply addresses of a technician, by `NAME` or address")
	cmd.MarkFlagsMutuallyExclusive("ticket", "technician")
	cmd.RunE = a.onDesk(func(ctx context.Context, o *office, _ []string) error {
		switch {
		case cmd.Flags().Changed("ticket"):
			return a.revokeTicket(ctx, o, id)
		case cmd.Flags().Changed("technician"):
			return a.revokeTechnician(ctx, o, technician)
		}
		return a.rotate(ctx, o)
	})
	return cmd
}

// keyJSON is a line of `key rotate --json`: one a key of the ring.
type keyJSON struct {
	Key     string `json:"key"`
	Since   string `json:"since"`   // "" for the first
	Retired string `json:"retired"` // when nothing but ledger entries counts that it signed; "" while it signs
}

// rotate makes the next key. Its file is on disk before anything is signed with
// it; wherever that ends early, the next start takes the key that lies there.
func (a *app) rotate(ctx context.Context, o *office) error {
	dir := o.config.Desk.StateDir
	keys, err := readKeys(dir)
	if err != nil {
		return keysRefused(err)
	}
	id, err := o.desk.Keys.NextKey()
	if err != nil {
		return fmt.Errorf("%w: no key can follow", err)
	}
	if keys.Current() < id { // else one lies there that was made and never used
		if err := o.desk.OpenKeys(ctx, keys); err != nil {
			return keysFault(err)
		}
		if err := writeKey(dir, id, rand.Reader); err != nil {
			return err
		}
	}
	if keys, err = readKeys(dir); err != nil {
		return keysRefused(err)
	}
	if err := o.desk.OpenKeys(ctx, keys); err != nil {
		return keysFault(err)
	}
	return a.showKeys(ctx, o)
}

// keysFault is err, as a refusal where a key is not as it was.
func keysFault(err error) error {
	if _, ok := errors.AsType[*ticket.KeyError](err); ok {
		return keysRefused(err)
	}
	return err
}

// showKeys tells what the keys of the desk do, and until when.
func (a *app) showKeys(ctx context.Context, o *office) error {
	ring, err := o.desk.Ring(ctx)
	if err != nil {
		return err
	}
	p := &page{w: a.stdout}
	for i, key := range ring.Keys {
		var retired time.Time
		if i+1 < len(ring.Keys) && !ring.Keys[i+1].Since.IsZero() {
			retired = ticket.Retired(ring.Keys[i+1].Since)
		}
		switch {
		case a.json:
			p.err = errors.Join(p.err, writeJSON(a.stdout, keyJSON{string(key.ID), o.instant(key.Since), o.instant(retired)}))
		case i+1 == len(ring.Keys):
			p.line("Key %c signs letters, reply addresses and ledger entries from now on.", key.ID)
		case o.now().Before(retired):
			p.line("Key %c signs no more. Customers' replies to what it signed count until %s at the latest, quotes 60 days, technicians' replies 90; then it is retired.",
				key.ID, retired.In(o.config.Desk.Zone).Format("Monday 2 January 2006"))
		case !retired.IsZero():
			p.line("Key %c is retired: nothing counts any more that it signed but ledger entries.", key.ID)
		}
	}
	if !a.json {
		p.line("Keep all of them in %s: the entries of ledgers are proved by the key that signed them. Make a backup now; one from before cannot prove what the new key signs.", keysDir+"/")
	}
	return p.err
}

func (a *app) revokeTicket(ctx context.Context, o *office, arg string) error {
	id, err := number[ticket.ID]("ticket", arg)
	if err != nil {
		return err
	}
	if err := errors.Join(o.desk.RevokeTicket(ctx, id, admin), o.recallRevoked(ctx)); err != nil {
		return err
	}
	return a.showRevoked(fmt.Sprintf("#%d", id), "An open quote on it must be offered again.")
}

func (a *app) revokeTechnician(ctx context.Context, o *office, who string) error {
	name, err := o.desk.RevokeTechnician(ctx, who, admin)
	if err == nil {
		err = o.recallRevoked(ctx)
	}
	if err != nil {
		return err
	}
	return a.showRevoked(name, "Mail to an old one is held and asked about.")
}

// showRevoked says that the tokens of a ticket or technician count no more.
func (a *app) showRevoked(whose, then string) error {
	if a.json {
		return writeJSON(a.stdout, struct {
			Revoked string `json:"revoked"`
		}{whose})
	}
	return a.say("All reply addresses of %s that were handed out are revoked; letters from now on carry new ones. %s", whose, then)
}
