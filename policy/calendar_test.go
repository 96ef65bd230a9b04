package policy

import (
	"strings"
	"testing"
	"time"
)

// edited is the default file with one piece of text replaced.
func edited(t testing.TB, old, new string) []byte {
	t.Helper()
	file := string(DefaultFile())
	if strings.Count(file, old) != 1 {
		t.Fatalf("%q stands %d times in the file, want once", old, strings.Count(file, old))
	}
	return []byte(strings.Replace(file, old, new, 1))
}

func loaded(t testing.TB, data []byte) *Policy {
	t.Helper()
	p, err := Load("policy.toml", data, rome(t))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", s, rome(t))
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func day(t testing.TB, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestItalianHolidays(t *testing.T) {
	p := Default(rome(t))
	every := "01-01 01-06 04-25 05-01 06-02 08-15 11-01 12-08 12-25 12-26"
	for year, more := range map[int]string{ // Easter Monday, and 4 October from 2026 on
		2024: "04-01", 2025: "04-21", 2026: "04-06 10-04", 2027: "03-29 10-04", 2028: "04-17 10-04", 2038: "04-26 10-04",
	} {
		want := map[string]bool{}
		for _, d := range strings.Fields(every + " " + more) {
			want[d] = true
		}
		last := Date{}
		for _, off := range p.DaysOff(year) {
			if off.Date.Year != year || !want[off.Date.String()[5:]] || off.Name == "" || off.Date.Before(last) {
				t.Errorf("%d: %v is not expected, or not here", year, off)
			}
			delete(want, off.Date.String()[5:])
			last = off.Date
		}
		if len(want) > 0 {
			t.Errorf("%d: %v missing", year, want)
		}
	}
}

const closures = `
[[calendar.yearly]]
day = "12-07"
name = "Sant'Ambrogio"
[[calendar.yearly]]
day = "02-29"
name = "bisestile"
[[calendar.closure]]
from = "2026-12-24"
to = 2027-01-04
name = "Chiusura invernale"
`

func TestClosuresAndLocalDays(t *testing.T) {
	p := loaded(t, append(DefaultFile(), closures...))
	for d, open := range map[string]bool{
		"2026-12-07": false, "2026-12-23": true, "2026-12-24": false, "2026-12-31": false, "2027-01-04": false, "2027-01-05": true,
		"2028-02-29": false, "2027-03-01": true, "2026-12-05": false, "2026-10-02": true, "2027-10-04": false, "2025-10-03": true,
	} {
		if got := p.OpenDay(day(t, d)); got != open {
			t.Errorf("OpenDay(%s) = %v", d, got)
		}
	}
	for _, off := range p.DaysOff(2027) {
		if off.Name == "bisestile" {
			t.Errorf("%s does not exist in 2027", off.Date)
		}
	}
	if got, want := p.NextOpening(at(t, "2026-12-23 18:00")), at(t, "2027-01-05 09:00"); !got.Equal(want) {
		t.Errorf("opening after the closure %s, want %s", got, want)
	}
}

func TestOfficeHours(t *testing.T) {
	p := Default(rome(t))
	for _, c := range []struct {
		name, at, opens string // opens empty: open
	}{
		{"a working morning", "2026-06-03 09:00", ""},
		{"the last minute", "2026-06-03 17:59", ""},
		{"closing time", "2026-06-03 18:00", "2026-06-04 09:00"},
		{"before opening", "2026-06-03 08:59", "2026-06-03 09:00"},
		{"Friday evening", "2026-06-05 19:00", "2026-06-08 09:00"},
		{"the eve of a holiday", "2026-06-01 20:00", "2026-06-03 09:00"},
		{"a holiday", "2026-06-02 10:00", "2026-06-03 09:00"},
		{"Easter", "2026-04-03 18:30", "2026-04-07 09:00"},
		{"the night summer time begins", "2026-03-29 01:30", "2026-03-30 09:00"},
		{"the first day of summer time", "2026-03-30 09:00", ""},
		{"the night winter time begins", "2026-10-25 02:30", "2026-10-26 09:00"},
		{"before the first opening of winter time", "2026-10-26 08:30", "2026-10-26 09:00"},
		{"4 October 2027 is a Monday", "2027-10-04 10:00", "2027-10-05 09:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			now := at(t, c.at).UTC() // whatever zone an instant comes in
			want := now
			if c.opens != "" {
				want = at(t, c.opens)
			}
			if got := p.NextOpening(now); !got.Equal(want) {
				t.Errorf("next opening %s, want %s", got, want)
			}
			if p.Open(now) != (c.opens == "") {
				t.Errorf("Open = %v", p.Open(now))
			}
		})
	}
}

func TestSeveralIntervalsADay(t *testing.T) {
	p := loaded(t, edited(t, `["09:00-18:00"]   #`, `["09:00-13:00", "14:00-24:00"] #`))
	for when, opens := range map[string]string{
		"2026-06-03 13:30": "2026-06-03 14:00", "2026-06-03 23:59": "2026-06-03 23:59", "2026-06-04 00:00": "2026-06-04 09:00",
	} {
		if got := p.NextOpening(at(t, when)); !got.Equal(at(t, opens)) {
			t.Errorf("after %s opens %s, want %s", when, got, opens)
		}
	}
}

func TestAnOfficeThatNeverOpens(t *testing.T) {
	endless := ""
	for _, y := range []string{"2026", "2027", "2028", "2029"} {
		endless += "[[calendar.closure]]\nfrom = \"" + y + "-01-01\"\nto = \"" + y + "-12-31\"\nname = \"x\"\n"
	}
	if got := loaded(t, append(DefaultFile(), endless...)).NextOpening(at(t, "2026-06-01 10:00")); !got.IsZero() {
		t.Errorf("opens %s", got)
	}
}

func TestDueDates(t *testing.T) {
	p := Default(rome(t))
	for arrived, due := range map[string]string{
		"2026-06-01 00:00": "2026-06-08", "2026-06-01 23:59": "2026-06-08", "2026-10-24 23:30": "2026-10-31", "2026-12-28 10:00": "2027-01-04",
	} {
		if got := p.AnswerDue(at(t, arrived).UTC()); got != day(t, due) {
			t.Errorf("arrived %s: due %s, want %s", arrived, got, due)
		}
	}
	for due, remind := range map[string]string{
		"2026-06-12": "2026-06-10 09:00", "2026-06-08": "2026-06-04 09:00", "2026-06-03": "2026-05-29 09:00", "2026-04-08": "2026-04-03 09:00",
		"2026-06-07": "2026-06-04 09:00",
	} {
		if got := p.RemindAt(day(t, due)); !got.Equal(at(t, remind)) {
			t.Errorf("due %s: reminder %s, want %s", due, got, remind)
		}
	}
	if got := p.BusinessDaysBefore(day(t, "2026-06-07"), 0); got != day(t, "2026-06-07") {
		t.Errorf("no business day before Sunday is %s", got)
	}
}

// TestPromisedDay: a letter names a working day, the promise stays what it is.
func TestPromisedDay(t *testing.T) {
	p := loaded(t, append(DefaultFile(), "[[calendar.closure]]\nfrom = \"2026-08-03\"\nto = \"2026-08-28\"\nname = \"x\"\n"...))
	for due, want := range map[string]string{
		"2026-12-04": "2026-12-04", // a Friday
		"2026-12-05": "2026-12-04", // a Saturday
		"2026-12-06": "2026-12-04", // a Sunday
		"2026-12-08": "2026-12-07", // a holiday
		"2026-04-06": "2026-04-03", // the Monday after Easter
		"2027-01-01": "2026-12-31",
		"2026-08-08": "2026-08-08", // closed from the day after it arrived
		"2026-08-07": "2026-08-07", // arrived on the last working day
		"2026-08-31": "2026-08-31",
	} {
		if got := p.PromisedDay(day(t, due)); got != day(t, want) {
			t.Errorf("of a promise for %s letters say %s, want %s", due, got, want)
		}
	}
}

// TestNextClosure: a closure is told from so many days before on, until it begins.
func TestNextClosure(t *testing.T) {
	p := Default(rome(t))
	p.calendar.closures = []closure{{day(t, "2026-12-28"), day(t, "2027-01-05"), "late"}, {day(t, "2026-12-24"), day(t, "2026-12-24"), "early"}}
	for on, want := range map[string]string{
		"2026-12-16": "", "2026-12-17": "2026-12-24", "2026-12-23": "2026-12-24", "2026-12-24": "2026-12-28", "2026-12-27": "2026-12-28",
		"2026-12-28": "", "2027-01-03": "",
	} {
		if from, to := p.NextClosure(day(t, on), 7); from.String() != want || from.IsZero() != to.IsZero() {
			t.Errorf("on %s: %s to %s, want %q", on, from, to, want)
		}
	}
}
