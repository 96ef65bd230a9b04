package ticket

import (
	"fmt"
	"regexp"
	"strings"
)

// What stays of a record of which nothing that people wrote is kept. Each form
// names what it keeps: a field that is new is erased, until somebody says that
// `fsck` or the books need it.

// forms makes them for one ticket: no address of the customer's side stays, and
// equal ones become equal pseudonyms.
type forms struct {
	*likeness
	d      *Desk
	id     ErasureID
	ticket ID
	from   string            // the customer whose id is changed; "" none
	to     string            // to what
	others map[string]string // addresses of the ticket that the erasure does not look for
	only   bool              // those are left
}

// address is the pseudonym of an address; who works at the desk has none.
func (f *forms) address(addr string) string {
	switch p, known := f.people[addr]; {
	case known:
		return p
	case f.only || !strings.Contains(addr, "@") || pseudonymous(addr) || f.d.technician(addr) != nil || f.d.Addresses.Own(addr) || addr == f.d.Policy.Contact.Email:
		return addr
	}
	if f.others[addr] == "" {
		f.others[addr] = fmt.Sprintf("erased-%d-t%d-%d%s", f.id, f.ticket, len(f.others)+1, erasedDomain)
	}
	return f.others[addr]
}

// mailbox keeps the name of who works at the desk.
func (f *forms) mailbox(m Mailbox) Mailbox {
	to := Mailbox{Address: f.address(m.Address)}
	if to.Address == m.Address && (f.only || f.d.technician(m.Address) != nil) {
		to.Name = m.Name
	}
	return to
}

func (f *forms) customer(id string) string {
	if id == f.from {
		return f.to
	}
	return id
}

func (f *forms) wholeTicket(t *Ticket) *Ticket {
	v := &Ticket{ID: t.ID, State: t.State, ClosedReason: t.ClosedReason, Guessed: t.Guessed, Requester: f.mailbox(t.Requester),
		Unproven: t.Unproven, Customer: f.customer(t.Customer), Assignee: t.Assignee, Language: t.Language,
		Opened: t.Opened, Changed: t.Changed, Closed: t.Closed, AnswerDue: t.AnswerDue, RemindAt: t.RemindAt, ClosesAt: t.ClosesAt,
		WarnAt: t.WarnAt, SleepsUntil: t.SleepsUntil, SpareAt: t.SpareAt, MergedInto: t.MergedInto, Linked: t.Linked,
		Held: t.Held, Charged: t.Charged, Alarms: t.Alarms, Answered: t.Answered, WaitsFor: t.WaitsFor, Messages: t.Messages, Events: t.Events, Erased: t.Erased}
	d := t.Decision
	d.Alternatives, d.Evidence, d.Site, d.Lapsed = nil, nil, "", nil
	v.Decision = d
	for _, p := range t.Participants {
		v.Participants = append(v.Participants, Participant{Mailbox: f.mailbox(p.Mailbox), Approved: p.Approved, Removed: p.Removed, Bounced: p.Bounced})
	}
	for _, a := range t.Asked {
		v.Asked = append(v.Asked, Asked{Mailbox: f.mailbox(a.Mailbox)})
	}
	if q := t.Quote; q != nil {
		v.Quote = &Quote{Code: q.Code, Version: q.Version, Credits: q.Credits, State: q.State, Offered: q.Offered, ValidUntil: q.ValidUntil, Short: q.Short}
	}
	return v
}

func (f *forms) wholeMessage(m *Message) *Message {
	v := &Message{Seq: m.Seq, Kind: m.Kind, Notice: m.Notice, NoticeID: m.NoticeID, From: f.mailbox(m.From), At: m.At, Authority: m.Authority,
		Verified: m.Verified, Raw: m.Raw, Arrival: m.Arrival, Answers: m.Answers, Erased: m.Erased}
	if m.Kind == MessageNotice {
		v.MessageID = m.MessageID // the desk's own
	}
	if m.Bounce != nil {
		v.Bounce = &Bounce{Status: m.Bounce.Status, Action: m.Bounce.Action}
	}
	return v
}

// plainEvents are the kinds whose texts the desk makes of numbers, states and topics.
var plainEvents = []string{"opened", "message", "state", "verdict", "assigned", "quote", "hold", "capture", "release", "merged", "linked", "duplicate"}

// anAddress is what looks like one in a text of the desk's.
var anAddress = regexp.MustCompile(`[^\s<>(),;:"«»]+@[^\s<>(),;:"«»]+`)

func (f *forms) wholeEvent(e *Event) *Event {
	v := &Event{Seq: e.Seq, At: e.At, Kind: e.Kind, Actor: f.address(e.Actor), Cause: e.Cause}
	if contains(plainEvents, e.Kind) {
		v.Text = anAddress.ReplaceAllStringFunc(f.strike(e.Text), f.address)
	}
	for _, c := range e.Changes {
		v.Changes = append(v.Changes, f.change(c, f.address, func(string) string { return "" }))
	}
	for _, r := range e.Rulings {
		v.Rulings = append(v.Rulings, Ruling{Decision: r.Decision, Value: f.strike(r.Value)})
	}
	return v
}

// change is c with the people in its fields put through address, and what others
// wrote through words, as the fields of the ticket are: events fold as before.
func (f *forms) change(c Change, address, words func(string) string) Change {
	put := func(v string) string { return v }
	switch c.Field {
	case "subject":
		put = words
	case "requester":
		put = address
	case "participants", "asked":
		put = func(v string) string { return eachWord(v, func(w string) string { return standingOf(w, address) }) }
	case "customer":
		put = f.customer
	case "candidates":
		put = func(v string) string { return words(eachWord(v, f.customer)) }
	}
	return Change{c.Field, put(c.Before), put(c.After)}
}

// eachWord puts each word of s, apart by blanks, through f.
func eachWord(s string, f func(string) string) string {
	if s == "" {
		return ""
	}
	words := strings.Split(s, " ")
	for i, w := range words {
		words[i] = f(w)
	}
	return strings.Join(words, " ")
}

// aStanding is what Participant.standing writes.
var aStanding = regexp.MustCompile(`^(\S+?)(\+?-?(?:!\S*)?)$`)

func standingOf(w string, address func(string) string) string {
	m := aStanding.FindStringSubmatch(w)
	if m == nil {
		return w
	}
	return address(m[1]) + m[2]
}

// wholeRow is r withdrawn where it has not left. Its letter is erased beside it.
func (f *forms) wholeRow(r *Row) *Row {
	n := &r.Notice
	v := &Row{State: r.State, Tries: r.Tries, Next: r.Next, Resent: r.Resent, Settled: r.Settled, Fixed: r.Fixed, Weight: r.Weight, Erased: r.Erased,
		Notice: Notice{ID: n.ID, Kind: n.Kind, Ticket: n.Ticket, At: n.At, Language: n.Language, To: f.mailbox(n.To), MessageID: n.MessageID,
			State: n.State, ClosedReason: n.ClosedReason, Topic: n.Topic, Coverage: n.Coverage, Plan: n.Plan,
			Aside: n.Aside, About: n.About, Credits: n.Credits, Charged: n.Charged, Released: n.Released, Reserved: n.Reserved, Lapsed: n.Lapsed,
			Verified: n.Verified, Resent: n.Resent}}
	switch {
	case r.LastError == "", r.LastError == unsure, r.LastError == erasedLetter, strings.HasPrefix(r.LastError, droppedBy):
		v.LastError = r.LastError
	default:
		v.LastError = erasedLetter
	}
	return v
}

const erasedLetter = "erased"

// bare tells whether nothing is kept of what a mail said of itself.
func (a *Arrival) bare() bool {
	return a.Erased != 0 && a.From == "" && a.Subject == "" && a.MessageID == "" && (a.Reason == "" || a.Reason == erasedLetter)
}

// wholeArrival says that a mail came, when and what became of it, and has its
// fingerprints: it is not filed again when it is read again.
func (f *forms) wholeArrival(a *Arrival) *Arrival {
	v := &Arrival{ID: a.ID, Source: a.Source, Arrived: a.Arrived, Size: a.Size, Raw: a.Raw, RawSum: a.RawSum, Content: a.Content, Kind: a.Kind,
		Fate: a.Fate, Ticket: a.Ticket, Seq: a.Seq, Of: a.Of, Proven: a.Proven, Again: a.Again, Erased: a.Erased}
	switch a.Fate {
	case FateIgnored, FateQuarantine, FateHeld, FateDropped:
		v.Fate, v.Reason = FateDropped, erasedLetter
	}
	return v
}
