package ticket

import (
	"context"
	"fmt"
	"time"

	"sportello/policy"
)

// Accept takes up the quote code of a ticket: its credits are held, what an
// earlier quote still held is released, the ticket is our turn and the customer
// is told. at is when the yes reached the desk; cause and actor stand in the
// event. The same quote again changes nothing. ErrState: it is not the current
// one, or not open at at; a policy.ShortError says how many credits are missing,
// and nothing has changed. Who may accept is for the caller to know.
func (d *Desk) Accept(ctx context.Context, id ID, code string, at time.Time, cause, actor string) error {
	return d.money(ctx, id, Event{Kind: "hold", Actor: actor, Cause: cause}, func(w *work, t *Ticket) (string, error) {
		if q := t.Quote; q != nil && q.Code == code && q.State == QuoteAccepted {
			return "", nil
		}
		if err := w.current(t, code, at); err != nil {
			return "", fmt.Errorf("accept %s: %w", code, err)
		}
		missing, err := w.missing(t)
		if err == nil && missing > 0 {
			err = fmt.Errorf("accept %s: %w", code, &policy.ShortError{Missing: missing})
		}
		if err != nil {
			return "", err
		}
		return w.accept(t, at, actor, Mailbox{})
	})
}

// Decline turns down the quote code of a ticket, as Accept takes it up.
func (d *Desk) Decline(ctx context.Context, id ID, code string, at time.Time, cause, actor string) error {
	return d.money(ctx, id, Event{Kind: "quote", Actor: actor, Cause: cause}, func(w *work, t *Ticket) (string, error) {
		if q := t.Quote; q != nil && q.Code == code && q.State == QuoteDeclined {
			return "", nil
		}
		if err := w.current(t, code, at); err != nil {
			return "", fmt.Errorf("decline %s: %w", code, err)
		}
		return w.decline(t, at, Mailbox{})
	})
}

// AcceptLast takes the customer's last mail on a ticket for a yes to its quote, by
// the word of a technician or admin, who is actor. It must have everything that
// an acceptance takes but the wording, or a RefusedError says what is missing.
// With too few credits it does what the yes itself would have done.
func (d *Desk) AcceptLast(ctx context.Context, id ID, cause, actor string) error {
	return d.do(ctx, func(w *work) error {
		t, err := w.ticket(id)
		if err != nil {
			return fmt.Errorf("ticket %d: %w", id, err)
		}
		before := t.clone()
		e, err := w.acceptLast(t, cause, actor)
		if err != nil {
			return fmt.Errorf("ticket %d: %w", id, err)
		}
		return w.save(t, before, e)
	})
}

// acceptLast is AcceptLast with the event that saves t; its cause is the mail,
// its evidence who read it as a yes. The caller saves t with it.
func (w *work) acceptLast(t *Ticket, cause, actor string) (Event, error) {
	last, why, err := w.readableAsYes(t)
	if err == nil && why.key != "" {
		err = &RefusedError{why}
	}
	if err != nil {
		return Event{}, err
	}
	e := Event{Kind: "hold", Actor: actor, Cause: arrivalCause(last.Arrival), Rulings: []Ruling{{
		Decision: "quote", Value: t.Quote.Code + " accept", Rule: "read as a yes by " + actor,
		Evidence: []string{fmt.Sprintf("message %d of %s has everything of spend but the wording", last.Seq, last.From.Address), cause},
	}}}
	switch missing, lacks := w.missing(t); {
	case lacks != nil:
		err = lacks
	case missing > 0:
		e.Kind = "quote"
		e.Text, err = w.runShort(t, t.number(last.From.Address), missing)
	default:
		e.Text, err = w.accept(t, last.At, actor, last.From)
	}
	return e, err
}

// readableAsYes finds the customer's last mail on t, or says why it cannot be
// taken for a yes to its quote.
func (w *work) readableAsYes(t *Ticket) (last *Message, why Words, err error) {
	if t.Quote == nil || t.Customer == "" {
		return nil, Say("quote-none"), nil
	}
	msgs, err := w.tx.Messages(t.ID)
	if err != nil {
		return nil, Words{}, err
	}
	for _, m := range msgs {
		if m.Kind == MessageRequest {
			last = m
		}
	}
	c, err := w.tx.Customer(t.Customer)
	if err != nil {
		return nil, Words{}, err
	}
	switch {
	case t.Quote.State == QuoteAccepted:
		return nil, Say("accepted-already", t.Quote.Code), nil
	case last == nil || last.Answers != t.Quote.Code || t.number(last.From.Address) < 0:
		return nil, Say("accepted-nothing", t.Quote.Code), nil
	case !t.Quote.answerable(last.At):
		return nil, Say("accepted-closed", t.Quote.Code), nil
	}
	if p := c.contact(last.From.Address); p == nil || !p.MaySpend {
		return nil, Say("accepted-nothing", t.Quote.Code), nil
	}
	return last, Words{}, nil
}

// current tells whether code is the quote of t that an answer of at decides on;
// ErrState when it is not.
func (w *work) current(t *Ticket, code string, at time.Time) error {
	if t.Quote == nil || t.Quote.Code != code || !t.Quote.answerable(at) || t.Customer == "" {
		return ErrState
	}
	return nil
}

// missing is how many credits t's customer lacks for its quote, what an earlier
// quote of it still holds counted as free.
func (w *work) missing(t *Ticket) (Credits, error) {
	lots, err := w.tx.Lots(t.Customer)
	if err != nil {
		return 0, err
	}
	acc := policy.Account{Lots: lots}
	if t.Held > 0 {
		code, err := w.holding(t)
		if err != nil {
			return 0, err
		}
		_, h, err := w.tx.Hold(code)
		if err != nil {
			return 0, err
		}
		acc.Holds = []policy.Hold{h}
		moves, err := acc.Release(code, w.today())
		if err == nil {
			acc, err = acc.Apply(moves...)
		}
		if err != nil {
			return 0, err
		}
	}
	return max(0, t.Quote.Credits-acc.Available(w.today())), nil
}

// accept holds the credits of t's quote, of which there are enough, and tells
// everybody of the customer's side; by is who accepted, where a mail did. It
// returns the text of the event. The caller saves t.
func (w *work) accept(t *Ticket, at time.Time, actor string, by Mailbox) (string, error) {
	q := t.Quote
	if err := w.move(t, TriggerAccept, at); err != nil {
		return "", err
	}
	if err := w.release(t, "quote "+q.Code, actor); err != nil {
		return "", err
	}
	p := posting{cause: "quote " + q.Code, actor: actor, ticket: t.ID, hold: q.Code}
	if _, err := w.post(t.Customer, p, func(acc policy.Account) ([]policy.Move, error) {
		return acc.Hold(q.Code, q.Credits, w.today())
	}); err != nil {
		return "", err
	}
	q.State, q.Short, q.Asked, t.Held = QuoteAccepted, false, 0, q.Credits
	err := w.tellCustomers(NoticeQuoteAccepted, t, func(n *Notice) { n.Author = by })
	return fmt.Sprintf("%s: %d held", q.Code, q.Credits), err
}

// decline turns t's quote down, as accept takes it up.
func (w *work) decline(t *Ticket, at time.Time, by Mailbox) (string, error) {
	if err := w.move(t, TriggerDecline, at); err != nil {
		return "", err
	}
	t.Quote.State, t.Quote.Short, t.Quote.Asked = QuoteDeclined, false, 0
	err := w.tellCustomers(NoticeQuoteDeclined, t, func(n *Notice) { n.Author = by })
	return t.Quote.Code + " declined", err
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
