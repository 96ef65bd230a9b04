package ticket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sportello/policy"
)

// posting is what entries are made for, and who makes them.
type posting struct {
	cause  string // posted once
	actor  string
	reason string
	ticket ID
	hold   string // code of the quote whose hold it touches; "" none
}

// post enters the moves that decide answers with, and carries them out on the
// customer's lots and hold. A cause that was posted before changes nothing, nor
// do no moves: fresh is false then.
func (w *work) post(customer string, p posting, decide func(policy.Account) ([]policy.Move, error)) (fresh bool, err error) {
	owner, posted, err := w.tx.ByCause(p.cause)
	if err != nil || len(posted) > 0 {
		if err == nil && owner != customer {
			err = fmt.Errorf("%s belongs to customer %s: %w", p.cause, owner, ErrInput)
		}
		return false, err
	}
	before, err := w.books(customer, p)
	if err != nil {
		return false, err
	}
	moves, err := decide(before)
	if !w.d.steady() { // what is over by a clock that is not to be believed is left to the sweep
		moves = slices.DeleteFunc(moves, func(m policy.Move) bool { return m.Kind == policy.MoveExpire })
	}
	if err != nil || len(moves) == 0 {
		return false, err
	}
	after, err := before.Apply(moves...)
	if err != nil {
		return false, err
	}
	if err := w.putBooks(customer, before, after); err != nil {
		return false, err
	}
	return true, w.enter(customer, p, moves)
}

// books are the lots of a customer that stand in the ledger, and the hold that
// p touches.
func (w *work) books(customer string, p posting) (policy.Account, error) {
	lots, err := w.tx.Lots(customer)
	if err != nil {
		return policy.Account{}, err
	}
	acc := policy.Account{Lots: slices.DeleteFunc(lots, func(l policy.Lot) bool { return !l.Entered })}
	if p.hold == "" {
		return acc, nil
	}
	owner, h, err := w.tx.Hold(p.hold)
	switch {
	case errors.Is(err, ErrNotFound):
		return acc, nil
	case err == nil && owner != customer:
		err = fmt.Errorf("hold of %s belongs to customer %s: %w", p.hold, owner, ErrInput)
	}
	acc.Holds = []policy.Hold{h}
	return acc, err
}

// putBooks stores the lots and the hold that changed.
func (w *work) putBooks(customer string, before, after policy.Account) error {
	for i, l := range after.Lots {
		if i < len(before.Lots) && l == before.Lots[i] {
			continue
		}
		if err := w.tx.PutLot(customer, l); err != nil {
			return err
		}
	}
	for _, h := range after.Holds {
		if err := w.tx.PutHold(customer, h); err != nil {
			return err
		}
	}
	return nil
}

// enter appends the entries of moves, each sealed after the one before.
func (w *work) enter(customer string, p posting, moves []policy.Move) error {
	last, err := w.tx.LastEntry(customer)
	if errors.Is(err, ErrNotFound) {
		last, err = &Entry{}, nil
	}
	if err != nil {
		return err
	}
	var entered []*Entry
	for _, m := range moves {
		e := &Entry{Seq: last.Seq + 1, At: w.now.UTC(), Move: m, Cause: p.cause, Actor: p.actor, Reason: p.reason, Ticket: p.ticket, Key: w.d.Keys.Current()}
		e.Available, e.Held = m.Balance(last.Available, last.Held)
		e.MAC = w.d.Keys.Seal(customer, last.MAC, e)
		if err := w.tx.AddEntry(customer, e); err != nil {
			return err
		}
		last, entered = e, append(entered, e)
	}
	return w.witness(entered)
}

// today is the civil day of this transaction.
func (w *work) today() policy.Date { return w.d.day(w.now) }

func lotCause(ref string) string { return "lot " + ref }

// enterLot enters the purchase of a lot that is stored without one.
func (w *work) enterLot(customer string, l policy.Lot) error {
	_, err := w.post(customer, posting{cause: lotCause(l.Ref), actor: "admin"}, func(acc policy.Account) ([]policy.Move, error) {
		return acc.Buy(l, policy.MaxDate(w.today(), l.Purchased))
	})
	return err
}

// BoughtError: the reference of a purchase is that of another one. It is ErrInput.
type BoughtError struct {
	Ref, Customer string
	Credits       Credits // as bought
	Purchased     Date
}

func (e *BoughtError) Error() string {
	return fmt.Sprintf("credits %s: bought before as %d by %s on %s", e.Ref, e.Credits, e.Customer, e.Purchased)
}

// Unwrap makes errors.Is(err, ErrInput) true.
func (e *BoughtError) Unwrap() error { return ErrInput }

// buy adds a lot to a customer's account, with its entry, and tells whether it
// is new. Without a day of purchase that is today; the same reference and number
// again is the same purchase then, of the day that was recorded. A reference
// that was bought with other values is a BoughtError, a day to come ErrInput.
func (w *work) buy(customer string, l policy.Lot) (fresh bool, err error) {
	owner, known, err := w.tx.LotByRef(l.Ref)
	switch {
	case errors.Is(err, ErrNotFound):
		if l.Purchased.IsZero() {
			l.Purchased = w.today()
		}
		_, err = w.post(customer, posting{cause: lotCause(l.Ref), actor: "admin"}, func(acc policy.Account) ([]policy.Move, error) {
			return acc.Buy(l, w.today())
		})
		if errors.Is(err, policy.ErrFuture) || errors.Is(err, policy.ErrBooks) {
			err = fmt.Errorf("credits %w: %w", err, ErrInput)
		}
		if err == nil {
			w.credit(customer)
		}
		return err == nil, err
	case err != nil:
		return false, err
	}
	bought, err := w.bought(known)
	if err != nil {
		return false, err
	}
	if owner != customer || bought != l.Quantity || !l.Purchased.IsZero() && known.Purchased != l.Purchased {
		return false, &BoughtError{Ref: l.Ref, Customer: owner, Credits: bought, Purchased: known.Purchased}
	}
	return false, nil
}

// credit notes that a customer got credits in this transaction.
func (w *work) credit(customer string) {
	if !contains(w.credited, customer) {
		w.credited = append(w.credited, customer)
	}
}

// bought is how many credits a lot was bought with, whatever was corrected since.
func (w *work) bought(l policy.Lot) (Credits, error) {
	_, entries, err := w.tx.ByCause(lotCause(l.Ref))
	if err != nil || len(entries) == 0 {
		return l.Quantity, err
	}
	return entries[0].Move.Credits, nil
}

// Buy adds a lot to a customer's account, as PutCustomers does, and returns it
// as it is now. With a zero day of purchase it is bought today, or was on the
// day that is recorded under its reference.
func (d *Desk) Buy(ctx context.Context, customer string, l policy.Lot) (lot policy.Lot, err error) {
	err = d.do(ctx, func(w *work) error {
		if err := w.addLot(customer, l); err != nil {
			return err
		}
		_, lot, err = w.tx.LotByRef(l.Ref)
		return err
	})
	return lot, err
}

// Import runs f in one transaction that gives lots out with buy, which tells
// whether a lot is new and leaves it to f that its customer exists.
func (d *Desk) Import(ctx context.Context, f func(tx Tx, buy func(customer string, l policy.Lot) (bool, error)) error) error {
	return d.do(ctx, func(w *work) error { return f(w.tx, w.buy) })
}

// CorrectLot changes what was bought in a lot by n credits, an admin's act that
// needs a reason. The same correction for the same reason again is the same
// one. It returns the lot as it is now. ErrInput: no such lot of the customer,
// no reason, or n takes away more than is left.
func (d *Desk) CorrectLot(ctx context.Context, customer, ref string, n Credits, reason, actor string) (lot policy.Lot, err error) {
	err = d.do(ctx, func(w *work) error {
		owner, l, err := w.tx.LotByRef(ref)
		switch {
		case err != nil:
			return err
		case owner != customer:
			return fmt.Errorf("lot %s is of customer %s: %w", ref, owner, ErrInput)
		case reason == "":
			return fmt.Errorf("a correction needs a reason: %w", ErrInput)
		}
		p := posting{cause: fmt.Sprintf("correct %q %d %q", l.Ref, n, reason), actor: actor, reason: reason}
		fresh, err := w.post(customer, p, func(acc policy.Account) ([]policy.Move, error) {
			return acc.Correct(ref, n, w.today())
		})
		if fresh && n > 0 {
			w.credit(customer)
		}
		if errors.Is(err, policy.ErrShort) || errors.Is(err, policy.ErrBooks) {
			err = fmt.Errorf("%w: %w", err, ErrInput)
		}
		if err == nil {
			_, lot, err = w.tx.LotByRef(ref)
		}
		return err
	})
	return lot, err
}

// expireLots enters what has run out by today, each lot once, and the purchase
// of lots that were stored before there was a ledger.
func (d *Desk) expireLots(ctx context.Context) error {
	return eachDue(ctx, d, func(tx Tx, n int) ([]string, error) { return tx.DueLots(d.day(d.Now()), n) }, (*work).expireLot)
}

// EnterLots enters the purchases of lots that were stored before there was a
// ledger. It costs nothing once there are none.
func (d *Desk) EnterLots(ctx context.Context) error {
	first := policy.DateOf(time.Time{}, time.UTC) // before the day of any purchase
	for {
		var refs []string
		err := d.Store.View(ctx, func(tx Tx) (err error) {
			refs, err = tx.DueLots(first, sweepBatch)
			return err
		})
		if err != nil || len(refs) == 0 {
			return err
		}
		if err := d.do(ctx, func(w *work) error {
			for _, ref := range refs {
				owner, l, err := w.tx.LotByRef(ref)
				if err == nil {
					err = w.enterLot(owner, l)
				}
				if err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return fmt.Errorf("entering lots: %w", err)
		}
	}
}

// expireLot does what is due on a lot. The last day is part of the cause: a lot
// runs out once, whatever the clock says afterwards.
func (w *work) expireLot(ref string) error {
	customer, l, err := w.tx.LotByRef(ref)
	if err != nil {
		return err
	}
	if !l.Entered {
		return w.enterLot(customer, l)
	}
	p := posting{cause: fmt.Sprintf("expiry of lot %s on %s", ref, l.Expires()), actor: "clock"}
	if l.Expired > 0 { // the clock stepped back meanwhile, and something came back to the lot
		p.cause += fmt.Sprintf(" after %d", l.Expired)
	}
	fresh, err := w.post(customer, p, func(acc policy.Account) ([]policy.Move, error) {
		return acc.Expire(ref, w.today()), nil
	})
	if err == nil && !fresh { // its balance was changed behind the ledger
		err = fmt.Errorf("lot %s ran out before, and is due again: %w", ref, ErrInput)
	}
	return err
}
