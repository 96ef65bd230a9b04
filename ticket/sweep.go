package ticket

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	steps := []func(context.Context) error{d.release, d.summarize, d.tellRestored, d.goOnErasing}
	if d.steady() { // what a clock brings waits until it is to be believed
		steps = append(steps, d.forgetFuture, d.wakeAll, d.expireLots, d.remindLots)
	}
	var faults []error // what is in the way of one step is in no other's
	for _, step := range steps {
		err := step(ctx)
		if ctx.Err() != nil || errors.Is(err, ErrCommit) {
			return err
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// eachDue does do with all that list names, many in a transaction. Where that fails
// it does it with each by itself: what cannot be done, as where a record cannot be
// read, is in the error and in nobody's way. What was done is not listed again.
func eachDue[K comparable](ctx context.Context, d *Desk, list func(tx Tx, n int) ([]K, error), do func(*work, K) error) error {
	left := map[K]bool{}
	var faults []error
	for {
		var due []K
		if err := d.Store.View(ctx, func(tx Tx) (err error) {
			due, err = list(tx, sweepBatch+len(left))
			return err
		}); err != nil {
			return errors.Join(append(faults, err)...)
		}
		due = slices.DeleteFunc(due, func(k K) bool { return left[k] })
		if len(due) == 0 {
			return errors.Join(faults...)
		}
		all := func(w *work, some []K) error {
			for _, k := range some {
				if err := do(w, k); err != nil {
					return fmt.Errorf("sweep %v: %w", k, err)
				}
			}
			return nil
		}
		err := d.do(ctx, func(w *work) error { return all(w, due) })
		if err == nil {
			continue
		}
		for i := range due {
			if ctx.Err() != nil || errors.Is(err, ErrCommit) {
				return err
			}
			if err = d.do(ctx, func(w *work) error { return all(w, due[i:i+1]) }); err != nil {
				left[due[i]] = true
				faults = append(faults, err)
			}
		}
	}
}

// wakeAll does what is due on tickets.
func (d *Desk) wakeAll(ctx context.Context) error {
	return eachDue(ctx, d, func(tx Tx, n int) ([]ID, error) { return tx.Awake(d.Now(), n) }, (*work).wake)
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
	var unread error // of mail that cannot be read: it is in no other's way
	now := d.Now()
	err := d.Store.View(ctx, func(tx Tx) error {
		released, unread = nil, nil
		for a, err := range tx.Arrivals(FateHeld, 0) {
			if err != nil {
				unread = errors.Join(unread, err)
				continue
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
			if ctx.Err() != nil || errors.Is(err, ErrCommit) {
				return err
			}
			unread = errors.Join(unread, err)
		}
	}
	return unread
}
