package ticket

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// retained bounds how many tickets one run of Retain erases: each run looks through
// all letters since the first of them.
const retained = 1000

// Retain erases the tickets that were closed more than Retention months ago, with
// their mails and letters, and those lists of tickets that name them. One call does as
// much as a run may, and returns how many tickets that were: there may be more. While
// it works the desk goes on.
func (d *Desk) Retain(ctx context.Context) (int, error) {
	if d.Retention <= 0 || !d.steady() || d.Keys.shared == nil || !d.Keys.shared.erasing.TryLock() {
		return 0, nil
	}
	defer d.Keys.shared.erasing.Unlock()
	x := &erasing{d: d, ctx: ctx, due: map[ID]bool{}, Erasure: Erasure{Kind: ErasureRetention, At: d.Now().UTC(), Actor: "clock",
		Reason: fmt.Sprintf("closed %d months ago", d.Retention), Wanted: &Wanted{}}}
	if err := x.findOld(); err != nil || len(x.due) == 0 {
		return 0, err
	}
	todo, err := x.search()
	if err == nil {
		err = x.begin()
	}
	if err == nil {
		err = x.finish(todo)
	}
	if err != nil {
		return 0, fmt.Errorf("retention: %w", err)
	}
	return x.Erased.Tickets, x.unscrubbed
}

// findOld finds the tickets that are due, and from where on their letters and mails lie.
func (x *erasing) findOld() error {
	limit := x.At.In(x.d.Zone).AddDate(0, -x.d.Retention, 0)
	old := func(t *Ticket) bool {
		return t.State == StateClosed && t.Held == 0 && !t.Closed.IsZero() && t.Closed.Before(limit)
	}
	opened := x.At
	if err := x.d.eachTicket(x.ctx, 1, func(tx Tx, t *Ticket) error {
		if t.Erased != 0 || !old(t) || len(x.due) >= retained {
			return nil
		}
		into, err := follow(tx, t.ID)
		if err != nil || into.Erased == 0 && !old(into) {
			return err // it goes on there
		}
		x.due[t.ID] = true
		if t.Opened.Before(opened) {
			opened = t.Opened
		}
		return x.firstMail(tx, t.ID)
	}); err != nil || len(x.due) == 0 {
		return err
	}
	return x.firstRow(opened.AddDate(0, 0, -2)) // the clock may have gone back a little
}

// firstMail moves mail down to the first arrival that did something on a ticket.
func (x *erasing) firstMail(tx Tx, id ID) error {
	events, err := tx.Events(id)
	for _, e := range events {
		digits, found := strings.CutPrefix(e.Cause, "arrival ")
		if n, err := strconv.ParseUint(digits, 10, 64); found && err == nil && (x.mail == 0 || ArrivalID(n) < x.mail) {
			x.mail = ArrivalID(n)
		}
	}
	return err
}

// firstRow finds the first letter that was queued at that time or later.
func (x *erasing) firstRow(since time.Time) error {
	return x.d.Store.View(x.ctx, func(tx Tx) error {
		var last NoticeID
		for r, err := range tx.Rows(0, 0) {
			if err != nil {
				return err
			}
			last = r.Notice.ID
			break
		}
		var fault error
		low, high := NoticeID(1), last+1
		for low < high {
			mid := low + (high-low)/2
			at, err := queuedAt(tx, mid, last)
			if err != nil {
				fault = err
				break
			}
			if at.Before(since) {
				low = mid + 1
			} else {
				high = mid
			}
		}
		x.row = low
		return fault
	})
}

// queuedAt is when the letter was queued that has this number or the next one there is.
func queuedAt(tx Tx, n, last NoticeID) (time.Time, error) {
	for ; n <= last; n++ {
		r, err := tx.Row(n)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return time.Time{}, err
		}
		return r.Notice.At, nil
	}
	return time.Time{}.AddDate(9998, 0, 0), nil
}
