package ticket

import (
	"fmt"
	"time"

	"sportello/policy"
)

// queue gives n its number and signed Message-ID and puts it in the outbox.
func (w *work) queue(n *Notice, id Token) error {
	var err error
	if n.ID, err = w.tx.NextNotice(); err != nil {
		return err
	}
	n.At = w.now
	n.MessageID = w.d.Keys.MessageID(n.ID, id.issue(w.now), w.d.Addresses.Domain())
	if !n.Kind.NullPath() && w.d.Addresses.Pattern != "" {
		bounce := Token{Purpose: PurposeBounce, Number: uint64(n.Ticket), Participant: id.Participant}
		n.Envelope = w.d.Addresses.Token(w.d.Keys.Sign(bounce.issue(w.now)))
	}
	w.queued = true
	return w.tx.PutRow(&Row{Notice: *n, State: RowQueued, Next: w.now})
}

// address is where a reply with token t arrives.
func (w *work) address(t Token) string {
	return w.d.Addresses.Token(w.d.Keys.Sign(t.issue(w.now)))
}

// about is a notice with the facts of ticket t, worded in lang.
func (w *work) about(kind NoticeKind, t *Ticket, lang string) *Notice {
	p, d := w.d.Policy, t.Decision
	n := &Notice{
		Kind: kind, Ticket: t.ID, Language: lang, Subject: t.Subject, AutoSubmitted: "auto-generated",
		State: t.State, ClosedReason: t.ClosedReason, Topic: d.Topic, TopicText: p.TopicText(d.Topic, lang),
		Coverage: d.Coverage, Confidence: d.Confidence, Plan: d.Plan, Site: d.Site, Price: d.Price, Allowance: d.Allowance,
		ClosesAfter: p.CloseDays, ReopenDays: w.d.ReopenDays, Stranger: t.Customer == "" && len(t.Candidates) == 0,
		Customer: t.Customer, Requester: t.Requester, Assignee: t.Assignee, Quote: t.Quote, Linked: t.Linked,
	}
	if d.Clause != "" {
		n.ClauseText = p.ClauseText(d.Clause, lang)
	}
	if d.Plan != "" {
		n.PlanText = p.PlanText(d.Plan, lang)
	}
	if d.Lapsed != nil {
		n.LapsedText, n.LapsedOn = p.PlanText(d.Lapsed.ID, lang), d.Lapsed.Expires()
	}
	if t.Quote != nil {
		n.QuoteUntil = w.lastDay(t.Quote.ValidUntil)
	}
	if !t.AnswerDue.IsZero() {
		n.AnswerDue = w.lastDay(t.AnswerDue)
	}
	if !t.ClosesAt.IsZero() {
		n.ClosesOn = w.lastDay(t.ClosesAt)
	}
	if d.Coverage == policy.None || kind == NoticeQuote || kind == NoticeCreditShort {
		n.Commercial = &p.Contact
	}
	if opens := p.NextOpening(w.now); opens.After(w.now) {
		n.OfficeOpensAt = opens
	}
	return n
}

// lastDay is the day that a half-open deadline lets count last.
func (w *work) lastDay(end time.Time) Date { return w.d.day(end.Add(-time.Second)) }

// tellCustomer queues a letter to participant number i of t; edit may add what
// only this letter tells. The caller saves t.
func (w *work) tellCustomer(kind NoticeKind, t *Ticket, i int, edit func(*Notice)) error {
	n, err := w.toCustomer(kind, t, i)
	if err != nil {
		return err
	}
	if edit != nil {
		edit(n)
	}
	id := Token{Purpose: PurposeReply, Number: uint64(t.ID), Participant: i}
	if kind == NoticeQuote {
		id.Purpose, id.Version = PurposeQuote, t.Quote.Version
	}
	n.ReplyTo = w.address(id)
	if w.d.Addresses.Pattern == "" {
		n.Token = w.d.Keys.Sign(id.issue(w.now))
	}
	if err := w.queue(n, id); err != nil {
		return err
	}
	t.reference(n.MessageID)
	if (kind == NoticeAnswer || kind == NoticeQuote) && t.State == StateWaiting && (i == 0 || t.WaitsFor == 0) {
		t.WaitsFor = n.ID
	}
	if kind == NoticeAnswer {
		return nil
	}
	return w.addMessage(t, &Message{
		Kind: MessageNotice, Notice: kind, NoticeID: n.ID, From: Mailbox{Name: w.d.Name, Address: w.d.Addresses.Desk},
		At: w.now, Authority: AuthorityNone, MessageID: n.MessageID, Subject: t.Subject,
	})
}

// toCustomer is a letter of kind to participant i of t, without Reply-To.
func (w *work) toCustomer(kind NoticeKind, t *Ticket, i int) (*Notice, error) {
	to := t.Participants[i].Mailbox
	lang := t.Language
	n := w.about(kind, t, lang)
	n.To, n.InReplyTo, n.References = to, t.LastInbound, append([]string(nil), t.References...)
	if kind == NoticeAck {
		n.AutoSubmitted = "auto-replied"
	}
	if t.Customer == "" {
		return n, nil
	}
	c, err := w.tx.Customer(t.Customer)
	if err != nil {
		return nil, err
	}
	n.CustomerName = c.Name
	p := c.contact(to.Address)
	if p == nil {
		return n, nil
	}
	if l := firstOf(p.Language, c.Language); i > 0 && l != "" && l != lang {
		reworded := w.about(kind, t, l)
		reworded.To, reworded.InReplyTo, reworded.References, reworded.AutoSubmitted, reworded.CustomerName =
			n.To, n.InReplyTo, n.References, n.AutoSubmitted, n.CustomerName
		n = reworded
	}
	acc, err := w.account(t.Customer)
	if err != nil {
		return nil, err
	}
	today := w.d.day(w.now)
	n.Balance = &Balance{Available: acc.Available(today), Held: acc.Held(), NextExpiry: acc.NextExpiry(today)}
	return n, nil
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// tellCustomers queues a letter to every participant of t.
func (w *work) tellCustomers(kind NoticeKind, t *Ticket, edit func(*Notice)) error {
	for i, p := range t.Participants {
		if p.Removed || w.d.Addresses.Own(p.Address) {
			continue
		}
		if err := w.tellCustomer(kind, t, i, edit); err != nil {
			return err
		}
	}
	return nil
}

// tellTechnicians queues mail about what the customer's side wrote: to every
// technician when the ticket is new or nobody's, else to the assignee.
func (w *work) tellTechnicians(kind NoticeKind, t *Ticket, m *Inbound, msg *Message, s sender) error {
	for _, tech := range w.concerned(kind, t) {
		err := w.tellTechnician(kind, t, tech, func(n *Notice) {
			n.FromName = fmt.Sprintf("%s (%s)", firstOf(s.Name, s.Address), w.d.Name)
			n.Author, n.Verified, n.Text, n.Bounce = s.Mailbox, s.aligned, msg.Text, msg.Bounce
			n.About = msg.Kind
			n.OtherPeople, n.Attachments, n.TooLarge = w.others(m, s), w.relays(m.Attachments, msg.Raw), m.Partial
			n.Lines = candidateLines(t)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// copyCommercial sends what is commercial to the commercial office as well; an
// answer to that copy comes back as any other mail.
func (w *work) copyCommercial(t *Ticket, m *Inbound, msg *Message, s sender) error {
	to := w.d.Policy.Contact.Email
	if t.Decision.Coverage != policy.None || to == "" {
		return nil
	}
	n := w.about(NoticeTicketNew, t, w.d.Language)
	n.To, n.FromName = Mailbox{Address: to}, fmt.Sprintf("%s (%s)", firstOf(s.Name, s.Address), w.d.Name)
	n.Author, n.Verified, n.Text = s.Mailbox, s.aligned, msg.Text
	n.OtherPeople, n.Attachments = w.others(m, s), w.relays(m.Attachments, msg.Raw)
	return w.queue(n, Token{Purpose: PurposeBounce, Number: uint64(t.ID), Participant: len(t.Participants)})
}

// concerned are the technicians who hear of something on t.
func (w *work) concerned(kind NoticeKind, t *Ticket) []*Technician {
	if kind != NoticeTicketNew {
		if tech := w.d.technicianNamed(t.Assignee); tech != nil {
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

// others are the people in To and Cc beside the desk, at most maxOthers, and
// the other address of a web form: shown to technicians, never written to.
func (w *work) others(m *Inbound, s sender) []Mailbox {
	var list []Mailbox
	if s.other.Address != "" {
		list = append(list, s.other)
	}
	for _, p := range append(append([]Mailbox(nil), m.To...), m.Cc...) {
		if len(list) < maxOthers && p.Address != "" && !w.d.Addresses.Own(p.Address) && p.Address != s.Address {
			list = append(list, p)
		}
	}
	return list
}

const maxOthers = 20

// relays chooses which attachments go along in a letter: in their order, as
// long as they fit into Limits.Relay together.
func (w *work) relays(list []Attachment, raw RawRef) []Relay {
	var relays []Relay
	var total int64
	for _, a := range list {
		left := raw == "" || w.d.Limits.Relay > 0 && total+a.Size > w.d.Limits.Relay
		if !left {
			total += a.Size
		}
		relays = append(relays, Relay{Attachment: a, Ref: AttachmentRef{Raw: raw, Index: a.Index}, Left: left})
	}
	return relays
}

// candidateLines tells technicians whose a mail may be.
func candidateLines(t *Ticket) []string {
	var lines []string
	for _, id := range t.Candidates {
		lines = append(lines, "candidate: "+id)
	}
	return lines
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
	edit(n)
	return w.queue(n, Token{Purpose: PurposeWork, Participant: tech.Number()})
}

// alertOnce is an alert about no ticket, at most once per key and window.
func (w *work) alertOnce(key string, window time.Duration, format string, args ...any) error {
	ok, err := w.within("alert\x00"+key, window, 1)
	if err != nil || !ok {
		return err
	}
	return w.alert(nil, fmt.Sprintf(format, args...))
}
