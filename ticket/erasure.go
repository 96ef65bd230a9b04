package ticket

import (
	"fmt"
	"time"
)

// ErasureID numbers erasures, from 1; 0 marks what was not erased.
type ErasureID int

// ErasureKind says what an erasure takes out.
type ErasureKind int

const (
	ErasurePerson    ErasureKind = iota + 1 // one address and all that it stands for
	ErasureCustomer                         // a customer with all contacts and tickets
	ErasureRetention                        // tickets that were closed long enough ago
)

var erasureKindNames = []string{"", "person", "customer", "retention"}

func (k ErasureKind) String() string                { return nameOf(erasureKindNames, int(k)) }
func (k ErasureKind) MarshalText() ([]byte, error)  { return []byte(k.String()), nil }
func (k *ErasureKind) UnmarshalText(b []byte) error { return fromName(erasureKindNames, b, (*int)(k)) }

// Erasure is the record that personal data was taken out: when, by whom, why and
// how much, and nothing of the data. While it goes on it holds what it looks for.
type Erasure struct {
	ID       ErasureID
	Kind     ErasureKind
	At       time.Time // when it was begun
	Done     time.Time // zero while it goes on
	Actor    string
	Reason   string
	Customer string     // the pseudonym that took the place of a customer; "" none did
	Prints   [][32]byte // of the addresses, and of the customer's id: made with the desk's key
	Erased   Erased     // what bears its mark
	Wanted   *Wanted    // nil when it is done
	Left     []RawRef   // raw mails that are marked and still to be overwritten
}

// Erased counts the records that an erasure marked.
type Erased struct {
	Tickets, Messages, Letters, Mails int
}

// Wanted is whom an erasure that goes on looks for.
type Wanted struct {
	Customer  string   // id; "" none
	Of        []string // customers whose contact he was: the names count on their tickets
	Addresses []string // at their index is the number of their pseudonym
	Names     []string
	Mails     []string // their Message-IDs
}

// ErasedError: what was asked for was erased. It is ErrNotFound as well.
type ErasedError struct {
	At     time.Time
	Reason string
}

func (e *ErasedError) Error() string {
	return fmt.Sprintf("erased on %s: %s", e.At.UTC().Format(time.DateOnly), e.Reason)
}

// Is makes it an ErrNotFound: it is there no more.
func (e *ErasedError) Is(other error) bool { return other == ErrNotFound }
