package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"sportello/policy"
	"sportello/ticket"
)

// The report of a large desk keeps within 80 columns and leaves nothing out.
func TestReportFitsATerminal(t *testing.T) {
	var all []*ticket.Figures
	for i := range 3 {
		f := &ticket.Figures{Month: policy.Month{Year: 2026, Month: time.Month(9 + i)}, Requests: map[policy.Topic]*ticket.Coverages{}}
		for _, topic := range policy.Topics {
			f.Requests[topic] = &ticket.Coverages{policy.Covered: 1040, policy.Extra: 210, policy.Undetermined: 33}
		}
		f.Answers = ticket.Answers{InTime: 18_000, Late: 950, Pending: 410}
		f.FirstAnswer, f.Closing = ticket.Durations{47 * time.Hour}, ticket.Durations{99 * time.Minute}
		for s := range f.Quotes[1:] {
			f.Quotes[1+s] = 100 + s
		}
		f.Moved = [...]ticket.Credits{policy.MovePurchase: 4300, policy.MoveHold: 3100, policy.MoveCapture: 2800, policy.MoveRelease: 210, policy.MoveExpire: 1300, policy.MoveCorrect: -12}
		all = append(all, f)
	}
	all[2].Expiring = &ticket.Expiring{Credits: 5120, Lots: 311}
	var out bytes.Buffer
	if err := writeReport(&page{w: &out}, all); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	for _, want := range []string{
		"2026-09  25660", "94 %", "47 h", "99 min", "101/615", "November 2026", "    script-bug          1283  1040 covered, 210 extra, 33 undetermined",
		"19360: 18000 in time (94 %), 950 late, 410 still to come", "615: 101 accepted, ", "100 open", "corrected by -12", "5120 credits within 60 days, of 311 purchases",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report does not say %q:\n%s", want, out.String())
		}
	}
}
