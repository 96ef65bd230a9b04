package ticket

// A third party is asked by mail (#ask): it reads what the technician wrote and
// nothing else of the ticket, and what it answers is a note. It becomes no
// participant.

// Asked is somebody who was asked about a ticket; his index is the number in tokens.
type Asked struct {
	Mailbox
	Last string // Message-ID of the latest letter between him and us
}

// askedBase stands before the number of who was asked in the tokens of bounces,
// where participants are numbered too.
const askedBase = 1000

// asked finds who was asked under addr; -1 when nobody was.
func (t *Ticket) asked(addr string) int {
	for i, p := range t.Asked {
		if p.Address == addr {
			return i
		}
	}
	return -1
}

func (w *work) refuseAsk(j *job) (string, error) {
	addr := j.address(0)
	switch {
	case j.deed.orders.Below == "":
		return w.say("ask-empty"), nil
	case w.d.Addresses.Own(addr) || w.d.technician(addr) != nil:
		return w.say("cc-ours", addr), nil
	case j.t.number(addr) >= 0:
		return w.say("ask-participant", addr), nil
	}
	return "", nil
}

// orderAsk sends the text below the commands to a third party, from the desk's
// address, as a technician's answer goes out.
func (w *work) orderAsk(j *job) error {
	t, i := j.t, j.t.asked(j.address(0))
	if i < 0 {
		i = len(t.Asked)
		t.Asked = append(t.Asked, Asked{Mailbox: Mailbox{Address: j.address(0)}})
	}
	id := Token{Purpose: PurposeAsk, Number: uint64(t.ID), Participant: i}
	n := &Notice{
		Kind: NoticeAnswer, Aside: true, Ticket: t.ID, Language: w.d.Language, To: t.Asked[i].Mailbox, FromName: w.fromName(j.tech),
		Author: Mailbox{Name: j.tech.Name}, Text: w.d.ForCustomers(j.deed.orders.Below), ReplyTo: w.address(id),
		Attachments: w.relays(j.mail, fromInbound(j.mail, j.a, MessageNote), true),
	}
	if w.d.Addresses.Pattern == "" {
		n.Token = w.d.Keys.Sign(id.issue(w.now))
	}
	if last := t.Asked[i].Last; last != "" {
		n.InReplyTo, n.References = last, []string{last}
	}
	if err := w.queue(n, id); err != nil {
		return err
	}
	t.Asked[i].Last = n.MessageID
	return nil
}

// fromAsked files what a third party answers as a note: nothing of the ticket
// changes, and the technicians are told.
func (w *work) fromAsked(m *Inbound, a *Arrival, s sender, th thread) error {
	t, before := th.ticket, th.ticket.clone()
	msg := fromInbound(m, a, MessageNote)
	msg.From, msg.Authority, msg.Verified = s.Mailbox, AuthorityLink, s.aligned
	if s.contrary || !s.sole {
		msg.Authority = AuthorityNone
	}
	if err := w.addMessage(t, msg); err != nil {
		return err
	}
	if i := th.token.Participant; i < len(t.Asked) && m.MessageID != "" && t.ID == th.token.Ticket() {
		t.Asked[i].Last = m.MessageID
	}
	if err := w.tellTechnicians(NoticeTicketReply, t, m, msg, s); err != nil {
		return err
	}
	e := Event{Kind: "message", Actor: s.Address, Cause: cause(a), Text: "note: an answer of who was asked", Rulings: []Ruling{
		th.ruling(t.ID),
		{Decision: "authority", Value: msg.Authority.String(), Rule: "the reply address of a question"},
	}}
	if err := w.save(t, before, e); err != nil {
		return err
	}
	return w.filed(a, t.ID, msg.Seq)
}
