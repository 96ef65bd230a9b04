package boltstore

import (
	"fmt"
	"slices"
	"time"

	"sportello/ticket"
)

// erasureRecord says that personal data was erased; it lies under keyErasure and its
// number.
type erasureRecord struct {
	ID       ticket.ErasureID   `json:"id"`
	Kind     ticket.ErasureKind `json:"kind"`
	At       time.Time          `json:"at"`
	Done     time.Time          `json:"done,omitzero"`
	Actor    string             `json:"actor"`
	Reason   string             `json:"reason,omitempty"`
	Customer string             `json:"customer,omitempty"`
	Prints   []sum              `json:"prints,omitempty"`
	Tickets  int                `json:"tickets,omitempty"`
	Messages int                `json:"messages,omitempty"`
	Letters  int                `json:"letters,omitempty"`
	Mails    int                `json:"mails,omitempty"`
	Wanted   *wantedRecord      `json:"wanted,omitempty"`
	Left     []ticket.RawRef    `json:"left,omitempty"`
}

// wantedRecord is whom an erasure that goes on looks for.
type wantedRecord struct {
	Customer  string   `json:"customer,omitempty"`
	Of        []string `json:"of,omitempty"`
	Addresses []string `json:"addresses,omitempty"`
	Names     []string `json:"names,omitempty"`
	Mails     []string `json:"mails,omitempty"`
}

func newWantedRecord(w ticket.Wanted) wantedRecord { return wantedRecord(w) }
func (r wantedRecord) value() ticket.Wanted        { return ticket.Wanted(r) }

func newErasureRecord(e *ticket.Erasure) *erasureRecord {
	return &erasureRecord{e.ID, e.Kind, e.At.UTC(), e.Done.UTC(), e.Actor, e.Reason, e.Customer,
		each(e.Prints, func(p [32]byte) sum { return p }), e.Erased.Tickets, e.Erased.Messages, e.Erased.Letters, e.Erased.Mails,
		maybe(e.Wanted, newWantedRecord), e.Left}
}

func (r *erasureRecord) value() *ticket.Erasure {
	return &ticket.Erasure{ID: r.ID, Kind: r.Kind, At: r.At, Done: r.Done, Actor: r.Actor, Reason: r.Reason, Customer: r.Customer,
		Prints: each(r.Prints, func(s sum) [32]byte { return s }),
		Erased: ticket.Erased{Tickets: r.Tickets, Messages: r.Messages, Letters: r.Letters, Mails: r.Mails},
		Wanted: maybe(r.Wanted, wantedRecord.value), Left: r.Left}
}

func erasureKey(id ticket.ErasureID) []byte {
	return appendNumber(slices.Clone(keyErasure), uint64(id))
}

func (t *tx) Erasure(id ticket.ErasureID) (*ticket.Erasure, error) {
	var r erasureRecord
	if err := t.get(bucketDesk, erasureKey(id), &r, "erasure", id); err != nil {
		return nil, err
	}
	return r.value(), nil
}

func (t *tx) Erasures() ([]*ticket.Erasure, error) {
	var all []*ticket.Erasure
	for e, err := range t.bucket(bucketDesk).ascend(keyErasure) {
		var r erasureRecord
		if err == nil {
			err = decode(e.value, &r)
		}
		if err != nil {
			return nil, fmt.Errorf("erasures: %w", err)
		}
		all = append(all, r.value())
	}
	return all, nil
}

func (t *tx) PutErasure(e *ticket.Erasure) error {
	if err := t.writing(); err != nil {
		return err
	}
	if e.ID < 1 {
		return fmt.Errorf("put erasure without a number: %w", ticket.ErrInput)
	}
	return t.put(t.bucket(bucketDesk), erasureKey(e.ID), newErasureRecord(e), "erasure", e.ID)
}
