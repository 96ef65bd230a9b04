package storetest

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

func (t *memTx) DueLots(today policy.Date, n int) ([]string, error) {
	type due struct{ day, ref string }
	var all []due
	for ref, o := range t.lots {
		if day, is := o.lot.Due(); is && day.Before(today) {
			all = append(all, due{day.String(), ref})
		}
	}
	slices.SortFunc(all, func(a, b due) int { return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.ref, b.ref)) })
	var refs []string
	for _, d := range all[:min(n, len(all))] {
		refs = append(refs, d.ref)
	}
	return refs, nil
}

func (t *memTx) Hold(code string) (string, policy.Hold, error) {
	r, err := read(t.holds, code, "hold")
	if err != nil {
		return "", policy.Hold{}, err
	}
	return r.Customer, r.Hold, nil
}

func (t *memTx) PutHold(customer string, h policy.Hold) error {
	old := t.holds[h.Code]
	return write(t, t.holds, h.Code, &reserved{customer, h}, customer == "" || h.Code == "" || old != nil && old.Customer != customer)
}

func (t *memTx) AddEntry(customer string, e *ticket.Entry) error {
	if err := t.writing(); err != nil {
		return err
	}
	owner, _, err := t.ByCause(e.Cause)
	if err != nil {
		return err
	}
	if customer == "" || e.Cause == "" || owner != "" && owner != customer || e.Seq != len(t.entries[customer])+1 {
		return fmt.Errorf("entry %d of customer %q: %w", e.Seq, customer, ticket.ErrInput)
	}
	c, err := deep(e)
	if err != nil {
		return err
	}
	t.entries[customer] = append(slices.Clip(t.entries[customer]), c)
	return nil
}

func (t *memTx) LastEntry(customer string) (*ticket.Entry, error) {
	n := len(t.entries[customer])
	if n == 0 {
		return nil, missing("entry of customer", customer)
	}
	return deep(t.entries[customer][n-1])
}

func (t *memTx) Entries(customer string, after int) iter.Seq2[*ticket.Entry, error] {
	return func(yield func(*ticket.Entry, error) bool) {
		for _, e := range t.entries[customer] {
			if e.Seq > after && !yield(deep(e)) {
				return
			}
		}
	}
}

func (t *memTx) CustomersIn(m policy.Month, after string, n int) ([]string, error) {
	var ids []string
	for _, id := range ascending(t.entries) {
		in := slices.ContainsFunc(t.entries[id], func(e *ticket.Entry) bool {
			d := e.Move.Purchased
			return m.Holds(e.At, time.UTC) || m == policy.Month{Year: d.Year, Month: d.Month}
		})
		if in && id > after && len(ids) < n {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (t *memTx) ByCause(cause string) (string, []*ticket.Entry, error) {
	customer := ""
	var found []*ticket.Entry
	for who, entries := range t.entries {
		for _, e := range entries {
			if e.Cause == cause {
				customer, found = who, append(found, e)
			}
		}
	}
	entries, err := all(found)
	return customer, entries, err
}

func (t *memTx) Books() (ticket.Books, error) { return t.books, nil }

func (t *memTx) SetBooks(b ticket.Books) error {
	if err := t.writing(); err != nil {
		return err
	}
	t.books = b
	return nil
}

func (t *memTx) Ring() (ticket.Ring, error) {
	r, err := deep(&t.ring)
	if err != nil {
		return ticket.Ring{}, err
	}
	return *r, nil
}

func (t *memTx) SetRing(r ticket.Ring) error {
	if err := t.writing(); err != nil {
		return err
	}
	kept, err := deep(&r)
	if err != nil {
		return err
	}
	t.ring = *kept
	return nil
}

func (t *memTx) Restored() (ticket.Restored, error) { return t.restored, nil }

func (t *memTx) SetRestored(r ticket.Restored) error {
	if err := t.writing(); err != nil {
		return err
	}
	t.restored = r
	return nil
}

func (t *memTx) LastQuote() (int, error) { return t.quote, nil }

func (t *memTx) NoteQuote(version int) error {
	if err := t.writing(); err != nil {
		return err
	}
	t.quote = max(t.quote, version)
	return nil
}
