package mailin

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Condition is how the reading of the mailbox stands.
type Condition int

const (
	Starting    Condition = iota + 1 // nothing was read yet
	Reading                          // all is well
	Unreachable                      // network, or a server in trouble
	Refused                          // the server turned the credentials down
	Untrusted                        // certificate or TLS not as they must be
	NoMailbox                        // logged in, but the mailbox cannot be opened
	Unlocked                         // the password or token cannot be had
	NotFiling                        // mail is there, but the desk cannot file it
	NotMoving                        // filed mail cannot be flagged or moved
	Restored                         // the mailbox came back from a backup; never the condition of a Poller
	Complaining                      // the server says something to people; never the condition of a Poller
)

var conditionNames = []string{"starting", "starting", "reading", "unreachable", "credentials refused", "server not trusted",
	"no such mailbox", "no credentials", "cannot file", "cannot move", "mailbox restored", "server complains"}

func (c Condition) String() string { return conditionNames[c] }

var errFiling = errors.New("file")

// unopened is a mailbox that could not be opened.
type unopened struct {
	name string
	err  error
}

func (u unopened) Error() string { return fmt.Sprintf("open the mailbox %s: %v", u.name, u.err) }
func (u unopened) Unwrap() error { return u.err }

// conditionOf tells what an error of a session means.
func conditionOf(err error) Condition {
	switch {
	case errors.As(err, new(refused)):
		return Refused
	case errors.As(err, new(untrusted)):
		return Untrusted
	case errors.As(err, new(noCredentials)):
		return Unlocked
	case errors.Is(err, errFiling):
		return NotFiling
	}
	no := refusedBy(err)
	switch box := new(unopened); {
	case no == nil:
	case aboutCredentials(no):
		return Refused
	case errors.As(err, box) && missing(no, strings.EqualFold(box.name, "INBOX")):
		return NoMailbox
	}
	return Unreachable
}

const (
	firstPause = time.Second
	lastPause  = 5 * time.Minute
	// settled is how long a session must have worked for the pauses to begin anew.
	settled = time.Minute
	// outage is how long a mailbox may be out of reach before people are told.
	outage = 15 * time.Minute
)

// refusals are the pauses after credentials were refused: rare enough that no
// server locks the account. The last one repeats.
var refusals = [...]time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// networkPause grows from 1 second to 5 minutes with the tries in a row (from
// 0); jitter in [0,1) takes up to half of it away.
func networkPause(tries int, jitter float64) time.Duration {
	d := lastPause
	if tries < 9 {
		d = min(firstPause<<tries, lastPause)
	}
	return d - time.Duration(jitter*float64(d)/2)
}

// trouble records why a session ended, says so once, and answers how long to
// wait before the next.
func (r *reader) trouble(err error) time.Duration {
	if r.renew {
		return 0 // a stale token: a new one is asked for at once
	}
	c := conditionOf(err)
	if c == Unreachable && r.looked {
		// It works but for its end: the next look is due by the clock.
		r.Log.Debug().Str("error", r.said(err)).Msg("the session ended")
		d := min(networkPause(r.tries, r.jitter()), r.interval())
		r.tries++
		return d
	}
	r.note(c, err)
	if c == Refused {
		r.renew = false
		d := refusals[min(r.refusals, len(refusals)-1)]
		r.refusals++
		return d
	}
	d := networkPause(r.tries, r.jitter())
	r.tries++
	return d
}

// note changes the condition. A change is logged once; people are told at once
// of what will not pass by itself, and of an outage when it lasts.
func (r *reader) note(c Condition, err error) {
	now := r.now()
	r.mu.Lock()
	was := r.status
	if c != was.Condition {
		r.status.Condition, r.status.Since = c, now
	}
	text := r.said(err)
	r.status.Err = text
	since := r.status.Since
	r.mu.Unlock()

	changed := c != was.Condition
	if c == Reading {
		r.alerted = 0
		if changed {
			r.Log.Info().Str("mailbox", r.mailbox()).Msg("reading the mailbox")
		}
		return
	}
	if changed {
		r.Log.Error().Str("mailbox", r.mailbox()).Str("condition", c.String()).Str("error", text).Msg("the mailbox is not read")
	}
	if r.alerted != c && (c != Unreachable || now.Sub(since) >= outage) {
		r.alerted = c
		r.alert(c, c.String()+": "+text)
	}
}

// said is the text of err, which may hold whatever a server wrote, without what
// was sent to log in and at a length that can be shown; "" for nil.
func (r *reader) said(err error) string {
	if err == nil {
		return ""
	}
	return cutRunes(r.secrets.Strike(err.Error()), 300)
}

func (r *reader) alert(c Condition, text string) {
	if r.Alert != nil {
		r.Alert(c, text)
	}
}
