package main

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/spf13/cobra"

	"sportello/ticket/boltstore"
)

func (a *app) initVerb() *cobra.Command {
	return &cobra.Command{
		Use: "init", Short: "Make the state directory of a new desk", Args: cobra.NoArgs,
		RunE: a.verb(func(context.Context, []string) error {
			c, err := a.config(false)
			if err != nil {
				return err
			}
			warning, err := checkVolume(c.Desk.StateDir)
			if err != nil {
				return err
			}
			if warning != "" {
				fmt.Fprintf(a.stderr, "warning: %s\n", warning)
			}
			if err := makeDesk(c.Desk.StateDir); err != nil {
				return err
			}
			if a.json {
				return a.showStep(stepJSON{"state directory", "ok", c.Desk.StateDir})
			}
			return a.say("A new desk lies in %s. Next: `sportello check --online`, then `sportello serve`.", c.Desk.StateDir)
		}),
	}
}

// makeDesk makes an empty desk with its first key; one that is there already
// is left alone.
func makeDesk(stateDir string) error {
	store, err := boltstore.Create(stateDir, boltstore.Options{})
	if err != nil {
		return fmt.Errorf("making the desk: %w", err)
	}
	if err := store.Close(); err != nil {
		return fmt.Errorf("making the desk: %w", err)
	}
	if err := makeKey(stateDir, rand.Reader); err != nil {
		return fmt.Errorf("%s is a desk without a key, remove it and try again: %w", stateDir, err)
	}
	return nil
}
