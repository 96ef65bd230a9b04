package mailout

import (
	"errors"

	"github.com/emersion/go-smtp"

	"sportello/ticket"
)

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

// codeOf is the code of the server's refusal; 0 when it was not the server that spoke.
func codeOf(err error) int {
	if said := (*smtp.SMTPError)(nil); errors.As(err, &said) {
		return said.Code
	}
	return 0
}

// about is an error that people are told of in words of their own.
type about struct {
	key string // of the phrase
	error
}

func (a about) Unwrap() error { return a.error }

// words says to people what err means for the queue: never its own text, which
// is for the log, but a phrase, and what the server said.
func words(err error, deskAddress string) []ticket.Words {
	key := "smtp refused"
	switch a := (about{}); {
	case errors.As(err, &a):
		key = a.key
	case faultOf(err) == envelope:
		return withSaid(err, ticket.Say("smtp sender", deskAddress))
	case loud(err):
		key = "smtp later"
	}
	return withSaid(err, ticket.Say(key))
}

// withSaid adds to words what the server said, where it spoke.
func withSaid(err error, words ticket.Words) []ticket.Words {
	if said := answer(err); said != "" {
		return []ticket.Words{words, ticket.Say("said", said)}
	}
	return []ticket.Words{words}
}

// why says to people why a letter was not delivered.
func why(err error, givenUp bool) ticket.Words {
	key := "why-unwritable"
	switch a := (about{}); {
	case errors.As(err, &a):
		key = a.key
	case faultOf(err) == tooLarge:
		key = "why-too-large"
	case givenUp:
		key = "why-given-up"
	case answer(err) != "":
		key = "why-refused"
	}
	if said := answer(err); said != "" {
		return ticket.Say("server-said", ticket.Say(key), said)
	}
	return ticket.Say(key)
}

// answer is what the server said, on one line; "" when it was not the server
// that spoke.
func answer(err error) string {
	if said := (*smtp.SMTPError)(nil); errors.As(err, &said) {
		return clean(withCode(said))
	}
	return ""
}
