package ticket

import "cmp"

import "slices"

// What technicians hear of each other's answers, so that nobody answers what was
// answered, and who did so all the same knows what the customer has read.

// tellColleagues tells the other technicians of the answer msg by tech: all of them
// when it takes a ticket that was nobody's and unanswered; else its assignee, and
// who answered the same mail of the customer. Who answered without having seen such
// an answer is told of it in turn. before is the ticket before the answer.
func (w *work) tellColleagues(m *Inbound, before, t *Ticket, tech *Technician, msg *Message) error {
	crossed, err := w.crossing(t, tech, msg)
	if err != nil {
		return err
	}
	mine := t.thread(tech).Last // before the letters below
	for i := range w.d.Technicians {
		other := &w.d.Technicians[i]
		at := slices.IndexFunc(crossed, func(c *Message) bool { return other.has(c.From.Address) })
		var why string
		switch {
		case other.Name == tech.Name:
			continue
		case at >= 0:
			why = w.say("answered-crossed", tech.Name)
		case before.Assignee == "" && !before.Answered && t.Assignee == tech.Name:
			why = w.say("answered-takes", tech.Name)
		case before.Assignee == "" && !before.Answered:
			why = w.say("answered-other", tech.Name, cmp.Or(t.Assignee, w.say("value nothing assignee")))
		case other.Name == before.Assignee:
			why = w.say("answered-yours", tech.Name)
		default:
			continue
		}
		if err := w.tellAnswerOf(t, other, tech, msg, why, w.relays(m, msg, true)); err != nil {
			return err
		}
		if at < 0 || mine != "" && contains(m.InReplyTo, mine) { // it answers the letter that told of that answer
			continue
		}
		if err := w.tellAnswerOf(t, tech, other, crossed[at], w.say("answered-crossed", other.Name), nil); err != nil {
			return err
		}
	}
	return nil
}

// tellAnswerOf queues a letter to tech about the answer msg of other.
func (w *work) tellAnswerOf(t *Ticket, tech, other *Technician, msg *Message, why string, files []Relay) error {
	return w.tellTechnician(NoticeTicketReply, t, tech, func(n *Notice) {
		n.About, n.Author, n.Verified, n.Text, n.Attachments, n.Lines = MessageAnswer, other.Mailbox(), true, msg.Text, files, []string{why}
	})
}

// crossing are the answers of others than tech to the customer's mail that msg
// answers too, the latest of each first.
func (w *work) crossing(t *Ticket, tech *Technician, msg *Message) (list []*Message, err error) {
	for seq := msg.Seq - 1; seq > 0; seq-- {
		m, err := w.tx.Message(t.ID, seq)
		if err != nil {
			return nil, err
		}
		switch {
		case m.Kind == MessageRequest:
			return list, nil
		case m.Kind == MessageAnswer && !tech.has(m.From.Address):
			list = append(list, m)
		}
	}
	return list, nil
}
