package ticket

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sportello/policy"
)

// Accept takes up the quote code of a ticket: its credits are held, what an
// earlier quote still held is released, and the ticket is our turn. at is when
// the yes reached the desk; cause and actor stand in the events. The same quote
// again changes nothing. ErrState: it is not the current one, or not open (any
// more); a policy.ShortError says how many credits are missing, and the quote
// stays open. Who may accept is for the caller to know.
func (d *Desk) Accept(ctx context.Context, id ID, code string, at time.Time, cause, actor string) error {
	return d.money(ctx, id, Event{Kind: "hold", Actor: actor, Cause: cause}, func(w *work, t *Ticket) (string, error) {
		q := t.Quote
		switch {
		case q != nil && q.Code == code && q.State == QuoteAccepted:
			return "", nil
		case q == nil || q.Code != code || q.State != QuoteOffered || !at.Before(q.ValidUntil) || t.Customer == "":
			return "", fmt.Errorf("accept %s: %w", code, ErrState)
		}
		if err := w.move(t, TriggerAccept, at); err != nil {
			return "", err
		}
		if err := w.release(t, actor); err != nil {
			return "", err
		}
		p := posting{cause: "quote " + code, actor: actor, ticket: t.ID, hold: code}
		if _, err := w.post(t.Customer, p, func(acc policy.Account) ([]policy.Move, error) {
			return acc.Hold(code, q.Credits, w.today())
		}); err != nil {
			return "", err
		}
		q.State, t.Held = QuoteAccepted, q.Credits
		return fmt.Sprintf("%s: %d held", code, q.Credits), nil
	})
}

// Capture spends n credits of what a ticket holds: the act of a technician or
// admin, who is actor. One cause captures once. ErrInput: that much is not held.
func (d *Desk) Capture(ctx context.Context, id ID, n Credits, cause, actor string) error {
	return d.money(ctx, id, Event{Kind: "capture", Actor: actor, Cause: cause}, func(w *work, t *Ticket) (string, error) {
		code, err := w.holding(t)
		if err != nil {
			return "", err
		}
		p := posting{cause: fmt.Sprintf("capture on ticket %d: %s", t.ID, cause), actor: actor, ticket: t.ID, hold: code}
		fresh, err := w.post(t.Customer, p, func(acc policy.Account) ([]policy.Move, error) { return acc.Capture(code, n) })
		if errors.Is(err, policy.ErrHold) {
			err = fmt.Errorf("%w: %w", err, ErrInput)
		}
		if err != nil || !fresh {
			return "", err
		}
		t.Held, t.Charged = t.Held-n, t.Charged+n
		return fmt.Sprintf("%s: %d charged", code, n), nil
	})
}

// Release gives back what a ticket still holds; nothing, when it holds nothing.
func (d *Desk) Release(ctx context.Context, id ID, cause, actor string) error {
	return d.money(ctx, id, Event{Kind: "release", Actor: actor, Cause: cause}, func(w *work, t *Ticket) (string, error) {
		n := t.Held
		if n == 0 {
			return "", nil
		}
		return fmt.Sprintf("%d released", n), w.release(t, actor)
	})
}

// money runs f on a ticket (merges followed) and saves it with e, whose text f
// returns; "" when nothing was done.
func (d *Desk) money(ctx context.Context, id ID, e Event, f func(*work, *Ticket) (string, error)) error {
	return d.do(ctx, func(w *work) error {
		t, err := w.ticket(id)
		if err != nil {
			return fmt.Errorf("ticket %d: %w", id, err)
		}
		before, e := t.clone(), e
		if e.Text, err = f(w, t); err != nil {
			return fmt.Errorf("ticket %d: %w", id, err)
		}
		if e.Text == "" {
			return nil
		}
		return w.save(t, before, e)
	})
}

// release gives back what t still holds. The caller saves t.
func (w *work) release(t *Ticket, actor string) error {
	if t.Held == 0 {
		return nil
	}
	code, err := w.holding(t)
	if err != nil {
		return err
	}
	p := posting{cause: "release of quote " + code, actor: actor, ticket: t.ID, hold: code}
	_, err = w.post(t.Customer, p, func(acc policy.Account) ([]policy.Move, error) { return acc.Release(code, w.today()) })
	t.Held = 0
	return err
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
