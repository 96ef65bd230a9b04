package mailin

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
		s.Log.Error().Str("mailbox", s.mailbox()).Str("error", s.said(err)).Msg("filed mail cannot be marked")
		s.alert(NotMoving, NotMoving.String()+": "+s.said(err))
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

// move takes uids to the folder. Where MOVE is missing, or refused though it was
// announced, each step waits for the one before, so that nothing is expunged
// without a confirmed copy, and only our own mail is: without UIDPLUS it stays
// behind, flagged \Deleted.
func (s *session) move(uids imap.UIDSet) error {
	if s.caps.Has(imap.CapMove) && !s.noMove {
		_, err := s.client.Move(uids, s.MoveTo).Wait()
		if no := refusedBy(err); no == nil || passing(no) || no.Code == imap.ResponseCodeTryCreate || no.Code == imap.ResponseCodeNonExistent {
			return err
		}
		s.noMove = true
	}
	if err := s.copy(uids); err != nil {
		return err
	}
	if err := s.flag(uids, imap.FlagDeleted); err != nil {
		return err
	}
	if !s.caps.Has(imap.CapUIDPlus) {
		return nil
	}
	if err := s.client.UIDExpunge(uids).Close(); refusedBy(err) == nil {
		return err
	}
	return nil // \Deleted it is, and whoever expunges takes it away
}

// copy copies uids to the folder, each but once: in a mailbox that takes no
// flags they stay where they are and would be copied for ever.
func (s *session) copy(uids imap.UIDSet) error {
	all, _ := uids.Nums()
	fresh := slices.DeleteFunc(all, func(uid imap.UID) bool { return s.copied[uid] })
	if len(fresh) == 0 {
		return nil
	}
	if _, err := s.client.Copy(imap.UIDSetNum(fresh...), s.MoveTo).Wait(); err != nil {
		return err
	}
	for _, uid := range fresh {
		s.copied[uid] = true
	}
	return nil
}

func (s *session) flag(uids imap.UIDSet, f imap.Flag) error {
	return s.client.Store(uids, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{f}}, nil).Close()
}

// reconcile looks after the mail below the cursor. What was filed and not marked
// is marked: we were stopped in between, or the server refused (PROMISES.md F15).
// What was never filed is filed: a server may show a UID after a higher one
// (PROMISES.md F23). That is looked for among mail that is not marked; in doubt
// among all.
func (s *session) reconcile(ctx context.Context, doubt bool) error {
	if s.cursor.First == 0 || s.count() == 0 {
		return nil
	}
	var set imap.UIDSet
	set.AddRange(min(imap.UID(s.cursor.First), imap.UID(s.cursor.Old)+1), imap.UID(s.cursor.Last))
	criteria := &imap.SearchCriteria{UID: []imap.UIDSet{set}, NotFlag: []imap.Flag{imap.FlagDeleted}, Since: s.sinceDay()}
	if s.MoveTo == "" && !doubt {
		criteria.NotFlag = append(criteria.NotFlag, imap.FlagSeen)
	}
	uids, err := s.search(criteria)
	if errors.Is(err, errSearch) && s.MoveTo == "" && !doubt {
		return nil // marks are decoration
	}
	if errors.Is(err, errSearch) {
		uids, err = s.find(set)
	}
	if err != nil {
		return err
	}
	for portion := range slices.Chunk(uids, listed) {
		if done, err := s.look(ctx, portion, s.MoveTo != "" || !doubt); err != nil || !done {
			return err
		}
	}
	if s.MoveTo != "" || !doubt {
		s.stuck = false
	}
	return nil
}

// look files what was missed of uids, which lie below the cursor, and marks what
// was filed; done is false when the server refused that.
func (s *session) look(ctx context.Context, uids []imap.UID, mark bool) (done bool, err error) {
	filed, missed, err := s.sorted(ctx, uids)
	if err != nil {
		return false, err
	}
	if len(missed) > 0 {
		items, err := s.ours(missed)
		if err != nil {
			return false, err
		}
		if len(items) > 0 {
			s.Log.Warn().Uint32("uid", uint32(items[0].uid)).Int("mails", len(items)).Msg("mail appeared below what was read: it is filed")
			if err := s.fileAll(ctx, func(f func([]item) error) error { return f(items) }); err != nil {
				return false, err
			}
		}
	}
	if !mark || len(filed) == 0 {
		return true, nil
	}
	items, err := s.ours(filed)
	if err != nil {
		return false, err
	}
	uids = uids[:0]
	for _, it := range items {
		uids = append(uids, it.uid)
	}
	return s.settle(uids)
}

// ours lists uids without those that were left alone at the start.
func (s *session) ours(uids []imap.UID) ([]item, error) {
	items, err := s.list(imap.UIDSetNum(uids...))
	return slices.DeleteFunc(items, s.before), err
}

// sorted asks what became of uids.
func (s *session) sorted(ctx context.Context, uids []imap.UID) (filed, missed []imap.UID, err error) {
	if s.Filed == nil {
		return uids, nil, nil
	}
	numbers := make([]uint32, len(uids))
	for i, uid := range uids {
		numbers[i] = uint32(uid)
	}
	f, m, err := s.Filed(ctx, s.validity, numbers)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: ask what was filed: %w", errFiling, err)
	}
	for _, uid := range f {
		filed = append(filed, imap.UID(uid))
	}
	for _, uid := range m {
		missed = append(missed, imap.UID(uid))
	}
	return filed, missed, nil
}
