package main

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/rs/zerolog"
)

// panicked is a panic that was made an error.
type panicked struct {
	what  string // panicked
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("%s panicked: %v", p.what, p.value) }

// recovered runs f and makes an error of a panic: what one call, check or look at
// the clocks meets must not end the desk for all others.
func recovered(what string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicked{what, p, debug.Stack()}
		}
	}()
	return f()
}

// because adds err to a line of the log, and where it was a panic its stack.
func because(e *zerolog.Event, err error) *zerolog.Event {
	if p, ok := errors.AsType[*panicked](err); ok {
		e = e.Bytes("stack", p.stack)
	}
	return e.Err(err)
}
