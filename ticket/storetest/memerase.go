package storetest

import (
	"context"
	"fmt"

	"sportello/ticket"
)

// Erase forgets the bytes of raws, and remembers why.
func (m *Mem) Erase(ctx context.Context, refs []ticket.RawRef, why ticket.ErasedError) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx); err != nil {
		return err
	}
	for _, ref := range refs {
		if raw, ok := m.raws.Load(ref); ok {
			if _, bytes := raw.([]byte); bytes {
				m.raws.Store(ref, why)
			}
		}
	}
	return nil
}

// Scrub does nothing: what memory held is gone.
func (m *Mem) Scrub(ctx context.Context) error { return m.ready(ctx) }

func (t *memTx) ReplaceMessage(id ticket.ID, m *ticket.Message) error {
	return replace(t, t.messages, id, m, m.Seq)
}

func (t *memTx) ReplaceEvent(id ticket.ID, e *ticket.Event) error {
	return replace(t, t.events, id, e, e.Seq)
}

// replace puts a copy of v in the place of the seqth of a list that others may hold.
func replace[K comparable, V any](t *memTx, m map[K][]*V, k K, v *V, seq int) error {
	if err := t.writing(); err != nil {
		return err
	}
	if seq < 1 || seq > len(m[k]) {
		return missing("entry", seq)
	}
	c, err := deep(v)
	if err != nil {
		return err
	}
	list := append([]*V(nil), m[k]...)
	list[seq-1] = c
	m[k] = list
	return nil
}

func (t *memTx) ForgetMessageID(mid string, id ticket.ID) error {
	if err := t.writing(); err != nil {
		return err
	}
	if t.mids[mid] == id {
		delete(t.mids, mid)
	}
	return nil
}

func (t *memTx) ForgetKey(key string) error {
	if err := t.writing(); err != nil {
		return err
	}
	delete(t.hits, key)
	return nil
}

func (t *memTx) EraseLetter(id ticket.NoticeID, by ticket.ErasureID) ([]ticket.RawRef, error) {
	l, ok := t.letters[id]
	if !ok {
		return nil, t.writing()
	}
	return nil, t.PutLetter(id, &ticket.Letter{Sum: l.Sum, Size: l.Size, Erased: by})
}

func (t *memTx) Erasure(id ticket.ErasureID) (*ticket.Erasure, error) {
	return read(t.erasures, id, "erasure")
}

func (t *memTx) Erasures() ([]*ticket.Erasure, error) {
	var list []*ticket.Erasure
	for _, id := range ascending(t.erasures) {
		e, err := deep(t.erasures[id])
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

func (t *memTx) PutErasure(e *ticket.Erasure) error {
	return write(t, t.erasures, e.ID, e, e.ID < 1)
}

func (t *memTx) MoveCustomer(from, to string) error {
	if err := t.writing(); err != nil {
		return err
	}
	c, err := t.Customer(from)
	if err != nil {
		return err
	}
	if to == "" || t.customers[to] != nil {
		return fmt.Errorf("move customer %s to %q: %w", from, to, ticket.ErrInput)
	}
	c.ID = to
	delete(t.customers, from)
	t.customers[to] = c
	for ref, o := range t.lots {
		if o.customer == from {
			t.lots[ref] = owned{to, o.lot}
		}
	}
	for code, h := range t.holds {
		if h.Customer == from {
			t.holds[code] = &reserved{to, h.Hold}
		}
	}
	if list := t.entries[from]; list != nil {
		delete(t.entries, from)
		t.entries[to] = list
	}
	return nil
}

func (t *memTx) ReplaceEntry(customer string, e *ticket.Entry) error {
	if list := t.entries[customer]; e.Seq >= 1 && e.Seq <= len(list) {
		if old := list[e.Seq-1]; e.Cause == "" || !e.At.Equal(old.At) || e.Move != old.Move {
			return fmt.Errorf("replace entry %d: %w", e.Seq, ticket.ErrInput)
		}
	}
	return replace(t, t.entries, customer, e, e.Seq)
}
