package ticket

import (
	"cmp"
	"strings"
	"time"

	"sportello/policy"
)

// answer is a follow-up read as an answer to a quote.
type answer struct {
	code     string // of the quote whose token it holds, else of the open one; "" it answers none
	claim    claim
	response response
	why      Words // responseRead: what stood in the way
	words    Words // what of it, where that is the wording
	late     bool  // the quote is not, or no more, the one that can be decided on
}

// decides tells whether the mail decides on its quote.
func (a answer) decides() bool {
	return !a.late && (a.response == responseAccept || a.response == responseDecline)
}

// holds tells whether the mail waits before anything comes of it.
func (a answer) holds() bool {
	return !a.late && (a.response == responseWait || a.response == responseConfirm)
}

// says tells whether the words are a yes or a no.
func (a answer) says() bool {
	return a.claim.Sense == policy.SenseAccept || a.claim.Sense == policy.SenseDecline
}

// answer reads m, a follow-up on the ticket of th, as an answer to a quote.
func (w *work) answer(m *Inbound, a *Arrival, s sender, th thread) (answer, error) {
	t := th.ticket
	code, credits := openQuote(t)
	exact := th.token.quote()
	if exact != "" {
		code, credits = exact, 0
		if t.Quote != nil && t.Quote.Code == exact {
			credits = t.Quote.Credits
		}
	}
	ans := answer{code: code, claim: claim{
		Contrary: s.contrary, Person: s.person(m), Token: exact != "" && !th.several && !th.expired && !th.unsigned,
		Bound: exact != "" && t.sentTo(th.token.Participant, s.Address), Sense: m.Sense(w.d.Policy, code, credits),
	}}
	if m.Reaction != 0 && (code == "" || t.State != StateWaiting) { // on a quote it may be half a yes
		ans.claim.Sense = policy.SenseThanks
	}
	if code == "" {
		return ans, nil
	}
	if t.Customer != "" {
		c, err := w.tx.Customer(t.Customer)
		if err != nil {
			return ans, err
		}
		p := c.contact(s.Address)
		ans.claim.MaySpend = p != nil && p.MaySpend
	}
	var err error
	if ans.claim.Proof, err = w.proofOf(m, a, s, t); err != nil {
		return ans, err
	}
	ans.late = exact != "" && !t.asks(th.token, m.Arrived)
	ans.response, ans.why = ans.claim.respond()
	if ans.response == responseRead && !ans.says() {
		ans.words = m.Obstacle(w.d.Policy, code, credits)
	}
	return ans, nil
}

// proofOf is what stands behind the sender of an answer to the quote of t. One
// that was asked to confirm, or that a person released, is not asked again.
func (w *work) proofOf(m *Inbound, a *Arrival, s sender, t *Ticket) (proof, error) {
	switch {
	case s.aligned:
		return proofGiven, nil
	case s.released || !a.Confirm.IsZero():
		return proofRefused, nil
	case m.Unanswered && a.Asked < len(askPauses):
		return proofAwaited, nil
	case t.Quote == nil || t.Quote.Asked == 0:
		return proofAbsent, nil
	}
	switch asked, err := w.tx.Arrival(t.Quote.Asked); {
	case err != nil:
		return proofRefused, err
	case asked.Fate == FateHeld && asked.ID != a.ID: // one question at a time
		return proofRefused, nil
	}
	return proofAbsent, nil
}

// holdAnswer holds a yes or no that nothing proves: until DNS has answered, or
// until the address that the quote went to confirms it. It answers false where
// nobody may be asked any more.
func (w *work) holdAnswer(m *Inbound, a *Arrival, th thread, ans answer) (bool, error) {
	if ans.response == responseWait {
		w.askLater(m, a)
		_, err := w.park(a, th, "held: no answer from DNS about the sender")
		return true, err
	}
	t, i := th.ticket, th.token.Participant
	if ok, err := w.mayConfirm(t.Participants[i].Address); !ok || err != nil {
		return false, err
	}
	fresh, err := w.awaitConfirmation(a, th, "held: an answer to "+ans.code+" that nothing proves, until it is confirmed")
	if !fresh || err != nil {
		return true, err
	}
	before := t.clone()
	t.Quote.Asked = a.ID
	err = w.tellCustomer(NoticeConfirm, t, i, func(n *Notice) {
		n.Refusal = ans.claim.Sense == policy.SenseDecline
		n.under(m)
	})
	if err != nil {
		return true, err
	}
	return true, w.save(t, before, Event{Kind: "notice", Actor: "desk", Cause: cause(a), Text: ans.code + ": a confirmation was asked for"})
}

// decide carries out what a mail that decides says: credits are held, or missing,
// or the quote is turned down. It saves t, with the mail and what proves it as
// the cause.
func (w *work) decide(m *Inbound, a *Arrival, s sender, t *Ticket, msg *Message, ans answer) error {
	before := t.clone()
	e := Event{Kind: "quote", Actor: s.Address, Cause: cause(a), Rulings: []Ruling{ans.ruling(s.spendProofs(m))}}
	var err error
	switch short, lacks := w.missing(t); {
	case ans.response == responseDecline:
		e.Text, err = w.decline(t, m.Arrived, s.Mailbox)
	case lacks != nil:
		err = lacks
	case short > 0:
		e.Text, err = w.runShort(t, t.number(s.Address), short)
	default:
		e.Kind = "hold"
		e.Text, err = w.accept(t, m.Arrived, s.Address, s.Mailbox)
	}
	if err == nil {
		err = w.tellTechnicians(NoticeTicketReply, t, m, msg, s, w.understood(t, ans)...)
	}
	if err != nil {
		return err
	}
	return w.save(t, before, e)
}

// ruling tells `why` how the answer was decided on.
func (a answer) ruling(evidence []string) Ruling {
	value := map[policy.Sense]string{policy.SenseAccept: "accept", policy.SenseDecline: "decline"}[a.claim.Sense]
	r := Ruling{Decision: "quote", Value: a.code + " " + cmp.Or(value, "none"), Rule: "authority spend", Evidence: evidence}
	switch {
	case a.late:
		r.Rule = "not the quote that can be decided on"
	case !a.decides():
		r.Rule = cmp.Or(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(a.why.String()), "but "), "."), "it does not decide")
	}
	return r
}

// spendProofs words what a decision on a quote rests on.
func (s sender) spendProofs(m *Inbound) []string {
	return []string{"the token of this quote, sent to " + s.Address, "a contact that may spend", s.proof(m), "arrived " + m.Arrived.UTC().Format(time.RFC3339)}
}

// standingsADay is how often a day the customer is told how a quote stands that
// is answered too late or again: a robot that says yes to it gets no further.
const standingsADay = 3

// tellStanding answers who decides on a quote that cannot be decided on any more:
// what became of it and what is current.
func (w *work) tellStanding(m *Inbound, t *Ticket, s sender, ans answer) (bool, error) {
	i := t.number(s.Address)
	if !ans.late || !ans.says() || ans.claim.lacks().key != "" || i < 0 || t.Quote == nil || !w.recent(m) {
		return false, nil
	}
	ok, err := w.within(counted{"standing", ans.code, unproven}, 24*time.Hour, standingsADay)
	if err != nil || !ok {
		return false, err
	}
	if t.Quote.open() && t.Quote.Code == ans.code { // no clock has noted it yet
		t.Quote.State = QuoteExpired
	}
	return true, w.tellCustomer(NoticeQuote, t, i, func(n *Notice) {
		n.Answered, n.Refusal = ans.code, ans.claim.Sense == policy.SenseDecline
	})
}

// understood tells the technicians what a mail came to as an answer to a quote:
// what was done, or what stood in the way and what they can do.
func (w *work) understood(t *Ticket, ans answer) []string {
	sense := map[policy.Sense]string{policy.SenseAccept: "understood-yes", policy.SenseDecline: "understood-no"}[ans.claim.Sense]
	switch q := t.Quote; {
	case ans.code == "" || ans.claim.Sense == policy.SenseThanks || ans.claim.Sense == policy.SenseSolved:
		return nil
	case ans.late && sense != "":
		return []string{w.say(sense, ans.code) + " " + w.say("understood-late", w.worded("quote", q.Code+" "+q.State.String()))}
	case ans.late:
		return nil
	case ans.response == responseDecline:
		return []string{w.say("did-decline", q.Code)}
	case ans.response == responseAccept && q.State == QuoteAccepted:
		return []string{w.say("did-accept", q.Code, int(q.Credits))}
	case ans.response == responseAccept:
		return []string{w.say("did-short", q.Code)}
	case sense != "":
		return []string{w.say(sense, ans.code) + " " + ans.why.In(w.d.Language)}
	case ans.claim.spends():
		return []string{w.say("understood-nothing", ans.code, ans.words), w.say("understood-accepted", Order("accepted"))}
	}
	return []string{w.say("understood-nothing", ans.code, ans.words)}
}
