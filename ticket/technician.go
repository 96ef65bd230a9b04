package ticket

import (
	"cmp"
	"fmt"
	"strings"

	"sportello/ticket/address"
)

// fromTechnician files a mail from a registered address: an answer or a note on
// the ticket of its token. What claims more than it proves is held and asked
// about at the registered address (DESIGN.md section 3, "Authority").
func (w *work) fromTechnician(m *Inbound, a *Arrival, s sender, th thread) error {
	tech := s.technician
	switch {
	case s.contrary:
		return w.refuseTechnician(m, a, tech, th)
	case m.Doubled != "":
		return w.hold(m, a, tech, th, "held: the field "+m.Doubled+" stands twice", "hold-doubled")
	case m.Kind != KindRequest:
		return w.hold(m, a, tech, th, "held: marked as spam", "hold-spam")
	case !s.stands() && !w.d.TokenTechnician && w.askLater(m, a):
		_, err := w.park(a, th, "held: no answer from DNS about the sender")
		return err
	case !s.stands() && !w.d.TokenTechnician:
		return w.holdUnproven(m, a, tech, th)
	case th.several:
		return w.hold(m, a, tech, th, "held: two different tokens", "hold-two-tokens")
	case th.token == nil && s.stands() && w.forwardedFor(m) != "":
		return w.forward(m, a, tech, w.forwardedFor(m), false)
	case th.token == nil && w.orders(m).away():
		return w.answerAway(m, a, tech, w.orders(m))
	case th.token == nil && th.revoked:
		return w.hold(m, a, tech, th, "held: the token was revoked", "hold-revoked")
	case th.erased != 0:
		return w.hold(m, a, tech, th, "held: its ticket was erased", "hold-erased", w.astray(m, th)...)
	case th.token == nil || th.ticket == nil:
		return w.hold(m, a, tech, th, "held: a technician's mail without token", "hold-no-token", w.astray(m, th)...)
	case !th.token.technicians() || th.token.Participant != tech.Number():
		return w.hold(m, a, tech, th, "held: the token is not this technician's", "hold-foreign-token")
	case !w.vouched(s, th):
		return w.hold(m, a, tech, th, "held: the token stands in no address that the mail came to", "hold-no-address")
	case th.expired:
		return w.hold(m, a, tech, th, "held: the token has expired", "hold-expired")
	case th.unsigned:
		return w.hold(m, a, tech, th, "held: a remembered address without a sign of its ticket", "hold-unsigned")
	case th.token.Purpose == PurposeNote && w.reachesCustomer(m, th.ticket):
		return w.hold(m, a, tech, th, "held: a note that was also sent to the customer", "hold-note-leak")
	}
	return w.work(m, a, s, th, "")
}

// astray says what may help with a technician's mail that is on no ticket.
func (w *work) astray(m *Inbound, th thread) []string {
	lines := w.orders(m).Wrong.In(w.d.Language)
	if th.gone != 0 {
		lines = append(lines, w.say("no-ticket", th.gone))
	}
	return append(lines, w.proposal(m)...)
}

// technicians tells whether t is of the kinds that technicians get.
func (t Token) technicians() bool { return t.Purpose == PurposeWork || t.Purpose == PurposeNote }

// reachesCustomer tells whether the mail itself went to somebody on the ticket.
func (w *work) reachesCustomer(m *Inbound, t *Ticket) bool {
	for _, p := range append(append([]Mailbox(nil), m.To...), m.Cc...) {
		if t.number(p.Address) >= 0 && w.d.technician(p.Address) == nil {
			return true
		}
	}
	return false
}

// work carries out a technician's mail: its commands, then its answer or note.
// Either all of it happens or nothing. released says who let it go where it was
// held before, and is "" where it was not: then nothing about it is asked again.
func (w *work) work(m *Inbound, a *Arrival, s sender, th thread, released string) error {
	tech, t, before := s.technician, th.ticket, th.ticket.clone()
	d, err := w.deed(m, th, tech, released != "")
	switch {
	case err != nil:
		return err
	case d.orders.Held:
		return w.hold(m, a, tech, th, "held: "+d.orders.Wrong[0].String(), "hold-command", d.orders.Wrong.In(w.d.Language)...)
	case len(d.wrong) > 0:
		return w.refuseOrders(m, a, tech, th, d.wrong)
	}
	msg := fromInbound(m, a, MessageNote)
	msg.Authority, msg.Verified = AuthorityTechnician, s.stands()
	if d.answer {
		if err := w.takeAnswer(m, t, tech, msg, d.orders.Public); err != nil {
			return err
		}
	} else if err := w.addMessage(t, msg); err != nil { // of commands only: kept as a note that nobody is told of
		return err
	}
	e := Event{Kind: "message", Actor: tech.Name, Cause: cause(a), Text: msg.Kind.String(), Rulings: []Ruling{
		th.ruling(t.ID),
		{Decision: "authority", Value: AuthorityTechnician.String(), Rule: "registered address with its own token", Evidence: s.proofs(m, released)},
	}}
	if err := w.save(t, before, e); err != nil {
		return err
	}
	if err := w.carryOut(job{mail: m, a: a, tech: tech, t: t, deed: d}); err != nil {
		return err
	}
	switch { // after the commands, so that the letters tell how the ticket stands now, and reach whose it is now
	case d.note:
		if err := w.tellNote(m, t, tech, cmp.Or(d.orders.Below, msg.Text), msg); err != nil {
			return err
		}
	case d.answer:
		if err := w.tellAnswer(m, t, tech, msg); err != nil {
			return err
		}
		if err := w.tellColleagues(m, before, t, tech, msg); err != nil {
			return err
		}
	}
	if len(d.orders.Commands) > 0 && !d.orders.away() || released != "" {
		lines := w.outcome(d, before, t)
		if d.answer {
			lines = append(lines, w.dropped(m, t, msg)...)
		}
		if err := w.transcript(m, t, tech, "", lines); err != nil {
			return err
		}
	}
	if err := w.fileMessageID(m, t.ID); err != nil {
		return err
	}
	if err := w.tx.PutTicket(t); err != nil { // with the letters that were queued
		return err
	}
	return w.filed(a, t.ID, msg.Seq)
}

// deed is what a technician's mail does on its ticket.
type deed struct {
	orders       Orders
	wrong        []string // why it does nothing, a line each; none: it does something
	note, answer bool
	says         bool // there is a text, or a file
}

// orders reads the commands of m.
func (w *work) orders(m *Inbound) Orders {
	return ParseOrders(m.Reply, m.Signature, w.d.Policy.OwnTopics()...)
}

// deed reads what m asks for. Where its commands are a question (orders.Held)
// nothing else is said. released: it was held for that before, and let go.
func (w *work) deed(m *Inbound, th thread, tech *Technician, released bool) (deed, error) {
	d := deed{orders: w.orders(m)}
	if d.orders.Held && released {
		d.orders = parseReleased(m.Reply, m.Signature, w.d.Policy.OwnTopics()...)
	}
	if d.orders.Held {
		return d, nil
	}
	d.says = d.orders.Below != "" || m.brings(d.orders.Public)
	d.note = th.token.Purpose == PurposeNote || d.orders.Note()
	d.answer = !d.note && !d.orders.Asks() && !d.orders.has("quote") && (d.orders.Public != "" || m.brings(d.orders.Public))
	if d.wrong = d.orders.Wrong.In(w.d.Language); len(d.wrong) > 0 {
		return d, nil
	}
	var err error
	if d.wrong, err = w.refused(m, d, th.ticket, tech); err != nil || len(d.wrong) > 0 {
		return d, err
	}
	if !d.note && !d.answer && len(d.orders.Commands) == 0 {
		d.wrong = []string{w.say("nothing-new")}
	}
	return d, nil
}

// proofs words what a technician's authority rests on.
func (s sender) proofs(m *Inbound, released string) []string {
	switch {
	case s.confirmed != 0:
		return []string{fmt.Sprintf("confirmed from the registered address by arrival %d", s.confirmed)}
	case s.proven:
		return []string{m.Evidence.Method + " aligned with " + m.Evidence.Domain}
	case released != "":
		return []string{released}
	}
	return []string{"evidence not asked for (technician = token)"}
}

// takeAnswer files what the technician wrote for the customer. The first to
// answer takes the ticket.
func (w *work) takeAnswer(m *Inbound, t *Ticket, tech *Technician, msg *Message, public string) error {
	text, err := amid(m, public, func() (string, error) { return w.theirs(t) })
	if err != nil {
		return err
	}
	msg.Kind, msg.Text = MessageAnswer, w.d.ForCustomers(text)
	if t.Assignee == "" {
		t.Assignee = tech.Name
	}
	if err := w.move(t, TriggerAnswer, m.Arrived); err != nil {
		return err
	}
	first := !t.Answered
	t.Answered = true
	if first && t.Decision.Allowance != nil {
		if err := w.use(t); err != nil {
			return err
		}
	}
	return w.addMessage(t, msg)
}

// tellAnswer sends an answer to every participant, from the desk's address,
// with nothing of the technician's address or token in it.
func (w *work) tellAnswer(m *Inbound, t *Ticket, tech *Technician, msg *Message) error {
	return w.tellCustomers(NoticeAnswer, t, func(n *Notice) {
		n.FromName, n.AutoSubmitted = w.fromName(tech), ""
		n.Text, n.Author = msg.Text, Mailbox{Name: tech.Name}
		n.Attachments = w.relays(m, msg, true)
	})
}

// fromName is the name under which a technician's own words leave.
func (w *work) fromName(tech *Technician) string { return fmt.Sprintf("%s (%s)", tech.Name, w.d.Name) }

// ForCustomers strikes out of text what no customer may see: what holds a token,
// and the technicians' own addresses. The desk's address stands in their place.
func (d *Desk) ForCustomers(text string) string {
	text = d.Addresses.Strike(text)
	for _, tech := range d.Technicians {
		for _, addr := range tech.Addresses {
			text = strikeAddress(text, addr, d.Addresses.Desk)
		}
	}
	return text
}

// strikeAddress replaces old, in the form of address.Canonical, in whatever case
// it was written, and with its domain in letters as well.
func strikeAddress(s, old, new string) string {
	if _, domain, _ := address.Cut(old); strings.Contains(domain, "xn--") {
		s = addressInLetters.ReplaceAllStringFunc(s, func(found string) string {
			if before, ok := strings.CutSuffix(address.Canonical(found), old); ok && !strings.Contains(before, "@") {
				return before + new
			}
			return found
		})
	}
	lower := address.Lower(s)
	var b strings.Builder
	for {
		i := strings.Index(lower, old)
		if i < 0 {
			return b.String() + s
		}
		b.WriteString(s[:i] + new)
		s, lower = s[i+len(old):], lower[i+len(old):]
	}
}

// tellNote sends the text of the note msg, without its commands, to the assignee, or
// to everybody while she is absent, and to who wrote notes before.
func (w *work) tellNote(m *Inbound, t *Ticket, tech *Technician, text string, msg *Message) error {
	names, err := w.noteWriters(t)
	if err != nil {
		return err
	}
	assignee := w.d.technicianNamed(t.Assignee)
	missed := assignee != nil && assignee.away(w.today())
	for i := range w.d.Technicians {
		other := &w.d.Technicians[i]
		if other.Name == tech.Name || !missed && other.Name != t.Assignee && !contains(names, other.Name) {
			continue
		}
		err := w.tellTechnician(NoticeTicketReply, t, other, func(n *Notice) {
			n.About, n.Author, n.Verified, n.Text = MessageNote, tech.Mailbox(), true, text
			n.Attachments = w.relays(m, msg, false)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// noteWriters names the technicians who wrote notes on t.
func (w *work) noteWriters(t *Ticket) ([]string, error) {
	msgs, err := w.tx.Messages(t.ID)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, m := range msgs {
		if tech := w.d.technician(m.From.Address); m.Kind == MessageNote && tech != nil {
			names = append(names, tech.Name)
		}
	}
	return names, nil
}
