package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
	inTime, cancel := context.WithTimeout(ctx, childTime)
	defer cancel()
	said, err := child(inTime, nil, "inspect-store", stateDir, fmt.Sprintf("--after-restore=%t", afterRestore))
	if err != nil && inTime.Err() != nil {
		return fmt.Errorf("quick check: %w", inTime.Err())
	}
	return childVerdict(err, said, "quick check", stateDir)
}

// child runs this program with args in a process of its own, until ctx ends, and
// writes what it prints into stdout, which may be nil. One that is told to stop, as
// with all processes of a service, is begun once more: where that was meant for us
// too ctx has ended by then.
func child(ctx context.Context, stdout *bytes.Buffer, args ...string) (said string, err error) {
	self := "/proc/self/exe" // also when another version was put in its place
	if _, err := os.Stat(self); err != nil {
		if self, err = os.Executable(); err != nil {
			return "", err
		}
	}
	for range 2 {
		var stderr bytes.Buffer
		cmd := exec.CommandContext(ctx, self, args...)
		cmd.Stderr = &stderr
		if stdout != nil {
			stdout.Reset()
			cmd.Stdout = stdout
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // what a terminal says is for us
		err = cmd.Run()
		if said = stderr.String(); !endedBy(err, syscall.SIGTERM) {
			break
		}
	}
	return said, err
}

// endedBy tells whether a process was ended by one of sigs.
func endedBy(err error, sigs ...syscall.Signal) bool {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && slices.Contains(sigs, status.Signal())
}

// childVerdict is what it means that a child which looked at the store in
// stateDir ended so and said that. One that crashed met pages that cannot be
// read; one that somebody killed says nothing about them.
func childVerdict(err error, said, what, stateDir string) error {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		return nil
	}
	text, _, _ := strings.Cut(strings.TrimPrefix(said, "sportello: "), "\n")
	switch {
	case endedBy(err, syscall.SIGKILL, syscall.SIGTERM):
		return fmt.Errorf("%s: the process that looked at %s was ended (%w)", what, stateDir, err)
	case exit.ExitCode() == crashed || exit.ExitCode() < 0:
		return statusError{exitRefused, fmt.Errorf("%s: reading the database in %s ended the process that tried (%w: %s): it is damaged or cut short; restore the last backup (sportello restore)",
			what, stateDir, err, text)}
	}
	return statusError{exit.ExitCode(), errors.New(text)}
}

// crashed is how Go ends a program that panics or faults.
const crashed = 2

// inspectVerb is the child's side. It opens the store as `serve` will, which
// tells who holds it, and then takes the quick look at its pages. With --pages it
// looks at every page of a file as of a state that another process keeps, and
// prints what it finds.
func (a *app) inspectVerb() *cobra.Command {
	var after bool
	var pages string
	cmd := &cobra.Command{Use: "inspect-store PATH", Hidden: true, Args: cobra.ExactArgs(1)}
	cmd.Flags().BoolVar(&after, "after-restore", false, "as for serve")
	cmd.Flags().StringVar(&pages, "pages", "", "the state, in JSON")
	cmd.RunE = a.verb(func(ctx context.Context, args []string) error {
		if pages != "" {
			return a.inspectPages(ctx, args[0], pages)
		}
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

func (a *app) inspectPages(ctx context.Context, path, state string) error {
	var v boltstore.PageVersion
	if err := json.Unmarshal([]byte(state), &v); err != nil {
		return usagef("--pages: %w", err)
	}
	var printing error
	if err := boltstore.CheckPages(ctx, path, v, func(f boltstore.Finding) {
		if err := writeJSON(a.stdout, f); printing == nil {
			printing = err
		}
	}); err != nil {
		return err
	}
	return printing
}

// pagesInChild is boltstore.CheckPages in a process of its own: the check of a large
// file costs the desk no memory, and nothing that stands in the file can end it.
func pagesInChild(ctx context.Context, path string, v boltstore.PageVersion, report func(boltstore.Finding)) error {
	state, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("check pages: %w", err)
	}
	var out bytes.Buffer
	said, err := child(ctx, &out, "inspect-store", path, "--pages", string(state))
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("check pages: %w", ctx.Err())
	}
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended { // no process can be had: reading is safe here too
		return boltstore.CheckPages(ctx, path, v, report)
	}
	for from := json.NewDecoder(&out); err == nil; {
		var f boltstore.Finding
		if end := from.Decode(&f); end == io.EOF {
			return nil
		} else if end != nil {
			return fmt.Errorf("check pages: %w", end)
		}
		report(f)
	}
	if err = childVerdict(err, said, "check pages", path); exitCode(err) == exitRefused {
		report(boltstore.Finding{Level: "error", Promise: "P11", Where: filepath.Base(path), Text: err.Error()})
		return nil
	}
	return err
}
