package ticket

import (
	"strconv"
	"strings"

	"sportello/policy"
)

// refused says why the commands cannot be carried out on t as it stands; ""
// when all of them can.
func (w *work) refused(o Orders, t *Ticket, tech *Technician) string {
	for _, c := range o.Commands {
		switch c.Name {
		case "note", "take", "wait":
		case "assign":
			if _, wrong := w.assignee(strings.Join(c.Args, " "), tech); wrong != "" {
				return "#assign: " + wrong
			}
		case "close":
			if t.State == StateClosed {
				return "#close: " + w.say("already-closed")
			}
			if len(c.Args) > 0 {
				return "#close " + c.Args[0] + ": " + w.say("nothing-held")
			}
		case "reopen":
			if t.State == StateOpen {
				return "#reopen: " + w.say("already-open")
			}
		default:
			return "#" + c.Name + ": " + w.say("not-by-mail")
		}
	}
	return ""
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
	return "", w.say("no-such-technician", name, strconv.Itoa(len(found)))
}

// carryOut applies commands that refused let through, and tells the technician
// with a transcript what they did.
func (w *work) carryOut(o Orders, m *Inbound, t, before *Ticket, tech *Technician, answered bool) error {
	if len(o.Commands) == 0 {
		return nil
	}
	var lines []string
	for _, c := range o.Commands {
		if err := w.carryOutOne(c, m, t, tech, answered); err != nil {
			return err
		}
		lines = append(lines, "#"+strings.Join(append([]string{c.Name}, c.Args...), " "))
	}
	for _, ch := range changes(before, t) {
		if name := w.say("field " + ch.Field); name != "" { // the letter's facts tell the dates
			lines = append(lines, w.say("changed", name, w.worded(ch.Field, ch.Before), w.worded(ch.Field, ch.After)))
		}
	}
	return w.transcript(m, t, tech, lines)
}

// worded is the value of a field as a technician reads it.
func (w *work) worded(field, value string) string {
	if field == "topic" {
		return firstOf(w.d.Policy.TopicText(policy.Topic(value), w.d.Language), value, "–")
	}
	return firstOf(w.say("value "+value), value, "–")
}

func (w *work) carryOutOne(c Command, m *Inbound, t *Ticket, tech *Technician, answered bool) error {
	switch c.Name {
	case "take":
		t.Assignee = tech.Name
	case "assign":
		t.Assignee, _ = w.assignee(strings.Join(c.Args, " "), tech)
	case "wait":
		return w.wait(t)
	case "close":
		if err := w.move(t, TriggerClose, m.Arrived); err != nil || answered {
			return err
		}
		return w.tellCustomers(NoticeClosed, t, nil)
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

// transcript answers a technician's commands: what was done, before and now.
func (w *work) transcript(m *Inbound, t *Ticket, tech *Technician, lines []string) error {
	return w.tellTechnician(NoticeTranscript, t, tech, func(n *Notice) {
		n.Lines, n.InReplyTo = lines, m.MessageID
		if m.MessageID != "" {
			n.References = append(n.References, m.MessageID)
		}
	})
}

// refuseOrders keeps the mail as a note, does nothing of it, and says why.
func (w *work) refuseOrders(m *Inbound, a *Arrival, tech *Technician, th thread, why string) error {
	t, before := th.ticket, th.ticket.clone()
	msg := fromInbound(m, a, MessageNote)
	msg.Authority = AuthorityTechnician
	if err := w.addMessage(t, msg); err != nil {
		return err
	}
	if err := w.transcript(m, t, tech, []string{why, w.say("nothing-done")}); err != nil {
		return err
	}
	if err := w.save(t, before, Event{Kind: "held", Actor: tech.Name, Cause: cause(a), Text: "nothing was done or sent"}); err != nil {
		return err
	}
	return w.filed(a, t.ID, msg.Seq)
}
