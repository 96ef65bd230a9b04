package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"sportello/ticket"
)

// erasuresName is the file beside the keys that remembers who was erased, by digests
// that only the keys can make: it outlives the database, so that whom an older backup
// brings back is erased again.
const erasuresName = "erasures"

// erasureRecord is one of them.
type erasureRecord struct {
	ID       ticket.ErasureID   `json:"id"`
	Kind     ticket.ErasureKind `json:"kind"`
	At       time.Time          `json:"at"`
	Actor    string             `json:"actor"`
	Reason   string             `json:"reason"`
	Customer string             `json:"customer,omitempty"`
	Prints   [][]byte           `json:"prints"`
}

func newErasureRecord(e *ticket.Erasure) erasureRecord {
	r := erasureRecord{ID: e.ID, Kind: e.Kind, At: e.At, Actor: e.Actor, Reason: e.Reason, Customer: e.Customer}
	for _, p := range e.Prints {
		r.Prints = append(r.Prints, p[:])
	}
	return r
}

func (r erasureRecord) value() *ticket.Erasure {
	e := &ticket.Erasure{ID: r.ID, Kind: r.Kind, At: r.At, Actor: r.Actor, Reason: r.Reason, Customer: r.Customer}
	for _, p := range r.Prints {
		if len(p) == 32 {
			e.Prints = append(e.Prints, [32]byte(p))
		}
	}
	return e
}

// recallErasures makes the desk and the file know of the same.
func (o *office) recallErasures(ctx context.Context) error {
	path := filepath.Join(o.config.Desk.StateDir, keysDir, erasuresName)
	written, err := readRemembered[erasureRecord](path, "erasures", "what the database does not know to be erased stays")
	if err != nil {
		return err
	}
	all, err := o.desk.Erasures(ctx)
	if err != nil {
		return err
	}
	knows := func(id ticket.ErasureID) bool {
		return slices.ContainsFunc(all, func(e *ticket.Erasure) bool { return e.ID == id })
	}
	var lost []*ticket.Erasure
	for _, r := range written {
		if !knows(r.ID) {
			lost = append(lost, r.value())
		}
	}
	if len(lost) > 0 {
		if err := o.desk.RecallErasures(ctx, lost); err != nil {
			return err
		}
	}
	before := len(written)
	for _, e := range all {
		if len(e.Prints) > 0 && !slices.ContainsFunc(written, func(r erasureRecord) bool { return r.ID == e.ID }) {
			written = append(written, newErasureRecord(e))
		}
	}
	if len(written) == before {
		return nil
	}
	if err := writeRemembered(path, written); err != nil {
		return fmt.Errorf("erasures: %w", err)
	}
	return nil
}
