package ticket

import (
	"fmt"
	"strings"
)

// sender is who a mail says it is from, and what stands behind that. Identity
// is the address of the single From; display names never count.
type sender struct {
	Mailbox
	sole       bool        // exactly one From
	technician *Technician // whose registered address it is; nil
	customers  []string    // ids of the customers who have this contact
	language   string      // of the contact; "" unknown
	aligned    bool        // evidence stands behind it (or token mode does without)
	contrary   bool
	quiet      bool    // never acknowledged: list, web form, spam, robot
	other      Mailbox // of a web form: the other address, shown to technicians
}

// sender reads who wrote m (DESIGN.md section 2: From only, but for groups that
// rewrite it and web forms).
func (w *work) sender(m *Inbound) (sender, error) {
	from, sole := m.Sole()
	if !sole && len(m.From) > 0 {
		from = m.From[0]
	}
	s := sender{Mailbox: from, sole: sole, contrary: m.Evidence.Contrary}
	s.quiet = m.Kind != KindRequest || m.WebForm || m.Robot || m.NullPath || m.SpamMarked || m.List != ""
	if m.Kind == KindList && w.d.Addresses.Own(from.Address) && len(m.ReplyTo) == 1 {
		s.Mailbox = m.ReplyTo[0]
	}
	var err error
	if s.customers, err = w.tx.ByContact(s.Address); err != nil {
		return s, err
	}
	if m.WebForm && len(m.ReplyTo) == 1 {
		s.other = m.ReplyTo[0]
		ids, err := w.tx.ByContact(m.ReplyTo[0].Address)
		if err != nil {
			return s, err
		}
		if w.d.Addresses.Listed(from.Address) || len(ids) > 0 {
			s.Mailbox, s.customers, s.other = m.ReplyTo[0], ids, from
		}
	}
	plain := sole && m.Doubled == "" && m.Kind == KindRequest && !m.WebForm && !m.SpamMarked && !s.contrary
	s.aligned = plain && (m.Evidence.Aligned || w.d.TokenCustomer)
	if sole {
		s.technician = w.d.technician(s.Address)
	}
	return s, w.contactLanguage(&s)
}

// contactLanguage fills in the language that the customers' records name.
func (w *work) contactLanguage(s *sender) error {
	for _, id := range s.customers {
		c, err := w.tx.Customer(id)
		if err != nil {
			return err
		}
		for _, contact := range c.Contacts {
			if contact.Address == s.Address && s.language == "" {
				s.language = contact.Language
			}
		}
		if s.language == "" {
			s.language = c.Language
		}
	}
	return nil
}

// authority is the step of the ladder on which a customer's mail stands for
// ticket t (DESIGN.md section 3, "Authority").
func (s sender) authority(m *Inbound, th thread, t *Ticket) (Authority, string) {
	switch {
	case s.contrary:
		return AuthorityNone, "the evidence contradicts the sender"
	case !s.sole:
		return AuthorityNone, fmt.Sprintf("%d From addresses", len(m.From))
	case m.Doubled != "":
		return AuthorityNone, "the field " + m.Doubled + " stands twice"
	case s.aligned && t.Customer != "" && contains(s.customers, t.Customer) && !th.several && !m.Certified:
		return AuthoritySender, "a contact of the customer, " + s.proof(m)
	case th.token != nil:
		return AuthorityLink, "a genuine " + th.via
	}
	return AuthorityNone, "nothing proves the sender"
}

// proof words what aligned rests on.
func (s sender) proof(m *Inbound) string {
	if m.Evidence.Aligned {
		return fmt.Sprintf("%s aligned with %s", m.Evidence.Method, m.Evidence.Domain)
	}
	return "evidence not asked for (customer = token)"
}

// on tells whether addr already belongs to t: requester, participant, or a
// contact of its customer.
func (w *work) on(t *Ticket, addr string, customers []string) bool {
	if t.Customer != "" && contains(customers, t.Customer) {
		return true
	}
	return t.number(addr) >= 0
}

// number is the participant number of addr on t; -1 when it has none.
func (t *Ticket) number(addr string) int {
	for i, p := range t.Participants {
		if !p.Removed && strings.EqualFold(p.Address, addr) {
			return i
		}
	}
	return -1
}
