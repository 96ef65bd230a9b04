package ticket

import (
	"context"
)

// maxSent bounds how many letters of a ticket are looked through for an
// address, and how many bytes of one are read for its words.
const maxSent, maxSentBytes = 20, 1 << 20

// Sent finds the letter that has this Message-ID, or the last one that asked to
// answer to this token address: what a reply to it may quote. Only its head and
// its text are there, no attachments; nil when there is none.
func (d *Desk) Sent(ctx context.Context, key string) (raw []byte) {
	_ = d.Store.View(ctx, func(tx Tx) error { // a letter that cannot be read is none
		if n, _, ok := d.Keys.VerifyMessageID(key, d.Now()); ok {
			raw = sentBytes(tx, n)
			return nil
		}
		token, ok := d.Keys.Verify(d.Addresses.Candidate(key), d.Now())
		if !ok || token.Ticket() == 0 {
			return nil
		}
		msgs, err := tx.Messages(token.Ticket())
		if err != nil {
			return err
		}
		for i, tries := len(msgs)-1, 0; i >= 0 && tries < maxSent && raw == nil; i-- {
			if msgs[i].NoticeID == 0 {
				continue
			}
			tries++
			if r, err := tx.Row(msgs[i].NoticeID); err == nil && r.Notice.ReplyTo == key {
				raw = sentBytes(tx, r.Notice.ID)
			}
		}
		return nil
	})
	return raw
}

// sentBytes are the bytes of a letter without its attachments.
func sentBytes(tx Tx, n NoticeID) []byte {
	l, err := tx.Letter(n)
	if err != nil {
		return nil
	}
	var b []byte
	for _, c := range l.Chunks {
		if len(b)+len(c.Bytes) > maxSentBytes {
			break
		}
		b = append(b, c.Bytes...)
	}
	return b
}
