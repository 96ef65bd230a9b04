package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// signalRounds is how often each order of signals is given; more with
// SPORTELLO_SIGNALS.
func signalRounds(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("SPORTELLO_SIGNALS"))
	if err != nil {
		return 3
	}
	return n
}

// TestSignals gives a real daemon signals at random moments of its start and of its
// work. Each is obeyed: it goes on, or ends with 0 when it was told to end.
func TestSignals(t *testing.T) {
	const hup, term, intr = syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT
	rnd := rand.New(rand.NewPCG(7, 8))
	d := newDaemon(t, crashConfig)
	for _, c := range []struct {
		during  string // "start": from when it opens the store on; "work": from READY=1 on
		signals []syscall.Signal
	}{
		{"work", []syscall.Signal{hup, hup}},
		{"work", []syscall.Signal{hup, hup, hup, hup, hup}},
		{"work", []syscall.Signal{hup, term}},
		{"work", []syscall.Signal{hup, hup, term}},
		{"work", []syscall.Signal{term, hup}},
		{"work", []syscall.Signal{term, term}},
		{"work", []syscall.Signal{intr, hup, term}},
		{"start", []syscall.Signal{hup}},
		{"start", []syscall.Signal{hup, hup}},
		{"start", []syscall.Signal{term}},
		{"start", []syscall.Signal{hup, term}},
		{"start", []syscall.Signal{term, hup}},
	} {
		t.Run(fmt.Sprint(c.during, c.signals), func(t *testing.T) {
			for range signalRounds(t) {
				if c.during == "work" {
					d.serve(t)
				} else {
					d.launch(t)
					d.awaitChild(t)
				}
				ends := false
				for _, sig := range c.signals {
					pause := time.NewTimer(time.Duration(rnd.IntN(12_000)) * time.Microsecond)
					<-pause.C
					_ = d.cmd.Process.Signal(sig) // it may have ended
					ends = ends || sig != hup
				}
				if !ends {
					if c.during == "start" {
						d.awaitReady(t)
					}
					d.stats(t) // it answers
				}
				d.stop(t)
			}
		})
	}
}

// awaitChild waits until the daemon looks at the store in another process, or has
// ended.
func (d *daemon) awaitChild(t *testing.T) {
	t.Helper()
	tick := time.NewTicker(200 * time.Microsecond)
	defer tick.Stop()
	for range tick.C {
		if len(d.told) > 0 {
			return
		}
		lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", d.cmd.Process.Pid))
		if err != nil || len(lists) == 0 {
			return
		}
		for _, list := range lists {
			if children, err := os.ReadFile(list); err == nil && len(children) > 0 {
				return
			}
		}
	}
}
