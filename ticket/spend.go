package ticket

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sportello/policy"
)

// What is held is spent by people only: a technician (#charge, #close) or an
// admin. Whatever else ends a ticket gives back what it holds.

// deedBy says whose doing something is, and why: what is spent under one cause
// is spent once.
type deedBy struct {
	cause string // as in events
	place int    // of the command in its mail, from 1; 0: the cause has one deed
	actor string
}

// posted is the cause under which b spends.
func (b deedBy) posted(t *Ticket) string {
	s := fmt.Sprintf("capture on ticket %d: %s", t.ID, b.cause)
	if b.place > 1 {
		s += fmt.Sprintf(", command %d", b.place)
	}
	return s
}

// settled is what one transaction spent and gave back of a ticket's hold.
type settled struct {
	charged, released Credits
	lapsed            Credits // of released: their lot was over, so that they expired at once
}

// settleCredits adds to what this transaction has settled on a ticket.
func (w *work) settleCredits(id ID, more settled) {
	if w.settlements == nil {
		w.settlements = map[ID]settled{}
	}
	s := w.settlements[id]
	w.settlements[id] = settled{s.charged + more.charged, s.released + more.released, s.lapsed + more.lapsed}
}

// purse is what somebody may still spend on a ticket: what it holds, and what
// the day's limit leaves. Commands of one mail take out of it one after another.
type purse struct {
	held  Credits
	spent Credits // by a technician in the last 24 hours
	day   Credits // as much as she may; 0: no limit
}

// purse is that of actor; who is no technician has no limit.
func (w *work) purse(t *Ticket, actor string) (*purse, error) {
	p := &purse{held: t.Held}
	if w.d.Limits.ChargePerTechnicianDay <= 0 || w.d.technicianNamed(actor) == nil {
		return p, nil
	}
	n, err := w.counts(chargedBy(actor), chargeWindow)
	p.spent, p.day = Credits(n), Credits(w.d.Limits.ChargePerTechnicianDay)
	return p, err
}

// chargeWindow is the day of charge_per_technician_day: any 24 hours, so that
// midnight doubles nothing.
const chargeWindow = 24 * time.Hour

// chargedBy counts what a technician charges, a hit a credit.
func chargedBy(technician string) counted { return counted{"charge", technician, proven} }

// asked is how many credits a command #close or #charge spends: without a
// number #close spends all that is held.
func (p *purse) asked(c Command) Credits {
	if len(c.Args) == 0 {
		return p.held
	}
	n, _ := strconv.Atoi(strings.TrimPrefix(c.Args[0], "#"))
	return Credits(n)
}

// take spends n of p, or says why that is not to be.
func (p *purse) take(n Credits) Words {
	switch {
	case n == 0:
	case p.held == 0:
		return Say("nothing-held")
	case n > p.held:
		return Say("held-less", amount(p.held))
	case p.day > 0 && n > p.day-p.spent:
		return Say("charge-limit", amount(p.day), p.spent, max(0, p.day-p.spent))
	}
	p.held, p.spent = p.held-n, p.spent+n
	return Words{}
}

// RefusedError: a price may not be offered or credits spent, and why. It is
// ErrInput.
type RefusedError struct{ Why Words }

func (e *RefusedError) Error() string { return e.Why.String() }

// Unwrap makes errors.Is(err, ErrInput) true.
func (e *RefusedError) Unwrap() error { return ErrInput }

// capture spends n credits of what t holds, once under one deed: "" when it was
// done before, else what the event says. It counts against the technician's
// day, and the others are told at once of much. The caller saves t and tells the
// customer.
func (w *work) capture(t *Ticket, n Credits, by deedBy) (string, error) {
	code, err := w.holding(t)
	if err != nil {
		return "", err
	}
	p := posting{cause: by.posted(t), actor: by.actor, ticket: t.ID, hold: code}
	if _, done, err := w.tx.ByCause(p.cause); err != nil || len(done) > 0 {
		return "", err
	}
	purse, err := w.purse(t, by.actor)
	if err != nil {
		return "", err
	}
	if why := purse.take(n); why.key != "" || n < 1 {
		return "", &RefusedError{why.or(Say("charge-number"))}
	}
	if _, err := w.post(t.Customer, p, func(acc policy.Account) ([]policy.Move, error) { return acc.Capture(code, n) }); err != nil {
		return "", err
	}
	if purse.day > 0 {
		if err := w.countCharged(by.actor, n); err != nil {
			return "", err
		}
	}
	t.Held, t.Charged = t.Held-n, t.Charged+n
	w.settleCredits(t.ID, settled{charged: n})
	return fmt.Sprintf("%s: %d charged", code, n), w.alertCharged(t, n, by.actor)
}

// countCharged counts n credits against a technician's day.
func (w *work) countCharged(technician string, n Credits) error {
	return w.count(chargedBy(technician), chargeWindow, int(n))
}

// alertCharged tells the other technicians of a charge from charge_alert credits
// on, and of the one that brings its ticket there in several steps.
func (w *work) alertCharged(t *Ticket, n Credits, actor string) error {
	from := Credits(w.d.Limits.ChargeAlert)
	if from <= 0 || n < from && (t.Charged < from || t.Charged-n >= from) {
		return nil
	}
	for i := range w.d.Technicians {
		tech := &w.d.Technicians[i]
		if tech.Name == actor {
			continue
		}
		err := w.tellTechnician(NoticeAlert, t, tech, func(a *Notice) {
			a.Lines = []string{w.say("charged-much", actor, amount(n), t.ID, t.Charged)}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tellCharged tells the customer of a charge of n credits.
func (w *work) tellCharged(t *Ticket, n Credits) error {
	return w.tellCustomers(NoticeCharged, t, func(letter *Notice) { letter.Credits = n })
}

// close closes t as solved: n credits of what it holds are spent, the rest goes
// back. answered: the same mail holds an answer, whose foot tells all that the
// closing notice would. The caller saves t.
func (w *work) close(t *Ticket, n Credits, at time.Time, by deedBy, answered bool) error {
	if n != 0 {
		did, err := w.capture(t, n, by)
		if err == nil && did != "" {
			err = w.jot(t, Event{Kind: "capture", Actor: by.actor, Cause: by.cause, Text: did})
		}
		if err != nil {
			return err
		}
	}
	if err := w.move(t, TriggerClose, at); err != nil || answered {
		return err
	}
	return w.tellCustomers(NoticeClosed, t, nil)
}

// jot adds an event that changes nothing by itself: what saves t tells the changes.
func (w *work) jot(t *Ticket, e Event) error {
	t.Events++
	e.Seq, e.At = t.Events, w.now
	return w.tx.AddEvent(t.ID, &e)
}

// Capture spends n credits of what a ticket holds and tells the customer: the
// act of a technician or admin, who is actor. One cause captures once. A
// RefusedError: that much is not held, or the technician's limit is reached.
func (d *Desk) Capture(ctx context.Context, id ID, n Credits, cause, actor string) error {
	return d.money(ctx, id, Event{Kind: "capture", Actor: actor, Cause: cause}, func(w *work, t *Ticket) (string, error) {
		did, err := w.capture(t, n, deedBy{cause: cause, actor: actor})
		if err != nil || did == "" {
			return "", err
		}
		return did, w.tellCharged(t, n)
	})
}

// Close closes a ticket as solved and tells the customer: charge credits of
// what it holds are spent, which is a RefusedError where they must not be, the
// rest goes back. actor stands in the event. ErrState when it is closed already.
func (d *Desk) Close(ctx context.Context, id ID, charge Credits, actor string) error {
	return d.verb(ctx, id, "close", actor, func(w *work, t *Ticket) error {
		if t.State == StateClosed {
			return fmt.Errorf("close: %w", ErrState)
		}
		// A hold is spent by one closing at most: its quote names the deed.
		code, err := w.holding(t)
		if err != nil {
			return err
		}
		return w.close(t, charge, w.now, deedBy{cause: strings.TrimSpace("verb close " + code), actor: actor}, false)
	})
}

// Release gives back what a ticket still holds; nothing, when it holds nothing.
func (d *Desk) Release(ctx context.Context, id ID, cause, actor string) error {
	return d.money(ctx, id, Event{Kind: "release", Actor: actor, Cause: cause}, func(w *work, t *Ticket) (string, error) {
		return w.giveBack(t, actor)
	})
}

// release gives back what t still holds, and says so in an event: cause is what
// ends the hold. The caller saves t.
func (w *work) release(t *Ticket, cause, actor string) error {
	did, err := w.giveBack(t, actor)
	if err != nil || did == "" {
		return err
	}
	return w.jot(t, Event{Kind: "release", Actor: actor, Cause: cause, Text: did})
}

// giveBack is release without its event, whose text it returns; "" when t holds nothing.
func (w *work) giveBack(t *Ticket, actor string) (string, error) {
	if t.Held == 0 {
		return "", nil
	}
	code, err := w.holding(t)
	if err != nil {
		return "", err
	}
	p := posting{cause: "release of quote " + code, actor: actor, ticket: t.ID, hold: code}
	back := settled{released: t.Held}
	if _, err = w.post(t.Customer, p, func(acc policy.Account) ([]policy.Move, error) {
		moves, err := acc.Release(code, w.today())
		back.lapsed = 0
		for _, m := range moves {
			if m.Kind == policy.MoveExpire {
				back.lapsed += m.Credits
			}
		}
		return moves, err
	}); err != nil {
		return "", err
	}
	did := fmt.Sprintf("%s: %d released", code, t.Held)
	w.settleCredits(t.ID, back)
	t.Held = 0
	return did, nil
}

// holding is the code of the quote whose hold t has: of the latest that was
// accepted; "" for none.
func (w *work) holding(t *Ticket) (string, error) {
	if t.Quote == nil {
		return "", nil
	}
	for v := t.Quote.Version; v > 0; v-- {
		code := fmt.Sprintf("P-%d-%d", t.ID, v)
		if _, _, err := w.tx.Hold(code); !errors.Is(err, ErrNotFound) {
			return code, err
		}
	}
	return "", nil
}
