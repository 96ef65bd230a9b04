package ticket

import (
	"fmt"
	"slices"
	"strings"
)

// file decides what one arrival becomes: exactly one thing (PROMISES.md P1).
func (w *work) file(m *Inbound, ref RawRef) error {
	same, err := w.sameBytes(m)
	if err != nil {
		return err
	}
	if w.copies, err = w.earlier(m); err != nil {
		return err
	}
	if i := slices.IndexFunc(w.copies, func(c *Arrival) bool { return c.Erased != 0 }); same == nil && i >= 0 {
		same = w.copies[i]
	}
	if m.Unfit != "" && same == nil && len(w.copies) > 0 {
		same = w.copies[0]
	}
	if m.Unfit != "" && same == nil {
		return w.quarantine(m, ref, m.Unfit)
	}
	a, err := w.arrival(m, ref)
	if err != nil {
		return err
	}
	if same != nil {
		return w.duplicate(a, same)
	}
	s, th, err := w.origin(m)
	if err != nil {
		return err
	}
	a.Proven = s.proven
	same, th, err = w.known(m, s, th)
	if err != nil {
		return err
	}
	if same != nil {
		return w.duplicate(a, same)
	}
	if err := w.become(m, a, s, th); err != nil {
		return err
	}
	return w.settleCopies(a, s)
}

// become files m as its kind says.
func (w *work) become(m *Inbound, a *Arrival, s sender, th thread) error {
	if w.alarmed(m, s, th) {
		return w.alarm(m, a, s, th)
	}
	switch m.Kind {
	case KindOwn:
		return w.echo(m, a, th)
	case KindBounce:
		return w.bounce(m, a, th)
	case KindAutoReply, KindReport:
		return w.robot(m, a, th)
	case KindList, KindSpam:
		if why := w.unwanted(m, s, th); why != "" {
			return w.ignore(a, why)
		}
	}
	return w.request(m, a, s, th)
}

// origin reads who wrote m and which ticket it continues.
func (w *work) origin(m *Inbound) (sender, thread, error) {
	s, err := w.sender(m)
	if err != nil {
		return s, thread{}, err
	}
	th, err := w.match(m, s)
	return s, th, err
}

// request files what a person wrote.
func (w *work) request(m *Inbound, a *Arrival, s sender, th thread) error {
	if s.technician != nil && m.Reaction == ReactionProgram {
		return w.ignore(a, "a technician's reaction, which is no answer")
	}
	if th.token != nil && th.token.Purpose == PurposeHeld {
		return w.answerHeld(m, a, s, th)
	}
	if th.token != nil && th.token.Purpose == PurposeConfirm {
		return w.answerConfirm(m, a, s, th)
	}
	if s.technician != nil {
		return w.fromTechnician(m, a, s, th)
	}
	if th.token != nil && (th.token.Purpose == PurposeWork || th.token.Purpose == PurposeNote) {
		return w.stolen(m, a, s, th)
	}
	if th.token != nil && th.token.Purpose == PurposeAsk && !th.unsigned {
		return w.fromAsked(m, a, s, th)
	}
	return w.fromCustomer(m, a, s, th)
}

// unwanted says why a list mail or marked spam is ignored; "" when it counts
// as a request without evidence.
func (w *work) unwanted(m *Inbound, s sender, th thread) string {
	known := s.technician != nil || len(s.customers) > 0
	switch {
	case known:
		return ""
	case m.Kind == KindList && w.listed(m):
		return ""
	case m.Kind == KindList:
		return "mail of a list: " + m.KindReason
	case th.token != nil:
		return ""
	}
	return "marked as spam: " + m.KindReason
}

// listed tells whether m came through a group of desk.lists.
func (w *work) listed(m *Inbound) bool {
	for _, s := range append([]string{m.List}, m.Recipients...) {
		if w.d.Addresses.Listed(s) {
			return true
		}
	}
	return false
}

// arrival makes the record of m; what becomes of it is stored with settle.
func (w *work) arrival(m *Inbound, ref RawRef) (*Arrival, error) {
	id, err := w.tx.NextArrival()
	if err != nil {
		return nil, err
	}
	a := &Arrival{ID: id, Source: m.Source, Arrived: m.Arrived, Size: m.Size, Raw: ref, RawSum: m.RawSum}
	a.reads(m)
	return a, nil
}

// reads takes over what reading the mail told.
func (v *Arrival) reads(m *Inbound) {
	v.Content, v.MessageID, v.Subject, v.Kind = m.Content, m.MessageID, m.Subject, m.Kind
	if len(m.From) > 0 {
		v.From = m.From[0].Address
	}
}

// unread tells of a mail that was put aside by its bytes alone: reading it ended
// the desk, or failed.
func (v *Arrival) unread() bool { return v.Kind == 0 && v.Fate != FateMessage }

// filed records that a became the message at seq of ticket id.
func (w *work) filed(a *Arrival, id ID, seq int) error {
	a.Fate, a.Ticket, a.Seq, a.Reason = FateMessage, id, seq, ""
	return w.tx.PutArrival(a)
}

func (w *work) ignore(a *Arrival, why string) error {
	if _, err := w.setAside(a, FateIgnored, why); err != nil {
		return err
	}
	return w.tally(tallyIgnored)
}

// note adds an event that changes nothing.
func (w *work) note(id ID, kind, actor, cause, text string) error {
	t, err := w.tx.Ticket(id)
	if err != nil {
		return err
	}
	return w.save(t, t.clone(), Event{Kind: kind, Actor: actor, Cause: cause, Text: text})
}

func cause(a *Arrival) string { return arrivalCause(a.ID) }

func arrivalCause(id ArrivalID) string { return fmt.Sprintf("arrival %d", id) }

// save stores t with an event that tells what changed since before.
func (w *work) save(t, before *Ticket, e Event) error {
	t.Events++
	if before == nil || t.Messages != before.Messages || t.State != before.State {
		t.Changed = w.now
	}
	if before == nil || !before.AnswerDue.Equal(t.AnswerDue) {
		t.RemindAt = w.remindAt(t)
	}
	e.Seq, e.At, e.Changes = t.Events, w.now, changes(before, t)
	if err := w.tx.AddEvent(t.ID, &e); err != nil {
		return err
	}
	return w.tx.PutTicket(t)
}

// addMessage appends msg to t's thread; the caller saves t.
func (w *work) addMessage(t *Ticket, msg *Message) error {
	t.Messages++
	msg.Seq = t.Messages
	msg.Text = clip(msg.Text, MaxText)
	return w.tx.AddMessage(t.ID, msg)
}

// fromInbound is the message that m becomes.
func fromInbound(m *Inbound, a *Arrival, kind MessageKind) *Message {
	msg := &Message{
		Kind: kind, At: m.Arrived, Authority: AuthorityNone, MessageID: m.MessageID, Subject: m.Subject, Text: m.Shown(),
		Attachments: m.Attachments, Raw: a.Raw, Arrival: a.ID, Bounce: m.Bounce,
	}
	if len(m.From) > 0 {
		msg.From = m.From[0]
	}
	return msg
}

// clip cuts s to at most n bytes, never inside a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

// reference adds a Message-ID to the thread as the customer sees it: the first
// 3 and the last 7 are kept (DESIGN.md section 5).
func (t *Ticket) reference(mids ...string) { t.References = chain(t.References, mids...) }

// chain is refs and mids, each once, as far as the References of a letter hold them.
func chain(refs []string, mids ...string) []string {
	for _, mid := range mids {
		if mid != "" && !contains(refs, mid) {
			refs = append(refs, mid)
		}
	}
	if n := len(refs); n > 10 {
		refs = append(refs[:3:3], refs[n-7:]...)
	}
	return refs
}

func contains[T comparable](list []T, v T) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}
