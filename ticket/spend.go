package ticket

import (
	"context"
	"errors"
	"fmt"

	"sportello/policy"
)

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
