package ticket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sportello/ticket/address"
)

// ErasureOrder says who is to be erased and why.
type ErasureOrder struct {
	Who    string // the id of a customer, or an address
	Reason string
	Actor  string
	Try    bool // only counts what would go
	// Reread reads a mail without asking anybody about its sender; nil: as the desk does.
	Reread func(raw []byte, arrived time.Time) *Inbound
}

// Found is what an erasure has found, or took out.
type Found struct {
	Erasure
	Struck int // messages of others on other tickets, from which the names were struck
}

// NotClosedError: tickets of who is to be erased are not closed.
type NotClosedError struct{ Tickets []ID }

func (e *NotClosedError) Error() string {
	return "not closed: " + each(e.Tickets, func(id ID) string { return fmt.Sprintf("#%d", id) })
}

func (e *NotClosedError) Is(other error) bool { return other == ErrState }

// Erase takes out what the desk keeps of a person or customer, as data protection
// law asks (GDPR, article 17): all that was written on tickets that were his, his
// mails and letters elsewhere, and his names and addresses in what others wrote,
// whose original mail goes. Ledgers stay, under a pseudonym (article 17, 3 (b)). His
// tickets must be closed: else the error is a *NotClosedError. The desk goes on
// meanwhile; what a crash interrupts Sweep goes on with. ErrNotFound: nothing is
// kept of him.
func (d *Desk) Erase(ctx context.Context, o ErasureOrder) (Found, error) {
	e, err := d.identify(ctx, o)
	if err != nil {
		return Found{}, fmt.Errorf("erase %s: %w", o.Who, err)
	}
	x := &erasing{d: d, ctx: ctx, Erasure: *e, reread: o.Reread}
	todo, err := x.search()
	switch {
	case err != nil:
	case len(todo.open) > 0:
		err = &NotClosedError{todo.open}
	case todo.empty() && e.Kind == ErasurePerson:
		err = ErrNotFound
	}
	if err != nil {
		return Found{}, fmt.Errorf("erase %s: %w", o.Who, err)
	}
	if o.Try {
		x.Erasure.Erased = todo.count
		return Found{x.Erasure, todo.struck}, nil
	}
	d.Keys.shared.erasing.Lock()
	defer d.Keys.shared.erasing.Unlock()
	if err := x.begin(); err != nil {
		return Found{}, fmt.Errorf("erase %s: %w", o.Who, err)
	}
	if err := x.finish(todo); err != nil {
		return Found{}, fmt.Errorf("erase: %w", err)
	}
	return Found{x.Erasure, todo.struck}, nil
}

// print is a digest of an address or id that only who has the key can make.
func (k Keys) erasedPrint(id string) [32]byte {
	return k.load().sum(FirstKey, "erased", []byte(id))
}

// identify finds out whom an order means, and what he is known by.
func (d *Desk) identify(ctx context.Context, o ErasureOrder) (*Erasure, error) {
	if strings.TrimSpace(o.Reason) == "" {
		return nil, fmt.Errorf("a reason is needed: %w", ErrInput)
	}
	e := &Erasure{Kind: ErasurePerson, At: d.Now().UTC(), Actor: o.Actor, Reason: o.Reason, Wanted: &Wanted{}}
	err := d.Store.View(ctx, func(tx Tx) error {
		e.Wanted = &Wanted{}
		c, err := tx.Customer(o.Who)
		if err == nil {
			e.Kind, e.Wanted.Customer = ErasureCustomer, c.ID
			return nil
		}
		addr := address.Canonical(o.Who)
		switch {
		case !errors.Is(err, ErrNotFound):
			return err
		case !address.Valid(addr):
			return fmt.Errorf("no customer has this id, and it is no address: %w", ErrNotFound)
		case d.technician(addr) != nil || d.Addresses.Own(addr) || pseudonymous(addr):
			return fmt.Errorf("it is an address of the desk's own: %w", ErrInput)
		}
		e.Wanted.Addresses = []string{addr}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return e, d.know(ctx, e)
}

// know completes what e looks for by what the store tells of him now.
func (d *Desk) know(ctx context.Context, e *Erasure) error {
	k := knowing{d: d, w: e.Wanted, customer: map[string]bool{}}
	if err := d.Store.View(ctx, k.contacts); err != nil {
		return err
	}
	if err := d.eachTicket(ctx, 1, k.ticket); err != nil {
		return err
	}
	if err := d.eachArrival(ctx, 1, k.arrival); err != nil {
		return err
	}
	e.Prints = nil
	for _, id := range append(slices.Clone(e.Wanted.Addresses), e.Wanted.Customer) {
		if id != "" {
			e.Prints = append(e.Prints, d.Keys.erasedPrint(id))
		}
	}
	e.Reason = newLikeness(0, e.Wanted, erasedWord(d.Language)).strike(e.Reason)
	return nil
}

// knowing gathers what somebody is known by.
type knowing struct {
	d        *Desk
	w        *Wanted
	customer map[string]bool // names that are a customer's, who goes on
}

// contacts are the addresses of a customer that are no other customer's.
func (k *knowing) contacts(tx Tx) error {
	if k.w.Customer == "" {
		for _, addr := range k.w.Addresses {
			ids, err := tx.ByContact(addr)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if !contains(k.w.Of, id) {
					k.w.Of = append(k.w.Of, id)
				}
				c, err := tx.Customer(id)
				if err != nil {
					return err
				}
				if k.customer[c.Name] = len(c.Contacts) > 1; len(c.Contacts) == 1 {
					k.name(c.Name)
				}
			}
		}
		return nil
	}
	c, err := tx.Customer(k.w.Customer)
	if err != nil {
		return err
	}
	k.name(c.Name)
	for _, p := range c.Contacts {
		if err := k.address(tx, p.Address); err != nil {
			return err
		}
	}
	for t, err := range tx.Tickets(Filter{Customer: c.ID}) {
		if err == nil {
			err = k.address(tx, t.Requester.Address)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// address adds one that is no other customer's and not of who works at the desk.
func (k *knowing) address(tx Tx, addr string) error {
	ids, err := tx.ByContact(addr)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(ids, func(id string) bool { return id == k.w.Customer })
	if strings.Contains(addr, "@") && len(others) == 0 && !pseudonymous(addr) && k.d.technician(addr) == nil && !k.d.Addresses.Own(addr) && !contains(k.w.Addresses, addr) {
		k.w.Addresses = append(k.w.Addresses, addr)
	}
	return nil
}

// name adds a name of two words at least: a single one stands in anybody's text.
func (k *knowing) name(s string) {
	s = strings.Join(strings.Fields(s), " ")
	if strings.Contains(s, " ") && !k.customer[s] && k.d.technicianNamed(s) == nil && s != k.d.Name && !contains(k.w.Names, s) {
		k.w.Names = append(k.w.Names, s)
	}
}

func (k *knowing) mailbox(m Mailbox) {
	if contains(k.w.Addresses, m.Address) {
		k.name(m.Name)
	}
}

func (k *knowing) mail(from, mid string) {
	if mid != "" && contains(k.w.Addresses, from) && !contains(k.w.Mails, mid) {
		k.w.Mails = append(k.w.Mails, mid)
	}
}

func (k *knowing) ticket(tx Tx, t *Ticket) error {
	k.mailbox(t.Requester)
	for _, p := range t.Participants {
		k.mailbox(p.Mailbox)
	}
	for _, a := range t.Asked {
		k.mailbox(a.Mailbox)
	}
	messages, err := tx.Messages(t.ID)
	for _, m := range messages {
		k.mailbox(m.From)
		k.mail(m.From.Address, m.MessageID)
	}
	return err
}

func (k *knowing) arrival(_ Tx, a *Arrival) error {
	k.mail(a.From, a.MessageID)
	return nil
}

func erasedWord(language string) string {
	if language == "en" {
		return "[erased]"
	}
	return "[cancellato]"
}
