package ticket

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"sportello/policy"
)

// auditBooks adds up the ledger of every customer from its first entry: the
// seals follow one another, each entry has a cause, the books allow it, and
// lots, holds and balances are what the entries make of them.
func (d *Desk) auditBooks(ctx context.Context, report func(level, promise, where, text string)) error {
	return d.Store.View(ctx, func(tx Tx) error {
		for c, err := range tx.Customers() {
			if err == nil && ctx.Err() != nil {
				err = ctx.Err()
			}
			if err == nil {
				b := &bookkeeper{d: d, tx: tx, customer: c.ID, causes: map[string]int{}, report: report}
				err = b.audit()
			}
			if err != nil {
				return fmt.Errorf("audit: %w", err)
			}
		}
		return nil
	})
}

// bookkeeper adds up one customer's ledger.
type bookkeeper struct {
	d        *Desk
	tx       Tx
	customer string
	acc      policy.Account // as the entries make it
	last     Entry
	causes   map[string]int // Seq of the last entry of each
	report   func(level, promise, where, text string)
}

func (b *bookkeeper) fault(promise, format string, args ...any) {
	b.report("error", promise, "customer "+b.customer, fmt.Sprintf(format, args...))
}

// audit reports the first entry that is wrong, beyond which nothing can be
// added up; where all are right, what does not follow from them.
func (b *bookkeeper) audit() error {
	for e, err := range b.tx.Entries(b.customer) {
		if err != nil {
			b.fault("P4", "%v", err)
			return nil
		}
		if promise, why := b.add(e); why != "" {
			b.fault(promise, "entry %d (%s of lot %s): %s", e.Seq, e.Move.Kind, e.Move.Lot, why)
			return nil
		}
	}
	if err := b.compareLots(); err != nil {
		return err
	}
	b.compareHolds()
	return nil
}

// add takes the next entry, or says which promise it breaks and how.
func (b *bookkeeper) add(e *Entry) (promise, why string) {
	if e.Seq != b.last.Seq+1 {
		return "P4", fmt.Sprintf("it follows entry %d", b.last.Seq)
	}
	if !b.d.Keys.Sealed(b.customer, b.last.MAC, e) {
		return "P4", "its seal is broken: it or the one before was changed or taken out"
	}
	if seq, seen := b.causes[e.Cause]; seen && seq != e.Seq-1 {
		return "P3", fmt.Sprintf("its cause, %s, had made entry %d", e.Cause, seq)
	}
	if why := b.groundless(e); why != "" {
		return "P3", why
	}
	acc, err := b.acc.Apply(e.Move)
	if err != nil {
		return "P4", "the books do not allow it: more is spent, held or given back than there is"
	}
	available, held := e.Move.Balance(b.last.Available, b.last.Held)
	if e.Available != available || e.Held != held {
		return "P4", fmt.Sprintf("it says %d available, %d held; there are %d and %d", e.Available, e.Held, available, held)
	}
	b.acc, b.last, b.causes[e.Cause] = acc, *e, e.Seq
	return "", ""
}

// groundless says what is missing behind an entry; "" when nothing is.
func (b *bookkeeper) groundless(e *Entry) string {
	switch e.Move.Kind {
	case policy.MoveHold:
		return b.unaccepted(e)
	case policy.MoveCorrect:
		if e.Reason == "" {
			return "a correction without a reason"
		}
	case policy.MoveCapture:
		if e.Actor == "clock" || e.Actor == "desk" {
			return "no person spent it"
		}
	}
	return ""
}

// unaccepted says what is missing behind a hold: the ticket, and the event that
// tells who accepted which quote.
func (b *bookkeeper) unaccepted(e *Entry) string {
	if e.Cause != "quote "+e.Move.Hold {
		return "its cause is no quote"
	}
	events, err := b.tx.Events(e.Ticket)
	if err != nil {
		return err.Error()
	}
	for _, v := range events {
		if v.Kind == "hold" && strings.HasPrefix(v.Text, e.Move.Hold+": ") {
			return ""
		}
	}
	return fmt.Sprintf("ticket %d does not tell that %s was accepted", e.Ticket, e.Move.Hold)
}

// compareLots holds the lots that are stored against those of the entries.
func (b *bookkeeper) compareLots() error {
	lots, err := b.tx.Lots(b.customer)
	if err != nil {
		b.fault("P4", "%v", err)
		return nil
	}
	made := map[string]policy.Lot{}
	for _, l := range b.acc.Lots {
		made[l.Ref] = l
	}
	for _, l := range lots {
		want, entered := made[l.Ref]
		switch {
		case !l.Entered && !entered:
			b.report("note", "P4", "lot "+l.Ref, "it was bought before there was a ledger, and is not entered yet")
		case l != want:
			b.report("error", "P4", "lot "+l.Ref, fmt.Sprintf("it has %s, its entries make %s", worded(l), worded(want)))
		}
		delete(made, l.Ref)
	}
	for ref := range made {
		b.report("error", "P4", "lot "+ref, "it stands in the ledger and does not exist")
	}
	return nil
}

func worded(l policy.Lot) string {
	return fmt.Sprintf("%d bought on %s, %d held, %d spent, %d expired", l.Quantity, l.Purchased, l.Held, l.Spent, l.Expired)
}

// compareHolds holds what is stored of each hold against the entries.
func (b *bookkeeper) compareHolds() {
	for _, want := range b.acc.Holds {
		owner, h, err := b.tx.Hold(want.Code)
		if err != nil || owner != b.customer || !reflect.DeepEqual(h, want) {
			b.fault("P4", "the hold of %s is %s, its entries make %s", want.Code, wordedHold(h), wordedHold(want))
		}
	}
}

func wordedHold(h policy.Hold) string {
	parts := make([]string, 0, len(h.Parts))
	for _, p := range h.Parts {
		parts = append(parts, fmt.Sprintf("%d of %s", p.Credits, p.Lot))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
