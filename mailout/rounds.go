package mailout

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"sportello/ticket"
)

const (
	idleTime = 30 * time.Second // an unused connection is closed after this
	stopTime = 10 * time.Second // letters under way when the desk stops
	lookTime = time.Minute      // the queue is looked at this often without a kick
)

// rounds is the state of one Run. The goroutine of loop owns it; every letter
// under way has a goroutine of its own that reports to done.
type rounds struct {
	*Sender
	store   context.Context // for the Spool: outlives the cancellation of Run
	work    context.Context // for letters under way: ends stopTime after it
	cut     context.CancelFunc
	letters sync.WaitGroup
	done    chan report
	asks    chan ask

	ahead   []*carriage                   // the letters that go next, in order, being written or written
	astray  bool                          // the order of ahead may be another by now
	busy    map[ticket.NoticeID]time.Time // under way, since when
	stale   map[ticket.NoticeID]bool      // not to be sent any more; forgotten at the next kick
	drops   map[ticket.NoticeID]int       // how often the connection broke under a letter
	aside   map[ticket.NoticeID]bool      // cannot be read or recorded: left as they are for as long as the desk runs
	idle    []*session
	pace    pace
	turn    ticket.Lane // goes next, where it has a letter
	plain   bool        // the server takes no envelope sender but the desk's address
	single  time.Time   // until then the server gets one command at a time
	fewer   int         // connections that the server allows; 0: no limit is known
	regrow  time.Time   // when more are tried again
	healthy bool        // the last conversation went well; otherwise one letter probes
	fails   int         // failures in a row to get a conversation
	resume  <-chan time.Time
	said    string // the condition that was last told
	unread  string // why the queue could not be read, as last said
	news    error  // how our envelope senders were refused, not told yet
	fatal   error
}

func newRounds(ctx context.Context, s *Sender) *rounds {
	r := &rounds{Sender: s, store: context.WithoutCancel(ctx), pace: pace{most: s.PerMinute}, turn: ticket.LaneCustomers,
		busy: make(map[ticket.NoticeID]time.Time), stale: make(map[ticket.NoticeID]bool), drops: make(map[ticket.NoticeID]int),
		aside: make(map[ticket.NoticeID]bool)}
	r.work, r.cut = context.WithCancel(r.store)
	r.done, r.asks = make(chan report, max(s.Connections, 1)), make(chan ask)
	return r
}

// loop starts letters, one round after each thing that happens.
func (r *rounds) loop(ctx context.Context) error {
	for {
		wait := lookTime
		if r.resume == nil {
			var err error
			if wait, err = r.start(ctx); err != nil {
				return err
			}
		}
		timer := time.NewTimer(min(wait, r.closeIdle()))
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-r.resume:
			r.resume = nil
		case <-r.kicks():
			clear(r.stale)
			r.astray = true
		case a := <-r.asks:
			a.next <- r.following(a.after)
		case rep := <-r.done:
			r.take(rep)
		}
		timer.Stop()
		if r.fatal != nil || ctx.Err() != nil {
			return r.fatal
		}
	}
}

// start sends as many letters on their way as there is room for, and has the next
// ones written. It returns how long there is nothing more to start.
func (r *rounds) start(ctx context.Context) (time.Duration, error) {
	for {
		now := r.Now()
		if wait := r.pace.wait(now); wait > 0 {
			return wait, nil
		}
		for r.room() > 0 && len(r.ahead) > 0 && !r.astray {
			r.send(r.hand(now))
		}
		n := r.lacking()
		if n <= 0 {
			return lookTime, nil
		}
		rows, next, err := r.look(ctx, n)
		if bad, ok := errors.AsType[*ticket.RowError](err); ok {
			if err := r.setAside(bad.ID, err); err != nil {
				return 0, err
			}
			continue
		}
		if err := r.readable(ctx, err); err != nil {
			return 0, err
		}
		if err != nil {
			return lookTime, nil
		}
		if err := r.lineUp(rows, now); err != nil {
			return 0, err
		}
		if len(rows) == 0 {
			if len(r.ahead) == 0 {
				r.tellNews()
			}
			if next.IsZero() {
				return lookTime, nil
			}
			return min(max(next.Sub(now), time.Millisecond), lookTime), nil
		}
	}
}

// room is how many letters may begin now on connections that carry none.
func (r *rounds) room() int {
	if r.healthy {
		return r.most() - len(r.busy)
	}
	return 1 - len(r.busy)
}

// drop gives up a letter that comes too late, before any server hears of it.
func (r *rounds) drop(row *ticket.Row) error {
	id := row.Notice.ID
	r.stale[id] = true
	err := r.Spool.Begin(r.store, id, nil)
	if errors.Is(err, ticket.ErrStale) {
		return nil
	}
	if err == nil { // the clock has just gone back: its time may come yet
		err = r.Spool.Settle(r.store, id, ticket.Outcome{State: ticket.RowQueued, Next: r.Now()})
	}
	if err != nil {
		return r.setAside(id, fmt.Errorf("drop notice %d: %w", id, err))
	}
	return nil
}

// setAside leaves a letter where it is that the Spool cannot read or record, and
// says so: a damaged entry stops no other letter (PROMISES.md H06). It returns an
// error that ends Run.
func (r *rounds) setAside(id ticket.NoticeID, why error) error {
	if errors.Is(why, ticket.ErrCommit) {
		return why
	}
	r.aside[id] = true
	r.Log.Error().Uint64("notice", uint64(id)).Str("error", describe(why)).Msg("this letter cannot be read or recorded: it is left as it is")
	if r.Alert == nil {
		return nil
	}
	return r.Alert(r.store, ticket.Say("row-unreadable", id))
}

// readable says once why the queue cannot be read, and once that it can. It returns
// an error that ends Run.
func (r *rounds) readable(ctx context.Context, err error) error {
	switch {
	case err == nil:
		r.unread = ""
		return nil
	case errors.Is(err, ticket.ErrCommit) || ctx.Err() != nil:
		return err
	case r.unread != err.Error():
		r.unread = err.Error()
		r.Log.Error().Str("error", describe(err)).Msg("the queue cannot be read")
	}
	return nil
}

// skip tells which rows Take must leave out.
func (r *rounds) skip(id ticket.NoticeID) bool {
	_, busy := r.busy[id]
	return busy || r.stale[id] || r.aside[id]
}

// hand takes the first letter of ahead: its turn has come.
func (r *rounds) hand(now time.Time) *carriage {
	c := r.ahead[0]
	r.ahead = r.ahead[1:]
	n := &c.row.Notice
	r.pace.note(now)
	r.turn = n.Kind.Lane().Other()
	r.busy[n.ID] = now
	c.from, c.drops, c.single = r.from(n, r.plain), r.drops[n.ID], now.Before(r.single)
	return c
}

// alone tells whether the letter that was handed out last has the only conversation.
func (r *rounds) alone() bool { return len(r.busy) == 1 && len(r.idle) == 0 }

// send starts the goroutine of a letter, on an idle connection if there is one. It
// carries the letters that follow, too.
func (r *rounds) send(c *carriage) {
	if n := len(r.idle); n > 0 {
		c.session = r.idle[n-1]
		r.idle = r.idle[:n-1]
	}
	c.alone = r.alone()
	r.letters.Go(func() {
		for c != nil {
			rep, next := c.carry(r.work)
			r.done <- rep
			c = next
		}
	})
}

// take draws the conclusions of a report.
func (r *rounds) take(rep report) {
	began := r.busy[rep.id]
	delete(r.busy, rep.id)
	if rep.session != nil {
		rep.session.since = r.Now()
		r.idle = append(r.idle, rep.session)
	}
	if rep.stale {
		r.stale[rep.id] = true
		r.pace.forget(began)
	}
	if rep.lost {
		r.drops[rep.id]++
	} else if rep.settled {
		delete(r.drops, rep.id)
	}
	switch {
	case rep.spool != nil:
		r.fatal = r.setAside(rep.id, rep.spool)
	case rep.trouble == nil:
		r.recover(rep.talked)
		if rep.fell != nil {
			r.fallBack(rep.fell)
		}
		if rep.slowed {
			r.slow()
		}
		if rep.crowd && len(r.busy)+len(r.idle) > 0 {
			r.shrink(rep.why)
		}
	case !rep.talked && faultOf(rep.trouble) == network && len(r.busy)+len(r.idle) > 0:
		r.shrink(rep.trouble)
	default:
		r.pause(rep.trouble)
	}
}

// recover notes that the server talks with us.
func (r *rounds) recover(talked bool) {
	if !talked {
		return
	}
	if r.fails > 0 {
		r.Log.Info().Msg("the mail server takes letters again")
	}
	r.healthy, r.fails, r.said = true, 0, ""
}

// fallBack gives up <> and bounce addresses for as long as the desk runs.
func (r *rounds) fallBack(why error) {
	if !r.plain {
		r.plain, r.news = true, why
	}
}

// tellNews says that letters now leave from the desk's address, when no letter
// waits for its turn: it is no hurry.
func (r *rounds) tellNews() {
	if why := r.news; why != nil {
		r.news = nil
		r.tell("letters now leave from the desk's address: the mail server refuses our envelope senders", why)
	}
}

// pause lets the whole queue rest. Letters that fail while it rests already
// add nothing: they ran into the same wall.
func (r *rounds) pause(why error) {
	r.healthy = false
	if r.resume != nil {
		return
	}
	r.fails++
	rest := unreachable(r.fails)
	refused := faultOf(why) == login
	if refused {
		rest = refusedLogin(r.fails)
	}
	if r.jitter != nil {
		rest = r.jitter(rest)
	} else {
		rest = spread(rest)
	}
	r.resume, r.ahead = time.After(rest), nil
	for _, c := range r.idle {
		r.letters.Go(c.quit)
	}
	r.idle = nil
	condition := "unreachable"
	if refused || loud(why) {
		condition = "refused"
	}
	if r.said == condition {
		return
	}
	r.said = condition
	if condition == "refused" {
		r.tell("the mail server does not let us send: all letters wait", why)
		return
	}
	r.Log.Warn().Str("error", describe(why)).Dur("rest_ms", rest).Msg("the mail server cannot be reached")
}

// tell says a condition once, to the log and to the people of the desk.
func (r *rounds) tell(condition string, why error) {
	r.Log.Error().Str("error", describe(why)).Msg(condition)
	if r.Alert == nil {
		return
	}
	if err := r.Alert(r.store, words(why, r.DeskAddress)...); err != nil {
		r.fatal = err
	}
}

// closeIdle says goodbye on connections that were unused for idleTime, and
// returns when the next one will be.
func (r *rounds) closeIdle() time.Duration {
	now, first := r.Now(), lookTime
	kept := r.idle[:0]
	for _, c := range r.idle {
		left := idleTime - now.Sub(c.since)
		if left <= 0 {
			r.letters.Go(c.quit)
			continue
		}
		first = min(first, left)
		kept = append(kept, c)
	}
	r.idle = kept
	return first
}

// finish waits for the letters under way, at most stopTime and what settling
// them takes, and says goodbye.
func (r *rounds) finish() {
	timer := time.AfterFunc(stopTime, r.cut)
	for len(r.busy) > 0 {
		select {
		case rep := <-r.done:
			r.settleLast(rep)
		case a := <-r.asks:
			a.next <- nil
		}
	}
	for _, c := range r.idle {
		r.letters.Go(c.quit)
	}
	r.letters.Wait()
	timer.Stop()
	r.cut()
}

// settleLast takes a report after the end: only what concerns the store counts.
func (r *rounds) settleLast(rep report) {
	delete(r.busy, rep.id)
	if rep.session != nil {
		r.idle = append(r.idle, rep.session)
	}
	if rep.spool != nil && r.fatal == nil {
		r.fatal = r.setAside(rep.id, rep.spool)
	}
}
