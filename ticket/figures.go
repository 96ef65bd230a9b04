package ticket

import (
	"slices"
	"strings"
	"time"

	"sportello/policy"
)

// ExpiringDays is how far ahead Figures look for lots that run out.
const ExpiringDays = 60

// Figures are what one civil month of the desk amounts to. A request belongs to
// the month in which it came in and a quote to that in which it was offered,
// whenever they were settled; credits belong to the month in which they moved,
// purchases to that of their day.
type Figures struct {
	Month policy.Month
	// Requests are counted by topic and coverage as they stand now; spam and what
	// was joined to another request are none.
	Requests map[policy.Topic]*Coverages
	Answers  Answers
	// FirstAnswer is how long requests waited for a technician's first answer or
	// quote, Closing how long they took until they were closed for now.
	FirstAnswer, Closing Durations
	Quotes               [QuoteWithdrawn + 1]int // by QuoteState, as they stand now
	Moved                [policy.MoveCorrect + 1]Credits
	// Expiring are the credits that run out within ExpiringDays unless they are
	// used; nil for months other than the one under way.
	Expiring *Expiring

	zone *time.Location
	now  time.Time
}

// Coverages counts requests by policy.Coverage.
type Coverages [policy.None + 1]int

// Sum is all of them.
func (c Coverages) Sum() (n int) {
	for _, of := range c {
		n += of
	}
	return n
}

// Answers counts what became of the first answer that a plan promised.
type Answers struct{ InTime, Late, Pending int }

// Due is how many were promised.
func (a Answers) Due() int { return a.InTime + a.Late + a.Pending }

// Expiring sums lots that run out soon.
type Expiring struct {
	Credits Credits
	Lots    int
}

// Durations are lengths of time, of which the middle one counts.
type Durations []time.Duration

// Median is the middle one, the lower of two; false: there are none.
func (d Durations) Median() (time.Duration, bool) {
	if len(d) == 0 {
		return 0, false
	}
	slices.Sort(d)
	return d[(len(d)-1)/2], true
}

// Total counts all requests by coverage.
func (f *Figures) Total() (sum Coverages) {
	for _, c := range f.Requests {
		for i, n := range c {
			sum[i] += n
		}
	}
	return sum
}

// Offered is how many quotes were.
func (f *Figures) Offered() (n int) {
	for _, of := range f.Quotes {
		n += of
	}
	return n
}

// Empty tells that nothing happened.
func (f *Figures) Empty() bool {
	return len(f.Requests) == 0 && f.Offered() == 0 && f.Moved == [policy.MoveCorrect + 1]Credits{}
}

// addTicket counts what belongs to the month of a ticket that interests f.
func (f *Figures) addTicket(t *Ticket, events []*Event) {
	if f.holds(t.Opened) && t.MergedInto == 0 && t.ClosedReason != ReasonSpam && t.ClosedReason != ReasonDuplicate {
		of := f.Requests[t.Decision.Topic]
		if of == nil {
			of = &Coverages{}
			f.Requests[t.Decision.Topic] = of
		}
		of[t.Decision.Coverage]++
		f.addAnswer(t, events)
		if t.State == StateClosed && !t.Closed.IsZero() {
			f.Closing = append(f.Closing, max(0, t.Closed.Sub(t.Opened)))
		}
	}
	f.addQuotes(events)
}

// interests tells whether something of t may belong to the month.
func (f *Figures) interests(t *Ticket) bool {
	return f.holds(t.Opened) || t.Quote != nil && (t.Quote.Version > 1 || f.holds(t.Quote.Offered))
}

func (f *Figures) holds(at time.Time) bool { return f.Month.Holds(at, f.zone) }

// addAnswer counts how long a request waited, and whether it was our turn for
// longer than a plan promised. A verdict that takes the promise back leaves none.
func (f *Figures) addAnswer(t *Ticket, events []*Event) {
	if i := slices.IndexFunc(events, answers); i >= 0 {
		f.FirstAnswer = append(f.FirstAnswer, max(0, events[i].At.Sub(t.Opened)))
	}
	var due time.Time
	for _, e := range events {
		c := e.change("answer_due")
		switch {
		case c == nil:
		case c.After != "":
			due, _ = time.Parse(time.RFC3339, c.After)
		case e.Kind == "verdict":
			due = time.Time{}
		default:
			f.countAnswer(due, e.At)
			return
		}
	}
	if !due.IsZero() {
		f.countAnswer(due, time.Time{})
	}
}

// countAnswer counts an answer that was due by then and given at that time; zero: not yet.
func (f *Figures) countAnswer(due, at time.Time) {
	switch {
	case at.IsZero() && f.now.Before(due):
		f.Answers.Pending++
	case !at.IsZero() && at.Before(due):
		f.Answers.InTime++
	default:
		f.Answers.Late++
	}
}

// answers tells whether e is what the customer waits for: a technician's answer
// or a quote that somebody made.
func answers(e *Event) bool {
	if e.change("answered") != nil || e.Kind == "message" && e.Text == MessageAnswer.String() { // older events tell the kind alone
		return true
	}
	_, state := e.quoted()
	person := e.Actor != "desk" && e.Actor != "clock" && !strings.Contains(e.Actor, "@")
	return state == QuoteOffered && person
}

// addQuotes counts the quotes that were offered in the month, each by its last
// state. One that another took the place of while it was open is superseded.
func (f *Figures) addQuotes(events []*Event) {
	var code string
	var state QuoteState // of the latest; 0 where it was not offered in the month
	for _, e := range events {
		next, to := e.quoted()
		if next == "" {
			continue
		}
		if next != code {
			if state == QuoteOffered {
				state = QuoteSuperseded
			}
			f.Quotes[state]++
			code, state = next, 0
			if f.holds(e.At) {
				state = to
			}
		} else if state != 0 {
			state = to
		}
	}
	f.Quotes[state]++
	f.Quotes[0] = 0
}

// quoted is the quote that e changed, and its state since; "" when it changed none.
func (e *Event) quoted() (code string, s QuoteState) {
	c := e.change("quote")
	if c == nil {
		return "", 0
	}
	code, state, _ := strings.Cut(c.After, " ")
	if s.UnmarshalText([]byte(state)) != nil {
		return "", 0
	}
	return code, s
}

// change finds what e did to a field; nil: nothing.
func (e *Event) change(field string) *Change {
	i := slices.IndexFunc(e.Changes, func(c Change) bool { return c.Field == field })
	if i < 0 {
		return nil
	}
	return &e.Changes[i]
}

// addEntry counts a move of credits.
func (f *Figures) addEntry(e *Entry) {
	in := f.holds(e.At)
	if e.Move.Kind == policy.MovePurchase {
		in = f.Month == policy.Month{Year: e.Move.Purchased.Year, Month: e.Move.Purchased.Month}
	}
	if in {
		f.Moved[e.Move.Kind] += e.Move.Credits
	}
}

// addLot counts what is left of a lot that runs out soon.
func (f *Figures) addLot(l policy.Lot) {
	if l.Entered && l.Left() > 0 && !l.Expires().Before(policy.DateOf(f.now, f.zone)) {
		f.Expiring.Credits += l.Left()
		f.Expiring.Lots++
	}
}
