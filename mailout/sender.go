// Package mailout turns notices into letters and carries them.
package mailout

import (
	"context"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"sportello/ticket"
	"sportello/ticket/secret"
)

// Spool is the outbox as the Sender sees it. An error that is ticket.ErrCommit ends
// Run. After any other one the letter that it is about is left as it is, and the
// queue goes on; of Take that is a *ticket.RowError.
type Spool interface {
	// Take lists at most n queued rows that are due, in the order in which they
	// must go, the lanes taking turns from first, without those for which busy
	// answers true; next is when the next one falls due when there are none
	// (zero: nothing waits for its time).
	Take(ctx context.Context, first ticket.Lane, n int, busy func(ticket.NoticeID) bool) (rows []*ticket.Row, next time.Time, err error)
	// Begin stores the letter's bytes (nil: they are stored already) and marks
	// the row as sending, durably, before the first byte goes out. It returns
	// ticket.ErrStale when the row must not be sent any more.
	Begin(ctx context.Context, id ticket.NoticeID, l *ticket.Letter) error
	// Letter returns the stored bytes of a row that is Fixed.
	Letter(ctx context.Context, id ticket.NoticeID) (*ticket.Letter, error)
	// Settle records what became of a try, durably. A row that was refused
	// before Begin is settled from queued.
	Settle(ctx context.Context, id ticket.NoticeID, o ticket.Outcome) error
	// Follow is Settle of id and Begin of next, together durable or not done at
	// all. ErrStale speaks of next: id is settled then.
	Follow(ctx context.Context, id ticket.NoticeID, o ticket.Outcome, next ticket.NoticeID, l *ticket.Letter) error
}

// Sender carries the letters of the outbox to one SMTP server (DESIGN.md
// section 5). At most Connections rows are in state sending at any time; while
// they travel the next ones are composed. Its fields do not change after Run was
// called.
type Sender struct {
	Spool Spool
	// Compose makes the letter of a notice. What it cannot make becomes a row
	// failed, and the queue goes on.
	Compose func(context.Context, *ticket.Notice) (*ticket.Letter, error)
	// Attachment returns the bytes of what is relayed; nil: letters have none.
	Attachment Open
	// Dial connects to the server, without TLS.
	Dial        func(context.Context) (net.Conn, error)
	Server      Server
	Connections int    // at once; 0: one
	PerMinute   int    // letters in any minute, evenly spaced; 0: no limit
	Envelope    string // "auto" (also when empty): <> or a bounce token; "desk": always DeskAddress
	DeskAddress string
	Now         func() time.Time
	Log         zerolog.Logger
	// Alert tells the people of the desk, once a condition, what only they can
	// mend: a refused login, no TLS, a refused envelope sender. May be nil.
	Alert func(ctx context.Context, lines ...ticket.Words) error

	once    sync.Once
	kick    chan struct{}
	secrets secret.List // what no text of the server may show
	spoken  spoken
	// jitter spreads a pause; nil: by a quarter.
	jitter func(time.Duration) time.Duration
}

// Run carries letters until ctx ends; letters under way then have stopTime to
// finish. It returns nil after cancellation, and an error only when the Spool
// could not commit or the settings cannot be.
func (s *Sender) Run(ctx context.Context) error {
	if err := s.Server.check(); err != nil {
		return err
	}
	r := newRounds(ctx, s)
	err := r.loop(ctx)
	r.finish()
	if ctx.Err() != nil {
		return r.fatal
	}
	return err
}

// Kick says that a letter was queued, or that the clock or a verb changed the
// queue. It never blocks and may be called at any time.
func (s *Sender) Kick() {
	select {
	case s.kicks() <- struct{}{}:
	default:
	}
}

// kicks holds at most one kick: more say nothing new.
func (s *Sender) kicks() chan struct{} {
	s.once.Do(func() { s.kick = make(chan struct{}, 1) })
	return s.kick
}

// hello is our name in EHLO: the domain of the desk, unless another is set.
func (s *Sender) hello() string {
	if s.Server.Hello != "" {
		return s.Server.Hello
	}
	if _, domain, ok := strings.Cut(s.desk(), "@"); ok && ascii(domain) {
		return domain
	}
	return "localhost"
}

// desk is the desk's address as it goes over the wire.
func (s *Sender) desk() string {
	if address, err := wireAddress(s.DeskAddress); err == nil {
		return address
	}
	return s.DeskAddress
}

// from is the envelope sender of n; plain says that the server takes only the
// desk's own address.
func (s *Sender) from(n *ticket.Notice, plain bool) string {
	if plain || s.Envelope == "desk" {
		return s.desk()
	}
	if address, err := wireAddress(n.Envelope); err == nil {
		return address
	}
	return n.Envelope
}
