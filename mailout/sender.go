// Package mailout turns notices into letters and carries them.
package mailout

import (
	"context"
	"time"

	"sportello/ticket"
)

// Spool is the outbox as the Sender sees it.
type Spool interface {
	// Take lists at most n queued rows that are due, in the order in which they
	// must go, without those for which busy answers true; next is when the next
	// one falls due when there are none (zero: nothing is queued).
	Take(ctx context.Context, n int, busy func(ticket.NoticeID) bool) (rows []*ticket.Row, next time.Time, err error)
	// Begin stores the letter's bytes (nil: they are stored already) and marks
	// the row as sending, durably, before the first byte goes out. It returns
	// ticket.ErrStale when the row must not be sent any more.
	Begin(ctx context.Context, id ticket.NoticeID, l *ticket.Letter) error
	// Letter returns the stored bytes of a row that is Fixed.
	Letter(ctx context.Context, id ticket.NoticeID) (*ticket.Letter, error)
	// Settle records what became of a try, durably.
	Settle(ctx context.Context, id ticket.NoticeID, o ticket.Outcome) error
}
