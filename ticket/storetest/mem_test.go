package storetest

import (
	"errors"
	"testing"

	"sportello/ticket"
)

func TestMem(t *testing.T) {
	Run(t, func(*testing.T) ticket.Store { return NewMem() })
}

func TestFaultFailsOneStepAndAllAfter(t *testing.T) {
	for _, m := range []Moment{Before, After} {
		mem := NewMem()
		f := NewFault(mem)
		f.FailUpdate(2, m)
		put := func(id ticket.ID) error {
			return f.Update(background, func(tx ticket.Tx) error { return tx.PutTicket(&ticket.Ticket{ID: id}) })
		}
		if err := put(1); err != nil {
			t.Fatal(err)
		}
		for id := ticket.ID(2); id <= 3; id++ {
			if err := put(id); !errors.Is(err, ticket.ErrCommit) {
				t.Errorf("ticket %d: error %v, want ErrCommit", id, err)
			}
		}
		s := suite{t, mem}
		s.view(func(tx ticket.Tx) error {
			_, second := tx.Ticket(2)
			_, third := tx.Ticket(3)
			if (second == nil) != (m == After) || third == nil {
				t.Errorf("moment %d: second stored: %v, third stored: %v", m, second == nil, third == nil)
			}
			return nil
		})
		if _, err := f.Keep(background, nil); !f.Broken() || !errors.Is(err, ticket.ErrCommit) {
			t.Errorf("moment %d: Keep after the fault: %v", m, err)
		}
	}
}
