package ticket

import (
	"fmt"
	"time"
)

// standing is how far it is proven that a mail comes from the address it names.
// What an address did not prove to have sent uses up nothing of its own: each
// standing is counted apart.
type standing int

const (
	unproven     standing = iota // nothing speaks for it or against it
	proven                       // aligned evidence for this very address
	contradicted                 // the evidence says that it is not the address's
)

var standingNames = []string{"unproven", "proven", "contradicted"}

func (s standing) String() string { return nameOf(standingNames, int(s)) }

// standing of the mail that s wrote. Token mode does without evidence and makes
// none: a mail that is signed all the same has a limit of its own there too.
func (s sender) standing() standing {
	switch {
	case s.contrary:
		return contradicted
	case s.proven:
		return proven
	}
	return unproven
}

// counted is what a limit counts: every counter of the desk gets its name here.
type counted struct {
	purpose string   // "tickets", "ack", "quote", "letter", "alert"
	address string   // whose: the claimed sender's, or the recipient's; "" the whole desk's
	how     standing // of the mail that causes it
}

func (c counted) key() string { return c.purpose + "\x00" + c.address + "\x00" + c.how.String() }

// within counts one more of c and tells whether at most limit fall into the
// window that ends now; 0 is no limit and counts nothing. What exceeds is not
// counted. A clock that steps back does not open a new window.
func (w *work) within(c counted, window time.Duration, limit int) (bool, error) {
	ok, err := w.room(c, window, limit)
	if err != nil || !ok || limit <= 0 {
		return ok, err
	}
	return true, w.count(c, window, 1)
}

// room is within without counting. What is unproven finds the room that proven
// mail left, and never the other way round: a flood of forgeries locks nobody out.
func (w *work) room(c counted, window time.Duration, limit int) (bool, error) {
	if limit <= 0 {
		return true, nil
	}
	n, err := w.counts(c, window)
	if err != nil || c.how != unproven {
		return n < limit, err
	}
	c.how = proven
	more, err := w.counts(c, window)
	return n+more < limit, err
}

// counts is how many of c fall into the window that ends now. What was counted
// further ahead than farAhead was counted by a clock that was wrong: it is as if it
// had not been (PROMISES.md H27).
func (w *work) counts(c counted, window time.Duration) (int, error) {
	at, err := w.latest()
	if err != nil {
		return 0, err
	}
	n, err := w.tx.Hits(c.key(), at.Add(-window))
	if err != nil || n == 0 {
		return n, err
	}
	ahead, err := w.tx.Hits(c.key(), at.Add(window+farAhead))
	return n - ahead, err
}

// count counts n more of c, and forgets those that no window reaches any more.
func (w *work) count(c counted, window time.Duration, n int) error {
	at, err := w.latest()
	for ; n > 0 && err == nil; n-- {
		err = w.tx.Hit(c.key(), at, at.Add(-window))
	}
	return err
}

// farAhead is how far the clock may go back and the windows still stand where they
// stood: a correction of an hour or two is ordinary.
const farAhead = 2 * time.Hour

// latest is now, or the latest time ever recorded when the clock went back a
// little. A time further ahead is none: see forgetFuture.
func (w *work) latest() (time.Time, error) {
	seen, err := w.tx.Seen()
	switch ahead := seen.Sub(w.now); {
	case err != nil || ahead == 0 || ahead > farAhead:
		return w.now, err
	case ahead > 0:
		return seen, nil
	}
	return w.now, w.tx.SetSeen(w.now)
}

// mayAcknowledge counts an acknowledgement to addr (PROMISES.md P7) and says why
// there is none; "" when there may be. One that the desk's total refuses does
// not use up the address's.
func (w *work) mayAcknowledge(addr string, how standing) (string, error) {
	total := counted{"ack", "", how}
	if ok, err := w.room(total, time.Hour, w.backlog.share(w.d.Limits.AcksPerHour)); err != nil || !ok {
		return w.backlog.refusal(), err
	}
	ok, err := w.within(counted{"ack", addr, how}, time.Hour, w.d.Limits.AcksPerAddressHour)
	if err != nil || !ok {
		return "the address had its acknowledgement of this hour", err
	}
	_, err = w.within(total, time.Hour, w.backlog.share(w.d.Limits.AcksPerHour))
	return "", err
}

const refusedByTotal = "the desk has written its acknowledgements of this hour"

// maxQuotesADay is how many automatic quotes one address gets in a day.
const maxQuotesADay = 5

// mayQuote counts an automatic quote to addr, and says why there is none. One
// that goes to the requester itself counts as that hour's acknowledgement, but
// an earlier one does not suppress it; the desk's total does.
func (w *work) mayQuote(addr string, itself bool, how standing) (string, error) {
	total, own := counted{"ack", "", how}, counted{"quote", addr, how}
	if ok, err := w.room(total, time.Hour, w.backlog.share(w.d.Limits.AcksPerHour)); err != nil || !ok {
		return w.backlog.refusal(), err
	}
	if ok, err := w.within(own, 24*time.Hour, maxQuotesADay); err != nil || !ok {
		return "no more automatic quotes to " + addr + " today", err
	}
	if itself {
		if _, err := w.within(counted{"ack", addr, how}, time.Hour, w.d.Limits.AcksPerAddressHour); err != nil {
			return "", err
		}
	}
	_, err := w.within(total, time.Hour, w.backlog.share(w.d.Limits.AcksPerHour))
	return "", err
}

// tooMany says why a ticket of this sender is not opened now; "" when it may.
// What a person released is not counted.
func (w *work) tooMany(s sender) (string, error) {
	if s.released {
		return "", nil
	}
	limit, who := w.d.Limits.TicketsPerStrangerHour, "stranger"
	if len(s.customers) > 0 {
		limit, who = w.d.Limits.TicketsPerContactHour, "contact"
	}
	if w.backlog.early || w.backlog.again { // it did not come within this hour
		limit = 0
	}
	how := s.standing()
	ok, err := w.within(counted{"tickets", s.Address, how}, time.Hour, limit)
	if err != nil || ok {
		return "", err
	}
	if err := w.tally(tallyRefused); err != nil {
		return "", err
	}
	why := fmt.Sprintf("more than %d tickets in an hour from one %s", limit, who)
	key := "flood"
	if how == proven { // of addresses that nobody proved there are as many as somebody likes
		key += "\x00" + s.Address
	} else if err := w.gatherMail("flood", s.Address); err != nil {
		return "", err
	}
	return why, w.alertOnce(key, time.Hour, w.say("flood", s.Address, limit))
}
