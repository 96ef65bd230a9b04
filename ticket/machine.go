package ticket

import "fmt"

// echo notes our own mail that came back; nothing is ever sent because of it.
func (w *work) echo(m *Inbound, a *Arrival, th thread) error {
	t := th.ticket
	if _, tok, ok := w.d.Keys.VerifyMessageID(m.MessageID); ok && tok.Ticket() != 0 {
		if own, err := w.ticket(tok.Ticket()); err == nil {
			t = own
		}
	}
	if t == nil {
		return w.ignore(a, "our own mail: "+m.KindReason)
	}
	return w.record(m, a, t, MessageEcho, TriggerAutoReply, nil)
}

// robot records an auto-reply or a report on its ticket: nobody is told and
// the state stays. Without a ticket it is ignored.
func (w *work) robot(m *Inbound, a *Arrival, th thread) error {
	if th.ticket == nil || th.token != nil && th.token.Purpose == PurposeHeld {
		return w.ignore(a, m.Kind.String()+" that belongs to no ticket: "+m.KindReason)
	}
	kind := MessageAutoReply
	if m.Kind == KindReport {
		kind = MessageReport
	}
	return w.record(m, a, th.ticket, kind, TriggerAutoReply, nil)
}

// bounce records a delivery status notification on the ticket whose letter came
// back. Only what names a bounce token or signed Message-ID of ours counts; a
// delay stops no clock, a failure stops the closing and tells the technicians.
func (w *work) bounce(m *Inbound, a *Arrival, th thread) error {
	tok := th.token
	if m.Bounce != nil && tok == nil {
		if _, t, ok := w.d.Keys.VerifyMessageID(m.Bounce.MessageID); ok && t.Ticket() != 0 {
			tok = &t
			ticket, err := w.ticket(t.Ticket())
			if err == nil {
				th.ticket = ticket
			}
		}
	}
	if tok == nil || th.ticket == nil {
		return w.ignore(a, "bounce of no letter of ours: "+m.KindReason)
	}
	t := th.ticket
	if m.Bounce != nil && m.Bounce.Action == "delayed" {
		return w.record(m, a, t, MessageBounce, TriggerAutoReply, nil)
	}
	if w.toTechnician(tok, m) {
		return w.record(m, a, t, MessageBounce, TriggerAutoReply, nil)
	}
	if m.Bounce != nil && tok.Participant < len(t.Participants) {
		t.Participants[tok.Participant].Bounced = firstOf(m.Bounce.Status, "5.0.0")
	}
	return w.record(m, a, t, MessageBounce, TriggerBounce, func(msg *Message) error {
		return w.tellTechnicians(NoticeTicketReply, t, m, msg, sender{Mailbox: msg.From})
	})
}

// toTechnician tells whether the letter that bounced had gone to a technician.
func (w *work) toTechnician(tok *Token, m *Inbound) bool {
	return tok.technicians() || w.d.technicianNumbered(tok.Participant) != nil ||
		m.Bounce != nil && w.d.technician(m.Bounce.Recipient) != nil
}

// record adds a machine's mail to t's thread; tell may queue mail about it.
func (w *work) record(m *Inbound, a *Arrival, t *Ticket, kind MessageKind, tr Trigger, tell func(*Message) error) error {
	before := t.clone()
	if err := w.move(t, tr, m.Arrived); err != nil {
		return err
	}
	msg := fromInbound(m, a, kind)
	if err := w.addMessage(t, msg); err != nil {
		return err
	}
	if tell != nil {
		if err := tell(msg); err != nil {
			return err
		}
	}
	event := kind.String()
	if kind == MessageReport {
		event = "message"
	}
	e := Event{Kind: event, Actor: firstOf(msg.From.Address, "unknown"), Cause: cause(a), Text: recordText(m),
		Rulings: []Ruling{{Decision: "kind", Value: m.Kind.String(), Rule: m.KindReason}}}
	if err := w.save(t, before, e); err != nil {
		return err
	}
	return w.filed(a, t.ID, msg.Seq)
}

func recordText(m *Inbound) string {
	if m.Bounce == nil {
		return m.KindReason
	}
	return fmt.Sprintf("%s %s %s", firstOf(m.Bounce.Action, "failed"), m.Bounce.Status, m.Bounce.Recipient)
}
