package boltstore

import (
	"errors"
	"fmt"

	berrors "go.etcd.io/bbolt/errors"
)

// Why a store is refused. Each error says what was found and what to do.
var (
	ErrMissing     = errors.New("store: there is no database")
	ErrExists      = errors.New("store: there is a database already")
	ErrEmpty       = errors.New("store: the database file is empty")
	ErrShort       = errors.New("store: the database file is cut short")
	ErrForeign     = errors.New("store: the file is not a database of this desk")
	ErrNewer       = errors.New("store: the database was written by a newer program")
	ErrOlder       = errors.New("store: the database is older than its witness")
	ErrUnwitnessed = errors.New("store: the file generation is missing or unreadable")
	ErrDamaged     = errors.New("store: the database is damaged")
	ErrMonth       = errors.New("store: a month of the archive is not what the database knows of it")
	ErrBusy        = errors.New("store: another process holds the desk")
	// ErrClosed: the store was closed before.
	ErrClosed = errors.New("store: closed")
)

const restoreAdvice = "restore the last backup (sportello restore); a copy of the file may still be repaired"

var advice = map[error]string{
	ErrMissing:     "check desk.state_dir; make a new desk with `sportello init` or bring one back with `sportello restore`",
	ErrExists:      "nothing was changed; choose another desk.state_dir or use the desk that is there",
	ErrEmpty:       restoreAdvice,
	ErrShort:       restoreAdvice,
	ErrForeign:     "check desk.state_dir; the file was left as it is",
	ErrNewer:       "install the newer program again; this one would lose what it does not know",
	ErrOlder:       "a backup or an old copy was put in its place: if that was meant, start once with `serve --after-restore`",
	ErrUnwitnessed: "put back the file that lay beside the database; if the database was restored by hand, start once with `serve --after-restore`",
	ErrDamaged:     restoreAdvice,
	ErrMonth:       "put back the file of that month from the last backup (sportello restore); where there is none, start once with `serve --after-restore`: the mails that are not in it are lost, and their numbers are given to no others",
}

// refusal names the file, what was found and what to do about it; detail may be nil.
func refusal(kind error, path string, detail error) error {
	if detail == nil {
		return fmt.Errorf("%w: %s: %s", kind, path, advice[kind])
	}
	return fmt.Errorf("%w: %s: %w: %s", kind, path, detail, advice[kind])
}

// BusyError is ErrBusy with the holder.
type BusyError struct {
	PID int // of the holder; 0 when it did not say
}

func (e *BusyError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("%v: stop it, or use its control socket", ErrBusy)
	}
	return fmt.Sprintf("%v: pid %d: stop it, or use its control socket", ErrBusy, e.PID)
}

// Unwrap makes errors.Is(err, ErrBusy) true.
func (e *BusyError) Unwrap() error { return ErrBusy }

// closedError turns bbolt's word for a closed database into ours.
func closedError(err error) error {
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return ErrClosed
	}
	return err
}
