package ticket

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"sportello/policy"
)

// open makes a new ticket of m, with the policy's verdict, an acknowledgement
// or a quote where one is due, and mail to the technicians. goesOn is an
// earlier ticket that the new one is linked to; 0: none.
func (w *work) open(m *Inbound, a *Arrival, s sender, th thread, goesOn ID) error {
	if why, err := w.tooMany(s); why != "" || err != nil {
		if err != nil {
			return err
		}
		_, err := w.setAside(a, FateQuarantine, why)
		return err
	}
	t, err := w.draft(m, s, goesOn)
	if err != nil {
		return err
	}
	if t.ID, err = w.tx.NextTicket(); err != nil {
		return err
	}
	auth, rule := s.authority(m, thread{}, t)
	dec, err := w.verdict(m, th, t)
	if err != nil {
		return err
	}
	t.Decision = dec
	if dec.Coverage != policy.None {
		t.AnswerDue = w.promise(dec, m.Arrived)
	}
	msg := fromInbound(m, a, MessageRequest)
	msg.From, msg.Authority, msg.Verified, msg.Text = s.Mailbox, auth, s.aligned, w.whole(m, th)
	if err := w.addMessage(t, msg); err != nil {
		return err
	}
	if err := w.welcome(m, s, t, auth); err != nil {
		return err
	}
	silent, err := w.acknowledge(m, s, t, auth)
	if err != nil {
		return err
	}
	if err := w.tellTechnicians(NoticeTicketNew, t, m, msg, s, w.afterErasure(th)...); err != nil {
		return err
	}
	if err := w.fileMessageID(m, t.ID); err != nil {
		return err
	}
	e := Event{Kind: "opened", Actor: s.Address, Cause: cause(a), Text: verdictText(t)}
	e.Rulings = w.openingRulings(m, th, t, auth, rule)
	if err := w.save(t, nil, e); err != nil {
		return err
	}
	if th.claim != 0 {
		if err := w.note(t.ID, "claim", s.Address, cause(a), fmt.Sprintf("claims #%d, which it does not prove", th.claim)); err != nil {
			return err
		}
	}
	if silent != "" {
		if err := w.note(t.ID, "suppressed", "desk", cause(a), "no acknowledgement: "+silent); err != nil {
			return err
		}
	}
	if err := w.linkBack(goesOn, t.ID, a); err != nil {
		return err
	}
	return w.filed(a, t.ID, msg.Seq)
}

// draft is the ticket that m opens, still without number and verdict.
func (w *work) draft(m *Inbound, s sender, goesOn ID) (t *Ticket, err error) {
	t = &Ticket{
		State: StateOpen, Requester: s.Mailbox, Opened: m.Arrived, Changed: w.now,
		Subject: clip(w.d.bareSubject(m.Subject), maxSubject), Language: w.language(m, s),
		Unproven: !s.aligned && !s.forwarded, LastInbound: m.MessageID, Elsewhere: w.elsewhere(m),
	}
	t.Participants = []Participant{{Mailbox: s.Mailbox}}
	if t.Unproven {
		t.Participants[0].Name = ""
	}
	if s.mute {
		t.silence()
	}
	if goesOn != 0 {
		t.Linked = []ID{goesOn}
	}
	t.reference(m.References...)
	t.reference(m.MessageID)
	switch {
	case len(s.customers) == 1:
		t.Customer = s.customers[0]
	case len(s.customers) > 1:
		if t.Customer, err = w.bySite(m, s.customers); err != nil {
			return nil, err
		}
		if t.Customer == "" {
			t.Candidates = s.customers
		}
	}
	return t, nil
}

// maxSubject bounds what a ticket is called, in bytes.
const maxSubject = 200

// elsewhere tells whether the clock that wrote m's Date was not the desk's at
// that instant: whoever reads the answer may count days and hours otherwise.
func (w *work) elsewhere(m *Inbound) bool {
	if m.Date.IsZero() {
		return false
	}
	_, theirs := m.Date.Zone()
	_, ours := m.Date.In(w.d.Zone).Zone()
	return theirs != ours
}

// language is the contact's, else that of the mail, else the desk's.
func (w *work) language(m *Inbound, s sender) string {
	for _, l := range []string{s.language, m.Language} {
		if l == "it" || l == "en" {
			return l
		}
	}
	return w.d.Language
}

// bySite decides between several customers with one address: the one of whom
// alone a site is named in the mail; "" when that does not decide.
func (w *work) bySite(m *Inbound, ids []string) (string, error) {
	text := strings.ToLower(m.Subject + "\n" + m.Shown() + "\n" + m.Below())
	found := ""
	for _, id := range ids {
		c, err := w.tx.Customer(id)
		if err != nil {
			return "", err
		}
		for _, p := range c.Plans {
			if p.Site == "" || !strings.Contains(text, p.Site) || found == id {
				continue
			}
			if found != "" {
				return "", nil
			}
			found = id
		}
	}
	return found, nil
}

// verdict asks the policy. Who is no customer, or may be one of several, gets
// no verdict but undetermined or commercial.
func (w *work) verdict(m *Inbound, th thread, t *Ticket) (policy.Decision, error) {
	acc, err := w.account(t.Customer)
	if err != nil {
		return policy.Decision{}, err
	}
	c := policy.Case{Subject: m.Subject, Text: m.Words(), At: m.Arrived, Stranger: t.Customer == "", Account: acc, Opinion: m.Opinion}
	if th.news() {
		c.Below = m.Below()
	}
	return w.d.Policy.Decide(c), nil
}

// openingRulings tells `why` what was decided about a first mail.
func (w *work) openingRulings(m *Inbound, th thread, t *Ticket, auth Authority, rule string) []Ruling {
	list := []Ruling{
		{Decision: "kind", Value: m.Kind.String(), Rule: m.KindReason},
		th.ruling(t.ID),
		{Decision: "authority", Value: auth.String(), Rule: rule},
	}
	list = append(list, verdictRulings(t, fmt.Sprintf("confidence %.2f", t.Decision.Confidence))...)
	if t.Quote != nil {
		list = append(list, Ruling{Decision: "quote", Value: t.Quote.Code, Rule: fmt.Sprintf("fixed price %d", t.Quote.Credits)})
	}
	return list
}

// circumstances words what a verdict rests on beside its own evidence: the
// price, whose the ticket is, and which policy file decided.
func circumstances(t *Ticket) []string {
	var e []string
	if price := t.Decision.Price.String(); price != "" {
		e = append(e, "price "+price)
	}
	switch {
	case len(t.Candidates) > 0:
		e = append(e, "the address is a contact of several customers: "+strings.Join(t.Candidates, ", "))
	case t.Customer == "":
		e = append(e, "no customer has this address")
	default:
		e = append(e, "customer "+t.Customer)
	}
	return append(e, "policy "+t.Decision.Policy)
}

// linkBack notes on the earlier ticket which one goes on from it.
func (w *work) linkBack(from, to ID, a *Arrival) error {
	if from == 0 {
		return nil
	}
	t, err := w.tx.Ticket(from)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	before := t.clone()
	t.Linked = append(t.Linked, to)
	return w.save(t, before, Event{Kind: "linked", Actor: "desk", Cause: cause(a), Text: fmt.Sprintf("goes on in #%d", to)})
}

// acknowledge queues the acknowledgement, or the quote that replaces it, for
// who may get one (DESIGN.md section 3, "Who is acknowledged"). It says why who
// would have got one gets none; "" otherwise.
func (w *work) acknowledge(m *Inbound, s sender, t *Ticket, auth Authority) (string, error) {
	known := len(s.customers) > 0
	switch {
	case s.mute || !s.sole || !w.recent(m) || !known && !s.aligned || w.d.Addresses.Own(s.Address):
		return "", nil
	case s.contrary:
		return "the evidence contradicts the sender", nil
	case s.quiet && (m.Robot || m.Doubtful || m.NullPath):
		return "a robot wrote it", w.countSuppressed()
	case s.quiet:
		return "", nil
	}
	quoted, itself, err := w.quoteAtOpening(m, t, s, auth)
	if err != nil || itself {
		return "", err
	}
	why, err := w.mayAcknowledge(s.Address, s.standing())
	if err != nil {
		return "", err
	}
	if why != "" {
		return why, w.suppress(why)
	}
	return "", w.tellCustomer(NoticeAck, t, 0, func(n *Notice) {
		n.Verified, n.QuoteOthers, n.TooLarge = auth >= AuthoritySender, quoted, m.Partial && auth >= AuthoritySender
		n.Text = w.ownWords(m, auth)
	})
}

// countSuppressed counts an acknowledgement or quote that is not written.
func (w *work) countSuppressed() error {
	if err := w.tx.Count(CountSuppressed, 1); err != nil {
		return err
	}
	return w.tally(tallySuppressed)
}

// suppress counts a letter that a limit does not let out. That the desk's total
// is used up is told once an hour.
func (w *work) suppress(why string) error {
	if err := w.countSuppressed(); err != nil || why != refusedByTotal {
		return err
	}
	return w.alertOnce("acks", time.Hour, w.say("acks-full", w.d.Limits.AcksPerHour))
}

// quoteAtOpening offers the policy's fixed price, where the verdict is extra
// and a contact who may spend is known. It tells whether a quote went out, and
// whether to the requester itself.
func (w *work) quoteAtOpening(m *Inbound, t *Ticket, s sender, auth Authority) (quoted, itself bool, err error) {
	d := t.Decision
	if t.Customer == "" || d.Coverage != policy.Extra || d.Price.Kind != policy.PriceFixed {
		return false, false, nil
	}
	numbers, err := w.spenders(t, s)
	if err != nil || len(numbers) == 0 {
		return false, false, err
	}
	if t.Quote, err = w.quote(t, d.Price.Min, w.d.Policy.TopicText(d.Topic, t.Language), 0); err != nil {
		return false, false, err
	}
	if err := w.move(t, TriggerOffer, w.now); err != nil {
		return false, false, err
	}
	for _, n := range numbers {
		err := w.tellCustomer(NoticeQuote, t, n, func(letter *Notice) {
			letter.AutoSubmitted, letter.Verified = "auto-replied", auth >= AuthoritySender
			if n == 0 {
				letter.Text = w.ownWords(m, auth)
			}
		})
		if err != nil {
			return false, false, err
		}
	}
	return true, numbers[0] == 0, nil
}

// spenders are the participant numbers of who decides on a quote and may get an
// automatic one now; they become participants, being asked.
func (w *work) spenders(t *Ticket, s sender) ([]int, error) {
	d, err := w.deciding(t)
	if err != nil {
		return nil, err
	}
	var allowed deciders
	for _, p := range d.contacts {
		i := t.number(p.Address)
		if i < 0 && len(t.Participants)+len(allowed.contacts) >= maxParticipants {
			continue
		}
		why, err := w.mayQuote(p.Address, i == 0, s.standing())
		if err != nil {
			return nil, err
		}
		if why == "" {
			allowed.contacts = append(allowed.contacts, p)
		} else if err := w.suppress(why); err != nil {
			return nil, err
		}
	}
	return allowed.join(t), nil
}
