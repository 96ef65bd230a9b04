package mailout

import "errors"

// fault says what an error means for a letter and for the queue.
type fault int

const (
	// temporary: the server answered 4xx; the letter climbs the ladder.
	temporary fault = iota + 1
	// permanent: the server answered 5xx, or can never take this letter.
	permanent
	// unknown: lost after the final dot; the server may have taken the letter.
	unknown
	// lost: the connection broke before the final dot; nothing was taken.
	lost
	// network: the server could not be reached; the queue rests.
	network
	// login: the server refuses us as such (credentials, TLS); the queue rests long, somebody is told.
	login
	// envelope: the server refused our envelope sender, not the letter.
	envelope
	// tooLarge: the letter has more bytes than the server takes.
	tooLarge
	// crowd: we are on the server more often than it likes.
	crowd
)

// Error is what went wrong on the way to the server, and what it means.
type Error struct {
	fault fault
	err   error
}

func (e *Error) Error() string { return e.err.Error() }
func (e *Error) Unwrap() error { return e.err }

// faultOf reads the meaning of an error; any other error is permanent, for it
// comes from the letter and not from the server.
func faultOf(err error) fault {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.fault
	}
	return permanent
}
