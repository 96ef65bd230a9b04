package mailin

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"sportello/mailin/internal/wire"
	"sportello/ticket"
	"sportello/ticket/secret"
)

// reader is what Run remembers from one session to the next.
type reader struct {
	*Poller
	tries    int         // sessions in a row that failed
	looked   bool        // the last session had read the mailbox to its end
	refusals int         // logins in a row that were refused
	alerted  Condition   // what people were told last; 0: nothing
	renew    bool        // the token was refused: ask for a new one
	renewed  time.Time   // when that was last done
	way      way         // in which the last login was taken
	secrets  secret.List // what was ever sent to log in
	heard    hearing
	idles    idles
	suspects suspects  // mails that may have ended the process
	deadly   int       // sessions in a row that ended in a SEARCH
	died     time.Time // when the last of them did
	stuck    bool      // filed mail could not be flagged or moved
	left     time.Time // when a session was last given up for what the server said

	validity uint32            // UIDVALIDITY that the maps below belong to
	failed   map[imap.UID]int  // fetches that failed, by mail
	heads    map[imap.UID]bool // mails whose size lied: only the head is fetched
	copied   map[imap.UID]bool // mails that were copied to MoveTo and could not be taken away
}

// session is one connection, from login to its end. One goroutine owns it.
type session struct {
	*reader
	conn   *watched
	wire   *wire.Conn
	client *imapclient.Client
	caps   imap.CapSet
	total  atomic.Int64            // mails in the mailbox; negative: not known yet
	held   atomic.Int64            // mails that the looks since SELECT account for; negative: there was none
	doubt  atomic.Bool             // what the server says and what we hold disagree
	word   string                  // the password, known before the server says its first word
	uneasy atomic.Bool             // the server complained by itself since SELECT
	inside atomic.Bool             // logged in
	nudge  chan struct{}           // holds one: the server told of new mail
	told   atomic.Bool             // and that was not looked into yet by newcomers
	idling *imapclient.IdleCommand // ended, its answer not yet read; or nil

	next   imap.UID // UIDNEXT at SELECT; 0: unknown
	opened time.Time
	cursor ticket.Cursor
	end    imap.UID // the last mail that was listed
	fresh  bool     // nothing was listed yet since the mailbox was opened or proved another
	bySeq  bool     // the server answers UID FETCH with the body before the UID
	given  bool     // the server has given a mail in this session
	noMove bool     // MOVE is announced and refused
	empty  int      // looks in a row that the server asked for, and that found nothing
}

// session connects, logs in and reads the mailbox until something fails.
func (r *reader) session(ctx context.Context) error {
	r.looked = false
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
	word := ""
	if r.Server.Auth != "xoauth2" { // a token would cost a command, and lives shortly
		word, _ = r.Server.word(ctx, false) // asked for again, should it fail, when the login has come
		r.secrets.Add(word)
	}
	conn, err := r.Server.connect(ctx, r.Dial)
	if err != nil {
		return nil, err
	}
	s := &session{reader: r, word: word, conn: &watched{Conn: conn}, nudge: make(chan struct{}, 1), fresh: true}
	s.conn.allow(0)
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	defer stop()
	s.wire = wire.New(s.conn, s.hear, r.secrets.Strike)
	s.client = imapclient.New(s.wire, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: s.changed, Expunge: s.expunged}})
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

// changed runs in the client's goroutine: it must not block. A count shrinks by
// EXPUNGE alone (RFC 9051, section 7.4.1): otherwise the mailbox is another one.
func (s *session) changed(d *imapclient.UnilateralDataMailbox) {
	if d.NumMessages == nil {
		return
	}
	if n := int64(*d.NumMessages); s.total.Swap(n) > n {
		s.doubt.Store(true)
	}
	s.told.Store(true)
	s.call()
}

// call makes the next wait end at once.
func (s *session) call() {
	select {
	case s.nudge <- struct{}{}:
	default:
	}
}

func (s *session) expunged(uint32) {
	s.total.Add(-1)
	s.held.Add(-1)
}

func (s *session) login(ctx context.Context) error {
	if err := s.client.WaitGreeting(); err != nil {
		return err
	}
	if s.client.State() == imap.ConnStateNotAuthenticated {
		if err := s.authenticate(ctx); err != nil {
			return err
		}
	}
	s.refusals = 0
	s.inside.Store(true)
	// Asked for outright: what the client knows may be from before the login.
	caps, err := s.client.Capability().Wait()
	if err != nil && !errors.As(err, new(*imap.Error)) {
		return fmt.Errorf("capability: %w", err)
	}
	s.caps = caps
	return nil
}

func (s *session) authenticate(ctx context.Context) error {
	renew := s.renew || s.refusals > 0 && s.tokenDue()
	s.renew = false
	if renew {
		s.renewed = s.now()
	}
	word, err := s.word, error(nil)
	if word == "" {
		word, err = s.Server.word(ctx, renew)
	}
	if err != nil {
		return err
	}
	s.secrets.Add(word)
	taken, err := s.Server.login(s.client, s.Server.ways(s.client.Caps(), s.way), s.way, word, s.refusals == 0)
	switch {
	case err == nil:
		s.way = taken
	case errors.As(err, new(refused)):
		s.renew = !renew && s.refusals == 0 && s.tokenDue()
	}
	return err
}

// tokenDue tells whether a new token may be asked for.
func (r *reader) tokenDue() bool {
	return r.Server.Auth == "xoauth2" && (r.renewed.IsZero() || r.now().Sub(r.renewed) >= tokenPause)
}

// run reads the mailbox until something fails.
func (s *session) run(ctx context.Context) error {
	if err := s.begin(ctx, false); err != nil {
		return err
	}
	var good time.Time // of the first complete look
	again := false
	for {
		if err := s.scan(ctx); err != nil {
			return err
		}
		s.polled()
		if good.IsZero() {
			good = s.now()
		} else if s.now().Sub(good) >= settled {
			s.tries = 0
			s.heard.well()
		}
		if err := s.stale(); err != nil {
			return err
		}
		// What disagrees is looked into at once, but only once before each wait.
		if doubt := s.doubt.Swap(false); doubt && !again {
			again = true
			if err := s.begin(ctx, true); err != nil {
				return err
			}
			continue
		}
		again = false
		if s.stuck {
			if err := s.reconcile(ctx, false); err != nil {
				return err
			}
		}
		if err := s.wait(ctx); err != nil {
			return err
		}
		if s.now().Sub(s.opened) >= openedFor {
			if err := s.begin(ctx, false); err != nil {
				return err
			}
		}
	}
}

// polled notes that everything the server has was filed.
func (s *session) polled() {
	s.looked = true
	s.note(Reading, nil)
	s.mu.Lock()
	s.status.LastPoll = s.now()
	s.mu.Unlock()
}
