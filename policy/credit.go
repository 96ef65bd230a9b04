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
}

// Expires is the last day on which the lot can be used.
func (l Lot) Expires() Date { return l.Purchased.AddDays(ValidDays) }

// Left is what is neither held, spent nor expired.
func (l Lot) Left() Credits { return l.Quantity - l.Held - l.Spent - l.Expired }

// Available sums what can be held on day d over all lots usable that day.
func (a Account) Available(d Date) Credits {
	var n Credits
	for _, l := range a.Lots {
		if !d.Before(l.Purchased) && !l.Expires().Before(d) {
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
