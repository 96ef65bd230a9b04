package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
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
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("revoked tokens: %w", err)
	}
	var written []revokedJSON
	if len(data) > 0 {
		if err := json.Unmarshal(data, &written); err != nil {
			return statusError{exitRefused, fmt.Errorf("%s cannot be read: %w; put it back from where the desk was copied, or remove it: then what the database does not know of counts again", path, err)}
		}
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
	data, err = json.Marshal(written)
	if err == nil {
		err = writeDurably(path+".new", append(data, '\n'))
	}
	if err == nil {
		err = errors.Join(os.Rename(path+".new", path), syncDir(filepath.Dir(path)))
	}
	if err != nil {
		return fmt.Errorf("revoked tokens: %w", err)
	}
	return nil
}
