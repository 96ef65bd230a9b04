package ticket

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"sportello/policy"
)

// tellTechnicians queues mail about what the customer's side wrote: to every
// technician when the ticket is new or nobody's, else to the assignee; and to
// the commercial office what is new and commercial. Past its limits what nothing
// proves is gathered for the summary of the hour instead. lines say what was made
// of it.
func (w *work) tellTechnicians(kind NoticeKind, t *Ticket, m *Inbound, msg *Message, s sender, lines ...string) error {
	if crowded, err := w.crowded(t, m, msg, s); crowded || err != nil {
		return err
	}
	if err := w.tellConcerned(kind, t, m, msg, s, lines); err != nil || kind != NoticeTicketNew {
		return err
	}
	return w.copyCommercial(t, m, msg, s)
}

func (w *work) tellConcerned(kind NoticeKind, t *Ticket, m *Inbound, msg *Message, s sender, lines []string) error {
	candidates, err := w.candidateLines(t)
	if err != nil {
		return err
	}
	text, err := amid(m, msg.Text, func() (string, error) { return w.ours(t) })
	if err != nil {
		return err
	}
	for _, tech := range w.concerned(kind, t) {
		err := w.tellTechnician(kind, t, tech, func(n *Notice) {
			n.Author, n.Verified, n.Text, n.Bounce = s.Mailbox, s.aligned || s.by != "", clip(text, MaxText), msg.Bounce
			n.About = msg.Kind
			n.OtherPeople, n.Attachments, n.TooLarge = w.others(m, s), w.relays(m, msg, false), m.Partial
			n.Lines = slices.Concat(w.oddities(m, s), candidates, lines)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// oddities say who sent a mail on, and warn of a sender who may be meant to look like
// another. What is odd about
// the address of a contact was looked at when he became one.
func (w *work) oddities(m *Inbound, s sender) (lines []string) {
	switch {
	case s.by != "": // her name and address stand in From
		return []string{w.say("forwarded-by", s.by)}
	case len(m.From) == 0:
		return nil
	}
	for _, o := range m.Odd {
		switch {
		case o == OddName:
			lines = append(lines, w.say("odd-name", m.From[0].Name, m.From[0].Address))
		case o == OddScripts:
			lines = append(lines, w.say("odd-scripts"))
		case len(s.customers) == 0:
			lines = append(lines, w.say("odd-address", s.Address))
		}
	}
	if tech := w.d.namesake(m.From[0]); tech != nil {
		lines = append(lines, w.say("odd-colleague", tech.Name, m.From[0].Address))
	}
	return lines
}

// copyCommercial sends what is commercial to the commercial office as well; an
// answer to that copy comes back as any other mail.
func (w *work) copyCommercial(t *Ticket, m *Inbound, msg *Message, s sender) error {
	to := w.d.Policy.Contact.Email
	if t.Decision.Coverage != policy.None || to == "" {
		return nil
	}
	n := w.about(NoticeTicketNew, t, w.d.Language)
	n.To, n.Author, n.Verified, n.Text = Mailbox{Address: to}, s.Mailbox, s.aligned, msg.Text
	n.OtherPeople, n.Attachments = w.others(m, s), w.relays(m, msg, false)
	if err := w.namePeople(n); err != nil {
		return err
	}
	return w.queue(n, Token{Purpose: PurposeBounce, Number: uint64(t.ID), Participant: len(t.Participants)})
}

// concerned are the technicians who hear of something on t: who works on it, or all
// while nobody does or she is absent.
func (w *work) concerned(kind NoticeKind, t *Ticket) []*Technician {
	if kind != NoticeTicketNew {
		if tech := w.d.technicianNamed(t.Assignee); tech != nil && !tech.away(w.d.day(w.now)) {
			return []*Technician{tech}
		}
	}
	all := make([]*Technician, len(w.d.Technicians))
	for i := range w.d.Technicians {
		all[i] = &w.d.Technicians[i]
	}
	return all
}

// tellTechnician queues one technician's letter about t, threaded in her own
// mail client; the caller saves t.
func (w *work) tellTechnician(kind NoticeKind, t *Ticket, tech *Technician, edit func(*Notice)) error {
	n := w.about(kind, t, w.d.Language)
	n.To = tech.Mailbox()
	work := Token{Purpose: PurposeWork, Number: uint64(t.ID), Participant: tech.Number()}
	note := work
	note.Purpose = PurposeNote
	n.ReplyTo, n.NoteAddress = w.address(work), w.address(note)
	if w.d.Addresses.Pattern == "" {
		n.NoteAddress = ""
	}
	th := t.thread(tech)
	if th.Root != "" {
		n.InReplyTo, n.References = th.Last, []string{th.Root}
		if th.Last != th.Root {
			n.References = append(n.References, th.Last)
		}
	}
	edit(n)
	if err := w.namePeople(n); err != nil {
		return err
	}
	id := work
	if n.About == MessageNote { // a reply to a note stays a note
		id, n.ReplyTo = note, w.address(note)
	}
	if err := w.queue(n, id); err != nil {
		return err
	}
	if th.Root == "" {
		th.Root = n.MessageID
	}
	th.Last = n.MessageID
	return nil
}

// thread is the record of what tech got about t, made when it is missing.
func (t *Ticket) thread(tech *Technician) *Thread {
	for i := range t.Threads {
		if t.Threads[i].Technician == tech.Number() {
			return &t.Threads[i]
		}
	}
	t.Threads = append(t.Threads, Thread{Technician: tech.Number()})
	return &t.Threads[len(t.Threads)-1]
}

// others are the people whom a mail names beside its sender and the desk, at
// most maxOthers: the other address of a web form, Reply-To, To and Cc. They
// are shown to technicians and never written to.
func (w *work) others(m *Inbound, s sender) []Mailbox {
	var list []Mailbox
	for _, p := range slices.Concat([]Mailbox{s.other}, m.ReplyTo, m.To, m.Cc) {
		named := slices.ContainsFunc(list, func(q Mailbox) bool { return q.Address == p.Address })
		if len(list) < maxOthers && p.Address != "" && !named && !w.d.Addresses.Own(p.Address) && p.Address != s.Address {
			list = append(list, p)
		}
	}
	return list
}

const maxOthers = 20

// relays chooses which attachments of m go along in the letter that tells msg:
// in their order, as long as they fit into Limits.Relay together. Where the
// history of m is cut off, its pictures are.
func (w *work) relays(m *Inbound, msg *Message, cut bool) []Relay {
	var relays []Relay
	var total int64
	raw := msg.Raw
	for _, a := range m.Attachments {
		if m.elsewhere(&a, msg.Text, cut) {
			continue
		}
		left := raw == "" || w.d.Limits.Relay > 0 && total+a.Size > w.d.Limits.Relay
		if !left {
			total += a.Size
		}
		relays = append(relays, Relay{Attachment: a, Ref: AttachmentRef{Raw: raw, Index: a.Index}, Left: left})
	}
	return relays
}

// namePeople adds to a technician's letter the name of the customer, which stands
// in for that of a contact who gives himself none, and who writes to her.
func (w *work) namePeople(n *Notice) error {
	if n.Customer != "" {
		c, err := w.tx.Customer(n.Customer)
		if err != nil {
			return err
		}
		n.CustomerName = c.Name
		for _, p := range []*Mailbox{&n.Requester, &n.Author} {
			if p.Name == "" && c.contact(p.Address) != nil {
				p.Name = c.Name
			}
		}
	}
	if n.FromName == "" && n.Author.Address != "" && (n.Kind == NoticeTicketNew || n.Kind == NoticeTicketReply) {
		n.FromName = fmt.Sprintf("%s (%s)", cmp.Or(n.Author.Name, n.Author.Address), w.d.Name)
	}
	return nil
}

// candidateLines tells technicians whose a mail may be.
func (w *work) candidateLines(t *Ticket) ([]string, error) {
	var lines []string
	for _, id := range t.Candidates {
		c, err := w.tx.Customer(id)
		if err != nil {
			return nil, err
		}
		lines = append(lines, w.say("candidate", c.Name, id))
	}
	return lines, nil
}

// alert queues lines to every technician; t may be nil. Alerts say what an
// admin or technician must know and are never about an alert.
func (w *work) alert(t *Ticket, lines ...string) error {
	for i := range w.d.Technicians {
		tech := &w.d.Technicians[i]
		if t != nil {
			if err := w.tellTechnician(NoticeAlert, t, tech, func(n *Notice) { n.Lines = lines }); err != nil {
				return err
			}
			continue
		}
		if err := w.tellPlainly(NoticeAlert, tech, func(n *Notice) { n.Lines = lines }); err != nil {
			return err
		}
	}
	return nil
}

// tellPlainly queues a letter to tech that is about no ticket.
func (w *work) tellPlainly(kind NoticeKind, tech *Technician, edit func(*Notice)) error {
	n := &Notice{Kind: kind, Language: w.d.Language, To: tech.Mailbox(), AutoSubmitted: "auto-generated"}
	n.replies(w.mail)
	edit(n)
	return w.queue(n, Token{Purpose: PurposeWork, Participant: tech.Number()})
}

// replies makes n stand under the mail that it is about; m may be nil.
func (n *Notice) replies(m *Inbound) {
	if m == nil || m.MessageID == "" {
		return
	}
	n.InReplyTo, n.References = m.MessageID, chain(nil, append(slices.Clone(m.References), m.MessageID)...)
}

// alertOnce is an alert about no ticket, at most once per key and window.
func (w *work) alertOnce(key string, window time.Duration, lines ...string) error {
	ok, err := w.within(counted{"alert", key, proven}, window, 1)
	if err != nil || !ok {
		return err
	}
	return w.alert(nil, lines...)
}
