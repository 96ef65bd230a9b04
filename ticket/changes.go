package ticket

import (
	"slices"
	"strconv"
	"strings"
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

// fields are what an event may change, as text. Those behind "participants" are
// told since that is, and "participants" stands in the event that opens a ticket.
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
	return append(f,
		fieldValue{"participants", each(t.Participants, Participant.standing)},
		fieldValue{"language", t.Language},
		fieldValue{"terms", t.Quote.terms()},
		fieldValue{"linked", each(t.Linked, func(id ID) string { return count(uint64(id)) })},
		fieldValue{"candidates", strings.Join(t.Candidates, " ")},
		fieldValue{"asked", each(t.Asked, func(a Asked) string { return a.Address })},
		fieldValue{"sleeps_until", stamp(t.SleepsUntil)},
		fieldValue{"unproven", map[bool]string{true: "yes"}[t.Unproven]},
		fieldValue{"guessed", string(t.Guessed)},
		fieldValue{"erased", count(uint64(t.Erased))},
	)
}

// complete tells whether the events of a ticket tell all of its fields: those of
// tickets that an older program opened do not.
func complete(events []*Event) bool {
	return len(events) > 0 && slices.ContainsFunc(events[0].Changes, func(c Change) bool { return c.Field == "participants" })
}

// each words each of a list, apart by blanks.
func each[V any](all []V, word func(V) string) string {
	words := make([]string, len(all))
	for i, v := range all {
		words[i] = word(v)
	}
	return strings.Join(words, " ")
}

// standing is how a participant stands: approved (+), removed (-), bounced (!).
func (p Participant) standing() string {
	s := p.Address
	if p.Approved {
		s += "+"
	}
	if p.Removed {
		s += "-"
	}
	if p.Bounced != "" {
		s += "!" + p.Bounced
	}
	return s
}

// terms are what a quote asks for and until when; "" of none.
func (q *Quote) terms() string {
	if q == nil {
		return ""
	}
	return count(uint64(q.Credits)) + " until " + stamp(q.ValidUntil)
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
