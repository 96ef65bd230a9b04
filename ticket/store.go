package ticket

import (
	"context"
	"iter"
	"time"

	"sportello/policy"
)

// Store keeps the desk. Reads never wait for writes. Any implementation must
// pass storetest.Run.
type Store interface {
	// View runs f on a consistent snapshot. Writes inside return ErrReadOnly.
	View(ctx context.Context, f func(Tx) error) error
	// Update runs f and commits what it wrote, durably, before it returns. When
	// f returns an error nothing has changed. Several calls may be committed
	// together, and f may run more than once: it must capture no result before
	// Update returned nil. Inside f no I/O, no sleep, no log, no nested call.
	// An error that is ErrCommit ends the process.
	Update(ctx context.Context, f func(Tx) error) error
	// Keep archives raw mails durably, before the Update that refers to them.
	// at (arrival) chooses the archive a mail lies in. The refs are in order.
	Keep(ctx context.Context, raws []RawMail) ([]RawRef, error)
	// Raw returns the bytes of an archived mail, or ErrNotFound. What it returns
	// is what was kept under ref, never other bytes.
	Raw(ctx context.Context, ref RawRef) ([]byte, error)
	// Erase overwrites archived mails, durably: from then on Raw answers that they
	// were erased, with an *ErasedError like why. Their refs stay theirs. Mails that
	// were erased before, or are not there, stay as they are.
	Erase(ctx context.Context, refs []RawRef, why ErasedError) error
	// Scrub overwrites what is left on disk of all that was changed or taken out
	// before, without holding up anybody for long.
	Scrub(ctx context.Context) error
	// Close waits for writes under way and releases the files.
	Close() error
}

// RawMail is a mail on its way to the archive. Sum is its SHA-256; zero: who
// keeps it takes it.
type RawMail struct {
	At  time.Time
	Raw []byte
	Sum [32]byte
}

// Tx is one transaction. What it returns are copies that stay valid after it.
// Get-like methods return ErrNotFound for what does not exist, list-like ones
// an empty slice.
type Tx interface {
	// NextTicket, NextNotice and NextArrival give out numbers, from 1, never twice.
	NextTicket() (ID, error)
	NextNotice() (NoticeID, error)
	NextArrival() (ArrivalID, error)

	Ticket(ID) (*Ticket, error)
	// PutTicket stores t and keeps the indexes (state, customer, coverage,
	// topic, Wake) and the counts of Stats in step with it.
	PutTicket(t *Ticket) error
	// Tickets yields tickets that match f, newest first.
	Tickets(f Filter) iter.Seq2[*Ticket, error]
	// TicketsIn lists at most n tickets numbered above after that were opened, or
	// have an event, in month m of UTC, by number.
	TicketsIn(m policy.Month, after ID, n int) ([]ID, error)
	// Awake lists at most n tickets whose Wake is not after now, earliest first.
	Awake(now time.Time, n int) ([]ID, error)

	// AddMessage and AddEvent append; Seq must be the last one plus one.
	AddMessage(ID, *Message) error
	Messages(ID) ([]*Message, error)
	Message(id ID, seq int) (*Message, error)
	AddEvent(ID, *Event) error
	Events(ID) ([]*Event, error)

	// ReplaceMessage and ReplaceEvent write over what stands at that Seq: for an
	// erasure alone.
	ReplaceMessage(ID, *Message) error
	ReplaceEvent(ID, *Event) error

	// FileMessageID remembers on which ticket a Message-ID was filed, the first one to stay.
	FileMessageID(mid string, id ID) error
	// ByMessageID returns the ticket of a filed Message-ID, or ErrNotFound.
	ByMessageID(mid string) (ID, error)
	// ForgetMessageID forgets that a Message-ID was filed on that ticket.
	ForgetMessageID(mid string, id ID) error

	Arrival(ArrivalID) (*Arrival, error)
	// PutArrival stores a, and indexes its fingerprints (the first arrival keeps
	// them), its place on the server and, while Fate is quarantine or ignored, its listing.
	PutArrival(a *Arrival) error
	// ByRaw and ByContent find the first arrival with that fingerprint, or ErrNotFound.
	ByRaw(sum [32]byte) (ArrivalID, error)
	ByContent(sum [32]byte) (ArrivalID, error)
	// Arrivals yields those whose Fate is fate, oldest first, from behind after;
	// only FateQuarantine, FateHeld and FateIgnored are listed.
	Arrivals(fate Fate, after ArrivalID) iter.Seq2[*Arrival, error]

	Customer(id string) (*Customer, error)
	// PutCustomer stores c and keeps the index of contacts in step.
	PutCustomer(c *Customer) error
	Customers(after string) iter.Seq2[*Customer, error] // by id, from behind after
	// MoveCustomer gives a customer, with lots, holds and ledger, another id that
	// nobody has. What tickets and uses say of him stays.
	MoveCustomer(from, to string) error
	// ByContact lists the ids of the customers that have this address, sorted.
	ByContact(address string) ([]string, error)
	Lots(customer string) ([]policy.Lot, error) // by expiry, purchase, ref
	// PutLot stores a lot, and where DueLots finds it.
	PutLot(customer string, lot policy.Lot) error
	// LotByRef finds a lot of any customer, or ErrNotFound.
	LotByRef(ref string) (customer string, lot policy.Lot, err error)
	// DueLots lists at most n references of lots whose Due is before today, earliest first.
	DueLots(today policy.Date, n int) ([]string, error)
	// Hold finds the hold of a quote, or ErrNotFound.
	Hold(code string) (customer string, h policy.Hold, err error)
	PutHold(customer string, h policy.Hold) error
	// AddEntry appends to the ledger of a customer; Seq must be the last one
	// plus one. Causes are not empty, and one makes entries of one customer only.
	AddEntry(customer string, e *Entry) error
	// ReplaceEntry writes over the entry at that Seq: for an erasure, which seals
	// the ledger anew. Neither its time nor its move may be another.
	ReplaceEntry(customer string, e *Entry) error
	// LastEntry is the newest entry of a customer, or ErrNotFound.
	LastEntry(customer string) (*Entry, error)
	Entries(customer string, after int) iter.Seq2[*Entry, error] // by Seq, from behind after
	// CustomersIn lists at most n customers whose id sorts behind after and who
	// have an entry in month m of UTC, or one of a purchase in m, by id.
	CustomersIn(m policy.Month, after string, n int) ([]string, error)
	// Books is the witness of all entries together; the zero value before the first.
	Books() (Books, error)
	SetBooks(Books) error
	// ByCause lists what one cause has entered, by Seq; nothing: it has not yet.
	ByCause(cause string) (customer string, entries []*Entry, err error)

	Row(NoticeID) (*Row, error)
	// PutRow stores r (new or changed) and keeps the order of the queue in step.
	PutRow(r *Row) error
	// Queued lists at most n queued rows of a lane whose Next is not after now,
	// without those for which skip answers true: by the order of the lane's
	// Classes, in each the latest Next first, then the highest ID. One that cannot
	// be read is a *RowError.
	Queued(l Lane, now time.Time, n int, skip func(NoticeID) bool) ([]*Row, error)
	// NextQueued is the earliest Next after now of a queued row; zero when there is none.
	NextQueued(now time.Time) (time.Time, error)
	// Rows yields the rows in state s, oldest first; 0 means all, newest first. Where
	// after is not 0 it begins behind it.
	Rows(s RowState, after NoticeID) iter.Seq2[*Row, error]
	Letter(NoticeID) (*Letter, error)
	PutLetter(NoticeID, *Letter) error
	// EraseLetter leaves of a letter its Sum and Size, and the mark; where there is
	// none, nothing. What lies in the archive of its row as it was is to be erased
	// after the commit.
	EraseLetter(NoticeID, ErasureID) ([]RawRef, error)

	// Erasure is the record of one; Erasures are all, by ID.
	Erasure(ErasureID) (*Erasure, error)
	Erasures() ([]*Erasure, error)
	// PutErasure stores e, new or changed.
	PutErasure(e *Erasure) error

	// Hits counts what Hit recorded under key after since. Older entries of a
	// key may be dropped by Hit.
	Hits(key string, since time.Time) (int, error)
	Hit(key string, at, drop time.Time) error
	// ForgetHits drops what was recorded under any key after at, and tells how much
	// that was.
	ForgetHits(at time.Time) (int, error)
	// ForgetKey drops all that was recorded under key.
	ForgetKey(key string) error

	Cursor() (Cursor, error) // the zero value before the first start
	SetCursor(Cursor) error
	// Seen is the latest time the desk has recorded (PROMISES.md D18, H11).
	Seen() (time.Time, error)
	SetSeen(time.Time) error

	// Gathered is what the technicians are still to be told of; zero: nothing.
	Gathered() (Gathered, error)
	SetGathered(Gathered) error

	// Ring is what is remembered of the desk's keys; zero: nothing yet.
	Ring() (Ring, error)
	SetRing(Ring) error

	// Restored is how the desk goes on after a restore; zero: it never was.
	Restored() (Restored, error)
	SetRestored(Restored) error
	// LastQuote is the highest version that any quote was given, as NoteQuote told.
	LastQuote() (int, error)
	NoteQuote(version int) error

	// Count adds to one of the counters that nothing else implies.
	Count(c Counter, n int) error
	Stats() (Stats, error)
}

// Filter selects tickets; zero fields select all. Limit 0 is no limit.
type Filter struct {
	State    State
	Coverage policy.Coverage
	Topic    policy.Topic
	Customer string
	Assignee string
	Below    ID // numbered below it; 0: any
	Limit    int
}

// Cursor is how far the mailbox was read: everything in [First, Last] under
// UIDValidity was filed. Since is the arrival time below which mail was left
// alone at the first start. Old is the last UID that was there when this
// UIDVALIDITY was first seen: up to it mail from before Since is left alone,
// beyond it everything is filed. Early is what beyond Last was filed before its turn.
type Cursor struct {
	UIDValidity uint32
	First, Last uint32
	Early       UIDs
	Old         uint32
	Since       time.Time
	Backlog     Backlog // the desk keeps it; what a caller passes does not count
}

// ArrivalID numbers fetched mails, from 1.
type ArrivalID uint64

// Fate is what became of an arrival: exactly one thing (PROMISES.md P1).
type Fate int

const (
	FateMessage    Fate = iota + 1 // a message of Ticket, at Seq
	FateDuplicate                  // the same mail as Of
	FateIgnored                    // kept with Reason, nobody told
	FateQuarantine                 // could not be filed, Reason says why
	FateHeld                       // waits for a person; counts as quarantine
	FateDropped                    // was quarantined or held, an admin or technician dropped it
)

var fateNames = []string{"", "message", "duplicate", "ignored", "quarantine", "held", "dropped"}

func (f Fate) String() string                { return nameOf(fateNames, int(f)) }
func (f Fate) MarshalText() ([]byte, error)  { return []byte(f.String()), nil }
func (f *Fate) UnmarshalText(b []byte) error { return fromName(fateNames, b, (*int)(f)) }

// Arrival is the record of one fetched mail.
type Arrival struct {
	ID        ArrivalID
	Source    Source
	Arrived   time.Time
	Size      int64
	Raw       RawRef // "" when nothing could be fetched
	RawSum    [32]byte
	Content   [32]byte
	MessageID string
	From      string
	Subject   string
	Kind      Kind
	Fate      Fate
	Reason    string
	Ticket    ID // FateMessage, FateDuplicate, FateHeld: where it belongs; 0 none
	Seq       int
	Of        ArrivalID // FateDuplicate
	Proven    bool      // evidence stood behind its sender
	Again     ArrivalID // the next copy of the same mail that was more than a duplicate; 0 none
	// Release is how a held mail was let go, until it is filed: "send" or "from
	// ADDRESS" by a technician, "confirmed N" by the arrival N.
	Release string
	// Asked counts how often DNS was asked for evidence in vain about a held
	// mail; AskAgain is when Sweep asks next, zero: no more.
	Asked    int
	AskAgain time.Time
	// Confirm is when a confirmation that was asked for comes too late; zero:
	// none was.
	Confirm time.Time
	Erased  ErasureID // nothing of the mail is kept but what tells that it came
}

// Counter names a number that Stats reports and no record implies.
type Counter int

const (
	CountSuppressed Counter = iota + 1 // acknowledgements and quotes not written
)

// Stats are counts kept in step with the records: reading them costs nothing.
type Stats struct {
	Open, Waiting, Closed int
	Mails                 int // arrivals, each copy once
	Messages              int // arrivals that became a message
	Duplicates            int
	Ignored               int
	Quarantine            int              // FateQuarantine and FateHeld: what is there now
	Dropped               int              // was in quarantine
	Outbox                [RowHeld + 1]int // by RowState
	Suppressed            int
	Customers             int
}
