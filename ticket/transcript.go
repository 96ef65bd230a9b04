package ticket

import (
	"cmp"
	"slices"
	"strings"

	"sportello/policy"
)

// transcript answers a technician's mail with what became of it, in her own
// thread of t; the caller saves t. What it asked for and did not get comes back
// as undone.
func (w *work) transcript(m *Inbound, t *Ticket, tech *Technician, undone string, lines []string) error {
	return w.tellTechnician(NoticeTranscript, t, tech, func(n *Notice) {
		n.Lines, n.Text = lines, clip(undone, MaxText)
		n.under(m)
	})
}

// under makes a letter about a ticket stand under the mail that it answers.
func (n *Notice) under(m *Inbound) {
	if m.MessageID != "" {
		n.InReplyTo, n.References = m.MessageID, chain(n.References, m.MessageID)
	}
}

// outcome tells what a technician's mail did to t: which commands, what they
// changed, and what went to whom.
func (w *work) outcome(d deed, before, t *Ticket) []string {
	var lines []string
	if did := w.commands(d.orders.Commands); did != "" {
		lines = append(lines, w.say("did", did))
	}
	changed := w.changed(before, t)
	lines = append(lines, changed...)
	if d.note && d.says {
		lines = append(lines, w.say("did-note"))
	}
	lines = append(lines, w.told...)
	posted := w.posts()
	if d.answer && len(posted) == 0 {
		posted = append(posted, w.say("nobody-reached"))
	}
	if len(lines)+len(posted) == 1 && len(changed) == 0 && !d.note && !d.answer {
		lines = append(lines, w.say("did-nothing-new"))
	}
	return append(lines, posted...)
}

// dropped tells what of a technician's mail did not go to the customer with the
// answer that msg is: pictures among what she quotes, people in Cc.
func (w *work) dropped(m *Inbound, t *Ticket, msg *Message) []string {
	var lines, copied []string
	if names := m.quotedPictures(msg.Text); len(names) > 0 {
		lines = append(lines, w.say("dropped-pictures", strings.Join(names, ", ")))
	}
	for _, p := range m.Cc {
		if p.Address != "" && !w.d.Addresses.Own(p.Address) && t.number(p.Address) < 0 {
			copied = append(copied, written(p))
		}
	}
	if len(copied) > 0 {
		lines = append(lines, w.say("dropped-copies", strings.Join(copied, ", "), w.order("cc")))
	}
	return lines
}

// changed words the changes of t that people care for, each with what was
// before; the letter's facts tell the dates.
func (w *work) changed(before, t *Ticket) []string {
	var lines []string
	for _, ch := range changes(before, t) {
		name := w.say("field " + ch.Field)
		if name == "" {
			continue
		}
		was, is := w.worded(ch.Field, ch.Before), w.worded(ch.Field, ch.After)
		if ch.Field == "state" {
			was, is = w.withReason(was, before), w.withReason(is, t)
		}
		lines = append(lines, w.say("changed", name, is, was))
	}
	return lines
}

// worded is the value of a field as a technician reads it.
func (w *work) worded(field, value string) string {
	switch {
	case value == "" || field == "quote" && strings.HasPrefix(value, " "):
		return w.say("value nothing " + field)
	case field == "topic":
		return cmp.Or(w.d.Policy.TopicText(policy.Topic(value), w.d.Language), value)
	case field == "quote":
		code, state, _ := strings.Cut(value, " ")
		return code + ", " + cmp.Or(w.say("value "+state), state)
	}
	return cmp.Or(w.say("value "+value), value)
}

// withReason adds to a state why it is closed, when it is.
func (w *work) withReason(state string, t *Ticket) string {
	if t.ClosedReason == 0 {
		return state
	}
	return state + ", " + w.say("value "+t.ClosedReason.String())
}

// posts words which letters of this transaction went to the customer's side, or to
// who was asked.
func (w *work) posts() []string {
	var lines []string
	for i, p := range w.posted {
		if slices.ContainsFunc(w.posted[:i], func(q post) bool { return q.kind == p.kind && q.aside == p.aside }) {
			continue
		}
		var to []string
		for _, q := range w.posted[i:] {
			if q.kind == p.kind && q.aside == p.aside {
				to = append(to, written(q.to))
			}
		}
		if all := strings.Join(to, ", "); p.aside {
			lines = append(lines, w.say("did-ask", all))
		} else if p.kind == NoticeAnswer {
			lines = append(lines, w.say("did-answer", all))
		} else {
			lines = append(lines, w.say("did-letter", p.kind, all))
		}
	}
	return lines
}

// post is a letter that this transaction queued to the customer's side.
type post struct {
	kind  NoticeKind
	aside bool // to a third party
	to    Mailbox
}

// commands writes orders as they are written in the desk's language.
func (w *work) commands(list []Command) string {
	var all []string
	for _, c := range list {
		all = append(all, strings.Join(append([]string{w.order(c.Name)}, c.Args...), " "))
	}
	return strings.Join(all, ", ")
}

// order is how a command is called in the desk's language.
func (w *work) order(name string) string { return Order(name).In(w.d.Language) }

// written is a name and an address, as people write them.
func written(m Mailbox) string {
	if m.Name == "" {
		return m.Address
	}
	return m.Name + " <" + m.Address + ">"
}

// refuseOrders keeps the mail as a note, does nothing of it, and says why. The
// text comes back, to be sent again.
func (w *work) refuseOrders(m *Inbound, a *Arrival, tech *Technician, th thread, why []string) error {
	t, before := th.ticket, th.ticket.clone()
	msg := fromInbound(m, a, MessageNote)
	msg.Authority = AuthorityTechnician
	if err := w.addMessage(t, msg); err != nil {
		return err
	}
	if err := w.transcript(m, t, tech, m.Reply, append(why, w.say("nothing-done"))); err != nil {
		return err
	}
	if err := w.save(t, before, Event{Kind: "held", Actor: tech.Name, Cause: cause(a), Text: "nothing was done or sent"}); err != nil {
		return err
	}
	return w.filed(a, t.ID, msg.Seq)
}
