package mailin

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"sportello/ticket"
)

// reader is what Run remembers from one session to the next.
type reader struct {
	*Poller
	tries    int       // sessions in a row that failed
	refusals int       // logins in a row that were refused
	alerted  Condition // what people were told last; 0: nothing
	renew    bool      // the token was refused: ask for a new one
	renewed  time.Time // when that was last done
	stuck    bool      // filed mail could not be flagged or moved
	suspects suspects  // mails that may have ended the process

	validity uint32            // UIDVALIDITY that the maps below belong to
	failed   map[imap.UID]int  // fetches that failed, by mail
	heads    map[imap.UID]bool // mails whose size lied: only the head is fetched
}

// session is one connection, from login to its end. One goroutine owns it.
type session struct {
	*reader
	conn   *watched
	client *imapclient.Client
	caps   imap.CapSet
	total  atomic.Int64            // mails in the mailbox
	nudge  chan struct{}           // holds one: the server told of new mail
	idling *imapclient.IdleCommand // ended, its answer not yet read; or nil

	next   imap.UID // UIDNEXT at SELECT; 0: unknown
	cursor ticket.Cursor
	fresh  bool // nothing was listed yet in this session
	bySeq  bool // the server answers UID FETCH with the body before the UID
}

// session connects, logs in and reads the mailbox until something fails.
func (r *reader) session(ctx context.Context) error {
	s, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	defer stop()
	return s.conn.explain(s.run(ctx))
}

// open connects and logs in. The caller closes the session.
func (r *reader) open(ctx context.Context) (*session, error) {
	conn, err := r.Server.connect(ctx, r.Dial)
	if err != nil {
		return nil, err
	}
	s := &session{reader: r, conn: &watched{Conn: conn}, nudge: make(chan struct{}, 1), fresh: true}
	s.conn.allow(0)
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	defer stop()
	s.client = imapclient.New(s.conn, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: s.changed}})
	if err := s.login(ctx); err != nil {
		s.close()
		return nil, fmt.Errorf("log in: %w", s.conn.explain(err))
	}
	return s, nil
}

// close ends the connection and waits for its reader.
func (s *session) close() {
	s.conn.Close()
	s.client.Close()
}

// changed runs in the client's goroutine: it must not block.
func (s *session) changed(d *imapclient.UnilateralDataMailbox) {
	if d.NumMessages != nil {
		s.total.Store(int64(*d.NumMessages))
		select {
		case s.nudge <- struct{}{}:
		default:
		}
	}
}

func (s *session) login(ctx context.Context) error {
	if err := s.client.WaitGreeting(); err != nil {
		return err
	}
	if s.client.State() == imap.ConnStateNotAuthenticated {
		renew := s.renew || s.refusals > 0 && s.tokenDue()
		s.renew = false
		if renew {
			s.renewed = s.now()
		}
		err := s.Server.login(ctx, s.client, s.client.Caps(), renew)
		if errors.As(err, new(refused)) {
			s.renew = !renew && s.refusals == 0 && s.tokenDue()
		}
		if err != nil {
			return err
		}
	}
	s.refusals = 0
	// Asked for outright: what the client knows may be from before the login.
	caps, err := s.client.Capability().Wait()
	if err != nil {
		return fmt.Errorf("capability: %w", err)
	}
	s.caps = caps
	return nil
}

// tokenDue tells whether a new token may be asked for.
func (r *reader) tokenDue() bool {
	return r.Server.Auth == "xoauth2" && (r.renewed.IsZero() || r.now().Sub(r.renewed) >= tokenPause)
}

// examine opens the mailbox for reading only.
func (s *session) examine() (validity uint32, err error) {
	s.conn.allow(0)
	defer s.conn.rest()
	box, err := s.client.Select(s.mailbox(), &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return 0, fmt.Errorf("%w %s: %w", errMailbox, s.mailbox(), err)
	}
	s.total.CompareAndSwap(0, int64(box.NumMessages))
	return box.UIDValidity, nil
}

// run reads the selected mailbox until something fails.
func (s *session) run(ctx context.Context) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	if err := s.reconcile(); err != nil {
		return err
	}
	var good time.Time // of the first complete look
	for {
		if err := s.scan(ctx); err != nil {
			return err
		}
		s.polled()
		if good.IsZero() {
			good = s.now()
		} else if s.now().Sub(good) >= settled {
			s.tries = 0
		}
		if s.stuck {
			if err := s.reconcile(); err != nil {
				return err
			}
		}
		if err := s.wait(ctx); err != nil {
			return err
		}
	}
}

// polled notes that everything the server has was filed.
func (s *session) polled() {
	s.note(Reading, nil)
	s.mu.Lock()
	s.status.LastPoll = s.now()
	s.mu.Unlock()
}

// begin selects the mailbox and finds the cursor that belongs to it.
func (s *session) begin(ctx context.Context) error {
	s.conn.allow(0)
	defer s.conn.rest()
	box, err := s.client.Select(s.mailbox(), nil).Wait()
	if err != nil {
		return fmt.Errorf("%w %s: %w", errMailbox, s.mailbox(), err)
	}
	s.next = box.UIDNext
	s.total.CompareAndSwap(0, int64(box.NumMessages))
	if s.validity != box.UIDValidity {
		s.validity, s.failed, s.heads = box.UIDValidity, map[imap.UID]int{}, map[imap.UID]bool{}
	}
	s.conn.rest()
	c, err := s.Receiver.Cursor(ctx)
	if err != nil {
		return fmt.Errorf("%w: read the cursor: %w", errFiling, err)
	}
	s.cursor = c
	if c.UIDValidity != box.UIDValidity || c.UIDValidity == 0 {
		if err := s.epoch(ctx, box.UIDValidity); err != nil {
			return err
		}
	}
	return s.suspects.at(s.cursor)
}

// epoch begins a mailbox that was never read, or was made anew under the same
// name: its UIDs mean nothing to us. What lies in it counts when it arrived
// since Since; mail that is known is recognised by the Receiver.
func (s *session) epoch(ctx context.Context, validity uint32) error {
	last, err := s.lastUID()
	if err != nil {
		return err
	}
	c := ticket.Cursor{UIDValidity: validity, Since: s.cursor.Since, Old: uint32(last)}
	if s.cursor.UIDValidity != 0 {
		s.Log.Warn().Uint32("was", s.cursor.UIDValidity).Uint32("is", validity).Msg("UIDVALIDITY changed: the mailbox is read again")
	} else if s.Backlog >= 0 {
		backlog := s.Backlog
		if backlog == 0 {
			backlog = 24 * time.Hour
		}
		c.Since = s.now().Add(-backlog)
	}
	if err := s.Receiver.Receive(ctx, nil, c); err != nil {
		return fmt.Errorf("%w: begin the mailbox: %w", errFiling, err)
	}
	s.cursor = c
	return nil
}

// wait returns when there is something to look for: the server told of mail,
// or the time for a poll has come.
func (s *session) wait(ctx context.Context) error {
	select {
	case <-s.nudge:
		return nil
	default:
	}
	if !s.caps.Has(imap.CapIdle) {
		if !pause(ctx, s.interval()) {
			return ctx.Err()
		}
		return nil
	}
	d := s.idleMax()
	s.conn.idle(d)
	idle, err := s.client.Idle()
	if err != nil {
		return fmt.Errorf("IDLE: %w", err)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-s.nudge:
	case <-t.C:
	case <-s.client.Closed():
	}
	s.conn.allow(0)
	if err := idle.Close(); err != nil {
		return fmt.Errorf("end IDLE: %w", err)
	}
	s.idling = idle // its answer comes before that of the next command
	return ctx.Err()
}

// idled reads the answer to the last IDLE once a later command was answered.
func (s *session) idled() error {
	if s.idling == nil {
		return nil
	}
	idle := s.idling
	s.idling = nil
	if err := idle.Wait(); err != nil {
		return fmt.Errorf("IDLE: %w", err)
	}
	return nil
}
