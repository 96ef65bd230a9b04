package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"sportello/ticket"
	"sportello/ticket/boltstore"
)

// childTime bounds the quick check.
const childTime = 30 * time.Second

// checkInChild tries to open the store in another process, read-only: reading
// a damaged file through a memory map can kill the process that does it.
func (a *app) checkInChild(ctx context.Context, stateDir string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("quick check: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, childTime)
	defer cancel()
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, self, "inspect-store", stateDir)
	cmd.Stderr = &said
	err = cmd.Run()
	exit, ok := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return nil
	case !ok:
		return fmt.Errorf("quick check: %w", err)
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return statusError{exitRefused, fmt.Errorf("quick check: reading the database in %s killed the process that tried (%s): it is damaged or cut short; restore the last backup (sportello restore)",
			stateDir, status.Signal())}
	}
	text, _, _ := strings.Cut(strings.TrimPrefix(said.String(), "sportello: "), "\n")
	return statusError{exit.ExitCode(), errors.New(text)}
}

// inspectVerb is the child's side: it opens the store, reads its counts and
// closes it.
func (a *app) inspectVerb() *cobra.Command {
	return &cobra.Command{
		Use: "inspect-store DIR", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: a.verb(func(ctx context.Context, args []string) error {
			store, err := boltstore.Open(args[0], boltstore.Options{ReadOnly: true, Timeout: time.Second})
			if err != nil {
				return fmt.Errorf("quick check: %w", err)
			}
			err = store.View(ctx, func(tx ticket.Tx) error {
				_, err := tx.Stats()
				return err
			})
			return errors.Join(err, store.Close())
		}),
	}
}
