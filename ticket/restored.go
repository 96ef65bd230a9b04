package ticket

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Restored is how a desk goes on after its store was brought back from a backup.
// What arrived before that was filed, answered and charged by the life that was
// lost, as far as it came: it is filed anew, and nothing of it is sent.
type Restored struct {
	At      time.Time // zero: the desk never was
	Holding bool      // letters wait for `queue release`
	Ticket  ID        // no ticket up to this is given again
	Quote   int       // nor a version of a quote up to this
	Untold  int       // mails from before that technicians were not told of, one by one
	Unsure  int       // letters to customers that may have been sent before
	Filed   time.Time // when the last of those mails was filed
}

// unsure stands at letters that may have been sent by a life that was lost.
const (
	unsure       = "the desk may have sent it before it was restored"
	untilRelease = "waits for `queue release`, the desk was restored"
)

// orderedBefore stands before the release of a held mail that was ordered before
// the desk was restored.
const orderedBefore = "before "

// BeginAgain makes a store that was brought back go on at now: letters wait for
// `queue release`, one that was being sent may have been, and what arrived before
// causes none a second time.
func BeginAgain(tx Tx, now time.Time) error {
	quote, err := tx.LastQuote()
	if err != nil {
		return err
	}
	last, err := tx.NextTicket()
	if err != nil {
		return err
	}
	r := Restored{At: now.UTC(), Holding: true, Ticket: last, Quote: quote}
	rows := map[RowState][]*Row{}
	for _, state := range []RowState{RowQueued, RowSending} {
		for row, err := range tx.Rows(state, 0) {
			if err != nil {
				return err
			}
			rows[state] = append(rows[state], row)
		}
	}
	for _, row := range rows[RowQueued] {
		row.State, row.LastError = RowHeld, untilRelease
		if err := tx.PutRow(row); err != nil {
			return err
		}
	}
	for _, row := range rows[RowSending] {
		row.State, row.Resent, row.LastError, row.Settled = RowUnknown, true, unsure, now.UTC()
		if err := tx.PutRow(row); err != nil {
			return err
		}
	}
	var ordered []*Arrival
	for a, err := range tx.Arrivals(FateHeld, 0) {
		if err != nil {
			return err
		}
		if a.Release != "" {
			ordered = append(ordered, a)
		}
	}
	for _, a := range ordered {
		a.Release = orderedBefore + a.Release
		if err := tx.PutArrival(a); err != nil {
			return err
		}
	}
	g, err := tx.Gathered()
	if err != nil {
		return err
	}
	r.Untold = len(g.Tickets) + len(g.Mails) + g.More
	if r.Untold > 0 {
		r.Filed = now.UTC()
		if err := tx.SetGathered(Gathered{}); err != nil {
			return err
		}
	}
	return tx.SetRestored(r)
}

// Restored is how the desk goes on after it was restored.
func (d *Desk) Restored(ctx context.Context) (r Restored, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		r, err = tx.Restored()
		return err
	})
	return r, err
}

// EndHolding lets the letters of a restored desk go from now on; those that wait
// already are to be released.
func (d *Desk) EndHolding(ctx context.Context) error {
	return d.do(ctx, func(w *work) error {
		if !w.restored.Holding {
			return nil
		}
		w.restored.Holding = false
		return w.tx.SetRestored(w.restored)
	})
}

// relived tells whether a life that was lost may have done already what happens
// because of something at that time.
func (r Restored) relived(at time.Time) bool { return at.Before(r.At) }

// enqueue is the row in which n waits to be sent, or says that it may have been. Its
// place among those of its class is that of the mail it comes of: who writes while a
// backlog is read goes before it.
func (w *work) enqueue(n *Notice) *Row {
	row := &Row{Notice: *n, State: RowQueued, Next: w.now}
	if w.mail != nil && w.mail.Arrived.Before(w.now) {
		row.Next = w.mail.Arrived
	}
	switch {
	case w.backlog.again && !n.Kind.Technical():
		row.State, row.Resent, row.LastError, row.Settled = RowUnknown, true, unsure, w.now
		w.unsure = append(w.unsure, n.ID)
	case w.restored.Holding:
		row.State, row.LastError = RowHeld, untilRelease
	}
	return row
}

// settleRelived ends a transaction that may have done what was done before: clocks
// that wait for a letter run as if it had been sent, and the summary counts.
func (w *work) settleRelived() error {
	for _, id := range w.unsure {
		r, err := w.tx.Row(id)
		if err == nil {
			err = w.letterSent(r)
		}
		if err != nil {
			return err
		}
	}
	if len(w.unsure) == 0 && w.relived == 0 {
		return nil
	}
	w.restored.Unsure += len(w.unsure)
	w.restored.Untold += w.relived
	w.restored.Filed = w.now
	return w.tx.SetRestored(w.restored)
}

// maxRefound bounds how many tickets are looked at for one that was lost.
const maxRefound = 5000

// refound is the ticket that the first mail of a lost one opened again: of the tickets
// from before the restore with its subject the only one on which who writes is, or, for
// a technician with her own token, whose requester her mail quotes. nil: there is none.
func (w *work) refound(m *Inbound, s sender, tok *Token, lost ID) (found *Ticket, err error) {
	if lost > w.restored.Ticket {
		return nil, nil
	}
	subject, n := clip(w.d.bareSubject(m.Subject), maxSubject), 0
	for t, err := range w.tx.Tickets(Filter{}) {
		if n++; err != nil || t.ID <= w.restored.Ticket || n > maxRefound {
			return found, err
		}
		if t.Subject != subject || !w.restored.relived(t.Opened) || t.MergedInto != 0 {
			continue
		}
		theirs := s.sole && w.on(t, s.Address, s.customers)
		if tok.technicians() {
			theirs = s.technician != nil && s.technician.Number() == tok.Participant && strings.Contains(strings.ToLower(m.Text), t.Requester.Address)
		}
		switch {
		case theirs && found != nil:
			return nil, nil
		case theirs:
			found = t
		}
	}
	return found, nil
}

// restoredPause is how long no mail from before the restore must have come for all
// of it to be filed.
const restoredPause = 2 * time.Minute

// tellRestored tells the technicians, once all of it is filed, what became of the
// mail that had arrived before the desk was restored.
func (d *Desk) tellRestored(ctx context.Context) error {
	now, due := d.Now(), false
	err := d.Store.View(ctx, func(tx Tx) error {
		r, err := tx.Restored()
		due = r.Untold+r.Unsure > 0 && now.Sub(r.Filed) >= restoredPause
		return err
	})
	if err != nil || !due {
		return err
	}
	return d.do(ctx, func(w *work) error {
		tickets, err := w.changedSince(w.restored.At)
		if err != nil {
			return err
		}
		lines := []string{w.say("restored", w.restored.Untold), w.say("restored-where")}
		if w.restored.Unsure > 0 {
			lines = append(lines, w.say("restored-unsure", w.restored.Unsure))
		}
		if err := w.summarizeTo(lines, tickets); err != nil {
			return err
		}
		w.restored.Untold, w.restored.Unsure = 0, 0
		return w.tx.SetRestored(w.restored)
	})
}

// changedSince are the newest open tickets on which something happened since.
func (w *work) changedSince(at time.Time) ([]*Ticket, error) {
	var list []*Ticket
	for t, err := range w.tx.Tickets(Filter{State: StateOpen}) {
		if err != nil {
			return nil, fmt.Errorf("tickets since the restore: %w", err)
		}
		if !t.Changed.Before(at) {
			list = append(list, t)
		}
		if len(list) == maxSummed {
			break
		}
	}
	return list, nil
}
