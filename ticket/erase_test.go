package ticket_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/storetest"
)

// erasable is a desk on which Mario wrote, paid and closed, and is named elsewhere.
func erasable(t *testing.T, store ticket.Store) *bench {
	b := newBench(t, store)
	b.receive(b.mail(mario, "Sito fermo", down, proved))
	b.send()
	b.receive(b.mail(john, "Hello", "The site of "+mario+" is down."))
	b.send()
	b.must(b.Close(b.ctx, 1, 0, "admin"))
	b.now = b.now.Add(2 * time.Hour)
	b.send()
	return b
}

// TestErasureCrashes fails each commit of an erasure in turn: Sweep finishes it, and
// the desk is sound before and after.
func TestErasureCrashes(t *testing.T) {
	for _, moment := range []storetest.Moment{storetest.Before, storetest.After} {
		for n := 1; ; n++ {
			mem := storetest.NewMem()
			b := erasable(t, mem)
			fault := storetest.NewFault(mem)
			fault.FailUpdate(n, moment)
			b.Store = fault
			_, err := b.Erase(b.ctx, ticket.ErasureOrder{Who: mario, Reason: "asked", Actor: "admin"})
			b.Store = mem
			b.sound()
			begun := n > 1 || moment == storetest.After
			if begun {
				b.must(b.Sweep(b.ctx))
				b.wantErased(n)
			}
			if !fault.Broken() {
				b.must(err)
				if n < 6 {
					t.Errorf("an erasure made only %d commits", n)
				}
				break
			}
			if !errors.Is(err, ticket.ErrCommit) {
				t.Fatalf("commit %d: %v", n, err)
			}
		}
	}
}

// wantErased wants Mario nowhere.
func (b *bench) wantErased(n int) {
	b.t.Helper()
	b.sound()
	all, err := b.Erasures(b.ctx)
	b.must(err)
	if len(all) != 1 || all[0].Done.IsZero() || all[0].Wanted != nil || len(all[0].Left) > 0 {
		b.t.Fatalf("commit %d: %+v", n, all)
	}
	if tk := b.ticket(1); tk.Subject != "" || tk.Erased != 1 || strings.Contains(tk.Requester.Address, mario) {
		b.t.Errorf("commit %d: ticket 1 is %+v", n, tk)
	}
	for _, m := range b.messages(2) {
		if strings.Contains(m.Text, mario) {
			b.t.Errorf("commit %d: %q", n, m.Text)
		}
	}
}

// An erasure refuses what is open, what is the desk's own, and what it does not know.
func TestErasureRefuses(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Sito fermo", down, proved))
	try := func(who, reason string) error {
		_, err := b.Erase(b.ctx, ticket.ErasureOrder{Who: who, Reason: reason, Actor: "admin"})
		return err
	}
	if open, ok := errors.AsType[*ticket.NotClosedError](try(mario, "asked")); !ok || len(open.Tickets) != 1 || open.Tickets[0] != 1 {
		t.Errorf("an open ticket: %v", open)
	}
	for who, want := range map[string]error{anna: ticket.ErrInput, b.Addresses.Desk: ticket.ErrInput, "nobody@nowhere.example": ticket.ErrNotFound, "no address": ticket.ErrNotFound} {
		if err := try(who, "asked"); !errors.Is(err, want) {
			t.Errorf("%s: %v", who, err)
		}
	}
	if err := try(mario, " "); !errors.Is(err, ticket.ErrInput) {
		t.Errorf("no reason: %v", err)
	}
	if all, err := b.Erasures(b.ctx); err != nil || len(all) != 0 || b.ticket(1).Subject == "" {
		t.Errorf("something was erased: %v, %v", all, err)
	}
}
