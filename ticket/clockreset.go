package ticket

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ClockReset is what a clock that was once in the future had left behind, and what
// became of it.
type ClockReset struct {
	Seen    time.Time // the latest time that was recorded; zero: none
	Now     time.Time // it is now
	Counts  int       // counts of limits from the future, forgotten
	Letters int       // letters whose next try lay in the future, due now
	Held    int       // held mails that were to be looked at again in the future, looked at now
	Tickets int       // waiting tickets whose closing clock begins anew
}

// latestRetry is longer than any pause between two tries of a letter, and than any
// between two looks at a held mail.
const latestRetry = 6 * time.Hour

// ResetClock takes the time of day as it is now for right, and undoes what a clock
// in the future has left behind: none of it stays frozen until that time comes
// (PROMISES.md H27). What people were told stays as they were told.
func (d *Desk) ResetClock(ctx context.Context, actor string) (r ClockReset, err error) {
	if err := d.do(ctx, func(w *work) error {
		r = ClockReset{Now: w.now}
		var err, held error
		if r.Seen, err = w.tx.Seen(); err != nil {
			return err
		}
		if r.Counts, err = w.tx.ForgetHits(w.now.Add(farAhead)); err != nil {
			return err
		}
		r.Letters, err = w.lettersDue()
		r.Held, held = w.heldDue()
		return errors.Join(err, held, w.tx.SetSeen(w.now))
	}); err != nil {
		return r, fmt.Errorf("reset the clock: %w", err)
	}
	r.Tickets, err = d.restartClosings(ctx, actor)
	if err != nil {
		return r, fmt.Errorf("reset the clock: %w", err)
	}
	return r, nil
}

// lettersDue lets letters go now that would wait for the future.
func (w *work) lettersDue() (n int, err error) {
	var late []*Row
	for r, err := range w.tx.Rows(RowQueued, 0) {
		if err == nil && r.Next.Sub(w.now) > latestRetry { // one that cannot be read is nobody's to mend here
			late = append(late, r)
		}
	}
	for _, r := range late {
		r.Next, w.queued = w.now, true
		if err := w.tx.PutRow(r); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// heldDue lets held mail be looked at again that would wait for the future.
func (w *work) heldDue() (n int, err error) {
	var late []*Arrival
	for a, err := range w.tx.Arrivals(FateHeld, 0) {
		if err == nil && a.AskAgain.Sub(w.now) > latestRetry {
			late = append(late, a)
		}
	}
	for _, a := range late {
		a.AskAgain = w.now
		if err := w.tx.PutArrival(a); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// restartClosings begins the closing clocks anew that were set by a clock in the
// future. A quote that is open stays so as long as it was promised.
func (d *Desk) restartClosings(ctx context.Context, actor string) (n int, err error) {
	var frozen []ID
	for some, err := range Slices(ctx, d.Store, WalkTickets(Filter{State: StateWaiting}), func(_ Tx, t *Ticket) (ID, bool, error) { return t.ID, d.frozen(t, d.Now()), nil }) {
		if err != nil {
			return 0, err
		}
		frozen = append(frozen, some...)
	}
	for _, id := range frozen {
		begun := 0
		err := d.do(ctx, func(w *work) error {
			t, err := w.tx.Ticket(id)
			if begun = 0; err != nil || !d.frozen(t, w.now) {
				return err
			}
			before := t.clone()
			w.startClosing(t, w.now)
			begun = 1
			return w.save(t, before, Event{Kind: "state", Actor: actor, Cause: "clock reset", Text: "the closing clock begins anew: it was set by a clock that was wrong"})
		})
		if n += begun; err != nil {
			return n, err
		}
	}
	return n, nil
}

// frozen tells whether t would close later than any clock set now could close it.
func (d *Desk) frozen(t *Ticket, now time.Time) bool {
	if t.State != StateWaiting || t.ClosesAt.IsZero() || t.WaitsFor != 0 || !t.SleepsUntil.IsZero() || t.Quote.open() {
		return false
	}
	return t.ClosesAt.After(d.day(now).AddDays(2*d.Policy.CloseDays + 1).End(d.Zone))
}

// forgetFuture resets the clock by itself when the latest time that was recorded
// lies ahead of a clock that is to be believed. One that is earlier than the desk's
// first ticket is not: that clock is behind, and the recorded time is right.
func (d *Desk) forgetFuture(ctx context.Context) error {
	ahead, now := false, d.Now()
	err := d.Store.View(ctx, func(tx Tx) error {
		seen, err := tx.Seen()
		if ahead = seen.Sub(now) > farAhead; !ahead || err != nil {
			return err
		}
		first, err := tx.Ticket(1)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		ahead = err == nil && !now.Before(first.Opened)
		return err
	})
	if err == nil && ahead {
		_, err = d.ResetClock(ctx, "clock")
	}
	return err
}
