package ticket

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sportello/policy"
)

// Reopen makes a ticket our turn again and tells the customer. ErrState when it
// is open already.
func (d *Desk) Reopen(ctx context.Context, id ID, actor string) error {
	return d.verb(ctx, id, "reopen", actor, func(w *work, t *Ticket) error {
		if err := w.move(t, TriggerReopen, w.now); err != nil {
			return err
		}
		return w.tellCustomers(NoticeReopened, t, nil)
	})
}

// Assign gives a ticket to the technician whom name means (any unambiguous
// part of a name), or to nobody ("none"). ErrInput when it means no one or several.
func (d *Desk) Assign(ctx context.Context, id ID, name, actor string) error {
	return d.verb(ctx, id, "assigned", actor, func(w *work, t *Ticket) error {
		who, wrong := w.assignee(name, nil)
		if wrong != "" {
			return fmt.Errorf("assign: %q does not name exactly one technician: %w", name, ErrInput)
		}
		t.Assignee = who
		return nil
	})
}

// verb runs f on a ticket (merges followed) and saves it with an event.
func (d *Desk) verb(ctx context.Context, id ID, kind, actor string, f func(*work, *Ticket) error) error {
	return d.do(ctx, func(w *work) error {
		t, err := w.ticket(id)
		if err != nil {
			return fmt.Errorf("ticket %d: %w", id, err)
		}
		before := t.clone()
		if err := f(w, t); err != nil {
			return fmt.Errorf("ticket %d: %w", id, err)
		}
		event := kind
		if kind == "close" || kind == "reopen" {
			event = "state"
		}
		return w.save(t, before, Event{Kind: event, Actor: actor, Cause: "verb " + kind})
	})
}

// Alert tells the technicians what an admin must know, a line each, at most once
// an hour for each key.
func (d *Desk) Alert(ctx context.Context, key string, lines ...Words) error {
	return d.do(ctx, func(w *work) error { return w.alertOnce(key, time.Hour, w.sayAll(lines)...) })
}

// PutCustomers stores customers and lots together: all of them or, after an
// error, none. What was taken from their allowances stays, whatever Uses says. A
// lot whose ref exists with other values is ErrInput.
func (d *Desk) PutCustomers(ctx context.Context, customers []*Customer, lots map[string][]policy.Lot) error {
	return d.do(ctx, func(w *work) error {
		for _, c := range customers {
			if err := w.putCustomer(c); err != nil {
				return err
			}
		}
		for id, list := range lots {
			for _, l := range list {
				if err := w.addLot(id, l); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// putCustomer stores c with the uses that are known of it.
func (w *work) putCustomer(c *Customer) error {
	known, err := w.tx.Customer(c.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	stored := *c
	stored.Uses = nil
	if known != nil {
		stored.Uses = known.Uses
	}
	return w.tx.PutCustomer(&stored)
}

// addLot stores a purchase; the same purchase again changes nothing.
func (w *work) addLot(customer string, l policy.Lot) error {
	if _, err := w.tx.Customer(customer); err != nil {
		return fmt.Errorf("credits %s: customer %q: %w", l.Ref, customer, err)
	}
	_, err := w.buy(customer, l)
	return err
}
