package ticket_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

// tampered is a store in which somebody changed what is read.
type tampered struct {
	ticket.Store
	entries func([]*ticket.Entry) []*ticket.Entry
	events  func(*ticket.Event)
	message func(*ticket.Message)
	books   func(*ticket.Books)
}

func (s tampered) View(ctx context.Context, f func(ticket.Tx) error) error {
	return s.Store.View(ctx, func(tx ticket.Tx) error { return f(tamperedTx{tx, s}) })
}

type tamperedTx struct {
	ticket.Tx
	by tampered
}

func (t tamperedTx) Entries(customer string, after int) iter.Seq2[*ticket.Entry, error] {
	var all []*ticket.Entry
	for e, err := range t.Tx.Entries(customer, after) {
		if err != nil {
			panic(err)
		}
		all = append(all, e)
	}
	if t.by.entries != nil && customer == "C1" {
		all = t.by.entries(all)
	}
	return func(yield func(*ticket.Entry, error) bool) {
		for _, e := range all {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (t tamperedTx) Events(id ticket.ID) ([]*ticket.Event, error) {
	list, err := t.Tx.Events(id)
	for _, e := range list {
		if t.by.events != nil {
			t.by.events(e)
		}
	}
	return list, err
}

func (t tamperedTx) Messages(id ticket.ID) ([]*ticket.Message, error) {
	list, err := t.Tx.Messages(id)
	for _, m := range list {
		if t.by.message != nil {
			t.by.message(m)
		}
	}
	return list, err
}

func (t tamperedTx) Books() (ticket.Books, error) {
	b, err := t.Tx.Books()
	if t.by.books != nil {
		t.by.books(&b)
	}
	return b, err
}

// worked is a desk on which 6 credits were held, 2 charged and 4 given back, one
// lot corrected and one run out.
func worked(t *testing.T) *bench {
	b, work := held(t)
	b.receive(b.mail(anna, "Re: Sito", "#close 2", replyTo(work)))
	b.must(second(b.CorrectLot(b.ctx, "C1", "ORD-1", -1, "typing error", "admin")))
	b.must(second(b.Buy(b.ctx, "C1", policy.Lot{Ref: "OLD", Quantity: 3, Purchased: date(2025, 1, 1)})))
	b.wantAudit()
	return b
}

// findings counts what Audit finds.
func (b *bench) findings(s ticket.Store) (n int, first string) {
	b.t.Helper()
	d := *b.Desk
	d.Store = s
	b.must(d.Audit(b.ctx, ticket.Auditing{Report: func(level, promise, where, text string) {
		if !ofBooks(promise) {
			return
		}
		if n++; n == 1 {
			first = fmt.Sprintf("%s %s %s: %s", level, promise, where, text)
		}
	}}))
	return n, first
}

// C16: whatever is changed in any entry, taken out, put in or moved, the last of
// the chain too, is found.
func TestC16EveryChangeOfALedgerIsFound(t *testing.T) {
	b := worked(t)
	size := 0
	b.view(func(tx ticket.Tx) error {
		last, err := tx.LastEntry("C1")
		size = last.Seq
		return err
	})
	edits := map[string]func(*ticket.Entry){
		"credits": func(e *ticket.Entry) { e.Move.Credits++ }, "kind": func(e *ticket.Entry) { e.Move.Kind = e.Move.Kind%6 + 1 },
		"lot": func(e *ticket.Entry) { e.Move.Lot = "OLD!" }, "hold": func(e *ticket.Entry) { e.Move.Hold += "x" },
		"cause": func(e *ticket.Entry) { e.Cause += "x" }, "actor": func(e *ticket.Entry) { e.Actor = "somebody" },
		"reason": func(e *ticket.Entry) { e.Reason += "x" }, "ticket": func(e *ticket.Entry) { e.Ticket += 7 },
		"time": func(e *ticket.Entry) { e.At = e.At.Add(1) }, "available": func(e *ticket.Entry) { e.Available++ },
		"held": func(e *ticket.Entry) { e.Held-- }, "number": func(e *ticket.Entry) { e.Seq++ }, "key": func(e *ticket.Entry) { e.Key = 'z' },
	}
	for bit := range 256 {
		edits[fmt.Sprint("seal bit ", bit)] = func(e *ticket.Entry) { e.MAC[bit/8] ^= 1 << (bit % 8) }
	}
	for i := range size {
		for name, edit := range edits {
			n, _ := b.findings(tampered{Store: b.Store, entries: func(all []*ticket.Entry) []*ticket.Entry { edit(all[i]); return all }})
			if n == 0 {
				t.Errorf("entry %d, %s changed: not found", i+1, name)
			}
		}
		for name, change := range map[string]func([]*ticket.Entry) []*ticket.Entry{
			"taken out": func(all []*ticket.Entry) []*ticket.Entry { return append(all[:i:i], all[i+1:]...) },
			"twice":     func(all []*ticket.Entry) []*ticket.Entry { return append(all[:i+1:i+1], all[i:]...) },
			"last":      func(all []*ticket.Entry) []*ticket.Entry { return all[:i] },
		} {
			if n, _ := b.findings(tampered{Store: b.Store, entries: change}); n == 0 {
				t.Errorf("entry %d %s: not found", i+1, name)
			}
		}
	}
}

// C16: a desk whose last entry was taken out together with all that it did is
// found by the witness of its ledgers, which cannot be made without the key.
func TestC16TheLastEntryIsWitnessed(t *testing.T) {
	older, newer := worked(t), worked(t)
	newer.must(second(newer.CorrectLot(newer.ctx, "C1", "ORD-1", -1, "once more", "admin")))
	var books ticket.Books
	newer.view(func(tx ticket.Tx) (err error) { books, err = tx.Books(); return err })
	older.must(older.forge(func(tx ticket.Tx) error { return tx.SetBooks(books) }))
	older.wantAudit("error P4 ledgers: they have 7 entries, the desk made 8")
	for name, change := range map[string]func(*ticket.Books){
		"gone": func(b *ticket.Books) { *b = ticket.Books{} }, "number": func(b *ticket.Books) { b.Entries-- }, "sum": func(b *ticket.Books) { b.Sum[9] ^= 8 },
		"seal": func(b *ticket.Books) { b.MAC[31] ^= 128 }, "key": func(b *ticket.Books) { b.Key++ },
	} {
		if n, _ := newer.findings(tampered{Store: newer.Store, books: change}); n != 1 {
			t.Errorf("%s: %d findings", name, n)
		}
	}
	// What goes on from a witness that was touched never makes it whole again.
	books.MAC[0] ^= 1
	newer.must(newer.forge(func(tx ticket.Tx) error { return tx.SetBooks(books) }))
	newer.must(second(newer.Buy(newer.ctx, "C1", policy.Lot{Ref: "MORE", Quantity: 1})))
	newer.wantAudit("error P4 ledgers: the seal of their witness is broken")
}

// P3: a hold without the mail that accepted it, or without what proves that, and
// a charge that nobody ordered, are found.
func TestEveryCauseIsFound(t *testing.T) {
	b := worked(t)
	for name, s := range map[string]tampered{
		"no hold event":       {events: func(e *ticket.Event) { e.Text += "!"; e.Kind += "!" }},
		"another quote":       {events: func(e *ticket.Event) { e.Text = "P-1-2" + e.Text }},
		"no mail":             {events: func(e *ticket.Event) { e.Cause = "verb" }},
		"another mail":        {events: func(e *ticket.Event) { e.Cause = "arrival 1" }},
		"no proof":            {message: func(m *ticket.Message) { m.Authority = ticket.AuthorityLink }},
		"somebody else spent": {events: func(e *ticket.Event) { e.Actor = "Bruno Conti" }},
	} {
		s.Store = b.Store
		if n, first := b.findings(s); n != 1 || !strings.HasPrefix(first, "error P3") {
			t.Errorf("%s: %d findings, %s", name, n, first)
		}
	}
	for _, change := range []func(*ticket.Ticket){func(t *ticket.Ticket) { t.Held++ }, func(t *ticket.Ticket) { t.Charged-- }} {
		b := worked(t)
		b.must(b.forge(func(tx ticket.Tx) error {
			tk, err := tx.Ticket(1)
			b.must(err)
			change(tk)
			return tx.PutTicket(tk)
		}))
		b.wantAudit("error P4 ticket 1: it says")
	}
	b.must(b.forge(func(tx ticket.Tx) error {
		tk, err := tx.Ticket(1)
		b.must(err)
		tk.Quote.Version = 2
		b.must(tx.PutHold("C1", policy.Hold{Code: "P-1-2", Parts: []policy.Part{{Lot: "ORD-1", Credits: 1}}}))
		return tx.PutTicket(tk)
	}))
	b.wantAudit("error P4 ticket 1: the hold of P-1-2 stands in no ledger")
}

// A ring keeps the keys that sealed before: a ledger goes on under the next key,
// and is found broken when an old one is gone.
func TestALedgerUnderARotatedKey(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.forged = true // its keys come and go
	first, next := bytes.Repeat([]byte{7}, 32), []byte("another key of thirty-two bytes, or more")
	ring := func(keys map[byte][]byte) {
		var err error
		b.Keys, err = ticket.NewKeys(keys)
		b.must(err)
	}
	ring(map[byte][]byte{'a': first, 'b': next})
	b.must(second(b.Buy(b.ctx, "C1", policy.Lot{Ref: "ORD-2", Quantity: 2})))
	b.view(func(tx ticket.Tx) error {
		last, err := tx.LastEntry("C1")
		if last.Key != 'b' {
			t.Errorf("sealed by %c", last.Key)
		}
		return err
	})
	b.wantAudit()
	ring(map[byte][]byte{'b': next})
	b.wantAudit("entry 1 (purchase of lot ORD-1): its seal is broken")
	ring(map[byte][]byte{'a': first})
	b.wantAudit("entry 2 (purchase of lot ORD-2): its seal is broken")
}

// No sequence of verbs moves credits from one customer to another, or gives back
// what was spent: what each bought is what each has, held, spent and expired.
func TestCreditsStayWithTheirCustomer(t *testing.T) {
	b, _ := held(t)
	b.must(second(b.Buy(b.ctx, "C2", policy.Lot{Ref: "JOHN", Quantity: 4})))
	for name, err := range map[string]error{
		"another's lot corrected":    second(b.CorrectLot(b.ctx, "C2", "ORD-1", 1, "x", "admin")),
		"another's lot bought again": second(b.Buy(b.ctx, "C2", policy.Lot{Ref: "ORD-1", Quantity: 10})),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	// A ticket that changes hands while credits are held for it spends nobody's.
	b.must(b.forge(func(tx ticket.Tx) error {
		tk, err := tx.Ticket(1)
		b.must(err)
		tk.Customer = "C2"
		return tx.PutTicket(tk)
	}))
	if err := b.Capture(b.ctx, 1, 1, "arrival 9", "Anna Ferretti"); err == nil {
		t.Error("charged to a customer who held nothing")
	}
	if err := b.Close(b.ctx, 1, 0, "admin"); err == nil {
		t.Error("given back to a customer who held nothing")
	}
	b.wantStatement("C2", "purchase 4 of JOHN: 4 0")
}
