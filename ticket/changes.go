package ticket

import (
	"strconv"
	"time"
)

// changes lists the fields that differ, with what they were and are; before
// nil means a new ticket. Refolding them gives the current state.
func changes(before, after *Ticket) []Change {
	if before == nil {
		before = &Ticket{}
	}
	var list []Change
	was, is := fields(before), fields(after)
	for i := range is {
		if was[i].value != is[i].value {
			list = append(list, Change{is[i].name, was[i].value, is[i].value})
		}
	}
	return list
}

type fieldValue struct{ name, value string }

// fields are what an event may change, as text.
func fields(t *Ticket) []fieldValue {
	f := []fieldValue{
		{"subject", t.Subject},
		{"state", blank(int(t.State), t.State.String())},
		{"closed_reason", t.ClosedReason.String()},
		{"topic", string(t.Decision.Topic)},
		{"coverage", blank(int(t.Decision.Coverage), t.Decision.Coverage.String())},
		{"plan", t.Decision.Plan},
		{"clause", t.Decision.Clause},
		{"requester", t.Requester.Address},
		{"customer", t.Customer},
		{"assignee", t.Assignee},
		{"answer_due", stamp(t.AnswerDue)},
		{"closes_at", stamp(t.ClosesAt)},
		{"merged_into", count(uint64(t.MergedInto))},
		{"held", count(uint64(t.Held))},
		{"charged", count(uint64(t.Charged))},
		{"answered", map[bool]string{true: "yes"}[t.Answered]},
	}
	if t.Quote != nil {
		f = append(f, fieldValue{"quote", t.Quote.Code + " " + t.Quote.State.String()})
	} else {
		f = append(f, fieldValue{"quote", ""})
	}
	return f
}

func blank(n int, s string) string {
	if n == 0 {
		return ""
	}
	return s
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func count(n uint64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}
