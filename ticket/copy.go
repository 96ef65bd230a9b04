package ticket

import (
	"errors"
	"fmt"
	"time"
)

// A mail may arrive more than once: by a second way, through a list, or sent
// again by somebody who has a copy of it. Equal bytes are the same mail and
// have no second effect. Equal content with a Message-ID is a copy: it counts
// as known only when an earlier one had the effect that it would have, and it
// never does more than it shows by itself.

// sameBytes finds what became of the very same bytes; nil: they are new.
func (w *work) sameBytes(m *Inbound) (*Arrival, error) {
	if m.Raw == nil && m.RawSum == [32]byte{} {
		return nil, nil
	}
	id, err := w.tx.ByRaw(m.RawSum)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a, err := w.tx.Arrival(id)
	for n := 0; err == nil && a.Fate == FateDuplicate && n < maxCopies; n++ {
		a, err = w.tx.Arrival(a.Of)
	}
	return a, err
}

// maxCopies bounds a chain of copies of which each showed more than the last:
// it is longer than there are steps of authority and tickets of one person.
const maxCopies = 100

// earlier lists the copies of m that came before, in their order.
func (w *work) earlier(m *Inbound) ([]*Arrival, error) {
	if m.MessageID == "" || m.Content == [32]byte{} {
		return nil, nil
	}
	id, err := w.tx.ByContent(m.Content)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	var list []*Arrival
	for err == nil && id != 0 && len(list) < maxCopies {
		var a *Arrival
		if a, err = w.tx.Arrival(id); err == nil {
			list = append(list, a)
			id = a.Again
		}
	}
	return list, err
}

// duplicate records that a had no effect of its own: it is the same as of.
func (w *work) duplicate(a, of *Arrival) error {
	if a.Raw == "" {
		a.Raw = of.Raw
	}
	a.Fate, a.Of, a.Ticket, a.Reason = FateDuplicate, of.ID, of.Ticket, ""
	if of.Erased != 0 {
		if err := w.eraseCopy(a, of); err != nil {
			return err
		}
	}
	if err := w.tx.PutArrival(a); err != nil || of.Fate != FateMessage {
		return err
	}
	return w.note(of.Ticket, "duplicate", "desk", cause(a), fmt.Sprintf("another copy of arrival %d", of.ID))
}

// placed is an earlier copy that became a message, and the ticket where that
// stands now.
type placed struct {
	*Arrival
	ticket *Ticket
	msg    *Message
}

// placedCopies are the earlier copies of the mail at hand that had an effect.
func (w *work) placedCopies() ([]placed, error) {
	var list []placed
	for _, c := range w.copies {
		if c.Fate != FateMessage {
			continue
		}
		msg, err := w.tx.Message(c.Ticket, c.Seq)
		if err != nil {
			return nil, err
		}
		t, err := w.ticket(c.Ticket)
		if err != nil {
			return nil, err
		}
		list = append(list, placed{c, t, msg})
	}
	return list, nil
}

// known finds the earlier copy that had every effect m would have; nil when m
// shows more, or something else. Then the thread says where that goes.
func (w *work) known(m *Inbound, s sender, th thread) (*Arrival, thread, error) {
	list, err := w.placedCopies()
	if err != nil || len(list) == 0 {
		return nil, th, err
	}
	if !m.Kind.written() {
		return list[0].Arrival, th, nil
	}
	to := w.destination(m, th)
	for _, c := range list {
		if w.covers(c, m, s, th, to) {
			return c.Arrival, th, nil
		}
	}
	if s.technician != nil || th.token != nil && !th.token.customers() {
		return nil, th, nil
	}
	for _, c := range list {
		if c.msg.Kind != MessageRequest || !w.on(c.ticket, s.Address, s.customers) {
			continue
		}
		if to == nil { // the mail itself, behind a copy that proved less
			return nil, thread{ticket: c.ticket, via: "an earlier copy", copied: true, claim: th.claim, evidence: th.evidence}, nil
		}
		// A copy takes no mail from a ticket of its sender to one where he is not.
		if auth, _ := s.authority(m, th, to); auth < AuthoritySender && !w.on(to, s.Address, s.customers) {
			return c.Arrival, th, w.link(c.ticket.ID, to.ID, "desk", fmt.Sprintf("a copy of arrival %d", c.ID), "a copy of its mail came to")
		}
	}
	return nil, th, nil
}

// covers tells whether m adds nothing to what came of its earlier copy c. to is
// the ticket that m continues, nil when it would open one.
func (w *work) covers(c placed, m *Inbound, s sender, th thread, to *Ticket) bool {
	if c.msg.Authority == AuthorityTechnician {
		return true
	}
	if c.msg.Kind != MessageRequest || s.technician != nil {
		return false
	}
	on := w.on(c.ticket, s.Address, s.customers)
	if to == nil {
		th, to = thread{}, c.ticket
		if !on {
			return false
		}
	}
	auth, _ := s.authority(m, th, to)
	switch {
	case auth < c.msg.Authority && c.msg.Authority >= AuthoritySender:
		return true // the sender's own came first
	case to.ID == c.ticket.ID:
		return auth <= c.msg.Authority && (c.msg.Verified || !s.aligned)
	}
	return auth < AuthorityLink && on
}

// customers tells whether t is of the kinds that customers get.
func (t Token) customers() bool { return t.Purpose == PurposeReply || t.Purpose == PurposeQuote }

// written tells whether a person may have written it: what counts as a request
// or is ignored as none.
func (k Kind) written() bool { return k == KindRequest || k == KindList || k == KindSpam }

// settleCopies makes a, when something became of it, stand for the copies that
// nothing had come of, and relates its ticket to those of the others.
func (w *work) settleCopies(a *Arrival, s sender) error {
	if a.Fate == FateDuplicate || len(w.copies) == 0 {
		return nil
	}
	for i, c := range w.copies {
		last := i == len(w.copies)-1
		if last {
			c.Again = a.ID
		}
		if c.pending() {
			c.Fate, c.Of, c.Ticket, c.Release, c.Reason, c.AskAgain = FateDuplicate, a.ID, a.Ticket, "", "", time.Time{}
		} else if !last {
			continue
		}
		if err := w.tx.PutArrival(c); err != nil {
			return err
		}
	}
	if a.Fate != FateMessage {
		return nil
	}
	return w.relate(a, s)
}

// pending tells whether nothing came of a yet.
func (a *Arrival) pending() bool {
	return a.Fate == FateQuarantine || a.Fate == FateHeld || a.Fate == FateIgnored
}

// relate links the ticket of a with those on which earlier copies of it stand.
// A ticket of the same requester that such a copy had opened, and on which
// nothing else has happened, is joined to it: the mail came a second way.
func (w *work) relate(a *Arrival, s sender) error {
	list, err := w.placedCopies()
	if err != nil {
		return err
	}
	for _, c := range list {
		to, err := w.ticket(a.Ticket)
		if err != nil {
			return err
		}
		if to.ID == c.ticket.ID {
			continue
		}
		msg, err := w.tx.Message(a.Ticket, a.Seq)
		if err != nil {
			return err
		}
		joins, err := w.joins(c, to, msg, s)
		if err == nil && joins {
			err = w.join(c.ticket, to, a)
		} else if err == nil {
			err = w.link(c.ticket.ID, to.ID, "desk", cause(a), "a copy of its mail came to")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// joins tells whether the ticket that c opened may be joined to the one on
// which its copy became msg: both are of who is proven to have written it, the
// requester of both, and of one customer.
func (w *work) joins(c placed, to *Ticket, msg *Message, s sender) (bool, error) {
	t := c.ticket
	own := t.Requester.Address == s.Address && to.Requester.Address == s.Address && t.Customer == to.Customer
	if !own || msg.Authority < AuthoritySender || c.Seq != 1 || c.Ticket != t.ID || to.State == StateClosed {
		return false, nil
	}
	if t.Answered || t.Assignee != "" || t.Quote != nil || t.State != StateOpen {
		return false, nil
	}
	msgs, err := w.tx.Messages(t.ID)
	for _, other := range msgs {
		if other.Seq != 1 && other.Kind != MessageNotice {
			return false, err
		}
	}
	return err == nil, err
}

// join merges t into to, of the same requester and customer.
func (w *work) join(t, to *Ticket, a *Arrival) error {
	before := t.clone()
	if err := w.move(t, TriggerMerge, w.now); err != nil {
		return err
	}
	t.MergedInto = to.ID
	return w.save(t, before, Event{Kind: "merged", Actor: "desk", Cause: cause(a), Text: fmt.Sprintf("a copy of its mail came with the token of #%d", to.ID)})
}

// link notes on two tickets that they belong together, once.
func (w *work) link(from, to ID, actor, cause, why string) error {
	for _, pair := range [][2]ID{{from, to}, {to, from}} {
		t, err := w.tx.Ticket(pair[0])
		if err != nil {
			return err
		}
		if contains(t.Linked, pair[1]) {
			continue
		}
		before := t.clone()
		t.Linked = append(t.Linked, pair[1])
		text := fmt.Sprintf("%s #%d", why, pair[1])
		if pair[0] == to {
			text = fmt.Sprintf("with #%d", from)
		}
		if err := w.save(t, before, Event{Kind: "linked", Actor: actor, Cause: cause, Text: text}); err != nil {
			return err
		}
	}
	return nil
}

// setAside records that nothing came of a: fate and reason say what it is
// instead. It answers false for a copy that shows no more than one that was set
// aside before it: that is a duplicate, and nobody is told again.
func (w *work) setAside(a *Arrival, fate Fate, reason string) (fresh bool, err error) {
	for _, c := range w.copies {
		if asideRank(fate) <= asideRank(c.Fate) && (c.Proven || !a.Proven) {
			return false, w.duplicate(a, c)
		}
	}
	a.Fate, a.Reason = fate, clip(reason, 300)
	return true, w.tx.PutArrival(a)
}

// asideRank orders the fates of mail that nothing came of by how far it got; 0
// for all others.
func asideRank(f Fate) int {
	switch f {
	case FateIgnored:
		return 1
	case FateQuarantine:
		return 2
	case FateHeld, FateDropped:
		return 3
	}
	return 0
}
