package boltstore

import (
	"time"

	"sportello/ticket"
)

// ringRecord is what is remembered of the desk's keys; their secrets are not here.
type ringRecord struct {
	Keys    []keyRecord        `json:"keys"`
	Revoked []revocationRecord `json:"revoked,omitempty"`
}

type keyRecord struct {
	ID    byte      `json:"id"`
	Since time.Time `json:"since,omitzero"`
	Print sum       `json:"print"`
}

type revocationRecord struct {
	Ticket     ticket.ID `json:"ticket,omitempty"`
	Technician int       `json:"technician,omitempty"`
	At         time.Time `json:"at"`
	Actor      string    `json:"actor"`
}

func newKeyRecord(k ticket.Key) keyRecord { return keyRecord{k.ID, k.Since.UTC(), k.Print} }
func (r keyRecord) value() ticket.Key     { return ticket.Key{ID: r.ID, Since: r.Since, Print: r.Print} }

func newRevocationRecord(r ticket.Revocation) revocationRecord { return revocationRecord(r) }
func (r revocationRecord) value() ticket.Revocation            { return ticket.Revocation(r) }

func newRingRecord(r ticket.Ring) ringRecord {
	return ringRecord{each(r.Keys, newKeyRecord), each(r.Revoked, newRevocationRecord)}
}

func (r ringRecord) value() ticket.Ring {
	return ticket.Ring{Keys: each(r.Keys, keyRecord.value), Revoked: each(r.Revoked, revocationRecord.value)}
}

func (t *tx) Ring() (ticket.Ring, error) {
	var r ringRecord
	err := t.single(keyRing, &r)
	return r.value(), err
}

func (t *tx) SetRing(r ticket.Ring) error {
	if err := t.writing(); err != nil {
		return err
	}
	return t.put(t.bucket(bucketDesk), keyRing, newRingRecord(r), "ring of keys", "")
}
