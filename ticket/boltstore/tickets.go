package boltstore

import (
	"errors"
	"fmt"
	"iter"
	"time"

	"sportello/ticket"
)

func (t *tx) Ticket(id ticket.ID) (*ticket.Ticket, error) {
	var r ticketRecord
	if err := t.get(bucketTickets, number(id), &r, "ticket", id); err != nil {
		return nil, err
	}
	return r.value(), nil
}

// PutTicket stores v with its indexes and counts; see ticket.Tx.
func (t *tx) PutTicket(v *ticket.Ticket) error {
	if err := t.writing(); err != nil {
		return err
	}
	if v.ID == 0 {
		return fmt.Errorf("put ticket without a number: %w", ticket.ErrInput)
	}
	b := t.growing(bucketTickets)
	var old *ticket.Ticket
	switch stored, err := t.Ticket(v.ID); {
	case err == nil:
		old = stored
	case !errors.Is(err, ticket.ErrNotFound):
		return err
	}
	if err := reindex(t.bucket(bucketListed), listedKeys(old), listedKeys(v)); err != nil {
		return err
	}
	if err := reindex(t.bucket(bucketAwake), awakeKeys(old), awakeKeys(v)); err != nil {
		return err
	}
	if err := t.inMonth(v.ID, v.Opened); err != nil {
		return err
	}
	n, err := t.counts()
	if err != nil {
		return err
	}
	if old != nil {
		countState(n, old.State, -1)
	}
	countState(n, v.State, +1)
	e, err := encode(newTicketRecord(v))
	if err == nil && v.State == ticket.StateClosed { // before, it changes often
		e = pack(e)
	}
	if err == nil {
		err = b.put(number(v.ID), e)
	}
	if err != nil {
		return fmt.Errorf("put ticket %d: %w", v.ID, err)
	}
	return nil
}

// listedKeys are the entries of a ticket in the index of Filter; nil has none.
func listedKeys(v *ticket.Ticket) [][]byte {
	if v == nil {
		return nil
	}
	var keys [][]byte
	for _, c := range conditions(ticket.Filter{State: v.State, Coverage: v.Decision.Coverage, Topic: v.Decision.Topic,
		Customer: v.Customer, Assignee: v.Assignee}) {
		keys = append(keys, appendNumber(c, v.ID))
	}
	return keys
}

// conditions are the beginnings of the index keys that f selects.
func conditions(f ticket.Filter) [][]byte {
	var keys [][]byte
	add := func(field byte, set bool, text string) {
		if set {
			keys = append(keys, appendText([]byte{field}, text))
		}
	}
	add(fieldState, f.State != 0, f.State.String())
	add(fieldCoverage, f.Coverage != 0, f.Coverage.String())
	add(fieldTopic, f.Topic != "", string(f.Topic))
	add(fieldCustomer, f.Customer != "", f.Customer)
	add(fieldAssignee, f.Assignee != "", f.Assignee)
	return keys
}

func awakeKeys(v *ticket.Ticket) [][]byte {
	if v == nil || v.Wake().IsZero() {
		return nil
	}
	return [][]byte{appendNumber(appendTime(nil, v.Wake()), v.ID)}
}

// Tickets yields what f selects, newest first; see ticket.Tx.
func (t *tx) Tickets(f ticket.Filter) iter.Seq2[*ticket.Ticket, error] {
	return func(yield func(*ticket.Ticket, error) bool) {
		var lists []postings
		for _, c := range conditions(f) {
			lists = append(lists, postings{t.bucket(bucketListed).cursor(), c})
		}
		if len(lists) == 0 {
			lists = []postings{{t.bucket(bucketTickets).cursor(), nil}}
		}
		n := 0
		for id, err := range common(lists, uint64(f.Below)) {
			if err != nil {
				yield(nil, fmt.Errorf("tickets: %w", err))
				return
			}
			if !yield(t.Ticket(ticket.ID(id))) {
				return
			}
			if n++; n == f.Limit {
				return
			}
		}
	}
}

func (t *tx) Awake(now time.Time, n int) ([]ticket.ID, error) {
	var ids []ticket.ID
	for e, err := range t.bucket(bucketAwake).ascend(nil) {
		if err != nil {
			return nil, fmt.Errorf("tickets with a date: %w", err)
		}
		if len(ids) >= n || keyTime(e.key).After(now) {
			break
		}
		ids = append(ids, ticket.ID(lastNumber(e.key)))
	}
	return ids, nil
}
