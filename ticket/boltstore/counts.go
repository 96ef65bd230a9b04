package boltstore

import (
	"encoding/binary"
	"fmt"
	"time"

	"sportello/ticket"
)

// counts are the numbers of Stats as this transaction leaves them; finish
// writes them.
func (t *tx) counts() (*ticket.Stats, error) {
	if t.loaded {
		return &t.stats, nil
	}
	var r statsRecord
	if err := t.single(keyStats, &r); err != nil {
		return nil, err
	}
	t.stats, t.loaded = r.value(), true
	return &t.stats, nil
}

// finish is called once before the commit.
func (t *tx) finish() error {
	n, err := t.counts()
	if err != nil {
		return err
	}
	if err := t.put(t.bucket(bucketDesk), keyStats, newStatsRecord(*n), "stats", ""); err != nil {
		return err
	}
	if err := t.fullShelves(); err != nil {
		return err
	}
	return t.keepTallies()
}

func (t *tx) Stats() (ticket.Stats, error) {
	n, err := t.counts()
	if err != nil {
		return ticket.Stats{}, err
	}
	return *n, nil
}

func (t *tx) Count(c ticket.Counter, n int) error {
	if err := t.writing(); err != nil {
		return err
	}
	s, err := t.counts()
	if err != nil {
		return err
	}
	switch c {
	case ticket.CountSuppressed:
		s.Suppressed += n
		return nil
	}
	return fmt.Errorf("count %d: %w", c, ticket.ErrInput)
}

func countState(n *ticket.Stats, s ticket.State, d int) {
	switch s {
	case ticket.StateOpen:
		n.Open += d
	case ticket.StateWaiting:
		n.Waiting += d
	case ticket.StateClosed:
		n.Closed += d
	}
}

func countFate(n *ticket.Stats, f ticket.Fate, d int) {
	n.Mails += d
	switch f {
	case ticket.FateMessage:
		n.Messages += d
	case ticket.FateDuplicate:
		n.Duplicates += d
	case ticket.FateIgnored:
		n.Ignored += d
	case ticket.FateQuarantine, ticket.FateHeld:
		n.Quarantine += d
	case ticket.FateDropped:
		n.Dropped += d
	}
}

func countRow(n *ticket.Stats, s ticket.RowState, d int) {
	if s > 0 && int(s) < len(n.Outbox) {
		n.Outbox[s] += d
	}
}

func (t *tx) Hits(key string, since time.Time) (int, error) {
	n := 0
	prefix := digest(key)
	c := t.bucket(bucketHits).cursor()
	for e, ok := c.seek(appendTime(digest(key), since)); ok && string(e.key[:digestSize]) == string(prefix); e, ok = c.step() {
		if keyTime(e.key[digestSize:]).After(since) {
			n += int(binary.BigEndian.Uint32(e.value))
		}
	}
	return n, c.err
}

// Hit records one use of key and forgets those before drop.
func (t *tx) Hit(key string, at, drop time.Time) error {
	if err := t.writing(); err != nil {
		return err
	}
	b := t.bucket(bucketHits)
	for e, err := range b.ascend(digest(key)) {
		if err == nil && !keyTime(e.key[digestSize:]).Before(drop) {
			break
		}
		if err == nil {
			err = b.delete(e.key)
		}
		if err != nil {
			return fmt.Errorf("hit: %w", err)
		}
	}
	k, n := appendTime(digest(key), at), uint32(1)
	v, err := b.get(k)
	if err != nil {
		return fmt.Errorf("hit: %w", err)
	}
	if v != nil {
		n += binary.BigEndian.Uint32(v)
	}
	return b.put(k, binary.BigEndian.AppendUint32(nil, n))
}

// ForgetHits walks all keys: it is for once in a desk's life.
func (t *tx) ForgetHits(at time.Time) (n int, err error) {
	if err := t.writing(); err != nil {
		return 0, err
	}
	b := t.bucket(bucketHits)
	for e, err := range b.ascend(nil) {
		if err == nil && keyTime(e.key[digestSize:]).After(at) {
			n += int(binary.BigEndian.Uint32(e.value))
			err = b.delete(e.key)
		}
		if err != nil {
			return n, fmt.Errorf("forget hits: %w", err)
		}
	}
	return n, nil
}
