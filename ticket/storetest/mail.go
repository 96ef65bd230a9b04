package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"sportello/ticket"
)

// letterRow is a queued row of a kind, due at a minute.
func letterRow(id ticket.NoticeID, kind ticket.NoticeKind, minute int) *ticket.Row {
	return &ticket.Row{Notice: ticket.Notice{ID: id, Kind: kind}, State: ticket.RowQueued, Next: at(minute)}
}

// queue: each lane by itself; in it by class, in a class what fell due last
// first; what is not due yet is not there, whatever its class.
func queue(s suite) {
	s.put(letterRow(1, ticket.NoticeAck, 0), letterRow(2, ticket.NoticeAnswer, 5), letterRow(3, ticket.NoticeAnswer, 1),
		letterRow(4, ticket.NoticeQuote, 0), letterRow(5, ticket.NoticeTicketNew, 60), letterRow(6, ticket.NoticeAnswer, 5),
		letterRow(7, ticket.NoticeCloseWarning, 2), letterRow(8, ticket.NoticeAck, -10), letterRow(9, ticket.NoticeTicketReply, 0),
		letterRow(10, ticket.NoticeAlert, -20), letterRow(11, ticket.NoticeDigest, 3), letterRow(12, ticket.NoticeTicketNew, 4))
	expect := func(lane ticket.Lane, minute, n int, skip func(ticket.NoticeID) bool, want ...ticket.NoticeID) {
		s.Helper()
		s.view(func(tx ticket.Tx) error {
			got, err := tx.Queued(lane, at(minute), n, skip)
			var ids []ticket.NoticeID
			for _, r := range got {
				ids = append(ids, r.Notice.ID)
			}
			s.same(fmt.Sprintf("%s' queue at %d", lane, minute), ids, want)
			return err
		})
	}
	next := func(minute int, want time.Time) {
		s.Helper()
		s.view(func(tx ticket.Tx) error {
			got, err := tx.NextQueued(at(minute))
			s.same(fmt.Sprintf("next after %d", minute), got, want)
			return err
		})
	}
	const customers, technicians = ticket.LaneCustomers, ticket.LaneTechnicians
	expect(customers, 10, 100, nil, 6, 2, 3, 4, 1, 8, 7)
	expect(customers, 3, 100, nil, 3, 4, 1, 8, 7)
	expect(customers, 100, 3, nil, 6, 2, 3)
	expect(customers, 100, 3, func(id ticket.NoticeID) bool { return id == 2 || id == 4 }, 6, 3, 1)
	expect(customers, 100, 0, nil)
	expect(customers, -20, 100, nil)
	expect(technicians, 10, 100, nil, 10, 12, 9, 11)
	expect(technicians, 60, 2, nil, 10, 5)
	expect(0, 100, 100, nil)
	next(-100, at(-20))
	next(-20, at(-10))
	next(4, at(5))
	next(60, time.Time{})
	sent := letterRow(8, ticket.NoticeAck, -10)
	sent.State = ticket.RowSent
	s.put(sent, letterRow(3, ticket.NoticeAnswer, 90), letterRow(5, ticket.NoticeTicketNew, 1))
	expect(customers, 10, 100, nil, 6, 2, 4, 1, 7)
	expect(technicians, 10, 100, nil, 10, 12, 5, 9, 11)
	next(-20, at(0))
	next(5, at(90))
}

func rows(s suite) {
	for id := ticket.NoticeID(1); id <= 14; id++ {
		s.put(&ticket.Row{Notice: ticket.Notice{ID: id, Kind: ticket.NoticeAck}, State: ticket.RowState(1 + id%6)})
	}
	s.put(&ticket.Row{Notice: ticket.Notice{ID: 3, Kind: ticket.NoticeAck}, State: ticket.RowFailed, LastError: "550"})
	expect := func(state ticket.RowState, want ...ticket.NoticeID) {
		s.Helper()
		s.view(func(tx ticket.Tx) error {
			got, err := numbersOf(tx.Rows(state, 0), rowID)
			s.same("rows "+state.String(), got, want)
			return err
		})
	}
	expect(ticket.RowQueued, 6, 12)
	expect(ticket.RowUnknown, 9)
	expect(ticket.RowFailed, 3, 4, 10)
	expect(0, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
	for _, c := range []struct {
		state ticket.RowState
		after ticket.NoticeID
		want  []ticket.NoticeID
	}{
		{ticket.RowFailed, 3, []ticket.NoticeID{4, 10}}, {ticket.RowFailed, 5, []ticket.NoticeID{10}}, {ticket.RowFailed, 10, nil},
		{0, 4, []ticket.NoticeID{3, 2, 1}}, {0, 99, []ticket.NoticeID{14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}}, {0, 1, nil},
	} {
		s.view(func(tx ticket.Tx) error {
			got, err := numbersOf(tx.Rows(c.state, c.after), rowID)
			s.same(fmt.Sprintf("rows %s after %d", c.state, c.after), got, c.want)
			return err
		})
	}
	s.view(func(tx ticket.Tx) error {
		r, err := tx.Row(3)
		s.ok(err)
		s.same("error", r.LastError, "550")
		return nil
	})
}

func letters(s suite) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	want := &ticket.Letter{Chunks: []ticket.Chunk{{Bytes: all}, {Attachment: &ticket.AttachmentRef{Raw: "2026-11/1", Index: 2}}, {Bytes: bytes.Repeat(all, 500)}},
		Sum: [32]byte{1, 2}, Size: 4711, Text: "Buongiorno è €"}
	s.update(func(tx ticket.Tx) error {
		return errors.Join(tx.PutLetter(1, &ticket.Letter{Text: "first"}), tx.PutLetter(1, want), tx.PutLetter(2, &ticket.Letter{}))
	})
	s.view(func(tx ticket.Tx) error {
		got, err := tx.Letter(1)
		s.ok(err)
		s.same("letter", got, want)
		none, err := tx.Letter(2)
		s.same("empty letter", none, &ticket.Letter{})
		return err
	})
}

func hits(s suite) {
	count := func(key string, since, want int) {
		s.Helper()
		s.view(func(tx ticket.Tx) error {
			got, err := tx.Hits(key, at(since))
			s.same(fmt.Sprintf("hits of %s after %d", key, since), got, want)
			return err
		})
	}
	s.update(func(tx ticket.Tx) error {
		for _, minute := range []int{0, 10, 10, 20} {
			if err := tx.Hit("ack:a@x", at(minute), at(-60)); err != nil {
				return err
			}
		}
		return tx.Hit("ack:a@xy", at(15), at(-60))
	})
	count("ack:a@x", -1, 4)
	count("ack:a@x", 0, 3)
	count("ack:a@x", 9, 3)
	count("ack:a@x", 10, 1)
	count("ack:a@x", 20, 0)
	count("ack:a@xy", -1, 1)
	count("ack", -1, 0)
	s.update(func(tx ticket.Tx) error { return tx.Hit("ack:a@x", at(80), at(20)) })
	count("ack:a@x", 19, 2)
	s.update(func(tx ticket.Tx) error {
		n, err := tx.ForgetHits(at(15))
		s.same("hits forgotten", n, 2)
		return err
	})
	count("ack:a@x", -1, 0)
	count("ack:a@xy", -1, 1)
}

func cursorAndSeen(s suite) {
	want := ticket.Cursor{UIDValidity: 1 << 31, First: 3, Last: 1<<32 - 9, Early: "4294967290:4294967292,4294967295", Old: 9, Since: at(-1440),
		Backlog: ticket.Backlog{Began: at(-3), Untold: 7}}
	s.view(func(tx ticket.Tx) error {
		c, err := tx.Cursor()
		seen, err2 := tx.Seen()
		s.same("cursor before", c, ticket.Cursor{})
		s.same("seen before", seen, time.Time{})
		return errors.Join(err, err2)
	})
	s.update(func(tx ticket.Tx) error { return errors.Join(tx.SetCursor(want), tx.SetSeen(at(3))) })
	s.view(func(tx ticket.Tx) error {
		c, err := tx.Cursor()
		seen, err2 := tx.Seen()
		s.same("cursor", c, want)
		s.same("seen", seen, at(3))
		return errors.Join(err, err2)
	})
}

func gathered(s suite) {
	want := ticket.Gathered{Since: at(5), Tickets: []ticket.ID{3, 1}, More: 7,
		Mails: []ticket.GatheredMail{{Why: "forged", Address: "a@x", Count: 2}, {Why: "stolen", Address: "a@x", Count: 1}}}
	same := func(want ticket.Gathered) {
		s.Helper()
		s.view(func(tx ticket.Tx) error {
			got, err := tx.Gathered()
			s.same("gathered", got, want)
			return err
		})
	}
	same(ticket.Gathered{})
	s.update(func(tx ticket.Tx) error { return tx.SetGathered(want) })
	same(want)
	s.update(func(tx ticket.Tx) error { return tx.SetGathered(ticket.Gathered{}) })
	same(ticket.Gathered{})
}

func counts(s suite) {
	s.put(&ticket.Ticket{ID: 1, State: ticket.StateOpen}, &ticket.Ticket{ID: 2, State: ticket.StateOpen}, &ticket.Ticket{ID: 3, State: ticket.StateWaiting},
		&ticket.Arrival{ID: 1, Fate: ticket.FateMessage}, &ticket.Arrival{ID: 2, Fate: ticket.FateDuplicate}, &ticket.Arrival{ID: 3, Fate: ticket.FateQuarantine},
		&ticket.Arrival{ID: 4, Fate: ticket.FateHeld}, &ticket.Arrival{ID: 5, Fate: ticket.FateIgnored}, &ticket.Customer{ID: "a"}, &ticket.Customer{ID: "a"},
		letterRow(1, ticket.NoticeAck, 0), letterRow(2, ticket.NoticeAck, 0))
	sent := letterRow(2, ticket.NoticeAck, 0)
	sent.State = ticket.RowSent
	s.put(&ticket.Ticket{ID: 2, State: ticket.StateClosed}, &ticket.Arrival{ID: 3, Fate: ticket.FateDropped}, &ticket.Arrival{ID: 4, Fate: ticket.FateMessage}, sent)
	s.update(func(tx ticket.Tx) error {
		return errors.Join(tx.Count(ticket.CountSuppressed, 2), tx.Count(ticket.CountSuppressed, 1))
	})
	want := ticket.Stats{Open: 1, Waiting: 1, Closed: 1, Mails: 5, Messages: 2, Duplicates: 1, Ignored: 1, Dropped: 1, Suppressed: 3, Customers: 1}
	want.Outbox[ticket.RowQueued], want.Outbox[ticket.RowSent] = 1, 1
	s.view(func(tx ticket.Tx) error {
		got, err := tx.Stats()
		s.same("stats", got, want)
		return err
	})
	s.is(s.Update(background, func(tx ticket.Tx) error { return tx.Count(0, 1) }), ticket.ErrInput)
}

func raws(s suite) {
	mails := []ticket.RawMail{{At: day, Raw: []byte("Subject: uno\r\n\r\n")}, {At: day.AddDate(0, -2, 0), Raw: bytes.Repeat([]byte{0, 255, 10}, 70000)},
		{At: day, Raw: nil}, {At: day, Raw: []byte("Subject: uno\r\n\r\n")}, {At: day.AddDate(-3, 0, 0), Raw: []byte("old")}}
	refs, err := s.Keep(background, mails)
	s.ok(err)
	seen := map[ticket.RawRef]bool{}
	for i, ref := range refs {
		got, err := s.Raw(background, ref)
		s.ok(err)
		if ref == "" || seen[ref] || !bytes.Equal(got, mails[i].Raw) {
			s.Errorf("mail %d under %q: %d bytes, want %d, each under a reference of its own", i, ref, len(got), len(mails[i].Raw))
		}
		seen[ref] = true
	}
	none, err := s.Keep(background, nil)
	s.ok(err)
	s.same("refs of no mail", len(none), 0)
}

func ring(s suite) {
	want := ticket.Ring{
		Keys:    []ticket.Key{{ID: 'a', Print: [32]byte{1}}, {ID: 'b', Since: at(5), Print: [32]byte{2}}},
		Revoked: []ticket.Revocation{{Ticket: 7, At: at(6), Actor: "admin"}, {Technician: 99, At: at(7), Actor: "admin"}},
	}
	same := func(want ticket.Ring) {
		s.Helper()
		s.view(func(tx ticket.Tx) error {
			got, err := tx.Ring()
			s.same("ring", got, want)
			return err
		})
	}
	same(ticket.Ring{})
	s.update(func(tx ticket.Tx) error { return tx.SetRing(want) })
	same(want)
}

func restored(s suite) {
	want := ticket.Restored{At: at(5), Holding: true, Ticket: 12, Quote: 9, Untold: 3, Unsure: 2, Filed: at(6)}
	same := func(want ticket.Restored, quote int) {
		s.Helper()
		s.view(func(tx ticket.Tx) error {
			got, err := tx.Restored()
			s.same("restored", got, want)
			n, err2 := tx.LastQuote()
			s.same("last quote", n, quote)
			return errors.Join(err, err2)
		})
	}
	same(ticket.Restored{}, 0)
	s.update(func(tx ticket.Tx) error { return errors.Join(tx.SetRestored(want), tx.NoteQuote(7), tx.NoteQuote(3)) })
	same(want, 7)
}
