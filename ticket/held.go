package ticket

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// hold keeps a technician's mail without effect and asks her, at the
// registered address, what to do with it; faults are what is wrong with its
// commands. The question's Reply-To works once.
func (w *work) hold(m *Inbound, a *Arrival, tech *Technician, th thread, reason, phrase string, faults ...string) error {
	if fresh, err := w.park(a, th, reason); !fresh || err != nil {
		return err
	}
	choices, err := w.choices(m, tech, th)
	if err != nil {
		return err
	}
	return w.ask(m, a, tech, th, NoticeHeld, slices.Concat([]string{w.say(phrase)}, faults, choices)...)
}

// choices are the answers to a question about m, each with what it does.
func (w *work) choices(m *Inbound, tech *Technician, th thread) ([]string, error) {
	send, err := w.sending(m, tech, th)
	return []string{w.say("hold-choices"), send, w.say("will-discard", Order("discard")), w.say("will-from", Order("from"))}, err
}

// sending says what `#send` does with m.
func (w *work) sending(m *Inbound, tech *Technician, th thread) (string, error) {
	if !th.workable() {
		return w.say("will-open", Order("send")), nil
	}
	d, err := w.deed(m, th, tech, true)
	switch {
	case err != nil:
		return "", err
	case len(d.wrong) > 0:
		return w.say("will-nothing", Order("send"), th.ticket.ID, strings.Join(d.wrong, "; ")), nil
	case d.note:
		return w.say("will-note", Order("send"), th.ticket.ID), nil
	case d.answer:
		phrase := "will-answer"
		if w.orders(m).Held {
			phrase = "will-answer-whole"
		}
		line := w.say(phrase, Order("send"), w.customers(th.ticket), th.ticket.ID)
		if len(d.orders.Commands) > 0 {
			line += w.say("will-also", w.commands(d.orders.Commands))
		}
		return line, nil
	}
	return w.say("will-order", Order("send"), th.ticket.ID, w.commands(d.orders.Commands)), nil
}

// workable tells whether what continues th is work on its ticket: it holds a
// technician's token. Anything else that a technician writes opens a ticket.
func (th thread) workable() bool {
	return th.ticket != nil && th.token != nil && th.token.technicians()
}

// customers names who gets the answers on t.
func (w *work) customers(t *Ticket) string {
	var all []string
	for _, p := range t.Participants {
		if !p.Removed && !w.d.Addresses.Own(p.Address) {
			all = append(all, written(p.Mailbox))
		}
	}
	return strings.Join(all, ", ")
}

// askPauses is when DNS is asked again about a held mail (DESIGN.md section 2).
var askPauses = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// askLater notes when Sweep shall look for evidence about a again; false when
// DNS did answer, or was asked often enough.
func (w *work) askLater(m *Inbound, a *Arrival) bool {
	if !m.Unanswered || a.Asked >= len(askPauses) {
		a.AskAgain = time.Time{}
		return false
	}
	a.AskAgain = w.now.Add(askPauses[a.Asked])
	a.Asked++
	return true
}

// holdUnproven holds a technician's mail for which evidence is missing, and asks
// her at the registered address whether she wrote it: any reply from there stands
// in for the evidence, once. Who was asked often enough today is only told.
func (w *work) holdUnproven(m *Inbound, a *Arrival, tech *Technician, th thread) error {
	const reason = "held: no evidence that the technician sent it"
	if !a.Confirm.IsZero() { // she was asked, and the time is over
		a.AskAgain = time.Time{}
		return w.tx.PutArrival(a)
	}
	ok, err := w.mayConfirm(tech.Mailbox().Address)
	if err != nil {
		return err
	}
	if !ok {
		if fresh, err := w.park(a, th, reason); !fresh || err != nil {
			return err
		}
		return w.ask(m, a, tech, th, NoticeAlert, w.say("hold-unproven"), w.say("subject-was", m.Subject))
	}
	if fresh, err := w.awaitConfirmation(a, th, reason); !fresh || err != nil {
		return err
	}
	return w.askBy(confirmToken(a.ID, tech.Number(), false), m, a, tech, th, NoticeHeld,
		w.say("confirm-unproven"), w.say("confirm-yes"), w.say("confirm-no", Order("discard")))
}

// refuseTechnician quarantines a mail that the evidence says is forged.
func (w *work) refuseTechnician(m *Inbound, a *Arrival, tech *Technician, th thread) error {
	if fresh, err := w.setAside(a, FateQuarantine, "unauthenticated technician"); !fresh || err != nil {
		return err
	}
	return w.ask(m, a, tech, th, NoticeAlert, w.say("forged"), w.say("subject-was", m.Subject))
}

// stolen holds a mail that carries a technician's token but comes from another
// address; the technician is told, the sender is not.
func (w *work) stolen(m *Inbound, a *Arrival, s sender, th thread) error {
	if fresh, err := w.park(a, th, "held: a technician's token from another address"); !fresh || err != nil {
		return err
	}
	tech := w.d.technicianNumbered(th.token.Participant)
	if tech == nil {
		return w.alertOnce("stolen", time.Hour, w.say("stolen", s.Address))
	}
	line := w.say("stolen", s.Address)
	if m.Carried() != "" {
		line = w.say("stolen-carried")
	}
	return w.ask(m, a, tech, th, NoticeAlert, line, w.say("subject-was", m.Subject))
}

// park records a as held; on a known ticket also as an event. It answers false
// for a copy of what is held already.
func (w *work) park(a *Arrival, th thread, reason string) (fresh bool, err error) {
	if th.ticket != nil {
		a.Ticket = th.ticket.ID
	}
	if fresh, err = w.setAside(a, FateHeld, reason); !fresh || err != nil || th.ticket == nil {
		return fresh, err
	}
	if err := w.note(a.Ticket, "held", "desk", cause(a), strings.TrimPrefix(reason, "held: ")); err != nil {
		return true, err
	}
	t, err := w.tx.Ticket(a.Ticket)
	if err == nil {
		*th.ticket = *t
	}
	return true, err
}

// ask tells tech about a mail in her name. NoticeHeld can be answered: with
// `#send`, `#discard` or `#from ADDRESS` as its first line.
func (w *work) ask(m *Inbound, a *Arrival, tech *Technician, th thread, kind NoticeKind, lines ...string) error {
	id := Token{Purpose: PurposeHeld, Number: uint64(a.ID), Participant: tech.Number()}
	return w.askBy(id, m, a, tech, th, kind, lines...)
}

// askBy is ask with the token that a reply to a NoticeHeld carries.
func (w *work) askBy(held Token, m *Inbound, a *Arrival, tech *Technician, th thread, kind NoticeKind, lines ...string) error {
	if !w.backlog.hushes(kind) {
		if crowded, err := w.crowdedClaim(tech, m, a); crowded || err != nil {
			return err
		}
	}
	n := &Notice{Kind: kind, Language: w.d.Language, AutoSubmitted: "auto-generated"}
	if th.ticket != nil {
		n = w.about(kind, th.ticket, w.d.Language)
	}
	if err := w.hang(n, m, tech, th); err != nil {
		return err
	}
	n.To, n.Lines, n.Subject = tech.Mailbox(), lines, cmp.Or(n.Subject, w.d.bareSubject(m.Subject))
	id := Token{Purpose: PurposeWork, Number: uint64(n.Ticket), Participant: tech.Number()}
	if kind == NoticeHeld {
		id = held
		n.ReplyTo, n.Text, n.Author = w.address(id), clip(m.Shown(), maxQuoted), tech.Mailbox()
	}
	return w.queue(n, id)
}

// hang makes a question about m stand in tech's thread of the ticket that m
// names, proven or not, under m itself.
func (w *work) hang(n *Notice, m *Inbound, tech *Technician, th thread) error {
	t := th.ticket
	if t == nil && th.claim != 0 {
		var err error
		if t, err = w.ticket(th.claim); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	n.replies(m)
	if t == nil {
		return nil
	}
	if hers := t.thread(tech); hers.Root != "" {
		n.References = chain([]string{hers.Root}, append([]string{hers.Last}, n.References...)...)
		n.InReplyTo = cmp.Or(n.InReplyTo, hers.Last)
	}
	return nil
}

// maxQuoted bounds what a question shows of the mail it asks about.
const maxQuoted = 4 << 10

// answerHeld reads a technician's answer to a question about a held mail. What
// is released is filed after this transaction, since its raw bytes are read.
func (w *work) answerHeld(m *Inbound, a *Arrival, s sender, th thread) error {
	tech := s.technician
	if tech == nil || tech.Number() != th.token.Participant || !w.vouched(s, th) && !w.oneTime(m, s, th) {
		return w.ignore(a, "an answer about a held mail from somebody else")
	}
	held, err := w.tx.Arrival(ArrivalID(th.token.Number))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if err != nil || held.Fate != FateHeld || held.Release != "" || th.token.Expired(m.Arrived) {
		return w.settleHeld(m, a, tech, w.heldNoMore(held)...)
	}
	o := ParseOrders(m.Reply, "")
	if len(o.Commands) != 1 {
		return w.settleHeld(m, a, tech, w.holdAgain(), w.say("nothing-done"))
	}
	switch c := o.Commands[0]; c.Name {
	case "discard":
		held.Fate, held.Reason = FateDropped, "discarded by "+tech.Name
		if err := w.tellDiscarded(tech, held); err != nil {
			return err
		}
	case "send":
		held.Release = w.ordered("send")
	case "from":
		held.Release = w.ordered("from")
		if len(c.Args) > 0 {
			held.Release = w.ordered("from " + bareAddress(c.Args[0]))
		}
	default:
		return w.settleHeld(m, a, tech, w.holdAgain(), w.say("nothing-done"))
	}
	if err := w.tx.PutArrival(held); err != nil {
		return err
	}
	w.released = w.released || held.Release != ""
	return w.ignore(a, fmt.Sprintf("answer about held arrival %d: %s", held.ID, o.Commands[0].Name))
}

// oneTime tells whether m came to the one-time address of a question itself,
// straight from a person at the address that was asked: nobody else has seen it, so
// that it stands in for evidence (DESIGN.md section 3, "Authority").
func (w *work) oneTime(m *Inbound, s sender, th thread) bool {
	return s.person(m) && !th.several && (!th.mid || w.d.Addresses.Pattern == "")
}

// ordered is how to release a held mail, as the mail at hand orders.
func (w *work) ordered(how string) string {
	if w.backlog.again {
		return orderedBefore + how
	}
	return how
}

func (w *work) holdAgain() string {
	return w.say("hold-again", Order("send"), Order("discard"), Order("from"))
}

// heldNoMore says why held, nil when there is none, waits for no answer.
func (w *work) heldNoMore(held *Arrival) []string {
	switch {
	case held != nil && (held.Fate == FateMessage || held.Release != ""):
		return []string{w.say("held-filed")}
	case held != nil && held.Fate == FateHeld && held.Release == "":
		return []string{w.say("held-late"), w.say("nothing-done")}
	}
	return []string{w.say("held-gone"), w.say("nothing-done")}
}

// tellDiscarded says that a held mail was given up, as its technician ordered.
func (w *work) tellDiscarded(tech *Technician, held *Arrival) error {
	return w.tellPlainly(NoticeTranscript, tech, func(n *Notice) {
		n.Lines, n.Subject = []string{w.say("discarded")}, w.d.bareSubject(held.Subject)
	})
}

// tellReleased tells a technician what became of her mail that was held: it
// opened a ticket.
func (w *work) tellReleased(m *Inbound, a *Arrival, tech *Technician) error {
	if tech == nil || a.Fate != FateMessage {
		return nil
	}
	t, err := w.tx.Ticket(a.Ticket)
	if err != nil {
		return err
	}
	n := &Notice{Customer: t.Customer, Requester: t.Requester}
	if err := w.namePeople(n); err != nil {
		return err
	}
	if err := w.transcript(m, t, tech, "", []string{w.say("released-opened", t.ID, written(n.Requester))}); err != nil {
		return err
	}
	return w.tx.PutTicket(t) // the letter is the latest of her thread
}

// tellNotReleased tells a technician that her mail, let go, could not be filed.
func (w *work) tellNotReleased(a *Arrival) error {
	tech := w.d.technician(a.From)
	if tech == nil {
		return nil
	}
	return w.tellPlainly(NoticeTranscript, tech, func(n *Notice) {
		n.Lines, n.Subject = []string{w.say("released-not", a.ID)}, w.d.bareSubject(a.Subject)
	})
}

// settleHeld says with a transcript why an answer about a held mail did nothing.
func (w *work) settleHeld(m *Inbound, a *Arrival, tech *Technician, lines ...string) error {
	if fresh, err := w.setAside(a, FateIgnored, "an answer about a held mail that did nothing"); !fresh || err != nil {
		return err
	}
	return w.tellPlainly(NoticeTranscript, tech, func(n *Notice) {
		n.Lines, n.Subject, n.Text = lines, w.d.bareSubject(m.Subject), clip(m.Reply, MaxText)
	})
}
