package ticket

import (
	"context"
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
		if err := w.release(t, "quote "+code, actor); err != nil {
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
