package main

import (
	"io"
	"slices"

	"sportello/policy"
	"sportello/ticket"
)

// reportColumns are the columns of `report --csv` but for those of the topics,
// which follow.
var reportColumns = []struct {
	name string
	cell func(monthJSON) any
}{
	{"month", func(m monthJSON) any { return m.Month.String() }},
	{"requests", func(m monthJSON) any { return m.Requests.Total }},
	{"covered", func(m monthJSON) any { return m.Requests.Covered }},
	{"extra", func(m monthJSON) any { return m.Requests.Extra }},
	{"undetermined", func(m monthJSON) any { return m.Requests.Undetermined }},
	{"none", func(m monthJSON) any { return m.Requests.None }},
	{"answers_due", func(m monthJSON) any { return m.Answers.Due }},
	{"answers_in_time", func(m monthJSON) any { return m.Answers.InTime }},
	{"answers_late", func(m monthJSON) any { return m.Answers.Late }},
	{"answers_pending", func(m monthJSON) any { return m.Answers.Pending }},
	{"median_first_answer_seconds", func(m monthJSON) any { return maybeInt(m.Median.FirstAnswer) }},
	{"median_close_seconds", func(m monthJSON) any { return maybeInt(m.Median.Close) }},
	{"quotes_offered", func(m monthJSON) any { return m.Quotes.Offered }},
	{"quotes_accepted", func(m monthJSON) any { return m.Quotes.Accepted }},
	{"quotes_declined", func(m monthJSON) any { return m.Quotes.Declined }},
	{"quotes_expired", func(m monthJSON) any { return m.Quotes.Expired }},
	{"quotes_withdrawn", func(m monthJSON) any { return m.Quotes.Withdrawn }},
	{"quotes_superseded", func(m monthJSON) any { return m.Quotes.Superseded }},
	{"quotes_open", func(m monthJSON) any { return m.Quotes.Open }},
	{"credits_sold", func(m monthJSON) any { return int(m.Credits.Sold) }},
	{"credits_held", func(m monthJSON) any { return int(m.Credits.Held) }},
	{"credits_spent", func(m monthJSON) any { return int(m.Credits.Spent) }},
	{"credits_released", func(m monthJSON) any { return int(m.Credits.Released) }},
	{"credits_expired", func(m monthJSON) any { return int(m.Credits.Expired) }},
	{"credits_corrected", func(m monthJSON) any { return int(m.Credits.Corrected) }},
	{"credits_expiring_60_days", func(m monthJSON) any { return maybeInt(m.Credits.Expiring60Days) }},
}

// writeReportCSV writes a row a month.
func writeReportCSV(w io.Writer, all []*ticket.Figures) error {
	out := newCSVWriter(w)
	var header []any
	for _, c := range reportColumns {
		header = append(header, c.name)
	}
	topics := topicsOf(all)
	for _, t := range topics {
		header = append(header, "topic_"+string(t))
	}
	out.row(header...)
	for _, f := range all {
		m := newMonthJSON(f)
		var row []any
		for _, c := range reportColumns {
			row = append(row, c.cell(m))
		}
		for _, t := range topics {
			n := 0
			if c := f.Requests[t]; c != nil {
				n = c.Sum()
			}
			row = append(row, n)
		}
		out.row(row...)
	}
	return out.flush()
}

// topicsOf lists the topics of the terms, then others that requests had, sorted.
func topicsOf(all []*ticket.Figures) []policy.Topic {
	var others []policy.Topic
	for _, f := range all {
		for t := range f.Requests {
			if !slices.Contains(policy.Topics, t) && !slices.Contains(others, t) {
				others = append(others, t)
			}
		}
	}
	slices.Sort(others)
	return slices.Concat(policy.Topics, others)
}

// maybeInt is the cell of a number that may be missing.
func maybeInt[N ~int | ~int64](n *N) any {
	if n == nil {
		return nil
	}
	return int(*n)
}
