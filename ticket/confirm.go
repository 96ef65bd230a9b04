package ticket

import (
	"errors"
	"fmt"
	"time"

	"sportello/policy"
)

// The confirmation round trip (DESIGN.md section 3, "Authority"). A mail that
// shows everything but evidence about its sender is held, and a one-time address
// goes to the registered address of who it says wrote it. The answer from there
// stands in for the evidence, once, in time. Where evidence speaks against the
// sender nobody is asked.

// confirmTime is how long an answer to the question counts.
const confirmTime = 24 * time.Hour

// confirmGrace is how much longer a held mail waits: an answer that came in time
// may be fetched late.
const confirmGrace = time.Hour

// confirmsADay is how many such questions one address gets in a day.
const confirmsADay = 3

// mayConfirm tells whether addr may be asked to confirm a mail, and counts it.
func (w *work) mayConfirm(addr string) (bool, error) {
	return w.within(counted{"confirm", addr, unproven}, 24*time.Hour, confirmsADay)
}

// awaitConfirmation holds a until it is confirmed or the time is over, when it
// is filed for what it is. It answers false for a copy of what is held already.
func (w *work) awaitConfirmation(a *Arrival, th thread, reason string) (fresh bool, err error) {
	a.Confirm = w.now.Add(confirmTime)
	a.AskAgain = a.Confirm.Add(confirmGrace)
	return w.park(a, th, reason)
}

// What the answer to a question about a quote must say; of a technician's mail it
// is enough that the answer comes from there.
const (
	confirmYes = 1 // an acceptance
	confirmNo  = 2 // a refusal
)

// confirmToken is the one-time address that confirms the held mail a of
// participant i of its ticket (or of the technician of that number).
func confirmToken(a ArrivalID, i int, refusal bool) Token {
	t := Token{Purpose: PurposeConfirm, Number: uint64(a), Participant: i, Version: confirmYes}
	if refusal {
		t.Version = confirmNo
	}
	return t
}

// answerConfirm reads what came to a one-time address. A confirmation lets the
// held mail go, to be filed after this transaction; anything else is a mail like
// others, and where the one who was asked says anything else, nothing confirms
// the held mail any more. A technician who answers again, or late, is told how
// things stand: her "ok" is for the desk and no customer's.
func (w *work) answerConfirm(m *Inbound, a *Arrival, s sender, th thread) error {
	held, err := w.tx.Arrival(ArrivalID(th.token.Number))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	asked := err == nil && w.asked(m, s, th, held)
	if tech := s.technician; !asked && tech != nil && tech.Number() == th.token.Participant && (w.vouched(s, th) || w.oneTime(m, s, th)) {
		return w.settleHeld(m, a, tech, w.heldNoMore(held)...)
	}
	if !asked || !w.confirms(m, s, th) {
		if asked { // the answer counts once, whatever it says
			held.Confirm, held.AskAgain = m.Arrived, w.now
			if err := w.tx.PutArrival(held); err != nil {
				return err
			}
		}
		if s.technician != nil {
			return w.fromTechnician(m, a, s, th)
		}
		return w.fromCustomer(m, a, s, th)
	}
	if s.technician != nil && w.orders(m).has("discard") {
		held.Fate, held.Reason = FateDropped, "discarded by "+s.technician.Name
		if err := w.tellDiscarded(s.technician, held); err != nil {
			return err
		}
		if err := w.tx.PutArrival(held); err != nil {
			return err
		}
		return w.ignore(a, fmt.Sprintf("it discards arrival %d", held.ID))
	}
	held.Release = w.ordered(fmt.Sprintf("%s%d", confirmedBy, a.ID))
	if err := w.tx.PutArrival(held); err != nil {
		return err
	}
	w.released = true
	return w.ignore(a, fmt.Sprintf("it confirms arrival %d", held.ID))
}

// confirmedBy stands before the number of the arrival that let a held one go.
const confirmedBy = "confirmed "

// asked tells whether m, which came to a one-time address, answers the question
// about held: in time, once, from the very address that was asked.
func (w *work) asked(m *Inbound, s sender, th thread, held *Arrival) bool {
	switch {
	case held.Fate != FateHeld || held.Release != "" || held.Confirm.IsZero() || !m.Arrived.Before(held.Confirm):
		return false
	case !s.person(m) || th.several:
		return false
	case s.technician != nil:
		return s.technician.Number() == th.token.Participant
	}
	return th.ticket != nil && th.ticket.sentTo(th.token.Participant, s.Address)
}

// confirms tells whether the answer m to the question has the words that it
// takes; any will do of a technician.
func (w *work) confirms(m *Inbound, s sender, th thread) bool {
	if s.technician != nil {
		return true
	}
	code, credits := "", Credits(0)
	if q := th.ticket.Quote; q != nil {
		code, credits = q.Code, q.Credits
	}
	switch sense := m.Sense(w.d.Policy, code, credits); th.token.Version {
	case confirmYes:
		return sense == policy.SenseAccept
	case confirmNo:
		return sense == policy.SenseDecline
	}
	return false
}

// sentTo tells whether the letters to participant i go to addr.
func (t *Ticket) sentTo(i int, addr string) bool {
	return i < len(t.Participants) && !t.Participants[i].Removed && t.Participants[i].Address == addr
}

// person tells whether a person wrote m, as far as can be told, and it came whole
// and straight from the single From, which nothing speaks against.
func (s sender) person(m *Inbound) bool {
	return s.direct && !m.Robot && !m.Doubtful && !m.NullPath && m.Reaction == 0 && !m.Partial
}
