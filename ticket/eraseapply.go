package ticket

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// An erasure works in many small transactions, each of which leaves the desk whole.
// It searches and takes out until a search finds nothing.

// mostPasses bounds how often one call searches; what is left then, as a letter that
// was on its way, Sweep goes on with.
const mostPasses = 4

// begin records that the erasure is under way, before anything is taken out.
func (x *erasing) begin() error {
	err := x.d.do(x.ctx, func(w *work) error {
		all, err := w.tx.Erasures()
		if err != nil {
			return err
		}
		e := x.Erasure
		e.ID = 1
		if n := len(all); n > 0 {
			e.ID = all[n-1].ID + 1
		}
		if e.Kind == ErasureCustomer {
			e.Customer = fmt.Sprintf("erased-%d", e.ID)
		}
		x.ID, x.Customer = e.ID, e.Customer
		return w.tx.PutErasure(&e)
	})
	x.like = nil
	return err
}

// finish takes out what was found, and then what is found again.
func (x *erasing) finish(found *todo) (err error) {
	for pass := 0; ; pass++ {
		if found == nil {
			if found, err = x.search(); err != nil {
				return err
			}
		}
		if found.empty() {
			return x.end()
		}
		if pass == mostPasses {
			return nil
		}
		x.like = newLikeness(x.ID, x.Wanted, erasedWord(x.d.Language))
		if err := x.apply(found); err != nil {
			return err
		}
		found = nil
	}
}

// end forgets whom the erasure looked for, overwrites what is left on disk, and
// records that it is done.
func (x *erasing) end() error {
	if err := x.change(func(w *work, e *Erasure) error {
		for addr := range x.like.people {
			if err := w.forgetLimits(addr); err != nil {
				return err
			}
		}
		e.Wanted = nil
		return nil
	}); err != nil {
		return err
	}
	return x.scrub()
}

// scrub overwrites what is left on disk. Where that is not possible now, as while a
// backup reads it, Sweep does it later.
func (x *erasing) scrub() error {
	err := x.d.Store.Scrub(x.ctx)
	if err != nil && !errors.Is(err, ErrCommit) && x.ctx.Err() == nil {
		x.unscrubbed = err
		return nil
	}
	if err != nil {
		return err
	}
	return x.change(func(w *work, e *Erasure) error {
		e.Done = w.now.UTC()
		return nil
	})
}

// forgetLimits forgets what was counted of an address.
func (w *work) forgetLimits(addr string) error {
	keys := []string{counted{"alert", "flood\x00" + addr, proven}.key()}
	for _, purpose := range []string{"ack", "quote", "tickets", "letter", "confirm", "summary"} {
		for _, how := range []standing{unproven, proven, contradicted} {
			keys = append(keys, counted{purpose, addr, how}.key())
		}
	}
	for _, key := range keys {
		if err := w.tx.ForgetKey(key); err != nil {
			return err
		}
	}
	return nil
}

// change does one step of the erasure, together with its record.
func (x *erasing) change(f func(*work, *Erasure) error) error {
	var e Erasure
	err := x.d.do(x.ctx, func(w *work) error {
		now, err := w.tx.Erasure(x.ID)
		if err != nil {
			return err
		}
		if err := f(w, now); err != nil {
			return err
		}
		e = *now
		return w.tx.PutErasure(now)
	})
	if err == nil {
		x.Erasure = e
	}
	return err
}

// atOnce is how many letters or mails one transaction erases.
const atOnce = 50

func (x *erasing) apply(f *todo) error {
	for _, id := range f.order {
		if err := x.change(func(w *work, e *Erasure) error { return x.eraseTicket(w, e, id, f.tickets[id]) }); err != nil {
			return fmt.Errorf("ticket %d: %w", id, err)
		}
		if err := x.eraseRaws(); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(f.arrivals, atOnce) {
		if err := x.change(func(w *work, e *Erasure) error { return x.eraseArrivals(w, e, x.forms(0), some, false) }); err != nil {
			return err
		}
		if err := x.eraseRaws(); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(f.rows, atOnce) {
		if err := x.change(func(w *work, e *Erasure) error { return x.eraseRows(w, e, some, nil) }); err != nil {
			return err
		}
		if err := x.eraseRaws(); err != nil {
			return err
		}
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(f.known, f.ledgers)))) {
		if err := x.change(func(w *work, _ *Erasure) error { return x.eraseCustomer(w, id) }); err != nil {
			return fmt.Errorf("customer: %w", err)
		}
	}
	if !f.gathered {
		return nil
	}
	return x.change(func(w *work, _ *Erasure) error {
		g, err := w.tx.Gathered()
		if err != nil {
			return err
		}
		g.Mails = slices.DeleteFunc(g.Mails, func(m GatheredMail) bool { return x.like.in(m.Address) || x.like.in(m.Why) })
		return w.tx.SetGathered(g)
	})
}

// eraseRaws overwrites the raw mails that were marked, and notes that they are.
func (x *erasing) eraseRaws() error {
	if len(x.Left) == 0 {
		return nil
	}
	left := x.Left
	if err := x.d.Store.Erase(x.ctx, left, ErasedError{At: x.At, Reason: x.Reason}); err != nil {
		return err
	}
	return x.change(func(_ *work, e *Erasure) error {
		e.Left = slices.DeleteFunc(e.Left, func(ref RawRef) bool { return contains(left, ref) })
		return nil
	})
}

func (x *erasing) event(text string) Event {
	return Event{Kind: "state", Actor: x.Actor, Cause: fmt.Sprintf("erasure %d", x.ID), Text: text + ": " + x.Reason}
}

// eraseTicket takes out what stands on one ticket: all of it, or what is his.
func (x *erasing) eraseTicket(w *work, e *Erasure, id ID, what *ticketTodo) error {
	t, err := w.tx.Ticket(id)
	if err != nil {
		return err
	}
	if !what.whole {
		return x.strikeTicket(w, e, t)
	}
	if t.State != StateClosed { // a restore brought it back as it was
		before := t.clone()
		if err := w.move(t, TriggerClose, w.now); err != nil {
			return err
		}
		if err := w.save(t, before, x.event("closed, to be erased")); err != nil {
			return err
		}
	}
	f := x.forms(id)
	v := f.wholeTicket(t)
	if err := x.eraseThread(w, e, f, id); err != nil {
		return err
	}
	if err := errors.Join(x.eraseRows(w, e, what.rows, v), x.eraseArrivals(w, e, f, what.arrivals, true)); err != nil {
		return err
	}
	if t.Erased != 0 {
		return w.tx.PutTicket(v)
	}
	before := v.clone()
	v.Erased = x.ID
	if v.Quote.open() {
		v.Quote.State = QuoteWithdrawn
	}
	e.Erased.Tickets++
	return w.save(v, before, x.event("erased"))
}

// eraseThread leaves of the messages and events of a ticket their forms.
func (x *erasing) eraseThread(w *work, e *Erasure, f *forms, id ID) error {
	messages, err := w.tx.Messages(id)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if err := x.eraseMessage(w, e, f, id, m); err != nil {
			return err
		}
	}
	events, err := w.tx.Events(id)
	if err != nil {
		return err
	}
	for _, v := range events {
		if err := w.tx.ReplaceEvent(id, f.wholeEvent(v)); err != nil {
			return err
		}
	}
	return nil
}

func (x *erasing) eraseMessage(w *work, e *Erasure, f *forms, id ID, m *Message) error {
	if m.Kind != MessageNotice {
		if err := w.tx.ForgetMessageID(m.MessageID, id); err != nil {
			return err
		}
	}
	v := f.wholeMessage(m)
	if m.Erased == 0 {
		v.Erased = x.ID
		e.Erased.Messages++
	}
	return w.tx.ReplaceMessage(id, v)
}

// strikeTicket takes him out of a ticket of others: what he wrote goes, and his name
// and address in what they wrote. He gets no more of its letters.
func (x *erasing) strikeTicket(w *work, e *Erasure, t *Ticket) error {
	f := x.forms(t.ID)
	f.only = true
	messages, err := w.tx.Messages(t.ID)
	if err != nil {
		return err
	}
	for _, m := range messages {
		switch {
		case m.Erased == 0 && x.wrote(m):
			err = x.eraseMessage(w, e, f, t.ID, m)
		case x.like.struck(m):
			err = w.tx.ReplaceMessage(t.ID, m)
		default:
			continue
		}
		if err == nil && m.Arrival != 0 {
			err = x.eraseArrivals(w, e, f, []ArrivalID{m.Arrival}, false)
		}
		if err != nil {
			return err
		}
	}
	events, err := w.tx.Events(t.ID)
	if err != nil {
		return err
	}
	for _, v := range events {
		if !x.inEvent(x.like, v) {
			continue
		}
		v.Actor = f.hisAddress(v.Actor)
		for i, c := range v.Changes {
			v.Changes[i] = f.changed(c)
		}
		x.like.struck(v)
		if err := w.tx.ReplaceEvent(t.ID, v); err != nil {
			return err
		}
	}
	return x.strikePeople(w, f, t)
}

func (x *erasing) strikePeople(w *work, f *forms, t *Ticket) error {
	his := func(m Mailbox) bool { return x.like.people[m.Address] != "" }
	var away []int
	for i, p := range t.Participants {
		if his(p.Mailbox) {
			t.Participants[i].Mailbox = f.mailbox(Mailbox{Address: p.Address})
			away = append(away, i)
		}
	}
	for i, a := range t.Asked {
		if his(a.Mailbox) {
			t.Asked[i] = Asked{Mailbox: f.mailbox(Mailbox{Address: a.Address})}
		}
	}
	for i, id := range t.Candidates {
		t.Candidates[i] = f.customer(id)
	}
	t.References = slices.DeleteFunc(t.References, x.like.in)
	x.like.struck(t)
	before := t.clone()
	for _, i := range away {
		t.Participants[i].Removed = true
	}
	return w.save(t, before, x.event("somebody was erased"))
}

// eraseRows withdraws letters that wait, and leaves of those that left that they
// did. on is the ticket of all of them, as it is left; nil: they are of others, or
// of none. One that is on its way stays for the next pass.
func (x *erasing) eraseRows(w *work, e *Erasure, ids []NoticeID, on *Ticket) error {
	for _, id := range ids {
		r, err := w.tx.Row(id)
		if err != nil {
			return err
		}
		if r.Erased != 0 || r.State == RowSending {
			continue
		}
		f := x.forms(r.Notice.Ticket)
		f.only = on == nil
		v := f.wholeRow(r)
		v.Erased = x.ID
		if on != nil {
			v.Notice.To = on.recipient(w.d.Keys, &r.Notice, v.Notice.To)
		}
		if v.State == RowQueued || v.State == RowHeld {
			v.State, v.LastError, v.Settled = RowFailed, erasedLetter, w.now
		}
		e.Erased.Letters++
		if err := w.tx.PutRow(v); err != nil {
			return err
		}
		away, err := w.tx.EraseLetter(id, x.ID)
		if err != nil {
			return err
		}
		e.Left = append(e.Left, away...)
	}
	return nil
}

// recipient is the participant for whom a letter's Message-ID was made; else to.
func (t *Ticket) recipient(k Keys, n *Notice, to Mailbox) Mailbox {
	_, token, ok := k.VerifyMessageID(n.MessageID, n.At)
	switch p := token.Participant; {
	case !ok || token.Ticket() != t.ID && token.Purpose != PurposeConfirm:
	case token.Purpose == PurposeAsk && p < len(t.Asked):
		return t.Asked[p].Mailbox
	case (token.customers() || token.Purpose == PurposeConfirm) && p < len(t.Participants):
		return t.Participants[p].Mailbox
	}
	return to
}

// eraseArrivals marks mails, whose raw bytes go after the commit. whole: all that
// is known of them goes too, as it does where they are his or nothing became of them.
func (x *erasing) eraseArrivals(w *work, e *Erasure, f *forms, ids []ArrivalID, whole bool) error {
	for _, id := range ids {
		a, err := w.tx.Arrival(id)
		if err != nil {
			return err
		}
		if a.bare() {
			continue
		}
		by := a.Erased
		if _, his := x.like.people[a.From]; whole || his || a.Fate != FateMessage {
			if err := w.tx.ForgetMessageID(a.MessageID, a.Ticket); err != nil {
				return err
			}
			a = f.wholeArrival(a)
		}
		x.like.struck(a)
		if a.Erased = by; by == 0 {
			a.Erased = x.ID
			e.Erased.Mails++
		}
		if a.Raw != "" && !contains(e.Left, a.Raw) {
			e.Left = append(e.Left, a.Raw)
		}
		if err := w.tx.PutArrival(a); err != nil {
			return err
		}
	}
	return nil
}

// eraseCustomer takes him out of a customer and his ledger. A customer who is erased
// himself goes on under a pseudonym, for the books alone.
func (x *erasing) eraseCustomer(w *work, id string) error {
	c, err := w.tx.Customer(id)
	if err != nil {
		return err
	}
	entries, err := w.ledger(id)
	if err != nil {
		return err
	}
	now := id
	if id == x.Wanted.Customer {
		if now = x.Customer; now == "" {
			return fmt.Errorf("no pseudonym: %w", ErrInput)
		}
		c.Name, c.Contacts = "", nil
		for i := range c.Plans {
			c.Plans[i].Site = ""
		}
		for i := range c.Uses {
			c.Uses[i].Plan.Site = ""
		}
	}
	c.Contacts = slices.DeleteFunc(c.Contacts, func(p Contact) bool { return x.like.people[p.Address] != "" })
	c.ID = ""
	x.like.struck(c)
	c.ID = id
	if err := w.tx.PutCustomer(c); err != nil {
		return err
	}
	if now != id {
		if err := w.tx.MoveCustomer(id, now); err != nil {
			return err
		}
	}
	return x.reseal(w, id, now, entries)
}

// ledger is a whole ledger, whose seals hold: else nothing may be sealed anew.
func (w *work) ledger(customer string) ([]*Entry, error) {
	var all []*Entry
	var prev [32]byte
	for e, err := range w.tx.Entries(customer, 0) {
		if err != nil {
			return nil, err
		}
		if !w.d.Keys.Sealed(customer, prev, e) {
			return nil, fmt.Errorf("the seal of entry %d of its ledger is broken, see `sportello fsck`: %w", e.Seq, ErrState)
		}
		prev, all = e.MAC, append(all, e)
	}
	return all, nil
}

// entryWords are the texts of an entry in which somebody may be named.
func entryWords(e *Entry) []*string { return []*string{&e.Actor, &e.Reason, &e.Cause} }

// reseal strikes him out of a ledger and seals it anew under the id that it has now.
func (x *erasing) reseal(w *work, was, now string, entries []*Entry) error {
	books, err := w.tx.Books()
	if err != nil || len(entries) == 0 {
		return err
	}
	if !w.d.Keys.whole(books) {
		return fmt.Errorf("the seal of the ledgers' witness is broken, see `sportello fsck`: %w", ErrState)
	}
	touched := was != now
	var prev [32]byte
	for _, e := range entries {
		old := e.MAC
		for _, s := range entryWords(e) {
			if x.like.in(*s) {
				*s, touched = cmp.Or(x.like.strike(*s), erasedWord(x.d.Language)), true
			}
		}
		if touched {
			e.MAC = w.d.Keys.Seal(now, prev, e)
			for i := range books.Sum {
				books.Sum[i] ^= old[i] ^ e.MAC[i]
			}
			if err := w.tx.ReplaceEntry(now, e); err != nil {
				return err
			}
		}
		prev = e.MAC
	}
	if !touched {
		return nil
	}
	books.Key = w.d.Keys.Current()
	books.MAC = w.d.Keys.sealBooks(books)
	return w.tx.SetBooks(books)
}
