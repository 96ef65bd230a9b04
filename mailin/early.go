package mailin

import (
	"context"
	"slices"

	"github.com/emersion/go-imap/v2"
)

// mostEarly is how many mails may be filed before their turn: the cursor names them.
const mostEarly = 500

// newcomers reads what has arrived since the mails were listed that are being read:
// who writes while a backlog is read does not wait for its end. What may be filed
// before its turn is, one batch at most; the rest is left to the next look.
func (s *session) newcomers(ctx context.Context, pl *pipeline) error {
	if s.Early == nil || s.end == 0 || s.suspects.any() || !s.told.Swap(false) || pl.manyEarly() {
		return nil
	}
	var set imap.UIDSet
	set.AddRange(s.end+1, 0)
	items, err := s.list(set)
	if err != nil {
		return err
	}
	items = slices.DeleteFunc(items, func(it item) bool { return it.uid <= s.end })
	if len(items) == 0 {
		return nil
	}
	s.call() // whatever of it is left is found by the next look
	if n := min(len(items), fetchMails); n < len(items) {
		items = items[:n]
		s.told.Store(true)
	}
	first := s.end + 1
	s.end = items[len(items)-1].uid
	items = slices.DeleteFunc(items, func(it item) bool {
		return it.size > s.maxSize() || s.heads[it.uid] || s.failed[it.uid] > 0
	})
	for len(items) > 0 {
		slots, _ := s.batch(pl, items)
		items = items[len(slots):]
		for _, sl := range slots {
			sl.early = true
		}
		if err := s.suspects.early(first, s.end); err != nil {
			return err
		}
		if err := s.fetchSlots(ctx, pl, slots, false); err != nil {
			return err
		}
	}
	return nil
}

// manyEarly tells whether no more mails may be filed before their turn.
func (pl *pipeline) manyEarly() bool {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	return pl.early.Len() >= mostEarly
}

// pass moves the cursor past a mail that was filed before its turn.
func (s *session) pass(ctx context.Context, pl *pipeline, it item) error {
	sl := newSlot(it, 0)
	if err := pl.line(ctx, []*slot{sl}); err != nil {
		return err
	}
	pl.gone(sl)
	return nil
}
