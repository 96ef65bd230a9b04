// Package ticket is the desk: tickets, threads, people, authority, notices,
// the Desk and its verbs, and the Store contract they need.
package ticket

import (
	"time"

	"sportello/policy"
)

// ID is a ticket's number, from 1; it is never given twice.
type ID uint64

// Date and Credits are policy's, named here for the rooms that may not import it.
type (
	Date    = policy.Date
	Credits = policy.Credits
)

// Ticket is one request and what became of it. Its messages and events are
// stored beside it, in order.
type Ticket struct {
	ID           ID
	Subject      string // without tag, one line
	State        State
	ClosedReason Reason // 0 while not closed
	Decision     policy.Decision
	Guessed      policy.Topic // what the classifier had said, once a person has set the topic; "" before
	Requester    Mailbox
	Unproven     bool   // nothing proves who wrote what opened it: its words stand in no letter to the customer's side
	Customer     string // id; "" for a stranger or several candidates
	Candidates   []string
	Assignee     string // technician's name; "" none
	Language     string // it or en: of letters to the requester
	Opened       time.Time
	Changed      time.Time // last message or change of state
	Closed       time.Time // since when it is closed; zero while it is not
	AnswerDue    time.Time // first instant that is late; zero: no promise, or not our turn
	RemindAt     time.Time // when the technicians are reminded of AnswerDue; zero: they were, or need not be
	ClosesAt     time.Time // when auto-close happens; zero: no closing date
	WarnAt       time.Time // when the closing is warned; zero once warned
	SleepsUntil  time.Time // `#wait DATE`: it is our turn again then; zero: it does not sleep
	SpareAt      time.Time // when technicians are told what the closing gives back; zero once told, or nothing is held
	MergedInto   ID
	Linked       []ID
	Participants []Participant // index 0 is the requester; the index is the number in tokens
	Asked        []Asked       // who was asked by #ask; the index is the number in tokens
	Quote        *Quote        // the latest
	Held         Credits
	Charged      Credits
	Alarms       int      // how often a monitor's alarm came again
	Answered     bool     // a technician has answered before
	WaitsFor     NoticeID // the letter whose sending starts the closing clock, or lets it go on; 0: none
	Elsewhere    bool     // the clock of the requester's last mail is not the desk's: letters name the zone
	LastInbound  string   // Message-ID of the customer's side's last mail; "" none
	References   []string // Message-IDs of the thread as the customer sees it: first 3, last 7
	Threads      []Thread // what each technician's mail client has of it
	Messages     int      // how many there are: the last Seq
	Events       int
	Erased       ErasureID // nothing of what people wrote is kept
}

// Participant is somebody who gets the ticket's letters: the requester and
// approved others. Technicians are numbered apart (TechnicianNumber).
type Participant struct {
	Mailbox
	Approved bool   // by #cc: he stays one though he is no contact of the customer
	Removed  bool   // by #uncc; the number is not used again
	Bounced  string // status of the last hard bounce; "" none
}

// Thread is the mails that one technician got about a ticket.
type Thread struct {
	Technician int    // Technician.Number
	Root, Last string // Message-IDs of the first and the latest letter
}

// QuoteState is how an offer stands.
type QuoteState int

const (
	QuoteOffered QuoteState = iota + 1
	QuoteAccepted
	QuoteDeclined
	QuoteSuperseded
	QuoteExpired
	QuoteWithdrawn
)

var quoteStateNames = []string{"", "offered", "accepted", "declined", "superseded", "expired", "withdrawn"}

func (s QuoteState) String() string                { return nameOf(quoteStateNames, int(s)) }
func (s QuoteState) MarshalText() ([]byte, error)  { return []byte(s.String()), nil }
func (s *QuoteState) UnmarshalText(b []byte) error { return fromName(quoteStateNames, b, (*int)(s)) }

// Quote is a price offered: what is asked for what never changes.
type Quote struct {
	Code        string // P-1042-2: ticket, version
	Version     int
	Credits     Credits
	Description string
	State       QuoteState
	Offered     time.Time
	ValidUntil  time.Time // first instant at which it is too late
	Short       bool      // it was accepted with too few credits: one more yes, once they are bought
	Asked       ArrivalID // the held answer whose confirmation is waited for; 0: none
}

// Wake is the earliest instant at which a clock must look at the ticket; zero: never.
func (t *Ticket) Wake() time.Time {
	var first time.Time
	consider := func(at time.Time) {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	if t.State == StateOpen {
		consider(t.RemindAt)
	}
	if t.State == StateWaiting {
		consider(t.WarnAt)
		consider(t.SpareAt)
		if t.WaitsFor == 0 {
			consider(t.ClosesAt)
		}
		consider(t.SleepsUntil)
	}
	if t.Quote != nil && t.Quote.State == QuoteOffered {
		consider(t.Quote.ValidUntil)
	}
	return first
}

// clone returns a copy that shares nothing with t that a verb changes.
func (t *Ticket) clone() *Ticket {
	c := *t
	c.Candidates = append([]string(nil), t.Candidates...)
	c.Linked = append([]ID(nil), t.Linked...)
	c.Participants = append([]Participant(nil), t.Participants...)
	c.Asked = append([]Asked(nil), t.Asked...)
	c.References = append([]string(nil), t.References...)
	c.Threads = append([]Thread(nil), t.Threads...)
	if t.Quote != nil {
		q := *t.Quote
		c.Quote = &q
	}
	return &c
}
