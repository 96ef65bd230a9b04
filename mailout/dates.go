package mailout

import (
	"fmt"
	"strings"
	"time"

	"sportello/ticket"
)

var italianDays = [...]string{"domenica", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato"}

var italianMonths = [...]string{"", "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto",
	"settembre", "ottobre", "novembre", "dicembre"}

// longDate writes a day as letters do: "domenica 29 novembre 2026", "Sunday 29
// November 2026". The zero Date is "".
func longDate(d ticket.Date, language string) string {
	switch {
	case d.IsZero():
		return ""
	case language == "en":
		return fmt.Sprintf("%s %d %s %d", d.Weekday(), d.Day, d.Month, d.Year)
	}
	return fmt.Sprintf("%s %d %s %d", italianDays[d.Weekday()], d.Day, italianMonths[d.Month], d.Year)
}

// shortDate writes a day in a table: "29/11/2026", "29 Nov 2026".
func shortDate(d ticket.Date, language string) string {
	if language == "en" {
		return fmt.Sprintf("%d %.3s %d", d.Day, d.Month, d.Year)
	}
	return fmt.Sprintf("%02d/%02d/%d", d.Day, d.Month, d.Year)
}

// moment writes an instant of the desk's zone with day and hour.
func moment(t time.Time, language string) string {
	y, m, day := t.Date()
	d := longDate(ticket.Date{Year: y, Month: m, Day: day}, language)
	if language == "en" {
		return fmt.Sprintf("%s at %d:%02d", d, t.Hour(), t.Minute())
	}
	return fmt.Sprintf("%s alle %d:%02d", d, t.Hour(), t.Minute())
}

// credits writes an amount: "1 credito", "3 crediti", "1 credit", "3 credits".
func credits(n ticket.Credits, language string) string {
	switch {
	case language == "en" && n == 1:
		return "1 credit"
	case language == "en":
		return fmt.Sprintf("%d credits", n)
	case n == 1:
		return "1 credito"
	}
	return fmt.Sprintf("%d crediti", n)
}

// ordinal writes a rank: "4°", "4th".
func ordinal(n int, language string) string {
	switch {
	case language != "en":
		return fmt.Sprintf("%d°", n)
	case n%100 >= 11 && n%100 <= 13:
	case n%10 == 1:
		return fmt.Sprintf("%dst", n)
	case n%10 == 2:
		return fmt.Sprintf("%dnd", n)
	case n%10 == 3:
		return fmt.Sprintf("%drd", n)
	}
	return fmt.Sprintf("%dth", n)
}

// fileSize writes a size for people, in steps of 1000: "48,2 MB", "48.2 MB".
func fileSize(n int64, language string) string {
	switch {
	case n >= 1_000_000:
		size := fmt.Sprintf("%.1f MB", float64(n)/1e6)
		if language != "en" {
			size = strings.Replace(size, ".", ",", 1)
		}
		return size
	case n >= 1000:
		return fmt.Sprintf("%d kB", n/1000)
	case language == "en" && n != 1:
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%d byte", n)
}
