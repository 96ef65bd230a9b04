package ticket

import "fmt"

// runShort tells participant i, who accepted t's quote, that credits are missing,
// and keeps the quote open. It returns the text of the event. The caller saves t.
func (w *work) runShort(t *Ticket, i int, missing Credits) (string, error) {
	t.Quote.Short, t.Quote.Asked = true, 0
	if err := w.move(t, TriggerOffer, w.now); err != nil {
		return "", err
	}
	w.prolong(t)
	err := w.tellCustomer(NoticeCreditShort, t, i, func(n *Notice) { n.Credits = missing })
	return fmt.Sprintf("%s accepted, %d credits are missing", t.Quote.Code, missing), err
}

// announceCredits tells the customers who got credits in this transaction that
// they can be had for the quotes which waited for them: the letter of the quote
// goes out again, and nothing is held by itself.
func (w *work) announceCredits() error {
	for _, customer := range w.credited {
		var waiting []ID
		for _, state := range []State{StateWaiting, StateOpen} {
			for t, err := range w.tx.Tickets(Filter{Customer: customer, State: state}) {
				if err != nil {
					return err
				}
				if t.Quote.open() && t.Quote.Short {
					waiting = append(waiting, t.ID)
				}
			}
		}
		for _, id := range waiting {
			if err := w.announceOn(id); err != nil {
				return fmt.Errorf("ticket %d: %w", id, err)
			}
		}
	}
	w.credited = nil
	return nil
}

func (w *work) announceOn(id ID) error {
	t, err := w.tx.Ticket(id)
	if err != nil {
		return err
	}
	before := t.clone()
	d, err := w.deciding(t)
	if err != nil {
		return err
	}
	missing, err := w.missing(t)
	if err != nil {
		return err
	}
	t.Quote.Short = missing > 0
	if t.State == StateWaiting {
		if err := w.move(t, TriggerOffer, w.now); err != nil {
			return err
		}
	}
	w.prolong(t)
	for _, i := range d.join(t) {
		if err := w.tellCustomer(NoticeQuote, t, i, func(n *Notice) { n.Again = true }); err != nil {
			return err
		}
	}
	return w.save(t, before, Event{Kind: "quote", Actor: "desk", Cause: "purchase", Text: t.Quote.Code + " is offered again: credits were bought"})
}
