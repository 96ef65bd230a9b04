package ticket

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Backlog is the mail that lay in the mailbox before the desk first read it.
type Backlog struct {
	Began  time.Time // when the desk first read the mailbox; zero: that was not recorded
	Untold int       // old mails that technicians were not told of yet, one by one
}

// backlog is Backlog while a transaction files mail. The zero value is for mail
// that is filed at any other time.
type backlog struct {
	Backlog
	early  bool // the mail being filed arrived before the first start
	old    bool // and was too old then to be acknowledged
	again  bool // the mail, or what a clock brings, is from before the desk was restored
	hushed bool // a letter about it was left to the summary
}

// openBacklog reads the backlog, and begins it at the first start, when the
// cursor is set before any mail is filed.
func (w *work) openBacklog(mails int) error {
	c, err := w.tx.Cursor()
	if err != nil {
		return err
	}
	w.backlog = backlog{Backlog: c.Backlog}
	if c == (Cursor{}) && mails == 0 {
		w.backlog.Began = w.now
	}
	return nil
}

// look turns to the next mail.
func (w *work) look(m *Inbound) {
	w.overlook()
	b := &w.backlog
	b.again = w.restored.relived(m.Arrived)
	b.early = m.Arrived.Before(b.Began)
	b.old = b.early && b.Began.Sub(m.Arrived) > maxAge
}

// overlook turns away from the mail that was looked at, and counts it.
func (w *work) overlook() {
	b := &w.backlog
	switch {
	case !b.hushed:
	case b.again:
		w.relived++
	default:
		b.Untold++
	}
	b.early, b.old, b.again, b.hushed = false, false, false, false
}

// hushes tells whether a letter of kind is left to the summary.
func (b *backlog) hushes(kind NoticeKind) bool {
	if !b.old && !b.again || !kind.Technical() || kind == NoticeAlert {
		return false
	}
	b.hushed = true
	return true
}

// share is how much of the desk's limit an hour the mail may use up: what lay
// there at the first start leaves half of it to who writes now.
func (b *backlog) share(limit int) int {
	if b.early {
		return (limit + 1) / 2
	}
	return limit
}

// refusal says why the desk's limit allows no more acknowledgements.
func (b *backlog) refusal() string {
	if b.early {
		return "what lay in the mailbox at the first start has had its acknowledgements of this hour"
	}
	return refusedByTotal
}

// closeBacklog moves the cursor, and tells the technicians of the backlog in
// one letter once all of it is filed.
func (w *work) closeBacklog(c Cursor) error {
	w.overlook()
	if w.backlog.Untold > 0 && c.Last >= c.Old {
		if err := w.tellBacklog(); err != nil {
			return err
		}
		w.backlog.Untold = 0
	}
	c.Backlog = w.backlog.Backlog
	return w.tx.SetCursor(c)
}

// maxSummed is how many tickets the summary names.
const maxSummed = 20

// tellBacklog queues the summary. A technician answers from it as from any
// letter about a ticket: each line ends with a link to the ticket's address for
// her that writes the subject's tag.
func (w *work) tellBacklog() error {
	tickets, err := w.summed()
	if err != nil {
		return err
	}
	return w.summarizeTo([]string{w.say("backlog", w.backlog.Untold), w.say("backlog-where")}, tickets)
}

// summarizeTo queues a summary for every technician: what is said, and a line for
// each ticket.
func (w *work) summarizeTo(said []string, tickets []*Ticket) error {
	for i := range w.d.Technicians {
		tech := &w.d.Technicians[i]
		lines := slices.Clone(said)
		for _, t := range tickets {
			who := cmp.Or(t.Requester.Name, t.Requester.Address)
			lines = append(lines, fmt.Sprintf("#%d %s: %s %s", t.ID, who, t.Subject, w.answerLink(t, tech)))
		}
		if err := w.tellPlainly(NoticeDigest, tech, func(n *Notice) { n.Lines = lines }); err != nil {
			return err
		}
	}
	return nil
}

// summed are the newest open tickets of the backlog.
func (w *work) summed() ([]*Ticket, error) {
	var list []*Ticket
	for t, err := range w.tx.Tickets(Filter{State: StateOpen}) {
		if err != nil {
			return nil, err
		}
		if w.backlog.Began.Sub(t.Opened) > maxAge {
			list = append(list, t)
		}
		if len(list) == maxSummed {
			break
		}
	}
	return list, nil
}
