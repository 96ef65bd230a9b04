package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

// fill sets every field that v points to, of any depth, to something that is not zero.
func fill(v reflect.Value, n *int) {
	*n++
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(at(*n)))
		return
	case v.Type() == reflect.TypeFor[policy.Date]():
		v.Set(reflect.ValueOf(policy.Date{Year: 2026, Month: time.Month(1 + *n%12), Day: 1 + *n%28}))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d à €\n\"", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(1 / float64(*n))
	case reflect.Uint8:
		v.SetUint(uint64(1 + *n%255))
	case reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(*n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(1 + *n%2)) // also a name of every enumeration
	default:
		panic("storetest: cannot fill a " + v.Type().String())
	}
}

// Filled returns a T with every field set, at any depth: what a store gives
// back must equal it.
func Filled[T any]() *T {
	v, n := new(T), 0
	fill(reflect.ValueOf(v).Elem(), &n)
	return v
}

func filledTicket() *ticket.Ticket     { v := Filled[ticket.Ticket](); v.ID = 1; return v }
func filledArrival() *ticket.Arrival   { v := Filled[ticket.Arrival](); v.ID = 1; return v }
func filledCustomer() *ticket.Customer { v := Filled[ticket.Customer](); v.ID = "c"; return v }

func filledRow(s ticket.RowState) *ticket.Row {
	v := Filled[ticket.Row]()
	v.Notice.ID, v.State = 1, s
	return v
}

func values(s suite) {
	s.put(filledTicket(), filledArrival(), filledCustomer(), filledRow(ticket.RowSent))
	message, event, letter, lot := Filled[ticket.Message](), Filled[ticket.Event](), Filled[ticket.Letter](), Filled[policy.Lot]()
	entry, hold := Filled[ticket.Entry](), Filled[policy.Hold]()
	message.Seq, event.Seq, entry.Seq = 1, 1, 1
	s.update(func(tx ticket.Tx) error {
		return errors.Join(tx.AddMessage(1, message), tx.AddEvent(1, event), tx.PutLetter(1, letter), tx.PutLot("c", *lot),
			tx.AddEntry("c", entry), tx.PutHold("c", *hold))
	})
	s.view(func(tx ticket.Tx) error {
		v, err := tx.Ticket(1)
		s.ok(err)
		s.same("ticket", v, filledTicket())
		a, err := tx.Arrival(1)
		s.ok(err)
		s.same("arrival", a, filledArrival())
		c, err := tx.Customer("c")
		s.ok(err)
		s.same("customer", c, filledCustomer())
		r, err := tx.Row(1)
		s.ok(err)
		s.same("row", r, filledRow(ticket.RowSent))
		m, err := tx.Message(1, 1)
		s.ok(err)
		s.same("message", m, message)
		e, err := tx.Events(1)
		s.ok(err)
		s.same("events", e, []*ticket.Event{event})
		l, err := tx.Letter(1)
		s.ok(err)
		s.same("letter", l, letter)
		ls, err := tx.Lots("c")
		s.ok(err)
		s.same("lots", ls, []policy.Lot{*lot})
		es, err := list(tx.Entries("c", 0))
		s.ok(err)
		s.same("entries", es, []*ticket.Entry{entry})
		who, h, err := tx.Hold(hold.Code)
		s.ok(err)
		s.same("hold of "+who, h, *hold)
		return nil
	})
}

func notFound(s suite) {
	sum := [32]byte{7}
	s.view(func(tx ticket.Tx) error {
		gets := map[string]func() error{
			"Ticket":      func() error { _, err := tx.Ticket(9); return err },
			"Message":     func() error { _, err := tx.Message(9, 1); return err },
			"Message 0":   func() error { _, err := tx.Message(9, 0); return err },
			"ByMessageID": func() error { _, err := tx.ByMessageID("m"); return err },
			"empty mid":   func() error { _, err := tx.ByMessageID(""); return err },
			"Arrival":     func() error { _, err := tx.Arrival(9); return err },
			"ByRaw":       func() error { _, err := tx.ByRaw(sum); return err },
			"ByContent":   func() error { _, err := tx.ByContent(sum); return err },
			"zero sum":    func() error { _, err := tx.ByContent([32]byte{}); return err },
			"Customer":    func() error { _, err := tx.Customer("x"); return err },
			"no id":       func() error { _, err := tx.Customer(""); return err },
			"LotByRef":    func() error { _, _, err := tx.LotByRef("x"); return err },
			"LastEntry":   func() error { _, err := tx.LastEntry("x"); return err },
			"Hold":        func() error { _, _, err := tx.Hold("x"); return err },
			"Row":         func() error { _, err := tx.Row(9); return err },
			"Letter":      func() error { _, err := tx.Letter(9); return err },
		}
		for name, get := range gets {
			if err := get(); !errors.Is(err, ticket.ErrNotFound) {
				s.Errorf("%s: error %v, want ErrNotFound", name, err)
			}
		}
		lists := map[string]func() (int, error){
			"Messages":  func() (int, error) { return size(tx.Messages(9)) },
			"Events":    func() (int, error) { return size(tx.Events(9)) },
			"Tickets":   func() (int, error) { return size(list(tx.Tickets(ticket.Filter{}))) },
			"Awake":     func() (int, error) { return size(tx.Awake(day, 10)) },
			"Arrivals":  func() (int, error) { return size(list(tx.Arrivals(ticket.FateHeld, 0))) },
			"Customers": func() (int, error) { return size(list(tx.Customers(""))) },
			"ByContact": func() (int, error) { return size(tx.ByContact("a@x")) },
			"Lots":      func() (int, error) { return size(tx.Lots("x")) },
			"DueLots":   func() (int, error) { return size(tx.DueLots(policy.Date{Year: 2999, Month: 1, Day: 1}, 9)) },
			"Entries":   func() (int, error) { return size(list(tx.Entries("x", 0))) },
			"ByCause":   func() (int, error) { _, e, err := tx.ByCause("x"); return len(e), err },
			"Queued":    func() (int, error) { return size(tx.Queued(ticket.LaneTechnicians, day, 10, nil)) },
			"Rows":      func() (int, error) { return size(list(tx.Rows(0, 0))) },
		}
		for name, get := range lists {
			if n, err := get(); n != 0 || err != nil {
				s.Errorf("%s: %d found, error %v: want none", name, n, err)
			}
		}
		next, err := tx.NextQueued(day)
		if err != nil || !next.IsZero() {
			s.Errorf("NextQueued: %v, %v: want the zero time", next, err)
		}
		return nil
	})
	for _, ref := range []ticket.RawRef{"", "2026-11/1", "../desk/1", "2026-11", "2026-11/0", "2026-11/-1", "nonsense"} {
		if _, err := s.Raw(background, ref); !errors.Is(err, ticket.ErrNotFound) {
			s.Errorf("Raw %q: error %v, want ErrNotFound", ref, err)
		}
	}
}

func size[V any](got []V, err error) (int, error) { return len(got), err }

func copies(s suite) {
	in := &ticket.Ticket{ID: 1, Subject: "s", Linked: []ticket.ID{5}, Participants: []ticket.Participant{{Mailbox: ticket.Mailbox{Address: "a"}}}}
	letter := &ticket.Letter{Chunks: []ticket.Chunk{{Bytes: []byte("abc")}}}
	var out *ticket.Ticket
	var sent *ticket.Letter
	s.update(func(tx ticket.Tx) error {
		if err := errors.Join(tx.PutTicket(in), tx.PutLetter(1, letter)); err != nil {
			return err
		}
		in.Subject, in.Linked[0], letter.Chunks[0].Bytes[0] = "changed", 6, 'X'
		var err, err2 error
		out, err = tx.Ticket(1)
		sent, err2 = tx.Letter(1)
		in.Linked[0], letter.Chunks[0].Bytes[0] = 5, 'a' // f may run again
		in.Subject = "s"
		return errors.Join(err, err2)
	})
	for i := range 20 { // pages are written anew
		var fill []any
		for j := range 10 {
			fill = append(fill, &ticket.Ticket{ID: ticket.ID(2 + 10*i + j), Subject: "fill"})
		}
		s.put(fill...)
	}
	s.same("what was read", out.Linked, []ticket.ID{5})
	s.same("letter", string(sent.Chunks[0].Bytes), "abc")
	out.Linked[0], out.Participants[0].Address, sent.Chunks[0].Bytes[0] = 7, "b", 'Y'
	s.view(func(tx ticket.Tx) error {
		again, err := tx.Ticket(1)
		s.ok(err)
		s.same("linked", again.Linked, []ticket.ID{5})
		s.same("participant", again.Participants[0].Address, "a")
		l, err := tx.Letter(1)
		s.ok(err)
		s.same("letter", string(l.Chunks[0].Bytes), "abc")
		return nil
	})
}
