package policy

import (
	"slices"
	"time"

	"github.com/rickar/cal/v2/it"
)

// calendar is when the office works, in civil times of the desk's zone.
type calendar struct {
	weekdays [7]bool    // by time.Weekday
	open     []interval // of every working day, in order
	italian  bool       // national holidays are days off
	yearly   []yearly   // patron saint and the like
	closures []closure
}

// interval is a part of a day, in minutes from midnight, half-open.
type interval struct{ from, to int }

// yearly is a local day off that returns every year.
type yearly struct {
	month time.Month
	day   int
	name  string
}

// closure is days off from one day to another, both included.
type closure struct {
	from, to Date
	name     string
}

// DayOff is a holiday, a closure or the patron saint's day.
type DayOff struct {
	Date Date
	Name string
}

// searchDays bounds the search for an open day: whoever closes the office for
// longer has no next opening.
const searchDays = 3 * 366

// DaysOff lists the days of year on which the office is closed beside weekends,
// in order; those that fall on a weekend are listed too.
func (p *Policy) DaysOff(year int) []DayOff {
	var days []DayOff
	if p.calendar.italian {
		for _, h := range it.Holidays {
			if day, _ := h.Calc(year); !day.IsZero() {
				y, m, d := day.Date()
				days = append(days, DayOff{Date{y, m, d}, h.Name})
			}
		}
	}
	for _, y := range p.calendar.yearly {
		if d := (Date{year, y.month, y.day}); d == d.AddDays(0) { // 29 February only where it exists
			days = append(days, DayOff{d, y.name})
		}
	}
	for _, c := range p.calendar.closures {
		for d := c.from; !c.to.Before(d); d = d.AddDays(1) {
			if d.Year == year {
				days = append(days, DayOff{d, c.name})
			}
		}
	}
	slices.SortStableFunc(days, func(a, b DayOff) int { return a.Date.Compare(b.Date) })
	return days
}

// OpenDay tells whether the office works on d.
func (p *Policy) OpenDay(d Date) bool {
	if !p.calendar.weekdays[d.Weekday()] {
		return false
	}
	off := p.DaysOff(d.Year)
	_, found := slices.BinarySearchFunc(off, d, func(o DayOff, d Date) int { return o.Date.Compare(d) })
	return !found
}

// Open tells whether t falls in office hours.
func (p *Policy) Open(t time.Time) bool {
	day := DateOf(t, p.loc)
	if !p.OpenDay(day) {
		return false
	}
	return slices.ContainsFunc(p.calendar.open, func(i interval) bool {
		return !t.Before(p.clock(day, i.from)) && t.Before(p.clock(day, i.to))
	})
}

// NextClosure is the first closure that begins after d, within days of it: its first
// and its last day. Zero dates: there is none.
func (p *Policy) NextClosure(d Date, days int) (from, to Date) {
	for _, c := range p.calendar.closures {
		if d.Before(c.from) && !d.AddDays(days).Before(c.from) && (from.IsZero() || c.from.Before(from)) {
			from, to = c.from, c.to
		}
	}
	return from, to
}

// NextOpening is t itself in office hours, else the next instant at which they
// begin, in the desk's zone. The zero time: not within three years.
func (p *Policy) NextOpening(t time.Time) time.Time {
	first := DateOf(t, p.loc)
	for n := range searchDays {
		day := first.AddDays(n)
		if !p.OpenDay(day) {
			continue
		}
		for _, i := range p.calendar.open {
			if !t.Before(p.clock(day, i.to)) {
				continue
			}
			if from := p.clock(day, i.from); t.Before(from) {
				return from
			}
			return t
		}
	}
	return time.Time{}
}

// clock is an instant of a day's civil time; minute 24*60 is the next midnight.
func (p *Policy) clock(d Date, minute int) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, minute, 0, 0, p.loc)
}

// BusinessDaysBefore is the nth open day before d; d itself does not count.
// With n = 0 it is d, open or not. The search ends after three years.
func (p *Policy) BusinessDaysBefore(d Date, n int) Date {
	for range searchDays {
		if n <= 0 {
			break
		}
		d = d.AddDays(-1)
		if p.OpenDay(d) {
			n--
		}
	}
	return d
}

// AnswerDue is the last day of the promise to answer a request that arrived at
// t (half-open: it is missed at AnswerDue.End).
func (p *Policy) AnswerDue(t time.Time) Date { return DateOf(t, p.loc).AddDays(p.AnswerDays) }

// PromisedDay is the day that a customer reads of a promise that ends with due:
// its last working day, so that nobody is told a Saturday by an office that is
// closed on it. Where no working day lies between the arrival and due, it is due.
func (p *Policy) PromisedDay(due Date) Date {
	arrived := due.AddDays(-p.AnswerDays)
	for d := due; arrived.Before(d); d = d.AddDays(-1) {
		if p.OpenDay(d) {
			return d
		}
	}
	return due
}

// RemindAt is when technicians are reminded of something due on d: at the
// opening of the day RemindDays business days before it.
func (p *Policy) RemindAt(d Date) time.Time { return p.Ahead(d, p.RemindDays) }

// Ahead is the opening of the nth business day before d.
func (p *Policy) Ahead(d Date, n int) time.Time {
	day := p.BusinessDaysBefore(d, n)
	if at := p.NextOpening(day.Start(p.loc)); !at.IsZero() {
		return at
	}
	return day.Start(p.loc)
}
