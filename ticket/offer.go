package ticket

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sportello/policy"
)

// Offer is a price that a technician or admin asks for work on a ticket.
type Offer struct {
	Credits Credits
	Text    string // describes the work; "": what the ticket is about
	Days    int    // the last day that counts is that many after today; 0: as the policy says
	Cause   string
	Actor   string
}

// maxQuoteDays bounds how long a quote stays open.
const maxQuoteDays = 365

func refuse(key string, args ...any) error { return &RefusedError{Say(key, args...)} }

// Offer offers a price for the work on a ticket, in place of the quote that was
// open before. It goes to the requester or, when he may not spend, to the
// contacts who may, and he is told. A RefusedError says why it cannot be offered.
func (d *Desk) Offer(ctx context.Context, id ID, o Offer) (q Quote, err error) {
	err = d.money(ctx, id, Event{Kind: "quote", Actor: o.Actor, Cause: o.Cause}, func(w *work, t *Ticket) (string, error) {
		text, err := w.offer(t, o)
		if err == nil {
			q = *t.Quote
		}
		return text, err
	})
	return q, err
}

// offer makes o the quote of t and says so in letters; it returns the text of
// the event. The caller saves t.
func (w *work) offer(t *Ticket, o Offer) (string, error) {
	if err := w.offerable(t, o); err != nil {
		return "", err
	}
	asked, err := w.deciding(t)
	if err != nil {
		return "", err
	}
	numbers := asked.join(t)
	if len(numbers) == 0 {
		return "", refuse("offer-nobody", t.Customer)
	}
	text, old := "", t.Quote
	if old.open() {
		text = "; supersedes " + old.Code
	}
	description := strings.TrimSpace(o.Text)
	if description == "" {
		description = w.d.Policy.TopicText(t.Decision.Topic, t.Language)
	}
	if t.Quote, err = w.quote(t, o.Credits, description, o.Days); err != nil {
		return "", err
	}
	if err := w.move(t, TriggerOffer, w.now); err != nil {
		return "", err
	}
	if err := w.tellQuote(t, numbers, nil); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s offered: %d credits%s", t.Quote.Code, o.Credits, text), nil
}

// offerable says why o cannot be offered on t.
func (w *work) offerable(t *Ticket, o Offer) error {
	switch {
	case o.Credits < 1 || o.Credits > policy.MaxLot:
		return refuse("offer-number", int(o.Credits), int(policy.MaxLot))
	case o.Days < 0 || o.Days > maxQuoteDays:
		return refuse("offer-days", o.Days, maxQuoteDays)
	case len(t.Candidates) > 0 && t.Customer == "":
		return refuse("offer-several", t.ID)
	case t.Customer == "":
		return refuse("offer-stranger", t.ID)
	}
	return nil
}

// quote is the next quote of t, not offered to anybody yet; days as in Offer.
func (w *work) quote(t *Ticket, n Credits, description string, days int) (*Quote, error) {
	if days == 0 {
		days = w.d.Policy.QuoteDays
	}
	version := w.restored.Quote + 1
	if t.Quote != nil {
		version = max(version, t.Quote.Version+1)
	}
	return &Quote{
		Code: quoteCode(t.ID, version), Version: version, Credits: n, State: QuoteOffered, Offered: w.now,
		Description: clip(description, MaxText), ValidUntil: w.today().AddDays(days).End(w.d.Zone),
	}, w.tx.NoteQuote(version)
}

func quoteCode(id ID, version int) string { return fmt.Sprintf("P-%d-%d", id, version) }

// quote is the code of the quote that t is the token of; "" for any other token.
func (t *Token) quote() string {
	if t == nil || t.Purpose != PurposeQuote {
		return ""
	}
	return quoteCode(ID(t.Number), t.Version)
}

// open tells whether q is still offered.
func (q *Quote) open() bool { return q != nil && q.State == QuoteOffered }

// answerable tells whether an answer to q that arrived at at comes in time: that
// a clock has noted the end meanwhile takes nothing from it.
func (q *Quote) answerable(at time.Time) bool {
	return q != nil && (q.State == QuoteOffered || q.State == QuoteExpired) && at.Before(q.ValidUntil)
}

// asks tells whether an answer of at with token decides on t's quote.
func (t *Ticket) asks(token *Token, at time.Time) bool {
	return t.Quote.answerable(at) && token.quote() == t.Quote.Code
}

// deciders are who decides on the quotes of a ticket.
type deciders struct{ contacts []Contact }

// deciding finds who decides on a quote of t: the requester or, when he may not
// spend, the contacts who may.
func (w *work) deciding(t *Ticket) (deciders, error) {
	c, err := w.tx.Customer(t.Customer)
	if err != nil {
		return deciders{}, fmt.Errorf("its customer: %w", err)
	}
	if p := c.contact(t.Requester.Address); p != nil && p.MaySpend {
		return deciders{[]Contact{*p}}, nil
	}
	var d deciders
	for _, p := range c.Contacts {
		if p.MaySpend {
			d.contacts = append(d.contacts, p)
		}
	}
	return d, nil
}

// join makes participants of t of d and returns their numbers. There is room for
// maxParticipants.
func (d deciders) join(t *Ticket) (numbers []int) {
	for _, p := range d.contacts {
		i := t.number(p.Address)
		if i < 0 && len(t.Participants) >= maxParticipants {
			continue
		}
		if i < 0 {
			i = len(t.Participants)
			t.Participants = append(t.Participants, Participant{Mailbox: Mailbox{Address: p.Address}})
		}
		numbers = append(numbers, i)
	}
	return numbers
}

// tellQuote sends the letter of t's quote to those who decide on it, and tells
// the requester where that is somebody else.
func (w *work) tellQuote(t *Ticket, numbers []int, edit func(*Notice)) error {
	for _, i := range numbers {
		if err := w.tellCustomer(NoticeQuote, t, i, edit); err != nil {
			return err
		}
	}
	if contains(numbers, 0) || t.Participants[0].Removed || w.d.Addresses.Own(t.Participants[0].Address) {
		return nil
	}
	return w.tellCustomer(NoticeQuote, t, 0, func(n *Notice) { n.QuoteOthers = true })
}

// Withdraw takes back the open quote of a ticket and tells the customer. The
// ticket is our turn again. ErrState: no quote is open.
func (d *Desk) Withdraw(ctx context.Context, id ID, cause, actor string) error {
	return d.money(ctx, id, Event{Kind: "quote", Actor: actor, Cause: cause}, func(w *work, t *Ticket) (string, error) {
		return w.withdraw(t)
	})
}

// withdraw takes back the open quote of t, tells those who had it, and returns
// the text of the event. The caller saves t.
func (w *work) withdraw(t *Ticket) (string, error) {
	if !t.Quote.open() {
		return "", fmt.Errorf("no quote is open: %w", ErrState)
	}
	t.Quote.State = QuoteWithdrawn
	if t.State == StateWaiting { // it waited for the answer to the quote
		if err := w.move(t, TriggerReopen, w.now); err != nil {
			return "", err
		}
	}
	err := w.tellCustomers(NoticeQuote, t, nil)
	return t.Quote.Code + " withdrawn", err
}

// expire notes that the time of t's quote is over. The ticket goes on: it waits
// until its closing date, which is not before this.
func (w *work) expire(t *Ticket) error {
	before := t.clone()
	t.Quote.State = QuoteExpired
	return w.save(t, before, Event{Kind: "quote", Actor: "clock", Cause: "sweep", Text: t.Quote.Code + " has expired"})
}

// prolong keeps t's quote open for the policy's days from today on, at least.
func (w *work) prolong(t *Ticket) {
	t.Quote.State = QuoteOffered
	if until := w.today().AddDays(w.d.Policy.QuoteDays).End(w.d.Zone); until.After(t.Quote.ValidUntil) {
		t.Quote.ValidUntil = until
	}
	if !t.ClosesAt.IsZero() && t.ClosesAt.Before(t.Quote.ValidUntil) {
		t.ClosesAt = t.Quote.ValidUntil
		w.warnBefore(t)
	}
}
