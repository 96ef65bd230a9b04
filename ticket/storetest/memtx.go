package storetest

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

// memTx reads and, when writable, changes one state.
type memTx struct {
	*state
	writable bool
}

// hit is that many uses of a key at one time; also a lone time.
type hit struct {
	at time.Time
	n  int
}

func (t *memTx) writing() error {
	if !t.writable {
		return ticket.ErrReadOnly
	}
	return nil
}

func missing(what string, id any) error {
	return fmt.Errorf("%s %v: %w", what, id, ticket.ErrNotFound)
}

// read returns a copy of the entry of m under k.
func read[K comparable, V any](m map[K]*V, k K, what string) (*V, error) {
	v, ok := m[k]
	if !ok {
		return nil, missing(what, k)
	}
	return deep(v)
}

// write puts a copy of v into m, unless bad tells that k is no key.
func write[K comparable, V any](t *memTx, m map[K]*V, k K, v *V, bad bool) error {
	if err := t.writing(); err != nil {
		return err
	}
	if bad {
		return fmt.Errorf("put under %v: %w", k, ticket.ErrInput)
	}
	c, err := deep(v)
	if err != nil {
		return err
	}
	m[k] = c
	return nil
}

// walk yields copies of the entries of m under keys for which want holds when
// their turn comes.
func walk[K comparable, V any](m map[K]*V, keys []K, want func(*V) bool) iter.Seq2[*V, error] {
	return func(yield func(*V, error) bool) {
		for _, k := range keys {
			if v := m[k]; v != nil && want(v) && !yield(deep(v)) {
				return
			}
		}
	}
}

func ascending[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

func descending[K cmp.Ordered, V any](m map[K]V) []K {
	keys := ascending(m)
	slices.Reverse(keys)
	return keys
}

func (t *memTx) NextTicket() (ticket.ID, error) {
	if err := t.writing(); err != nil {
		return 0, err
	}
	t.lastTicket++
	return t.lastTicket, nil
}

func (t *memTx) NextNotice() (ticket.NoticeID, error) {
	if err := t.writing(); err != nil {
		return 0, err
	}
	t.lastNotice++
	return t.lastNotice, nil
}

func (t *memTx) NextArrival() (ticket.ArrivalID, error) {
	if err := t.writing(); err != nil {
		return 0, err
	}
	t.lastArrival++
	return t.lastArrival, nil
}

func (t *memTx) Ticket(id ticket.ID) (*ticket.Ticket, error) { return read(t.tickets, id, "ticket") }

func (t *memTx) PutTicket(v *ticket.Ticket) error {
	return write(t, t.tickets, v.ID, v, v.ID == 0)
}

func (t *memTx) Tickets(f ticket.Filter) iter.Seq2[*ticket.Ticket, error] {
	return func(yield func(*ticket.Ticket, error) bool) {
		n := 0
		for v, err := range walk(t.tickets, descending(t.tickets), func(v *ticket.Ticket) bool { return selects(f, v) }) {
			if !yield(v, err) {
				return
			}
			if n++; n == f.Limit {
				return
			}
		}
	}
}

func selects(f ticket.Filter, v *ticket.Ticket) bool {
	return (f.Below == 0 || v.ID < f.Below) && (f.State == 0 || f.State == v.State) && (f.Coverage == 0 || f.Coverage == v.Decision.Coverage) &&
		(f.Topic == "" || f.Topic == v.Decision.Topic) && (f.Customer == "" || f.Customer == v.Customer) &&
		(f.Assignee == "" || f.Assignee == v.Assignee)
}

func (t *memTx) TicketsIn(m policy.Month, after ticket.ID, n int) ([]ticket.ID, error) {
	var ids []ticket.ID
	for _, id := range ascending(t.tickets) {
		in := m.Holds(t.tickets[id].Opened, time.UTC) ||
			slices.ContainsFunc(t.events[id], func(e *ticket.Event) bool { return m.Holds(e.At, time.UTC) })
		if in && id > after && len(ids) < n {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (t *memTx) Awake(now time.Time, n int) ([]ticket.ID, error) {
	var ids []ticket.ID
	for _, id := range ascending(t.tickets) {
		if wake := t.tickets[id].Wake(); !wake.IsZero() && !wake.After(now) {
			ids = append(ids, id)
		}
	}
	slices.SortStableFunc(ids, func(a, b ticket.ID) int { return t.tickets[a].Wake().Compare(t.tickets[b].Wake()) })
	return ids[:min(n, len(ids))], nil
}

func (t *memTx) AddMessage(id ticket.ID, m *ticket.Message) error {
	return add(t, t.messages, id, m, m.Seq)
}

func (t *memTx) AddEvent(id ticket.ID, e *ticket.Event) error { return add(t, t.events, id, e, e.Seq) }

func add[V any](t *memTx, m map[ticket.ID][]*V, id ticket.ID, v *V, seq int) error {
	if err := t.writing(); err != nil {
		return err
	}
	if seq != len(m[id])+1 {
		return fmt.Errorf("entry %d after %d of ticket %d: %w", seq, len(m[id]), id, ticket.ErrInput)
	}
	c, err := deep(v)
	if err != nil {
		return err
	}
	m[id] = append(slices.Clip(m[id]), c)
	return nil
}

func (t *memTx) Messages(id ticket.ID) ([]*ticket.Message, error) { return all(t.messages[id]) }
func (t *memTx) Events(id ticket.ID) ([]*ticket.Event, error)     { return all(t.events[id]) }

func all[V any](from []*V) ([]*V, error) {
	var to []*V
	for _, v := range from {
		c, err := deep(v)
		if err != nil {
			return nil, err
		}
		to = append(to, c)
	}
	return to, nil
}

func (t *memTx) Message(id ticket.ID, seq int) (*ticket.Message, error) {
	if seq < 1 || seq > len(t.messages[id]) {
		return nil, missing("message", seq)
	}
	return deep(t.messages[id][seq-1])
}

func (t *memTx) FileMessageID(mid string, id ticket.ID) error {
	if err := t.writing(); err != nil {
		return err
	}
	if _, filed := t.mids[mid]; mid != "" && !filed {
		t.mids[mid] = id
	}
	return nil
}

func (t *memTx) ByMessageID(mid string) (ticket.ID, error) {
	if id, ok := t.mids[mid]; ok {
		return id, nil
	}
	return 0, missing("message-id", mid)
}

func (t *memTx) Customer(id string) (*ticket.Customer, error) {
	return read(t.customers, id, "customer")
}

func (t *memTx) PutCustomer(c *ticket.Customer) error {
	return write(t, t.customers, c.ID, c, c.ID == "")
}

func (t *memTx) Customers(after string) iter.Seq2[*ticket.Customer, error] {
	return walk(t.customers, ascending(t.customers), func(c *ticket.Customer) bool { return c.ID > after })
}

func (t *memTx) ByContact(address string) ([]string, error) {
	var ids []string
	for _, id := range ascending(t.customers) {
		if slices.ContainsFunc(t.customers[id].Contacts, func(c ticket.Contact) bool { return c.Address == address }) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (t *memTx) Lots(customer string) ([]policy.Lot, error) {
	var lots []policy.Lot
	for _, ref := range ascending(t.lots) {
		if t.lots[ref].customer == customer {
			lots = append(lots, t.lots[ref].lot)
		}
	}
	slices.SortStableFunc(lots, func(a, b policy.Lot) int { return a.Purchased.Compare(b.Purchased) })
	return lots, nil
}

func (t *memTx) PutLot(customer string, lot policy.Lot) error {
	if err := t.writing(); err != nil {
		return err
	}
	if o, ok := t.lots[lot.Ref]; customer == "" || lot.Ref == "" || ok && o.customer != customer {
		return fmt.Errorf("put lot %q: %w", lot.Ref, ticket.ErrInput)
	}
	t.lots[lot.Ref] = owned{customer, lot}
	return nil
}

func (t *memTx) LotByRef(ref string) (string, policy.Lot, error) {
	o, ok := t.lots[ref]
	if !ok {
		return "", policy.Lot{}, missing("lot", ref)
	}
	return o.customer, o.lot, nil
}
