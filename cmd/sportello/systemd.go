package main

import (
	"strings"
	"time"

	systemd "github.com/coreos/go-systemd/v22/daemon"
	"github.com/rs/zerolog"
)

// notifySystemd returns what tells systemd how the service stands. Outside
// systemd it does nothing.
func notifySystemd(log zerolog.Logger) func(states ...string) {
	return func(states ...string) {
		for i, s := range states {
			if s == systemd.SdNotifyReloading {
				states[i] += "\n" + systemd.SdNotifyMonotonicUsec()
			}
		}
		if _, err := systemd.SdNotify(false, strings.Join(states, "\n")); err != nil {
			log.Warn().Err(err).Msg("systemd was not told")
		}
	}
}

// sweepEvery is how often the desk looks at its clocks: often enough for the
// watchdog of systemd, which is fed then.
func sweepEvery() time.Duration {
	limit, err := systemd.SdWatchdogEnabled(false)
	if err != nil || limit <= 0 {
		return sweepInterval
	}
	return min(sweepInterval, limit/3)
}
