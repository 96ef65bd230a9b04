package ticket

import "time"

// remindAt is when the technicians are reminded of the answer that is due on t: in
// office hours, the policy's working days before. Zero: nothing is due, or so soon
// that they have just been told.
func (w *work) remindAt(t *Ticket) time.Time {
	if t.AnswerDue.IsZero() {
		return time.Time{}
	}
	at := w.d.Policy.RemindAt(w.lastDay(t.AnswerDue))
	if !at.After(w.now) {
		return time.Time{}
	}
	return at
}

// remind tells who works on t, once, that its answer is due soon. Outside of office
// hours it waits for the next.
func (w *work) remind(t *Ticket) error {
	before := t.clone()
	if next := w.d.Policy.NextOpening(w.now); next.After(w.now) {
		t.RemindAt = next
		return w.tx.PutTicket(t)
	}
	t.RemindAt = time.Time{}
	last, err := w.lastRequest(t)
	if err != nil {
		return err
	}
	for _, tech := range w.concerned(NoticeDueSoon, t) {
		err := w.tellTechnician(NoticeDueSoon, t, tech, func(n *Notice) {
			if last != nil {
				n.Text = clip(last.Text, maxQuoted)
			}
		})
		if err != nil {
			return err
		}
	}
	return w.save(t, before, Event{Kind: "notice", Actor: "clock", Cause: "sweep", Text: "the answer is due soon"})
}

// lastRequest is the last mail of the customer's side on t; nil when there is none.
func (w *work) lastRequest(t *Ticket) (last *Message, err error) {
	msgs, err := w.tx.Messages(t.ID)
	for _, m := range msgs {
		if m.Kind == MessageRequest {
			last = m
		}
	}
	return last, err
}
