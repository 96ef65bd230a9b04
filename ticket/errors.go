package ticket

import "errors"

var (
	// ErrNotFound: the ticket, customer, row or raw mail asked for does not exist.
	ErrNotFound = errors.New("ticket: not found")
	// ErrReadOnly: a write was tried inside Store.View.
	ErrReadOnly = errors.New("ticket: read-only transaction")
	// ErrState: the verb does not fit the ticket's state (closing a closed ticket).
	ErrState = errors.New("ticket: not possible in this state")
	// ErrStale: a row of the outbox must not be sent any more (settled
	// meanwhile, or an acknowledgement older than 24 hours).
	ErrStale = errors.New("ticket: letter is not to be sent any more")
	// ErrInput: an argument of a verb means nothing (unknown name, bad number).
	ErrInput = errors.New("ticket: bad argument")
	// ErrLastKey: no key can follow the one that signs.
	ErrLastKey = errors.New("ticket: all keys from a to z were used")
	// ErrCommit: the store could not commit and does not know what is on disk.
	// The process must end; a restart finds out. Nothing may be retried.
	ErrCommit = errors.New("ticket: commit failed")
)

// RowError says that one row of the outbox cannot be read; the others can.
type RowError struct {
	ID  NoticeID
	Err error
}

func (e *RowError) Error() string { return e.Err.Error() }
func (e *RowError) Unwrap() error { return e.Err }
