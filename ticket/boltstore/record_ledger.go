package boltstore

import (
	"time"

	"sportello/policy"
	"sportello/ticket"
)

type lotRecord struct {
	Ref       string         `json:"ref"`
	Quantity  policy.Credits `json:"quantity"`
	Purchased policy.Date    `json:"purchased"`
	Held      policy.Credits `json:"held,omitempty"`
	Spent     policy.Credits `json:"spent,omitempty"`
	Expired   policy.Credits `json:"expired,omitempty"`
	Entered   bool           `json:"entered,omitempty"`
}

type moveRecord struct {
	Kind      policy.MoveKind `json:"kind"`
	Lot       string          `json:"lot"`
	Credits   policy.Credits  `json:"credits"`
	Purchased policy.Date     `json:"purchased,omitzero"`
	Hold      string          `json:"hold,omitempty"`
}

type entryRecord struct {
	Seq       int            `json:"seq"`
	At        time.Time      `json:"at"`
	Move      moveRecord     `json:"move"`
	Cause     string         `json:"cause"`
	Actor     string         `json:"actor"`
	Reason    string         `json:"reason,omitempty"`
	Ticket    ticket.ID      `json:"ticket,omitempty"`
	Available policy.Credits `json:"available"`
	Held      policy.Credits `json:"held"`
	Key       byte           `json:"key"`
	MAC       sum            `json:"mac"`
}

func newEntryRecord(e *ticket.Entry) entryRecord {
	return entryRecord{e.Seq, e.At.UTC(), moveRecord(e.Move), e.Cause, e.Actor, e.Reason, e.Ticket, e.Available, e.Held, e.Key, e.MAC}
}

func (r entryRecord) value() *ticket.Entry {
	return &ticket.Entry{Seq: r.Seq, At: r.At, Move: policy.Move(r.Move), Cause: r.Cause, Actor: r.Actor, Reason: r.Reason, Ticket: r.Ticket,
		Available: r.Available, Held: r.Held, Key: r.Key, MAC: r.MAC}
}

type holdRecord struct {
	Customer string       `json:"customer"`
	Code     string       `json:"code"`
	Parts    []partRecord `json:"parts"`
}

type partRecord struct {
	Lot     string         `json:"lot"`
	Credits policy.Credits `json:"credits"`
}

func newPartRecord(p policy.Part) partRecord { return partRecord(p) }
func (r partRecord) value() policy.Part      { return policy.Part(r) }

func newHoldRecord(customer string, h policy.Hold) holdRecord {
	return holdRecord{customer, h.Code, each(h.Parts, newPartRecord)}
}

func (r holdRecord) value() policy.Hold {
	return policy.Hold{Code: r.Code, Parts: each(r.Parts, partRecord.value)}
}

type booksRecord struct {
	Entries int  `json:"entries"`
	Sum     sum  `json:"sum"`
	Key     byte `json:"key"`
	MAC     sum  `json:"mac"`
}

func newBooksRecord(b ticket.Books) booksRecord { return booksRecord{b.Entries, b.Sum, b.Key, b.MAC} }
func (r booksRecord) value() ticket.Books {
	return ticket.Books{Entries: r.Entries, Sum: r.Sum, Key: r.Key, MAC: r.MAC}
}
