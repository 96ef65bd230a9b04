package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"sportello/ticket/boltstore"
)

// childTime bounds the quick check.
const childTime = 30 * time.Second

// checkInChild looks at the store in another process, read-only: reading a
// damaged file through a memory map can kill the process that does it.
func (a *app) checkInChild(ctx context.Context, stateDir string, afterRestore bool) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("quick check: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, childTime)
	defer cancel()
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, self, "inspect-store", stateDir, fmt.Sprintf("--after-restore=%t", afterRestore))
	cmd.Stderr = &said
	err = cmd.Run()
	exit, ok := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("quick check: %w", ctx.Err())
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

// inspectVerb is the child's side. It opens the store as `serve` will, which
// tells who holds it, and then takes the quick look at its pages.
func (a *app) inspectVerb() *cobra.Command {
	var after bool
	cmd := &cobra.Command{Use: "inspect-store DIR", Hidden: true, Args: cobra.ExactArgs(1)}
	cmd.Flags().BoolVar(&after, "after-restore", false, "as for serve")
	cmd.RunE = a.verb(func(_ context.Context, args []string) error {
		store, err := boltstore.Open(args[0], boltstore.Options{ReadOnly: true, AfterRestore: after, Timeout: time.Second})
		if err == nil {
			err = store.Close()
		}
		if err == nil {
			err = boltstore.QuickCheck(filepath.Join(args[0], "desk.db"))
		}
		if err != nil {
			return fmt.Errorf("quick check: %w", err)
		}
		return nil
	})
	return cmd
}
