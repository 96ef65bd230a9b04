package boltstore

import (
	"time"

	"sportello/ticket"
)

// restoredRecord is how the desk goes on after a restore.
type restoredRecord struct {
	At      time.Time `json:"at"`
	Holding bool      `json:"holding,omitempty"`
	Ticket  ticket.ID `json:"ticket,omitempty"`
	Quote   int       `json:"quote,omitempty"`
	Untold  int       `json:"untold,omitempty"`
	Unsure  int       `json:"unsure,omitempty"`
	Filed   time.Time `json:"filed,omitzero"`
}

func (t *tx) Restored() (ticket.Restored, error) {
	var r restoredRecord
	err := t.single(keyLife, &r)
	return ticket.Restored(r), err
}

func (t *tx) SetRestored(r ticket.Restored) error {
	if err := t.writing(); err != nil {
		return err
	}
	r.At, r.Filed = r.At.UTC(), r.Filed.UTC()
	return t.put(t.bucket(bucketDesk), keyLife, restoredRecord(r), "restored", "")
}

func (t *tx) LastQuote() (int, error) { return int(t.bucket(bucketHolds).given()), nil }

func (t *tx) NoteQuote(version int) error {
	if err := t.writing(); err != nil {
		return err
	}
	if b := t.bucket(bucketHolds); uint64(version) > b.given() {
		return b.giveUpTo(uint64(version))
	}
	return nil
}
