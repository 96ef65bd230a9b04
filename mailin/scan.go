package mailin

import (
	"context"
	"errors"
	"fmt"

	"github.com/emersion/go-imap/v2"
)

// scan files everything that lies behind the cursor.
func (s *session) scan(ctx context.Context) error {
	count, found := s.count(), 0
	err := s.fileAll(ctx, func(f func([]item) error) error {
		return s.after(func(items []item) error {
			found += len(items)
			return f(items)
		})
	})
	if err == nil {
		err = s.passOld(ctx)
	}
	if err == nil { // all that was there is filed: suspects that are left are gone from the server
		err = s.suspects.clear()
	}
	s.account(count, int64(found))
	return err
}

// account compares what the server counts with what the looks have found. More
// mails than that lie below the cursor, where nobody looks.
func (s *session) account(count, found int64) {
	if found > 0 {
		s.empty = 0
	}
	held := s.held.Load()
	switch {
	case held < 0:
		s.held.Store(s.total.Load())
		return
	case count > held+found:
		s.doubt.Store(true)
	}
	s.held.Add(max(count-held, found))
}

// fileAll files what each gives to its argument, and marks it.
func (s *session) fileAll(ctx context.Context, each func(func([]item) error) error) error {
	var inner context.Context
	var pl *pipeline
	stop := func() bool { return true }
	err := each(func(items []item) error {
		if len(items) == 0 {
			return nil
		}
		if pl == nil {
			inner, pl = s.startPipeline(ctx, s.cursor)
			stop = context.AfterFunc(inner, func() { s.conn.Close() })
		}
		return s.fetchAll(inner, pl, items)
	})
	stop()
	if pl != nil {
		cursor, perr := pl.finish()
		s.cursor = cursor
		if rerr := s.suspects.rest(); rerr != nil && perr == nil {
			err = rerr
		}
		if errors.Is(perr, errFiling) {
			return perr
		}
		if err == nil {
			_, err = s.settle(pl.taken())
		}
	}
	return err
}

// passOld moves the cursor past the mail that was left alone at the start, once
// nothing before it is still to be filed.
func (s *session) passOld(ctx context.Context) error {
	c := s.cursor
	if c.Last >= c.Old {
		return nil
	}
	c.Last = c.Old
	if err := s.Receiver.Receive(ctx, nil, c); err != nil {
		return fmt.Errorf("%w: move the cursor: %w", errFiling, err)
	}
	s.cursor = c
	return nil
}

// fetchAll sends items through the pipeline, batch by batch, and between them what
// has arrived meanwhile and may go before its turn.
func (s *session) fetchAll(ctx context.Context, pl *pipeline, items []item) error {
	for len(items) > 0 {
		if pl.before(items[0].uid) {
			if err := s.pass(ctx, pl, items[0]); err != nil {
				return err
			}
			items = items[1:]
			continue
		}
		slots, head := s.batch(pl, items)
		items = items[len(slots):]
		if err := s.try(slots); err != nil {
			return err
		}
		if err := s.fetchSlots(ctx, pl, slots, head); err != nil {
			return err
		}
		if len(items) > 0 {
			if err := s.newcomers(ctx, pl); err != nil {
				return err
			}
		}
	}
	return nil
}

// fetchSlots sends one batch through the pipeline, and marks what was filed.
func (s *session) fetchSlots(ctx context.Context, pl *pipeline, slots []*slot, head bool) error {
	if err := pl.line(ctx, slots); err != nil {
		return err
	}
	b := &batch{session: s, pl: pl, head: head, slots: make(map[imap.UID]*slot, len(slots))}
	for _, sl := range slots {
		b.slots[sl.uid] = sl
	}
	if err := b.fetch(slots); err != nil {
		if ctx.Err() == nil {
			s.blame(err, slots, b.slots)
		}
		for _, sl := range slots {
			if b.slots[sl.uid] != nil {
				pl.lose(sl)
			}
		}
		return err
	}
	if slots[0].alone {
		<-slots[0].done
	}
	if uids := pl.taken(); len(uids) > 0 {
		if _, err := s.settle(uids); err != nil {
			return err
		}
	}
	return nil
}

// try notes with the witness that slots are on their way.
func (s *session) try(slots []*slot) error {
	first := slots[0]
	if !s.suspects.has(first.uid) {
		return s.suspects.together(s.validity, slots[len(slots)-1].uid)
	}
	deaths, err := s.suspects.alone(first.uid)
	first.alone, first.deadly = true, deaths >= tooManyDeaths
	if deaths >= tooManyDeaths {
		s.Log.Error().Uint32("uid", uint32(first.uid)).Msg(deadly)
	}
	if deaths >= farTooMany {
		s.failed[first.uid] = patience
	}
	return err
}

// blame weighs down the mail that ended a fetch: the one that err names, or else
// the first that is left, since a server may die of a mail without a word.
func (s *session) blame(err error, slots []*slot, left map[imap.UID]*slot) {
	if br := (broken{}); errors.As(err, &br) {
		s.failed[br.uid] += ownFailure
		return
	}
	if no := refusedBy(err); no != nil && !ofTheMail(no) {
		return
	}
	for _, sl := range slots {
		if left[sl.uid] != nil {
			s.failed[sl.uid]++
			return
		}
	}
}

// batch takes as many of items as one FETCH may ask for, at least one. Mails of
// which only the head is wanted, that failed before or are suspects, go alone.
func (s *session) batch(pl *pipeline, items []item) (slots []*slot, head bool) {
	var sum int64
	for _, it := range items {
		large := it.size > s.maxSize() || s.heads[it.uid]
		n := it.size
		if large {
			n = headBytes
		}
		next, alone := newSlot(it, n), large || s.failed[it.uid] > 0 || s.suspects.has(it.uid)
		if len(slots) > 0 && (alone || pl.before(it.uid) || sum+next.weight > fetchSize || len(slots) == fetchMails) {
			break
		}
		slots = append(slots, next)
		sum += next.weight
		if alone {
			return slots, large
		}
	}
	return slots, false
}
