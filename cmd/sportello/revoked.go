package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"sportello/ticket"
)

// revokedName is the file beside the keys that remembers which tokens were taken back:
// it outlives the database, so that none of them counts again after a restore.
const revokedName = "revoked"

// revokedJSON is one of them.
type revokedJSON struct {
	Ticket     ticket.ID `json:"ticket,omitempty"`
	Technician int       `json:"technician,omitempty"`
	At         time.Time `json:"at"`
	Actor      string    `json:"actor"`
}

// recallRevoked makes the desk and the file know of the same.
func (o *office) recallRevoked(ctx context.Context) error {
	path := filepath.Join(o.config.Desk.StateDir, keysDir, revokedName)
	written, err := readRemembered[revokedJSON](path, "revoked tokens", "what the database does not know of counts again")
	if err != nil {
		return err
	}
	known := make([]ticket.Revocation, len(written))
	for i, r := range written {
		known[i] = ticket.Revocation(r)
	}
	if len(known) > 0 {
		if err := o.desk.Recall(ctx, known); err != nil {
			return err
		}
	}
	ring, err := o.desk.Ring(ctx)
	if err != nil || len(ring.Revoked) == len(written) {
		return err
	}
	written = make([]revokedJSON, len(ring.Revoked))
	for i, r := range ring.Revoked {
		written[i] = revokedJSON(r)
	}
	if err := writeRemembered(path, written); err != nil {
		return fmt.Errorf("revoked tokens: %w", err)
	}
	return nil
}
