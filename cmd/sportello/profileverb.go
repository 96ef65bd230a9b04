package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"slices"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
)

// A profile takes at least and at most so long, and no more than so many bytes.
const (
	shortestProfile = time.Second
	longestProfile  = 5 * time.Minute
	mostProfile     = 256 << 20
)

func (a *app) profileVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use: "profile cpu|heap|trace [DURATION]", Short: "Write what a running desk spends its time or memory on",
		Long: `Write a profile of the running desk to standard output, for "go tool pprof" (cpu and
heap) or "go tool trace": what it does for DURATION, 10s unless told, from 1s to 5m;
heap is what it holds at the end of it, 0s unless told. One profile is taken at a
time, and it ends when the caller goes away. It holds names of functions, counts and
times, and nothing of mail, addresses or keys.`,
		Example: "  sportello profile cpu 10s >desk.pprof",
		Args:    cobra.RangeArgs(1, 2),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		kind, long, err := profileArgs(args)
		if err != nil {
			return err
		}
		if a.office != nil {
			return a.onDesk(func(ctx context.Context, _ *office, _ []string) error { return a.profile(ctx, kind, long) })(cmd, args)
		}
		if f, ok := a.stdout.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
			return usagef("profile: what it writes is not for people to read; send it into a file: sportello profile %s >FILE", kind)
		}
		a.begun, a.bulk = true, a.stdout
		c, err := a.config(false)
		if err != nil {
			return err
		}
		if done, err := a.forwarded(cmd.Context(), c, nil); done {
			return err
		}
		return errors.New("profile: no desk is running; only one that runs can be looked at")
	}
	return cmd
}

// profileArgs reads which profile is asked for, and for how long.
func profileArgs(args []string) (kind string, long time.Duration, err error) {
	kinds := []string{"cpu", "heap", "trace"}
	if kind = args[0]; !slices.Contains(kinds, kind) {
		return "", 0, usagef("profile: %q is none; it must be %s", kind, oneOf(kinds))
	}
	if long = 10 * time.Second; kind == "heap" {
		long = 0
	}
	if len(args) < 2 {
		return kind, long, nil
	}
	if long, err = parseDuration(args[1]); err != nil || long < shortestProfile || long > longestProfile {
		return "", 0, usagef("profile: %q is no time for one; it must be from %s to %s, like \"10s\"", args[1], shortestProfile, longestProfile)
	}
	return kind, long, nil
}

// profile writes one to a.bulk, unless another is being taken.
func (a *app) profile(ctx context.Context, kind string, long time.Duration) error {
	if a.bulk == nil || a.profiling == nil {
		return usagef("profile: nobody takes it")
	}
	if !a.profiling.TryLock() {
		return statusError{exitBusy, errors.New("profile: another one is being taken; try again when it is done")}
	}
	defer a.profiling.Unlock()
	ctx, full := context.WithCancel(ctx)
	defer full()
	w := &limitedProfile{to: a.bulk, left: mostProfile, full: full}
	if err := takeProfile(ctx, w, kind, long); err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	return w.failure()
}

// takeProfile writes to w what the process does until long is over or ctx ends.
func takeProfile(ctx context.Context, w io.Writer, kind string, long time.Duration) (err error) {
	stop := func() {}
	switch kind {
	case "cpu":
		err, stop = pprof.StartCPUProfile(w), pprof.StopCPUProfile
	case "trace":
		err, stop = trace.Start(w), trace.Stop
	}
	if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case <-time.After(long):
	}
	stop()
	if kind != "heap" || ctx.Err() != nil {
		return nil
	}
	runtime.GC() // so that it shows what is held, not what was thrown away
	return pprof.Lookup("heap").WriteTo(w, 0)
}

// limitedProfile passes a profile on as far as there is room for it; full ends it.
type limitedProfile struct {
	mu   sync.Mutex // a trace writes from a goroutine of its own
	to   io.Writer
	left int
	full func()
	err  error
}

func (l *limitedProfile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left -= len(p); l.left < 0 && l.err == nil {
		l.err = fmt.Errorf("profile: it became larger than %s and is cut short; ask for a shorter one", shownSize(mostProfile))
	}
	if l.err == nil {
		_, l.err = l.to.Write(p)
	}
	if l.err != nil {
		l.full()
		return 0, l.err
	}
	return len(p), nil
}

func (l *limitedProfile) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}
