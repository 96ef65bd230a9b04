package policy

import (
	"fmt"
	"strings"
	"time"
)

func loadCalendar(hours, days table) calendar {
	c := calendar{italian: days.flag("italian_holidays")}
	for _, name := range hours.list("weekdays", "monday to sunday") {
		day, ok := weekdayNamed(name)
		if !ok {
			hours.fault("weekdays", "unknown day %q, must be one of monday to sunday", name)
			continue
		}
		c.weekdays[day] = true
	}
	c.open = loadIntervals(hours)
	hours.end()
	for _, t := range days.mayTables("yearly") {
		c.yearly = append(c.yearly, loadYearly(t))
	}
	for _, t := range days.mayTables("closure") {
		c.closures = append(c.closures, loadClosure(t))
	}
	days.end()
	return c
}

func weekdayNamed(name string) (time.Weekday, bool) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if strings.ToLower(day.String()) == name {
			return day, true
		}
	}
	return 0, false
}

// loadIntervals reads office hours: in order, not overlapping.
func loadIntervals(t table) []interval {
	const allowed = `intervals "HH:MM-HH:MM" from 00:00 to 24:00`
	var out []interval
	for i, s := range t.list("open", allowed) {
		from, to, _ := strings.Cut(s, "-")
		one := interval{minuteOf(from), minuteOf(to)}
		path := fmt.Sprintf("open[%d]", i)
		switch {
		case one.from < 0 || one.to < 0:
			t.fault(path, "is %q, must be one of %s", s, allowed)
		case one.from >= one.to:
			t.fault(path, "%q ends before it begins, must be one of %s", s, allowed)
		case len(out) > 0 && one.from < out[len(out)-1].to:
			t.fault(path, "%q begins before the one before it ends, must be in order and not overlap", s)
		default:
			out = append(out, one)
		}
	}
	return out
}

// minuteOf reads HH:MM as minutes from midnight; -1 when it is no time of day.
func minuteOf(s string) int {
	if s == "24:00" {
		return 24 * 60
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return -1
	}
	return t.Hour()*60 + t.Minute()
}

func loadYearly(t table) yearly {
	y := yearly{name: t.words("name", "the name of the day")}
	const allowed = "an existing day written MM-DD"
	if s, ok := value[string](t, "day", allowed); ok {
		d, err := time.Parse(time.DateOnly, "2000-"+s) // a leap year
		if err != nil {
			t.fault("day", "is %q, must be %s", s, allowed)
		}
		y.month, y.day = d.Month(), d.Day()
	}
	t.end()
	return y
}

func loadClosure(t table) closure {
	c := closure{from: t.date("from"), to: t.date("to"), name: t.words("name", "the name of the closure")}
	if !c.from.IsZero() && !c.to.IsZero() {
		switch {
		case c.to.Before(c.from):
			t.fault("to", "is %s, must not be before from (%s)", c.to, c.from)
		case c.from.AddDays(366).Before(c.to):
			t.fault("to", "is %s, must be within a year of from (%s)", c.to, c.from)
		}
	}
	t.end()
	return c
}
