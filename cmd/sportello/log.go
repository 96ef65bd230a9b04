package main

import (
	"io"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/rs/zerolog"

	"sportello/ticket"
)

// newLog writes JSON lines, or something for people when stderr is a terminal.
func (a *app) newLog(c *Config) zerolog.Logger {
	var w io.Writer = a.stderr
	if f, ok := w.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		w = zerolog.ConsoleWriter{Out: f, TimeFormat: time.TimeOnly}
	}
	return zerolog.New(&struck{w, c.addresses()}).With().Timestamp().Logger()
}

// struck is the way of every line to the log: no token leaves by it, neither in
// an address nor as a Message-ID of ours (PROMISES.md P15).
type struck struct {
	w    io.Writer
	ours ticket.Addresses
}

func (s *struck) Write(line []byte) (int, error) {
	if text := string(line); strings.Contains(text, "@") {
		if _, err := io.WriteString(s.w, s.ours.Strike(text)); err != nil {
			return 0, err
		}
		return len(line), nil
	}
	return s.w.Write(line)
}

// maxLogged is how much of what others wrote stands in a line (PROMISES.md E25).
const maxLogged = 200

func logged(s string) string {
	if len(s) > maxLogged {
		return strings.ToValidUTF8(s[:maxLogged], "")
	}
	return s
}

// logFiled is the line of one arrival. Its reason stands there where the desk
// itself worded it: that of a held or ignored mail may repeat what the mail says.
func logFiled(log zerolog.Logger, f ticket.Filed) {
	verdict := ""
	if f.Verdict != 0 {
		verdict = f.Verdict.String()
	}
	line := log.Info()
	if f.Fate == ticket.FateQuarantine {
		line = log.Warn().Str("reason", logged(f.Reason))
	}
	line.Uint64("arrival", uint64(f.ID)).Uint32("uid", f.Source.UID).Str("message_id", logged(f.MessageID)).Str("kind", f.Kind.String()).
		Str("fate", f.Fate.String()).Uint64("ticket", uint64(f.Ticket)).Str("authority", f.Authority.String()).
		Str("verdict", verdict).Msg("arrival")
}
