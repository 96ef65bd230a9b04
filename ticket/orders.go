package ticket

import (
	"cmp"
	"fmt"
	"strings"

	"sportello/policy"
)

// refused says, a line each, why commands cannot be carried out on t as it
// stands; nothing when all of them can. Each is asked of the ticket as the answer
// and the commands above it will have left it.
func (w *work) refused(m *Inbound, d deed, t *Ticket, tech *Technician) (lines []string, err error) {
	then := t.clone()
	purse, err := w.purse(t, tech.Name)
	if err != nil {
		return nil, err
	}
	if d.answer {
		then.step(TriggerAnswer)
	}
	for _, c := range d.orders.Commands {
		o := orderCalled(c.Name)
		j := &job{Command: c, mail: m, a: &Arrival{}, tech: tech, t: then, deed: d, purse: purse}
		why := ""
		if o.moves != 0 && !then.can(o.moves) {
			why = w.say("already-" + then.State.String())
		} else if o.refuse != nil {
			if why, err = o.refuse(w, j); err != nil {
				return nil, err
			}
		}
		if why != "" {
			lines = append(lines, w.say("order-line", c.Line, w.commands([]Command{c}), why))
		}
		then.step(o.moves)
	}
	return lines, nil
}

// can tells whether t may make a step of the table.
func (t *Ticket) can(tr Trigger) bool {
	_, err := next(t.State, tr, t.Answered)
	return err == nil
}

// step moves the state alone: what comes of it is for move.
func (t *Ticket) step(tr Trigger) {
	if st, err := next(t.State, tr, t.Answered); tr != 0 && err == nil {
		t.State = st.to
	}
}

// carryOut applies commands that refused let through, each with an event of its own.
func (w *work) carryOut(j job) error {
	customer := j.t.Customer
	for i, c := range j.deed.orders.Commands {
		o := orderCalled(c.Name)
		if o.do == nil {
			continue
		}
		j.Command, j.place, j.did, j.event, j.whole = c, i+1, "", o.event, nil
		before := j.t.clone()
		if err := o.do(w, &j); err != nil {
			return err
		}
		if o.event == "" {
			continue
		}
		e := Event{Kind: j.event, Actor: j.tech.Name, Cause: cause(j.a), Text: cmp.Or(j.did, strings.Join(append([]string{"#" + c.Name}, c.Args...), " "))}
		switch {
		case j.whole != nil:
			e = *j.whole
		case o.event == "verdict":
			e.Rulings = verdictRulings(j.t, "set by "+j.tech.Name)
		}
		if err := w.save(j.t, before, e); err != nil {
			return err
		}
	}
	if j.t.Customer != customer && !j.deed.answer {
		return w.quoteBelated(&j)
	}
	return nil
}

// quoteBelated offers the policy's fixed price to a customer whom a technician has
// just named: he has waited for it since he wrote (POLICY.md, "From verdict to mail").
func (w *work) quoteBelated(j *job) error {
	t, d := j.t, j.t.Decision
	if t.State != StateOpen || t.Quote != nil || t.Answered || d.Coverage != policy.Extra || d.Price.Kind != policy.PriceFixed {
		return nil
	}
	if asked, err := w.deciding(t); err != nil || len(asked.contacts) == 0 {
		return err
	}
	before := t.clone()
	text, err := w.offer(t, Offer{Credits: d.Price.Min, Cause: cause(j.a), Actor: "desk"})
	if err != nil {
		return err
	}
	return w.save(t, before, Event{Kind: "quote", Actor: "desk", Cause: cause(j.a), Text: text,
		Rulings: []Ruling{{Decision: "quote", Value: t.Quote.Code, Rule: fmt.Sprintf("fixed price %d", t.Quote.Credits)}}})
}

// by says under whose name and for which cause the job spends.
func (j *job) by() deedBy { return deedBy{cause: cause(j.a), place: j.place, actor: j.tech.Name} }

// arg is the argument at i; "" when there is none.
func (j *job) arg(i int) string {
	if i < len(j.Args) {
		return j.Args[i]
	}
	return ""
}

// number is the argument at i as a number; 0 when there is none.
func (j *job) number(i int) uint64 {
	n, _ := wholeNumber(j.arg(i))
	return n
}

// address is the argument at i in the form in which addresses are compared.
func (j *job) address(i int) string { return bareAddress(j.arg(i)) }

// notHere refuses what belongs into another mail: a question's answer, a mail
// to the desk's own address.
func (w *work) notHere(j *job) (string, error) {
	if j.Name == "from" {
		return w.say("from-elsewhere", w.d.Addresses.Desk), nil
	}
	return w.say("held-only"), nil
}
