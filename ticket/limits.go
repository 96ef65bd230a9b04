package ticket

import "time"

// within counts one more under key and tells whether at most limit fall into
// the window that ends now; 0 is no limit and counts nothing. What exceeds is
// not counted. A clock that steps back does not open a new window.
func (w *work) within(key string, window time.Duration, limit int) (bool, error) {
	ok, err := w.room(key, window, limit)
	if err != nil || !ok || limit <= 0 {
		return ok, err
	}
	at, err := w.latest()
	if err != nil {
		return false, err
	}
	return true, w.tx.Hit(key, at, at.Add(-window))
}

// room is within without counting.
func (w *work) room(key string, window time.Duration, limit int) (bool, error) {
	if limit <= 0 {
		return true, nil
	}
	at, err := w.latest()
	if err != nil {
		return false, err
	}
	n, err := w.tx.Hits(key, at.Add(-window))
	return n < limit, err
}

// latest is now, or the latest time ever recorded when the clock went back.
func (w *work) latest() (time.Time, error) {
	seen, err := w.tx.Seen()
	if err != nil || seen.After(w.now) {
		return seen, err
	}
	return w.now, w.tx.SetSeen(w.now)
}

// mayAcknowledge counts an acknowledgement to addr (PROMISES.md P7); one that
// the desk's total refuses does not use up the address's.
func (w *work) mayAcknowledge(addr string) (bool, error) {
	if ok, err := w.room("ack", time.Hour, w.d.Limits.AcksPerHour); err != nil || !ok {
		return false, err
	}
	ok, err := w.within("ack\x00"+addr, time.Hour, w.d.Limits.AcksPerAddressHour)
	if err != nil || !ok {
		return false, err
	}
	return w.within("ack", time.Hour, w.d.Limits.AcksPerHour)
}

// maxQuotesADay is how many automatic quotes one address gets in a day.
const maxQuotesADay = 5

// mayQuote counts an automatic quote for a request from addr. One that goes to
// addr itself counts as that hour's acknowledgement, but an earlier one does
// not suppress it; the desk's total does.
func (w *work) mayQuote(addr string, itself bool) (bool, error) {
	if itself {
		if _, err := w.within("ack\x00"+addr, time.Hour, w.d.Limits.AcksPerAddressHour); err != nil {
			return false, err
		}
	}
	ok, err := w.within("ack", time.Hour, w.d.Limits.AcksPerHour)
	if err == nil && ok {
		ok, err = w.within("quote\x00"+addr, 24*time.Hour, maxQuotesADay)
	}
	if err == nil && !ok {
		err = w.tx.Count(CountSuppressed, 1)
	}
	return ok, err
}
