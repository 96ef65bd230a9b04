package ticket

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
)

// quarantine keeps a mail that cannot be filed, with its reason, and tells the
// technicians (at most once an hour for all of them together).
func (w *work) quarantine(m *Inbound, ref RawRef, why string) error {
	a, err := w.arrival(m, ref)
	if err != nil {
		return err
	}
	if fresh, err := w.setAside(a, FateQuarantine, why); !fresh || err != nil {
		return err
	}
	return w.alertOnce("quarantine", time.Hour, w.say("quarantined", a.From, clip(a.Subject, 80), a.ID))
}

// Retry files a mail anew that is quarantined, held or ignored, with the
// admin's word for what was missing: a technician's mail then counts as hers.
// The same raw bytes are read again; ErrNotFound when there are none. For what
// nobody's word stands in, the error is a *ForceError, unless force is set: then
// it is filed to be read, at authority none.
func (d *Desk) Retry(ctx context.Context, id ArrivalID, force bool) error {
	if force {
		return d.refile(ctx, id, "force")
	}
	return d.refile(ctx, id, "send")
}

// ForceError says why a mail that an admin wants to release speaks against
// itself, and what releasing it would do.
type ForceError struct {
	ID     ArrivalID
	Why    string
	Ticket ID // it would become a message of this one; 0: it would open one
}

func (e *ForceError) Error() string {
	what := "it would open a ticket"
	if e.Ticket != 0 {
		what = fmt.Sprintf("it would be shown on ticket %d", e.Ticket)
	}
	return fmt.Sprintf("mail %d: %s: %s as not verified, to be read, and have no other effect", e.ID, e.Why, what)
}

// against says what in a mail speaks against who it says it is from, so that no
// word of an admin stands in for evidence; "" when nothing does. Of technicians'
// tokens only one, genuine, in force and her own is no such thing.
func (w *work) against(m *Inbound, s sender, th thread) string {
	work := th.token != nil && th.token.technicians()
	switch {
	case s.contrary:
		return "the evidence says that " + s.Address + " did not send it"
	case m.Doubled != "":
		return "the field " + m.Doubled + " stands twice"
	case th.several:
		return "it holds two different tokens"
	case work && (s.technician == nil || s.technician.Number() != th.token.Participant):
		return "it holds a technician's token that is not its sender's"
	case work && th.expired:
		return "its token has expired"
	case s.technician != nil && th.token == nil && w.spurious(m):
		return "its token is revoked or was never ours"
	}
	return ""
}

// spurious tells whether m came to an address that looks like a token and is none.
func (w *work) spurious(m *Inbound) bool {
	for _, addr := range m.Recipients {
		if c := w.d.Addresses.Candidate(addr); c != "" {
			if t, ok := w.d.Keys.Verify(c, w.now); !ok || t.Revoked {
				return true
			}
		}
	}
	return false
}

// Drop gives up a mail that is quarantined, held or ignored; it stays in the archive.
func (d *Desk) Drop(ctx context.Context, id ArrivalID, actor string) error {
	return d.do(ctx, func(w *work) error {
		a, err := w.pending(id)
		if err != nil {
			return err
		}
		a.Fate, a.Reason = FateDropped, "dropped by "+actor
		return w.tx.PutArrival(a)
	})
}

// pending reads an arrival of which nothing became yet.
func (w *work) pending(id ArrivalID) (*Arrival, error) {
	a, err := w.tx.Arrival(id)
	if err != nil {
		return nil, fmt.Errorf("arrival %d: %w", id, err)
	}
	if !a.pending() {
		return nil, fmt.Errorf("arrival %d is %s: %w", id, a.Fate, ErrState)
	}
	return a, nil
}

// refile files a pending arrival as how says: "send", "from ADDRESS", "confirmed
// N", or "" for a look at the evidence about its sender, which may be there now.
func (d *Desk) refile(ctx context.Context, id ArrivalID, how string) error {
	var ref RawRef
	var arrived time.Time
	err := d.Store.View(ctx, func(tx Tx) error {
		a, err := tx.Arrival(id)
		if err == nil {
			ref, arrived = a.Raw, a.Arrived
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("arrival %d: %w", id, err)
	}
	raw, err := d.Store.Raw(ctx, ref)
	if err != nil {
		return fmt.Errorf("arrival %d: %w", id, err)
	}
	m := d.Reread(raw, arrived)
	if age := arrived.Sub(m.Date); age.Abs() > maxReplay {
		m.Evidence = Evidence{Contrary: m.Evidence.Contrary} // an old mail sent again proves nothing
	}
	return d.do(ctx, func(w *work) error {
		w.mail = m
		a, err := w.pending(id)
		if err != nil {
			return err
		}
		if a.unread() && m.Unfit == "" {
			a.reads(m)
		}
		how, before := strings.CutPrefix(how, orderedBefore)
		a.Release = strings.TrimPrefix(a.Release, orderedBefore)
		if before || how == "" { // nobody has ordered it since
			w.look(m)
		}
		defer w.overlook()
		if how == "" {
			return w.fileAgain(m, a)
		}
		return w.fileReleased(m, a, how)
	})
}

// maxReplay is how far the Date of a mail may lie from its arrival for a
// signature to say anything about its sender (PROMISES.md A12).
const maxReplay = 7 * 24 * time.Hour

// fileAgain files a held mail as if it came now, with the evidence that can be
// had by now.
func (w *work) fileAgain(m *Inbound, a *Arrival) error {
	s, th, err := w.origin(m)
	if err != nil {
		return err
	}
	a.Proven = s.proven
	return w.request(m, a, s, th)
}

// fileReleased files m as its release says. The evidence that was missing is
// stood in for by who released it; limits and age do not stop it again.
func (w *work) fileReleased(m *Inbound, a *Arrival, how string) error {
	released := "released by the admin"
	by, confirmed := strings.CutPrefix(a.Release, confirmedBy)
	if confirmed {
		released = "confirmed from the registered address by arrival " + by
	} else if a.Release != "" {
		released = "released by the technician"
	}
	a.Release = ""
	if m.Unfit != "" {
		return fmt.Errorf("arrival %d still cannot be filed: %s: %w", a.ID, m.Unfit, ErrState)
	}
	s, th, err := w.origin(m)
	if err != nil {
		return err
	}
	s.released = true
	if confirmed && !s.contrary {
		s.aligned = true
		number(by, &s.confirmed)
	}
	why := w.against(m, s, th)
	switch {
	case why == "":
	case how == "force":
		s.technician, s.proven, s.aligned, s.quiet, th.token = nil, false, false, true, nil
	case released == "released by the admin":
		e := &ForceError{ID: a.ID, Why: why}
		if th.ticket != nil && !th.unsigned {
			e.Ticket = th.ticket.ID
		}
		return e
	case s.contrary: // the technician's word does not stand in for it either
		return fmt.Errorf("arrival %d: %s: %w", a.ID, why, ErrState)
	}
	tech := s.technician
	if confirmed && tech != nil && !s.contrary { // what else it claims is looked at as with any other
		return w.fromTechnician(m, a, s, th)
	}
	if addr, ok := strings.CutPrefix(how, "from"); ok {
		if addr = cmp.Or(strings.TrimSpace(addr), w.forwardedFrom(m).Address); addr == "" {
			return fmt.Errorf("arrival %d: it does not tell whose mail it forwards: %w", a.ID, ErrInput)
		}
		return w.forward(m, a, tech, addr, true)
	}
	switch {
	case s.technician == nil && a.Kind != KindRequest && th.ticket == nil:
		return w.open(m, a, s, th, 0)
	case s.technician == nil:
		return w.fromCustomer(m, a, s, th)
	case !th.workable():
		s.technician, s.customers, s.aligned, s.quiet = nil, nil, true, true
		if err := w.open(m, a, s, thread{}, 0); err != nil {
			return err
		}
		return w.tellReleased(m, a, tech)
	}
	return w.work(m, a, s, th, released)
}
