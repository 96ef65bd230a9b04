package policy

// Credits counts prepaid units of work, whole and never negative.
type Credits int

// Lot is one purchase of credits. It is usable from 00:00 of the day of
// purchase through the end of day +365. Per lot 0 ≤ Held+Spent+Expired ≤ Quantity.
type Lot struct {
	Ref       string // unique reference of the purchase
	Quantity  Credits
	Purchased Date
	Held      Credits
	Spent     Credits
	Expired   Credits
	Entered   bool // its purchase stands in the ledger; false: it was bought before there was one
}

// Expires is the last day on which the lot can be used.
func (l Lot) Expires() Date { return l.Purchased.AddDays(ValidDays) }

// Left is what is neither held, spent nor expired.
func (l Lot) Left() Credits { return l.Quantity - l.Held - l.Spent - l.Expired }

// usable tells whether l can be held on day d.
func (l Lot) usable(d Date) bool { return !d.Before(l.Purchased) && !l.Expires().Before(d) }

// sound tells whether l holds no more than was bought, and nothing below zero.
// Its parts are each at most a few MaxLot, so that their sum is exact.
func (l Lot) sound() bool {
	return l.Held >= 0 && l.Spent >= 0 && l.Expired >= 0 && l.Quantity <= MaxLot && l.Held+l.Spent+l.Expired <= l.Quantity
}

// Due is the last day before a clock must look at l: at once (the zero Date)
// when it is not entered, after its last day while something is left of it.
// False: never.
func (l Lot) Due() (Date, bool) {
	if !l.Entered {
		return Date{}, true
	}
	return l.Expires(), l.Left() > 0
}

// Available sums what can be held on day d over all lots usable that day.
func (a Account) Available(d Date) Credits {
	var n Credits
	for _, l := range a.Lots {
		if l.usable(d) {
			n += l.Left()
		}
	}
	return n
}

// Held sums what is reserved in all lots.
func (a Account) Held() Credits {
	var n Credits
	for _, l := range a.Lots {
		n += l.Held
	}
	return n
}

// NextExpiry is the earliest last day of a lot that still has credits left on
// day d; the zero Date when there is none.
func (a Account) NextExpiry(d Date) Date {
	var first Date
	for _, l := range a.Lots {
		if l.Left() > 0 && !l.Expires().Before(d) && (first.IsZero() || l.Expires().Before(first)) {
			first = l.Expires()
		}
	}
	return first
}
