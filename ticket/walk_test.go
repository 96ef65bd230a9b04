package ticket_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

var operations = flag.Int("operations", 2_000, "how many operations the random walk of the desk's credits takes")

// TestRandomWalkOfTheDesk takes random operations on a desk's credits, in random
// order and at random times, and takes what it took before again. Whatever is
// allowed or refused, the books are right whenever they changed (Audit), no credit comes or
// goes but by purchase, correction, capture and expiry, and what was done once
// is not done again.
func TestRandomWalkOfTheDesk(t *testing.T) {
	const life = 100
	for seed := range uint64(max(1, *operations/life)) {
		w := &deskWalk{bench: newBench(t, storetest.NewMem()), Rand: rand.New(rand.NewPCG(seed, 2)), seed: seed}
		for range 2 {
			w.receive(w.mail(mario, "Sito irraggiungibile", down))
		}
		for range life {
			w.step()
		}
	}
}

// deskWalk is one random life of a desk with two tickets of C1.
type deskWalk struct {
	*bench
	*rand.Rand
	seed uint64
	done []deed // what may be taken again at any time
}

// deed is an operation with everything that it was done with.
type deed struct {
	what string
	do   func() error
}

func (w *deskWalk) step() {
	w.t.Helper()
	before := w.books()
	d, again := w.pick()
	err := d.do()
	w.allowed(d.what, err)
	after := w.books()
	switch {
	case after == before:
	case err != nil:
		w.t.Fatalf("walk %d: %s failed (%v) and changed\n%+v into\n%+v", w.seed, d.what, err, before, after)
	default:
		w.audit(d.what)
	}
	_ = d.do() // at once, and now and then what was done long ago
	if now := w.books(); now != after {
		w.t.Fatalf("walk %d: %s taken again changed\n%+v into\n%+v", w.seed, d.what, after, now)
	}
	if err == nil && again {
		w.done = append(w.done, d)
	}
	if len(w.done) > 0 {
		old := w.done[w.IntN(len(w.done))]
		_ = old.do()
		if now := w.books(); now != after {
			w.t.Fatalf("walk %d: %s taken once more, after %s, changed\n%+v into\n%+v", w.seed, old.what, d.what, after, now)
		}
	}
}

// pick chooses what to do next; again tells that doing it at any later time,
// too, is the same deed.
func (w *deskWalk) pick() (d deed, again bool) {
	id, n := ticket.ID(1+w.IntN(2)), ticket.Credits(w.IntN(6))
	cause := fmt.Sprint("deed ", w.Uint32())
	q := w.ticket(id).Quote
	code := "P-1-1"
	if q != nil {
		code = fmt.Sprintf("P-%d-%d", id, max(1, q.Version-w.IntN(4)/3))
	}
	at := w.now
	ref := fmt.Sprint("R", w.IntN(9))
	switch w.IntN(14) {
	case 0, 1:
		l := policy.Lot{Ref: ref, Quantity: n, Purchased: policy.DateOf(w.now, w.Zone).AddDays(w.IntN(400) - 395)}
		return deed{fmt.Sprintf("buy %+v", l), func() error { _, err := w.Buy(w.ctx, "C1", l); return err }}, true
	case 2:
		return deed{fmt.Sprintf("correct %s by %d: %s", ref, n-3, cause), func() error {
			_, err := w.CorrectLot(w.ctx, "C1", ref, n-3, cause, "admin")
			return err
		}}, true
	case 3, 4:
		return deed{fmt.Sprintf("offer %d on %d", n, id), func() error {
			_, err := w.Offer(w.ctx, id, ticket.Offer{Credits: n, Cause: cause, Actor: "Anna Ferretti"})
			return err
		}}, false
	case 5, 6, 7:
		return deed{"accept " + code, func() error { return w.Accept(w.ctx, id, code, at, w.yes(id, code), mario) }}, true
	case 8:
		return deed{"decline " + code, func() error { return w.Decline(w.ctx, id, code, at, cause, mario) }}, false
	case 9, 10:
		return deed{fmt.Sprintf("capture %d on %d: %s", n, id, cause), func() error { return w.Capture(w.ctx, id, n, cause, "Anna Ferretti") }}, true
	case 11:
		n *= ticket.Credits(w.IntN(2))
		return deed{fmt.Sprintf("close %d with %d", id, n), func() error { return w.Close(w.ctx, id, n, "admin") }}, false
	case 12:
		return deed{fmt.Sprint("release ", id), func() error { return w.Release(w.ctx, id, cause, "admin") }}, false
	}
	w.now = w.now.AddDate(0, 0, w.IntN(120)-5) // now and then a clock steps back
	return deed{"sweep on " + policy.DateOf(w.now, w.Zone).String(), func() error { return w.Sweep(w.ctx) }}, false
}

// allowed fails unless err is a refusal.
func (w *deskWalk) allowed(what string, err error) {
	w.t.Helper()
	var short *policy.ShortError
	if err != nil && !errors.Is(err, ticket.ErrInput) && !errors.Is(err, ticket.ErrState) && !errors.Is(err, ticket.ErrNotFound) && !errors.As(err, &short) {
		w.t.Fatalf("walk %d: %s: %v", w.seed, what, err)
	}
}

// audit holds the desk against its ledger.
func (w *deskWalk) audit(what string) {
	w.t.Helper()
	w.must(w.Audit(w.ctx, ticket.Auditing{Report: func(level, promise, where, text string) {
		if ofBooks(promise) {
			w.t.Fatalf("walk %d: after %s: %s %s %s: %s", w.seed, what, level, promise, where, text)
		}
	}}))
}

// deskBooks is everything that credits are told by; none of it may change
// without a cause of its own.
type deskBooks struct {
	entries                            int
	bought, left, held, spent, expired ticket.Credits
	held1, held2, charged1, charged2   ticket.Credits
	last                               [32]byte
}

func (w *deskWalk) books() (b deskBooks) {
	w.t.Helper()
	var lots []policy.Lot
	w.view(func(tx ticket.Tx) (err error) {
		if lots, err = tx.Lots("C1"); err != nil {
			return err
		}
		last, err := tx.LastEntry("C1")
		b.entries, b.last = last.Seq, last.MAC
		return err
	})
	for _, l := range lots {
		b.bought, b.left, b.held = b.bought+l.Quantity, b.left+l.Left(), b.held+l.Held
		b.spent, b.expired = b.spent+l.Spent, b.expired+l.Expired
	}
	one, two := w.ticket(1), w.ticket(2)
	b.held1, b.held2, b.charged1, b.charged2 = one.Held, two.Held, one.Charged, two.Charged
	if b.held != b.held1+b.held2 || b.spent != b.charged1+b.charged2 {
		w.t.Fatalf("walk %d: the lots and the tickets differ: %+v", w.seed, b)
	}
	if slices.ContainsFunc(lots, func(l policy.Lot) bool { return l.Left() < 0 || l.Held < 0 || l.Spent < 0 || l.Expired < 0 }) {
		w.t.Fatalf("walk %d: below zero: %+v", w.seed, lots)
	}
	return b
}
