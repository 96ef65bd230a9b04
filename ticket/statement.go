package ticket

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"sportello/policy"
)

// maxStatement bounds the movements that a statement by mail shows: the latest.
const maxStatement = 20

// asksStatement tells whether m is nothing but a contact's wish to see his
// credits: its whole new text, or the whole subject where it is empty. The
// answer goes to the registered address, so that evidence may be absent; where
// it is contrary, or a robot may have written, nothing goes out.
func (w *work) asksStatement(m *Inbound, s sender) bool {
	if !s.sole || len(s.customers) == 0 || s.contrary || s.quiet || m.Doubled != "" || m.Reaction != 0 || w.d.Addresses.Own(s.Address) || !w.recent(m) {
		return false
	}
	text := m.Reply
	if strings.TrimSpace(text) == "" {
		text = m.Subject
	}
	return !m.brings(m.Reply) && w.d.Policy.AsksStatement(text, s.Name)
}

// answerStatement sends the statement and files m, which asks nothing else: it
// changes no ticket, and opens none.
func (w *work) answerStatement(m *Inbound, a *Arrival, s sender, th thread) error {
	became := "asked for the statement of credits, which was sent to the registered address"
	sent, err := w.tellStatements(m, s)
	if err != nil {
		return err
	}
	if !sent {
		became = "asked for the statement of credits once more within the hour"
	}
	t := w.destination(m, th)
	if t == nil {
		return w.ignore(a, became)
	}
	before, msg := t.clone(), fromInbound(m, a, MessageRequest)
	msg.From, msg.Verified = s.Mailbox, s.aligned
	auth, rule := s.authority(m, th, t)
	msg.Authority = auth
	if err := w.addMessage(t, msg); err != nil {
		return err
	}
	e := Event{Kind: "message", Actor: s.Address, Cause: cause(a), Text: became,
		Rulings: []Ruling{th.ruling(t.ID), {Decision: "authority", Value: auth.String(), Rule: rule}}}
	if err := w.save(t, before, e); err != nil {
		return err
	}
	return w.filed(a, t.ID, msg.Seq)
}

// tellStatements queues the statement of each customer whose contact s is, once
// an hour; false when all had theirs.
func (w *work) tellStatements(m *Inbound, s sender) (sent bool, err error) {
	for _, id := range s.customers {
		ok, err := w.within(counted{"statement", id + "\x00" + s.Address, s.standing()}, time.Hour, 1)
		if err != nil {
			return sent, err
		}
		if !ok {
			continue
		}
		sent = true
		if err := w.tellStatement(m, id, s); err != nil {
			return sent, err
		}
	}
	return sent, nil
}

func (w *work) tellStatement(m *Inbound, customer string, s sender) error {
	c, err := w.tx.Customer(customer)
	if err != nil {
		return err
	}
	n, err := w.aboutCredits(NoticeStatement, c, c.contact(s.Address))
	if err != nil {
		return err
	}
	n.To.Name, n.AutoSubmitted = "", "auto-replied"
	if s.aligned {
		n.To.Name = s.Name
	}
	if n.Entries, err = w.movements(customer); err != nil {
		return err
	}
	n.replies(m)
	return w.queue(n, Token{Purpose: PurposeReply})
}

// aboutCredits is a letter to a contact of c about no ticket, with what can be
// used through which day.
func (w *work) aboutCredits(kind NoticeKind, c *Customer, to *Contact) (*Notice, error) {
	acc, err := w.account(c.ID)
	if err != nil {
		return nil, err
	}
	today := w.today()
	n := &Notice{
		Kind: kind, Language: cmp.Or(to.Language, c.Language, w.d.Language), To: Mailbox{Name: c.Name, Address: to.Address},
		AutoSubmitted: "auto-generated", Customer: c.ID, CustomerName: c.Name, Commercial: &w.d.Policy.Contact,
		Balance: &Balance{Available: acc.Available(today), Held: acc.Held(), NextExpiry: acc.NextExpiry(today)},
	}
	for _, l := range acc.Lots { // by expiry
		if l.Left() == 0 || l.Expires().Before(today) {
			continue
		}
		if last := len(n.Lots) - 1; last >= 0 && n.Lots[last].Expires == l.Expires() {
			n.Lots[last].Credits += l.Left()
		} else {
			n.Lots = append(n.Lots, LotLine{l.Left(), l.Expires()})
		}
	}
	return n, nil
}

// movements are the latest entries of a customer's ledger in the order in which
// they were posted, a purchase with its own day; what one cause did to several
// lots is one movement.
func (w *work) movements(customer string) ([]EntryLine, error) {
	var lines []EntryLine
	last := ""
	for e, err := range w.tx.Entries(customer, 0) {
		if err != nil {
			return nil, fmt.Errorf("statement of customer %s: %w", customer, err)
		}
		what := e.Cause + "\x00" + e.Move.Kind.String()
		if n := len(lines); n > 0 && what == last {
			lines[n-1].Credits += e.Move.Credits
			lines[n-1].Available = e.Available
			continue
		}
		last = what
		day := w.d.day(e.At)
		if e.Move.Kind == policy.MovePurchase {
			day = e.Move.Purchased // which may have been told later
		}
		lines = append(lines, EntryLine{Day: day, Kind: e.Move.Kind, Credits: e.Move.Credits, Ticket: e.Ticket, Available: e.Available})
		if len(lines) > 2*maxStatement { // what fell out is not kept
			lines = append(lines[:0:0], lines[len(lines)-maxStatement:]...)
		}
	}
	return lines[max(0, len(lines)-maxStatement):], nil
}
