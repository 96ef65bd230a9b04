package ticket

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"sportello/policy"
)

// maxDay is how many words a day has at most: "15 dicembre 2026".
const maxDay = 3

// dayNames and monthNames are those of Italian and of English, from Sunday and January on.
var (
	dayNames = [][]string{
		{"domenica", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato"},
		{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"},
	}
	monthNames = [][]string{
		{"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"},
		{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"},
	}
	daysAhead = map[string]int{"domani": 1, "tomorrow": 1, "dopodomani": 2}
)

// readDay reads a day as people write it: 2026-12-24, 24/12/2026, 24.12.26, 24/12, "24
// dicembre", "Dec 24 2026", "domani", "monday". Without a year it is the next such
// day from today on, of the week the next one after today. A day that does not exist
// is none.
func readDay(words []string, today Date) (Date, bool) {
	switch len(words) {
	case 1:
		word := strings.TrimSuffix(strings.ToLower(words[0]), ".")
		if n, ok := daysAhead[word]; ok {
			return today.AddDays(n), true
		}
		if i := called(dayNames, word); i >= 0 {
			return today.AddDays(1 + (i-int(today.Weekday())+6)%7), true
		}
		return readNumbers(word, today)
	case 2, 3:
		day, month := words[0], called(monthNames, strings.ToLower(strings.Trim(words[1], ".,")))
		if month < 0 {
			day, month = words[1], called(monthNames, strings.ToLower(strings.Trim(words[0], ".,")))
		}
		if month < 0 {
			return Date{}, false
		}
		written := fmt.Sprintf("%s/%d", strings.Trim(day, ".,"), month+1)
		if len(words) == 3 {
			written += "/" + words[2]
		}
		return readNumbers(written, today)
	}
	return Date{}, false
}

// readNumbers reads a day that is written in numbers.
func readNumbers(s string, today Date) (Date, bool) {
	for _, layout := range []string{time.DateOnly, "2/1/2006", "2.1.2006", "2-1-2006", "2006/1/2", "2/1/06", "2.1.06", "2-1-06"} {
		if t, err := time.Parse(layout, s); err == nil {
			return policy.DateOf(t, time.UTC), true
		}
	}
	for _, layout := range []string{"2/1", "2.1", "2-1"} {
		t, err := time.Parse(layout+"/2006", s+"/2028") // a leap year, so that 29 February is read
		if err != nil {
			continue
		}
		d := Date{Year: today.Year, Month: t.Month(), Day: t.Day()}
		for d.Before(today) || d.AddDays(0) != d { // 29 February may be far
			d.Year++
		}
		return d, true
	}
	return Date{}, false
}

// called is the place of the name that word is, or begins with three letters or more
// of, accents aside; -1: none.
func called(names [][]string, word string) int {
	plain := strings.NewReplacer("ì", "i", "í", "i", "i'", "i", "i’", "i")
	word = plain.Replace(word)
	for _, list := range names {
		for i, name := range list {
			if utf8.RuneCountInString(word) >= 3 && strings.HasPrefix(plain.Replace(name), word) {
				return i
			}
		}
	}
	return -1
}

// day is a date in words: "lunedì 7 dicembre 2026", "Monday 7 December 2026".
type day Date

func (d day) in(lang string) string {
	w, m := int(Date(d).Weekday()), int(d.Month)-1
	if lang == "it" {
		return fmt.Sprintf("%s %d %s %d", dayNames[0][w], d.Day, monthNames[0][m], d.Year)
	}
	return fmt.Sprintf("%s %d %s %d", time.Weekday(w), d.Day, d.Month, d.Year)
}
