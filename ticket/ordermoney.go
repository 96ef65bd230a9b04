package ticket

import (
	"errors"
	"strings"
)

// What commands do about quotes and credits: the desk's verbs, in a technician's name.

// offerOf is the offer that a #quote makes: the text below the commands, without
// the signature, describes the work.
func (w *work) offerOf(j *job) Offer {
	return Offer{Credits: Credits(j.number(0)), Days: int(j.number(1)), Text: w.d.ForCustomers(j.deed.orders.Bare), Cause: cause(j.a), Actor: j.tech.Name}
}

// because words a RefusedError for the technician; any other error stays one.
func (w *work) because(err error) (string, error) {
	var refused *RefusedError
	if errors.As(err, &refused) {
		return refused.Why.In(w.d.Language), nil
	}
	return "", err
}

func (w *work) refuseQuote(j *job) (string, error) {
	o, t := w.offerOf(j), j.t
	if err := w.offerable(t, o); err != nil {
		return w.because(err)
	}
	asked, err := w.deciding(t)
	if err != nil {
		return "", err
	}
	if len(asked.join(t)) == 0 {
		return w.because(refuse("offer-nobody", t.Customer))
	}
	t.Quote, err = w.quote(t, o.Credits, o.Text, o.Days)
	return "", err
}

func (w *work) orderQuote(j *job) (err error) {
	if j.t.Assignee == "" {
		j.t.Assignee = j.tech.Name
	}
	if names := j.mail.files(); len(names) > 0 {
		w.told = append(w.told, w.say("quote-files", strings.Join(names, ", ")))
	}
	j.did, err = w.offer(j.t, w.offerOf(j))
	return err
}

// files names what m brings beside its text, signature and history.
func (m *Inbound) files() (names []string) {
	for i := range m.Attachments {
		if !m.elsewhere(&m.Attachments[i], m.Reply, true) {
			names = append(names, m.Attachments[i].Name)
		}
	}
	return names
}

func (w *work) refuseWithdraw(j *job) (string, error) {
	if !j.t.Quote.open() {
		return w.say("quote-none"), nil
	}
	j.t.Quote.State = QuoteWithdrawn
	if j.t.State == StateWaiting && !j.deed.answer {
		j.t.step(TriggerReopen)
	}
	return "", nil
}

// orderWithdraw takes the quote back. Where the same mail answers, it is that which
// the ticket waits for then.
func (w *work) orderWithdraw(j *job) (err error) {
	if j.did, err = w.withdraw(j.t); err != nil || !j.deed.answer {
		return err
	}
	return w.move(j.t, TriggerAnswer, j.mail.Arrived)
}

// refuseAccepted lets a technician read the customer's last mail as a yes only
// where it has everything of spend but the wording (DESIGN.md section 3).
func (w *work) refuseAccepted(j *job) (string, error) {
	t := j.t
	if _, why, err := w.readableAsYes(t); err != nil || why.key != "" {
		return why.In(w.d.Language), err
	}
	missing, err := w.missing(t)
	if err != nil {
		return "", err
	}
	if missing == 0 {
		t.Held = t.Quote.Credits
		j.purse.held = t.Held
		t.Quote.State = QuoteAccepted
	}
	return "", nil
}

// orderAccepted does what the customer's yes would have done, as of when it came.
func (w *work) orderAccepted(j *job) error {
	e, err := w.acceptLast(j.t, cause(j.a), j.tech.Name)
	j.whole = &e
	return err
}
