package policy

import (
	"fmt"
	"time"
)

// Month is a calendar month, without a zone. The zero Month means "none".
type Month struct {
	Year  int
	Month time.Month
}

// MonthOf returns the month in which t falls in loc.
func MonthOf(t time.Time, loc *time.Location) Month {
	y, m, _ := t.In(loc).Date()
	return Month{y, m}
}

// ParseMonth reads YYYY-MM.
func ParseMonth(s string) (Month, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return Month{}, fmt.Errorf("month %q: must be written YYYY-MM", s)
	}
	return MonthOf(t, time.UTC), nil
}

// Add returns the month n months after m (before it, when n is negative).
func (m Month) Add(n int) Month {
	return MonthOf(time.Date(m.Year, m.Month+time.Month(n), 1, 12, 0, 0, 0, time.UTC), time.UTC)
}

// Start is the first instant that belongs to m in loc.
func (m Month) Start(loc *time.Location) time.Time {
	return Date{m.Year, m.Month, 1}.Start(loc)
}

// End is the first instant that does not belong to m any more in loc.
func (m Month) End(loc *time.Location) time.Time { return m.Add(1).Start(loc) }

// Holds tells whether t falls in m in loc.
func (m Month) Holds(t time.Time, loc *time.Location) bool { return MonthOf(t, loc) == m }

// Before tells whether m comes before n.
func (m Month) Before(n Month) bool { return m.Start(time.UTC).Before(n.Start(time.UTC)) }

// String writes YYYY-MM.
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m.Year, m.Month) }

// MarshalText writes the month as String does.
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }
