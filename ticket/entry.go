package ticket

import (
	"crypto/hmac"
	"encoding/binary"
	"fmt"
	"time"

	"sportello/policy"
)

// Entry is one line of a customer's ledger: a move of one lot, and what caused
// it. Entries are only ever added. Each is sealed with the desk's key together
// with the seal of the one before, so that none can be changed, taken out or
// put in without the key.
type Entry struct {
	Seq    int // from 1, in the order in which they were posted
	At     time.Time
	Move   policy.Move
	Cause  string // what is posted once: "lot REF", "quote P-1042-2", …; also the cause of what it entails
	Actor  string // as in events
	Reason string // of a correction; "" otherwise
	Ticket ID     // 0: none
	// Available and Held are the customer's balances after it.
	Available, Held Credits
	Key             byte // of the ring, that sealed it
	MAC             [32]byte
}

// Seal returns the seal of e as the entry of customer after the one sealed prev
// (zeros before the first): HMAC-SHA-256 under key e.Key.
func (k Keys) Seal(customer string, prev [32]byte, e *Entry) [32]byte {
	var b []byte
	for _, text := range []string{
		customer, string(prev[:]), fmt.Sprint(e.Seq), e.At.UTC().Format(time.RFC3339Nano), e.Move.Kind.String(), e.Move.Lot,
		fmt.Sprint(int(e.Move.Credits)), e.Move.Purchased.String(), e.Move.Hold, e.Cause, e.Actor, e.Reason, fmt.Sprint(uint64(e.Ticket)),
		fmt.Sprint(int(e.Available)), fmt.Sprint(int(e.Held)), string(e.Key),
	} {
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...) // no two entries have one encoding
	}
	return k.load().sum(e.Key, "ledger", b)
}

// Sealed tells whether e is the entry of customer after the one sealed prev.
func (k Keys) Sealed(customer string, prev [32]byte, e *Entry) bool {
	want := k.Seal(customer, prev, e)
	return k.load().secrets[e.Key] != nil && hmac.Equal(want[:], e.MAC[:])
}
