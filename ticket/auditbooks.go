package ticket

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"sportello/policy"
)

// auditBooks adds up the ledger of every customer from its first entry: the
// seals follow one another, each entry has a cause, the books allow it, and
// lots, holds, balances and what tickets hold are what the entries make of them.
// The witness of all ledgers says whether any is missing.
//
// It reads in slices. When an entry came meanwhile, what was added up may be of two
// moments: it is done again, and at last in one read, as long as that may take.
func (d *Desk) auditBooks(ctx context.Context, report func(level, promise, where, text string)) error {
	for range 3 {
		var found [][4]string
		keep := func(level, promise, where, text string) {
			found = append(found, [4]string{level, promise, where, text})
		}
		before, err := d.books(ctx)
		if err == nil {
			err = d.addUpBooks(ctx, d.Store, keep)
		}
		after, err2 := d.books(ctx)
		if err := errors.Join(err, err2); err != nil {
			return err
		}
		if before == after {
			for _, f := range found {
				report(f[0], f[1], f[2], f[3])
			}
			return nil
		}
	}
	return d.Store.View(ctx, func(tx Tx) error { return d.addUpBooks(ctx, snapshot{d.Store, tx}, report) })
}

// books is the witness of all ledgers; one that cannot be read, which is a finding,
// is like any other of its kind.
func (d *Desk) books(ctx context.Context) (b Books, err error) {
	return b, d.Store.View(ctx, func(tx Tx) error {
		b, _ = tx.Books()
		return nil
	})
}

// snapshot is a Store whose reads are all of one moment.
type snapshot struct {
	Store
	tx Tx
}

func (s snapshot) View(_ context.Context, f func(Tx) error) error { return f(s.tx) }

// addUpBooks reports what is wrong with the books of s.
func (d *Desk) addUpBooks(ctx context.Context, s Store, report func(level, promise, where, text string)) error {
	all := &auditor{d: d, tickets: map[ID]settlement{}, holds: map[string]bool{}, report: report}
	err := Each(ctx, s, WalkCustomers(), func(tx Tx, c *Customer) error {
		all.tx = tx
		return errors.Join(ctx.Err(), (&bookkeeper{auditor: all, customer: c.ID, causes: map[string]int{}}).audit())
	})
	if err == nil && !all.broken { // else what is wrong was said; the rest cannot be added up
		err = s.View(ctx, func(tx Tx) error { all.tx = tx; all.compareBooks(); return nil })
		if err == nil {
			err = all.compareTickets(ctx, s)
		}
	}
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// auditor adds up the ledgers of all customers.
type auditor struct {
	d       *Desk
	tx      Tx
	books   Books             // as the entries make it
	tickets map[ID]settlement // by the entries
	holds   map[string]bool   // codes that have entries
	broken  bool              // a ledger could not be added up
	report  func(level, promise, where, text string)
}

// settlement is what a ticket holds and was charged, by its entries.
type settlement struct{ held, charged Credits }

// compareBooks holds the witness of all ledgers against their entries.
func (a *auditor) compareBooks() {
	b, err := a.tx.Books()
	switch {
	case err != nil:
		a.report("error", "P4", "ledgers", err.Error())
	case b.Entries != a.books.Entries:
		a.report("error", "P4", "ledgers", fmt.Sprintf("they have %d entries, the desk made %d: some were taken out or put in", a.books.Entries, b.Entries))
	case b.Sum != a.books.Sum:
		a.report("error", "P4", "ledgers", "their entries are not those that the desk made")
	case !a.d.Keys.whole(b):
		a.report("error", "P4", "ledgers", "the seal of their witness is broken: it was changed")
	}
}

// compareTickets holds what tickets say of credits against the entries.
func (a *auditor) compareTickets(ctx context.Context, s Store) error {
	err := Each(ctx, s, WalkTickets(Filter{}), func(tx Tx, t *Ticket) error {
		where := fmt.Sprintf("ticket %d", t.ID)
		if want := a.tickets[t.ID]; t.Held != want.held || t.Charged != want.charged {
			a.report("error", "P4", where, fmt.Sprintf("it says %d held, %d charged; the entries make %d and %d", t.Held, t.Charged, want.held, want.charged))
		}
		delete(a.tickets, t.ID)
		for v := 1; t.Quote != nil && v <= t.Quote.Version; v++ {
			code := fmt.Sprintf("P-%d-%d", t.ID, v)
			if _, _, err := tx.Hold(code); !a.holds[code] && !errors.Is(err, ErrNotFound) {
				a.report("error", "P4", where, "the hold of "+code+" stands in no ledger")
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	for id, sum := range a.tickets {
		a.report("error", "P3", fmt.Sprintf("ticket %d", id), fmt.Sprintf("entries hold %d and charge %d for it, and it does not exist", sum.held, sum.charged))
	}
	return nil
}

// bookkeeper adds up one customer's ledger.
type bookkeeper struct {
	*auditor
	customer string
	acc      policy.Account // as the entries make it
	last     Entry
	causes   map[string]int // Seq of the last entry of each
}

func (b *bookkeeper) fault(promise, format string, args ...any) {
	b.report("error", promise, "customer "+b.customer, fmt.Sprintf(format, args...))
}

// audit reports the first entry that is wrong, beyond which nothing can be
// added up; where all are right, what does not follow from them.
func (b *bookkeeper) audit() error {
	for e, err := range b.tx.Entries(b.customer, 0) {
		if err != nil {
			b.broken = true
			b.fault("P4", "%v", err)
			return nil
		}
		if promise, why := b.add(e); why != "" {
			b.broken = true
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
	if e.Key < b.last.Key {
		return "P4", fmt.Sprintf("it is sealed with key %c, which key %c had replaced", e.Key, b.last.Key)
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
	b.books.add(e)
	b.settle(e)
	return "", ""
}

// settle adds e to what its ticket holds and was charged.
func (b *bookkeeper) settle(e *Entry) {
	s := b.tickets[e.Ticket]
	switch n := e.Move.Credits; e.Move.Kind {
	case policy.MoveHold:
		s.held += n
		b.holds[e.Move.Hold] = true
	case policy.MoveCapture:
		s.held, s.charged = s.held-n, s.charged+n
	case policy.MoveRelease:
		s.held -= n
	default:
		return
	}
	b.tickets[e.Ticket] = s
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
		return b.unordered(e)
	}
	return ""
}

// unaccepted says what is missing behind a hold: the ticket, the event that tells
// who accepted which quote, and the mail that did, with everything that proves it.
func (b *bookkeeper) unaccepted(e *Entry) string {
	if e.Cause != "quote "+e.Move.Hold {
		return "its cause is no quote"
	}
	v, err := b.event(e, "hold")
	if err != nil {
		return err.Error()
	}
	if v == nil {
		return fmt.Sprintf("ticket %d does not tell that %s was accepted", e.Ticket, e.Move.Hold)
	}
	msgs, err := b.tx.Messages(e.Ticket)
	if err != nil {
		return err.Error()
	}
	for _, m := range msgs {
		if m.Arrival != 0 && arrivalCause(m.Arrival) == v.Cause && (m.Authority == AuthoritySpend || m.Answers == e.Move.Hold) {
			return ""
		}
	}
	return fmt.Sprintf("%s was accepted by %s, which is no mail on ticket %d that proves to be its customer's decision", e.Move.Hold, v.Cause, e.Ticket)
}

// unordered says what is missing behind a capture: a person, and the event that
// tells who.
func (b *bookkeeper) unordered(e *Entry) string {
	if e.Actor == "clock" || e.Actor == "desk" || e.Actor == "" {
		return "no person spent it"
	}
	switch v, err := b.event(e, "capture"); {
	case err != nil:
		return err.Error()
	case v == nil:
		return fmt.Sprintf("ticket %d does not tell that %s charged it", e.Ticket, e.Actor)
	}
	return ""
}

// event finds the event of a kind about the hold that e touches; nil: none.
func (b *bookkeeper) event(e *Entry, kind string) (*Event, error) {
	events, err := b.tx.Events(e.Ticket)
	if err != nil {
		return nil, err
	}
	for _, v := range events {
		if v.Kind == kind && strings.HasPrefix(v.Text, e.Move.Hold+": ") && (kind != "capture" || v.Actor == e.Actor) {
			return v, nil
		}
	}
	return nil, nil
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
