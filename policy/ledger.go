package policy

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// The books of credits. An operation (Buy, Hold, Capture, Release, Expire,
// Correct) decides on an account as it is and answers with moves; Apply carries
// moves out and is the only code that changes a balance. Nothing turns credits
// into money or moves them to another account.

var (
	// ErrShort: fewer credits are available than were asked for.
	ErrShort = errors.New("policy: not enough credits")
	// ErrLot: no lot of the account has this reference, or one has it already.
	ErrLot = errors.New("policy: no such lot")
	// ErrHold: there is no such hold, it holds less, or it was placed before.
	ErrHold = errors.New("policy: not held")
	// ErrFuture: a purchase is dated after today.
	ErrFuture = errors.New("policy: bought in the future")
	// ErrBooks: a move that the books do not allow.
	ErrBooks = errors.New("policy: the books do not allow it")
)

// ShortError is ErrShort with what is missing.
type ShortError struct{ Missing Credits }

func (e *ShortError) Error() string { return fmt.Sprintf("%v: %d missing", ErrShort, e.Missing) }

// Unwrap makes errors.Is(err, ErrShort) true.
func (e *ShortError) Unwrap() error { return ErrShort }

// MaxLot bounds a lot: more is a slip of the keyboard. It also keeps every sum
// of credits far from overflow.
const MaxLot Credits = 1_000_000

// MoveKind is what a move does to its lot.
type MoveKind int

const (
	MovePurchase MoveKind = iota + 1 // credits bought
	MoveHold                         // reserved for a quote
	MoveCapture                      // of those reserved, spent
	MoveRelease                      // of those reserved, given back to their lot
	MoveExpire                       // not used by the last day
	MoveCorrect                      // an admin's correction of what was bought, up or down
)

var moveKindNames = []string{"", "purchase", "hold", "capture", "release", "expire", "correct"}

func (k MoveKind) String() string                { return name(moveKindNames, int(k)) }
func (k MoveKind) MarshalText() ([]byte, error)  { return []byte(k.String()), nil }
func (k *MoveKind) UnmarshalText(b []byte) error { return number(moveKindNames, b, (*int)(k)) }

// Move is one step of one lot. Credits are at least 1; those of a correction
// may be below zero instead.
type Move struct {
	Kind      MoveKind
	Lot       string // its reference
	Credits   Credits
	Purchased Date   // MovePurchase: the day of it
	Hold      string // MoveHold, MoveCapture, MoveRelease: the code of the quote
}

// Hold is what is reserved for one quote, lot by lot in the order in which it
// was taken. One that was spent or released holds nothing and stays.
type Hold struct {
	Code  string // of the quote
	Parts []Part
}

// Part is what a hold keeps of one lot.
type Part struct {
	Lot     string
	Credits Credits
}

// Left sums what h still holds.
func (h Hold) Left() Credits {
	var n Credits
	for _, p := range h.Parts {
		n += p.Credits
	}
	return n
}

// Buy adds a lot. One whose last day is over before today expires at once.
func (a Account) Buy(l Lot, today Date) ([]Move, error) {
	if today.Before(l.Purchased) {
		return nil, fmt.Errorf("lot %s of %s: %w", l.Ref, l.Purchased, ErrFuture)
	}
	if a.lot(l.Ref) != nil {
		return nil, fmt.Errorf("lot %s is there already: %w", l.Ref, ErrLot)
	}
	moves := []Move{{Kind: MovePurchase, Lot: l.Ref, Credits: l.Quantity, Purchased: l.Purchased}}
	if l.Expires().Before(today) {
		moves = append(moves, Move{Kind: MoveExpire, Lot: l.Ref, Credits: l.Quantity})
	}
	return moves, nil
}

// Hold reserves n credits for the quote code: of the lots usable today, those
// that expire first, then those bought first, then by reference. A ShortError
// says what is missing.
func (a Account) Hold(code string, n Credits, today Date) ([]Move, error) {
	switch {
	case n < 1 || code == "":
		return nil, fmt.Errorf("hold %d for %q: %w", n, code, ErrBooks)
	case a.hold(code) != nil:
		return nil, fmt.Errorf("hold of %s was placed before: %w", code, ErrHold)
	}
	if free := a.Available(today); free < n {
		return nil, fmt.Errorf("hold for %s: %w", code, &ShortError{n - free})
	}
	lots := slices.Clone(a.Lots)
	slices.SortFunc(lots, Lot.compare)
	var moves []Move
	for _, l := range lots {
		if take := min(n, l.Left()); take > 0 && l.usable(today) {
			moves = append(moves, Move{Kind: MoveHold, Lot: l.Ref, Credits: take, Hold: code})
			n -= take
		}
	}
	return moves, nil
}

// Capture spends n credits of what the quote code holds, in the order in which
// they were taken. What is held stays usable past the last day of its lot.
func (a Account) Capture(code string, n Credits) ([]Move, error) {
	h := a.hold(code)
	if h == nil || n < 1 || n > h.Left() {
		return nil, fmt.Errorf("capture %d of %s: %w", n, code, ErrHold)
	}
	var moves []Move
	for _, p := range h.Parts {
		if take := min(n, p.Credits); take > 0 {
			moves = append(moves, Move{Kind: MoveCapture, Lot: p.Lot, Credits: take, Hold: code})
			n -= take
		}
	}
	return moves, nil
}

// Release gives all that the quote code still holds back to the lots it came
// from. What comes back to a lot whose last day is over expires at once. No
// moves when nothing is held.
func (a Account) Release(code string, today Date) ([]Move, error) {
	h := a.hold(code)
	if h == nil {
		return nil, fmt.Errorf("release %s: %w", code, ErrHold)
	}
	var moves []Move
	for _, p := range h.Parts {
		if p.Credits == 0 {
			continue
		}
		moves = append(moves, Move{Kind: MoveRelease, Lot: p.Lot, Credits: p.Credits, Hold: code})
		if l := a.lot(p.Lot); l != nil && l.Expires().Before(today) {
			moves = append(moves, Move{Kind: MoveExpire, Lot: p.Lot, Credits: p.Credits})
		}
	}
	return moves, nil
}

// Expire takes what is left of a lot whose last day is over before today; no
// moves when there is nothing to take yet, or nothing left.
func (a Account) Expire(ref string, today Date) []Move {
	l := a.lot(ref)
	if l == nil || !l.Expires().Before(today) || l.Left() == 0 {
		return nil
	}
	return []Move{{Kind: MoveExpire, Lot: ref, Credits: l.Left()}}
}

// Correct changes what was bought in a lot by n credits. It takes away no more
// than is left, and adds nothing to a lot whose last day is over.
func (a Account) Correct(ref string, n Credits, today Date) ([]Move, error) {
	l := a.lot(ref)
	switch {
	case l == nil:
		return nil, fmt.Errorf("correct %s: %w", ref, ErrLot)
	case n == 0 || n < -MaxLot || n > MaxLot-l.Quantity:
		return nil, fmt.Errorf("correct %s by %d: %w", ref, n, ErrBooks)
	case n < 0 && n < -l.Left():
		return nil, fmt.Errorf("correct %s by %d: %w", ref, n, &ShortError{-n - l.Left()})
	case n > 0 && l.Expires().Before(today):
		return nil, fmt.Errorf("correct %s: it has expired: %w", ref, ErrBooks)
	}
	return []Move{{Kind: MoveCorrect, Lot: ref, Credits: n}}, nil
}

// Apply returns the account after moves, in order; a itself does not change.
// After a move that the books do not allow the error is ErrBooks.
func (a Account) Apply(moves ...Move) (Account, error) {
	a.Lots = slices.Clone(a.Lots)
	a.Holds = slices.Clone(a.Holds)
	for i := range a.Holds {
		a.Holds[i].Parts = slices.Clone(a.Holds[i].Parts)
	}
	for _, m := range moves {
		if err := a.apply(m); err != nil {
			return Account{}, fmt.Errorf("%s %d of lot %s: %w", m.Kind, m.Credits, m.Lot, err)
		}
	}
	return a, nil
}

// apply carries out one move on an account that nobody else has.
func (a *Account) apply(m Move) error {
	correct := m.Kind == MoveCorrect
	if m.Credits < -MaxLot || m.Credits > MaxLot || m.Credits == 0 || m.Credits < 0 && !correct {
		return ErrBooks
	}
	l := a.lot(m.Lot)
	if m.Kind == MovePurchase {
		if l != nil || m.Lot == "" || m.Purchased.IsZero() {
			return ErrBooks
		}
		a.Lots = append(a.Lots, Lot{Ref: m.Lot, Quantity: m.Credits, Purchased: m.Purchased, Entered: true})
		return nil
	}
	if l == nil || !l.Entered {
		return ErrBooks
	}
	switch m.Kind {
	case MoveHold:
		l.Held += m.Credits
	case MoveCapture:
		l.Held -= m.Credits
		l.Spent += m.Credits
	case MoveRelease:
		l.Held -= m.Credits
	case MoveExpire:
		l.Expired += m.Credits
	case MoveCorrect:
		l.Quantity += m.Credits
	default:
		return ErrBooks
	}
	if !l.sound() || !a.applyHold(m) {
		return ErrBooks
	}
	return nil
}

// applyHold keeps the holds in step with a move of a lot; false when there is
// no such hold, or it keeps less of the lot.
func (a *Account) applyHold(m Move) bool {
	switch m.Kind {
	case MoveHold:
		h := a.hold(m.Hold)
		if h == nil {
			a.Holds = append(a.Holds, Hold{Code: m.Hold})
			h = &a.Holds[len(a.Holds)-1]
		}
		if m.Hold == "" || slices.ContainsFunc(h.Parts, func(p Part) bool { return p.Lot == m.Lot }) {
			return false
		}
		h.Parts = append(h.Parts, Part{m.Lot, m.Credits})
	case MoveCapture, MoveRelease:
		h := a.hold(m.Hold)
		if h == nil {
			return false
		}
		i := slices.IndexFunc(h.Parts, func(p Part) bool { return p.Lot == m.Lot && p.Credits >= m.Credits })
		if i < 0 {
			return false
		}
		h.Parts[i].Credits -= m.Credits
	}
	return true
}

// Balance adds to available and held what m does to them, lots that have run
// out and are not posted yet counted as available.
func (m Move) Balance(available, held Credits) (Credits, Credits) {
	switch m.Kind {
	case MovePurchase, MoveCorrect:
		return available + m.Credits, held
	case MoveHold:
		return available - m.Credits, held + m.Credits
	case MoveCapture:
		return available, held - m.Credits
	case MoveRelease:
		return available + m.Credits, held - m.Credits
	case MoveExpire:
		return available - m.Credits, held
	}
	return available, held
}

// lot finds a lot by reference; nil when a has none.
func (a Account) lot(ref string) *Lot {
	i := slices.IndexFunc(a.Lots, func(l Lot) bool { return l.Ref == ref })
	if i < 0 {
		return nil
	}
	return &a.Lots[i]
}

// hold finds what a quote holds; nil when it never held anything.
func (a Account) hold(code string) *Hold {
	i := slices.IndexFunc(a.Holds, func(h Hold) bool { return h.Code == code })
	if i < 0 {
		return nil
	}
	return &a.Holds[i]
}

// compare orders lots as holds take from them.
func (l Lot) compare(m Lot) int {
	return cmp.Or(l.Expires().Compare(m.Expires()), l.Purchased.Compare(m.Purchased), cmp.Compare(l.Ref, m.Ref))
}
