package mailin

import (
	"errors"
	"fmt"

	"github.com/emersion/go-imap/v2"
)

// settle marks mail that was filed: flagged \Seen, or moved. A server that
// refuses keeps the mail where it is: people are told once, reconcile tries
// again later, and done is false.
func (s *session) settle(uids []imap.UID) (done bool, err error) {
	for len(uids) > 0 {
		n := min(len(uids), listed)
		err := s.mark(imap.UIDSetNum(uids[:n]...))
		if no := new(imap.Error); errors.As(err, &no) {
			s.unsettled(err)
			return false, nil
		}
		if err != nil {
			return false, err
		}
		uids = uids[n:]
	}
	return true, nil
}

// unsettled says once that filed mail stays unmarked.
func (s *session) unsettled(err error) {
	if !s.stuck {
		s.Log.Error().Str("mailbox", s.mailbox()).Str("error", said(err)).Msg("filed mail cannot be marked")
		s.alert(NotMoving, NotMoving.String()+": "+said(err))
	}
	s.stuck = true
}

// mark flags or moves one portion of mails.
func (s *session) mark(uids imap.UIDSet) error {
	s.conn.allow(int64(listed) * bytesListed)
	defer s.conn.rest()
	if s.MoveTo == "" {
		if err := s.flag(uids, imap.FlagSeen); err != nil {
			return fmt.Errorf("flag as seen: %w", err)
		}
		return nil
	}
	if err := s.move(uids); err != nil {
		return fmt.Errorf("move to %s: %w", s.MoveTo, err)
	}
	return nil
}

// move takes uids to the folder. Where MOVE is missing each step waits for the
// one before, so that nothing is expunged without a confirmed copy, and only
// our own mail is: without UIDPLUS it stays behind, flagged \Deleted.
func (s *session) move(uids imap.UIDSet) error {
	if s.caps.Has(imap.CapMove) {
		_, err := s.client.Move(uids, s.MoveTo).Wait()
		return err
	}
	if _, err := s.client.Copy(uids, s.MoveTo).Wait(); err != nil {
		return err
	}
	if err := s.flag(uids, imap.FlagDeleted); err != nil {
		return err
	}
	if !s.caps.Has(imap.CapUIDPlus) {
		return nil
	}
	return s.client.UIDExpunge(uids).Close()
}

func (s *session) flag(uids imap.UIDSet, f imap.Flag) error {
	return s.client.Store(uids, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{f}}, nil).Close()
}

// reconcile marks what was filed and not marked, because we were stopped in
// between or the server refused (PROMISES.md F15).
func (s *session) reconcile() error {
	if s.cursor.First == 0 || s.count() == 0 {
		return nil
	}
	var set imap.UIDSet
	set.AddRange(imap.UID(s.cursor.First), imap.UID(s.cursor.Last))
	criteria := &imap.SearchCriteria{UID: []imap.UIDSet{set}, NotFlag: []imap.Flag{imap.FlagDeleted}, Since: s.sinceDay()}
	if s.MoveTo == "" {
		criteria.NotFlag = append(criteria.NotFlag, imap.FlagSeen)
	}
	uids, err := s.search(criteria)
	if err != nil {
		return err
	}
	for len(uids) > 0 {
		n := min(len(uids), listed)
		items, err := s.list(imap.UIDSetNum(uids[:n]...))
		if err != nil {
			return err
		}
		var ours []imap.UID
		for _, it := range items {
			if !s.before(it) {
				ours = append(ours, it.uid)
			}
		}
		if done, err := s.settle(ours); err != nil || !done {
			return err
		}
		uids = uids[n:]
	}
	s.stuck = false
	return nil
}
