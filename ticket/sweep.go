package ticket

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// sweepBatch bounds how many tickets one transaction of Sweep touches.
const sweepBatch = 100

// Sweep does what has become due by now: held mail that was released, the
// summary of the hour, closing warnings, closings, quotes and lots that run
// out, and what is said of them before. It may be called at any time; what is done is done once. While the clock
// is not Steady only held mail and summaries go on.
func (d *Desk) Sweep(ctx context.Context) error {
	if err := d.release(ctx); err != nil {
		return err
	}
	if err := d.summarize(ctx); err != nil {
		return err
	}
	if err := d.tellRestored(ctx); err != nil {
		return err
	}
	if !d.steady() { // what a clock brings waits until it is to be believed
		return nil
	}
	if err := d.wakeAll(ctx); err != nil {
		return err
	}
	if err := d.expireLots(ctx); err != nil {
		return err
	}
	return d.remindLots(ctx)
}

// wakeAll does what is due on tickets.
func (d *Desk) wakeAll(ctx context.Context) error {
	for {
		now, idle := d.Now(), false
		err := d.Store.View(ctx, func(tx Tx) error {
			ids, err := tx.Awake(now, 1)
			idle = len(ids) == 0
			return err
		})
		if err != nil || idle {
			return err
		}
		if err := d.do(ctx, func(w *work) error {
			ids, err := w.tx.Awake(w.now, sweepBatch)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if err := w.wake(id); err != nil {
					return fmt.Errorf("sweep ticket %d: %w", id, err)
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
}

// wake does what is due on one ticket. Each step moves Wake forward.
func (w *work) wake(id ID) error {
	t, err := w.tx.Ticket(id)
	if err != nil {
		return err
	}
	if w.restored.relived(t.Wake()) {
		w.backlog.again = true
		defer w.overlook()
	}
	if q := t.Quote; q != nil && q.State == QuoteOffered && !w.now.Before(q.ValidUntil) {
		if err := w.expire(t); err != nil {
			return err
		}
	}
	if t.State == StateOpen && !t.RemindAt.IsZero() && !w.now.Before(t.RemindAt) {
		return w.remind(t)
	}
	switch {
	case t.State != StateWaiting:
		return nil
	case w.backlog.again && t.SleepsUntil.IsZero() && !t.ClosesAt.IsZero():
		return w.closeLater(t)
	case !t.SleepsUntil.IsZero():
		if w.now.Before(t.SleepsUntil) {
			return nil
		}
		return w.rouse(t)
	}
	return w.closing(t)
}

// rouse ends the sleep of `#wait DATE`: t is our turn again, due on that day, and
// who works on it is told.
func (w *work) rouse(t *Ticket) error {
	before, day := t.clone(), w.d.day(t.SleepsUntil)
	if err := w.move(t, TriggerWake, w.now); err != nil {
		return err
	}
	t.AnswerDue = day.End(w.d.Zone)
	for _, tech := range w.concerned(NoticeDueSoon, t) {
		err := w.tellTechnician(NoticeDueSoon, t, tech, func(n *Notice) { n.Lines = []string{w.say("woken")} })
		if err != nil {
			return err
		}
	}
	return w.save(t, before, Event{Kind: "state", Actor: "clock", Cause: "sweep", Text: "the day has come until which it was to wait"})
}

// release files the held mail that technicians released, and looks again for
// evidence where DNS did not answer. What cannot be filed even so goes to the
// quarantine with the reason.
func (d *Desk) release(ctx context.Context) error {
	var released []*Arrival
	now := d.Now()
	err := d.Store.View(ctx, func(tx Tx) error {
		released = nil
		for a, err := range tx.Arrivals(FateHeld) {
			if err != nil {
				return err
			}
			if a.Release != "" || !a.AskAgain.IsZero() && !now.Before(a.AskAgain) {
				released = append(released, a)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, a := range released {
		err := d.refile(ctx, a.ID, a.Release)
		if err == nil {
			continue
		}
		if ctx.Err() != nil || errors.Is(err, ErrCommit) {
			return err
		}
		why := "released, but " + strings.TrimPrefix(err.Error(), "ticket: ")
		if err := d.do(ctx, func(w *work) error {
			a, err := w.pending(a.ID)
			if err != nil {
				return err
			}
			ordered := a.Release != ""
			a.Release, a.AskAgain = "", time.Time{}
			if _, err = w.setAside(a, FateQuarantine, why); err != nil || !ordered {
				return err
			}
			return w.tellNotReleased(a)
		}); err != nil {
			return err
		}
	}
	return nil
}
