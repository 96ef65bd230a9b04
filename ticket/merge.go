package ticket

import (
	"cmp"
	"context"
	"errors"
	"fmt"
)

// Merge joins ticket id to ticket into, for ever: what comes for id goes there.
// Across customers only with force. ErrState: they are one already, or credits or
// a quote of id are not settled; ErrInput: force is missing.
func (d *Desk) Merge(ctx context.Context, id, into ID, force bool, actor string) error {
	return d.do(ctx, func(w *work) error {
		t, err := w.ticket(id)
		if err != nil {
			return fmt.Errorf("ticket %d: %w", id, err)
		}
		to, err := w.ticket(into)
		if err != nil {
			return fmt.Errorf("ticket %d: %w", into, err)
		}
		switch {
		case t.ID == to.ID:
			return fmt.Errorf("ticket %d: it is one with %d already: %w", id, into, ErrState)
		case t.Held > 0 || t.Quote != nil && t.Quote.State == QuoteOffered:
			return fmt.Errorf("ticket %d: its quote is not settled: %w", id, ErrState)
		case !force && t.foreign(to):
			return fmt.Errorf("ticket %d is of %s, %d of %s: merging them wants --force: %w", t.ID, t.whose(), to.ID, to.whose(), ErrInput)
		}
		before := t.clone()
		if err := w.redirect(t, to, actor, "verb merge"); err != nil {
			return err
		}
		return w.save(t, before, Event{Kind: "merged", Actor: actor, Cause: "verb merge", Text: fmt.Sprintf("into #%d", to.ID)})
	})
}

// foreign tells whether t and to are of different customers, or of different
// people where no customer is known.
func (t *Ticket) foreign(to *Ticket) bool {
	return t.Customer != to.Customer || t.Customer == "" && t.Requester.Address != to.Requester.Address
}

// whose names the customer of t, else its requester.
func (t *Ticket) whose() string { return cmp.Or(t.Customer, t.Requester.Address) }

func (w *work) refuseMerge(j *job) (string, error) {
	n := ID(j.number(0))
	to, err := w.ticket(n)
	switch {
	case errors.Is(err, ErrNotFound):
		return w.say("no-ticket", n), nil
	case err != nil:
		return "", err
	case to.ID == j.t.ID:
		return w.say("merge-itself"), nil
	case j.t.foreign(to) && !means("force", j.Args[1:]):
		mine, theirs, err := w.owners(j.t, to)
		if err != nil {
			return "", err
		}
		return w.say("merge-foreign", j.t.ID, mine, to.ID, theirs, usage{"merge", fmt.Sprintf("%d force", to.ID)}), nil
	}
	return w.unsettled(j)
}

// owners names whose two tickets are.
func (w *work) owners(t, to *Ticket) (mine, theirs string, err error) {
	if mine, err = w.owner(t); err != nil {
		return "", "", err
	}
	theirs, err = w.owner(to)
	return mine, theirs, err
}

// owner names a ticket's customer and requester.
func (w *work) owner(t *Ticket) (string, error) {
	if t.Customer == "" {
		return written(t.Requester), nil
	}
	c, err := w.tx.Customer(t.Customer)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s (%s), %s", c.Name, c.ID, t.Requester.Address), nil
}

func (w *work) merge(j *job) error {
	to, err := w.ticket(ID(j.number(0)))
	if err != nil {
		return err
	}
	mine, theirs, err := w.owners(j.t, to)
	if err != nil {
		return err
	}
	w.told = append(w.told, w.say("merged", j.t.ID, mine, to.ID, theirs))
	return w.redirect(j.t, to, j.tech.Name, cause(j.a))
}

// redirect makes t redirect to to: it is closed as a duplicate without a letter, and
// what it still owed the customer is owed there. Who got its letters gets those
// of to, where he belongs to the same customer: nobody reads another's ticket by
// being joined to it. The caller saves t.
func (w *work) redirect(t, to *Ticket, actor, cause string) error {
	before := to.clone()
	owed := t.State == StateOpen
	if err := w.move(t, TriggerMerge, w.now); err != nil {
		return err
	}
	t.MergedInto = to.ID
	t.Linked, to.Linked = linked(t.Linked, to.ID), linked(to.Linked, t.ID)
	for _, p := range t.Participants {
		if !t.foreign(to) && !p.Removed && to.number(p.Address) < 0 && to.receivers() < maxParticipants {
			to.Participants = append(to.Participants, Participant{Mailbox: p.Mailbox, Approved: p.Approved})
		}
	}
	if owed && to.State != StateOpen {
		if err := w.move(to, TriggerReopen, w.now); err != nil {
			return err
		}
	}
	return w.save(to, before, Event{Kind: "merged", Actor: actor, Cause: cause, Text: fmt.Sprintf("#%d goes on here", t.ID)})
}

// linked adds a ticket to a list, once.
func linked(list []ID, id ID) []ID {
	if contains(list, id) {
		return list
	}
	return append(list, id)
}
