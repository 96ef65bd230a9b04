package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"

	"sportello/policy"
	"sportello/ticket"
)

// Mem is a store in memory, made to be plainly right rather than quick: every
// Update works on a copy of the whole and puts it in the place of the old one
// when it succeeds; lists and counts are found by looking at everything.
type Mem struct {
	mu     sync.Mutex // held by the one Update or Keep under way
	state  atomic.Pointer[state]
	raws   sync.Map // ticket.RawRef: []byte, or a ticket.ErasedError
	kept   int
	closed atomic.Bool
}

var _ ticket.Store = (*Mem)(nil)

// NewMem returns an empty store.
func NewMem() *Mem {
	m := &Mem{}
	m.state.Store(&state{})
	return m
}

// state is all that transactions see. Once stored nothing in it changes.
type state struct {
	lastTicket  ticket.ID
	lastNotice  ticket.NoticeID
	lastArrival ticket.ArrivalID
	tickets     map[ticket.ID]*ticket.Ticket
	messages    map[ticket.ID][]*ticket.Message
	events      map[ticket.ID][]*ticket.Event
	mids        map[string]ticket.ID
	arrivals    map[ticket.ArrivalID]*ticket.Arrival
	raws        map[[32]byte]ticket.ArrivalID
	contents    map[[32]byte]ticket.ArrivalID
	customers   map[string]*ticket.Customer
	lots        map[string]owned
	entries     map[string][]*ticket.Entry
	holds       map[string]*reserved
	rows        map[ticket.NoticeID]*ticket.Row
	letters     map[ticket.NoticeID]*ticket.Letter
	erasures    map[ticket.ErasureID]*ticket.Erasure
	hits        map[string][]hit
	cursor      ticket.Cursor
	gathered    ticket.Gathered
	seen        hit
	books       ticket.Books
	ring        ticket.Ring
	restored    ticket.Restored
	quote       int
	suppressed  int
}

type owned struct {
	customer string
	lot      policy.Lot
}

type reserved struct {
	Customer string
	Hold     policy.Hold
}

// clone copies the maps; what they hold is never changed in place.
func (s *state) clone() *state {
	c := *s
	c.tickets, c.messages, c.events = copied(s.tickets), copied(s.messages), copied(s.events)
	c.mids, c.arrivals, c.raws, c.contents = copied(s.mids), copied(s.arrivals), copied(s.raws), copied(s.contents)
	c.customers, c.lots, c.rows = copied(s.customers), copied(s.lots), copied(s.rows)
	c.letters, c.hits, c.entries, c.holds = copied(s.letters), copied(s.hits), copied(s.entries), copied(s.holds)
	c.erasures = copied(s.erasures)
	return &c
}

func copied[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return maps.Clone(m)
}

// deep copies a value by way of its JSON, so that nothing is shared.
func deep[T any](v *T) (*T, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("mem: %w", err)
	}
	c := new(T)
	if err := json.Unmarshal(b, c); err != nil {
		return nil, fmt.Errorf("mem: %w", err)
	}
	return c, nil
}

var errClosed = errors.New("mem: closed")

func (m *Mem) ready(ctx context.Context) error {
	if m.closed.Load() {
		return errClosed
	}
	return ctx.Err()
}

// View runs f on the state as it is now.
func (m *Mem) View(ctx context.Context, f func(ticket.Tx) error) error {
	if err := m.ready(ctx); err != nil {
		return err
	}
	return f(&memTx{state: m.state.Load()})
}

// Update runs f on a copy, which becomes the state unless f fails or panics. It
// runs f twice, the first time for nothing, since a store may: what f captures
// must be as right after the second.
func (m *Mem) Update(ctx context.Context, f func(ticket.Tx) error) (err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx); err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("mem: update panicked: %v", p)
		}
	}()
	var next *state
	for range 2 {
		next = m.state.Load().clone()
		if err := f(&memTx{state: next, writable: true}); err != nil {
			return err
		}
	}
	m.state.Store(next)
	return nil
}

// Keep remembers raws.
func (m *Mem) Keep(ctx context.Context, raws []ticket.RawMail) ([]ticket.RawRef, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx); err != nil {
		return nil, err
	}
	refs := make([]ticket.RawRef, len(raws))
	for i, r := range raws {
		m.kept++
		refs[i] = ticket.RawRef(fmt.Sprintf("mem/%d", m.kept))
		m.raws.Store(refs[i], append([]byte{}, r.Raw...))
	}
	return refs, nil
}

// Raw returns a copy of what Keep got.
func (m *Mem) Raw(ctx context.Context, ref ticket.RawRef) ([]byte, error) {
	if err := m.ready(ctx); err != nil {
		return nil, err
	}
	raw, ok := m.raws.Load(ref)
	if !ok {
		return nil, fmt.Errorf("raw mail %s: %w", ref, ticket.ErrNotFound)
	}
	if why, erased := raw.(ticket.ErasedError); erased {
		return nil, fmt.Errorf("raw mail %s: %w", ref, &why)
	}
	return append([]byte{}, raw.([]byte)...), nil
}

// Close makes every later call fail.
func (m *Mem) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed.Store(true)
	return nil
}
