package ticket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// What an erasure has begun is finished: by Sweep after a crash, after a letter that
// was on its way, and after a restore, which brings back what had been erased since.

// goOnErasing finishes the erasures that are not done.
func (d *Desk) goOnErasing(ctx context.Context) error {
	if d.Keys.shared == nil || !d.Keys.shared.erasing.TryLock() {
		return nil
	}
	defer d.Keys.shared.erasing.Unlock()
	var all []*Erasure
	if err := d.Store.View(ctx, func(tx Tx) (err error) { all, err = tx.Erasures(); return err }); err != nil {
		return err
	}
	var faults []error
	for _, e := range all {
		if !e.Done.IsZero() {
			continue
		}
		err := (&erasing{d: d, ctx: ctx, Erasure: *e}).goOn()
		if ctx.Err() != nil || errors.Is(err, ErrCommit) {
			return err
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("erasure %d: %w", e.ID, err))
		}
	}
	return errors.Join(faults...)
}

func (x *erasing) goOn() error {
	if err := x.eraseRaws(); err != nil {
		return err
	}
	if x.Kind == ErasureRetention { // what it did not come to, the next one finds
		x.Wanted, x.like = nil, newLikeness(x.ID, &Wanted{}, "")
		return errors.Join(x.end(), x.unscrubbed)
	}
	if x.Wanted == nil {
		return errors.Join(x.scrub(), x.unscrubbed)
	}
	if len(x.Wanted.Addresses) == 0 && x.Wanted.Customer == "" {
		if err := x.recognise(); err != nil {
			return err
		}
	}
	return errors.Join(x.finish(nil), x.unscrubbed)
}

// recognise finds again, by their prints, whom an erasure took out of a desk that
// was restored since.
func (x *erasing) recognise() error {
	r := recognising{d: x.d, prints: x.Prints, seen: map[string]bool{}, w: &Wanted{}}
	if err := x.d.Store.View(x.ctx, r.customers); err != nil {
		return err
	}
	if err := x.d.eachTicket(x.ctx, 1, r.ticket); err != nil {
		return err
	}
	if err := x.d.eachArrival(x.ctx, 1, func(_ Tx, a *Arrival) error { r.address(a.From); return nil }); err != nil {
		return err
	}
	found := x.Erasure
	found.Wanted = r.w
	if err := x.d.know(x.ctx, &found); err != nil {
		return err
	}
	return x.change(func(_ *work, e *Erasure) error {
		e.Wanted = found.Wanted
		return nil
	})
}

// recognising compares what the store holds with prints.
type recognising struct {
	d      *Desk
	prints [][32]byte
	seen   map[string]bool
	w      *Wanted
}

func (r *recognising) is(id string) bool {
	if id == "" || r.seen[id] {
		return false
	}
	r.seen[id] = true
	return slices.Contains(r.prints, r.d.Keys.erasedPrint(id))
}

func (r *recognising) address(addr string) {
	if r.is(addr) {
		r.w.Addresses = append(r.w.Addresses, addr)
	}
}

func (r *recognising) customers(tx Tx) error {
	for c, err := range tx.Customers("") {
		if err != nil {
			return err
		}
		if r.is(c.ID) {
			r.w.Customer = c.ID
		}
		for _, p := range c.Contacts {
			r.address(p.Address)
		}
	}
	return nil
}

func (r *recognising) ticket(tx Tx, t *Ticket) error {
	r.address(t.Requester.Address)
	for _, p := range t.Participants {
		r.address(p.Address)
	}
	for _, a := range t.Asked {
		r.address(a.Address)
	}
	messages, err := tx.Messages(t.ID)
	for _, m := range messages {
		r.address(m.From.Address)
	}
	return err
}

// Erasures are the records of all erasures.
func (d *Desk) Erasures(ctx context.Context) (all []*Erasure, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		all, err = tx.Erasures()
		return err
	})
	return all, err
}

// RecallErasures makes the desk know of erasures that it may have forgotten, its
// store having been restored: what came back is erased again.
func (d *Desk) RecallErasures(ctx context.Context, known []*Erasure) error {
	return d.update(ctx, func(w *work) error {
		all, err := w.tx.Erasures()
		if err != nil {
			return err
		}
		for _, k := range known {
			if slices.ContainsFunc(all, func(e *Erasure) bool { return e.ID == k.ID }) {
				continue
			}
			again := &Erasure{ID: k.ID, Kind: k.Kind, At: k.At, Actor: k.Actor, Reason: k.Reason, Customer: k.Customer, Prints: k.Prints, Wanted: &Wanted{}}
			if err := w.tx.PutErasure(again); err != nil {
				return err
			}
		}
		return nil
	})
}

// eraseCopy makes of another copy of a mail that was erased what was made of that.
func (w *work) eraseCopy(a, of *Arrival) error {
	e, err := w.tx.Erasure(of.Erased)
	if err != nil {
		return err
	}
	f := &forms{}
	*a = *f.wholeArrival(a)
	a.Erased = e.ID
	e.Erased.Mails++
	if a.Raw != "" && a.Raw != of.Raw { // its bytes are others
		e.Left, e.Done = append(e.Left, a.Raw), time.Time{}
	}
	return w.tx.PutErasure(e)
}

// afterErasure tells the technicians that a mail answers a ticket that was erased.
func (w *work) afterErasure(th thread) []string {
	if th.erased == 0 {
		return nil
	}
	return []string{w.say("after-erasure", th.erased)}
}

// eraseRelived makes an erasure go on when mail of whom it erased is filed anew,
// since the desk was restored. What he writes after it is a new matter.
func (w *work) eraseRelived(m *Inbound) error {
	if !w.restored.relived(m.Arrived) {
		return nil
	}
	all, err := w.tx.Erasures()
	if err != nil {
		return err
	}
	for _, e := range all {
		if len(e.Prints) == 0 || !m.Arrived.Before(e.At) || e.Done.IsZero() {
			continue
		}
		for _, p := range slices.Concat(m.From, m.To, m.Cc, m.ReplyTo) {
			if slices.Contains(e.Prints, w.d.Keys.erasedPrint(p.Address)) {
				e.Done, e.Wanted = time.Time{}, &Wanted{}
				if err := w.tx.PutErasure(e); err != nil {
					return err
				}
				break
			}
		}
	}
	return nil
}
