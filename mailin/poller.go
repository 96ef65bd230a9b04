package mailin

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/rs/zerolog"

	"sportello/ticket"
)

// Receiver files arrivals: all of in, in order, and the cursor after them, in
// one commit. in may be empty: then only the cursor moves. After an error
// nothing was filed and the same may be offered again.
type Receiver interface {
	Receive(ctx context.Context, in []*ticket.Inbound, c ticket.Cursor) error
	// Cursor is how far the mailbox was read; the zero value before the first start.
	Cursor(ctx context.Context) (ticket.Cursor, error)
}

// Poller reads one mailbox and files what arrives. Server and Receiver are
// needed; every other field has a working zero value. The fields must not
// change while Run runs.
type Poller struct {
	Server   Server
	Dial     func(ctx context.Context) (net.Conn, error) // before TLS; nil: TCP to the Server
	Mailbox  string                                      // "": INBOX
	Receiver Receiver
	// Parse reads a mail that arrived at arrived; several run at once. Source,
	// Arrived, Size and Partial are filled in afterwards. A panic makes the mail
	// unfit. nil: the package's Parse.
	Parse func(raw []byte, arrived time.Time) *ticket.Inbound
	// Prove fills in the evidence about the sender of in, whose bytes are raw. It
	// may wait for the network until ctx ends: as many run at once as mails are in
	// flight. nil: there is none.
	Prove func(ctx context.Context, raw []byte, in *ticket.Inbound)
	// Witness remembers what was being filed when the process died; nil: nobody does.
	Witness Witness
	// Early tells whether a mail may be filed before those that arrived before it:
	// it is looked for while many of them are read. nil: none may.
	Early func(in *ticket.Inbound) bool
	// Filed sorts mails that lie below the cursor: those that were filed whole,
	// and those of which nothing became. One that was given up (see Unfetchable)
	// is in neither. nil: all were filed.
	Filed func(ctx context.Context, validity uint32, uids []uint32) (filed, missed []uint32, err error)

	Now     func() time.Time                       // nil: time.Now
	Arrived func(time.Time) time.Time              // moves an INTERNALDATE (test clocks); nil: as it is
	Log     zerolog.Logger                         // the zero value discards
	Alert   func(condition Condition, text string) // tells people once that something needs them; may be nil; must not block
	Jitter  func() float64                         // in [0,1); nil: math/rand/v2

	PollInterval time.Duration // 0: 1 minute
	IdleMax      time.Duration // longest IDLE; 0: 9 minutes, never above 10
	Backlog      time.Duration // first start: how old mail may be; 0: 24 hours, negative: no limit
	MoveTo       string        // folder for filed mail; "": it is flagged \Seen
	MaxSize      int64         // bytes; of a larger mail only the head is fetched; 0: 50 MB, negative: no limit
	Workers      int           // mails parsed at a time; 0: one a core

	mu     sync.Mutex
	status Status
}

// Status is how the reading of the mailbox stands.
type Status struct {
	Condition Condition
	Since     time.Time // of the condition
	LastPoll  time.Time // when the mailbox was last found to be read to its end; zero: never
	Err       string    // why, when the condition is a trouble
}

// Status may be called at any time.
func (p *Poller) Status() Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.status
}

// Run reads the mailbox until ctx ends, then returns nil. Trouble with the
// network, the server or the credentials is waited out; only an error of the
// Receiver that is ticket.ErrCommit ends it.
func (p *Poller) Run(ctx context.Context) error {
	r := &reader{Poller: p, suspects: p.recall()}
	for {
		err := r.session(ctx)
		if errors.Is(err, ticket.ErrCommit) {
			return err
		}
		if ctx.Err() != nil {
			return nil
		}
		if !pause(ctx, r.trouble(err)) {
			return nil
		}
	}
}

// Check connects, logs in, opens the mailbox for reading and looks for the folder
// that filed mail goes to. It changes nothing.
func (p *Poller) Check(ctx context.Context) error {
	r := &reader{Poller: p}
	s, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	defer stop()
	if _, err = s.examine(p.mailbox()); err != nil || p.MoveTo == "" {
		return err
	}
	if _, err := s.examine(p.MoveTo); err != nil {
		return fmt.Errorf("where filed mail is to go: %w", err)
	}
	return nil
}

// Survey lists the UIDs in the mailbox, rising, and changes nothing. Mail that c
// leaves alone, being older than its beginning, is left out.
func (p *Poller) Survey(ctx context.Context, c ticket.Cursor) (validity uint32, uids []uint32, err error) {
	r := &reader{Poller: p}
	s, err := r.open(ctx)
	if err != nil {
		return 0, nil, err
	}
	defer s.close()
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	defer stop()
	validity, err = s.examine(p.mailbox())
	if err != nil {
		return 0, nil, err
	}
	found, err := s.search(&imap.SearchCriteria{})
	if err != nil {
		return validity, nil, err
	}
	if s.cursor = c; c.UIDValidity == validity && !c.Since.IsZero() {
		old, _ := slices.BinarySearch(found, imap.UID(c.Old)+1)
		for portion := range slices.Chunk(found[:old], listed) {
			items, err := s.ours(portion)
			if err != nil {
				return validity, nil, err
			}
			for _, it := range items {
				uids = append(uids, uint32(it.uid))
			}
		}
		found = found[old:]
	}
	for _, uid := range found {
		uids = append(uids, uint32(uid))
	}
	return validity, uids, nil
}

// pause waits for d and tells whether ctx still runs.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

func (p *Poller) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

// arrived is the time of arrival that an INTERNALDATE stands for: not the zero
// time, and at most 5 minutes ahead of now.
func (p *Poller) arrived(internal time.Time) time.Time {
	now := p.now()
	if internal.IsZero() {
		return now
	}
	if p.Arrived != nil {
		internal = p.Arrived(internal)
	}
	if ahead := now.Add(5 * time.Minute); internal.After(ahead) {
		return ahead
	}
	return internal
}

func (p *Poller) jitter() float64 {
	if p.Jitter == nil {
		return rand.Float64()
	}
	return p.Jitter()
}

func (p *Poller) mailbox() string {
	if p.Mailbox == "" {
		return "INBOX"
	}
	return p.Mailbox
}

func (p *Poller) interval() time.Duration {
	if p.PollInterval <= 0 {
		return time.Minute
	}
	return max(p.PollInterval, time.Second)
}

// idleMax is how long to wait in one IDLE.
func (p *Poller) idleMax() time.Duration {
	d := p.IdleMax
	if d <= 0 {
		d = 9 * time.Minute
	}
	return min(d, 10*time.Minute, p.interval())
}

func (p *Poller) maxSize() int64 {
	switch {
	case p.MaxSize == 0:
		return 50e6
	case p.MaxSize < 0:
		return 1 << 40
	}
	return p.MaxSize
}

func (p *Poller) workers() int {
	if p.Workers <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return p.Workers
}
