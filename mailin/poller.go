package mailin

import (
	"context"

	"sportello/ticket"
)

// Receiver files arrivals: all of in, in order, and the cursor after them, in
// one commit. After an error nothing was filed and the same may be offered again.
type Receiver interface {
	Receive(ctx context.Context, in []*ticket.Inbound, c ticket.Cursor) error
	// Cursor is how far the mailbox was read; the zero value before the first start.
	Cursor(ctx context.Context) (ticket.Cursor, error)
}
