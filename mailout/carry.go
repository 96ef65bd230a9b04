package mailout

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
	"unicode"

	"github.com/emersion/go-smtp"

	"sportello/ticket"
)

// mostDrops is how often the connection may break under one letter before the
// letter itself is suspected and climbs the ladder.
const mostDrops = 2

// carriage is one letter on its way: composed while others travel, then carried.
type carriage struct {
	*Sender
	store context.Context
	row   *ticket.Row

	written chan struct{}  // closed when letter or fault is there
	letter  *ticket.Letter // the bytes to send
	fault   error          // why there are none

	session *session // nil: a new one is opened
	from    string
	drops   int
	alone   bool // no other conversation is open
	single  bool // the server wants one command at a time
	slowed  bool // which was found out with this letter
	begun   bool // the row is sending
	stale   bool // the row must not be sent any more
	// follow names the letter that goes next over the same connection; nil: none.
	follow func(after ticket.NoticeID) *carriage
	next   *carriage
}

// report is what became of a carriage.
type report struct {
	id      ticket.NoticeID
	session *session // to be used again; nil: it is closed, or the next letter has it
	talked  bool     // the server answered after the login
	settled bool     // the Spool knows the outcome
	stale   bool
	lost    bool  // the connection broke under the letter
	crowd   bool  // the server wants fewer connections
	slowed  bool  // the server wants one command at a time, whatever it announces
	fell    error // the envelope sender was refused so, and the desk's address taken instead
	why     error // what the letter met
	trouble error // of the queue, not of the letter: network, login
	spool   error // of the Spool: it could not read or record this letter
}

// carry brings one letter to the server and records what became of it. When
// the server cannot be reached the row stays as it was. next goes over the same
// connection, and may have begun already.
func (c *carriage) carry(ctx context.Context) (rep report, next *carriage) {
	ctx, cancel := context.WithTimeout(ctx, letterTime)
	defer cancel()
	rep = report{id: c.row.Notice.ID}
	defer func() {
		if p := recover(); p != nil {
			rep, next = c.abandon(p), c.next
		}
	}()
	<-c.written
	switch {
	case c.stale:
		rep.session, rep.stale = c.session, true
		return rep, nil
	case c.fault != nil:
		rep.session = c.session
		switch {
		case isStore(c.fault):
			rep.spool = c.fault
		case ctx.Err() == nil:
			c.settle(&rep, c.verdict(c.fault), c.fault)
		}
		return rep, nil
	}
	said, err := c.converse(ctx)
	if refusal := err; faultOf(err) == envelope && c.from != c.desk() && ctx.Err() == nil {
		c.session, c.from = c.release(err), c.desk()
		if said, err = c.converse(ctx); err == nil {
			rep.fell = refusal
		}
	}
	rep.talked = c.session != nil
	switch {
	case err == nil:
		c.sent(&rep, said)
	case errors.Is(err, ticket.ErrStale):
		rep.stale = true
	case isStore(err):
		rep.spool = err
	default:
		c.conclude(&rep, err)
	}
	rep.session = c.release(err)
	if c.next != nil {
		c.next.session, rep.session = rep.session, nil
		c.next.single = c.next.single || c.slowed
	}
	return rep, c.next
}

// sent records that the letter has left. The letter that follows begins in the
// same commit, if it is written by now: this one waits for nothing.
func (c *carriage) sent(rep *report, said string) {
	o := ticket.Outcome{State: ticket.RowSent, Response: clean(said)}
	rep.slowed = c.slowed
	c.next = c.follow(rep.id)
	if c.next == nil || !c.next.ready(c.session) {
		c.settle(rep, o, nil)
		return
	}
	err := c.Spool.Follow(c.store, rep.id, o, c.next.row.Notice.ID, c.next.fixes())
	switch {
	case err == nil:
		c.next.begun = true
	case errors.Is(err, ticket.ErrStale):
		c.next.stale = true
	default: // whose fault it is they show by themselves
		c.settle(rep, o, nil)
		return
	}
	c.settled(rep, o, nil)
}

// ready tells whether the letter is written and s can take it.
func (c *carriage) ready(s *session) bool {
	select {
	case <-c.written:
	default:
		return false
	}
	if c.fault != nil {
		return false
	}
	to, err := wireAddress(c.row.Notice.To.Address)
	return err == nil && s.admits(to, c.letter.Size) == nil
}

// abandon ends a letter that something of ours panicked about: it failed, or, where
// the server may have taken it, is unknown.
func (c *carriage) abandon(p any) report {
	rep := report{id: c.row.Notice.ID}
	if c.session != nil {
		c.session.conn.Close()
		c.session = nil
	}
	err := c.panicked(p)
	o := c.verdict(err)
	if c.begun {
		o.State = ticket.RowUnknown
	}
	c.settle(&rep, o, err)
	return rep
}

// panicked logs a panic and makes an error of it.
func (c *carriage) panicked(p any) error {
	c.Log.Error().Uint64("notice", uint64(c.row.Notice.ID)).Bytes("stack", debug.Stack()).Msg("writing this letter panicked")
	return fmt.Errorf("writing this letter panicked: %v", p)
}

// write finds the bytes to send: those that were fixed at the first try, or else
// new ones.
func (c *carriage) write(ctx context.Context) {
	defer close(c.written)
	defer func() {
		if p := recover(); p != nil {
			c.fault = c.panicked(p)
		}
	}()
	if c.row.Fixed {
		c.letter, c.fault = c.fixed(ctx)
		return
	}
	if c.letter, c.fault = c.Compose(ctx, weighed(c.row)); c.fault != nil {
		c.fault = fmt.Errorf("compose: %w", c.fault)
	}
}

// fixed returns the stored bytes, if they still are what was fixed.
func (c *carriage) fixed(ctx context.Context) (*ticket.Letter, error) {
	l, err := c.Spool.Letter(c.store, c.row.Notice.ID)
	if errors.Is(err, ticket.ErrCommit) {
		return nil, &storeError{err}
	}
	if err != nil { // it is not there, or cannot be read
		return nil, about{"why-changed", fmt.Errorf("stored letter: %w", err)}
	}
	if err := verify(ctx, l, c.Attachment); err != nil {
		return nil, about{"why-changed", fmt.Errorf("stored letter: %w", err)}
	}
	return l, nil
}

// fixes is what Begin has to store of the letter: nil when its bytes are stored.
func (c *carriage) fixes() *ticket.Letter {
	if c.row.Fixed {
		return nil
	}
	return c.letter
}

// converse goes from MAIL to the answer after the final dot. A connection that
// was used before and is found dead is replaced once: the server had closed it. So
// is one whose server was put out of step by several commands at once.
func (c *carriage) converse(ctx context.Context) (said string, err error) {
	to, err := wireAddress(c.row.Notice.To.Address)
	if err != nil {
		return "", &Error{permanent, about{"why-address", err}}
	}
	for {
		reused := c.session != nil
		w, err := c.offer(ctx, to)
		dead, confused := reused && ended(err), outOfStep(err)
		if err == nil {
			said, err = c.transmit(ctx, w)
			confused = errors.Is(err, errUnasked)
		}
		if err == nil || c.session == nil || ctx.Err() != nil {
			return said, err
		}
		confused = confused && c.session.grouped
		if !dead && !confused {
			return "", err
		}
		if !dead {
			c.single, c.slowed = true, true
		}
		c.session.conn.Close()
		c.session = nil
	}
}

// transmit sends the letter over a connection that waits for it.
func (c *carriage) transmit(ctx context.Context, w *smtp.DataCommand) (string, error) {
	defer c.session.guard(ctx)()
	return c.session.transmit(ctx, w, c.letter, c.Attachment, c.from)
}

// offer opens a conversation where there is none and goes as far as DATA.
func (c *carriage) offer(ctx context.Context, to string) (w *smtp.DataCommand, err error) {
	if c.session == nil {
		if c.session, err = c.open(ctx); err != nil {
			return nil, err
		}
	}
	defer c.session.guard(ctx)()
	if err := c.session.admits(to, c.letter.Size); err != nil {
		return nil, err
	}
	if err := c.begin(); err != nil {
		return nil, err
	}
	return c.session.ask(c.from, to, c.letter.Size, c.single)
}

// begin marks the row as sending, once a try, and fixes its bytes.
func (c *carriage) begin() error {
	if c.begun {
		return nil
	}
	if err := c.Spool.Begin(c.store, c.row.Notice.ID, c.fixes()); err != nil {
		return &storeError{err}
	}
	c.begun = true
	return nil
}

// conclude records what an error means for the letter, and reports what it
// means for the queue. What was refused was not delivered: it may go again.
func (c *carriage) conclude(rep *report, err error) {
	switch f := faultOf(err); {
	case f == envelope: // the desk's address too: the letter is meant
		err = &Error{fault: permanent, err: err}
	case f == network || f == login:
		rep.trouble = err
		if c.begun {
			c.settle(rep, ticket.Outcome{State: ticket.RowQueued, Next: c.Now(), Error: describe(err)}, err)
		}
		return
	case f == crowd:
		rep.crowd = true
	case f == lost:
		rep.trouble, rep.lost = &Error{fault: network, err: err}, true
		if !c.begun && c.drops < mostDrops {
			return
		}
	}
	c.settle(rep, c.verdict(err), err)
}

// verdict turns an error into the outcome of the try.
func (c *carriage) verdict(err error) ticket.Outcome {
	o := ticket.Outcome{State: ticket.RowFailed, Error: describe(err), Why: why(err, false)}
	switch faultOf(err) {
	case unknown:
		o.State = ticket.RowUnknown
	case lost:
		if c.drops < mostDrops {
			o.State, o.Next = ticket.RowQueued, c.Now()
			return o
		}
		return c.climb(o, err)
	case crowd:
		if !c.alone { // with one connection less it goes
			o.State, o.Next = ticket.RowQueued, c.Now().Add(crowdTime)
			return o
		}
		return c.climb(o, err)
	case temporary:
		return c.climb(o, err)
	case tooLarge:
		return c.lighten(o)
	case permanent:
		_, o.Counts = errors.AsType[*smtp.SMTPError](err)
	}
	return o
}

// crowdTime is how long a letter waits that met too many of our own connections.
const crowdTime = 30 * time.Second

// lighten lets the letter go again with less of it, as often as less is left.
func (c *carriage) lighten(o ticket.Outcome) ticket.Outcome {
	if less, ok := lighter(c.row); ok {
		o.State, o.Next, o.Weight = ticket.RowQueued, c.Now(), less
		return o
	}
	o.Counts = true
	return o
}

// climb puts the letter on the next rung of the ladder, or gives it up.
func (c *carriage) climb(o ticket.Outcome, err error) ticket.Outcome {
	after, ok := retryAfter(c.row.Tries)
	if !ok {
		o.Error, o.Why = "given up after three days: "+o.Error, why(err, true)
		return o
	}
	o.State, o.Next, o.Counts = ticket.RowQueued, c.Now().Add(after), true
	return o
}

// settle records the outcome.
func (c *carriage) settle(rep *report, o ticket.Outcome, why error) {
	n := &c.row.Notice
	if err := c.Spool.Settle(c.store, n.ID, o); err != nil {
		rep.spool = fmt.Errorf("settle notice %d: %w", n.ID, err)
		return
	}
	c.settled(rep, o, why)
}

// settled says to the report and the log what is recorded.
func (c *carriage) settled(rep *report, o ticket.Outcome, why error) {
	n := &c.row.Notice
	rep.settled, rep.why = true, why
	log := c.Log.Info()
	if why != nil {
		log = c.Log.Warn().Str("error", logged(o.Error))
	}
	if !o.Next.IsZero() {
		log = log.Time("next", o.Next)
	}
	log.Uint64("notice", uint64(n.ID)).Uint64("ticket", uint64(n.Ticket)).Str("kind", n.Kind.String()).
		Str("lane", n.Kind.Lane().String()).Str("state", o.State.String()).Str("response", logged(o.Response)).Msg("letter")
}

// logged cuts what others wrote to what a log line may hold of it (PROMISES.md E25).
func logged(s string) string {
	const most = 200
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "")
	}
	return s
}

// release returns the connection when it can carry another letter, and closes
// it otherwise.
func (c *carriage) release(err error) *session {
	if c.session == nil {
		return nil
	}
	c.session.used = true
	if err == nil {
		return c.session
	}
	f := faultOf(err)
	dead := ended(err) || f == unknown || f == login || f == crowd
	if !dead && c.session.client.Reset() == nil {
		return c.session
	}
	c.session.conn.Close()
	return nil
}

// ended tells whether the server ended the conversation, by 421 or without a word.
func ended(err error) bool {
	var said *smtp.SMTPError
	return faultOf(err) == lost || errors.As(err, &said) && said.Code == 421
}

// storeError is an error of the Spool.
type storeError struct{ error }

func (e *storeError) Unwrap() error { return e.error }

func isStore(err error) bool {
	var e *storeError
	return errors.As(err, &e)
}

// describe words an error for the row and the log: the server's code and text
// when it spoke, one line, at most 300 bytes.
func describe(err error) string {
	text := err.Error()
	var said *smtp.SMTPError
	if errors.As(err, &said) {
		text = strings.TrimSuffix(text, said.Error()) + withCode(said)
	}
	return clean(text)
}

// withCode is what a server said with its codes.
func withCode(said *smtp.SMTPError) string {
	code := fmt.Sprint(said.Code)
	if e := said.EnhancedCode; e[0] > 0 {
		code += fmt.Sprintf(" %d.%d.%d", e[0], e[1], e[2])
	}
	return code + " " + said.Message
}

// clean makes one line of at most 300 bytes of what a server said.
func clean(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if len(s) > 300 {
		s = strings.ToValidUTF8(s[:300], "") + "…"
	}
	return s
}
