package ticket

import (
	"fmt"
	"slices"

	"sportello/policy"
)

// PlanUse is one intervention taken from the allowance of a plan: a ticket that
// the plan, as bought, covers out of its allowance and that was answered
// (POLICY.md, "Plans"). A ticket is at most one.
type PlanUse struct {
	Plan   policy.Plan
	Ticket ID
}

// Account is what c has bought and used up, without lots, as ticket id sees it:
// its own use is left out. Id 0 counts them all.
func (c *Customer) Account(id ID) policy.Account {
	acc := policy.Account{Plans: c.Plans}
	for _, u := range c.Uses {
		if u.Ticket == id {
			continue
		}
		if acc.Used == nil {
			acc.Used = map[policy.Plan]int{}
		}
		acc.Used[u.Plan]++
	}
	return acc
}

// use makes the uses of t's customer agree with t: one while t was answered and
// a plan covers it out of its allowance, none otherwise. The allowance in t's
// decision then tells which one it has become. Interventions count in the order
// in which they are answered: whoever takes the last one leaves none to the
// requests that are still open, and they are judged anew. The caller saves t.
func (w *work) use(t *Ticket) error {
	if t.Customer == "" {
		return nil
	}
	c, err := w.tx.Customer(t.Customer)
	if err != nil {
		return err
	}
	uses := slices.DeleteFunc(slices.Clone(c.Uses), func(u PlanUse) bool { return u.Ticket == t.ID })
	last := false
	if t.Answered && t.Decision.Allowance != nil {
		plan, of := t.Decision.Bought(), t.Decision.Allowance.Of
		used := c.Account(t.ID).Used[plan]
		if used >= of {
			return w.outspent(t)
		}
		t.Decision.Allowance = &policy.Allowance{Used: used, Of: of}
		uses, last = append(uses, PlanUse{plan, t.ID}), used+1 == of
	}
	if slices.Equal(uses, c.Uses) {
		return nil
	}
	c.Uses = uses
	if err := w.tx.PutCustomer(c); err != nil || !last {
		return err
	}
	return w.outspendOthers(t)
}

// outspendOthers judges anew the requests of t's customer that counted on the
// allowance whose last intervention t took.
func (w *work) outspendOthers(t *Ticket) error {
	var others []*Ticket
	for o, err := range w.tx.Tickets(Filter{Customer: t.Customer}) {
		if err != nil {
			return fmt.Errorf("tickets of customer %s: %w", t.Customer, err)
		}
		if o.ID != t.ID && o.State != StateClosed && !o.Answered && o.Decision.Allowance != nil && o.Decision.Bought() == t.Decision.Bought() {
			others = append(others, o)
		}
	}
	for _, o := range others {
		before := o.clone()
		if err := w.outspent(o); err != nil {
			return fmt.Errorf("ticket %d: %w", o.ID, err)
		}
		e := Event{Kind: "verdict", Actor: "desk", Cause: fmt.Sprintf("answer on #%d", t.ID), Text: verdictText(o),
			Rulings: verdictRulings(o, "as before")}
		if err := w.save(o, before, e); err != nil {
			return err
		}
	}
	return nil
}

// outspent judges t anew, now that nothing is left of the allowance that was to
// cover it, and tells the technicians: the customer was told otherwise, and hears
// of it by the quote or the answer of a person. The caller saves t.
func (w *work) outspent(t *Ticket) error {
	of := t.Decision.Allowance.Of
	c, err := CaseOf(w.tx, t)
	if err != nil {
		return err
	}
	t.Decision = w.d.Policy.Decide(c)
	return w.alert(t, w.say("outspent", of), w.say("outspent-then", Order("quote"), Order("covered")))
}
