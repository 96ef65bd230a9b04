package ticket

import (
	"fmt"
	"slices"
	"strings"
)

// sender is who a mail says it is from, and what stands behind that. Identity
// is the address of the single From; display names never count.
type sender struct {
	Mailbox
	sole       bool        // exactly one From
	technician *Technician // whose registered address it is, unless the mail was carried; nil
	customers  []string    // ids of the customers who have this contact
	language   string      // of the contact; "" unknown
	direct     bool        // a person's mail, straight from the single From: what evidence can be about
	proven     bool        // evidence stands behind exactly this address
	aligned    bool        // proven, or token mode does without
	contrary   bool
	confirmed  ArrivalID // what confirmed it, from the registered address; 0 nothing
	released   bool      // a person let it go: limits on tickets do not stop it again
	forwarded  bool      // a technician sent it on and stands for its words
	by         string    // the name of that technician; "" the admin
	mute       bool      // a monitor: nobody there reads a letter
	quiet      bool      // never acknowledged: list, web form, spam, robot
	other      Mailbox   // of a web form: the other address, shown to technicians
}

// sender reads who wrote m (DESIGN.md section 2: From only, but for groups that
// rewrite it and web forms). Whoever a form or a group names instead of From
// stands without evidence: it was found for From.
func (w *work) sender(m *Inbound) (sender, error) {
	from, sole := m.Sole()
	if !sole && len(m.From) > 0 {
		from = m.From[0]
	}
	if slices.Contains(m.Odd, OddName) || w.d.namesake(from) != nil {
		from.Name = "" // it is somebody else's, and would stand where his does
	}
	s := sender{Mailbox: from, sole: sole, contrary: m.Evidence.Contrary}
	var err error
	if s.customers, err = w.tx.ByContact(s.Address); err != nil {
		return s, err
	}
	carried := m.Carried() != ""
	if m.WebForm {
		if carried, err = w.visitor(m, &s); err != nil {
			return s, err
		}
	}
	s.quiet = m.Kind != KindRequest || carried && !m.Certified || m.Robot || m.Doubtful || m.NullPath || m.SpamMarked || w.d.Addresses.Listed(from.Address)
	s.direct = sole && m.Doubled == "" && m.Kind == KindRequest && !carried && !m.SpamMarked && !s.contrary
	s.proven = s.direct && m.Evidence.Proves(s.Address)
	s.aligned = s.proven || s.direct && w.d.TokenCustomer
	if sole && !carried {
		s.technician = w.d.technician(s.Address)
	}
	if !sole {
		s.customers = nil // nobody in particular is nobody's contact
	}
	return s, w.contactLanguage(&s)
}

// namesake is the technician whose name p gives itself though the address is not
// hers; nil: none.
func (d *Desk) namesake(p Mailbox) *Technician {
	if d.technician(p.Address) != nil {
		return nil
	}
	called := strings.ToLower(strings.Join(strings.Fields(p.Name), " "))
	for i, t := range d.Technicians {
		if strings.ToLower(t.Name) == called {
			return &d.Technicians[i]
		}
	}
	return nil
}

// visitor makes s, From of a web form, the one person in Reply-To, where the
// form stands in desk.lists or he is a contact; else he is only shown. What came
// from somebody we know at an address like info@ is no form but his own mail,
// unless it names another customer's contact: then form is false.
func (w *work) visitor(m *Inbound, s *sender) (form bool, err error) {
	from, listed := s.Mailbox, w.d.Addresses.Listed(s.Address)
	named := slices.DeleteFunc(slices.Clone(m.ReplyTo), func(p Mailbox) bool {
		return p.Address == "" || p.Address == from.Address || w.d.Addresses.Own(p.Address)
	})
	var ids []string
	if len(named) == 1 {
		s.other = named[0]
		if ids, err = w.tx.ByContact(s.other.Address); err != nil {
			return true, err
		}
	}
	person := !m.Robot && !listed && (len(s.customers) > 0 || w.d.technician(from.Address) != nil) && !w.d.Addresses.Own(from.Address)
	if person && !slices.ContainsFunc(ids, func(id string) bool { return !contains(s.customers, id) }) {
		return false, nil
	}
	if len(named) == 1 && (listed || len(ids) > 0) {
		s.Mailbox, s.customers, s.other = named[0], ids, from
	}
	return true, nil
}

// stands tells whether something stands behind a technician's mail: evidence, or
// the confirmation that stood in for it.
func (s sender) stands() bool { return s.proven || s.confirmed != 0 }

// vouched tells whether enough stands behind a technician's mail: evidence
// about her address, or, where the desk does without, her token in an address
// that the mail came to. A Message-ID is read by everybody in Cc; it stands in
// for the address only where the server knows no such addresses.
func (w *work) vouched(s sender, th thread) bool {
	return s.stands() || w.d.TokenTechnician && s.direct && (!th.mid || w.d.Addresses.Pattern == "")
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
	case len(m.From) > 1:
		return AuthorityNone, fmt.Sprintf("%d From addresses", len(m.From))
	case !s.sole:
		return AuthorityNone, "From is not one well-formed mailbox"
	case m.Doubled != "":
		return AuthorityNone, "the field " + m.Doubled + " stands twice"
	case s.aligned && t.Customer != "" && contains(s.customers, t.Customer) && !th.several:
		return AuthoritySender, "a contact of the customer, " + s.proof(m)
	case th.token != nil:
		return AuthorityLink, "a genuine " + th.via
	}
	return AuthorityNone, "nothing proves the sender"
}

// proof words what aligned rests on.
func (s sender) proof(m *Inbound) string {
	switch {
	case s.proven:
		return fmt.Sprintf("%s aligned with %s", m.Evidence.Method, m.Evidence.Domain)
	case s.confirmed != 0:
		return fmt.Sprintf("confirmed from the registered address by arrival %d", s.confirmed)
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
		if !p.Removed && p.Address == addr {
			return i
		}
	}
	return -1
}
