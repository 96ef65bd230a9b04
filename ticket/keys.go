package ticket

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Keys is the desk's key ring: the newest key signs, older ones verify what they
// signed. Copies share one ring, so that whoever holds one learns of a new key at
// once. The zero value verifies nothing and must not sign.
type Keys struct{ shared *shared }

// shared is what the copies of Keys have in common.
type shared struct {
	mu      sync.Mutex // held while the store and the ring change together
	ring    atomic.Pointer[ring]
	erasing sync.Mutex // held by the one erasure under way, whichever desk does it
}

// ring is what Keys holds at a time. It is never changed, but replaced.
type ring struct {
	secrets  map[byte][]byte
	current  byte
	replaced map[byte]time.Time // when a key ceased to sign; absent: that was not recorded, or it signs
	tickets  map[ID]int         // how often the tokens of a ticket were taken back
	people   map[int]int        // the same of a technician, by Number
}

// NewKeys makes a ring of secrets of at least 32 bytes by key id (one of a-z);
// the highest id signs.
func NewKeys(secrets map[byte][]byte) (Keys, error) {
	r := &ring{secrets: map[byte][]byte{}}
	for id, s := range secrets {
		if id < FirstKey || id > LastKey {
			return Keys{}, fmt.Errorf("ticket: key id %q: must be a letter %c-%c", id, FirstKey, LastKey)
		}
		if len(s) < 32 {
			return Keys{}, fmt.Errorf("ticket: key %c has %d bytes: at least 32 are needed", id, len(s))
		}
		r.secrets[id] = slices.Clone(s)
		r.current = max(r.current, id)
	}
	if r.current == 0 {
		return Keys{}, errors.New("ticket: no key")
	}
	k := Keys{shared: new(shared)}
	k.shared.ring.Store(r)
	return k, nil
}

// FirstKey and LastKey bound the ids of keys.
const FirstKey, LastKey = 'a', 'z'

func (k Keys) load() *ring {
	if k.shared == nil {
		return &ring{}
	}
	return k.shared.ring.Load()
}

// Current is the id of the key that signs.
func (k Keys) Current() byte { return k.load().current }

// sum is HMAC-SHA-256 under a key of the ring over what stands under domain.
func (r *ring) sum(key byte, domain string, body []byte) [32]byte {
	h := hmac.New(sha256.New, r.secrets[key])
	h.Write([]byte(domain))
	h.Write([]byte{0})
	h.Write(body)
	return [32]byte(h.Sum(nil))
}

// print tells one key from another and gives none away.
func (r *ring) print(key byte) [32]byte { return r.sum(key, "print", nil) }

// longest is how many days the token of the longest life acts: as long as what a
// key signed may count after another took its place.
var longest = lifetimes[PurposeReply]

// Retired is when nothing counts any more that a key signed which was replaced
// at a time, but for the entries of ledgers.
func Retired(replaced time.Time) time.Time { return replaced.AddDate(0, 0, longest+1) }

// signed tells whether the key of the ring may have made t and is not retired at
// now: a key that was replaced made nothing since, so that whoever learns it later
// makes no token that acts.
func (r *ring) signed(key byte, t Token, now time.Time) bool {
	replaced, old := r.replaced[key]
	switch {
	case r.secrets[key] == nil:
		return false
	case !old:
		return true
	}
	lifetime := lifetimes[t.Purpose]
	if t.Purpose == PurposeQuote { // it acts as long as its quote, if that is longer
		lifetime = longest
	}
	return !now.After(Retired(replaced)) && t.Day <= dayOf(replaced)+lifetime+1
}

// takings is how often the tokens of a ticket and those of a technician were
// taken back. A token is bound to both as they were when it was made.
type takings struct{ ticket, technician int }

// taken is how often tokens like t were taken back. Bounce addresses are not:
// they give nobody a right, and letters that come back must be told.
func (r *ring) taken(t Token) takings {
	var n takings
	if t.Purpose != PurposeBounce {
		n.ticket = r.tickets[t.Ticket()]
	}
	if t.technicians() || t.asks() {
		n.technician = r.people[t.Participant]
	}
	return n
}

func (n takings) String() string {
	if n == (takings{}) {
		return ""
	}
	return fmt.Sprintf("\x00%d.%d", n.ticket, n.technician)
}

// before yields n, which is the latest, and all that went before it.
func (n takings) before() iter.Seq2[bool, takings] {
	return func(yield func(bool, takings) bool) {
		for t := n.ticket; t >= 0; t-- {
			for p := n.technician; p >= 0; p-- {
				if was := (takings{t, p}); !yield(was == n, was) {
					return
				}
			}
		}
	}
}

// NextKey is the id of the key that follows the one that signs, or ErrLastKey.
func (k Keys) NextKey() (byte, error) {
	if k.Current() >= LastKey {
		return 0, ErrLastKey
	}
	return k.Current() + 1, nil
}
