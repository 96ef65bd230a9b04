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

// threadFill leaves room in a page for what is still to come of its tickets.
const threadFill = 0.65

// addEntry appends to a thread: seq must follow the last one.
func addEntry(t *tx, bucket []byte, id ticket.ID, seq int, what string, v any) error {
	if err := t.writing(); err != nil {
		return err
	}
	b := t.bucket(bucket)
	b.bolt.FillPercent = threadFill
	last, err := lastSeq(t, bucket, id)
	if err != nil {
		return fmt.Errorf("add %s %d to ticket %d: %w", what, seq, id, err)
	}
	if seq != last+1 {
		return fmt.Errorf("add %s %d to ticket %d, which has %d: %w", what, seq, id, last, ticket.ErrInput)
	}
	e, err := b.encode(v)
	if err == nil {
		err = b.add(entryKey(id, seq), e)
	}
	if err != nil {
		return fmt.Errorf("put %s of ticket %d: %w", what, id, err)
	}
	return nil
}

// lastSeq is the highest Seq of a ticket's entries; 0: it has none.
func lastSeq(t *tx, bucket []byte, id ticket.ID) (int, error) {
	c := t.bucket(bucket).cursor()
	e, ok := c.before(entryKey(id+1, 0))
	if !ok || len(e.key) != 12 || ticket.ID(binary.BigEndian.Uint64(e.key)) != id {
		return 0, c.err
	}
	return int(binary.BigEndian.Uint32(e.key[8:])), nil
}

func (t *tx) Messages(id ticket.ID) ([]*ticket.Message, error) {
	var all []*ticket.Message
	for e, err := range t.bucket(bucketMessages).ascend(number(id)) {
		var r messageRecord
		if err == nil {
			err = decode(e.value, &r)
		}
		if err != nil {
			return nil, fmt.Errorf("message %d of ticket %d: %w", len(all)+1, id, err)
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
	for e, err := range t.bucket(bucketEvents).ascend(number(id)) {
		var r eventRecord
		if err == nil {
			err = decode(e.value, &r)
		}
		if err != nil {
			return nil, fmt.Errorf("event %d of ticket %d: %w", len(all)+1, id, err)
		}
		all = append(all, r.value())
	}
	return all, nil
}

func (t *tx) FileMessageID(mid string, id ticket.ID) error {
	if err := t.writing(); err != nil {
		return err
	}
	if mid == "" {
		return nil
	}
	return t.shelved(indexMessageIDs).put(digest(mid), number(id))
}

func (t *tx) ByMessageID(mid string) (ticket.ID, error) {
	_, v, err := t.shelved(indexMessageIDs).find(digest(mid))
	if err == nil && v == nil {
		err = ticket.ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("message-id: %w", err)
	}
	return ticket.ID(lastNumber(v)), nil
}
