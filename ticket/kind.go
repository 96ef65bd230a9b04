package ticket

import "fmt"

// Kind says what sort of mail an arrival is (DESIGN.md section 2).
type Kind int

const (
	KindRequest   Kind = iota + 1 // a person wrote
	KindAutoReply                 // RFC 3834 and its relatives
	KindBounce                    // RFC 3464 and the old formats, delays included
	KindList                      // a mailing list or group passed it on
	KindOwn                       // our own mail came back
	KindReport                    // MDN, ARF, DMARC, TLS-RPT, PEC receipts
	KindSpam                      // marked so by the receiving server
)

var kindNames = []string{"", "request", "auto-reply", "bounce", "list", "own", "report", "spam"}

// Reaction says what tells that a mail is a thumb or the like and nothing else:
// no more than thanks (DESIGN.md section 2, "Text").
type Reaction int

const (
	ReactionProgram Reaction = iota + 1 // a program wrote it for who pressed a sign
	ReactionSign                        // somebody wrote the bare sign
)

// MessageKind says what a Message is on its ticket.
type MessageKind int

const (
	MessageRequest   MessageKind = iota + 1 // the customer's side wrote
	MessageAnswer                           // a technician wrote to the customer
	MessageNote                             // technicians only
	MessageAutoReply                        // a robot of the customer or technician
	MessageBounce                           // a letter of ours came back
	MessageEcho                             // our own mail came back whole
	MessageNotice                           // an automatic letter of the desk to the customer
	MessageReport                           // a receipt or report
	MessageList                             // came through a list
)

var messageKindNames = []string{"", "request", "answer", "note", "auto-reply", "bounce", "echo", "notice", "report", "list"}

// Authority is what a mail may do; the ladder of DESIGN.md section 3.
type Authority int

const (
	AuthorityNone       Authority = iota + 1 // open a ticket, join one "not verified"
	AuthorityLink                            // add a message to a ticket, reopen it
	AuthoritySender                          // write as the customer
	AuthoritySpend                           // accept a quote
	AuthorityTechnician                      // answer, note, command
)

var authorityNames = []string{"", "none", "link", "sender", "spend", "technician"}

// State is whose turn it is.
type State int

const (
	StateOpen    State = iota + 1 // our turn
	StateWaiting                  // the customer's turn
	StateClosed
)

var stateNames = []string{"", "open", "waiting", "closed"}

// Reason says why a ticket is closed; zero while it is not.
type Reason int

const (
	ReasonSolved Reason = iota + 1
	ReasonNoAnswer
	ReasonDeclined
	ReasonDuplicate
	ReasonSpam
)

var reasonNames = []string{"", "solved", "no-answer", "declined", "duplicate", "spam"}

// RowState is how far a letter of the outbox has come.
type RowState int

const (
	RowQueued  RowState = iota + 1 // waits for its time
	RowSending                     // bytes fixed; the SMTP transaction may be under way
	RowSent                        // the server took it
	RowUnknown                     // lost after the final dot: it may have been taken
	RowFailed                      // refused for good, given up, or dropped
	RowHeld                        // waits for `queue release`
)

var rowStateNames = []string{"", "queued", "sending", "sent", "unknown", "failed", "held"}

// NoticeKind says which letter a Notice becomes.
type NoticeKind int

const (
	NoticeAck NoticeKind = iota + 1
	NoticeQuote
	NoticeQuoteAccepted
	NoticeQuoteDeclined
	NoticeConfirm
	NoticeCreditShort
	NoticeAnswer
	NoticeCharged
	NoticeCloseWarning
	NoticeClosed
	NoticeReopened
	NoticeLotExpiring
	NoticeStatement
	NoticeTicketNew
	NoticeTicketReply
	NoticeHeld
	NoticeDueSoon
	NoticeTranscript
	NoticeDigest
	NoticeAlert
)

var noticeKindNames = []string{"", "ack", "quote", "quote-accepted", "quote-declined", "confirm", "credit-short", "answer",
	"charged", "close-warning", "closed", "reopened", "lot-expiring", "statement", "ticket-new", "ticket-reply", "held",
	"due-soon", "transcript", "digest", "alert"}

// Each String is the name used in JSON, files and headers; the stored form is
// that name, and an unknown name is an error.

func (k Kind) String() string        { return nameOf(kindNames, int(k)) }
func (k MessageKind) String() string { return nameOf(messageKindNames, int(k)) }
func (a Authority) String() string   { return nameOf(authorityNames, int(a)) }
func (s State) String() string       { return nameOf(stateNames, int(s)) }
func (r Reason) String() string      { return nameOf(reasonNames, int(r)) }
func (s RowState) String() string    { return nameOf(rowStateNames, int(s)) }
func (k NoticeKind) String() string  { return nameOf(noticeKindNames, int(k)) }

func (k Kind) MarshalText() ([]byte, error)        { return []byte(k.String()), nil }
func (k MessageKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
func (a Authority) MarshalText() ([]byte, error)   { return []byte(a.String()), nil }
func (s State) MarshalText() ([]byte, error)       { return []byte(s.String()), nil }
func (r Reason) MarshalText() ([]byte, error)      { return []byte(r.String()), nil }
func (s RowState) MarshalText() ([]byte, error)    { return []byte(s.String()), nil }
func (k NoticeKind) MarshalText() ([]byte, error)  { return []byte(k.String()), nil }

func (k *Kind) UnmarshalText(b []byte) error        { return fromName(kindNames, b, (*int)(k)) }
func (k *MessageKind) UnmarshalText(b []byte) error { return fromName(messageKindNames, b, (*int)(k)) }
func (a *Authority) UnmarshalText(b []byte) error   { return fromName(authorityNames, b, (*int)(a)) }
func (s *State) UnmarshalText(b []byte) error       { return fromName(stateNames, b, (*int)(s)) }
func (r *Reason) UnmarshalText(b []byte) error      { return fromName(reasonNames, b, (*int)(r)) }
func (s *RowState) UnmarshalText(b []byte) error    { return fromName(rowStateNames, b, (*int)(s)) }
func (k *NoticeKind) UnmarshalText(b []byte) error  { return fromName(noticeKindNames, b, (*int)(k)) }

func nameOf(names []string, i int) string {
	if i < 0 || i >= len(names) {
		return fmt.Sprintf("unknown(%d)", i)
	}
	return names[i]
}

func fromName(names []string, b []byte, i *int) error {
	for j, n := range names {
		if n == string(b) {
			*i = j
			return nil
		}
	}
	return fmt.Errorf("ticket: unknown name %q", b)
}
