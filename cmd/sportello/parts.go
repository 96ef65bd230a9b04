package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"time"
	"weak"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"sportello/mailin"
	"sportello/mailout"
	"sportello/ticket"
	"sportello/ticket/boltstore"
)

// parts are what works on an open desk: made anew for each configuration.
type parts struct {
	office *office
	poller *mailin.Poller
	sender *mailout.Sender
	alerts chan alert
	beat   func(ctx context.Context) // called after each look at the clocks
	every  time.Duration             // between two looks
	log    zerolog.Logger

	attached func() error // whether the store is still there; its error ends the desk

	steadiness *steadiness // of the machine's clock; it outlives the parts
}

// alert is something that only people can mend, on its way to the technicians.
type alert struct {
	key   string
	lines []ticket.Words
}

// newParts wires a configuration together on an open store.
func newParts(c *Config, store *boltstore.Store, keys ticket.Keys, env environment, clock *steadiness, log zerolog.Logger) (*parts, error) {
	now, offset := newClock(env)
	p := &parts{steadiness: clock, alerts: make(chan alert, 16), every: sweepEvery(), beat: func(context.Context) {}, log: log, attached: store.Attached}
	r := c.newReading(keys)
	desk := c.newDesk(store, keys, r, now)
	desk.Steady = clock.steady
	var err error
	if p.poller, err = c.newPoller(desk, env, log); err != nil {
		return nil, err
	}
	p.poller.Receiver = roomy{desk, c.Desk.StateDir, volumeOf}
	p.poller.Parse, p.poller.Prove, p.poller.Witness = r.parse, r.prove, witnessIn(c.Desk.StateDir)
	p.poller.Filed, p.poller.Early = became(store), desk.Early
	p.poller.Now = now
	p.poller.Arrived = func(t time.Time) time.Time { return t.Add(offset()) }
	p.poller.Alert = func(condition mailin.Condition, said string) {
		p.alert(alertKey(condition, said), mailboxWords(condition, said))
	}
	if p.sender, err = c.newSender(desk, store, env, log); err != nil {
		return nil, err
	}
	p.sender.Now = now
	p.sender.Alert = func(_ context.Context, lines ...ticket.Words) error {
		p.alert("smtp "+lines[0].String(), lines)
		return nil
	}
	desk.Kick = p.sender.Kick
	desk.Filed = func(f ticket.Filed) { logFiled(p.log, f) }
	p.office = &office{config: c, store: store, desk: desk, now: now, believe: clock.believe,
		lastPoll: func() time.Time { return p.poller.Status().LastPoll }}
	return p, nil
}

// newPoller reads the mailbox of c for desk.
func (c *Config) newPoller(desk *ticket.Desk, env environment, log zerolog.Logger) (*mailin.Poller, error) {
	conf, err := c.IMAP.tlsConfig()
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(c.IMAP.Port)
	if err != nil {
		return nil, fmt.Errorf("imap port: %w", err)
	}
	secrets := c.newCredentials(c.IMAP, env)
	p := &mailin.Poller{
		Server: mailin.Server{
			Host: c.IMAP.Host, Port: port, TLS: c.IMAP.imapTLS(), TLSConfig: conf, User: c.IMAP.User, Auth: c.IMAP.Auth,
			Password: secrets.password, Token: secrets.accessToken,
		},
		Mailbox: c.IMAP.Mailbox, Receiver: desk, Log: log.With().Str("part", "imap").Logger(),
		PollInterval: c.IMAP.PollInterval, Backlog: c.IMAP.Backlog, MoveTo: c.IMAP.MoveTo, MaxSize: c.Limits.MaxMessageSize,
	}
	if p.MaxSize == 0 {
		p.MaxSize = -1
	}
	return p, nil
}

func (c ServerConfig) imapTLS() mailin.TLSMode {
	switch c.TLS {
	case tlsImplicit:
		return mailin.TLSImplicit
	case tlsNone:
		return mailin.TLSNone
	}
	return mailin.TLSStart
}

func (c ServerConfig) smtpTLS() string {
	switch c.TLS {
	case tlsImplicit:
		return "implicit"
	case tlsNone:
		return "none"
	}
	return "starttls"
}

// newSender carries the letters of desk.
func (c *Config) newSender(desk *ticket.Desk, store ticket.Store, env environment, log zerolog.Logger) (*mailout.Sender, error) {
	conf, err := c.SMTP.tlsConfig()
	if err != nil {
		return nil, err
	}
	secrets := c.newCredentials(c.SMTP, env)
	composer := c.newComposer(store)
	composer.Strike = desk.ForCustomers
	if err := composer.Check(); err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	s := &mailout.Sender{
		Spool: desk, Compose: composer.Compose, Attachment: attachments(store),
		Dial: func(ctx context.Context) (net.Conn, error) {
			return (&net.Dialer{Timeout: 30 * time.Second}).DialContext(ctx, "tcp", c.SMTP.Addr())
		},
		Server: mailout.Server{
			Host: c.SMTP.Host, TLS: c.SMTP.smtpTLS(), Conf: conf, User: c.SMTP.User, Auth: c.SMTP.Auth,
			Password: secrets.password, Token: secrets.freshToken,
		},
		Connections: c.SMTP.Connections, PerMinute: c.Limits.LettersPerMinute, Envelope: "auto", DeskAddress: c.Desk.Address,
		Log: log.With().Str("part", "smtp").Logger(),
	}
	if c.SMTP.EnvelopeDesk {
		s.Envelope = "desk"
	}
	return s, nil
}

// newComposer writes the letters of the desk on store.
func (c *Config) newComposer(store ticket.Store) *mailout.Composer {
	composer := c.Desk.composer()
	composer.Attachment = attachments(store)
	return composer
}

// composer writes letters in the desk's name, without attachments.
func (d DeskConfig) composer() *mailout.Composer {
	c := &mailout.Composer{Name: d.Name, Mark: d.Tag, Tone: d.Tone, Address: d.Address, Zone: d.Zone}
	if d.Templates != "" {
		c.Override = os.DirFS(d.Templates)
	}
	return c
}

// attachments finds the bytes of stored attachments. The mail they were last
// taken from stays open while there is memory for it: a letter asks for all of
// them one by one.
func attachments(store ticket.Store) mailout.Open {
	var mu sync.Mutex
	var last ticket.RawRef
	var opened weak.Pointer[mailin.Files]
	return func(ctx context.Context, ref ticket.AttachmentRef) ([]byte, error) {
		mu.Lock()
		defer mu.Unlock()
		files := opened.Value()
		if files == nil || last != ref.Raw {
			raw, err := store.Raw(ctx, ref.Raw)
			if err != nil {
				return nil, fmt.Errorf("attachment %d of %s: %w", ref.Index, ref.Raw, err)
			}
			files = mailin.OpenFiles(raw)
			last, opened = ref.Raw, weak.Make(files)
		}
		return files.Bytes(ref.Index)
	}
}

// alert passes something on to the technicians; it never blocks. What does not
// fit is in the log already.
func (p *parts) alert(key string, lines []ticket.Words) {
	select {
	case p.alerts <- alert{key, lines}:
	default:
	}
}

// run works until ctx ends, or until a part can go on no longer.
func (p *parts) run(ctx context.Context) error {
	return toldToStop(ctx, p.work(ctx))
}

// toldToStop makes nothing of an error that is only the echo of ctx having ended:
// an order to stop or to reload may come at any moment. A failed commit stays one.
func toldToStop(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) && !errors.Is(err, ticket.ErrCommit) {
		return nil
	}
	return err
}

// recoverOutbox settles what was on its way when the last process ended. Letters that
// cannot be read stay as they are, and the others go.
func (p *parts) recoverOutbox(ctx context.Context) error {
	err := p.office.desk.Recover(ctx)
	if err == nil || ctx.Err() == nil && !errors.Is(err, ticket.ErrCommit) {
		if err != nil {
			p.log.Error().Err(err).Msg("letters that were on their way could not be settled")
		}
		return nil
	}
	return fmt.Errorf("recovering the outbox: %w", err)
}

func (p *parts) work(ctx context.Context) error {
	if err := p.recoverOutbox(ctx); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return p.poller.Run(ctx) })
	g.Go(func() error { return p.sender.Run(ctx) })
	g.Go(func() error { return p.sweep(ctx) })
	g.Go(func() error { return p.passAlerts(ctx) })
	g.Go(func() error { return p.retain(ctx) })
	return g.Wait()
}

// sweep looks at the clocks of the desk at regular times. Only an error after
// which the process must end stops it; any other is tried again.
func (p *parts) sweep(ctx context.Context) error {
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	for trouble := ""; ; {
		err := recovered("the sweep", func() error { return p.lookAround(ctx) })
		switch {
		case errors.Is(err, ticket.ErrCommit):
			return fmt.Errorf("sweep: %w", err)
		case err != nil && ctx.Err() == nil && err.Error() != trouble:
			because(p.log.Error(), err).Msg("the clocks could not be looked at")
		case err == nil && trouble != "":
			p.log.Info().Msg("the clocks are looked at again")
		}
		if trouble = ""; err != nil {
			trouble = err.Error()
		}
		p.sender.Kick()
		p.beat(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// lookAround is one sweep: whether the store is still there, whether the clock is to
// be believed, and what has become due.
func (p *parts) lookAround(ctx context.Context) error {
	if err := p.attached(); err != nil {
		return err
	}
	if err := p.watchClock(ctx); err != nil {
		return err
	}
	if err := p.office.desk.Sweep(ctx); err != nil {
		return err
	}
	return p.office.desk.Daily(ctx)
}

// passAlerts tells the technicians what the parts have to say.
func (p *parts) passAlerts(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case a := <-p.alerts:
			err := p.office.desk.Alert(ctx, a.key, a.lines...)
			if errors.Is(err, ticket.ErrCommit) {
				return fmt.Errorf("alert: %w", err)
			}
			if err != nil && ctx.Err() == nil {
				p.log.Error().Err(err).Msg("the technicians could not be told")
			}
		}
	}
}
