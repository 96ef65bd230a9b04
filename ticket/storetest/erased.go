package storetest

import (
	"errors"

	"sportello/policy"
	"sportello/ticket"
)

// erased is what an erasure asks of a store.
func erased(s suite) {
	refs, err := s.Keep(background, []ticket.RawMail{{At: day, Raw: []byte("one")}, {At: day, Raw: []byte("two")}})
	s.ok(err)
	why := ticket.ErasedError{At: at(3), Reason: "because"}
	s.ok(s.Erase(background, refs[:1], why))
	s.ok(s.Erase(background, append(refs[:1:1], "nothing"), ticket.ErasedError{At: at(9)}))
	_, err = s.Raw(background, refs[0])
	s.is(err, ticket.ErrNotFound)
	if got, ok := errors.AsType[*ticket.ErasedError](err); !ok || !got.At.Equal(why.At) || got.Reason != why.Reason {
		s.Errorf("an erased mail is %v", err)
	}
	if raw, err := s.Raw(background, refs[1]); err != nil || string(raw) != "two" {
		s.Errorf("its neighbour is %q, %v", raw, err)
	}
	next, err := s.Keep(background, []ticket.RawMail{{At: day, Raw: []byte("one")}})
	s.ok(err)
	if next[0] == refs[0] {
		s.Errorf("%s was given again", next[0])
	}
	s.ok(s.Scrub(background))

	s.update(func(tx ticket.Tx) error {
		return errors.Join(tx.AddMessage(1, &ticket.Message{Seq: 1, Text: "a"}), tx.AddMessage(1, &ticket.Message{Seq: 2, Text: "b"}),
			tx.AddEvent(1, &ticket.Event{Seq: 1, Text: "a"}), tx.FileMessageID("m@x", 1), tx.Hit("k", at(1), at(0)), tx.Hit("l", at(1), at(0)),
			tx.PutRow(&ticket.Row{Notice: ticket.Notice{ID: 5}, State: ticket.RowSent}),
			tx.PutLetter(5, &ticket.Letter{Chunks: []ticket.Chunk{{Bytes: []byte("x")}}, Sum: [32]byte{1}, Size: 1, Text: "t"}))
	})
	e := &ticket.Erasure{ID: 2, Kind: ticket.ErasurePerson, At: at(1), Actor: "admin", Reason: "r", Prints: [][32]byte{{7}},
		Erased: ticket.Erased{Tickets: 1, Messages: 2, Letters: 3, Mails: 4}, Wanted: &ticket.Wanted{Addresses: []string{"a@x"}}, Left: refs}
	s.update(func(tx ticket.Tx) error {
		return errors.Join(tx.ReplaceMessage(1, &ticket.Message{Seq: 1, Erased: 2}), tx.ReplaceEvent(1, &ticket.Event{Seq: 1, Text: "z"}),
			tx.ForgetMessageID("m@x", 9), tx.ForgetKey("k"), eraseLetter(tx, 5), eraseLetter(tx, 6),
			tx.PutErasure(&ticket.Erasure{ID: 1, Kind: ticket.ErasureRetention, At: at(1), Done: at(2), Actor: "clock"}), tx.PutErasure(e))
	})
	s.view(func(tx ticket.Tx) error {
		list, err := tx.Messages(1)
		s.ok(err)
		s.same("messages", list, []*ticket.Message{{Seq: 1, Erased: 2}, {Seq: 2, Text: "b"}})
		events, err := tx.Events(1)
		s.ok(err)
		s.same("events", events, []*ticket.Event{{Seq: 1, Text: "z"}})
		_, err = tx.ByMessageID("m@x")
		s.ok(err) // it was filed on another ticket than the one that forgets it
		n, err := tx.Hits("k", at(0))
		s.ok(err)
		m, err := tx.Hits("l", at(0))
		s.ok(err)
		s.same("hits", []int{n, m}, []int{0, 1})
		l, err := tx.Letter(5)
		s.ok(err)
		s.same("letter", l, &ticket.Letter{Sum: [32]byte{1}, Size: 1, Erased: 2})
		_, err = tx.Letter(6)
		s.is(err, ticket.ErrNotFound)
		all, err := tx.Erasures()
		s.ok(err)
		if len(all) != 2 || all[0].ID != 1 {
			s.Errorf("erasures %+v", all)
		}
		got, err := tx.Erasure(2)
		s.ok(err)
		s.same("erasure", got, e)
		_, err = tx.Erasure(3)
		s.is(err, ticket.ErrNotFound)
		return nil
	})
	s.update(func(tx ticket.Tx) error { return tx.ForgetMessageID("m@x", 1) })
	s.view(func(tx ticket.Tx) error {
		_, err := tx.ByMessageID("m@x")
		s.is(err, ticket.ErrNotFound)
		return nil
	})
	s.is(s.Update(background, func(tx ticket.Tx) error { return tx.ReplaceMessage(1, &ticket.Message{Seq: 3}) }), ticket.ErrNotFound)
	s.is(s.Update(background, func(tx ticket.Tx) error { return tx.ReplaceEvent(2, &ticket.Event{Seq: 1}) }), ticket.ErrNotFound)
}

func eraseLetter(tx ticket.Tx, id ticket.NoticeID) error {
	_, err := tx.EraseLetter(id, 2)
	return err
}

// moved gives a customer another id.
func moved(s suite) {
	bought := policy.Date{Year: 2026, Month: 3, Day: 1}
	lot := policy.Lot{Ref: "R", Quantity: 5, Purchased: bought, Held: 2}
	hold := policy.Hold{Code: "P-1-1", Parts: []policy.Part{{Lot: "R", Credits: 2}}}
	one := &ticket.Entry{Seq: 1, At: at(1), Move: policy.Move{Kind: policy.MovePurchase, Lot: "R", Credits: 5, Purchased: bought}, Cause: "lot R", Actor: "admin"}
	two := &ticket.Entry{Seq: 2, At: at(2), Move: policy.Move{Kind: policy.MoveHold, Lot: "R", Credits: 2, Hold: "P-1-1"}, Cause: "quote P-1-1", Actor: "a@x"}
	s.put(&ticket.Customer{ID: "C", Name: "n", Contacts: []ticket.Contact{{Address: "a@x"}}}, &ticket.Customer{ID: "D"})
	s.update(func(tx ticket.Tx) error {
		return errors.Join(tx.PutLot("C", lot), tx.PutHold("C", hold), tx.AddEntry("C", one), tx.AddEntry("C", two))
	})
	s.is(s.Update(background, func(tx ticket.Tx) error { return tx.MoveCustomer("C", "D") }), ticket.ErrInput)
	s.is(s.Update(background, func(tx ticket.Tx) error { return tx.MoveCustomer("E", "F") }), ticket.ErrNotFound)
	changed := *two
	changed.Actor, changed.MAC = "erased", [32]byte{9}
	s.update(func(tx ticket.Tx) error {
		return errors.Join(tx.MoveCustomer("C", "erased-1"), tx.ReplaceEntry("erased-1", &changed))
	})
	other := *one
	other.Move.Credits++
	s.is(s.Update(background, func(tx ticket.Tx) error { return tx.ReplaceEntry("erased-1", &other) }), ticket.ErrInput)
	s.view(func(tx ticket.Tx) error {
		_, err := tx.Customer("C")
		s.is(err, ticket.ErrNotFound)
		ids, err := tx.ByContact("a@x")
		s.ok(err)
		s.same("who has the contact", ids, []string{"erased-1"})
		lots, err := tx.Lots("erased-1")
		s.ok(err)
		s.same("lots", lots, []policy.Lot{lot})
		owner, _, err := tx.LotByRef("R")
		s.ok(err)
		holder, h, err := tx.Hold("P-1-1")
		s.ok(err)
		s.same("hold", h, hold)
		entries, err := list(tx.Entries("erased-1", 0))
		s.ok(err)
		s.same("entries", entries, []*ticket.Entry{one, &changed})
		gone, err := list(tx.Entries("C", 0))
		s.ok(err)
		s.same("entries of nobody", gone, []*ticket.Entry{})
		whose, caused, err := tx.ByCause("quote P-1-1")
		s.ok(err)
		s.same("who", []string{owner, holder, whose}, []string{"erased-1", "erased-1", "erased-1"})
		s.same("caused", caused, []*ticket.Entry{&changed})
		in, err := tx.CustomersIn(policy.Month{Year: 2026, Month: 3}, "", 9)
		s.ok(err)
		s.same("customers in March", in, []string{"erased-1"})
		n, err := tx.Stats()
		s.ok(err)
		s.same("customers", n.Customers, 2)
		return nil
	})
}
