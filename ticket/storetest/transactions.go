package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"sportello/policy"
	"sportello/ticket"
)

var errWanted = errors.New("wanted")

func rollback(s suite) {
	s.put(&ticket.Ticket{ID: 1, State: ticket.StateOpen, Subject: "before"})
	err := s.Update(background, func(tx ticket.Tx) error {
		if _, err := tx.NextTicket(); err != nil {
			return err
		}
		for _, v := range []any{
			&ticket.Ticket{ID: 1, State: ticket.StateClosed, Subject: "after"},
			&ticket.Ticket{ID: 2, State: ticket.StateOpen},
			&ticket.Arrival{ID: 1, Fate: ticket.FateIgnored, RawSum: [32]byte{1}},
			&ticket.Customer{ID: "c", Contacts: []ticket.Contact{{Address: "a@x"}}},
			&ticket.Row{Notice: ticket.Notice{ID: 1}, State: ticket.RowQueued},
		} {
			if err := put(tx, v); err != nil {
				return err
			}
		}
		return errors.Join(tx.FileMessageID("m", 2), tx.SetSeen(day), tx.SetBooks(ticket.Books{Entries: 9}), tx.Hit("k", day, day), tx.Count(ticket.CountSuppressed, 1), errWanted)
	})
	s.is(err, errWanted)
	s.view(func(tx ticket.Tx) error {
		got, err := tx.Ticket(1)
		s.ok(err)
		s.same("subject", got.Subject, "before")
		books, err := tx.Books()
		s.ok(err)
		s.same("books", books, ticket.Books{})
		_, err = tx.Ticket(2)
		s.is(err, ticket.ErrNotFound)
		_, err = tx.ByRaw([32]byte{1})
		s.is(err, ticket.ErrNotFound)
		_, err = tx.ByMessageID("m")
		s.is(err, ticket.ErrNotFound)
		open, err := numbersOf(tx.Tickets(ticket.Filter{State: ticket.StateOpen}), ticketID)
		s.same("open", open, []ticket.ID{1})
		n, err2 := tx.Stats()
		s.same("stats", n, ticket.Stats{Open: 1})
		return errors.Join(err, err2)
	})
}

func panics(s suite) {
	err := s.Update(background, func(tx ticket.Tx) error {
		if err := tx.PutTicket(&ticket.Ticket{ID: 1}); err != nil {
			return err
		}
		panic("wanted")
	})
	if err == nil || errors.Is(err, ticket.ErrCommit) {
		s.Errorf("error %v after a panic, want one that is not ErrCommit", err)
	}
	s.view(func(tx ticket.Tx) error {
		_, err := tx.Ticket(1)
		s.is(err, ticket.ErrNotFound)
		return nil
	})
	s.put(&ticket.Ticket{ID: 2})
}

func readOnly(s suite) {
	writes := map[string]func(ticket.Tx) error{
		"NextTicket":    func(tx ticket.Tx) error { _, err := tx.NextTicket(); return err },
		"NextNotice":    func(tx ticket.Tx) error { _, err := tx.NextNotice(); return err },
		"NextArrival":   func(tx ticket.Tx) error { _, err := tx.NextArrival(); return err },
		"PutTicket":     func(tx ticket.Tx) error { return tx.PutTicket(&ticket.Ticket{ID: 1}) },
		"AddMessage":    func(tx ticket.Tx) error { return tx.AddMessage(1, &ticket.Message{Seq: 1}) },
		"AddEvent":      func(tx ticket.Tx) error { return tx.AddEvent(1, &ticket.Event{Seq: 1}) },
		"FileMessageID": func(tx ticket.Tx) error { return tx.FileMessageID("m", 1) },
		"PutArrival":    func(tx ticket.Tx) error { return tx.PutArrival(&ticket.Arrival{ID: 1}) },
		"PutCustomer":   func(tx ticket.Tx) error { return tx.PutCustomer(&ticket.Customer{ID: "c"}) },
		"PutLot":        func(tx ticket.Tx) error { return tx.PutLot("c", policy.Lot{Ref: "r"}) },
		"AddEntry":      func(tx ticket.Tx) error { return tx.AddEntry("c", &ticket.Entry{Seq: 1, Cause: "x"}) },
		"PutHold":       func(tx ticket.Tx) error { return tx.PutHold("c", policy.Hold{Code: "P-1-1"}) },
		"PutRow":        func(tx ticket.Tx) error { return tx.PutRow(&ticket.Row{Notice: ticket.Notice{ID: 1}}) },
		"PutLetter":     func(tx ticket.Tx) error { return tx.PutLetter(1, &ticket.Letter{}) },
		"Hit":           func(tx ticket.Tx) error { return tx.Hit("k", day, day) },
		"SetCursor":     func(tx ticket.Tx) error { return tx.SetCursor(ticket.Cursor{}) },
		"ForgetHits":    func(tx ticket.Tx) error { _, err := tx.ForgetHits(day); return err },
		"SetSeen":       func(tx ticket.Tx) error { return tx.SetSeen(day) },
		"SetRestored":   func(tx ticket.Tx) error { return tx.SetRestored(ticket.Restored{}) },
		"NoteQuote":     func(tx ticket.Tx) error { return tx.NoteQuote(1) },
		"SetRing":       func(tx ticket.Tx) error { return tx.SetRing(ticket.Ring{}) },
		"SetBooks":      func(tx ticket.Tx) error { return tx.SetBooks(ticket.Books{}) },
		"SetGathered":   func(tx ticket.Tx) error { return tx.SetGathered(ticket.Gathered{}) },
		"Count":         func(tx ticket.Tx) error { return tx.Count(ticket.CountSuppressed, 1) },
	}
	for name, write := range writes {
		if err := s.View(background, write); !errors.Is(err, ticket.ErrReadOnly) {
			s.Errorf("%s in View: error %v, want ErrReadOnly", name, err)
		}
	}
}

func snapshot(s suite) {
	s.put(&ticket.Ticket{ID: 1, Subject: "old"})
	s.view(func(tx ticket.Tx) error {
		written := make(chan error)
		go func() {
			written <- s.Update(background, func(tx ticket.Tx) error { return tx.PutTicket(&ticket.Ticket{ID: 1, Subject: "new"}) })
		}()
		s.ok(<-written)
		got, err := tx.Ticket(1)
		s.ok(err)
		s.same("subject in the snapshot", got.Subject, "old")
		return nil
	})
	s.view(func(tx ticket.Tx) error {
		got, err := tx.Ticket(1)
		s.ok(err)
		s.same("subject afterwards", got.Subject, "new")
		return nil
	})
}

func numbering(s suite) {
	take := func(n int) (ids []ticket.ID, err error) {
		err = s.Update(background, func(tx ticket.Tx) error {
			ids = nil
			for range n {
				id, err := tx.NextTicket()
				if err != nil {
					return err
				}
				if err := tx.PutTicket(&ticket.Ticket{ID: id}); err != nil {
					return err
				}
				ids = append(ids, id)
			}
			return nil
		})
		return ids, err
	}
	first, err := take(2)
	s.ok(err)
	s.same("first numbers", first, []ticket.ID{1, 2})
	s.update(func(tx ticket.Tx) error {
		a, err := tx.NextArrival()
		n, err2 := tx.NextNotice()
		if a != 1 || n != 1 {
			return fmt.Errorf("arrival %d, notice %d: want 1, 1: each counts for itself", a, n)
		}
		return errors.Join(err, err2)
	})
	next, err := take(2)
	s.ok(err)
	s.same("next numbers", next, []ticket.ID{3, 4})
}

// group starts many calls at once: some fail after writing, one panics.
func group(s suite) {
	const calls = 60
	errs := make([]error, calls)
	var wg sync.WaitGroup
	for i := range calls {
		wg.Go(func() {
			errs[i] = s.Update(background, func(tx ticket.Tx) error {
				id, err := tx.NextTicket()
				if err != nil {
					return err
				}
				if err := tx.PutTicket(&ticket.Ticket{ID: id, Subject: fmt.Sprint(i), State: ticket.StateOpen}); err != nil {
					return err
				}
				switch {
				case i == 31:
					panic("wanted")
				case i%7 == 3:
					return fmt.Errorf("call %d: %w", i, errWanted)
				}
				return nil
			})
		})
	}
	wg.Wait()
	want := map[string]bool{}
	for i, err := range errs {
		failing := i == 31 || i%7 == 3
		if failing != (err != nil) {
			s.Errorf("call %d: error %v", i, err)
		}
		if i%7 == 3 && i != 31 {
			s.is(err, errWanted)
		}
		if !failing {
			want[fmt.Sprint(i)] = true
		}
	}
	s.view(func(tx ticket.Tx) error {
		all, err := list(tx.Tickets(ticket.Filter{}))
		s.ok(err)
		for i, v := range all {
			if v.ID != ticket.ID(len(all)-i) || !want[v.Subject] {
				s.Errorf("ticket %d of call %s: the numbers must have no gap and each call one", v.ID, v.Subject)
			}
			delete(want, v.Subject)
		}
		s.same("calls without a ticket", want, map[string]bool{})
		n, err := tx.Stats()
		s.same("open", n.Open, len(all))
		return err
	})
}

func cancelled(s suite) {
	ctx, cancel := context.WithCancel(background)
	cancel()
	s.is(s.Update(ctx, func(tx ticket.Tx) error { return tx.PutTicket(&ticket.Ticket{ID: 1}) }), context.Canceled)
	s.is(s.View(ctx, func(ticket.Tx) error { return nil }), context.Canceled)
	_, err := s.Keep(ctx, []ticket.RawMail{{At: day, Raw: []byte("x")}})
	s.is(err, context.Canceled)
	s.view(func(tx ticket.Tx) error {
		_, err := tx.Ticket(1)
		s.is(err, ticket.ErrNotFound)
		return nil
	})
}

func closed(s suite) {
	s.put(&ticket.Ticket{ID: 1})
	s.ok(s.Close())
	nothing := func(ticket.Tx) error { return nil }
	_, keep := s.Keep(background, []ticket.RawMail{{At: day, Raw: []byte("x")}})
	_, raw := s.Raw(background, "2026-11/1")
	for what, err := range map[string]error{"Update": s.Update(background, nothing), "View": s.View(background, nothing), "Keep": keep, "Raw": raw} {
		if err == nil {
			s.Errorf("%s works after Close", what)
		}
	}
}

// reopen checks that everything is there after Close, and that numbers go on.
func reopen(t *testing.T, open func(t *testing.T) ticket.Store) {
	s := suite{t, open(t)}
	refs, err := s.Keep(background, []ticket.RawMail{{At: day, Raw: []byte("raw")}})
	s.ok(err)
	s.put(filledTicket(), filledArrival(), filledCustomer(), filledRow(ticket.RowQueued))
	s.update(func(tx ticket.Tx) error {
		if _, err := tx.NextTicket(); err != nil {
			return err
		}
		return errors.Join(tx.SetSeen(day), tx.SetBooks(ticket.Books{Entries: 3, Sum: [32]byte{1}, Key: 'a', MAC: [32]byte{2}}), tx.SetCursor(ticket.Cursor{UIDValidity: 1, First: 2, Last: 3, Since: day}),
			tx.PutLetter(1, &ticket.Letter{Chunks: []ticket.Chunk{{Bytes: []byte("letter")}}}))
	})
	var before ticket.Stats
	s.view(func(tx ticket.Tx) error { before, err = tx.Stats(); return err })
	s.ok(s.Close())

	s = suite{t, open(t)}
	defer func() { s.ok(s.Close()) }()
	raw, err := s.Raw(background, refs[0])
	s.ok(err)
	s.same("raw mail", string(raw), "raw")
	s.view(func(tx ticket.Tx) error {
		books, err := tx.Books()
		s.ok(err)
		s.same("books", books, ticket.Books{Entries: 3, Sum: [32]byte{1}, Key: 'a', MAC: [32]byte{2}})
		after, err := tx.Stats()
		s.ok(err)
		s.same("stats", after, before)
		v, err := tx.Ticket(filledTicket().ID)
		s.ok(err)
		s.same("ticket", v, filledTicket())
		seen, err := tx.Seen()
		s.ok(err)
		s.same("seen", seen, day)
		l, err := tx.Letter(1)
		s.ok(err)
		s.same("letter", string(l.Chunks[0].Bytes), "letter")
		due, err := tx.Queued(ticket.LaneCustomers, at(1000), 10, nil)
		s.same("queue", len(due), 1)
		return err
	})
	s.update(func(tx ticket.Tx) error {
		id, err := tx.NextTicket()
		if id != 2 {
			return fmt.Errorf("number %d after reopening, want 2", id)
		}
		return err
	})
}
