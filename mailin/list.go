package mailin

import (
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// item is what the server says about a mail before it is fetched.
type item struct {
	uid  imap.UID
	seq  uint32 // as it was when listed
	date time.Time
	size int64
}

// listed is how many mails are asked about in one command; beside it stand the
// bytes that an answer about one takes at most.
const (
	listed      = 500
	bytesListed = 200
	bytesFound  = 12
)

// count is how many mails the mailbox held when it was last heard of. The
// client's own count is set a moment after SELECT has returned.
func (s *session) count() int64 { return s.total.Load() }

// lastUID is the highest UID in the mailbox, or the one before UIDNEXT; 0 when
// it was always empty.
func (s *session) lastUID() (imap.UID, error) {
	if s.next != 0 {
		return s.next - 1, nil
	}
	uids, err := s.search(&imap.SearchCriteria{})
	if err != nil || len(uids) == 0 {
		return 0, err
	}
	return uids[len(uids)-1], nil
}

// search answers UIDs in rising order.
func (s *session) search(c *imap.SearchCriteria) ([]imap.UID, error) {
	s.conn.allow(s.count() * bytesFound)
	defer s.conn.rest()
	found, err := s.client.UIDSearch(c, nil).Wait()
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	if err := s.idled(); err != nil {
		return nil, err
	}
	set, _ := found.All.(imap.UIDSet)
	var n int64
	for _, r := range set {
		n += int64(r.Stop) - int64(r.Start) + 1
	}
	if n > s.count()+listed { // 1:4294967295 is a short line and a long list
		return nil, fmt.Errorf("search: %w", errFlood)
	}
	uids := found.AllUIDs()
	slices.Sort(uids)
	return slices.Compact(uids), nil
}

// list asks about the mails of set and answers in rising order of UID. A mail
// that went meanwhile is missing.
func (s *session) list(set imap.UIDSet) ([]item, error) {
	s.conn.allow(s.count() * bytesListed)
	defer s.conn.rest()
	fc := s.client.Fetch(set, &imap.FetchOptions{UID: true, InternalDate: true, RFC822Size: true})
	var items []item
	for m := fc.Next(); m != nil; m = fc.Next() {
		it := item{seq: m.SeqNum}
		for d := m.Next(); d != nil; d = m.Next() {
			switch d := d.(type) {
			case imapclient.FetchItemDataUID:
				it.uid = d.UID
			case imapclient.FetchItemDataInternalDate:
				it.date = d.Time
			case imapclient.FetchItemDataRFC822Size:
				it.size = d.Size
			}
		}
		items = append(items, it)
	}
	if err := fc.Close(); err != nil {
		return nil, fmt.Errorf("list: %w", err)
	}
	if err := s.idled(); err != nil {
		return nil, err
	}
	slices.SortFunc(items, func(a, b item) int { return int(int64(a.uid) - int64(b.uid)) })
	return slices.CompactFunc(items, func(a, b item) bool { return a.uid == b.uid }), nil
}

// after lists what lies behind the cursor, in portions for f. Only the first
// look of a session may find much: it searches before it asks for more.
func (s *session) after(f func([]item) error) error {
	from := imap.UID(s.cursor.Last) + 1
	if !s.fresh {
		var set imap.UIDSet
		set.AddRange(from, 0)
		if s.count() == 0 {
			return s.noop()
		}
		items, err := s.list(set)
		if err != nil {
			return err
		}
		return f(s.wanted(items))
	}
	uids, err := s.candidates(from)
	if err != nil {
		return err
	}
	for portion := range slices.Chunk(uids, listed) {
		items, err := s.list(imap.UIDSetNum(portion...))
		if err != nil {
			return err
		}
		if err := f(s.wanted(items)); err != nil {
			return err
		}
	}
	s.fresh = false
	return nil
}

// candidates are the UIDs from from on that may have to be filed: mail that was
// there before us is sifted by its date on the server, to the day.
func (s *session) candidates(from imap.UID) ([]imap.UID, error) {
	var uids []imap.UID
	old := imap.UID(s.cursor.Old)
	if from <= old {
		var set imap.UIDSet
		set.AddRange(from, old)
		found, err := s.search(&imap.SearchCriteria{UID: []imap.UIDSet{set}, Since: s.sinceDay()})
		if err != nil {
			return nil, err
		}
		uids, from = found, old+1
	}
	if s.count() == 0 {
		return uids, nil
	}
	var set imap.UIDSet
	set.AddRange(from, 0)
	found, err := s.search(&imap.SearchCriteria{UID: []imap.UIDSet{set}})
	if err != nil {
		return nil, err
	}
	for _, uid := range found {
		if uid >= from { // n:* always finds the last mail
			uids = append(uids, uid)
		}
	}
	return uids, nil
}

// sinceDay is the day for SEARCH SINCE: it compares dates in whatever zone the
// server likes, so that a day earlier is safe. Zero: no limit.
func (s *session) sinceDay() time.Time {
	since := s.cursor.Since
	if since.IsZero() {
		return since
	}
	if s.Arrived != nil {
		since = since.Add(-s.Arrived(since).Sub(since))
	}
	return since.UTC().AddDate(0, 0, -1)
}

// wanted drops what the cursor has passed and what was left alone at the start.
func (s *session) wanted(items []item) []item {
	return slices.DeleteFunc(items, func(it item) bool {
		return it.uid <= imap.UID(s.cursor.Last) || s.before(it)
	})
}

// before tells of mail that was in the mailbox before us and is too old.
func (s *session) before(it item) bool {
	return it.uid <= imap.UID(s.cursor.Old) && s.arrived(it.date).Before(s.cursor.Since)
}

func (s *session) noop() error {
	s.conn.allow(0)
	defer s.conn.rest()
	if err := s.client.Noop().Wait(); err != nil {
		return fmt.Errorf("NOOP: %w", err)
	}
	return s.idled()
}
