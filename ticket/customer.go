package ticket

import (
	"fmt"
	"time"

	"sportello/policy"
)

// fromCustomer files what the customer's side wrote: a message of the ticket it
// continues, or a new ticket.
func (w *work) fromCustomer(m *Inbound, a *Arrival, s sender, th thread) error {
	switch {
	case m.Reaction != 0 && (th.ticket == nil || th.unsigned):
		return w.ignore(a, "a reaction to no letter of ours")
	case m.Reaction != 0:
		return w.followUp(m, a, s, th)
	case w.asksStatement(m, s):
		return w.answerStatement(m, a, s, th)
	case th.ticket == nil:
		return w.open(m, a, s, th, th.gone)
	case w.destination(m, th) == nil:
		return w.open(m, a, s, th, th.ticket.ID)
	}
	return w.followUp(m, a, s, th)
}

// destination is the ticket that a customer's mail is added to; nil when it
// opens one: it continues none, holds no sign of it beside a remembered address,
// or comes too long after the ticket was closed and decides on no quote of it.
func (w *work) destination(m *Inbound, th thread) *Ticket {
	t := th.ticket
	if t == nil || th.unsigned {
		return nil
	}
	if t.State == StateClosed && !m.Arrived.Before(t.Closed.AddDate(0, 0, w.d.ReopenDays)) && !t.asks(th.token, m.Arrived) {
		return nil
	}
	return t
}

// followUp adds a customer's message to its ticket: it makes the ticket our
// turn, reopens it when it was closed, and tells the technicians.
func (w *work) followUp(m *Inbound, a *Arrival, s sender, th thread) error {
	ans, err := w.answer(m, a, s, th)
	if err != nil {
		return err
	}
	if ans.holds() {
		if held, err := w.holdAnswer(m, a, th, ans); held || err != nil {
			return err
		}
		ans.response, ans.why = responseRead, Say("claim-proof")
	}
	t, before := th.ticket, th.ticket.clone()
	auth, rule := s.authority(m, th, t)
	trigger := triggerOf(auth, ans.claim.Sense)
	if ans.decides() {
		auth, rule = AuthoritySpend, "everything that a decision on "+ans.code+" takes"
	} else if err := w.move(t, trigger, m.Arrived); err != nil {
		return err
	}
	msg := fromInbound(m, a, MessageRequest)
	msg.From, msg.Authority, msg.Verified = s.Mailbox, auth, s.aligned
	if ans.code != "" {
		msg.Text += m.doubts()
	}
	if ans.claim.spends() && !ans.late {
		msg.Answers = ans.code
	}
	if err := w.addMessage(t, msg); err != nil {
		return err
	}
	if trigger != TriggerUnproven {
		t.LastInbound = m.MessageID
		t.reference(m.MessageID)
		if s.Address == t.Requester.Address {
			t.Elsewhere = w.elsewhere(m)
		}
		if err := w.fileMessageID(m, t.ID); err != nil {
			return err
		}
	}
	if err := w.welcome(m, s, t, auth); err != nil {
		return err
	}
	if err := w.confirm(m, s, th, auth); err != nil {
		return err
	}
	e := Event{Kind: "message", Actor: s.Address, Cause: cause(a), Text: fmt.Sprintf("%s, %s: %s", trigger, th.via, auth)}
	e.Rulings = []Ruling{
		{Decision: "kind", Value: m.Kind.String(), Rule: m.KindReason},
		th.ruling(t.ID),
		{Decision: "authority", Value: auth.String(), Rule: rule},
	}
	if ans.code != "" && !ans.decides() {
		e.Rulings = append(e.Rulings, ans.ruling(nil))
	}
	if err := w.tellFollowUp(m, a, s, t, before, msg, ans, e); err != nil {
		return err
	}
	return w.filed(a, t.ID, msg.Seq)
}

// tellFollowUp carries out what a follow-up decides and queues what it causes:
// technicians' mail (not for bare thanks), and a letter to the customer when it
// answers a quote that is no more, or the ticket was closed or reopened. It saves
// t with e.
func (w *work) tellFollowUp(m *Inbound, a *Arrival, s sender, t, before *Ticket, msg *Message, ans answer, e Event) error {
	if ans.decides() {
		if err := w.save(t, before, e); err != nil {
			return err
		}
		return w.decide(m, a, s, t, msg, ans)
	}
	told, err := w.tellStanding(m, t, s, ans)
	if err == nil && ans.claim.Sense != policy.SenseThanks {
		err = w.tellTechnicians(NoticeTicketReply, t, m, msg, s, w.understood(t, ans)...)
	}
	switch {
	case err != nil:
	case t.State == StateClosed && before.State != StateClosed:
		err = w.tellCustomers(NoticeClosed, t, nil)
	case !told && t.State == StateOpen && before.State == StateClosed && !s.quiet && w.recent(m):
		err = w.tellCustomers(NoticeReopened, t, nil)
	}
	if err != nil {
		return err
	}
	return w.save(t, before, e)
}

// triggerOf is what a follow-up does to its ticket, by how far its sender is
// proven: below link it changes nothing, and nobody's word but the customer's
// own closes.
func triggerOf(auth Authority, sense policy.Sense) Trigger {
	switch {
	case auth < AuthorityLink:
		return TriggerUnproven
	case sense == policy.SenseThanks:
		return TriggerThanks
	case sense == policy.SenseSolved && auth >= AuthoritySender:
		return TriggerSolved
	}
	return TriggerMessage
}

// confirm makes of a ticket that an unproven copy had opened what the mail itself
// would have: its name and subject, and the letter that it is answered with,
// where the copy got none.
func (w *work) confirm(m *Inbound, s sender, th thread, auth Authority) error {
	t := th.ticket
	if !th.copied || !s.aligned {
		return nil
	}
	if t.Unproven && t.Requester.Address == s.Address {
		t.Unproven, t.Requester, t.Participants[0].Name = false, s.Mailbox, s.Name
		t.Subject = clip(w.d.bareSubject(m.Subject), maxSubject)
	}
	msgs, err := w.tx.Messages(t.ID)
	if err != nil || t.Quote != nil {
		return err
	}
	for _, other := range msgs {
		if other.Kind != MessageRequest || other.Authority >= AuthorityLink && other.Seq != t.Messages {
			return nil // it was answered, or is under way
		}
	}
	_, err = w.acknowledge(m, s, t, auth)
	return err
}

// openQuote is the quote that a yes could mean; "" and 0 when there is none.
func openQuote(t *Ticket) (string, Credits) {
	if t.Quote == nil || t.Quote.State != QuoteOffered {
		return "", 0
	}
	return t.Quote.Code, t.Quote.Credits
}

// move applies a trigger to t: state, reason, due date, closing date. What it
// closes gives back what it held.
func (w *work) move(t *Ticket, tr Trigger, at time.Time) error {
	st, err := next(t.State, tr, t.Answered || t.Held > 0)
	if err != nil {
		return err
	}
	if st.to != StateClosed {
		t.ClosedReason, t.Closed = 0, time.Time{}
	} else if st.reason != 0 {
		t.ClosedReason, t.Closed = st.reason, w.now
	}
	t.State = st.to
	switch st.due {
	case stop:
		t.AnswerDue = time.Time{}
	case arm:
		due, err := w.answerDue(t, at)
		if err != nil {
			return err
		}
		t.AnswerDue = due
	}
	if st.closing != keep {
		t.ClosesAt, t.WarnAt, t.SpareAt, t.WaitsFor = time.Time{}, time.Time{}, time.Time{}, 0
	}
	if st.to != StateWaiting || st.closing == arm {
		t.SleepsUntil = time.Time{}
	}
	if st.reason == ReasonDuplicate || st.reason == ReasonSpam { // nobody answers a quote there any more
		if t.Quote.open() {
			t.Quote.State = QuoteWithdrawn
		}
	}
	if st.to == StateClosed {
		return w.release(t, tr.String(), "desk") // what is closed holds nothing
	}
	return nil
}

// answerDue is when an answer to what arrived at at is late; zero when no plan
// of the customer promises one.
func (w *work) answerDue(t *Ticket, at time.Time) (time.Time, error) {
	acc, err := w.account(t.Customer)
	if err != nil || t.Customer == "" {
		return time.Time{}, err
	}
	dec := w.d.Policy.Decide(policy.Case{At: at, Account: acc, Topic: t.Decision.Topic})
	return w.promise(dec, at), nil
}

// promise is the instant at which the answer that dec promises is late.
func (w *work) promise(dec policy.Decision, at time.Time) time.Time {
	if !dec.Promised {
		return time.Time{}
	}
	return w.d.Policy.AnswerDue(at).End(w.d.Zone)
}

// account is what a customer bought; the zero value for nobody.
func (w *work) account(customer string) (policy.Account, error) {
	if customer == "" {
		return policy.Account{}, nil
	}
	c, err := w.tx.Customer(customer)
	if err != nil {
		return policy.Account{}, err
	}
	acc := c.Account(0)
	acc.Lots, err = w.tx.Lots(customer)
	return acc, err
}

// welcome notes that who wrote is there, and makes other contacts of the same customer in To and Cc participants,
// when the mail stands at sender (at most maxParticipants).
func (w *work) welcome(m *Inbound, s sender, t *Ticket, auth Authority) error {
	t.heardFrom(s, auth)
	if auth < AuthoritySender || t.Customer == "" {
		return nil
	}
	c, err := w.tx.Customer(t.Customer)
	if err != nil {
		return err
	}
	for _, p := range append(append([]Mailbox{s.Mailbox}, m.To...), m.Cc...) {
		if len(t.Participants) >= maxParticipants {
			return nil
		}
		if c.contact(p.Address) != nil && t.number(p.Address) < 0 {
			t.Participants = append(t.Participants, Participant{Mailbox: p})
		}
	}
	return nil
}

// maxParticipants bounds who gets a ticket's answers (PROMISES.md D20).
const maxParticipants = 10

// contact finds a contact by address; nil when c has none.
func (c *Customer) contact(addr string) *Contact {
	for i := range c.Contacts {
		if c.Contacts[i].Address == addr {
			return &c.Contacts[i]
		}
	}
	return nil
}

// fileMessageID remembers where a customer's Message-ID was filed.
func (w *work) fileMessageID(m *Inbound, id ID) error {
	if m.MessageID == "" || len(m.MessageID) > 500 {
		return nil
	}
	return w.tx.FileMessageID(m.MessageID, id)
}

// recent tells whether m is young enough to be acknowledged.
func (w *work) recent(m *Inbound) bool {
	return w.now.Sub(m.Arrived) <= maxAge && !w.restored.relived(m.Arrived)
}
