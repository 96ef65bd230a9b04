package mailin

import (
	"errors"
	"fmt"
	"io"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

const (
	// headBytes is what is fetched of a mail above the size limit.
	headBytes = 256 << 10
	// One FETCH asks for at most so many mails, and so much of what may be in
	// flight unless one mail alone is larger.
	fetchMails = 256
	fetchSize  = inFlight / 2
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
	if err != nil && !ofTheMail(refusedBy(err)) {
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

// ofTheMail tells a refusal that may be due to the mail that was asked for. A
// server that has an internal error often has it of one mail alone.
func ofTheMail(no *imap.Error) bool {
	if no == nil || disconnected(no) {
		return false
	}
	switch no.Code {
	case imap.ResponseCodeUnavailable, imap.ResponseCodeInUse, imap.ResponseCodeLimit:
		return false
	}
	return !aboutCredentials(no)
}

// fetchOne tries again for a mail that did not come with the others: alone, then
// by its sequence number, since a body that comes before its UID is only
// delivered so; the UID in the answer still decides.
func (b *batch) fetchOne(sl *slot) error {
	var why error
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
		if err != nil && !ofTheMail(refusedBy(err)) {
			return err
		}
		if err != nil {
			why = err
		}
		if b.slots[sl.uid] == nil {
			b.bySeq = bySeq
			return nil
		}
	}
	if why != nil && !b.given { // it gives no other mail either
		return why
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
	var size, most int64
	for _, sl := range slots {
		uids.AddNum(sl.uid)
		seqs.AddNum(sl.seq)
		limit := b.limit(sl, len(slots) == 1)
		most += limit
		if b.failed[sl.uid] > 0 { // its size may be a lie
			size += limit
		} else {
			size += min(sl.size, limit)
		}
	}
	section := &imap.FetchItemBodySection{Peek: true}
	if b.head {
		section.Partial = &imap.SectionPartial{Size: headBytes}
	}
	var set imap.NumSet = uids
	if bySeq {
		set = seqs
	}
	b.conn.expect(size, most)
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
		b.given = true
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
