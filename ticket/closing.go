package ticket

import (
	"time"
)

// startClosing sets the closing date of t for a letter that left at at: the end
// of day +CloseDays, warned after WarnDays, not before an open quote ends. Of
// what t holds the technicians are told spareDays business days before.
func (w *work) startClosing(t *Ticket, at time.Time) {
	p := w.d.Policy
	t.WaitsFor = 0
	t.ClosesAt = w.d.day(at).AddDays(p.CloseDays).End(w.d.Zone)
	if q := t.Quote; q != nil && q.State == QuoteOffered && q.ValidUntil.After(t.ClosesAt) {
		t.ClosesAt = q.ValidUntil
	}
	t.WarnAt = at.In(w.d.Zone).AddDate(0, 0, p.WarnDays)
	w.warnBefore(t)
}

// warnBefore makes the closing of t be warned of no earlier before it than the
// policy says, and what it gives back be told spareDays before.
func (w *work) warnBefore(t *Ticket) {
	p := w.d.Policy
	if early := t.ClosesAt.AddDate(0, 0, p.WarnDays-p.CloseDays-1); t.WarnAt.Before(early) {
		t.WarnAt = early
	}
	t.SpareAt = time.Time{}
	if t.Held > 0 {
		t.SpareAt = p.Ahead(w.lastDay(t.ClosesAt), spareDays)
	}
}

// spareDays is how many business days before a closing the technicians are told
// what it gives back.
const spareDays = 2

// closing does what the closing date of a waiting ticket brings. Nothing closes
// unannounced: where an announcement comes late, after a desk that was off or a
// clock that was wrong, the closing waits as long after it as always; and until the
// announcement has left, however long that takes, it does not close at all.
func (w *work) closing(t *Ticket) error {
	due := func(at time.Time) bool { return !at.IsZero() && !w.now.Before(at) }
	switch {
	case t.ClosesAt.IsZero():
		return nil
	case due(t.SpareAt):
		return w.tellSpared(t)
	case due(t.WarnAt):
		return w.warn(t)
	case due(t.ClosesAt) && t.WaitsFor == 0:
		return w.autoClose(t)
	}
	return nil
}

// closeLater lets the closing clock of t begin anew on a desk that was restored: of what
// it had announced or done since the backup nobody knows, and nothing closes unannounced.
func (w *work) closeLater(t *Ticket) error {
	before := t.clone()
	w.startClosing(t, w.now)
	return w.save(t, before, Event{Kind: "state", Actor: "clock", Cause: "sweep", Text: "the desk was restored: the closing clock begins anew"})
}

// tellSpared tells the technicians what a ticket will give back when it closes
// by itself, in time to charge what was worked.
func (w *work) tellSpared(t *Ticket) error {
	before := t.clone()
	t.SpareAt = time.Time{}
	for last := w.lastDay(t.ClosesAt); w.d.Policy.BusinessDaysBefore(last, spareDays).Before(w.today()); {
		last = last.AddDays(1)
		t.ClosesAt = last.End(w.d.Zone)
	}
	if t.Held > 0 {
		if err := w.alert(t, w.say("spared", amount(t.Held)), w.say("spared-unless", Order("close"), usage{"charge", "N"})); err != nil {
			return err
		}
	}
	return w.save(t, before, Event{Kind: "alert", Actor: "clock", Cause: "sweep", Text: "technicians were told what the closing gives back"})
}

// warn tells the customer that a ticket will close.
func (w *work) warn(t *Ticket) error {
	before := t.clone()
	t.WarnAt = time.Time{}
	w.closeAfterWarning(t)
	if err := w.tellCustomers(NoticeCloseWarning, t, func(n *Notice) { n.Reserved = t.Held }); err != nil {
		return err
	}
	return w.save(t, before, Event{Kind: "notice", Actor: "clock", Cause: "sweep", Text: "closing announced"})
}

// closeAfterWarning keeps the closing of t as far behind now as a warning is before it.
func (w *work) closeAfterWarning(t *Ticket) {
	enough := w.now.In(w.d.Zone).AddDate(0, 0, w.d.Policy.CloseDays-w.d.Policy.WarnDays)
	if t.ClosesAt.Before(enough) {
		t.ClosesAt = w.lastDay(enough).End(w.d.Zone)
	}
}

// autoClose closes what nobody answered. What it holds goes back: no clock spends.
func (w *work) autoClose(t *Ticket) error {
	before := t.clone()
	if err := w.move(t, TriggerCloseDue, w.now); err != nil {
		return err
	}
	if err := w.tellCustomers(NoticeClosed, t, nil); err != nil {
		return err
	}
	return w.save(t, before, Event{Kind: "state", Actor: "clock", Cause: "sweep", Text: "no answer from the customer"})
}
