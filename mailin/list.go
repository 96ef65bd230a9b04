package mailin

import (
	"errors"
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
// bytes that an answer about one takes at most. What is not counted by us, since
// only the server knows how many there are, has a budget of its own: what a
// server says of its size raises none (PROMISES.md F06).
const (
	listed      = 500
	bytesListed = 200
	anyListed   = 8 << 20  // about everything behind the cursor, some 100,000 mails
	anyFound    = 32 << 20 // UIDs of everything, some 3,000,000 mails
)

// count is how many mails the mailbox held when it was last heard of. The
// client's own count is set a moment after SELECT has returned.
func (s *session) count() int64 { return max(s.total.Load(), 0) }

// lastUID is the highest UID in the mailbox, 0 when it is empty. UIDNEXT is not
// asked: some servers are wrong about it.
func (s *session) lastUID() (imap.UID, error) {
	n := s.count()
	if n == 0 {
		return 0, nil
	}
	items, err := s.list(imap.SeqSetNum(uint32(min(n, 1<<32-1))))
	if err != nil && refusedBy(err) == nil {
		return 0, err
	}
	if len(items) > 0 {
		return items[len(items)-1].uid, nil
	}
	var all imap.UIDSet
	all.AddRange(1, 0)
	uids, err := s.find(all)
	if err != nil || len(uids) == 0 {
		return 0, err
	}
	return uids[len(uids)-1], nil
}

// errSearch is a SEARCH that was refused, or answered with what is none: an index
// that is down (Microsoft, Dovecot with a full-text engine) stops no mail.
var errSearch = errors.New("search")

// search answers UIDs in rising order, and of a set with an end none beyond it.
func (s *session) search(c *imap.SearchCriteria) ([]imap.UID, error) {
	if s.deadly >= endedOften && s.now().Sub(s.died) < withoutIdle {
		return nil, fmt.Errorf("%w: the server does not outlive it", errSearch)
	}
	s.conn.allow(anyFound)
	defer s.conn.rest()
	s.deadly, s.died = s.deadly+1, s.now()
	found, err := s.client.UIDSearch(c, nil).Wait()
	switch no := refusedBy(err); {
	case no != nil && !disconnected(no):
		s.deadly = 0
		return nil, fmt.Errorf("%w: %w", errSearch, err)
	case err != nil:
		return nil, fmt.Errorf("search: %w", err)
	}
	s.deadly = 0
	if err := s.idled(); err != nil {
		return nil, err
	}
	if s.wire.SearchFailed() {
		return nil, fmt.Errorf("%w: the answer cannot be read", errSearch)
	}
	set, _ := found.All.(imap.UIDSet)
	var n int64
	for _, r := range set {
		n += int64(r.Stop) - int64(r.Start) + 1
	}
	if n > min(s.count(), anyFound/8)+listed { // 1:4294967295 is a short line and a long list
		return nil, fmt.Errorf("search: %w", errFlood)
	}
	uids := found.AllUIDs()
	if len(c.UID) > 0 && !c.UID[0].Dynamic() {
		uids = slices.DeleteFunc(uids, func(uid imap.UID) bool { return !c.UID[0].Contains(uid) })
	}
	slices.Sort(uids)
	return slices.Compact(uids), nil
}

// find answers the UIDs of set that there are, in rising order, without SEARCH.
func (s *session) find(set imap.UIDSet) ([]imap.UID, error) {
	s.conn.allow(anyFound)
	defer s.conn.rest()
	items, err := s.fetchItems(set, &imap.FetchOptions{UID: true})
	if err != nil {
		return nil, err
	}
	uids := make([]imap.UID, len(items))
	for i, it := range items {
		uids[i] = it.uid
	}
	return uids, nil
}

// list asks about the mails of set and answers in rising order of UID. A mail
// that went meanwhile is missing; one whose answer could not be read is asked for
// by itself.
func (s *session) list(set imap.NumSet) ([]item, error) {
	budget := int64(anyListed)
	uids, counted := []imap.UID(nil), false
	if u, ok := set.(imap.UIDSet); ok {
		if uids, counted = u.Nums(); counted {
			budget = int64(len(uids)) * bytesListed
		}
	}
	s.conn.allow(budget)
	defer s.conn.rest()
	items, err := s.fetchItems(set, &imap.FetchOptions{UID: true, InternalDate: true, RFC822Size: true})
	if err != nil && (!counted || !ofTheMail(refusedBy(err))) {
		return nil, err
	}
	if len(items) < len(uids) {
		return s.listMissing(items, uids)
	}
	return items, nil
}

// listMissing adds those of uids that are not in items and still there: what is
// refused is there.
func (s *session) listMissing(items []item, uids []imap.UID) ([]item, error) {
	have := make(map[imap.UID]bool, len(items))
	for _, it := range items {
		have[it.uid] = true
	}
	missing := slices.DeleteFunc(slices.Clone(uids), func(uid imap.UID) bool { return have[uid] })
	more, err := s.fetchItems(imap.UIDSetNum(missing...), &imap.FetchOptions{UID: true})
	for _, uid := range missing {
		if err == nil {
			break
		}
		if !ofTheMail(refusedBy(err)) {
			return nil, err
		}
		one, no := s.fetchItems(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true})
		switch {
		case no == nil:
			more = append(more, one...)
		case ofTheMail(refusedBy(no)):
			more = append(more, item{uid: uid})
		default:
			return nil, no
		}
	}
	items = append(items, more...)
	if len(items) < len(uids) { // gone, or answered with what cannot be read
		if items, err = s.stillThere(items, uids); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(items, byUID)
	return slices.CompactFunc(items, sameUID), nil
}

// stillThere adds those of uids that FETCH told nothing of and SEARCH finds.
func (s *session) stillThere(items []item, uids []imap.UID) ([]item, error) {
	have := make(map[imap.UID]bool, len(items))
	for _, it := range items {
		have[it.uid] = true
	}
	found, err := s.search(&imap.SearchCriteria{UID: []imap.UIDSet{imap.UIDSetNum(uids...)}})
	if errors.Is(err, errSearch) {
		return items, nil
	}
	for _, uid := range found {
		if !have[uid] && slices.Contains(uids, uid) {
			items = append(items, item{uid: uid})
		}
	}
	return items, err
}

func byUID(a, b item) int    { return int(int64(a.uid) - int64(b.uid)) }
func sameUID(a, b item) bool { return a.uid == b.uid }

// fetchItems asks for what stands beside the mails of set, within the budget of
// the caller. A refusal may come behind some of the answers.
func (s *session) fetchItems(set imap.NumSet, what *imap.FetchOptions) ([]item, error) {
	fc := s.client.Fetch(set, what)
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
	err := fc.Close()
	if err != nil {
		err = fmt.Errorf("list: %w", err)
	} else if err = s.idled(); err != nil {
		return nil, err
	}
	slices.SortFunc(items, byUID)
	return slices.CompactFunc(items, sameUID), err
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
		s.told.Store(false)
		items, err := s.list(set)
		if err != nil {
			return err
		}
		if n := len(items); n > 0 {
			s.end = items[n-1].uid
		}
		for portion := range slices.Chunk(s.wanted(items), listed) {
			if err := f(portion); err != nil {
				return err
			}
		}
		if len(items) > 0 {
			return nil
		}
		// n:* always finds the last mail: it was answered with what cannot be read.
	}
	s.told.Store(false)
	uids, err := s.candidates(from)
	if err != nil {
		return err
	}
	if n := len(uids); n > 0 {
		s.end = uids[n-1]
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
// there before us is sifted by its date on the server, to the day. A SEARCH that
// does not find the last mail, as n:* always does, is not asked again: its index
// lags, or is empty.
func (s *session) candidates(from imap.UID) ([]imap.UID, error) {
	last, err := s.lastUID()
	if err != nil || s.count() == 0 {
		return nil, err
	}
	old := imap.UID(s.cursor.Old)
	first := max(from, old+1)
	var behind, before imap.UIDSet
	behind.AddRange(first, 0)
	uids, err := s.search(&imap.SearchCriteria{UID: []imap.UIDSet{behind}})
	blind := errors.Is(err, errSearch) || err == nil && !slices.Contains(uids, last)
	if blind {
		uids, err = s.find(behind)
	}
	if err != nil {
		return nil, err
	}
	uids = slices.DeleteFunc(uids, func(uid imap.UID) bool { return uid < first })
	if from > old {
		return uids, nil
	}
	before.AddRange(from, old)
	var there []imap.UID
	if !blind {
		there, err = s.search(&imap.SearchCriteria{UID: []imap.UIDSet{before}, Since: s.sinceDay()})
		blind = errors.Is(err, errSearch)
	}
	if blind {
		there, err = s.find(before)
	}
	return append(there, uids...), err
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
