package policy

import (
	"fmt"
	"time"
)

// Date is a civil day, without a zone. The zero Date means "none".
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the civil day on which t falls in loc.
func DateOf(t time.Time, loc *time.Location) Date {
	y, m, d := t.In(loc).Date()
	return Date{y, m, d}
}

// ParseDate reads YYYY-MM-DD. A day that does not exist (30 February) is an error.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("date %q: must be an existing day written YYYY-MM-DD", s)
	}
	return DateOf(t, time.UTC), nil
}

// IsZero tells whether d stands for no day.
func (d Date) IsZero() bool { return d == Date{} }

// Start is 00:00 of d in loc: the first instant that belongs to d.
func (d Date) Start(loc *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc)
}

// End is 00:00 of the day after d in loc: the first instant that does not
// belong to d any more. Deadlines are half-open: what arrives at End is late.
func (d Date) End(loc *time.Location) time.Time { return d.AddDays(1).Start(loc) }

// AddDays returns the day n days after d (before it, when n is negative).
func (d Date) AddDays(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 12, 0, 0, 0, time.UTC), time.UTC)
}

// Before tells whether d comes before e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// Compare orders days: -1, 0 or +1.
func (d Date) Compare(e Date) int {
	return d.Start(time.UTC).Compare(e.Start(time.UTC))
}

// MaxDate is the later of two days.
func MaxDate(d, e Date) Date {
	if d.Before(e) {
		return e
	}
	return d
}

// Weekday is the day of the week of d.
func (d Date) Weekday() time.Weekday { return d.Start(time.UTC).Weekday() }

// String writes YYYY-MM-DD, or nothing for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText writes the day as String does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote; empty text is the zero Date.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	var err error
	*d, err = ParseDate(string(b))
	return err
}
