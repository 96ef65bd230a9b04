package ticket

import (
	"strings"
)

// refused says why the commands cannot be carried out on t as it stands; ""
// when all of them can.
func (w *work) refused(o Orders, t *Ticket, tech *Technician) (string, error) {
	purse, err := w.purse(t, tech.Name)
	if err != nil {
		return "", err
	}
	for _, c := range o.Commands {
		switch c.Name {
		case "note", "take", "wait":
		case "assign":
			if _, wrong := w.assignee(strings.Join(c.Args, " "), tech); wrong != "" {
				return w.order("assign") + ": " + wrong, nil
			}
		case "close":
			if t.State == StateClosed {
				return w.order("close") + ": " + w.say("already-closed"), nil
			}
			if wrong := purse.take(purse.asked(c)); wrong.key != "" {
				return w.commands([]Command{c}) + ": " + wrong.In(w.d.Language), nil
			}
		case "charge":
			if wrong := purse.take(purse.asked(c)); wrong.key != "" {
				return w.commands([]Command{c}) + ": " + wrong.In(w.d.Language), nil
			}
		case "reopen":
			if t.State == StateOpen {
				return w.order("reopen") + ": " + w.say("already-open"), nil
			}
		default:
			return w.order(c.Name) + ": " + w.say("not-by-mail"), nil
		}
	}
	return "", nil
}

// assignee finds the technician that a name means; "" is nobody.
func (w *work) assignee(name string, me *Technician) (string, string) {
	switch strings.ToLower(name) {
	case "none", "nessuno":
		return "", ""
	case "me", "io":
		if me != nil {
			return me.Name, ""
		}
	}
	var found []string
	for _, t := range w.d.Technicians {
		if strings.ToLower(t.Name) == strings.ToLower(name) {
			return t.Name, ""
		}
		if strings.Contains(strings.ToLower(t.Name), strings.ToLower(name)) {
			found = append(found, t.Name)
		}
	}
	if len(found) == 1 {
		return found[0], ""
	}
	if len(found) == 0 {
		return "", w.say("no-technician", name)
	}
	return "", w.say("which-technician", name, strings.Join(found, ", "))
}

// carryOut applies commands that refused let through. answered: the mail holds
// an answer, which tells the customer what a letter of its own would.
func (w *work) carryOut(o Orders, m *Inbound, a *Arrival, t *Ticket, tech *Technician, answered bool) error {
	for i, c := range o.Commands {
		by := deedBy{cause: cause(a), place: i + 1, actor: tech.Name}
		if err := w.carryOutOne(c, m, t, tech, by, answered); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) carryOutOne(c Command, m *Inbound, t *Ticket, tech *Technician, by deedBy, answered bool) error {
	switch c.Name {
	case "take":
		t.Assignee = tech.Name
	case "assign":
		t.Assignee, _ = w.assignee(strings.Join(c.Args, " "), tech)
	case "wait":
		return w.wait(t)
	case "close":
		return w.close(t, (&purse{held: t.Held}).asked(c), m.Arrived, by, answered)
	case "charge":
		return w.charge(t, (&purse{held: t.Held}).asked(c), by)
	case "reopen":
		if err := w.move(t, TriggerReopen, m.Arrived); err != nil || answered {
			return err
		}
		return w.tellCustomers(NoticeReopened, t, nil)
	}
	return nil
}

// wait makes t wait for the customer without a letter: the closing clock
// starts now unless it runs already.
func (w *work) wait(t *Ticket) error {
	if err := w.move(t, TriggerWait, w.now); err != nil {
		return err
	}
	if t.ClosesAt.IsZero() && t.WaitsFor == 0 {
		w.startClosing(t, w.now)
	}
	return nil
}
