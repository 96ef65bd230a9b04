package boltstore

import (
	"encoding/binary"
	"fmt"

	"sportello/ticket"
)

func (t *tx) AddMessage(id ticket.ID, m *ticket.Message) error {
	return addEntry(t, bucketMessages, id, m.Seq, "message", newMessageRecord(m))
}

func (t *tx) AddEvent(id ticket.ID, e *ticket.Event) error {
	if err := addEntry(t, bucketEvents, id, e.Seq, "event", newEventRecord(e)); err != nil {
		return err
	}
	return t.inMonth(id, e.At)
}

// addEntry appends to a thread: seq must follow the last one.
func addEntry(t *tx, bucket []byte, id ticket.ID, seq int, what string, v any) error {
	if err := t.writing(); err != nil {
		return err
	}
	b := t.growing(bucket)
	if last := lastSeq(t, bucket, id); seq != last+1 {
		return fmt.Errorf("add %s %d to ticket %d, which has %d: %w", what, seq, id, last, ticket.ErrInput)
	}
	return t.put(b, entryKey(id, seq), v, what+" of ticket", id)
}

// lastSeq is the highest Seq of a ticket's entries; 0: it has none.
func lastSeq(t *tx, bucket []byte, id ticket.ID) int {
	c := t.bucket(bucket).Cursor()
	k, _ := c.Seek(entryKey(id+1, 0))
	if k == nil {
		k, _ = c.Last()
	} else {
		k, _ = c.Prev()
	}
	if len(k) != 12 || ticket.ID(binary.BigEndian.Uint64(k)) != id {
		return 0
	}
	return int(binary.BigEndian.Uint32(k[8:]))
}

func (t *tx) Messages(id ticket.ID) ([]*ticket.Message, error) {
	var all []*ticket.Message
	for k, v := range ascend(t.bucket(bucketMessages), number(id)) {
		var r messageRecord
		if err := decode(v, &r); err != nil {
			return nil, fmt.Errorf("message %d of ticket %d: %w", binary.BigEndian.Uint32(k[8:]), id, err)
		}
		all = append(all, r.value())
	}
	return all, nil
}

func (t *tx) Message(id ticket.ID, seq int) (*ticket.Message, error) {
	var r messageRecord
	if seq < 1 {
		return nil, fmt.Errorf("message %d of ticket %d: %w", seq, id, ticket.ErrNotFound)
	}
	if err := t.get(bucketMessages, entryKey(id, seq), &r, fmt.Sprintf("message %d of ticket", seq), id); err != nil {
		return nil, err
	}
	return r.value(), nil
}

func (t *tx) Events(id ticket.ID) ([]*ticket.Event, error) {
	var all []*ticket.Event
	for k, v := range ascend(t.bucket(bucketEvents), number(id)) {
		var r eventRecord
		if err := decode(v, &r); err != nil {
			return nil, fmt.Errorf("event %d of ticket %d: %w", binary.BigEndian.Uint32(k[8:]), id, err)
		}
		all = append(all, r.value())
	}
	return all, nil
}

func (t *tx) FileMessageID(mid string, id ticket.ID) error {
	if err := t.writing(); err != nil {
		return err
	}
	b := t.bucket(bucketMessageIDs)
	if mid == "" || b.Get(digest(mid)) != nil {
		return nil
	}
	return b.Put(digest(mid), number(id))
}

func (t *tx) ByMessageID(mid string) (ticket.ID, error) {
	v := t.bucket(bucketMessageIDs).Get(digest(mid))
	if v == nil {
		return 0, fmt.Errorf("message-id: %w", ticket.ErrNotFound)
	}
	return ticket.ID(lastNumber(v)), nil
}
