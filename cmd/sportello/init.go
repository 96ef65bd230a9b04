package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"sportello/ticket/boltstore"
)

func (a *app) initVerb() *cobra.Command {
	return &cobra.Command{
		Use: "init", Short: "Make the state directory of a new desk", Args: cobra.NoArgs,
		Long: `Make the state directory of a new desk, for its owner alone. Called by root in
another user's folder, all of it is that user's.`,
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
// is left alone. A folder that is not there comes to be with a whole desk in it,
// or not at all. Where root calls, it is its owner's: see actAsOwner.
func makeDesk(stateDir string) error {
	if err := actAsOwner(stateDir); err != nil {
		return fmt.Errorf("making the desk: %w", err)
	}
	if _, err := os.Lstat(stateDir); !errors.Is(err, fs.ErrNotExist) {
		return layDesk(stateDir)
	}
	stateDir = filepath.Clean(stateDir)
	work := stateDir + ".new" // what is left of one that was cut short holds nothing
	if err := os.RemoveAll(work); err != nil {
		return fmt.Errorf("making the desk: %w", err)
	}
	if err := layDesk(work); err != nil {
		return err
	}
	if err := errors.Join(os.Rename(work, stateDir), syncDir(filepath.Dir(stateDir))); err != nil {
		return fmt.Errorf("making the desk: %w", err)
	}
	return nil
}

// makeFirst makes the desk of a service that was never started. A folder that
// is there is left as it is, empty or not: its disk may not be mounted, and a desk
// that was lost must be missed.
func makeFirst(stateDir string) error {
	if _, err := os.Lstat(stateDir); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return makeDesk(stateDir)
}

// layDesk makes the files of an empty desk in dir.
func layDesk(dir string) error {
	store, err := boltstore.Create(dir, boltstore.Options{})
	if err != nil {
		return fmt.Errorf("making the desk: %w", err)
	}
	if err := store.Close(); err != nil {
		return fmt.Errorf("making the desk: %w", err)
	}
	if err := makeKey(dir, rand.Reader); err != nil {
		return fmt.Errorf("%s is a desk without a key, remove it and try again: %w", dir, err)
	}
	return nil
}
