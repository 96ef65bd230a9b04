package ticket

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"sportello/ticket/address"
)

// What commands do to whose a ticket is and who gets its letters.

func (w *work) refuseCustomer(j *job) (string, error) {
	c, wrong, err := w.customerCalled(j.arg(0))
	if err != nil || wrong != "" {
		return wrong, err
	}
	t := j.t
	switch {
	case w.d.technician(t.Requester.Address) != nil || w.d.Addresses.Own(t.Requester.Address):
		return w.say("customer-technician", t.Requester.Address), nil
	case c.ID == t.Customer:
		return "", nil
	case t.Charged > 0:
		return w.say("customer-charged"), nil
	}
	wrong, err = w.unsettled(j)
	t.Customer, t.Candidates = c.ID, nil
	return wrong, err
}

// maxChoices bounds how many customers a refusal offers.
const maxChoices = 5

// customerCalled finds a customer by id, case aside. Where there is none, wrong
// names those whose name or id holds the word.
func (w *work) customerCalled(id string) (c *Customer, wrong string, err error) {
	if c, err = w.tx.Customer(id); !errors.Is(err, ErrNotFound) {
		return c, "", err
	}
	var near []string
	for other, err := range w.tx.Customers("") {
		if err != nil {
			return nil, "", err
		}
		if address.Lower(other.ID) == address.Lower(id) {
			return other, "", nil
		}
		if len(near) < maxChoices && (containsFold(other.Name, id) || containsFold(other.ID, id)) {
			near = append(near, fmt.Sprintf("%s (%s)", other.ID, other.Name))
		}
	}
	if len(near) == 0 {
		return nil, w.say("no-customer", id), nil
	}
	return nil, w.say("which-customer", id, strings.Join(near, ", ")), nil
}

func containsFold(s, part string) bool {
	return strings.Contains(strings.ToLower(s), strings.ToLower(part))
}

// setCustomer makes t that customer's, binds the requester's address to him for
// the future and decides anew. State stays; an answer that a plan promises is due
// from when the request came.
func (w *work) setCustomer(j *job) error {
	t := j.t
	c, _, err := w.customerCalled(j.arg(0))
	if err != nil {
		return err
	}
	if t.Customer != "" && t.Customer != c.ID {
		if err := w.unuse(t); err != nil {
			return err
		}
	}
	if c.contact(t.Requester.Address) == nil {
		c.Contacts = append(c.Contacts, Contact{Address: t.Requester.Address, Language: t.Language, MaySpend: len(c.Contacts) == 0})
		if err := w.tx.PutCustomer(c); err != nil {
			return err
		}
	}
	t.Customer, t.Candidates = c.ID, nil
	again, err := CaseOf(w.tx, t)
	if err != nil {
		return err
	}
	t.Decision = w.d.Policy.Decide(again)
	if t.State == StateOpen && t.AnswerDue.IsZero() {
		t.AnswerDue = w.promise(t.Decision, t.Opened)
	}
	return w.use(t)
}

// unuse gives back to t's customer what t took from an allowance.
func (w *work) unuse(t *Ticket) error {
	c, err := w.tx.Customer(t.Customer)
	if err != nil {
		return err
	}
	c.Uses = slices.DeleteFunc(c.Uses, func(u PlanUse) bool { return u.Ticket == t.ID })
	return w.tx.PutCustomer(c)
}

func (w *work) refuseAdd(j *job) (string, error) {
	addr := j.address(0)
	switch {
	case w.d.Addresses.Own(addr) || w.d.technician(addr) != nil:
		return w.say("cc-ours", addr), nil
	case j.t.number(addr) < 0 && j.t.receivers() >= maxParticipants:
		return w.say("cc-full", maxParticipants), nil
	}
	j.t.Participants = append(j.t.Participants, Participant{Mailbox: Mailbox{Address: addr}, Approved: true})
	return "", nil
}

// add makes somebody a participant by a technician's word, who stays one though
// he is no contact of the customer.
func (w *work) add(j *job) error {
	addr := j.address(0)
	if i := j.t.number(addr); i >= 0 {
		j.t.Participants[i].Approved = true
		return nil
	}
	j.t.Participants = append(j.t.Participants, Participant{Mailbox: Mailbox{Address: addr}, Approved: true})
	return nil
}

// receivers counts who gets t's letters.
func (t *Ticket) receivers() (n int) {
	for _, p := range t.Participants {
		if !p.Removed {
			n++
		}
	}
	return n
}

func (w *work) refuseRemove(j *job) (string, error) {
	switch i := j.t.number(j.address(0)); {
	case i == 0:
		return w.say("uncc-requester", j.address(0)), nil
	case i < 0:
		return w.say("uncc-nobody", j.address(0), w.customers(j.t)), nil
	default:
		j.t.Participants[i].Removed = true
		return "", nil
	}
}

func (w *work) remove(j *job) error {
	j.t.Participants[j.t.number(j.address(0))].Removed = true
	return nil
}
