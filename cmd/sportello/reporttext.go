package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

// writeReport prints figures for a person, in 80 columns: a line a month where
// there are several, and the last one at length.
func writeReport(p *page, all []*ticket.Figures) error {
	if len(all) > 1 {
		if err := writeMonths(p, all); err != nil {
			return err
		}
		p.line("")
	}
	writeMonth(p, all[len(all)-1])
	return p.err
}

func writeMonths(p *page, all []*ticket.Figures) error {
	header := []string{"MONTH", "REQUESTS", "EXTRA", "IN TIME", "ANSWER", "CLOSE", "QUOTES", "SOLD", "SPENT", "EXPIRED"}
	var rows [][]string
	for _, f := range all {
		n := f.Total()
		rows = append(rows, []string{
			f.Month.String(), strconv.Itoa(n.Sum()), strconv.Itoa(n[policy.Extra]),
			shownShare(f.Answers), shownMedian(f.FirstAnswer), shownMedian(f.Closing),
			fmt.Sprintf("%d/%d", f.Quotes[ticket.QuoteAccepted], f.Offered()),
			movedText(f, policy.MovePurchase), movedText(f, policy.MoveCapture), movedText(f, policy.MoveExpire)})
	}
	return table(p.w, header, rows)
}

func movedText(f *ticket.Figures, k policy.MoveKind) string { return strconv.Itoa(int(f.Moved[k])) }

// writeMonth prints one month at length.
func writeMonth(p *page, f *ticket.Figures) {
	m := newMonthJSON(f)
	p.title(time.Date(f.Month.Year, f.Month.Month, 1, 0, 0, 0, 0, time.UTC).Format("January 2006"))
	row := func(label, parts string) {
		for i, line := range folded(parts) {
			p.row([]string{label, ""}[min(i, 1)], line)
		}
	}
	row("Requests", partsOf(m.Requests.Total, coverageParts(m.Requests.coverageJSON)))
	for _, t := range m.Requests.Topics {
		p.line("    %-18s %5d  %s", plain(string(t.Topic)), t.Total, coverageParts(t.coverageJSON))
	}
	due := "none was promised"
	if m.Answers.Due > 0 {
		due = partsOf(m.Answers.Due, fmt.Sprintf("%d in time (%s)", m.Answers.InTime, shownShare(f.Answers)),
			some(m.Answers.Late, "late"), some(m.Answers.Pending, "still to come"))
	}
	row("Answers due", due)
	row("Median", listed(after(f.FirstAnswer, "first answer"), after(f.Closing, "closed")))
	row("Quotes", partsOf(m.Quotes.Offered, some(m.Quotes.Accepted, "accepted"), some(m.Quotes.Declined, "declined"),
		some(m.Quotes.Expired, "expired"), some(m.Quotes.Withdrawn, "withdrawn"), some(m.Quotes.Superseded, "superseded"), some(m.Quotes.Open, "open")))
	row("Credits", fmt.Sprintf("%d sold, %d newly reserved, %d spent, %d released, %d expired%s", m.Credits.Sold, m.Credits.Held,
		m.Credits.Spent, m.Credits.Released, m.Credits.Expired, prefixIf(", corrected by ", signed(m.Credits.Corrected))))
	if e := f.Expiring; e != nil {
		row("Expiring", fmt.Sprintf("%d credits within %d days, of %d purchases", e.Credits, ticket.ExpiringDays, e.Lots))
	}
}

// partsOf is a number and what it is made of.
func partsOf(n int, parts ...string) string {
	return strconv.Itoa(n) + prefixIf(": ", listed(parts...))
}

// listed are the parts that there are.
func listed(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ", ")
}

// folded breaks the parts of a row into lines that keep within 80 columns.
func folded(parts string) (lines []string) {
	const room = 80 - 15
	line := ""
	for part := range strings.SplitAfterSeq(parts, ", ") {
		if line != "" && len(strings.TrimSpace(line+part)) > room {
			lines, line = append(lines, strings.TrimSpace(line)), ""
		}
		line += part
	}
	return append(lines, strings.TrimSpace(line))
}

// some is a number with its name; "" for none.
func some(n int, name string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", n, name)
}

func coverageParts(c coverageJSON) string {
	return listed(some(c.Covered, "covered"), some(c.Extra, "extra"), some(c.Undetermined, "undetermined"), some(c.None, "commercial"))
}

func signed(n policy.Credits) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%+d", n)
}

// shownShare is how many of the answers whose time is over, or that were given,
// came in time; "-" when there are none.
func shownShare(a ticket.Answers) string {
	n := a.InTime + a.Late
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%d %%", a.InTime*100/n)
}

// shownMedian is the middle of lengths of time, in the unit that fits; "-": none.
func shownMedian(d ticket.Durations) string {
	m, ok := d.Median()
	if !ok {
		return "-"
	}
	return shownLength(m)
}

// after is what happened after the middle of lengths of time; "" when there are none.
func after(d ticket.Durations, what string) string {
	if len(d) == 0 {
		return ""
	}
	return what + " after " + shownMedian(d)
}

// shownLength is a length of time with at most two digits, to the nearest unit.
func shownLength(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < 100*time.Minute:
		return fmt.Sprintf("%d min", d.Round(time.Minute)/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d.Round(time.Hour)/time.Hour)
	}
	day := 24 * time.Hour
	return fmt.Sprintf("%d d", d.Round(day)/day)
}
