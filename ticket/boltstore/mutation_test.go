package boltstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

// mutation changes a record as a mistake of this program would: checksums and
// tallies are right. Somewhere a finding of its promise must tell it.
type mutation struct {
	name    string
	promise string
	change  func(*tx) error
}

// A mutation of a record by what the desk itself can write.
func edit[V any](get func(ticket.Tx) (V, error), change func(V), put func(ticket.Tx, V) error) func(*tx) error {
	return func(t *tx) error {
		v, err := get(t)
		if err != nil {
			return err
		}
		change(v)
		return put(t, v)
	}
}

func onTicket(id ticket.ID, change func(*ticket.Ticket)) func(*tx) error {
	return edit(func(tx ticket.Tx) (*ticket.Ticket, error) { return tx.Ticket(id) }, change, ticket.Tx.PutTicket)
}

func onArrival(id ticket.ArrivalID, change func(*ticket.Arrival)) func(*tx) error {
	return edit(func(tx ticket.Tx) (*ticket.Arrival, error) { return tx.Arrival(id) }, change, ticket.Tx.PutArrival)
}

func onRow(id ticket.NoticeID, change func(*ticket.Row)) func(*tx) error {
	return edit(func(tx ticket.Tx) (*ticket.Row, error) { return tx.Row(id) }, change, ticket.Tx.PutRow)
}

func onLetter(id ticket.NoticeID, change func(*ticket.Letter)) func(*tx) error {
	return edit(func(tx ticket.Tx) (*ticket.Letter, error) { return tx.Letter(id) }, change,
		func(tx ticket.Tx, l *ticket.Letter) error { return tx.PutLetter(id, l) })
}

// onKept changes where a row says that it was put away.
func onKept(id ticket.NoticeID, change func([]ticket.RawRef) []ticket.RawRef) func(*tx) error {
	return func(t *tx) error {
		var r rowRecord
		if err := t.get(bucketRows, number(id), &r, "row", id); err != nil {
			return err
		}
		r.Kept = change(r.Kept)
		return errors.Join(t.writing(), t.put(t.bucket(bucketRows), number(id), &r, "row", id))
	}
}

func onLot(ref string, change func(*policy.Lot)) func(*tx) error {
	return func(t *tx) error {
		customer, lot, err := t.LotByRef(ref)
		if err != nil {
			return err
		}
		change(&lot)
		return t.PutLot(customer, lot)
	}
}

func onCustomer(id string, change func(*ticket.Customer)) func(*tx) error {
	return edit(func(tx ticket.Tx) (*ticket.Customer, error) { return tx.Customer(id) }, change, ticket.Tx.PutCustomer)
}

// onMessage and onEvent write over what is only ever added.
func onMessage(id ticket.ID, seq int, change func(*ticket.Message)) func(*tx) error {
	return func(t *tx) error {
		m, err := t.Message(id, seq)
		if err != nil {
			return err
		}
		change(m)
		return t.put(t.bucket(bucketMessages), entryKey(id, seq), newMessageRecord(m), "message", seq)
	}
}

func onEvent(id ticket.ID, seq int, change func(*ticket.Event)) func(*tx) error {
	return func(t *tx) error {
		events, err := t.Events(id)
		if err != nil {
			return err
		}
		e := events[(seq+len(events))%len(events)] // -1 is the last
		change(e)
		return t.put(t.bucket(bucketEvents), entryKey(id, e.Seq), newEventRecord(e), "event", e.Seq)
	}
}

// without takes an entry out: key, or the nth.
func takeOut(bucket []byte, key []byte) func(*tx) error {
	return func(t *tx) error {
		if !t.bucket(bucket).has(key) {
			return fmt.Errorf("%s: there is no %x", bucket, key)
		}
		return t.bucket(bucket).delete(key)
	}
}

func first(bucket []byte) func(*tx) error {
	return func(t *tx) error {
		e, ok := t.bucket(bucket).cursor().first()
		if !ok {
			return fmt.Errorf("%s: nothing there", bucket)
		}
		return t.bucket(bucket).delete(bytes.Clone(e.key))
	}
}

func putUnder(bucket, key, value []byte) func(*tx) error {
	return func(t *tx) error { return t.bucket(bucket).put(key, bytes.Clone(value)) }
}

// exchange gives two keys of a bucket each other's value.
func exchange(bucket, a, b []byte) func(*tx) error {
	return func(t *tx) error {
		v, err := t.bucket(bucket).get(a)
		w, err2 := t.bucket(bucket).get(b)
		if v == nil || w == nil || bytes.Equal(v, w) {
			return errors.Join(err, err2, errors.New("nothing to exchange"))
		}
		v, w = bytes.Clone(v), bytes.Clone(w)
		return errors.Join(t.bucket(bucket).put(a, w), t.bucket(bucket).put(b, v))
	}
}

// busyDesk is a desk that did a bit of everything, with credits held and spent.
func busyDesk(t *testing.T) (dir string, f *fortnight, all cast) {
	t.Helper()
	dir = t.TempDir()
	s := must(Create(dir, Options{}))
	s.db.NoSync = true
	f, err := newFortnight(s)
	if err != nil {
		t.Fatal(err)
	}
	f.Limits.AcksPerAddressHour = 1
	ctx := context.Background()
	for d := range 5 {
		if err := f.day(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
	all = f.spend(t)
	mustClose(t, s)
	return dir, f, all
}

// cast is who plays in the mutations.
type cast struct {
	ticket, other  ticket.ID // with messages and events; ticket has the quote
	request, reply ticket.ArrivalID
	dup, ignored   ticket.ArrivalID
	ack, letter    ticket.NoticeID // sent letters to two people
	queued         ticket.NoticeID
	code           string

	erased ticket.ID        // a ticket of somebody who was erased
	gone   ticket.ArrivalID // its first mail
}

// spend offers, accepts and charges work on the first ticket of Mario, and finds
// the cast.
func (f *fortnight) spend(t *testing.T) (c cast) {
	t.Helper()
	ctx := context.Background()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	tell := func() (sent []ticket.Notice) {
		rows, _, err := f.Take(ctx, ticket.LaneCustomers, 100, func(ticket.NoticeID) bool { return false })
		check(err)
		for _, r := range rows {
			if err := f.Begin(ctx, r.Notice.ID, storetest.Letter(&r.Notice)); errors.Is(err, ticket.ErrStale) {
				continue
			} else {
				check(err)
			}
			check(f.Settle(ctx, r.Notice.ID, ticket.Outcome{State: ticket.RowSent, Response: "250 ok"}))
			sent = append(sent, r.Notice)
		}
		return sent
	}
	tell()
	fresh := f.in(900, func(m *ticket.Inbound) { m.From = []ticket.Mailbox{{Address: "mario@x.example"}} })
	check(f.Receive(ctx, []*ticket.Inbound{fresh}, ticket.Cursor{UIDValidity: 1, First: 1, Last: f.uid}))
	tell()
	check(f.Store.View(ctx, func(tx ticket.Tx) error {
		for v, err := range tx.Tickets(ticket.Filter{Customer: "C1"}) {
			if err != nil {
				return err
			}
			c.ticket = v.ID
			break
		}
		return nil
	}))
	q, err := f.Offer(ctx, c.ticket, ticket.Offer{Credits: 4, Text: "Il lavoro", Actor: "Anna", Cause: "verb quote"})
	check(err)
	c.code = q.Code
	for _, n := range tell() {
		if n.Kind == ticket.NoticeQuote && n.To.Address == "mario@x.example" && n.Quote.Code == q.Code {
			yes := f.in(903, func(m *ticket.Inbound) {
				m.From, m.Recipients, m.InReplyTo = []ticket.Mailbox{{Address: n.To.Address}}, []string{n.ReplyTo}, []string{n.MessageID}
				m.Text, m.Reply = "Accetto.", "Accetto."
			})
			check(f.Receive(ctx, []*ticket.Inbound{yes}, ticket.Cursor{UIDValidity: 1, First: 1, Last: f.uid}))
		}
	}
	check(f.Capture(ctx, c.ticket, 1, "verb charge", "Anna"))
	tell()
	f.now = f.now.Add(time.Minute)
	last := f.in(904, func(m *ticket.Inbound) { m.From = []ticket.Mailbox{{Address: "altro@z.example"}} })
	check(f.Receive(ctx, []*ticket.Inbound{last}, ticket.Cursor{UIDValidity: 1, First: 1, Last: f.uid}))
	const gone = "via@w.example"
	in := f.in(905, func(m *ticket.Inbound) { m.From = []ticket.Mailbox{{Address: gone}} })
	check(f.Receive(ctx, []*ticket.Inbound{in}, ticket.Cursor{UIDValidity: 1, First: 1, Last: f.uid}))
	check(f.Store.View(ctx, func(tx ticket.Tx) error {
		for v, err := range tx.Tickets(ticket.Filter{Limit: 1}) {
			if err != nil {
				return err
			}
			c.erased = v.ID
		}
		m, err := tx.Message(c.erased, 1)
		if err == nil {
			c.gone = m.Arrival
		}
		return err
	}))
	check(f.Close(ctx, c.erased, 0, "admin"))
	_, err = f.Erase(ctx, ticket.ErasureOrder{Who: gone, Reason: "asked", Actor: "admin"})
	check(err)
	f.now = f.now.Add(time.Minute)
	check(f.Receive(ctx, []*ticket.Inbound{f.in(906, func(m *ticket.Inbound) { m.From = []ticket.Mailbox{{Address: "altro@z.example"}} })}, ticket.Cursor{UIDValidity: 1, First: 1, Last: f.uid}))
	check(f.Store.View(ctx, func(tx ticket.Tx) error { return c.find(tx) }))
	return c
}

// find looks for the rest of the cast.
func (c *cast) find(tx ticket.Tx) error {
	for v, err := range tx.Tickets(ticket.Filter{}) {
		if err != nil {
			return err
		}
		if v.ID != c.ticket && v.Requester.Address == "nessuno@y.example" && v.Messages > 1 && v.Events > 1 {
			c.other = v.ID
		}
	}
	for r, err := range tx.Rows(0, 0) {
		if err != nil {
			return err
		}
		switch {
		case r.State == ticket.RowQueued:
			c.queued = r.Notice.ID
		case r.State != ticket.RowSent || r.Notice.Kind.Technical():
		case r.Notice.Kind == ticket.NoticeAck && r.Notice.To.Address == "nessuno@y.example":
			c.ack = r.Notice.ID
		case r.Notice.To.Address == "mario@x.example" && r.Notice.Ticket == c.ticket:
			c.letter = r.Notice.ID
		}
	}
	for n := ticket.ArrivalID(1); ; n++ {
		a, err := tx.Arrival(n)
		if errors.Is(err, ticket.ErrNotFound) {
			break
		}
		if err != nil {
			return err
		}
		switch {
		case a.Fate == ticket.FateDuplicate:
			c.dup = n
		case a.Fate == ticket.FateIgnored:
			c.ignored = n
		case a.Fate == ticket.FateMessage && a.Ticket == c.other && a.Seq == 1:
			c.request = n
		case a.Fate == ticket.FateMessage && a.Ticket == c.ticket && a.Seq > 1:
			c.reply = n
		}
	}
	if c.other == 0 || c.ack == 0 || c.letter == 0 || c.queued == 0 || c.dup == 0 || c.ignored == 0 || c.request == 0 || c.reply == 0 {
		return fmt.Errorf("the desk was too quiet: %+v", *c)
	}
	return nil
}

// mutations are at least one of each kind of record and each way to change it.
func mutations(c cast, s *Store) []mutation {
	ctx := context.Background()
	var arrivals, tickets, rows uint64
	var row *ticket.Row
	var letter *ticket.Letter
	var reply *ticket.Message
	var mario *ticket.Ticket
	if err := s.View(ctx, func(t ticket.Tx) (err error) {
		b := t.(*tx)
		arrivals, tickets, rows = b.bucket(bucketArrivals).given(), b.bucket(bucketTickets).given(), b.bucket(bucketRows).given()
		row, err = t.Row(c.letter)
		l, err2 := t.Letter(c.letter)
		a, err3 := t.Arrival(c.reply)
		v, err4 := t.Ticket(c.ticket)
		letter, mario = l, v
		if err := errors.Join(err, err2, err3, err4); err != nil {
			return err
		}
		reply, err = t.Message(a.Ticket, a.Seq)
		return err
	}); err != nil {
		panic(err)
	}
	T, O := c.ticket, c.other
	day := func(n int) time.Time { return month0.AddDate(1, 0, n) }
	return []mutation{
		// Tickets.
		{"ticket: gone", "P9", takeOut(bucketTickets, number(O))},
		{"ticket: two exchanged", "P11", exchange(bucketTickets, number(T), number(O))},
		{"ticket: another's contents", "P14", onTicket(O, func(t *ticket.Ticket) { v := *mario; v.ID, v.Messages, v.Events = O, t.Messages, t.Events; *t = v })},
		{"ticket: subject", "P14", onTicket(T, func(t *ticket.Ticket) { t.Subject += "!" })},
		{"ticket: state", "P14", onTicket(O, func(t *ticket.Ticket) { t.State = 4 - t.State; t.ClosesAt = time.Time{} })},
		{"ticket: no state", "P14", onTicket(O, func(t *ticket.Ticket) { t.State = 0 })},
		{"ticket: reason", "P14", onTicket(O, func(t *ticket.Ticket) { t.ClosedReason = ticket.ReasonSpam })},
		{"ticket: requester", "P14", onTicket(O, func(t *ticket.Ticket) { t.Requester.Address = "mallory@evil.example" })},
		{"ticket: customer", "P14", onTicket(O, func(t *ticket.Ticket) { t.Customer = "C1" })},
		{"ticket: customer of nobody", "P6", onTicket(O, func(t *ticket.Ticket) { t.Customer = "C9" })},
		{"ticket: assignee", "P14", onTicket(O, func(t *ticket.Ticket) { t.Assignee = "Bruno" })},
		{"ticket: language", "P14", onTicket(O, func(t *ticket.Ticket) { t.Language = "en" })},
		{"ticket: answer due", "P14", onTicket(O, func(t *ticket.Ticket) { t.AnswerDue = day(1) })},
		{"ticket: closing date", "P14", onTicket(O, func(t *ticket.Ticket) { t.ClosesAt = day(2) })},
		{"ticket: topic", "P14", onTicket(O, func(t *ticket.Ticket) { t.Decision.Topic = "domain" })},
		{"ticket: coverage", "P14", onTicket(O, func(t *ticket.Ticket) { t.Decision.Coverage = policy.Covered })},
		{"ticket: clause", "P14", onTicket(O, func(t *ticket.Ticket) { t.Decision.Clause = "none" })},
		{"ticket: participant more", "P14", onTicket(O, func(t *ticket.Ticket) {
			t.Participants = append(t.Participants, ticket.Participant{Mailbox: ticket.Mailbox{Address: "mallory@evil.example"}, Approved: true})
		})},
		{"ticket: participant another", "P6", onTicket(T, func(t *ticket.Ticket) { t.Participants[0].Address = "mallory@evil.example" })},
		{"ticket: participant twice", "P6", onTicket(T, func(t *ticket.Ticket) { t.Participants = append(t.Participants, t.Participants[0]) })},
		{"ticket: joined", "P6", onTicket(O, func(t *ticket.Ticket) { t.MergedInto = T })},
		{"ticket: joined to nothing", "P14", onTicket(O, func(t *ticket.Ticket) { t.MergedInto = 999 })},
		{"ticket: linked", "P14", onTicket(O, func(t *ticket.Ticket) { t.Linked = append(t.Linked, T) })},
		{"ticket: held", "P4", onTicket(T, func(t *ticket.Ticket) { t.Held++ })},
		{"ticket: charged", "P4", onTicket(T, func(t *ticket.Ticket) { t.Charged-- })},
		{"ticket: quote's price", "P14", onTicket(T, func(t *ticket.Ticket) { t.Quote.Credits = 400 })},
		{"ticket: quote's end", "P14", onTicket(T, func(t *ticket.Ticket) { t.Quote.ValidUntil = day(9) })},
		{"ticket: quote's state", "P14", onTicket(T, func(t *ticket.Ticket) { t.Quote.State = ticket.QuoteOffered })},
		{"ticket: quote gone", "P14", onTicket(T, func(t *ticket.Ticket) { t.Quote = nil })},
		{"ticket: waits for no letter", "P14", onTicket(O, func(t *ticket.Ticket) { t.WaitsFor = 9999 })},
		{"ticket: waits for another's letter", "P14", onTicket(O, func(t *ticket.Ticket) { t.WaitsFor = c.letter })},
		{"ticket: a message more", "P14", onTicket(O, func(t *ticket.Ticket) { t.Messages++ })},
		{"ticket: an event less", "P14", onTicket(O, func(t *ticket.Ticket) { t.Events-- })},
		{"ticket: a number again", "P9", func(t *tx) error { return t.bucket(bucketTickets).giveUpTo(tickets - 1) }},

		// Messages and events.
		{"message: gone", "P1", takeOut(bucketMessages, entryKey(O, 1))},
		{"message: the last gone", "P14", takeOut(bucketMessages, entryKey(T, mario.Messages))},
		{"message: two exchanged", "P11", exchange(bucketMessages, entryKey(T, 1), entryKey(T, 2))},
		{"message: of another ticket", "P1", exchange(bucketMessages, entryKey(T, 1), entryKey(O, 1))},
		{"message: text", "P1", onMessage(O, 1, func(m *ticket.Message) { m.Text = strings.Replace(m.Text, "500", "600", 1) })},
		{"message: sender", "P1", onMessage(O, 1, func(m *ticket.Message) { m.From.Address = "mario@x.example" })},
		{"message: authority", "P5", onMessage(O, 1, func(m *ticket.Message) { m.Authority = ticket.AuthoritySpend })},
		{"message: no authority", "P5", onMessage(T, reply.Seq, func(m *ticket.Message) { m.Authority = ticket.AuthorityNone })},
		{"message: another's mail", "P1", onMessage(O, 1, func(m *ticket.Message) { m.Raw = reply.Raw })},
		{"message: another's arrival", "P1", onMessage(O, 1, func(m *ticket.Message) { m.Arrival = reply.Arrival })},
		{"message: Message-ID", "P1", onMessage(O, 1, func(m *ticket.Message) { m.MessageID = reply.MessageID })},
		{"message: of no kind", "P14", onMessage(O, 1, func(m *ticket.Message) { m.Kind = 0 })},
		{"message: of another letter", "P8", onMessage(O, 2, func(m *ticket.Message) { m.NoticeID = c.letter })},
		{"message: a file that the mail has not", "P1", onMessage(O, 1, func(m *ticket.Message) { m.Attachments = []ticket.Attachment{{Name: "x", Size: 1}} })},
		{"message: twice", "P2", func(t *tx) error {
			m, err := t.Message(O, 1)
			v, err2 := t.Ticket(O)
			if err := errors.Join(err, err2); err != nil {
				return err
			}
			v.Messages++
			m.Seq = v.Messages
			return errors.Join(t.AddMessage(O, m), t.PutTicket(v))
		}},
		{"event: gone", "P14", takeOut(bucketEvents, entryKey(O, 1))},
		{"event: the last gone", "P14", takeOut(bucketEvents, entryKey(T, mario.Events))},
		{"event: two exchanged", "P11", exchange(bucketEvents, entryKey(O, 1), entryKey(O, 2))},
		{"event: of another ticket", "P14", exchange(bucketEvents, entryKey(T, 1), entryKey(O, 1))},
		{"event: what it changed", "P14", onEvent(O, 0, func(e *ticket.Event) { e.Changes[0].After += "x" })},
		{"event: what was before", "P14", onEvent(O, 0, func(e *ticket.Event) { e.Changes[0].Before += "x" })},
		{"event: a change forgotten", "P14", onEvent(O, 0, func(e *ticket.Event) { e.Changes = e.Changes[1:] })},
		{"event: a field that no ticket has", "P14", onEvent(O, 0, func(e *ticket.Event) { e.Changes[0].Field = "colour" })},
		{"event: cause", "P14", onEvent(O, 0, func(e *ticket.Event) { e.Cause = "arrival 99999" })},
		{"event: no cause", "P14", onEvent(O, 0, func(e *ticket.Event) { e.Cause = "" })},
		{"event: another's letter as cause", "P14", onEvent(O, -1, func(e *ticket.Event) { e.Cause = fmt.Sprint("notice ", c.letter) })},
		{"event: by nobody", "P14", onEvent(O, 0, func(e *ticket.Event) { e.Actor = "" })},
		{"event: authority", "P5", onEvent(O, 0, func(e *ticket.Event) {
			for i := range e.Rulings {
				if e.Rulings[i].Decision == "authority" {
					e.Rulings[i].Value = "technician"
				}
			}
		})},
		{"event: month", "P9", onEvent(O, 0, func(e *ticket.Event) { e.At = e.At.AddDate(0, 3, 0) })},
		{"event: twice", "P2", func(t *tx) error {
			events, err := t.Events(O)
			v, err2 := t.Ticket(O)
			if err := errors.Join(err, err2); err != nil {
				return err
			}
			e := events[0]
			v.Events++
			e.Seq, e.Changes = v.Events, nil
			return errors.Join(t.AddEvent(O, e), t.PutTicket(v))
		}},

		// Arrivals and what finds them.
		{"arrival: gone", "P9", takeOut(bucketArrivals, number(c.ignored))},
		{"arrival: two exchanged", "P11", exchange(bucketArrivals, number(c.request), number(c.reply))},
		{"arrival: fate", "P1", onArrival(c.request, func(a *ticket.Arrival) { a.Fate, a.Reason = ticket.FateIgnored, "x" })},
		{"arrival: no fate", "P1", onArrival(c.request, func(a *ticket.Arrival) { a.Fate = 0 })},
		{"arrival: another ticket", "P1", onArrival(c.request, func(a *ticket.Arrival) { a.Ticket = T })},
		{"arrival: another message", "P1", onArrival(c.request, func(a *ticket.Arrival) { a.Seq = 2 })},
		{"arrival: reason", "P1", onArrival(c.ignored, func(a *ticket.Arrival) { a.Reason = "" })},
		{"arrival: copy of another mail", "P2", onArrival(c.dup, func(a *ticket.Arrival) { a.Of = c.ignored })},
		{"arrival: copy of itself", "P1", onArrival(c.dup, func(a *ticket.Arrival) { a.Of = a.ID })},
		{"arrival: hash", "P1", onArrival(c.request, func(a *ticket.Arrival) { a.RawSum[20] ^= 1 })},
		{"arrival: raw mail of another", "P1", onArrival(c.request, func(a *ticket.Arrival) { a.Raw = reply.Raw })},
		{"arrival: raw mail gone", "P1", onArrival(c.request, func(a *ticket.Arrival) { a.Raw = "2026-11/99999/AAAAAAAAAAA" })},
		{"arrival: sender", "P1", onArrival(c.request, func(a *ticket.Arrival) { a.From = "mario@x.example" })},
		{"arrival: Message-ID", "P1", onArrival(c.request, func(a *ticket.Arrival) { a.MessageID = "x@y" })},
		{"arrival: subject", "P1", onArrival(c.ignored, func(a *ticket.Arrival) { a.Subject = "x" })},
		{"arrival: beyond the cursor", "P1", onArrival(c.request, func(a *ticket.Arrival) { a.Source.UID = 5000 })},
		{"arrival: a number again", "P11", func(t *tx) error { return t.bucket(bucketArrivals).giveUpTo(arrivals - 1) }},
		{"fingerprint: gone", "P2", first(bucketRawSums)},
		{"fingerprint: of another", "P2", func(t *tx) error {
			a, err := t.Arrival(c.request)
			if err != nil {
				return err
			}
			return t.bucket(bucketRawSums).put(shelfKey(0, sumKey(a.RawSum)), number(c.reply))
		}},
		{"content: gone", "P2", first(bucketContents)},
		{"content: the later one owns it", "P2", func(t *tx) error {
			a, err := t.Arrival(c.dup)
			if err != nil {
				return err
			}
			return t.bucket(bucketContents).put(shelfKey(0, sumKey(a.Content)), number(c.dup))
		}},
		{"place: gone", "P1", first(bucketPlaces)},
		{"place: of another", "P1", func(t *tx) error {
			a, err := t.Arrival(1)
			if err != nil {
				return err
			}
			return t.bucket(bucketPlaces).put(placeKey(a.Source), number(c.reply))
		}},
		{"fate: not listed", "P1", first(bucketFates)},
		{"fate: listed too much", "P1", putUnder(bucketFates, appendNumber(fatePrefix(ticket.FateHeld), uint64(1)), nil)},
		{"Message-ID: gone", "P2", takeOut(bucketMessageIDs, shelfKey(0, digest("m2@c")))},
		{"Message-ID: on another ticket", "P2", putUnder(bucketMessageIDs, shelfKey(0, digest("m2@c")), number(T))},
		{"Message-ID: on no ticket", "P2", putUnder(bucketMessageIDs, shelfKey(0, digest("m2@c")), number(ticket.ID(999)))},
		{"shelf: a Message-ID twice", "P2", putUnder(bucketMessageIDs, digest("m2@c"), number(T))},
		{"shelf: one that comes later", "P2", putUnder(bucketMessageIDs, shelfKey(7, digest("x@y")), number(T))},
		{"shelf: a sieve too early", "P2", putUnder(bucketSieves, sieveKey(0, 0), nil)},
		{"shelf: a sieve with a bit less", "P2", func(t *tx) error {
			if err := errors.Join(t.bucket(bucketArrivals).giveUpTo(2*shelfSize), t.fullShelves()); err != nil {
				return err
			}
			for i, m := range must(t.bucket(bucketSieves).get(sieveKey(0, 2))) {
				if m != 0 {
					s := bytes.Clone(must(t.bucket(bucketSieves).get(sieveKey(0, 2))))
					s[i] &= s[i] - 1
					return t.bucket(bucketSieves).put(sieveKey(0, 2), s)
				}
			}
			return errors.New("the sieve is empty")
		}},
		{"shelf: the last sieves gone", "P2", func(t *tx) error {
			return errors.Join(t.bucket(bucketArrivals).giveUpTo(shelfSize), t.fullShelves(), takeOut(bucketSieves, sieveKey(0, 2))(t))
		}},
		{"cursor: back", "P1", func(t *tx) error { return t.SetCursor(ticket.Cursor{UIDValidity: 1, First: 1, Last: 3}) }},
		{"cursor: ends before it begins", "P1", func(t *tx) error { return t.SetCursor(ticket.Cursor{UIDValidity: 2, First: 9, Last: 3}) }},
		{"archive: forgotten", "P1", first(bucketArchived)},
		{"archive: remembered too short", "P1", putUnder(bucketArchived, []byte("2026-11"), number(uint64(1)))},

		// The outbox.
		{"row: gone", "P8", takeOut(bucketRows, number(c.letter))},
		{"row: notice gone", "P11", takeOut(bucketNotices, number(c.queued))},
		{"row: what was sent gone", "P11", onKept(c.letter, func([]ticket.RawRef) []ticket.RawRef { return nil })},
		{"row: what was sent is a mail", "P11", onKept(c.letter, func([]ticket.RawRef) []ticket.RawRef { return []ticket.RawRef{reply.Raw} })},
		{"row: what was sent is of a later life", "P8", onKept(c.letter, func(refs []ticket.RawRef) []ticket.RawRef {
			return append([]ticket.RawRef{"2031-01/1/AAAAAAAAAAA"}, refs...)
		})},
		{"row: two notices exchanged", "P11", func(t *tx) error {
			var a, b rowRecord
			err := errors.Join(t.get(bucketRows, number(c.letter), &a, "row", c.letter), t.get(bucketRows, number(c.ack), &b, "row", c.ack))
			return errors.Join(err, onKept(c.letter, func([]ticket.RawRef) []ticket.RawRef { return b.Kept })(t),
				onKept(c.ack, func([]ticket.RawRef) []ticket.RawRef { return a.Kept })(t))
		}},
		{"row: two exchanged", "P8", exchange(bucketRows, number(c.letter), number(c.queued))},
		{"row: to another", "P6", onRow(c.letter, func(r *ticket.Row) { r.Notice.To.Address = "mallory@evil.example" })},
		{"row: to another on the queue", "P6", onRow(c.queued, func(r *ticket.Row) { r.Notice.To.Address = "mallory@evil.example" })},
		{"row: about another ticket", "P8", onRow(c.letter, func(r *ticket.Row) { r.Notice.Ticket = O })},
		{"row: about no ticket", "P6", onRow(c.letter, func(r *ticket.Row) { r.Notice.Ticket = 999 })},
		{"row: another kind", "P8", onRow(c.letter, func(r *ticket.Row) { r.Notice.Kind = ticket.NoticeReopened })},
		{"row: another's Message-ID", "P8", onRow(c.ack, func(r *ticket.Row) { r.Notice.MessageID = row.Notice.MessageID })},
		{"row: a Message-ID of nobody", "P8", onRow(c.ack, func(r *ticket.Row) { r.Notice.MessageID = "x@y" })},
		{"row: queued again", "P8", onRow(c.letter, func(r *ticket.Row) { r.State = ticket.RowQueued })},
		{"row: sent without a letter", "P8", onRow(c.queued, func(r *ticket.Row) { r.State, r.Tries, r.Settled = ticket.RowSent, 1, day(0) })},
		{"row: of no state", "P8", onRow(c.letter, func(r *ticket.Row) { r.State = 0 })},
		{"row: failed without a reason", "P8", onRow(c.letter, func(r *ticket.Row) { r.State, r.LastError = ticket.RowFailed, "" })},
		{"row: sent without a try", "P8", onRow(c.letter, func(r *ticket.Row) { r.Tries = 0 })},
		{"row: sent at no time", "P8", onRow(c.letter, func(r *ticket.Row) { r.Settled = time.Time{} })},
		{"row: an acknowledgement resent", "P8", onRow(c.ack, func(r *ticket.Row) { r.Resent = true })},
		{"row: twice", "P8", func(t *tx) error {
			r, err := t.Row(c.letter)
			if err != nil {
				return err
			}
			n, err := t.NextNotice()
			r.Notice.ID = n
			return errors.Join(err, t.PutRow(r), t.PutLetter(n, letter))
		}},
		{"row: a second acknowledgement", "P7", func(t *tx) error {
			r, err := t.Row(c.ack)
			if err != nil {
				return err
			}
			n, err := t.NextNotice()
			r.Notice.ID = n
			return errors.Join(err, t.PutRow(r))
		}},
		{"row: a number again", "P11", func(t *tx) error { return t.bucket(bucketRows).giveUpTo(rows - 1) }},
		{"queue: gone", "P8", first(bucketQueue)},
		{"queue: too much", "P8", putUnder(bucketQueue, appendNumber(appendTime([]byte{1}, month0), c.letter), nil)},
		{"state of a row: gone", "P8", first(bucketRowStates)},
		{"letter: of no row", "P8", func(t *tx) error { return t.PutLetter(ticket.NoticeID(rows+1), letter) }},
		{"letter: another's", "P6", func(t *tx) error {
			l, err := t.Letter(c.ack)
			return errors.Join(err, t.PutLetter(c.letter, l))
		}},
		{"letter: a word", "P8", onLetter(c.letter, func(l *ticket.Letter) { l.Chunks[0].Bytes[len(l.Chunks[0].Bytes)-4] ^= 1 })},
		{"letter: recipient", "P6", onLetter(c.letter, func(l *ticket.Letter) {
			l.Chunks[0].Bytes = bytes.Replace(l.Chunks[0].Bytes, []byte("To: <mario@x.example>"), []byte("To: <mallory@evil.example>"), 1)
		})},
		{"letter: cut", "P8", onLetter(c.letter, func(l *ticket.Letter) { l.Chunks[0].Bytes = l.Chunks[0].Bytes[:20] })},
		{"letter: hash", "P8", onLetter(c.letter, func(l *ticket.Letter) { l.Sum[3]++ })},
		{"letter: length", "P8", onLetter(c.letter, func(l *ticket.Letter) { l.Size++ })},
		{"letter: empty", "P8", onLetter(c.letter, func(l *ticket.Letter) { l.Chunks = nil })},
		{"letter: of no row", "P8", func(t *tx) error { return t.PutLetter(7777, letter) }},

		// People and their credits.
		{"customer: gone", "P4", takeOut(bucketCustomers, []byte("C1"))},
		{"customer: contact not listed", "P9", first(bucketContacts)},
		{"customer: contact of nobody", "P9", putUnder(bucketContacts, appendText(appendText(nil, "x@y"), "C1"), nil)},
		{"customer: an allowance used by another's ticket", "P14", onCustomer("C1", func(v *ticket.Customer) { v.Uses = append(v.Uses, ticket.PlanUse{Ticket: O}) })},
		{"lot: more", "P4", onLot("O-1", func(l *policy.Lot) { l.Quantity++ })},
		{"lot: less spent", "P4", onLot("O-1", func(l *policy.Lot) { l.Spent-- })},
		{"lot: less held", "P4", onLot("O-1", func(l *policy.Lot) { l.Held-- })},
		{"lot: longer", "P4", onLot("O-1", func(l *policy.Lot) { l.Purchased = l.Purchased.AddDays(30) })},
		{"lot: gone", "P4", first(bucketLots)},
		{"lot: a gift", "P4", func(t *tx) error {
			return t.PutLot("C1", policy.Lot{Ref: "GIFT", Quantity: 9, Entered: true, Purchased: policy.Date{Year: 2026, Month: 3, Day: 1}})
		}},
		{"lot: reference gone", "P4", first(bucketRefs)},
		{"lot: not looked at", "P4", first(bucketDueLots)},
		{"hold: gone", "P4", first(bucketHolds)},
		{"hold: more", "P4", func(t *tx) error {
			customer, h, err := t.Hold(c.code)
			if err != nil {
				return err
			}
			h.Parts[0].Credits++
			return t.PutHold(customer, h)
		}},
		{"entry: the last gone", "P4", func(t *tx) error {
			e, ok := t.bucket(bucketEntries).cursor().last()
			if !ok {
				return errWanted
			}
			return t.bucket(bucketEntries).delete(bytes.Clone(e.key))
		}},
		{"entry: two exchanged", "P4", exchange(bucketEntries, ledgerKey("C1", 1), ledgerKey("C1", 2))},
		{"entry: credits", "P4", func(t *tx) error {
			e, err := t.entry("C1", 1)
			if err != nil {
				return err
			}
			e.Move.Credits++
			return t.put(t.bucket(bucketEntries), ledgerKey("C1", 1), newEntryRecord(e), "entry", 1)
		}},
		{"entry: twice", "P4", func(t *tx) error {
			e, err := t.LastEntry("C1")
			if err != nil {
				return err
			}
			e.Seq++
			return t.AddEntry("C1", e)
		}},
		{"entry: its mail gone", "P3", func(t *tx) error {
			for e, err := range t.bucket(bucketEvents).ascend(number(T)) {
				var r eventRecord
				if err != nil || decode(e.value, &r) != nil {
					return err
				}
				if r.Kind == "hold" {
					r.Cause = "verb quote"
					return t.put(t.bucket(bucketEvents), bytes.Clone(e.key), r, "event", r.Seq)
				}
			}
			return errWanted
		}},
		{"entry: nobody ordered it", "P3", func(t *tx) error {
			for e, err := range t.bucket(bucketEvents).ascend(number(T)) {
				var r eventRecord
				if err != nil || decode(e.value, &r) != nil {
					return err
				}
				if r.Kind == "capture" {
					r.Actor = "Bruno"
					return t.put(t.bucket(bucketEvents), bytes.Clone(e.key), r, "event", r.Seq)
				}
			}
			return errWanted
		}},
		{"cause: gone", "P2", first(bucketCauses)},
		{"books: back", "P4", func(t *tx) error {
			b, err := t.Books()
			if err != nil {
				return err
			}
			b.Entries--
			return t.SetBooks(b)
		}},
		{"books: gone", "P4", takeOut(bucketDesk, keyBooks)},

		// Indexes, counts and limits.
		{"list of tickets: gone", "P9", first(bucketListed)},
		{"list of tickets: too much", "P9", putUnder(bucketListed, []byte("x"), nil)},
		{"tickets with a date: gone", "P9", first(bucketAwake)},
		{"month of a ticket: gone", "P9", first(bucketMonths)},
		{"month of a customer: gone", "P9", first(bucketPosted)},
		{"counts: a ticket", "P9", func(t *tx) error { n, err := t.counts(); n.Open++; return err }},
		{"counts: a mail", "P9", func(t *tx) error { n, err := t.counts(); n.Ignored++; return err }},
		{"counts: a letter", "P9", func(t *tx) error { n, err := t.counts(); n.Outbox[ticket.RowSent]--; return err }},
		{"counts: gone", "P9", func(t *tx) error { n, err := t.counts(); *n = ticket.Stats{}; return err }},
		{"limits: forgotten", "P7", func(t *tx) error {
			var keys [][]byte
			for e, err := range t.bucket(bucketHits).ascend(nil) {
				if err != nil {
					return err
				}
				keys = append(keys, bytes.Clone(e.key))
			}
			for _, k := range keys {
				if err := t.bucket(bucketHits).delete(k); err != nil {
					return err
				}
			}
			return nil
		}},
		{"seen: gone", "P13", takeOut(bucketDesk, keySeen)},
		{"erased: a ticket, of which nothing is on record", "P14", onTicket(O, func(t *ticket.Ticket) { t.Erased = 9 })},
		{"erased: a ticket more", "P14", onTicket(O, func(t *ticket.Ticket) { t.Erased = 1 })},
		{"erased: a message, not on record", "P14", onMessage(O, 1, func(m *ticket.Message) { m.Erased = 9 })},
		{"erased: a message more", "P14", onMessage(O, 1, func(m *ticket.Message) { m.Erased, m.Text, m.Subject = 1, "", "" })},
		{"erased: a letter, not on record", "P14", onRow(c.ack, func(r *ticket.Row) { r.Erased = 9 })},
		{"erased: a letter more", "P14", onRow(c.ack, func(r *ticket.Row) { r.Erased = 1 })},
		{"erased: a letter's bytes alone", "P8", func(t *tx) error { _, err := t.EraseLetter(c.ack, 1); return err }},
		{"erased: a mail, not on record", "P14", onArrival(c.request, func(a *ticket.Arrival) { a.Erased = 9 })},
		{"erased: a mail more, whose bytes are there", "P14", onArrival(c.ignored, func(a *ticket.Arrival) { a.Erased = 1 })},
		{"erased: a mail less", "P1", onArrival(c.gone, func(a *ticket.Arrival) { a.Erased = 0 })},
		{"erased: a message less", "P14", onMessage(c.erased, 1, func(m *ticket.Message) { m.Erased = 0 })},
		{"erased: words come back", "P14", onMessage(c.erased, 1, func(m *ticket.Message) { m.Text = "x" })},
		{"erased: a ticket that is not closed", "P14", onTicket(c.erased, func(t *ticket.Ticket) { t.State, t.ClosedReason, t.Closed = ticket.StateOpen, 0, time.Time{} })},
		{"erased: a ticket with its subject", "P14", onTicket(c.erased, func(t *ticket.Ticket) { t.Subject = "x" })},
		{"erased: no record", "P14", takeOut(bucketDesk, erasureKey(1))},
		{"erased: a record that counts otherwise", "P14", func(t *tx) error {
			e, err := t.Erasure(1)
			if err != nil {
				return err
			}
			e.Erased.Messages++
			return t.PutErasure(e)
		}},
		{"summary: a ticket that is none", "P1", func(t *tx) error { return t.SetGathered(ticket.Gathered{Tickets: []ticket.ID{999}}) }},
	}
}

// Whatever a mistake of this program could leave in a record, fsck tells the
// promise that it breaks.
func TestEveryMutationBreaksAPromise(t *testing.T) {
	dir, f, all := busyDesk(t)
	s := mustOpen(t, dir, Options{})
	f.Store = s
	if found := findings(t, s, f.Desk); found != nil {
		t.Fatalf("before: %q", found)
	}
	putAway(t, s)
	list := mutations(all, s)
	mustClose(t, s)
	if len(list) < 60 {
		t.Errorf("%d mutations", len(list))
	}
	path := filepath.Join(dir, deskFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		t.Run(m.name, func(t *testing.T) {
			s := mustOpen(t, dir, Options{})
			s.db.NoSync = true
			err := s.db.Update(func(b *bolt.Tx) error {
				t := s.newTx(b)
				if err := m.change(t); err != nil {
					return err
				}
				return t.finish()
			})
			if err != nil {
				t.Fatal(err)
			}
			desk := *f.Desk
			desk.Store = s
			found := findings(t, s, &desk)
			if !slices.ContainsFunc(found, func(f string) bool { return strings.HasPrefix(f, m.promise+" ") }) {
				t.Errorf("no finding of %s among %q", m.promise, found)
			}
			s.db.NoSync = false
			mustClose(t, s)
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			settleWitness(t, dir)
		})
	}
}

// settleWitness lets an older database be opened again.
func settleWitness(t *testing.T, dir string) {
	t.Helper()
	w := &witness{path: filepath.Join(dir, witnessFile)}
	if err := w.load(); err != nil {
		t.Fatal(err)
	}
	next := w.disk
	next.Position = 0
	if err := w.save(next); err != nil {
		t.Fatal(err)
	}
}

// findings are the errors that a deep fsck tells.
func findings(t *testing.T, s *Store, d *ticket.Desk) (found []string) {
	t.Helper()
	report := func(level, promise, where, text string) {
		if level == "error" {
			found = append(found, fmt.Sprintf("%s %s: %s", promise, where, text))
		}
	}
	if err := s.Check(t.Context(), true, func(f Finding) { report(f.Level, f.Promise, f.Where, f.Text) }); err != nil {
		found = append(found, "P11 check: "+err.Error())
	}
	if err := d.Audit(t.Context(), ticket.Auditing{Deep: true, Report: report}); err != nil {
		found = append(found, "P11 audit: "+err.Error())
	}
	return found
}
