package ticket

import (
	"cmp"
	"time"

	"sportello/policy"
)

// queue gives n its number and signed Message-ID and puts it in the outbox.
func (w *work) queue(n *Notice, id Token) error {
	if w.backlog.hushes(n.Kind) {
		return nil
	}
	var err error
	if n.ID, err = w.tx.NextNotice(); err != nil {
		return err
	}
	n.At = w.now
	n.MessageID = w.d.Keys.MessageID(n.ID, id.issue(w.now), w.d.Addresses.Domain())
	n.Envelope = w.envelope(n, id)
	w.queued = true
	if !n.Kind.Technical() {
		w.posted = append(w.posted, post{n.Kind, n.Aside, n.To})
	}
	return w.tx.PutRow(w.enqueue(n))
}

// envelope is the envelope sender of n (DESIGN.md section 5): a bounce comes back
// to it and names the letter by its token or, where addresses carry none, by our
// Message-ID alone.
func (w *work) envelope(n *Notice, id Token) string {
	switch {
	case n.Kind.NullPath():
		return ""
	case w.d.Addresses.Pattern == "":
		return w.d.Addresses.Desk
	}
	if id.Purpose == PurposeAsk {
		id.Participant += askedBase
	}
	bounce := Token{Purpose: PurposeBounce, Number: uint64(n.Ticket), Participant: id.Participant}
	return w.d.Addresses.Token(w.d.Keys.Sign(bounce.issue(w.now)))
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
	if d.Doubtful && !kind.Technical() {
		n.TopicText = "" // what it may be is for technicians
	}
	if kind.Technical() {
		n.Reserved = t.Held
	}
	if kind == NoticeClosed || kind == NoticeCharged || kind == NoticeAnswer && t.State == StateClosed {
		s := w.settlements[t.ID]
		n.Credits, n.Charged, n.Released, n.Lapsed = s.charged, t.Charged, s.released, s.lapsed
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
		if t.Quote.open() {
			n.Freed = t.Held
		}
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
	if kind == NoticeAck || kind == NoticeQuote {
		n.ClosedFrom, n.ClosedTo = p.NextClosure(w.today(), closureToldDays)
	}
	if !kind.Technical() && !n.AnswerDue.IsZero() {
		n.AnswerDue = p.PromisedDay(n.AnswerDue)
	}
	if !kind.Technical() && t.Elsewhere {
		n.ZoneName = w.d.Zone.String()
	}
	return n
}

// closureToldDays is how long before it a closure of the office is told.
const closureToldDays = 7

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
	t.blind(n)
	id := t.replyToken(n, i)
	n.ReplyTo = w.address(id)
	if w.d.Addresses.Pattern == "" {
		n.Token = w.d.Keys.Sign(id.issue(w.now))
	}
	if err := w.queue(n, id); err != nil {
		return err
	}
	t.reference(n.MessageID)
	if kind.awaits() && t.State == StateWaiting && t.SleepsUntil.IsZero() && !n.QuoteOthers && (i == 0 || t.WaitsFor == 0) {
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

// replyToken is what a reply to letter n of t to participant i carries: that of
// the open quote where n asks for a decision on it, that of the held mail where
// it asks to confirm it.
func (t *Ticket) replyToken(n *Notice, i int) Token {
	id := Token{Purpose: PurposeReply, Number: uint64(t.ID), Participant: i}
	switch q := t.Quote; {
	case n.Kind == NoticeConfirm:
		return confirmToken(q.Asked, i, n.Refusal)
	case (n.Kind == NoticeQuote || n.Kind == NoticeCreditShort) && q.open() && !n.QuoteOthers:
		id.Purpose, id.Version = PurposeQuote, q.Version
		id.Day = max(id.issue(q.Offered).Day, dayOf(q.ValidUntil)) // the same in every letter of this quote
	}
	return id
}

// awaits tells whether a letter of kind k asks the customer for an answer that
// the ticket waits for, or for the last time before it closes.
func (k NoticeKind) awaits() bool {
	return k == NoticeAnswer || k == NoticeQuote || k == NoticeCreditShort || k == NoticeCloseWarning
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
	if l := cmp.Or(p.Language, c.Language); i > 0 && l != "" && l != lang {
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
