package mailin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-imap/v2"

	"sportello/ticket"
)

// openedFor is after what time the mailbox is opened again: a server may have
// made it anew under a session, or restored it, and tell nobody (PROMISES.md F23).
const openedFor = 9 * time.Minute

// examine opens a mailbox for reading only.
func (s *session) examine(mailbox string) (validity uint32, err error) {
	s.conn.allow(0)
	defer s.conn.rest()
	box, err := s.client.Select(mailbox, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return 0, unopened{mailbox, err}
	}
	s.total.Store(int64(box.NumMessages))
	return box.UIDValidity, nil
}

// begin opens the mailbox, finds the cursor that belongs to it, and looks after
// what lies below: see reconcile.
func (s *session) begin(ctx context.Context, doubt bool) error {
	box, err := s.selected()
	if err != nil {
		return err
	}
	if s.validity != box.UIDValidity {
		s.validity, s.failed, s.heads, s.copied = box.UIDValidity, map[imap.UID]int{}, map[imap.UID]bool{}, map[imap.UID]bool{}
	}
	c, err := s.Receiver.Cursor(ctx)
	if err != nil {
		return fmt.Errorf("%w: read the cursor: %w", errFiling, err)
	}
	s.cursor = c
	another := c.UIDValidity != box.UIDValidity || c.UIDValidity == 0
	if !another {
		another, err = s.wentBack()
	}
	if err == nil && another {
		err = s.epoch(ctx, box.UIDValidity)
	}
	if err == nil {
		err = s.suspects.at(s.cursor)
	}
	if err == nil {
		err = s.reconcile(ctx, doubt)
	}
	return err
}

// selected opens the mailbox, maybe again, for reading and marking.
func (s *session) selected() (*imap.SelectData, error) {
	s.conn.allow(0)
	defer s.conn.rest()
	s.total.Store(-1)
	box, err := s.client.Select(s.mailbox(), nil).Wait()
	if err != nil {
		return nil, unopened{s.mailbox(), err}
	}
	if err := s.idled(); err != nil {
		return nil, err
	}
	s.total.CompareAndSwap(-1, int64(box.NumMessages))
	s.held.Store(-1)
	s.uneasy.Store(false) // what is said at SELECT is a warning
	s.next, s.end, s.opened = box.UIDNext, 0, s.now()
	return box, nil
}

// wentBack tells a mailbox that was restored from a backup: the same
// UIDVALIDITY, and UIDs that were given out are given out again. A server that
// is only wrong about UIDNEXT holds mail beyond it. One that does not tell it may
// have lost its last mails in any way: then mail that we did not mark decides.
func (s *session) wentBack() (bool, error) {
	given := max(s.cursor.Last, s.cursor.Early.Last())
	if uint32(s.next) > given {
		return false, nil
	}
	last, err := s.lastUID()
	switch {
	case err != nil:
		return false, err
	case s.next > 0:
		return last < s.next, nil
	case last == 0 || uint32(last) >= given:
		return false, nil
	}
	var all imap.UIDSet
	all.AddRange(1, last)
	unmarked, err := s.search(&imap.SearchCriteria{UID: []imap.UIDSet{all}, NotFlag: []imap.Flag{imap.FlagSeen, imap.FlagDeleted}})
	if errors.Is(err, errSearch) {
		err = nil
	}
	return len(unmarked) > 0, err
}

// epoch begins a mailbox that was never read, was made anew under the same name,
// or was restored: its UIDs mean nothing to us. What lies in it counts when it
// arrived since Since; mail that is known is recognised by the Receiver.
func (s *session) epoch(ctx context.Context, validity uint32) error {
	last, err := s.lastUID()
	if err != nil {
		return err
	}
	c := ticket.Cursor{UIDValidity: validity, Since: s.cursor.Since, Old: uint32(last)}
	was := s.cursor
	if was.UIDValidity == 0 && s.Backlog >= 0 {
		backlog := s.Backlog
		if backlog == 0 {
			backlog = 24 * time.Hour
		}
		c.Since = s.now().Add(-backlog)
	}
	if err := s.Receiver.Receive(ctx, nil, c); err != nil {
		return fmt.Errorf("%w: begin the mailbox: %w", errFiling, err)
	}
	s.cursor, s.fresh = c, true
	switch was.UIDValidity {
	case 0:
	case validity:
		s.Log.Warn().Uint32("read", was.Last).Uint32("uidnext", uint32(s.next)).Msg("the mailbox went back behind what was read: it is read again")
		s.alert(Restored, fmt.Sprintf("UID %d, UIDNEXT %d", was.Last, s.next))
	default:
		s.Log.Warn().Uint32("was", was.UIDValidity).Uint32("is", validity).Msg("UIDVALIDITY changed: the mailbox is read again")
	}
	return nil
}
