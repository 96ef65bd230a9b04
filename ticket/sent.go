package ticket

import (
	"context"
)

// maxSent bounds how many letters of a ticket are looked through for an address,
// maxSentBack how many of those that asked for it a reply is compared with, and
// maxSentBytes how much of one is read for its words.
const maxSent, maxSentBack, maxSentBytes = 20, 8, 1 << 20

// Sent finds the letter that has this Message-ID, or those that asked to answer to
// this token address, the newest first: what a reply may quote. Only their heads
// and their text are there, no attachments.
func (d *Desk) Sent(ctx context.Context, key string) (sent [][]byte) {
	_ = d.Store.View(ctx, func(tx Tx) error { // a letter that cannot be read is none
		take := func(n NoticeID) {
			if raw := sentBytes(tx, n); raw != nil {
				sent = append(sent, raw)
			}
		}
		if n, _, ok := d.Keys.VerifyMessageID(key, d.Now()); ok {
			take(n)
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
		for i, tries := len(msgs)-1, 0; i >= 0 && tries < maxSent && len(sent) < maxSentBack; i-- {
			if msgs[i].NoticeID == 0 {
				continue
			}
			tries++
			if r, err := tx.Row(msgs[i].NoticeID); err == nil && r.Notice.ReplyTo == key {
				take(r.Notice.ID)
			}
		}
		return nil
	})
	return sent
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
