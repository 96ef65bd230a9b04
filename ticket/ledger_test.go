package ticket_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

// statement is the ledger of a customer, an entry a line: "purchase 10 of ORD-1: 10 0".
func (b *bench) statement(customer string) string {
	b.t.Helper()
	var lines []string
	b.must(b.Store.View(b.ctx, func(tx ticket.Tx) error {
		for e, err := range tx.Entries(customer, 0) {
			if err != nil {
				return err
			}
			lines = append(lines, fmt.Sprintf("%s %d of %s: %d %d", e.Move.Kind, e.Move.Credits, e.Move.Lot, e.Available, e.Held))
		}
		return nil
	}))
	return strings.Join(lines, "\n")
}

func (b *bench) wantStatement(customer string, lines ...string) {
	b.t.Helper()
	if got, want := b.statement(customer), strings.Join(lines, "\n"); got != want {
		b.t.Errorf("the ledger of %s:\n%s\nwant:\n%s", customer, got, want)
	}
	b.wantAudit()
}

// wantAudit fails unless what Audit finds in the books holds these texts, one each.
func (b *bench) wantAudit(want ...string) {
	b.t.Helper()
	var found []string
	b.must(b.Audit(b.ctx, ticket.Auditing{Report: func(level, promise, where, text string) {
		if ofBooks(promise) {
			found = append(found, fmt.Sprintf("%s %s %s: %s", level, promise, where, text))
		}
	}}))
	if len(found) != len(want) {
		b.t.Errorf("findings %q, want %q", found, want)
		return
	}
	for i := range want {
		if !strings.Contains(found[i], want[i]) {
			b.t.Errorf("finding %q, want %q", found[i], want[i])
		}
	}
}

// ofBooks tells the promises about credits: what these tests forge beside them
// breaks others.
func ofBooks(promise string) bool { return promise == "P3" || promise == "P4" }

func date(y int, m time.Month, d int) policy.Date { return policy.Date{Year: y, Month: m, Day: d} }

func TestAPurchaseIsEnteredOnce(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	lot := policy.Lot{Ref: "ORD-2", Quantity: 5}
	for range 2 {
		got, err := b.Buy(b.ctx, "C1", lot)
		b.must(err)
		if got.Purchased != date(2026, 11, 23) {
			t.Errorf("bought on %s", got.Purchased)
		}
		b.now = b.now.Add(40 * time.Hour) // another day: the recorded one stands
	}
	for _, other := range []policy.Lot{{Ref: "ORD-2", Quantity: 6}, {Ref: "ORD-2", Quantity: 5, Purchased: date(2026, 11, 24)}} {
		var bought *ticket.BoughtError
		if _, err := b.Buy(b.ctx, "C1", other); !errors.As(err, &bought) || !errors.Is(err, ticket.ErrInput) {
			t.Errorf("%+v: %v", other, err)
		}
	}
	if _, err := b.Buy(b.ctx, "C2", lot); !errors.Is(err, ticket.ErrInput) {
		t.Errorf("another customer: %v", err)
	}
	if _, err := b.Buy(b.ctx, "C1", policy.Lot{Ref: "ORD-3", Quantity: 1, Purchased: date(2026, 11, 28)}); !errors.Is(err, ticket.ErrInput) {
		t.Errorf("a day to come: %v", err)
	}
	if _, err := b.Buy(b.ctx, "C9", policy.Lot{Ref: "ORD-3", Quantity: 1}); !errors.Is(err, ticket.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
	b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "purchase 5 of ORD-2: 15 0")
	b.wantStatement("C2")
}

func TestACorrectionHasAReasonAndHappensOnce(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	for range 2 {
		lot, err := b.CorrectLot(b.ctx, "C1", "ORD-1", -3, "typing error", "admin")
		b.must(err)
		if lot.Quantity != 7 {
			t.Errorf("%+v", lot)
		}
	}
	for name, err := range map[string]error{
		"no reason":          second(b.CorrectLot(b.ctx, "C1", "ORD-1", 1, "", "admin")),
		"more than there is": second(b.CorrectLot(b.ctx, "C1", "ORD-1", -8, "x", "admin")),
		"another's":          second(b.CorrectLot(b.ctx, "C2", "ORD-1", 1, "x", "admin")),
	} {
		if !errors.Is(err, ticket.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// As it was bought, it is the same purchase.
	b.must(second(b.Buy(b.ctx, "C1", policy.Lot{Ref: "ORD-1", Quantity: 10, Purchased: date(2026, 3, 1)})))
	b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "correct -3 of ORD-1: 7 0")
}

func second[A any](_ A, err error) error { return err }

// Lots run out when their last day is over, once, however often and with
// whatever clock the desk sweeps.
func TestLotsRunOutOnce(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	zone := rome(t)
	b.must(second(b.Buy(b.ctx, "C1", policy.Lot{Ref: "ORD-2", Quantity: 5, Purchased: date(2026, 11, 23)})))
	b.must(second(b.Buy(b.ctx, "C2", policy.Lot{Ref: "LATE", Quantity: 2, Purchased: date(2025, 1, 1)}))) // over when it is told
	b.now = time.Date(2027, 3, 1, 23, 59, 59, 0, zone)
	b.must(b.Sweep(b.ctx))
	b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "purchase 5 of ORD-2: 15 0")
	for _, at := range []time.Time{
		time.Date(2027, 3, 2, 0, 0, 0, 0, zone), time.Date(2027, 2, 1, 0, 0, 0, 0, zone), time.Date(2027, 3, 2, 0, 1, 0, 0, zone), time.Date(1970, 1, 1, 0, 0, 0, 0, zone),
	} {
		b.now = at
		b.must(b.Sweep(b.ctx))
		b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "purchase 5 of ORD-2: 15 0", "expire 10 of ORD-1: 5 0")
	}
	b.wantStatement("C2", "purchase 2 of LATE: 2 0", "expire 2 of LATE: 0 0")
	b.now = time.Date(2028, 1, 1, 0, 0, 0, 0, zone)
	b.must(b.Sweep(b.ctx))
	b.wantStatement("C1", "purchase 10 of ORD-1: 10 0", "purchase 5 of ORD-2: 15 0", "expire 10 of ORD-1: 5 0", "expire 5 of ORD-2: 0 0")
}

// Lots that were stored before there was a ledger are entered when the desk opens.
func TestLotsOfAnOlderDeskAreEntered(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.must(b.forge(func(tx ticket.Tx) error {
		return errors.Join(tx.PutLot("C2", policy.Lot{Ref: "OLD", Quantity: 4, Purchased: date(2025, 3, 1)}),
			tx.PutLot("C2", policy.Lot{Ref: "NEW", Quantity: 6, Purchased: date(2026, 3, 1)}),
			tx.PutLot("C2", policy.Lot{Ref: "NEXT", Quantity: 1, Purchased: date(2026, 12, 1)}))
	}))
	b.wantAudit("note P4 lot OLD", "note P4 lot NEW", "note P4 lot NEXT")
	b.must(second(b.Buy(b.ctx, "C2", policy.Lot{Ref: "NEW", Quantity: 6}))) // the same purchase
	for range 2 {
		b.must(b.EnterLots(b.ctx))
	}
	b.wantStatement("C2", "purchase 6 of NEW: 6 0", "purchase 1 of NEXT: 7 0", "purchase 4 of OLD: 11 0", "expire 4 of OLD: 7 0")
}

// What is changed behind the ledger is found, at the first entry that is wrong.
func TestAuditFindsWhatWasChanged(t *testing.T) {
	lot := func(edit func(*policy.Lot)) func(ticket.Tx) error {
		return func(tx ticket.Tx) error {
			_, l, err := tx.LotByRef("ORD-1")
			edit(&l)
			return errors.Join(err, tx.PutLot("C1", l))
		}
	}
	entry := func(cause string, edit func(*ticket.Entry)) func(ticket.Tx) error {
		return func(tx ticket.Tx) error {
			last, err := tx.LastEntry("C1")
			e := *last
			e.Seq, e.Cause = last.Seq+1, cause
			edit(&e)
			return errors.Join(err, tx.AddEntry("C1", &e))
		}
	}
	for _, c := range []struct {
		name  string
		spoil func(ticket.Tx) error
		want  string
	}{
		{"a balance", lot(func(l *policy.Lot) { l.Spent = 1 }), "error P4 lot ORD-1: it has 10 bought on 2026-03-01, 0 held, 1 spent"},
		{"a day", lot(func(l *policy.Lot) { l.Purchased = date(2026, 3, 2) }), "error P4 lot ORD-1"},
		{"a number", lot(func(l *policy.Lot) { l.Quantity = 100 }), "error P4 lot ORD-1: it has 100"},
		{"a lot without a purchase", func(tx ticket.Tx) error {
			return tx.PutLot("C1", policy.Lot{Ref: "GIFT", Quantity: 9, Purchased: date(2026, 3, 1), Entered: true})
		}, "error P4 lot GIFT"},
		{"an entry without seal", entry("gift", func(e *ticket.Entry) { e.Move = policy.Move{Kind: policy.MoveCorrect, Lot: "ORD-1", Credits: 5} }), "error P4 customer C1: entry 2 (correct of lot ORD-1): its seal is broken"},
		{"an entry copied", entry("again", func(e *ticket.Entry) {}), "its seal is broken"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, storetest.NewMem())
			b.wantAudit()
			b.must(b.forge(c.spoil))
			b.wantAudit(c.want)
		})
	}
	b := newBench(t, storetest.NewMem())
	b.forged = true
	other, err := ticket.NewKeys(map[byte][]byte{'a': []byte("another key of thirty-two bytes, or more")})
	b.must(err)
	b.Keys = other
	b.wantAudit("entry 1 (purchase of lot ORD-1): its seal is broken")
}

// A seal depends on every field of an entry, on whose it is, on the one before
// and on the key.
func TestSealCoversEverything(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	e := ticket.Entry{Seq: 2, At: b.now, Move: policy.Move{Kind: policy.MoveHold, Lot: "r", Credits: 1, Hold: "P-1-1"}, Cause: "a", Actor: "b", Key: 'a'}
	e.MAC = b.Keys.Seal("C1", [32]byte{1}, &e)
	if !b.Keys.Sealed("C1", [32]byte{1}, &e) || b.Keys.Sealed("C2", [32]byte{1}, &e) || b.Keys.Sealed("C1", [32]byte{2}, &e) {
		t.Fatal("the seal does not belong to one customer and one place")
	}
	for i, edit := range []func(*ticket.Entry){
		func(e *ticket.Entry) { e.Seq++ }, func(e *ticket.Entry) { e.At = e.At.Add(1) }, func(e *ticket.Entry) { e.Move.Kind++ },
		func(e *ticket.Entry) { e.Move.Lot += "x" }, func(e *ticket.Entry) { e.Move.Credits++ }, func(e *ticket.Entry) { e.Move.Purchased = date(2026, 1, 1) },
		func(e *ticket.Entry) { e.Move.Hold = "P-1-2" }, func(e *ticket.Entry) { e.Cause, e.Actor = "", "ab" }, func(e *ticket.Entry) { e.Actor, e.Reason = "", "b" },
		func(e *ticket.Entry) { e.Ticket = 1 }, func(e *ticket.Entry) { e.Available = 1 }, func(e *ticket.Entry) { e.Held = 1 },
		func(e *ticket.Entry) { e.Key = 'b' }, func(e *ticket.Entry) { e.MAC[31] ^= 1 },
	} {
		changed := e
		edit(&changed)
		if b.Keys.Sealed("C1", [32]byte{1}, &changed) {
			t.Errorf("change %d leaves the seal whole: %+v", i, changed)
		}
	}
}
