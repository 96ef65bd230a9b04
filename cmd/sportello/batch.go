package main

import (
	"errors"
	"fmt"
	"slices"

	"sportello/policy"
	"sportello/ticket"
)

// imported counts what an import did, or would do.
type imported struct {
	Customers tally `json:"customers"`
	Contacts  tally `json:"contacts"`
	Plans     tally `json:"plans"`
	Credits   tally `json:"credits"`
	DryRun    bool  `json:"dry_run"`
}

type tally struct {
	New       int `json:"new"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Removed   int `json:"removed"`
}

func (t tally) String() string {
	return fmt.Sprintf("%d new, %d changed, %d unchanged, %d removed", t.New, t.Changed, t.Unchanged, t.Removed)
}

// count files one record: was it there, and is it the same?
func (t *tally) count(there, same bool) {
	switch {
	case !there:
		t.New++
	case !same:
		t.Changed++
	default:
		t.Unchanged++
	}
}

// apply writes b into the desk. What does not fit the desk is a faults error,
// every one of them, and then the transaction must be given up. With replace
// the contacts and plans of the customers that b names become those of b.
func (b *batch) apply(tx ticket.Tx, buy buyer, today policy.Date, replace bool) (imported, error) {
	j := job{tx: tx, buy: buy, today: today, replace: replace, customers: map[string]*ticket.Customer{}, was: map[string]*ticket.Customer{}}
	steps := []func(*batch) error{j.contacts, j.plans, j.credits, j.save}
	for i, step := range steps {
		if i == len(steps)-1 && len(j.faults) > 0 {
			return imported{}, j.faults
		}
		if err := step(b); err != nil {
			return imported{}, err
		}
	}
	return j.done, nil
}

// buyer gives a lot out and tells whether it is new; see ticket.Desk.Import.
type buyer func(customer string, l policy.Lot) (fresh bool, err error)

// job is one import under way.
type job struct {
	tx        ticket.Tx
	buy       buyer
	today     policy.Date
	replace   bool
	customers map[string]*ticket.Customer // as they become
	was       map[string]*ticket.Customer // as they are; nil: new
	order     []string
	done      imported
	faults    faults
}

// customer loads a customer once; nil when there is none.
func (j *job) customer(id string) (*ticket.Customer, error) {
	if c, ok := j.customers[id]; ok {
		return c, nil
	}
	c, err := j.tx.Customer(id)
	if errors.Is(err, ticket.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("customer %s: %w", id, err)
	}
	before := *c
	before.Contacts, before.Plans = slices.Clone(c.Contacts), slices.Clone(c.Plans)
	j.customers[id], j.was[id] = c, &before
	j.order = append(j.order, id)
	return c, nil
}

// contacts merges the rows of customers.
func (j *job) contacts(b *batch) error {
	first := map[string]contactRow{}
	for _, r := range b.contacts {
		c, err := j.customer(r.id)
		if err != nil {
			return err
		}
		if c == nil {
			c = &ticket.Customer{ID: r.id}
			j.customers[r.id] = c
			j.order = append(j.order, r.id)
		}
		if f, seen := first[r.id]; !seen {
			first[r.id] = r
			c.Name, c.Language = r.name, r.language
			if j.replace {
				c.Contacts = nil
			}
		} else if f.name != r.name {
			j.faults = append(j.faults, r.fault("name", "%q differs from %q in line %d of %s; a customer has one name", r.name, f.name, f.line, f.file))
		}
		if c.Language == "" {
			c.Language = r.language
		}
	}
	return j.people(b)
}

// people merges the contacts; who may spend, where the cell is empty, is known
// only when all contacts of the customer are.
func (j *job) people(b *batch) error {
	at := map[[2]string]contactRow{}
	for _, r := range b.contacts {
		key := [2]string{r.id, r.email}
		if f, twice := at[key]; twice && r.email != "" && (f.language != r.language || !equalYes(f.maySpend, r.maySpend)) {
			j.faults = append(j.faults, r.fault("email", "%q stands in line %d of %s with other values", r.email, f.line, f.file))
		}
		at[key] = r
		c := j.customers[r.id]
		if r.email != "" && contactOf(c, r.email) == nil {
			c.Contacts = append(c.Contacts, ticket.Contact{Address: r.email})
		}
	}
	for _, r := range b.contacts {
		p := contactOf(j.customers[r.id], r.email)
		if p == nil {
			continue
		}
		p.Language = r.language
		old := contactOf(j.was[r.id], r.email)
		switch {
		case r.maySpend != nil:
			p.MaySpend = *r.maySpend
		case old != nil:
			p.MaySpend = old.MaySpend
		default:
			p.MaySpend = len(j.customers[r.id].Contacts) == 1
		}
	}
	return nil
}

// plans merges the rows of plans. The same plan bought for the same site on
// another day is another plan: a renewal.
func (j *job) plans(b *batch) error {
	cleared := map[string]bool{}
	for _, r := range b.plans {
		c, err := j.customer(r.customer)
		if err != nil {
			return err
		}
		if c == nil {
			j.unknown(r.place, r.customer)
			continue
		}
		if j.replace && !cleared[r.customer] {
			c.Plans, cleared[r.customer] = nil, true
		}
		if !slices.Contains(c.Plans, r.plan) {
			c.Plans = append(c.Plans, r.plan)
		}
	}
	return nil
}

func (j *job) unknown(p place, id string) {
	j.faults = append(j.faults, p.fault("customer", "%q is no customer; import it first, or in the same call", id))
}

// credits adds the lots. A ref is bought once: the same row again changes
// nothing, another one is a fault.
func (j *job) credits(b *batch) error {
	seen := map[string]creditRow{}
	for _, r := range b.credits {
		c, err := j.customer(r.customer)
		if err != nil {
			return err
		}
		if c == nil {
			j.unknown(r.place, r.customer)
			continue
		}
		if f, twice := seen[r.lot.Ref]; twice {
			if f.customer != r.customer || f.lot != r.lot {
				j.faults = append(j.faults, r.fault("ref", "%q stands in line %d of %s with other values", r.lot.Ref, f.line, f.file))
			}
			continue
		}
		seen[r.lot.Ref] = r
		if j.today.Before(r.lot.Purchased) {
			j.faults = append(j.faults, r.fault("purchased", "%s is a day to come; credits are imported once they were bought", r.lot.Purchased))
			continue
		}
		fresh, err := j.buy(r.customer, r.lot)
		var other *ticket.BoughtError
		switch {
		case errors.As(err, &other):
			j.faults = append(j.faults, r.fault("ref", "%q was imported before as %s of %s, bought on %s; a ref is used once",
				other.Ref, credits(other.Credits), other.Customer, other.Purchased))
		case err != nil:
			return fmt.Errorf("lot %s: %w", r.lot.Ref, err)
		case fresh:
			j.done.Credits.New++
		default:
			j.done.Credits.Unchanged++
		}
	}
	return nil
}

// save writes the customers that changed and counts what became of them.
func (j *job) save(*batch) error {
	for _, id := range j.order {
		c, was := j.customers[id], j.was[id]
		there := was != nil
		if !there {
			was = &ticket.Customer{}
		}
		j.done.Customers.count(there, c.Name == was.Name && c.Language == was.Language)
		for _, p := range c.Contacts {
			old := contactOf(was, p.Address)
			j.done.Contacts.count(old != nil, old != nil && *old == p)
		}
		for _, p := range was.Contacts {
			if contactOf(c, p.Address) == nil {
				j.done.Contacts.Removed++
			}
		}
		j.countPlans(c.Plans, was.Plans)
		if there && c.Name == was.Name && c.Language == was.Language && slices.Equal(c.Contacts, was.Contacts) && slices.Equal(c.Plans, was.Plans) {
			continue
		}
		if err := j.tx.PutCustomer(c); err != nil {
			return fmt.Errorf("customer %s: %w", id, err)
		}
	}
	return nil
}

func (j *job) countPlans(now, was []policy.Plan) {
	for _, p := range now {
		j.done.Plans.count(slices.Contains(was, p), true)
	}
	for _, p := range was {
		if !slices.Contains(now, p) {
			j.done.Plans.Removed++
		}
	}
}

// contactOf finds a contact by address; nil when c has none.
func contactOf(c *ticket.Customer, address string) *ticket.Contact {
	if c == nil {
		return nil
	}
	for i := range c.Contacts {
		if c.Contacts[i].Address == address {
			return &c.Contacts[i]
		}
	}
	return nil
}

func equalYes(a, b *bool) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}
