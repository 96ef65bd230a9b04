package ticket

import (
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
// decision then tells which one it has become. The caller saves t.
func (w *work) use(t *Ticket) error {
	if t.Customer == "" {
		return nil
	}
	c, err := w.tx.Customer(t.Customer)
	if err != nil {
		return err
	}
	uses := slices.DeleteFunc(slices.Clone(c.Uses), func(u PlanUse) bool { return u.Ticket == t.ID })
	if t.Answered && t.Decision.Allowance != nil {
		plan := t.Decision.Bought()
		t.Decision.Allowance = &policy.Allowance{Used: c.Account(t.ID).Used[plan], Of: t.Decision.Allowance.Of}
		uses = append(uses, PlanUse{plan, t.ID})
	}
	if slices.Equal(uses, c.Uses) {
		return nil
	}
	c.Uses = uses
	return w.tx.PutCustomer(c)
}
