package ticket

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"
)

// todo is what an erasure found that is to be done.
type todo struct {
	tickets  map[ID]*ticketTodo
	order    []ID
	rows     []NoticeID         // of no ticket that is erased whole
	arrivals []ArrivalID        // likewise
	near     map[ID]bool        // tickets of others on which he is, or that name him: his name is his there
	gone     map[RawRef]bool    // raw mails that go
	asked    map[ArrivalID]bool // arrivals that go, which letters ask about
	ledgers  []string           // customers whose ledger names him
	known    []string           // customers whose contact or name he is
	gathered bool               // the summary to the technicians names him
	open     []ID
	count    Erased
	struck   int
}

// ticketTodo is what is to be done on one ticket.
type ticketTodo struct {
	whole    bool
	done     bool // the ticket itself is
	rows     []NoticeID
	arrivals []ArrivalID
}

func (t *todo) empty() bool {
	return len(t.tickets)+len(t.rows)+len(t.arrivals)+len(t.ledgers)+len(t.known) == 0 && !t.gathered
}

// on is what is to be done on a ticket, where it is noted.
func (t *todo) on(id ID) *ticketTodo {
	if t.tickets[id] == nil {
		t.tickets[id] = &ticketTodo{}
		t.order = append(t.order, id)
	}
	return t.tickets[id]
}

// erasing is one erasure under way.
type erasing struct {
	Erasure
	d      *Desk
	ctx    context.Context
	reread func(raw []byte, arrived time.Time) *Inbound
	like   *likeness
	sure   *likeness // like, without names
	// unscrubbed is why what is left on disk was not overwritten yet.
	unscrubbed error
	// due are the tickets that retention erases; nil for any other erasure.
	due map[ID]bool
	// row and mail are the first that retention looks at.
	row  NoticeID
	mail ArrivalID
}

// theirs tells whether a ticket is erased whole.
func (x *erasing) theirs(t *Ticket) bool {
	switch {
	case x.due != nil:
		return x.due[t.ID]
	case x.Wanted.Customer != "" && t.Customer == x.Wanted.Customer:
		return true
	}
	_, his := x.like.people[t.Requester.Address]
	return his
}

// search looks through the whole desk.
func (x *erasing) search() (*todo, error) {
	if x.like == nil {
		x.like = newLikeness(x.ID, x.Wanted, erasedWord(x.d.Language))
	}
	x.sure = x.like.certain()
	f := &todo{tickets: map[ID]*ticketTodo{}, near: map[ID]bool{}, gone: map[RawRef]bool{}, asked: map[ArrivalID]bool{}}
	for _, look := range []func(*todo) error{x.searchTickets, x.searchMails, x.searchRows, x.searchBooks} {
		if err := look(f); err != nil {
			return nil, err
		}
	}
	for id, on := range f.tickets {
		switch {
		case !on.done:
		case len(on.rows)+len(on.arrivals) > 0:
			f.order = append(f.order, id)
		default:
			delete(f.tickets, id)
		}
	}
	return f, nil
}

func (x *erasing) searchTickets(f *todo) error {
	look := func(tx Tx, t *Ticket) error {
		if t.Erased != 0 && t.Erased == x.ID && (x.Wanted.Customer == "" || t.Customer != x.Wanted.Customer) {
			f.tickets[t.ID] = &ticketTodo{whole: true, done: true} // what came to it since follows
			return nil
		}
		if x.theirs(t) {
			if t.Erased == 0 || x.Wanted.Customer != "" && t.Customer == x.Wanted.Customer {
				f.on(t.ID).whole = true
			}
			if t.Erased != 0 {
				return nil
			}
			f.count.Tickets++
			f.count.Messages += t.Messages
			if t.State != StateClosed || t.Held > 0 {
				f.open = append(f.open, t.ID)
			}
			return nil
		}
		if x.due != nil {
			return nil
		}
		return x.searchThread(tx, t, f)
	}
	if x.due == nil {
		return x.d.eachTicket(x.ctx, 1, look)
	}
	for id := range x.due {
		if err := x.d.Store.View(x.ctx, func(tx Tx) error {
			t, err := tx.Ticket(id)
			if err != nil {
				return err
			}
			return look(tx, t)
		}); err != nil {
			return err
		}
	}
	return nil
}

// searchThread looks for him on a ticket of others.
func (x *erasing) searchThread(tx Tx, t *Ticket, f *todo) error {
	messages, err := tx.Messages(t.ID)
	if err != nil {
		return err
	}
	events, err := tx.Events(t.ID)
	if err != nil {
		return err
	}
	named := func(v any) bool { return x.sure.named(v) || x.sure.touched(v) }
	if !named(t) && !contains(x.Wanted.Of, t.Customer) && !slices.ContainsFunc(events, func(e *Event) bool { return named(e) || x.inEvent(x.sure, e) }) &&
		!slices.ContainsFunc(messages, func(m *Message) bool { return named(m) }) {
		return nil
	}
	f.near[t.ID] = true
	found := x.like.named(t) || slices.ContainsFunc(events, func(e *Event) bool { return x.inEvent(x.like, e) })
	for _, m := range messages {
		switch {
		case m.Erased != 0:
		case x.wrote(m):
			f.count.Messages++
			found = true
		case x.like.named(m):
			f.struck++
			found = true
		}
	}
	if found {
		f.on(t.ID)
	}
	return nil
}

func (x *erasing) wrote(m *Message) bool {
	_, his := x.like.people[m.From.Address]
	return his
}

// inEvent tells whether an event names him, in whatever form.
func (x *erasing) inEvent(l *likeness, e *Event) bool {
	if l.named(e) {
		return true
	}
	f := x.forms(0)
	f.likeness = l
	for _, c := range e.Changes {
		if f.changed(c) != c {
			return true
		}
	}
	return false
}

// changed is a change of a ticket of others without him.
func (f *forms) changed(c Change) Change {
	return f.change(c, f.hisAddress, f.strike)
}

// hisAddress leaves the addresses of others.
func (f *forms) hisAddress(addr string) string { return cmp.Or(f.people[addr], addr) }

func (x *erasing) forms(id ID) *forms {
	return &forms{likeness: x.like, d: x.d, id: x.ID, ticket: id, from: cmp.Or(x.Wanted.Customer, "\x00"), to: x.Customer, others: map[string]string{}}
}

// searchMails looks at every mail, and reads again what is not his own.
func (x *erasing) searchMails(f *todo) error {
	return x.d.eachArrival(x.ctx, max(1, x.mail), func(_ Tx, a *Arrival) error {
		whole := f.tickets[a.Ticket] != nil && f.tickets[a.Ticket].whole
		if a.Erased != 0 && a.Raw != "" {
			f.gone[a.Raw] = true
		}
		switch _, his := x.like.people[a.From]; {
		case a.bare():
		case whole:
			x.takeMail(f, a, &f.tickets[a.Ticket].arrivals)
		case x.due != nil:
		case his || x.by(f, a.Ticket).named(a) || a.Erased == 0 && f.gone[a.Raw]:
			x.takeMail(f, a, &f.arrivals)
		case a.Raw != "" && a.Erased == 0:
			named, err := x.inMail(a, x.by(f, a.Ticket))
			if err != nil {
				return err
			}
			if named {
				x.takeMail(f, a, &f.arrivals)
			}
		}
		return nil
	})
}

func (x *erasing) takeMail(f *todo, a *Arrival, to *[]ArrivalID) {
	*to = append(*to, a.ID)
	if a.Erased == 0 {
		f.count.Mails++
	}
	f.asked[a.ID] = true
	if a.Raw != "" {
		f.gone[a.Raw] = true
	}
}

// by is what he is known by on a ticket: his name is another's where nothing else is his.
func (x *erasing) by(f *todo, id ID) *likeness {
	if f.near[id] {
		return x.like
	}
	return x.sure
}

// inMail tells whether a raw mail names him, or is erased already.
func (x *erasing) inMail(a *Arrival, l *likeness) (bool, error) {
	raw, err := x.d.Store.Raw(x.ctx, a.Raw)
	if _, erased := errors.AsType[*ErasedError](err); erased {
		return true, nil
	}
	if err != nil {
		return false, x.ctx.Err() // what cannot be read is told by fsck
	}
	if l.in(string(raw)) {
		return true, nil
	}
	read := x.reread
	if read == nil {
		read = x.d.Reread
	}
	if read == nil {
		return false, nil
	}
	m := read(raw, a.Arrived)
	return m != nil && l.named(m), nil
}

// searchRows looks at every letter: those of his tickets, those to him, and those
// that name him or list a ticket of his.
func (x *erasing) searchRows(f *todo) error {
	return x.d.eachRow(x.ctx, max(1, x.row), func(_ Tx, r *Row) error {
		if r.Erased != 0 {
			return nil
		}
		on := f.tickets[r.Notice.Ticket]
		switch {
		case on != nil && on.whole:
			on.rows = append(on.rows, r.Notice.ID)
		case x.lists(f, &r.Notice):
			f.rows = append(f.rows, r.Notice.ID)
		default:
			return nil
		}
		f.count.Letters++
		return nil
	})
}

// lists tells whether a letter about something else tells of him, or of a ticket or
// mail that is erased whole.
func (x *erasing) lists(f *todo, n *Notice) bool {
	for _, s := range n.Sections {
		for _, l := range s.Tickets {
			if on := f.tickets[l.ID]; on != nil && on.whole {
				return true
			}
		}
	}
	if slices.ContainsFunc(n.Attachments, func(a Relay) bool { return f.gone[a.Ref.Raw] }) {
		return true // its file goes with the mail
	}
	if _, t, ok := x.d.Keys.VerifyMessageID(n.MessageID, n.At); ok && (t.Purpose == PurposeHeld || t.Purpose == PurposeConfirm) && f.asked[ArrivalID(t.Number)] {
		return true
	}
	return x.due == nil && (x.by(f, n.Ticket).named(n) || n.Customer != "" && n.Customer == x.Wanted.Customer)
}

// searchBooks looks for him among customers, in their ledgers, and in what is
// gathered for the technicians.
func (x *erasing) searchBooks(f *todo) error {
	if x.due != nil {
		return nil
	}
	return x.d.Store.View(x.ctx, func(tx Tx) error {
		for c, err := range tx.Customers("") {
			if err != nil {
				return err
			}
			l := x.sure
			if c.ID == x.Wanted.Customer || contains(x.Wanted.Of, c.ID) {
				l = x.like
			}
			if c.ID == x.Wanted.Customer || l.named(c) {
				f.known = append(f.known, c.ID)
			}
			for e, err := range tx.Entries(c.ID, 0) {
				if err != nil {
					return err
				}
				if slices.ContainsFunc(entryWords(e), func(s *string) bool { return l.in(*s) }) {
					f.ledgers = append(f.ledgers, c.ID)
					break
				}
			}
		}
		g, err := tx.Gathered()
		f.gathered = x.sure.named(&g)
		return err
	})
}
