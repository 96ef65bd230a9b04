package ticket

import (
	"cmp"
	"fmt"
	"time"
)

// echo notes our own mail that came back; nothing is ever sent because of it.
func (w *work) echo(m *Inbound, a *Arrival, th thread) error {
	t := th.ticket
	if _, tok, ok := w.d.Keys.VerifyMessageID(m.MessageID, w.now); ok && tok.Ticket() != 0 {
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
// back. Only a bounce token or a Message-ID of ours makes one: a reply address
// is seen by whoever gets a letter. A delay stops no clock; a failure stops the
// closing and tells the technicians, once a letter.
func (w *work) bounce(m *Inbound, a *Arrival, th thread) error {
	tok, t, letter := w.returned(m, th)
	if tok == nil || t == nil {
		return w.ignore(a, "bounce of no letter of ours: "+m.KindReason)
	}
	if m.Bounce != nil && m.Bounce.Action == "delayed" || w.toTechnician(tok, m) {
		return w.record(m, a, t, MessageBounce, TriggerAutoReply, nil)
	}
	first, err := w.within(counted{purpose: "bounce", address: letter}, bounceWindow, 1)
	if err != nil {
		return err
	}
	if !first {
		return w.ignore(a, "bounce of a letter that had bounced before: "+m.KindReason)
	}
	trigger := TriggerBounce
	if tok.Participant >= askedBase || tok.Purpose == PurposeAsk { // nobody of the customer's side waits for that letter
		trigger = TriggerAutoReply
	}
	return w.record(m, a, t, MessageBounce, trigger, func(msg *Message) error {
		if i := t.addressee(tok, m); m.Bounce != nil && i >= 0 {
			t.Participants[i].Bounced = cmp.Or(m.Bounce.Status, "5.0.0")
		}
		return w.tellTechnicians(NoticeTicketReply, t, m, msg, sender{Mailbox: msg.From})
	})
}

// bounceWindow is how long the bounce of a letter is remembered: as long as the
// tokens in letters act.
const bounceWindow = 400 * 24 * time.Hour

// returned finds the token and the ticket of the letter that came back, and a
// name for that letter: its number, or the token of its envelope where the
// report names no Message-ID. nil when m proves none.
func (w *work) returned(m *Inbound, th thread) (*Token, *Ticket, string) {
	if m.Bounce != nil {
		if n, tok, ok := w.d.Keys.VerifyMessageID(m.Bounce.MessageID, w.now); ok && tok.Ticket() != 0 {
			if t, err := w.ticket(tok.Ticket()); err == nil {
				return &tok, t, fmt.Sprintf("letter %d", n)
			}
		}
	}
	if th.token == nil || th.ticket == nil || th.token.Purpose != PurposeBounce {
		return nil, nil, ""
	}
	return th.token, th.ticket, fmt.Sprintf("%+v", *th.token)
}

// addressee is the participant number on t of who got the letter of tok; -1:
// nobody of t's, as where t was joined to another since.
func (t *Ticket) addressee(tok *Token, m *Inbound) int {
	switch {
	case tok.Purpose == PurposeAsk:
		return -1
	case t.ID == tok.Ticket() && tok.Participant < len(t.Participants):
		return tok.Participant
	case m.Bounce != nil:
		return t.number(m.Bounce.Recipient)
	}
	return -1
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
	e := Event{Kind: event, Actor: cmp.Or(msg.From.Address, "unknown"), Cause: cause(a), Text: recordText(m),
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
	return fmt.Sprintf("%s %s %s", cmp.Or(m.Bounce.Action, "failed"), m.Bounce.Status, m.Bounce.Recipient)
}
