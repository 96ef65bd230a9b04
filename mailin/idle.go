package mailin

import (
	"context"
	"fmt"
	"time"

	"github.com/emersion/go-imap/v2"
)

// idles remembers how IDLE fares: it is an extension, and behind it stands a look
// every PollInterval.
type idles struct {
	ended int       // in a row, by the server's hanging up
	until time.Time // it is not used before
}

const (
	// endedOften is how often in a row a server may hang up in IDLE.
	endedOften = 2
	// withoutIdle is for how long IDLE is then not used.
	withoutIdle = time.Hour
	// calledOften is how often in a row a server may call for nothing before it
	// has to wait.
	calledOften = 3
)

// wait returns when there is something to look for: the server told of mail,
// or the time for a poll has come.
func (s *session) wait(ctx context.Context) error {
	if s.empty > calledOften {
		if !pause(ctx, min(time.Second<<min(s.empty-calledOften-1, 10), s.interval())) {
			return ctx.Err()
		}
	}
	select {
	case <-s.nudge:
		s.empty++
		return nil
	default:
	}
	if !s.caps.Has(imap.CapIdle) || s.now().Before(s.idles.until) {
		_, err := s.rest(ctx, s.interval())
		return err
	}
	return s.idle(ctx)
}

// rest waits for d, a nudge, or the end; called tells of a nudge.
func (s *session) rest(ctx context.Context, d time.Duration) (called bool, err error) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case <-s.nudge:
		s.empty++
		return true, nil
	case <-s.client.Closed():
		return false, nil
	case <-t.C:
		s.empty = 0
		return false, nil
	}
}

// idle waits in an IDLE. A server that refuses it is not asked again in a while.
func (s *session) idle(ctx context.Context) error {
	d := s.idleMax()
	s.conn.idle(d)
	idle, err := s.client.Idle()
	if err != nil {
		// It may have refused, or answered OK at once: then the session still works.
		if s.noop() != nil {
			s.hungUp()
			return fmt.Errorf("IDLE: %w", err)
		}
		s.withoutIdle(err)
		_, err := s.rest(ctx, s.interval())
		return err
	}
	_, err = s.rest(ctx, d)
	select {
	case <-s.client.Closed():
		s.hungUp()
	default:
		s.idles.ended = 0
	}
	s.conn.allow(0)
	if err := idle.Close(); err != nil {
		return fmt.Errorf("end IDLE: %w", err)
	}
	s.idling = idle // its answer comes before that of the next command
	return err
}

// hungUp counts a connection that ended in IDLE.
func (s *session) hungUp() {
	if s.idles.ended++; s.idles.ended >= endedOften {
		s.withoutIdle(nil)
	}
}

func (s *session) withoutIdle(err error) {
	s.idles = idles{until: s.now().Add(withoutIdle)}
	s.Log.Warn().Str("error", s.said(err)).Dur("interval", s.interval()).Msg("IDLE does not work here: the mailbox is looked at by the clock")
}

// idled reads the answer to the last IDLE once a later command was answered. A
// server that ended it by itself has none for DONE.
func (s *session) idled() error {
	if s.idling == nil {
		return nil
	}
	idle := s.idling
	s.idling = nil
	if err := idle.Wait(); err != nil && refusedBy(err) == nil {
		return fmt.Errorf("IDLE: %w", err)
	}
	return nil
}
