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

// carriage is one letter on its way.
type carriage struct {
	*Sender
	store   context.Context
	row     *ticket.Row
	session *session // nil: a new one is opened
	from    string
	drops   int
	alone   bool // no other conversation is open
	begun   bool // the row is sending
}

// report is what became of a carriage.
type report struct {
	id      ticket.NoticeID
	session *session // to be used again; nil: it is closed
	talked  bool     // the server answered after the login
	settled bool     // the Spool knows the outcome
	stale   bool
	lost    bool  // the connection broke under the letter
	crowd   bool  // the server wants fewer connections
	fell    error // the envelope sender was refused so, and the desk\'s address taken instead
	why     error // what the letter met
	trouble error // of the queue, not of the letter: network, login
	spool   error // of the Spool: it could not read or record this letter
}

// carry brings one letter to the server and records what became of it. When
// the server cannot be reached the row stays as it was.
func (c *carriage) carry(ctx context.Context) (rep report) {
	ctx, cancel := context.WithTimeout(ctx, letterTime)
	defer cancel()
	rep = report{id: c.row.Notice.ID}
	defer func() {
		if p := recover(); p != nil {
			rep = c.abandon(p)
		}
	}()
	letter, err := c.letter(ctx)
	if err != nil {
		rep.session = c.session
		switch {
		case isStore(err):
			rep.spool = err
		case ctx.Err() == nil:
			c.settle(&rep, c.verdict(err), err)
		}
		return rep
	}
	said, err := c.converse(ctx, letter)
	if refusal := err; faultOf(err) == envelope && c.from != c.desk() && ctx.Err() == nil {
		c.session, c.from = c.release(err), c.desk()
		if said, err = c.converse(ctx, letter); err == nil {
			rep.fell = refusal
		}
	}
	rep.talked = c.session != nil
	switch {
	case err == nil:
		c.settle(&rep, ticket.Outcome{State: ticket.RowSent, Response: clean(said)}, nil)
	case errors.Is(err, ticket.ErrStale):
		rep.stale = true
	case isStore(err):
		rep.spool = err
	default:
		c.conclude(&rep, err)
	}
	rep.session = c.release(err)
	return rep
}

// abandon ends a letter that something of ours panicked about: it failed, or, where
// the server may have taken it, is unknown.
func (c *carriage) abandon(p any) report {
	rep := report{id: c.row.Notice.ID}
	if c.session != nil {
		c.session.conn.Close()
		c.session = nil
	}
	c.Log.Error().Uint64("notice", uint64(rep.id)).Bytes("stack", debug.Stack()).Msg("writing this letter panicked")
	err := fmt.Errorf("writing this letter panicked: %v", p)
	o := c.verdict(err)
	if c.begun {
		o.State = ticket.RowUnknown
	}
	c.settle(&rep, o, err)
	return rep
}

// letter returns the bytes to send: those that were fixed at the first try,
// or else new ones.
func (c *carriage) letter(ctx context.Context) (*ticket.Letter, error) {
	if !c.row.Fixed {
		l, err := c.Compose(ctx, weighed(c.row))
		if err != nil {
			return nil, fmt.Errorf("compose: %w", err)
		}
		return l, nil
	}
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

// converse goes from MAIL to the answer after the final dot. A connection that
// was used before and is found dead is replaced once: the server had closed it.
func (c *carriage) converse(ctx context.Context, l *ticket.Letter) (string, error) {
	reused := c.session != nil
	err := c.prepare(ctx, l)
	if err != nil && reused && ended(err) && ctx.Err() == nil {
		c.session.conn.Close()
		c.session = nil
		err = c.prepare(ctx, l)
	}
	if err != nil {
		return "", err
	}
	if err := c.begin(l); err != nil {
		return "", err
	}
	defer c.session.guard(ctx)()
	return c.session.transmit(ctx, l, c.Attachment, c.from)
}

// begin marks the row as sending, once a try, and fixes its bytes.
func (c *carriage) begin(l *ticket.Letter) error {
	if c.begun {
		return nil
	}
	if c.row.Fixed {
		l = nil
	}
	if err := c.Spool.Begin(c.store, c.row.Notice.ID, l); err != nil {
		return &storeError{err}
	}
	c.begun = true
	return nil
}

// prepare opens a conversation where there is none and goes as far as RCPT.
func (c *carriage) prepare(ctx context.Context, l *ticket.Letter) error {
	to, err := wireAddress(c.row.Notice.To.Address)
	if err != nil {
		return &Error{permanent, about{"why-address", err}}
	}
	if c.session == nil {
		if c.session, err = c.open(ctx); err != nil {
			return err
		}
	}
	defer c.session.guard(ctx)()
	return c.session.prepare(c.from, to, l.Size)
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

// settle records the outcome and says it to the log.
func (c *carriage) settle(rep *report, o ticket.Outcome, why error) {
	n := &c.row.Notice
	if err := c.Spool.Settle(c.store, n.ID, o); err != nil {
		rep.spool = fmt.Errorf("settle notice %d: %w", n.ID, err)
		return
	}
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
