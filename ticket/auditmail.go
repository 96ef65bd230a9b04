package ticket

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// arrival holds an arrival against what it became, and against those that have
// its fingerprints (P1, P2).
func (a *audit) arrival(tx Tx, v *Arrival) error {
	where := fmt.Sprintf("arrival %d", v.ID)
	if v.Source.UID > a.read.Last { // it may have been filed since the cursor was looked at
		c, err := tx.Cursor()
		if err != nil {
			return err
		}
		a.read = c
	}
	if s := v.Source; s.UIDValidity != 0 && s.UIDValidity == a.read.UIDValidity && s.UID > a.read.Last && !a.read.Early.Has(s.UID) {
		a.fault("P1", where, "it lies at UID %d of the mailbox, which was read up to %d", s.UID, a.read.Last)
	}
	a.erasedMail(where, v)
	if v.Fate == FateDuplicate {
		if err := a.duplicate(tx, where, v); err != nil {
			return err
		}
	}
	if v.Ticket != 0 {
		if _, err := tx.Ticket(v.Ticket); errors.Is(err, ErrNotFound) {
			a.fault("P1", where, "it is %s on ticket %d, which does not exist", v.Fate, v.Ticket)
		} else if err != nil {
			return err
		}
	}
	for what, find := range map[string]func() (ArrivalID, error){
		"bytes":   func() (ArrivalID, error) { return tx.ByRaw(v.RawSum) },
		"content": func() (ArrivalID, error) { return tx.ByContent(v.Content) },
	} {
		first, err := find()
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if first > v.ID {
			a.fault("P2", where, "the first with its %s is said to be arrival %d, which came later", what, first)
		}
	}
	return nil
}

// duplicate checks that what an arrival is a copy of is the same mail.
func (a *audit) duplicate(tx Tx, where string, v *Arrival) error {
	of, err := tx.Arrival(v.Of)
	if errors.Is(err, ErrNotFound) {
		return nil // reported by the store
	}
	if err != nil {
		return err
	}
	if v.Erased != 0 || of.Erased != 0 {
		return nil
	}
	same := v.RawSum == of.RawSum || v.Content == of.Content && v.Content != [32]byte{} || v.MessageID != "" && v.MessageID == of.MessageID
	if !same {
		a.fault("P2", where, "it is taken for a copy of arrival %d, which is another mail", of.ID)
	}
	return nil
}

// single looks at the records of which there is one (P1, P13).
func (a *audit) single() error {
	if err := Each(a.ctx, a.Store, WalkCustomers(), a.uses); err != nil {
		return err
	}
	return a.Store.View(a.ctx, func(tx Tx) error {
		g, err := tx.Gathered()
		if err != nil {
			return err
		}
		for _, id := range g.Tickets {
			if _, err := tx.Ticket(id); errors.Is(err, ErrNotFound) {
				a.fault("P1", "summary", "it is to tell of ticket %d, which does not exist", id)
			} else if err != nil {
				return err
			}
		}
		return a.cursor(tx)
	})
}

// uses checks that what was taken from a customer's allowances was taken by
// tickets of his (P14).
func (a *audit) uses(tx Tx, c *Customer) error {
	seen := map[PlanUse]bool{}
	for _, u := range c.Uses {
		t, err := tx.Ticket(u.Ticket)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if err != nil || t.Customer != c.ID || seen[u] {
			a.fault("P14", "customer "+c.ID, "ticket %d is counted on plan %s, and it is not his or was counted before", u.Ticket, u.Plan.ID)
		}
		seen[u] = true
	}
	return nil
}

// cursor checks that the mailbox was read as far as it was filed (P1).
func (a *audit) cursor(tx Tx) error {
	c, err := tx.Cursor()
	if err != nil {
		return err
	}
	a.read = c
	if c.First > c.Last && c.Last != 0 {
		a.fault("P1", "cursor", "it begins behind its end")
	}
	return nil
}

// reread reads a raw mail again and holds what is stored of it against that (P1),
// and asks again what its sender might do (P5). What ended the desk when it was
// read is let alone: it would end this look too.
func (a *audit) reread(v *Arrival) error {
	if v.Raw == "" || v.unread() || a.Auditing.Reread == nil {
		return nil
	}
	where := fmt.Sprintf("arrival %d", v.ID)
	raw, err := a.Store.Raw(a.ctx, v.Raw)
	if err != nil {
		return a.ctx.Err() // reported by the store
	}
	if e := a.erasure(v.Erased); v.Erased != 0 {
		if e != nil && !contains(e.Left, v.Raw) && a.same(e) {
			a.fault("P14", where, "erasure %d took it out, and its raw mail is there", v.Erased)
		}
		return nil
	}
	m := a.Auditing.Reread(raw, v.Arrived)
	if m == nil {
		return nil
	}
	if v.Fate == FateDuplicate && v.RawSum != m.RawSum {
		return nil // only its first copy is kept
	}
	if v.MessageID != m.MessageID {
		a.fault("P1", where, "its Message-ID is %q, its mail has %q", v.MessageID, m.MessageID)
	}
	if len(m.From) > 0 && v.From != m.From[0].Address {
		a.fault("P1", where, "it is from %q, its mail from %q", v.From, m.From[0].Address)
	}
	if v.Subject != m.Subject {
		a.fault("P1", where, "its subject is not that of its mail")
	}
	if v.Fate != FateMessage {
		return nil
	}
	return a.Store.View(a.ctx, func(tx Tx) error {
		msg, err := tx.Message(v.Ticket, v.Seq)
		if err != nil {
			return nil // reported
		}
		a.sameWords(v, m, msg)
		return a.mightDo(tx, v, m, msg)
	})
}

// sameWords holds a message against the mail it came of. What reading shows of a
// mail has changed over time: lines that stand in the mail are its own all the same.
func (a *audit) sameWords(v *Arrival, m *Inbound, msg *Message) {
	where := fmt.Sprintf("ticket %d, message %d", v.Ticket, v.Seq)
	if msg.Kind == MessageAnswer || msg.Authority == AuthorityTechnician {
		return // it holds what a technician's mail makes public
	}
	if len(m.From) > 0 && a.technician(m.From[0].Address) != nil {
		return // what a technician forwards, for whom she says
	}
	if !names(m, msg.From.Address) {
		a.fault("P1", where, "it is from %s, whom its mail does not name", msg.From.Address)
	}
	if text := strings.TrimSuffix(msg.Text, m.doubts()); text != clip(m.Shown(), MaxText) {
		whole := squeezed(m.Text + " " + m.Reply + " " + m.Signature)
		for _, e := range m.Enclosed {
			whole += squeezed(e.Text)
		}
		for line := range strings.Lines(text) {
			if line = squeezed(line); line != "" && !strings.Contains(whole, line) {
				a.fault("P1", where, "its mail does not say %q", clip(line, 60))
				break
			}
		}
	}
	for _, f := range msg.Attachments {
		if !slices.ContainsFunc(m.Attachments, func(g Attachment) bool { return g.Index == f.Index && g.Sum == f.Sum && g.Size == f.Size }) && len(m.Enclosed) == 0 {
			a.fault("P1", where, "its mail has no file %d like %q", f.Index, f.Name)
		}
	}
}

// names tells whether a mail may be of the one who has this address: its sender,
// who stands in Reply-To of a form, or whom a mail that was forwarded names.
func names(m *Inbound, addr string) bool {
	for _, p := range slices.Concat(m.From, m.ReplyTo) {
		if p.Address == addr {
			return true
		}
	}
	for _, e := range m.Enclosed {
		if e.From.Address == addr {
			return true
		}
	}
	return addr == "" || strings.Contains(strings.ToLower(m.Text), addr)
}

// squeezed is s without white space.
func squeezed(s string) string { return strings.Join(strings.Fields(s), "") }

// mightDo asks what the mail gives its sender the right to, at most: evidence that
// DNS gave then counts as given, unless the mail itself contradicts it (P5).
func (a *audit) mightDo(tx Tx, v *Arrival, m *Inbound, msg *Message) error {
	if msg.Authority <= AuthorityLink {
		return nil
	}
	where := fmt.Sprintf("ticket %d, message %d", v.Ticket, v.Seq)
	from, sole := m.Sole()
	if !sole {
		a.fault("P5", where, "its authority is %s, and its mail has not one sender", msg.Authority)
		return nil
	}
	if m.Evidence.Contrary {
		a.fault("P5", where, "its authority is %s, and its mail proves that %s did not send it", msg.Authority, from.Address)
	}
	tech := a.technician(from.Address)
	switch msg.Authority {
	case AuthorityTechnician:
		if tech == nil && msg.From.Address != from.Address {
			a.fault("P5", where, "its authority is technician, and it is from %s", from.Address)
		} else if tech == nil {
			a.Report("note", "P5", where, from.Address+" is no technician's address today")
		}
	default:
		if from.Address != msg.From.Address && tech == nil {
			a.fault("P5", where, "its authority is %s as %s, and its mail is from %s", msg.Authority, msg.From.Address, from.Address)
		}
	}
	if msg.Authority == AuthoritySpend || msg.Answers != "" {
		return a.mightSpend(tx, where, m, msg)
	}
	return nil
}

// mightSpend checks that a mail that decided on a quote came to that quote's own
// address, or answers its letter.
func (a *audit) mightSpend(tx Tx, where string, m *Inbound, msg *Message) error {
	w := &work{d: a.Desk, tx: tx, now: msg.At}
	th := w.byToken(m)
	if th.token == nil {
		signs, err := w.signs(m)
		if err != nil {
			return err
		}
		th = signs.byOwn()
	}
	if th.token == nil && !th.revoked {
		a.fault("P5", where, "its authority is %s, and its mail has no token of ours", msg.Authority)
	}
	return nil
}
