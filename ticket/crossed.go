package ticket

import "time"

// crossedWithin is how soon after another an answer was written without knowing it.
const crossedWithin = 10 * time.Minute

// tellCrossed tells two technicians of each other where both answered within
// minutes: both answers have gone out. msg is the later one; the caller saves t.
func (w *work) tellCrossed(t *Ticket, tech *Technician, msg *Message) error {
	msgs, err := w.tx.Messages(t.ID)
	if err != nil {
		return err
	}
	var other *Message
	for _, m := range msgs {
		if m.Kind == MessageAnswer && m.Seq < msg.Seq {
			other = m
		}
	}
	if other == nil || msg.At.Sub(other.At).Abs() > crossedWithin {
		return nil
	}
	hers := w.d.technician(other.From.Address)
	if hers == nil || hers.Number() == tech.Number() {
		return nil
	}
	for _, told := range []struct {
		to, who *Technician
		msg     *Message
	}{{hers, tech, msg}, {tech, hers, other}} {
		err := w.tellTechnician(NoticeTicketReply, t, told.to, func(n *Notice) {
			n.About, n.Author, n.Verified, n.Text = MessageAnswer, told.who.Mailbox(), true, told.msg.Text
			n.Lines = []string{w.say("crossed")}
		})
		if err != nil {
			return err
		}
	}
	return nil
}
