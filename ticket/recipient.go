package ticket

import (
	"errors"
	"fmt"
)

// barred says why n must not go to its recipient, as a phrase and what it
// names; "" when it may. It is asked in the transaction that lets a letter go
// out: who lost the right to a ticket's letters gets none, however long they
// had been waiting (PROMISES.md P6).
func (w *work) barred(n *Notice) (string, error) {
	to := n.To.Address
	switch {
	case n.Kind.Technical():
		if w.d.technician(to) == nil && (n.Kind != NoticeTicketNew || to != w.d.Policy.Contact.Email) {
			return "barred-technician", nil
		}
		return "", nil
	case n.Ticket != 0:
		t, err := w.tx.Ticket(n.Ticket)
		if errors.Is(err, ErrNotFound) {
			return "barred-participant", nil
		}
		if err != nil {
			return "", err
		}
		if n.Aside && t.asked(to) >= 0 {
			return "", nil
		}
		return w.barredFrom(t, to)
	case n.Customer != "":
		return w.barredContact(to, n.Customer)
	}
	return "", nil
}

// barredFrom says why addr gets no letter about t: the participants of a
// customer's ticket are the contacts that the customer has now.
func (w *work) barredFrom(t *Ticket, addr string) (string, error) {
	i := t.number(addr)
	switch {
	case i < 0:
		return "barred-participant", nil
	case badAddress(t.Participants[i].Bounced):
		return "barred-bounced", nil
	case t.Participants[i].Approved:
		return "", nil
	case t.Customer != "":
		return w.barredContact(addr, t.Customer)
	}
	return w.barredContact(addr, t.Candidates...)
}

// barredContact says why addr, as a contact of one of customers, gets no letter.
func (w *work) barredContact(addr string, customers ...string) (string, error) {
	if len(customers) == 0 {
		return "", nil
	}
	ids, err := w.tx.ByContact(addr)
	if err != nil {
		return "", err
	}
	for _, id := range customers {
		if contains(ids, id) {
			return "", nil
		}
	}
	return "barred-contact", nil
}

// badAddress tells whether a status says that there is nobody under the address
// (RFC 3463, sections 3.2 and 3.3): a full mailbox or a refused text will pass.
func badAddress(status string) bool {
	switch status {
	case "5.0.0", "5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1":
		return true
	}
	return false
}

// heardFrom notes that the participant who wrote is there: who answers a letter
// gets letters, and who is proven is called by the name that he gives himself.
func (t *Ticket) heardFrom(s sender, auth Authority) {
	i := t.number(s.Address)
	if i < 0 {
		return
	}
	p := &t.Participants[i]
	if auth >= AuthorityLink {
		p.Bounced = ""
	}
	if s.aligned && p.Name == "" {
		p.Name = s.Name
	}
}

// turnAway settles a row whose recipient is barred. Of what somebody wrote to
// the customer's side the technicians are told whom it did not reach.
func (w *work) turnAway(r *Row, phrase string) error {
	n := &r.Notice
	r.State, r.Settled, r.LastError = RowFailed, w.now, notSent+phraseIn("en", phrase, n.To.Address)
	if err := w.tx.PutRow(r); err != nil || n.Ticket == 0 {
		return err
	}
	t, err := w.tx.Ticket(n.Ticket)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	before := t.clone()
	switch {
	case n.Kind.Technical():
		if n.Kind != NoticeTicketReply || t.Assignee == "" || t.Assignee != n.To.Name {
			return nil // the others have it
		}
		if err := w.handOver(n, t); err != nil {
			return err
		}
	case n.Kind.Class() <= NoticeQuote.Class():
		lines := []string{w.say("not-reached", n.Kind, w.say(phrase, n.To.Address))}
		if phrase == "barred-bounced" {
			lines = append(lines, w.say("bounced-retry", n.ID))
		}
		reached, err := w.reaches(t)
		if err != nil {
			return err
		}
		if !reached {
			lines = append(lines, w.say("nobody-reached"))
		}
		if err := w.alert(t, lines...); err != nil {
			return err
		}
	}
	e := Event{Kind: "suppressed", Actor: "desk", Cause: fmt.Sprintf("notice %d", n.ID), Text: n.Kind.String() + " " + r.LastError}
	return w.save(t, before, e)
}

const notSent = "not sent: "

// reaches tells whether letters about t reach anybody of the customer's side.
func (w *work) reaches(t *Ticket) (bool, error) {
	for _, p := range t.Participants {
		if p.Removed {
			continue
		}
		if why, err := w.barredFrom(t, p.Address); err != nil || why == "" {
			return err == nil, err
		}
	}
	return false, nil
}

// handOver gives the technicians what only one who is no technician any more
// was told.
func (w *work) handOver(n *Notice, t *Ticket) error {
	for i := range w.d.Technicians {
		err := w.tellTechnician(n.Kind, t, &w.d.Technicians[i], func(m *Notice) {
			m.Author, m.Verified, m.About, m.Text, m.Bounce = n.Author, n.Verified, n.About, n.Text, n.Bounce
			m.OtherPeople, m.Attachments, m.TooLarge, m.Lines = n.OtherPeople, n.Attachments, n.TooLarge, n.Lines
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// welcomeBack takes the mark of a bounce off the recipient of r: whoever sends
// the letter again says that the address is right.
func (w *work) welcomeBack(r *Row) error {
	if r.LastError != notSent+phraseIn("en", "barred-bounced", r.Notice.To.Address) {
		return nil
	}
	t, err := w.tx.Ticket(r.Notice.Ticket)
	if err != nil {
		return fmt.Errorf("letter %d: %w", r.Notice.ID, err)
	}
	before := t.clone()
	if i := t.number(r.Notice.To.Address); i >= 0 {
		t.Participants[i].Bounced = ""
	}
	return w.save(t, before, Event{Kind: "notice", Actor: "admin", Cause: "verb queue retry",
		Text: r.Notice.To.Address + " is tried again"})
}

// blind takes out of a letter to the customer's side every word that came with
// a mail which nothing proves: names, subject, files. The desk's own words and
// a technician's stay (DESIGN.md section 3, "Who is acknowledged").
func (t *Ticket) blind(n *Notice) {
	opening := n.AutoSubmitted == "auto-replied" && !n.Verified
	if !t.Unproven && !opening {
		return
	}
	n.Subject = ""
	n.Requester = Mailbox{Address: n.Requester.Address}
	if opening && n.To.Address == t.Requester.Address {
		n.To.Name = ""
	}
	if n.Kind != NoticeAnswer {
		n.Text, n.OtherPeople, n.Attachments = "", nil, nil
	}
}
