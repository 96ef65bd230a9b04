package mailin

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

const (
	// headBytes is what is fetched of a mail above the size limit.
	headBytes = 256 << 10
	// One FETCH asks for at most so many mails, and bytes unless one mail alone
	// is larger.
	fetchMails = 256
	fetchSize  = 8 << 20
	// A mail is given up when its failures weigh patience: three that are plainly
	// its own, or a dozen where the connection died when its turn had come, over
	// a quarter of an hour and more.
	patience   = 12
	ownFailure = 4
)

// broken is a mail that the server did not give as it was announced.
type broken struct {
	uid imap.UID
	why string
}

func (b broken) Error() string { return fmt.Sprintf("UID %d: %s", b.uid, b.why) }

// scan files everything that lies behind the cursor.
func (s *session) scan(ctx context.Context) error {
	var inner context.Context
	var pl *pipeline
	stop := func() bool { return true }
	err := s.after(func(items []item) error {
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
		if errors.Is(perr, errFiling) {
			return perr
		}
		if err == nil {
			_, err = s.settle(pl.taken())
		}
	}
	if err == nil {
		err = s.passOld(ctx)
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

// fetchAll sends items through the pipeline, batch by batch.
func (s *session) fetchAll(ctx context.Context, pl *pipeline, items []item) error {
	for len(items) > 0 {
		slots, head := s.batch(items)
		items = items[len(slots):]
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
		if uids := pl.taken(); len(uids) > 0 {
			if _, err := s.settle(uids); err != nil {
				return err
			}
		}
	}
	return nil
}

// blame weighs down the mail that ended a fetch: the one that err names, or else
// the first that is left, since a server may die of a mail without a word.
func (s *session) blame(err error, slots []*slot, left map[imap.UID]*slot) {
	if br := (broken{}); errors.As(err, &br) {
		s.failed[br.uid] += ownFailure
		return
	}
	if errors.As(err, new(*imap.Error)) {
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
// which only the head is wanted, or that failed before, go alone.
func (s *session) batch(items []item) (slots []*slot, head bool) {
	var sum int64
	for _, it := range items {
		large := it.size > s.maxSize() || s.heads[it.uid]
		if len(slots) > 0 && (large || s.failed[it.uid] > 0 || sum+it.size > fetchSize || len(slots) == fetchMails) {
			break
		}
		n := it.size
		if large {
			n = headBytes
		}
		slots = append(slots, newSlot(it, n))
		sum += it.size
		if large || s.failed[it.uid] > 0 {
			return slots, large
		}
	}
	return slots, false
}

// batch is one FETCH and what comes of it.
type batch struct {
	*session
	pl    *pipeline
	head  bool
	slots map[imap.UID]*slot // not yet delivered
}

// fetch delivers every slot, one way or another, or returns why the session
// must end; what is then left in slots was not delivered.
func (b *batch) fetch(slots []*slot) error {
	if len(slots) == 1 && b.failed[slots[0].uid] >= patience {
		b.giveUp(slots[0])
		return nil
	}
	err := b.fetchSet(slots, b.bySeq)
	if no := new(imap.Error); err != nil && (!errors.As(err, &no) || busyCode(no.Code)) {
		return err
	}
	for _, sl := range slots {
		if b.slots[sl.uid] == nil {
			continue
		}
		if err := b.fetchOne(sl); err != nil {
			return err
		}
	}
	return nil
}

// busyCode tells of a server that cannot answer now: nothing is wrong with the mail.
func busyCode(c imap.ResponseCode) bool {
	return c == imap.ResponseCodeUnavailable || c == imap.ResponseCodeInUse || c == imap.ResponseCodeLimit
}

// fetchOne tries again for a mail that did not come with the others: alone, then
// by its sequence number, since a body that comes before its UID is only
// delivered so; the UID in the answer still decides.
func (b *batch) fetchOne(sl *slot) error {
	for _, bySeq := range []bool{false, true} {
		items, err := b.list(imap.UIDSetNum(sl.uid))
		if err != nil {
			return err
		}
		if len(items) == 0 || items[0].uid != sl.uid {
			delete(b.slots, sl.uid)
			b.pl.gone(sl)
			return nil
		}
		sl.seq = items[0].seq
		err = b.fetchSet([]*slot{sl}, bySeq)
		if no := new(imap.Error); err != nil && (!errors.As(err, &no) || busyCode(no.Code)) {
			return err
		}
		if b.slots[sl.uid] == nil {
			b.bySeq = bySeq
			return nil
		}
	}
	if b.failed[sl.uid]+ownFailure >= patience {
		b.giveUp(sl)
		return nil
	}
	return broken{sl.uid, "the server does not give it"}
}

// giveUp files sl as a mail that the server does not give (PROMISES.md F05).
func (b *batch) giveUp(sl *slot) {
	delete(b.slots, sl.uid)
	b.Log.Error().Uint32("uid", uint32(sl.uid)).Msg("the server does not give this mail")
	b.pl.unfit(sl, fmt.Sprintf("unfetchable UID %d", sl.uid))
}

// fetchSet asks for slots in one command and delivers what comes.
func (b *batch) fetchSet(slots []*slot, bySeq bool) error {
	var uids imap.UIDSet
	var seqs imap.SeqSet
	var size int64
	for _, sl := range slots {
		uids.AddNum(sl.uid)
		seqs.AddNum(sl.seq)
		size += b.limit(sl, len(slots) == 1)
	}
	section := &imap.FetchItemBodySection{Peek: true}
	if b.head {
		section.Partial = &imap.SectionPartial{Size: headBytes}
	}
	var set imap.NumSet = uids
	if bySeq {
		set = seqs
	}
	b.conn.allow(size)
	defer b.conn.rest()
	fc := b.client.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}})
	var last fetched // whole only when what follows it could be read
	for m := fc.Next(); m != nil; m = fc.Next() {
		b.deliver(last)
		var err error
		if last, err = b.take(m, len(slots) == 1); err != nil {
			// The client's goroutine must end before Close looks at the mail again.
			b.conn.Conn.Close()
			<-b.client.Closed()
			fc.Close()
			return err
		}
	}
	err := fc.Close()
	if err != nil && !errors.As(err, new(*imap.Error)) {
		if last.body != nil {
			err = fmt.Errorf("%w: %w", broken{last.uid, "not as long as announced"}, err)
		}
		return fmt.Errorf("fetch: %w", err)
	}
	b.deliver(last)
	if err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	return nil
}

// fetched is a mail as it came.
type fetched struct {
	uid  imap.UID
	body []byte // nil: none came
}

// deliver hands f on if it is awaited.
func (b *batch) deliver(f fetched) {
	if sl := b.slots[f.uid]; sl != nil && f.body != nil {
		delete(b.slots, f.uid)
		delete(b.failed, f.uid)
		b.pl.got(sl, f.body, b.head)
	}
}

// limit is how long the body of sl may be: servers estimate RFC822.SIZE, so a
// mail fetched alone may be as large as the desk takes.
func (b *batch) limit(sl *slot, alone bool) int64 {
	switch {
	case b.head:
		return headBytes
	case alone:
		return b.maxSize()
	}
	return sl.size + sl.size/2 + 64<<10
}

// take reads one answer. The UID may stand behind the body only in an answer by
// sequence number, which is asked for when a mail is fetched alone, or after
// that has worked.
func (b *batch) take(m *imapclient.FetchMessageData, alone bool) (f fetched, err error) {
	for d := m.Next(); d != nil; d = m.Next() {
		switch d := d.(type) {
		case imapclient.FetchItemDataUID:
			f.uid = d.UID
		case imapclient.FetchItemDataBodySection:
			if d.Literal == nil {
				continue
			}
			limit := b.maxSize()
			if sl := b.slots[f.uid]; sl != nil {
				limit = b.limit(sl, alone)
			}
			if f.body, err = b.body(f.uid, d.Literal, limit); err != nil {
				return f, err
			}
		}
	}
	return f, nil
}

// body reads a literal whole. One that is a little too long is passed over, so
// that its mail is fetched alone later; beyond every limit, or broken, it ends
// the connection.
func (b *batch) body(uid imap.UID, lit imap.LiteralReader, limit int64) ([]byte, error) {
	n := lit.Size()
	if n > max(limit, b.maxSize()) {
		b.conn.fail(errFlood)
		io.Copy(io.Discard, lit)
		if !b.head && !b.heads[uid] {
			b.heads[uid] = true
			return nil, errFlood
		}
		return nil, broken{uid, fmt.Sprintf("%d bytes instead of %d", n, limit)}
	}
	if n > limit {
		_, err := io.Copy(io.Discard, lit)
		return nil, err
	}
	buf := make([]byte, n, n+1)
	_, err := io.ReadFull(lit, buf)
	if err == nil {
		_, err = lit.Read(buf[n : n+1]) // the end must be seen for the client to go on
		if err == io.EOF {
			return buf, nil
		}
	}
	return nil, broken{uid, fmt.Sprintf("broke off: %v", err)}
}
