package ticket

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ticket holds a ticket against its events and messages.
func (a *audit) ticket(tx Tx, t *Ticket) error {
	where := fmt.Sprintf("ticket %d", t.ID)
	events, err := tx.Events(t.ID)
	if err != nil {
		return err
	}
	messages, err := tx.Messages(t.ID)
	if err != nil {
		return err
	}
	a.erasedTicket(where, t)
	a.refold(where, t, events)
	a.coherent(where, t)
	if err := a.causes(tx, where, t, events, messages); err != nil {
		return err
	}
	if err := a.people(tx, where, t); err != nil {
		return err
	}
	for _, m := range messages {
		if err := a.message(tx, t, m, events); err != nil {
			return err
		}
	}
	return nil
}

// refold makes the ticket anew from its events (P14).
func (a *audit) refold(where string, t *Ticket, events []*Event) {
	folded, whole := map[string]string{}, complete(events)
	for _, e := range events {
		for _, c := range e.Changes {
			if folded[c.Field] != c.Before && (whole || folded[c.Field] != "") {
				a.fault("P14", where, "event %d (%s) says that %s was %q; before it, it was %q", e.Seq, e.Kind, c.Field, c.Before, folded[c.Field])
			}
			folded[c.Field] = c.After
		}
	}
	known := map[string]bool{}
	told := true
	for _, f := range fields(t) {
		known[f.name] = true
		told = told && (f.name != "participants" || whole)
		if got := folded[f.name]; told && got != f.value {
			a.fault("P14", where, "its events make %s %q, it says %q", f.name, got, f.value)
		}
	}
	for name := range folded {
		if !known[name] {
			a.fault("P14", where, "its events change %q, which no ticket has", name)
		}
	}
}

// coherent finds what no rule of the desk makes (P14).
func (a *audit) coherent(where string, t *Ticket) {
	for _, c := range []struct {
		wrong bool
		text  string
	}{
		{t.State < StateOpen || t.State > StateClosed, "it has no state"},
		{(t.State == StateClosed) != (t.ClosedReason != 0), "its state and the reason of its closing do not go together"},
		{t.State == StateClosed && t.Closed.IsZero() || t.State != StateClosed && !t.Closed.IsZero(), "its state and the day of its closing do not go together"},
		{t.State != StateOpen && !t.AnswerDue.IsZero(), "an answer is due though it is not our turn"},
		{t.State != StateWaiting && !t.ClosesAt.IsZero(), "it has a closing date though it does not wait for the customer"},
		{t.ClosesAt.IsZero() && !t.WarnAt.IsZero() || t.WarnAt.After(t.ClosesAt), "it is to be warned after it closes"},
		{t.Held < 0 || t.Charged < 0, "its credits are negative"},
		{t.Quote != nil && t.Quote.Code != fmt.Sprintf("P-%d-%d", t.ID, t.Quote.Version), "its quote has the code of another"},
		{t.Opened.IsZero(), "it was never opened"},
	} {
		if c.wrong {
			a.fault("P14", where, "%s", c.text)
		}
	}
}

// causes checks that what each event names as its cause exists, and that one mail
// has one effect (P2, P14).
func (a *audit) causes(tx Tx, where string, t *Ticket, events []*Event, messages []*Message) error {
	became := map[string]bool{}
	for _, m := range messages {
		if m.Arrival == 0 {
			continue
		}
		if cause := arrivalCause(m.Arrival); became[cause] {
			a.fault("P2", where, "%s became two of its messages", cause)
		} else {
			became[cause] = true
		}
	}
	once := map[string]int{}
	for i, e := range events {
		at := fmt.Sprintf("%s, event %d", where, e.Seq)
		if e.Seq != i+1 {
			a.fault("P14", at, "it stands in place %d", i+1)
		}
		if i == 0 && e.Kind != "opened" {
			a.fault("P14", at, "its first event is %q", e.Kind)
		}
		if what := e.Kind + " by " + e.Cause; e.Kind == "opened" || e.Kind == "message" {
			if seq := once[what]; seq != 0 {
				a.fault("P2", at, "%s, as event %d", what, seq)
			}
			once[what] = e.Seq
		}
		if why, err := a.unfounded(tx, t, e); err != nil {
			return err
		} else if why != "" {
			a.fault("P14", at, "%s", why)
		}
	}
	return nil
}

// unfounded says why the cause of an event is none; "" when it is one.
func (a *audit) unfounded(tx Tx, t *Ticket, e *Event) (string, error) {
	what, digits, _ := strings.Cut(e.Cause, " ")
	n, bad := strconv.ParseUint(digits, 10, 64)
	var err error
	switch {
	case e.Actor == "":
		return "nobody did it", nil
	case e.Cause == "":
		return "it has no cause", nil
	case what == "arrival" && bad == nil:
		_, err = tx.Arrival(ArrivalID(n))
	case what == "notice" && bad == nil:
		var r *Row
		if r, err = tx.Row(NoticeID(n)); err == nil && r.Notice.Ticket != t.ID {
			err = a.merged(tx, r.Notice.Ticket, t.ID)
		}
	case what == "erasure" && bad == nil && a.erasure(ErasureID(n)) != nil:
	case what == "arrival" || what == "notice" || what == "erasure":
		err = ErrNotFound
	}
	if errors.Is(err, ErrNotFound) {
		return fmt.Sprintf("its cause is %s, which is none of this ticket's", e.Cause), nil
	}
	return "", err
}

// merged is ErrNotFound unless what belongs to one ticket goes on in the other.
func (a *audit) merged(tx Tx, from, into ID) error {
	t, err := follow(tx, from)
	if err == nil && t.ID != into {
		return ErrNotFound
	}
	return err
}

// people checks that the people and tickets that a ticket names exist (P6, P14).
func (a *audit) people(tx Tx, where string, t *Ticket) error {
	for _, id := range append([]string{t.Customer}, t.Candidates...) {
		if id == "" {
			continue
		}
		if _, err := tx.Customer(id); errors.Is(err, ErrNotFound) {
			a.fault("P6", where, "customer %s does not exist", id)
		} else if err != nil {
			return err
		}
	}
	seen := map[string]bool{}
	for _, p := range t.Participants {
		if seen[p.Address] {
			a.fault("P6", where, "%s stands twice among its participants", p.Address)
		}
		seen[p.Address] = true
	}
	for _, id := range t.Linked {
		other, err := tx.Ticket(id)
		if err == nil && !slices.Contains(other.Linked, t.ID) {
			a.fault("P14", where, "it is linked with ticket %d, which is not linked with it", id)
		} else if err != nil && !errors.Is(err, ErrNotFound) { // a restore may have lost it
			return err
		}
	}
	if t.WaitsFor == 0 {
		return nil
	}
	switch r, err := tx.Row(t.WaitsFor); {
	case errors.Is(err, ErrNotFound):
		a.fault("P14", where, "it waits for letter %d, which does not exist", t.WaitsFor)
	case err != nil:
		return err
	case r.Notice.Ticket != t.ID:
		a.fault("P14", where, "it waits for letter %d, which is of ticket %d", t.WaitsFor, r.Notice.Ticket)
	}
	return nil
}

// message holds a message against what it came of.
func (a *audit) message(tx Tx, t *Ticket, m *Message, events []*Event) error {
	where := fmt.Sprintf("ticket %d, message %d", t.ID, m.Seq)
	a.erasedMessage(where, m)
	if m.Kind < MessageRequest || int(m.Kind) >= len(messageKindNames) {
		a.fault("P14", where, "it is of no kind")
	}
	if m.NoticeID != 0 {
		if err := a.letterOf(tx, where, t, m); err != nil {
			return err
		}
	}
	if m.Arrival == 0 {
		if m.Raw != "" || m.NoticeID == 0 && m.Kind != MessageAnswer && m.Kind != MessageNote {
			a.fault("P1", where, "it came from nowhere")
		}
		return nil
	}
	v, err := tx.Arrival(m.Arrival)
	switch {
	case errors.Is(err, ErrNotFound):
		a.fault("P1", where, "it is of arrival %d, which does not exist", m.Arrival)
		return nil
	case err != nil:
		return err
	case v.Fate != FateMessage || v.Ticket != t.ID || v.Seq != m.Seq:
		a.fault("P1", where, "it is of arrival %d, which is another thing: %s of ticket %d, %d", v.ID, v.Fate, v.Ticket, v.Seq)
	case m.Raw != v.Raw:
		a.fault("P1", where, "its raw mail is %s, that of its arrival %s", m.Raw, v.Raw)
	case m.MessageID != v.MessageID && a.technician(v.From) == nil: // who forwards names another's
		a.fault("P1", where, "its Message-ID is not that of its arrival")
	}
	a.authorised(where, m, events)
	return a.filedUnder(tx, where, t, m)
}

// authorised compares what a message might do with what the events say (P5).
func (a *audit) authorised(where string, m *Message, events []*Event) {
	caused, told := false, false
	for _, e := range events {
		if e.Cause != arrivalCause(m.Arrival) {
			continue
		}
		caused = true
		for _, r := range e.Rulings {
			if r.Decision != "authority" {
				continue
			}
			told = true
			if r.Value != m.Authority.String() {
				a.fault("P5", where, "its authority is %s, event %d says %s", m.Authority, e.Seq, r.Value)
			}
		}
	}
	if !caused || !told && (m.Authority == AuthoritySender || m.Authority == AuthoritySpend) {
		a.fault("P5", where, "its authority is %s, and no event says why", m.Authority)
	}
}

// letterOf holds a message of the desk's own against its letter (P8).
func (a *audit) letterOf(tx Tx, where string, t *Ticket, m *Message) error {
	r, err := tx.Row(m.NoticeID)
	switch {
	case errors.Is(err, ErrNotFound):
		a.fault("P8", where, "letter %d does not exist", m.NoticeID)
		return nil
	case err != nil:
		return err
	}
	n := &r.Notice
	switch {
	case n.Ticket != t.ID:
		a.fault("P8", where, "letter %d is of ticket %d", n.ID, n.Ticket)
	case m.Kind == MessageNotice && (n.Kind != m.Notice || n.MessageID != m.MessageID):
		a.fault("P8", where, "it is %s %s, its letter %d is %s %s", m.Notice, m.MessageID, n.ID, n.Kind, n.MessageID)
	}
	return nil
}

// filedUnder checks that the Message-ID of a request leads to a ticket that has it (P2).
func (a *audit) filedUnder(tx Tx, where string, t *Ticket, m *Message) error {
	filed := m.Kind == MessageRequest && (m.Authority > AuthorityNone || m.Seq == 1) || m.Kind == MessageAnswer
	if m.MessageID == "" || len(m.MessageID) > 500 || !filed {
		return nil
	}
	id, err := tx.ByMessageID(m.MessageID)
	switch {
	case errors.Is(err, ErrNotFound):
		a.fault("P2", where, "its Message-ID is not filed")
		return nil
	case err != nil || id == t.ID:
		return err
	}
	others, err := tx.Messages(id)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(others, func(o *Message) bool { return o.MessageID == m.MessageID }) {
		a.fault("P2", where, "its Message-ID is filed on ticket %d, where no message has it", id)
	}
	return nil
}
