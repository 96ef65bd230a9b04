package storetest

import (
	"errors"
	"fmt"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

func threads(s suite) {
	add := func(seq int) error {
		return s.Update(background, func(tx ticket.Tx) error { return tx.AddMessage(5, &ticket.Message{Seq: seq, Text: fmt.Sprint(seq)}) })
	}
	s.is(add(2), ticket.ErrInput)
	for seq := 1; seq <= 12; seq++ {
		s.ok(add(seq))
	}
	s.is(add(12), ticket.ErrInput)
	s.is(add(14), ticket.ErrInput)
	s.update(func(tx ticket.Tx) error {
		return errors.Join(tx.AddMessage(4, &ticket.Message{Seq: 1}), tx.AddMessage(6, &ticket.Message{Seq: 1}),
			tx.AddEvent(5, &ticket.Event{Seq: 1, Kind: "opened"}), tx.AddEvent(5, &ticket.Event{Seq: 2, Kind: "state"}))
	})
	s.view(func(tx ticket.Tx) error {
		all, err := tx.Messages(5)
		s.ok(err)
		for i, m := range all {
			s.same("text", m.Text, fmt.Sprint(i+1))
		}
		s.same("messages", len(all), 12)
		one, err := tx.Message(5, 7)
		s.ok(err)
		s.same("seventh", one.Text, "7")
		_, err = tx.Message(5, 13)
		s.is(err, ticket.ErrNotFound)
		events, err := tx.Events(5)
		s.same("events", len(events), 2)
		return err
	})
}

// sample is ticket id with fields that follow from its number.
func sample(id ticket.ID) *ticket.Ticket {
	t := &ticket.Ticket{ID: id, State: ticket.State(1 + id%3), Assignee: []string{"", "Anna", "Bruno"}[id%3]}
	t.Decision.Coverage = policy.Coverage(1 + id%4)
	t.Decision.Topic = []policy.Topic{policy.MailDown, policy.Unclear}[id/2%2]
	t.Customer = []string{"", "c1", "c1\x00", "c2", "c10"}[id%5]
	return t
}

func filters(s suite) {
	const n = 120
	var before, after []any
	for id := ticket.ID(1); id <= n; id++ {
		before = append(before, &ticket.Ticket{ID: id, State: ticket.StateOpen, Customer: "other", Assignee: "Carla"})
		after = append(after, sample(id))
	}
	s.put(before...)
	s.put(after...) // the indexes follow
	for _, f := range []ticket.Filter{
		{}, {Limit: 7}, {Below: 50}, {Below: 1}, {Below: n + 5, Limit: 3}, {State: ticket.StateOpen, Below: 61, Limit: 4}, {State: ticket.StateClosed, Coverage: policy.Extra, Below: 100}, {State: ticket.StateOpen}, {State: ticket.StateClosed, Limit: 3}, {Coverage: policy.Extra}, {Topic: policy.Unclear},
		{Customer: "c1"}, {Customer: "c1\x00"}, {Customer: "c"}, {Customer: "other"}, {Assignee: "Anna"}, {Assignee: "Carla"},
		{State: ticket.StateOpen, Coverage: policy.Covered}, {Topic: policy.MailDown, Customer: "c2", Limit: 2},
		{State: ticket.StateWaiting, Coverage: policy.Extra, Topic: policy.Unclear, Customer: "c1", Assignee: "Anna"},
		{State: ticket.StateOpen, Assignee: "Anna"},
	} {
		var want []ticket.ID
		for id := ticket.ID(n); id > 0 && (f.Limit == 0 || len(want) < f.Limit); id-- {
			if selects(f, sample(id)) {
				want = append(want, id)
			}
		}
		s.view(func(tx ticket.Tx) error {
			got, err := numbersOf(tx.Tickets(f), ticketID)
			s.same(fmt.Sprintf("%+v", f), got, want)
			return err
		})
	}
}

func writingLoop(s suite) {
	var open []any
	for id := ticket.ID(1); id <= 50; id++ {
		open = append(open, &ticket.Ticket{ID: id, State: ticket.StateOpen})
	}
	s.put(open...)
	s.update(func(tx ticket.Tx) error {
		n := 0
		for v, err := range tx.Tickets(ticket.Filter{State: ticket.StateOpen}) {
			if err != nil {
				return err
			}
			v.State = ticket.StateClosed
			if err := tx.PutTicket(v); err != nil {
				return err
			}
			n++
		}
		if n != 50 {
			return fmt.Errorf("the loop saw %d tickets, want 50", n)
		}
		return nil
	})
	s.view(func(tx ticket.Tx) error {
		n, err := tx.Stats()
		s.same("stats", n, ticket.Stats{Closed: 50})
		return err
	})
}

func months(s suite) {
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 23, 59, 59, 0, time.UTC) }
	s.put(&ticket.Ticket{ID: 1, Opened: day(10, 31)}, &ticket.Ticket{ID: 2, Opened: day(11, 1)}, &ticket.Ticket{ID: 3, Opened: day(12, 1)},
		&ticket.Ticket{ID: 300, Opened: day(11, 30)})
	s.update(func(tx ticket.Tx) error {
		return errors.Join(
			tx.AddEvent(1, &ticket.Event{Seq: 1, At: day(11, 2)}), tx.AddEvent(1, &ticket.Event{Seq: 2, At: day(11, 3)}),
			tx.AddEvent(2, &ticket.Event{Seq: 1, At: day(12, 2).In(time.FixedZone("", -3600))}), // also in December of UTC
			tx.PutTicket(&ticket.Ticket{ID: 3, Opened: day(12, 1), Subject: "changed"}),
			tx.AddEntry("c", &ticket.Entry{Seq: 1, Cause: "a", At: day(10, 31)}), tx.AddEntry("c", &ticket.Entry{Seq: 2, Cause: "b", At: day(11, 5)}),
			tx.AddEntry("c\x00", &ticket.Entry{Seq: 1, Cause: "c", At: day(11, 5)}), tx.AddEntry("c\x00", &ticket.Entry{Seq: 2, Cause: "c", At: day(11, 6)}),
			tx.AddEntry("b", &ticket.Entry{Seq: 1, Cause: "d", At: day(12, 1), Move: policy.Move{Purchased: policy.Date{Year: 2026, Month: 9, Day: 30}}}))
	})
	tickets := func(m time.Month, after ticket.ID, n int, want ...ticket.ID) {
		s.Helper()
		s.view(func(tx ticket.Tx) error {
			got, err := tx.TicketsIn(policy.Month{Year: 2026, Month: m}, after, n)
			s.same(fmt.Sprintf("%d tickets of %s after %d", n, m, after), got, want)
			return err
		})
	}
	tickets(10, 0, 9, 1)
	tickets(11, 0, 9, 1, 2, 300)
	tickets(11, 1, 9, 2, 300)
	tickets(11, 0, 2, 1, 2)
	tickets(11, 0, 0)
	tickets(12, 0, 9, 2, 3)
	tickets(9, 0, 9)
	customers := func(m time.Month, after string, n int, want ...string) {
		s.Helper()
		s.view(func(tx ticket.Tx) error {
			got, err := tx.CustomersIn(policy.Month{Year: 2026, Month: m}, after, n)
			s.same(fmt.Sprintf("%d customers of %s after %q", n, m, after), got, want)
			return err
		})
	}
	customers(10, "", 9, "c")
	customers(11, "", 9, "c", "c\x00")
	customers(11, "", 1, "c")
	customers(11, "c", 9, "c\x00")
	customers(11, "c\x00", 9)
	customers(12, "a", 9, "b")
	customers(9, "", 9, "b")
}

func awake(s suite) {
	wakes := func(id ticket.ID, minute int) *ticket.Ticket {
		return &ticket.Ticket{ID: id, State: ticket.StateWaiting, ClosesAt: at(minute)}
	}
	s.put(wakes(1, 30), wakes(2, 10), wakes(3, 20), wakes(4, 10), wakes(5, -600000),
		&ticket.Ticket{ID: 6, State: ticket.StateOpen, ClosesAt: at(1)}, &ticket.Ticket{ID: 7, State: ticket.StateWaiting})
	expect := func(minute, n int, want ...ticket.ID) {
		s.Helper()
		s.view(func(tx ticket.Tx) error {
			got, err := tx.Awake(at(minute), n)
			s.same(fmt.Sprintf("awake at %d", minute), got, want)
			return err
		})
	}
	expect(9, 10, 5)
	expect(10, 10, 5, 2, 4)
	expect(100, 10, 5, 2, 4, 3, 1)
	expect(100, 2, 5, 2)
	expect(100, 0)
	s.put(wakes(2, 40), &ticket.Ticket{ID: 5, State: ticket.StateClosed, ClosesAt: at(1)})
	expect(100, 10, 4, 3, 1, 2)
}

func messageIDs(s suite) {
	s.update(func(tx ticket.Tx) error {
		return errors.Join(tx.FileMessageID("a@x", 1), tx.FileMessageID("a@x", 2), tx.FileMessageID("A@x", 3), tx.FileMessageID("", 4))
	})
	s.view(func(tx ticket.Tx) error {
		first, err := tx.ByMessageID("a@x")
		s.ok(err)
		other, err := tx.ByMessageID("A@x")
		s.ok(err)
		s.same("tickets", []ticket.ID{first, other}, []ticket.ID{1, 3})
		_, err = tx.ByMessageID("")
		s.is(err, ticket.ErrNotFound)
		return nil
	})
}

func fingerprints(s suite) {
	one, two := [32]byte{1}, [32]byte{2}
	s.put(&ticket.Arrival{ID: 1, RawSum: one, Content: two, Fate: ticket.FateMessage},
		&ticket.Arrival{ID: 2, RawSum: one, Content: two, Fate: ticket.FateDuplicate, Of: 1},
		&ticket.Arrival{ID: 3, RawSum: two, Fate: ticket.FateIgnored})
	s.view(func(tx ticket.Tx) error {
		raw, err := tx.ByRaw(one)
		s.ok(err)
		other, err := tx.ByRaw(two)
		s.ok(err)
		content, err := tx.ByContent(two)
		s.ok(err)
		s.same("owners", []ticket.ArrivalID{raw, other, content}, []ticket.ArrivalID{1, 3, 1})
		_, err = tx.ByContent(one)
		s.is(err, ticket.ErrNotFound)
		return nil
	})
	// Fetched again, arrival 3 has other bytes.
	s.put(&ticket.Arrival{ID: 3, RawSum: [32]byte{3}, Fate: ticket.FateMessage})
	s.view(func(tx ticket.Tx) error {
		_, err := tx.ByRaw(two)
		s.is(err, ticket.ErrNotFound)
		now, err := tx.ByRaw([32]byte{3})
		s.same("owner", now, ticket.ArrivalID(3))
		return err
	})
}

func fates(s suite) {
	for id := ticket.ArrivalID(1); id <= 12; id++ {
		s.put(&ticket.Arrival{ID: id, Fate: ticket.Fate(1 + id%6)})
	}
	s.put(&ticket.Arrival{ID: 3, Fate: ticket.FateMessage}) // was a quarantine, filed later
	for fate, want := range map[ticket.Fate][]ticket.ArrivalID{
		ticket.FateQuarantine: {9}, ticket.FateHeld: {4, 10}, ticket.FateIgnored: {2, 8},
		ticket.FateMessage: nil, ticket.FateDuplicate: nil, ticket.FateDropped: nil,
	} {
		s.view(func(tx ticket.Tx) error {
			got, err := numbersOf(tx.Arrivals(fate, 0), arrivalID)
			s.same(fate.String(), got, want)
			return err
		})
	}
	s.view(func(tx ticket.Tx) error {
		for after, want := range map[ticket.ArrivalID][]ticket.ArrivalID{1: {4, 10}, 4: {10}, 9: {10}, 10: nil} {
			got, err := numbersOf(tx.Arrivals(ticket.FateHeld, after), arrivalID)
			s.ok(err)
			s.same(fmt.Sprintf("held after %d", after), got, want)
		}
		return nil
	})
}

func contacts(s suite) {
	customer := func(id string, addresses ...string) *ticket.Customer {
		c := &ticket.Customer{ID: id}
		for _, a := range addresses {
			c.Contacts = append(c.Contacts, ticket.Contact{Address: a})
		}
		return c
	}
	s.put(customer("b", "x@x", "y@x"), customer("a", "x@x", "x@x"), customer("ab", "xx@x", ""))
	s.put(customer("b", "y@x", "z@x"), customer("c", "x@x"))
	s.view(func(tx ticket.Tx) error {
		for address, want := range map[string][]string{"x@x": {"a", "c"}, "y@x": {"b"}, "z@x": {"b"}, "xx@x": {"ab"}, "x@": nil, "": {"ab"}} {
			got, err := tx.ByContact(address)
			s.ok(err)
			s.same(address, got, want)
		}
		ids, err := numbersOf(tx.Customers(""), func(c *ticket.Customer) string { return c.ID })
		s.same("customers", ids, []string{"a", "ab", "b", "c"})
		for after, want := range map[string][]string{"a": {"ab", "b", "c"}, "aa": {"ab", "b", "c"}, "b": {"c"}, "c": nil} {
			ids, err := numbersOf(tx.Customers(after), func(c *ticket.Customer) string { return c.ID })
			s.ok(err)
			s.same("customers after "+after, ids, want)
		}
		return err
	})
	s.is(s.Update(background, func(tx ticket.Tx) error { return tx.PutCustomer(&ticket.Customer{}) }), ticket.ErrInput)
}

func lots(s suite) {
	bought := func(ref string, day int, n policy.Credits) policy.Lot {
		return policy.Lot{Ref: ref, Quantity: n, Purchased: policy.Date{Year: 2026, Month: 3, Day: day}}
	}
	s.update(func(tx ticket.Tx) error {
		return errors.Join(tx.PutLot("c", bought("r3", 2, 1)), tx.PutLot("c", bought("r2", 9, 1)), tx.PutLot("c", bought("r1", 2, 1)),
			tx.PutLot("c2", bought("s", 1, 4)), tx.PutLot("c", bought("r2", 5, 8)))
	})
	s.is(s.Update(background, func(tx ticket.Tx) error { return tx.PutLot("c2", bought("r1", 2, 1)) }), ticket.ErrInput)
	s.is(s.Update(background, func(tx ticket.Tx) error { return tx.PutLot("c", policy.Lot{}) }), ticket.ErrInput)
	s.view(func(tx ticket.Tx) error {
		got, err := tx.Lots("c")
		s.ok(err)
		s.same("lots", got, []policy.Lot{bought("r1", 2, 1), bought("r3", 2, 1), bought("r2", 5, 8)})
		who, lot, err := tx.LotByRef("r2")
		s.ok(err)
		s.same("owner", who, "c")
		s.same("lot", lot, bought("r2", 5, 8))
		return nil
	})
}

func dueLots(s suite) {
	day := func(d int) policy.Date { return policy.Date{Year: 2026, Month: 3, Day: d} }
	lot := func(ref string, d int, left policy.Credits) policy.Lot {
		return policy.Lot{Ref: ref, Quantity: 5, Spent: 5 - left, Purchased: day(d), Entered: true}
	}
	s.update(func(tx ticket.Tx) error {
		return errors.Join(tx.PutLot("c", lot("late", 9, 5)), tx.PutLot("d", lot("early", 2, 1)), tx.PutLot("c", lot("empty", 1, 0)),
			tx.PutLot("c", lot("b", 5, 3)), tx.PutLot("c", lot("a", 5, 3)), tx.PutLot("c", policy.Lot{Ref: "old", Quantity: 1, Purchased: day(20)}))
	})
	due := func(d, n int, want ...string) {
		s.Helper()
		s.view(func(tx ticket.Tx) error {
			got, err := tx.DueLots(day(d).AddDays(policy.ValidDays), n)
			s.same(fmt.Sprintf("due before day %d, at most %d", d, n), got, want)
			return err
		})
	}
	due(2, 9, "old")
	due(3, 9, "old", "early")
	due(30, 9, "old", "early", "a", "b", "late")
	due(30, 3, "old", "early", "a")
	s.update(func(tx ticket.Tx) error {
		return errors.Join(tx.PutLot("c", lot("a", 5, 0)), tx.PutLot("c", policy.Lot{Ref: "old", Quantity: 1, Purchased: day(20), Entered: true}))
	})
	due(30, 9, "early", "b", "late", "old")
}

func ledgers(s suite) {
	add := func(customer string, seq int, cause string) error {
		return s.Update(background, func(tx ticket.Tx) error {
			return tx.AddEntry(customer, &ticket.Entry{Seq: seq, Cause: cause, Reason: fmt.Sprint(customer, seq)})
		})
	}
	s.ok(add("c", 1, "lot r1"))
	s.ok(add("c", 2, "quote P-1-1"))
	s.ok(add("c", 3, "quote P-1-1"))
	s.ok(add("c\x00", 1, "lot r2"))
	s.ok(add("b", 1, "lot r3"))
	for _, bad := range []error{add("c", 3, "x"), add("c", 5, "x"), add("d", 2, "x"), add("d", 0, "x"), add("", 1, "x"), add("d", 1, ""), add("d", 1, "lot r1")} {
		s.is(bad, ticket.ErrInput)
	}
	s.view(func(tx ticket.Tx) error {
		got, err := numbersOf(tx.Entries("c", 0), func(e *ticket.Entry) string { return e.Reason })
		s.ok(err)
		s.same("entries of c", got, []string{"c1", "c2", "c3"})
		got, err = numbersOf(tx.Entries("c", 1), func(e *ticket.Entry) string { return e.Reason })
		s.ok(err)
		s.same("entries of c after the first", got, []string{"c2", "c3"})
		got, err = numbersOf(tx.Entries("c", 3), func(e *ticket.Entry) string { return e.Reason })
		s.ok(err)
		s.same("entries of c after the last", got, []string(nil))
		last, err := tx.LastEntry("c")
		s.ok(err)
		s.same("last of c", last.Reason, "c3")
		last, err = tx.LastEntry("c\x00")
		s.ok(err)
		s.same("last of c and NUL", last.Reason, "c\x001")
		who, entries, err := tx.ByCause("quote P-1-1")
		s.ok(err)
		s.same("whose cause", who, "c")
		s.same("its entries", len(entries), 2)
		s.same("the second", entries[1].Seq, 3)
		who, entries, err = tx.ByCause("x")
		s.same("a cause of nothing", len(entries)+len(who), 0)
		return err
	})
}

func holds(s suite) {
	of := func(n policy.Credits) policy.Hold {
		return policy.Hold{Code: "P-1-1", Parts: []policy.Part{{Lot: "r", Credits: n}}}
	}
	s.update(func(tx ticket.Tx) error { return errors.Join(tx.PutHold("c", of(3)), tx.PutHold("c", of(2))) })
	s.is(s.Update(background, func(tx ticket.Tx) error { return tx.PutHold("d", of(1)) }), ticket.ErrInput)
	s.is(s.Update(background, func(tx ticket.Tx) error { return tx.PutHold("c", policy.Hold{}) }), ticket.ErrInput)
	s.view(func(tx ticket.Tx) error {
		who, h, err := tx.Hold("P-1-1")
		s.same("owner", who, "c")
		s.same("hold", h, of(2))
		return err
	})
}
