package ticket

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sportello/ticket/address"
)

// Ring is what the desk remembers of its keys apart from their secrets, which lie
// outside the store, and of the tokens that were taken back.
type Ring struct {
	Keys    []Key // by ID, which is the order in which they signed
	Revoked []Revocation
}

// Key is one of the ring.
type Key struct {
	ID    byte
	Since time.Time // when it began to sign; zero: before that was recorded
	Print [32]byte  // tells it from any other
}

// Revocation took back every token of a ticket, or of a technician, that had been
// handed out before.
type Revocation struct {
	Ticket     ID  // 0: of a technician
	Technician int // his Number; 0: of a ticket
	At         time.Time
	Actor      string
}

// KeyError: a key that the desk has signed with is not there as it was.
type KeyError struct {
	ID      byte
	Missing bool // else it is another
}

func (e *KeyError) Error() string {
	if e.Missing {
		return fmt.Sprintf("key %c, which this desk has signed with, is missing", e.ID)
	}
	return fmt.Sprintf("key %c is not the one that this desk has signed with: it was damaged or replaced", e.ID)
}

// OpenKeys takes k, the keys as they lie on disk, for the desk's own. Keys that the
// store does not know yet sign from now on; that all others are there as they were
// is made sure before, else the error is a *KeyError and nothing has changed.
func (d *Desk) OpenKeys(ctx context.Context, k Keys) error {
	d.Keys.shared.mu.Lock()
	defer d.Keys.shared.mu.Unlock()
	var ring Ring
	grown := false
	err := d.Store.View(ctx, func(tx Tx) (err error) {
		ring, grown, err = k.known(tx, d.Now())
		return err
	})
	if err == nil && grown {
		err = d.update(ctx, func(w *work) (err error) {
			if ring, _, err = k.known(w.tx, w.now); err != nil {
				return err
			}
			return w.tx.SetRing(ring)
		})
	}
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	d.learn(k.load().secrets, ring)
	return nil
}

// known is the ring of the store with the keys of k; grown: it lacked some.
func (k Keys) known(tx Tx, now time.Time) (ring Ring, grown bool, err error) {
	if ring, err = tx.Ring(); err != nil {
		return ring, false, err
	}
	mine, first := k.load(), len(ring.Keys) == 0
	for _, key := range ring.Keys {
		switch {
		case mine.secrets[key.ID] == nil:
			return ring, false, &KeyError{ID: key.ID, Missing: true}
		case mine.print(key.ID) != key.Print:
			return ring, false, &KeyError{ID: key.ID}
		}
	}
	for id := range mine.secrets {
		if slices.ContainsFunc(ring.Keys, func(key Key) bool { return key.ID == id }) {
			continue
		}
		grown = true
		key := Key{ID: id, Print: mine.print(id)}
		if !first {
			key.Since = now.UTC()
		}
		ring.Keys = append(ring.Keys, key)
	}
	slices.SortFunc(ring.Keys, func(a, b Key) int { return int(a.ID) - int(b.ID) })
	return ring, grown, nil
}

// learn replaces what every copy of the desk's Keys goes by. The caller holds mu.
func (d *Desk) learn(secrets map[byte][]byte, known Ring) {
	r := &ring{secrets: secrets, replaced: map[byte]time.Time{}, tickets: map[ID]int{}, people: map[int]int{}}
	for id := range secrets {
		r.current = max(r.current, id)
	}
	for i, key := range known.Keys {
		if i > 0 && !key.Since.IsZero() {
			r.replaced[known.Keys[i-1].ID] = key.Since
		}
	}
	for _, back := range known.Revoked {
		if back.Ticket != 0 {
			r.tickets[back.Ticket]++
		} else {
			r.people[back.Technician]++
		}
	}
	d.Keys.shared.ring.Store(r)
}

// Ring is what the desk remembers of its keys.
func (d *Desk) Ring(ctx context.Context) (ring Ring, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		ring, err = tx.Ring()
		return err
	})
	return ring, err
}

// RevokeTicket takes back every token of a ticket that was handed out: letters from
// now on carry new ones. Questions that wait for a customer's confirmation about it
// are withdrawn.
func (d *Desk) RevokeTicket(ctx context.Context, id ID, actor string) error {
	return d.revoke(ctx, Revocation{Ticket: id, Actor: actor}, func(w *work) error {
		t, err := w.tx.Ticket(id)
		if err != nil {
			return fmt.Errorf("ticket %d: %w", id, err)
		}
		var asked []*Arrival
		for a, err := range w.tx.Arrivals(FateHeld, 0) {
			if err != nil {
				return err
			}
			if a.Ticket == id && a.Confirm.After(w.now) {
				asked = append(asked, a)
			}
		}
		for _, a := range asked {
			a.Confirm = w.now
			if err := w.tx.PutArrival(a); err != nil {
				return err
			}
		}
		return w.save(t, t.clone(), Event{Kind: "alert", Actor: actor, Cause: "verb revoke", Text: "its reply addresses were revoked"})
	})
}

// RevokeTechnician takes back every token of a technician, whom any unambiguous part
// of a name means, or an address: of one who is gone, the first that was registered.
// It returns the name, else the address. ErrInput: nobody is meant, or several.
func (d *Desk) RevokeTechnician(ctx context.Context, who, actor string) (string, error) {
	tech, err := d.meant(who)
	if err != nil {
		return "", err
	}
	return cmp.Or(tech.Name, tech.Addresses[0]),
		d.revoke(ctx, Revocation{Technician: tech.Number(), Actor: actor}, func(*work) error { return nil })
}

// meant is the technician whom a name or an address means.
func (d *Desk) meant(who string) (Technician, error) {
	if strings.Contains(who, "@") {
		addr := address.Canonical(who)
		if !address.Valid(addr) {
			return Technician{}, fmt.Errorf("%q is no address: %w", who, ErrInput)
		}
		if tech := d.technician(addr); tech != nil {
			return *tech, nil
		}
		return Technician{Addresses: []string{addr}}, nil
	}
	name, wrong := (&work{d: d}).assignee(who, nil)
	if tech := d.technicianNamed(name); wrong == "" && tech != nil && strings.TrimSpace(who) != "" {
		return *tech, nil
	}
	return Technician{}, fmt.Errorf("%q does not name exactly one technician: %w", who, ErrInput)
}

// Recall takes back what is known to have been taken back, as after a restore, whose
// store may be older: what it does not know of is added.
func (d *Desk) Recall(ctx context.Context, known []Revocation) error {
	d.Keys.shared.mu.Lock()
	defer d.Keys.shared.mu.Unlock()
	var ring Ring
	err := d.update(ctx, func(w *work) (err error) {
		if ring, err = w.tx.Ring(); err != nil {
			return err
		}
		before := len(ring.Revoked)
		for _, back := range known {
			if back.At = back.At.UTC(); !slices.ContainsFunc(ring.Revoked, back.same) {
				ring.Revoked = append(ring.Revoked, back)
			}
		}
		if len(ring.Revoked) == before {
			return nil
		}
		return w.tx.SetRing(ring)
	})
	if err != nil {
		return fmt.Errorf("revoked tokens: %w", err)
	}
	d.learn(d.Keys.load().secrets, ring)
	return nil
}

// same tells whether r and other are one.
func (r Revocation) same(other Revocation) bool {
	return r.Ticket == other.Ticket && r.Technician == other.Technician && r.At.Equal(other.At)
}

func (d *Desk) revoke(ctx context.Context, back Revocation, record func(*work) error) error {
	d.Keys.shared.mu.Lock()
	defer d.Keys.shared.mu.Unlock()
	var ring Ring
	err := d.do(ctx, func(w *work) (err error) {
		if err := record(w); err != nil {
			return err
		}
		if ring, err = w.tx.Ring(); err != nil {
			return err
		}
		back.At = w.now.UTC()
		ring.Revoked = append(ring.Revoked, back)
		return w.tx.SetRing(ring)
	})
	if err == nil {
		d.learn(d.Keys.load().secrets, ring)
	}
	return err
}
