package ticket

import (
	"cmp"
	"slices"
	"strings"
)

// A technician forwards a customer's mail to the desk, in the text or as a file. Who
// wrote it is read out of what programs put above a forwarded mail, or of its own
// header; a technician's word decides, since anybody can write either.

// forwardedFrom is who wrote the mail that m forwards: the first of those it names who
// is none of ours. The zero Mailbox where it names nobody else.
func (w *work) forwardedFrom(m *Inbound) Mailbox {
	for _, p := range m.Writers {
		if addr := bareAddress(p.Address); addr != "" && !w.own(addr) {
			return Mailbox{Name: p.Name, Address: addr}
		}
	}
	return Mailbox{}
}

// own tells whether addr is the desk's or a technician's: no customer's.
func (w *work) own(addr string) bool { return w.d.Addresses.Own(addr) || w.d.technician(addr) != nil }

// forwardedFor is the person for whom a technician's mail opens a ticket by its
// `#from ADDRESS`; "" when it does not.
func (w *work) forwardedFor(m *Inbound) string {
	o, addr := w.orders(m), ""
	for _, c := range o.Commands {
		switch {
		case c.Name != "from":
		case addr != "" || len(c.Args) == 0:
			return ""
		default:
			addr = bareAddress(c.Args[0])
		}
	}
	return addr
}

// proposal says whose mail a technician seems to forward, and how to take it; no
// line where that cannot be read.
func (w *work) proposal(m *Inbound) []string {
	found := w.forwardedFrom(m)
	if found.Address == "" {
		return nil
	}
	return []string{w.say("from-proposed", found.Address, Order("from"))}
}

// forward opens the ticket of the person whose mail tech sends on, carries out what
// else it orders and tells her. Where an order cannot be carried out nothing is done
// and she is asked; where the ticket was ordered apart, as the answer to a question,
// it opens without them and she is told why.
func (w *work) forward(m *Inbound, a *Arrival, tech *Technician, addr string, answered bool) error {
	d := w.forwardDeed(m, answered)
	if tech != nil && w.own(addr) {
		return w.hold(m, a, tech, thread{}, "held: #from names one of ours", "hold-orders", w.say("customer-technician", addr))
	}
	c, s, err := w.forwarded(m, d.orders, addr)
	if err != nil {
		return err
	}
	if tech == nil {
		return w.open(c, a, s, thread{}, 0)
	}
	draft, err := w.draft(c, s, 0)
	if err != nil {
		return err
	}
	own := *m
	own.Attachments = nil // which are the customer's
	wrong, err := w.refused(&own, d, draft, tech)
	if err != nil {
		return err
	}
	d.wrong = append(d.wrong, wrong...)
	switch {
	case len(d.wrong) > 0 && !answered:
		return w.hold(m, a, tech, thread{}, "held: its commands cannot be carried out", "hold-orders", d.wrong...)
	case len(d.wrong) > 0:
		d.wrong = append(d.wrong, w.say("others-not-done"))
		d.orders.Commands = nil
	}
	if err := w.open(c, a, s, thread{}, 0); err != nil || a.Fate != FateMessage {
		return err
	}
	t, err := w.tx.Ticket(a.Ticket)
	if err != nil {
		return err
	}
	return w.afterForward(&own, a, tech, t, d)
}

// afterForward does on t, which a forward has opened, what d orders.
func (w *work) afterForward(m *Inbound, a *Arrival, tech *Technician, t *Ticket, d deed) error {
	before := t.clone()
	if err := w.carryOut(job{mail: m, a: a, tech: tech, t: t, deed: d}); err != nil {
		return err
	}
	if d.note && d.orders.Bare != "" { // after the commands: who is assigned reads it
		was := t.clone()
		msg := &Message{Kind: MessageNote, From: m.From[0], At: m.Arrived, Authority: AuthorityTechnician, Verified: true, Subject: m.Subject, Text: d.orders.Below}
		if err := w.addMessage(t, msg); err != nil {
			return err
		}
		if err := w.tellNote(m, t, tech, msg.Text, msg); err != nil {
			return err
		}
		if err := w.save(t, was, Event{Kind: "message", Actor: tech.Name, Cause: cause(a), Text: msg.Kind.String()}); err != nil {
			return err
		}
	}
	n := &Notice{Customer: t.Customer, Requester: t.Requester}
	if err := w.namePeople(n); err != nil {
		return err
	}
	opened := "released-opened"
	if len(w.posts()) > 0 {
		opened = "forward-opened"
	}
	lines := append([]string{w.say(opened, t.ID, written(n.Requester))}, d.wrong...)
	if len(d.orders.Commands) > 0 {
		lines = append(lines, w.outcome(d, before, t)...)
	}
	if err := w.transcript(m, t, tech, "", lines); err != nil {
		return err
	}
	return w.tx.PutTicket(t) // with the letters that were queued
}

// forwardDeed is what a forward orders beside whose mail it is.
func (w *work) forwardDeed(m *Inbound, answered bool) deed {
	o := w.orders(m)
	if answered && o.Held { // she was asked, and let it go
		o = parseReleased(m.Reply, m.Signature, w.d.Policy.OwnTopics()...)
	}
	d := deed{orders: o}
	if !o.Right() {
		d.wrong = o.Wrong.In(w.d.Language)
	}
	d.orders.Commands = slices.DeleteFunc(slices.Clone(d.orders.Commands), func(c Command) bool { return c.Name == "from" })
	d.note, d.says = d.orders.Note(), d.orders.Bare != ""
	return d
}

// forwarded is m as its customer's mail, and who that is.
func (w *work) forwarded(m *Inbound, o Orders, addr string) (*Inbound, sender, error) {
	s := sender{Mailbox: Mailbox{Address: addr}, sole: true, quiet: true, released: true, forwarded: true}
	for _, p := range m.Writers {
		if s.Name == "" && bareAddress(p.Address) == addr {
			s.Name = p.Name
		}
	}
	var err error
	if s.customers, err = w.tx.ByContact(addr); err != nil {
		return nil, s, err
	}
	if err := w.contactLanguage(&s); err != nil {
		return nil, s, err
	}
	c := *m
	c.Opinion, c.MessageID = nil, "" // which is the technician's
	o.Commands = w.orders(m).Commands
	if tech := w.d.technician(m.From[0].Address); tech != nil {
		s.by = tech.Name
	}
	c.sentOn(o, w.say("forwarder-writes", s.by))
	if len(m.Enclosed) > 0 {
		w.disclose(&c, addr)
	}
	c.Reply = c.Text
	return &c, s, nil
}

// sentOn leaves of what m shows all but the commands on top and the technician's
// signature, and of her own words, under title, those that are not for others. Where
// what is forwarded cannot be told from her words, all of it stays.
func (m *Inbound) sentOn(o Orders, title string) {
	aside, inner := map[int]Aside{}, 1+strings.Count(m.Text, "\n")
	told := len(m.Enclosed) > 0
	for _, a := range m.Aside {
		aside[a.Line] = a
		if !a.hers() {
			told, inner = true, min(inner, a.Line)
		}
	}
	apart := told && (o.Note() || o.Asks() || o.has("quote"))
	orders, titled := len(o.Commands), !told
	lines := strings.Split(m.Text, "\n")
	m.Aside = nil
	var kept []string
	for i, line := range lines {
		a, set := aside[i+1]
		own := !set && i < inner
		switch blank := strings.TrimFunc(line, white) == ""; {
		case blank && len(kept) == 0,
			told && a.hers() && i < inner,
			!set && apart:
			continue
		case own && orders > 0 && commandWords(line) != nil:
			orders--
			continue
		case own && !titled && !blank:
			titled, kept = true, append(kept, title)
		}
		kept = append(kept, line)
		if set {
			m.Aside = append(m.Aside, Aside{Line: len(kept), Why: a.Why, Sure: a.Sure})
		}
	}
	m.Text = strings.TrimRightFunc(strings.Join(kept, "\n"), white)
}

// disclose shows the attached mails of m as if they had been forwarded in its text:
// each under a head of its own, with its files in the place of the file that it was.
func (w *work) disclose(m *Inbound, addr string) {
	text, opened := []string{}, map[int]bool{}
	if m.Text != "" {
		text = append(text, m.Text)
	}
	var files []Attachment
	for _, e := range m.Enclosed {
		opened[e.File] = true
		files = append(files, e.Attachments...)
		text = append(text, w.forwardHead(e), e.Text)
		if m.MessageID == "" && bareAddress(e.From.Address) == addr {
			m.MessageID, m.References, m.Subject, m.Language = e.MessageID, e.References, cmp.Or(e.Subject, m.Subject), cmp.Or(e.Language, m.Language)
		}
	}
	m.Text = strings.TrimSpace(strings.Join(text, "\n\n"))
	m.Attachments = slices.DeleteFunc(slices.Clone(m.Attachments), func(a Attachment) bool { return opened[a.Index] })
	m.Attachments = append(m.Attachments, files...)
}

// forwardHead is what stands above the text of an attached mail.
func (w *work) forwardHead(e Enclosed) string {
	lines := []string{w.say("forward-head")}
	add := func(field, value string) {
		if value != "" {
			lines = append(lines, w.say("forward-"+field, value))
		}
	}
	add("from", written(e.From))
	if !e.Date.IsZero() {
		add("date", e.Date.In(w.d.Zone).Format("2006-01-02 15:04"))
	}
	add("subject", e.Subject)
	var to []string
	for _, p := range e.To {
		to = append(to, written(p))
	}
	add("to", strings.Join(to, ", "))
	return strings.Join(lines, "\n")
}
