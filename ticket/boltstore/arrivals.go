package boltstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"

	"sportello/ticket"
)

func (t *tx) Arrival(id ticket.ArrivalID) (*ticket.Arrival, error) {
	var r arrivalRecord
	if err := t.get(bucketArrivals, number(id), &r, "arrival", id); err != nil {
		return nil, err
	}
	return r.value(), nil
}

// PutArrival stores v with its indexes and counts; see ticket.Tx.
func (t *tx) PutArrival(v *ticket.Arrival) error {
	if err := t.writing(); err != nil {
		return err
	}
	if v.ID == 0 {
		return fmt.Errorf("put arrival without a number: %w", ticket.ErrInput)
	}
	old := &ticket.Arrival{}
	switch stored, err := t.Arrival(v.ID); {
	case err == nil:
		old = stored
	case !errors.Is(err, ticket.ErrNotFound):
		return err
	}
	n, err := t.counts()
	if err != nil {
		return err
	}
	if old.ID != 0 {
		countFate(n, old.Fate, -1)
	}
	countFate(n, v.Fate, +1)
	if err := errors.Join(
		t.names(v.Raw),
		t.shelved(indexRawSums).claim(sumKey(old.RawSum), sumKey(v.RawSum), v.ID),
		t.shelved(indexContents).claim(sumKey(old.Content), sumKey(v.Content), v.ID),
		claim(t.growing(bucketPlaces), placeKey(old.Source), placeKey(v.Source), v.ID),
		reindex(t.bucket(bucketFates), fateKeys(old), fateKeys(v))); err != nil {
		return fmt.Errorf("arrival %d: %w", v.ID, err)
	}
	return t.put(t.growing(bucketArrivals), number(v.ID), newArrivalRecord(v), "arrival", v.ID)
}

// claim makes id the owner of a fingerprint, unless there is one, and gives up old.
// A nil key is none.
func (x shelved) claim(old, key []byte, id ticket.ArrivalID) error {
	if old != nil && string(old) != string(key) {
		if err := x.forget(old, number(id)); err != nil {
			return err
		}
	}
	if key == nil {
		return nil
	}
	return x.put(key, number(id))
}

// claim is shelved.claim of an index that is in order of time by itself.
func claim(b *bucket, old, key []byte, id ticket.ArrivalID) error {
	if old != nil && string(old) != string(key) {
		v, err := b.get(old)
		if err == nil && v != nil && lastNumber(v) == uint64(id) {
			err = b.delete(old)
		}
		if err != nil {
			return err
		}
	}
	if key == nil || b.has(key) {
		return nil
	}
	return b.add(key, number(id))
}

// sumKey is nil for the zero sum, which is no fingerprint.
func sumKey(sum [32]byte) []byte {
	if sum == [32]byte{} {
		return nil
	}
	return sum[:digestSize]
}

// placeKey is nil for an arrival that lies on no server.
func placeKey(s ticket.Source) []byte {
	if s == (ticket.Source{}) {
		return nil
	}
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, s.UIDValidity), s.UID)
}

func fateKeys(v *ticket.Arrival) [][]byte {
	switch v.Fate {
	case ticket.FateQuarantine, ticket.FateHeld, ticket.FateIgnored:
		return [][]byte{appendNumber(fatePrefix(v.Fate), v.ID)}
	}
	return nil
}

func fatePrefix(f ticket.Fate) []byte { return appendText(nil, f.String()) }

func (t *tx) ByRaw(sum [32]byte) (ticket.ArrivalID, error) {
	return t.shelved(indexRawSums).owner(sumKey(sum), "raw fingerprint")
}

func (t *tx) ByContent(sum [32]byte) (ticket.ArrivalID, error) {
	return t.shelved(indexContents).owner(sumKey(sum), "content fingerprint")
}

// Place finds the first arrival that was filed from a place on the server, or
// returns ErrNotFound.
func (s *Store) Place(ctx context.Context, at ticket.Source) (id ticket.ArrivalID, err error) {
	err = s.View(ctx, func(t ticket.Tx) error {
		id, err = byKey(t.(*tx).bucket(bucketPlaces), placeKey(at), "place")
		return err
	})
	return id, err
}

// owner is the arrival that a fingerprint is of; nil is none's.
func (x shelved) owner(sum []byte, what string) (ticket.ArrivalID, error) {
	var v []byte
	var err error
	if sum != nil {
		_, v, err = x.find(sum)
	}
	return arrivalIn(v, err, what)
}

func byKey(b *bucket, key []byte, what string) (ticket.ArrivalID, error) {
	var v []byte
	var err error
	if key != nil {
		v, err = b.get(key)
	}
	return arrivalIn(v, err, what)
}

// arrivalIn is the number in what an index has for a key; nil: it has nothing.
func arrivalIn(v []byte, err error, what string) (ticket.ArrivalID, error) {
	if v == nil && err == nil {
		err = ticket.ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	return ticket.ArrivalID(lastNumber(v)), nil
}

func (t *tx) Arrivals(fate ticket.Fate, after ticket.ArrivalID) iter.Seq2[*ticket.Arrival, error] {
	return func(yield func(*ticket.Arrival, error) bool) {
		for e, err := range t.bucket(bucketFates).ascendAfter(fatePrefix(fate), appendNumber(fatePrefix(fate), after)) {
			if err != nil {
				yield(nil, fmt.Errorf("arrivals: %w", err))
				return
			}
			if !yield(t.Arrival(ticket.ArrivalID(lastNumber(e.key)))) {
				return
			}
		}
	}
}
