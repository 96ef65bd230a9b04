package ticket

import (
	"time"

	"sportello/policy"
)

// NoticeID numbers notices and outbox rows, from 1; it is never given twice.
type NoticeID uint64

// Notice is something to be told to one person, with every fact its letter
// needs: composing reads nothing else. It does not change once queued.
type Notice struct {
	ID       NoticeID
	Kind     NoticeKind
	Ticket   ID // 0: about no ticket
	At       time.Time
	Language string // "it" or "en"

	// The envelope and the header.
	To            Mailbox  // exactly one recipient
	FromName      string   // display name of From; the address is the desk's
	ReplyTo       string   // token address; its display name is `NAME #1042`; "" none
	Token         string   // where addresses carry none: the reply's token, for the subject of links; else ""
	NoteAddress   string   // technicians: where an internal note goes; else ""
	Envelope      string   // bounce token address; "" is the null path
	MessageID     string   // signed, without angle brackets
	InReplyTo     string   // "" none
	References    []string // first 3 and last 7
	Subject       string   // without tag and without Re:
	AutoSubmitted string   // "auto-replied", "auto-generated"; "" for a technician's answer

	// The ticket as it stands, worded for the recipient's language.
	State         State
	ClosedReason  Reason
	Topic         policy.Topic
	TopicText     string
	Coverage      policy.Coverage
	Confidence    float64
	Plan          string // id
	PlanText      string
	Site          string
	ClauseText    string
	Price         policy.Price
	Allowance     *policy.Allowance
	LapsedText    string // name of a plan that would cover it but expired
	LapsedOn      Date   // the last day it counted
	AnswerDue     Date   // last day of the promise; zero: none is made
	ClosesOn      Date   // last day on which an answer keeps it open; zero: none
	ClosesAfter   int    // days a ticket waits for the customer before it closes
	ReopenDays    int
	ZoneName      string // of the desk's days and hours, where the reader's clock differs; else ""
	Stranger      bool   // no customer is known
	Customer      string
	CustomerName  string
	Assignee      string
	OfficeOpensAt time.Time // next opening; zero: the office is open now
	ClosedFrom    Date      // acknowledgements: a closure of the office that begins soon; zero: none does
	ClosedTo      Date
	Commercial    *policy.Contact
	Quote         *Quote
	QuoteUntil    Date     // last day of Quote
	QuoteOthers   bool     // the quote went to the contacts who may spend, not to this recipient
	Answered      string   // quote: the code that was answered too late or twice, to which this says how things stand; "" none
	Again         bool     // quote: it goes out again, since credits were bought
	Freed         Credits  // what an earlier quote holds and Quote would free
	Refusal       bool     // confirm, and quote where Answered: the mail says no, not yes
	TooLarge      bool     // the mail was above the size limit: only its head was read
	Balance       *Balance // for contacts; nil for others
	Linked        []ID     // earlier tickets it goes on from

	// What is told.
	Aside       bool   // an answer that goes to a third party, who knows nothing of the ticket
	Text        string // the message, answer or description; "" none
	Author      Mailbox
	Requester   Mailbox     // whose ticket it is (technicians' mail: X-Sportello-Customer); zero: as Author
	About       MessageKind // ticket-reply: what it tells of (request, note, bounce, auto-reply, …); 0: a request
	Credits     Credits     // charged now, missing, or about to expire, as the Kind has it; 0: none
	Charged     Credits     // for the ticket, in all
	Reserved    Credits     // technicians and close-warning: what the ticket holds
	Lapsed      Credits     // of Released: they expired at once, their lot being over
	Released    Credits     // of what it held, given back now
	Lots        []LotLine   // lot-expiring, statement: what can be used, by its last day
	Entries     []EntryLine // statement: the latest movements, oldest first
	Verified    bool        // evidence stands behind Author
	OtherPeople []Mailbox   // To/Cc of the mail, shown to technicians
	Attachments []Relay
	Lines       []string  // transcript, alert, reasons: one fact a line
	Sections    []Section // lists: of tickets, of commands
	Charts      []Chart   // digest
	Story       []Said    // a ticket's thread
	StoryLeft   int       // how many older entries Story leaves out
	Bounce      *Bounce
	Resent      bool
}

// Balance is what a contact may know about the credits of his customer.
type Balance struct {
	Available, Held Credits
	NextExpiry      Date // last day of the lot that expires first; zero: none
}

// LotLine is credits that can be used through a day.
type LotLine struct {
	Credits Credits
	Expires Date
}

// EntryLine is a movement of credits as a statement shows it: what one cause did
// to all lots together.
type EntryLine struct {
	Day       Date
	Kind      policy.MoveKind
	Credits   Credits // below zero only for a correction
	Ticket    ID      // 0: none
	Available Credits // after it
}

// Relay is an attachment that goes along, or, when Left, is only named because
// the letter would become larger than [limits] relay.
type Relay struct {
	Attachment
	Ref  AttachmentRef
	Left bool
}

// Technical tells whether the letter goes to technicians.
func (k NoticeKind) Technical() bool {
	switch k {
	case NoticeTicketNew, NoticeTicketReply, NoticeHeld, NoticeTranscript, NoticeAlert, NoticeDueSoon, NoticeDigest:
		return true
	}
	return false
}

// ResendUnknown tells whether a letter whose outcome is unknown is sent once
// more, with the same bytes and Message-ID (DESIGN.md section 5).
func (k NoticeKind) ResendUnknown() bool {
	switch k {
	case NoticeAnswer, NoticeQuote, NoticeQuoteAccepted, NoticeQuoteDeclined, NoticeConfirm, NoticeCreditShort,
		NoticeCharged, NoticeClosed, NoticeTicketNew, NoticeTicketReply, NoticeHeld, NoticeTranscript, NoticeAlert, NoticeDueSoon:
		return true
	}
	return false
}

// NullPath tells whether the letter leaves with the empty envelope sender <>.
func (k NoticeKind) NullPath() bool {
	switch k {
	case NoticeAck, NoticeCloseWarning, NoticeLotExpiring, NoticeStatement, NoticeTranscript, NoticeDigest, NoticeAlert:
		return true
	}
	return false
}

// Row is one letter of the outbox.
type Row struct {
	Notice    Notice
	State     RowState
	Tries     int
	Next      time.Time // queued: not before
	LastError string
	Response  string // what the server said when it took it
	Resent    bool   // one resend after an unknown outcome was queued
	Settled   time.Time
	Fixed     bool // a Letter is stored: every try sends those bytes
	Weight    Weight
	Erased    ErasureID // nothing of what it says is kept, and it goes nowhere
}

// Weight says how much of a notice its letter holds. A server that takes no
// letter of that size lets it go again with less, under the same Message-ID: what
// was refused was not delivered.
type Weight int

const (
	WeightWhole   Weight = iota
	WeightNoFiles        // files are only named
	WeightHead           // and of the text there is the beginning
)

// Letter is a composed mail, fixed before the first try. Its bytes are the
// chunks in order; Sum is the SHA-256 of the whole as it goes over the wire
// (CRLF, before dot-stuffing), Size its length.
type Letter struct {
	Chunks []Chunk
	Sum    [32]byte
	Size   int64
	Text   string // the text/plain part, for `ticket show`
	Erased ErasureID
}

// Chunk is bytes as they are, or a stored attachment that is encoded as base64
// in lines of 76 characters when it is sent.
type Chunk struct {
	Bytes      []byte         `json:",omitempty"`
	Attachment *AttachmentRef `json:",omitempty"`
}

// Outcome is what became of one try to send a letter.
type Outcome struct {
	State    RowState  // RowSent, RowUnknown, RowFailed, or RowQueued for another try
	Next     time.Time // RowQueued: when; RowUnknown: when a resend goes out, zero for later
	Weight   Weight    // RowQueued: the letter is to be composed anew with less; 0: it stays
	Counts   bool      // RowQueued, RowFailed: the server answered, so the try counts on the ladder
	Error    string    // "" when sent
	Why      Words     // RowFailed, or a new Weight: the same for people, in their language
	Response string
}
