package ticket

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sportello/policy"
)

// The rows tell the life of a ticket that Mario opened on 10 November, an event
// a line: day and hour of November, kind, actor, and what changed ("FIELD AFTER").
func TestFiguresOfATicket(t *testing.T) {
	const promised = "10.09 opened mario@x answer_due 2026-11-18T00:00:00Z"
	const offered = "10.09 opened mario@x quote P-1-1 offered"
	for _, c := range []struct {
		name, story string
		want        string // answers in time, late, pending; first answer; quotes by state
	}{
		{"no promise and nothing else", "10.09 opened mario@x state open", "0 0 0; -; "},
		{"a promise", promised, "0 0 1; -; "},
		{"answered", promised + "|10.12 message Anna answered yes, answer_due ", "1 0 0; 3h0m0s; "},
		{"answered before events told it", promised + "|10.11 message Anna text note|10.12 message Anna text answer", "0 0 1; 3h0m0s; "},
		{"answered at the last moment", promised + "|17.23 message Anna answered yes, answer_due ", "1 0 0; 182h0m0s; "},
		{"answered when it was too late", promised + "|18.00 message Anna answered yes, answer_due ", "0 1 0; 183h0m0s; "},
		{"closed without a word", promised + "|10.12 state admin answer_due ", "1 0 0; -; "},
		{"only the first promise counts", promised + "|10.12 message Anna answered yes, answer_due |11.09 message mario@x answer_due 2026-11-19T00:00:00Z", "1 0 0; 3h0m0s; "},
		{"the promise was taken back", promised + "|10.12 verdict Anna answer_due |20.09 message Anna answered yes", "0 0 0; 240h0m0s; "},
		{"the promise came later", "10.09 opened mario@x state open|12.09 verdict Anna answer_due 2026-11-20T00:00:00Z|13.09 message Anna answered yes, answer_due ", "1 0 0; 72h0m0s; "},
		{"a quote by itself is no answer", offered, "0 0 0; -; offered 1"},
		{"a quote by a technician is", "10.09 opened mario@x state open|11.09 quote Anna quote P-1-1 offered", "0 0 0; 24h0m0s; offered 1"},
		{"accepted", offered + "|11.09 hold mario@x quote P-1-1 accepted", "0 0 0; -; accepted 1"},
		{"declined", offered + "|11.09 quote mario@x quote P-1-1 declined", "0 0 0; -; declined 1"},
		{"expired, much later", offered + "|30.09 quote clock quote P-1-1 expired", "0 0 0; -; expired 1"},
		{"superseded, and then accepted", offered + "|11.09 message Anna quote P-1-2 offered|12.09 hold mario@x quote P-1-2 accepted", "0 0 0; 24h0m0s; accepted 1, superseded 1"},
		{"more after an accepted one", offered + "|11.09 hold mario@x quote P-1-1 accepted|12.09 message Anna quote P-1-2 offered", "0 0 0; 48h0m0s; offered 1, accepted 1"},
		{"superseded as an event of its own", offered + "|11.09 quote desk quote P-1-1 superseded|11.09 quote desk quote P-1-2 offered", "0 0 0; -; offered 1, superseded 1"},
		{"withdrawn", offered + "|11.09 verdict Anna quote P-1-1 withdrawn", "0 0 0; -; withdrawn 1"},
		{"offered when the month was over", "10.09 opened mario@x state open|31.09 message Anna quote P-1-1 offered", "0 0 0; 504h0m0s; "},
		{"offered again when the month was over", offered + "|31.09 message Anna quote P-1-2 offered|32.09 hold mario@x quote P-1-2 accepted", "0 0 0; 504h0m0s; superseded 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			opened, events := told(t, c.story)
			f := figuresOf(policy.Month{Year: 2026, Month: 11})
			f.addTicket(&Ticket{ID: 1, Opened: opened, State: StateOpen, Decision: policy.Decision{Topic: policy.MailDown, Coverage: policy.Covered}}, events)
			if got := shownFigures(f); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if n := f.Total(); n != (Coverages{policy.Covered: 1}) {
				t.Errorf("requests %v", n)
			}
			other := figuresOf(policy.Month{Year: 2026, Month: 10})
			other.addTicket(&Ticket{ID: 1, Opened: opened, State: StateOpen}, events)
			if !other.Empty() {
				t.Errorf("in October: %s", shownFigures(other))
			}
		})
	}
}

func figuresOf(m policy.Month) *Figures {
	return &Figures{Month: m, Requests: map[policy.Topic]*Coverages{}, zone: time.UTC, now: time.Date(2026, 11, 15, 0, 0, 0, 0, time.UTC)}
}

// told reads a story.
func told(t *testing.T, story string) (opened time.Time, events []*Event) {
	t.Helper()
	for i, line := range strings.Split(story, "|") {
		var day, hour int
		e := &Event{Seq: i + 1}
		words := strings.SplitN(line, " ", 4)
		if _, err := fmt.Sscanf(words[0], "%d.%d", &day, &hour); err != nil {
			t.Fatal(err)
		}
		e.At, e.Kind, e.Actor = time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC), words[1], words[2]
		if text, ok := strings.CutPrefix(words[3], "text "); ok {
			e.Text = text
			events = append(events, e)
			continue
		}
		for change := range strings.SplitSeq(words[3], ", ") {
			field, after, _ := strings.Cut(change, " ")
			e.Changes = append(e.Changes, Change{Field: field, After: after})
		}
		events = append(events, e)
	}
	return events[0].At, events
}

func shownFigures(f *Figures) string {
	first := "-"
	if d, ok := f.FirstAnswer.Median(); ok {
		first = d.String()
	}
	var quotes []string
	for s, n := range f.Quotes {
		if n != 0 {
			quotes = append(quotes, fmt.Sprint(QuoteState(s), " ", n))
		}
	}
	return fmt.Sprintf("%d %d %d; %s; %s", f.Answers.InTime, f.Answers.Late, f.Answers.Pending, first, strings.Join(quotes, ", "))
}

// What is no request of its own is not counted as one; a closing counts while
// the ticket is closed.
func TestFiguresCountRequests(t *testing.T) {
	f := figuresOf(policy.Month{Year: 2026, Month: 11})
	at := f.Month.Start(time.UTC)
	for _, tk := range []*Ticket{
		{Opened: at, State: StateClosed, Closed: at.Add(5 * time.Hour), Decision: policy.Decision{Topic: policy.MailDown, Coverage: policy.Covered}},
		{Opened: at, State: StateClosed, Closed: at.Add(3 * time.Hour), ClosedReason: ReasonNoAnswer, Decision: policy.Decision{Topic: policy.MailDown, Coverage: policy.Extra}},
		{Opened: at, State: StateClosed, Closed: at.Add(time.Hour), ClosedReason: ReasonSpam},
		{Opened: at, State: StateClosed, Closed: at.Add(time.Hour), ClosedReason: ReasonDuplicate, MergedInto: 1},
		{Opened: at, State: StateOpen, Decision: policy.Decision{Topic: policy.Commercial, Coverage: policy.None}},
		{Opened: at.Add(-1), State: StateOpen},
		{Opened: f.Month.End(time.UTC), State: StateOpen},
	} {
		f.addTicket(tk, nil)
	}
	if got, want := f.Total(), (Coverages{policy.Covered: 1, policy.Extra: 1, policy.None: 1}); got != want {
		t.Errorf("requests %v, want %v", got, want)
	}
	if got := *f.Requests[policy.MailDown]; got.Sum() != 2 || len(f.Requests) != 2 {
		t.Errorf("by topic %v", f.Requests)
	}
	if want := (Durations{3 * time.Hour, 5 * time.Hour}); !slices.Equal(slices.Sorted(slices.Values(f.Closing)), want) {
		t.Errorf("closed after %v", f.Closing)
	}
	if d, ok := f.Closing.Median(); d != 3*time.Hour || !ok {
		t.Errorf("median %s", d)
	}
}

// Moves count in the month in which they were posted, purchases in that of
// their day; lots that run out after today count, through the last day.
func TestFiguresOfCredits(t *testing.T) {
	f := figuresOf(policy.Month{Year: 2026, Month: 11})
	at := func(month time.Month) time.Time { return time.Date(2026, month, 2, 0, 0, 0, 0, time.UTC) }
	for _, e := range []*Entry{
		{At: at(11), Move: policy.Move{Kind: policy.MovePurchase, Credits: 10, Purchased: policy.Date{Year: 2026, Month: 10, Day: 31}}},
		{At: at(12), Move: policy.Move{Kind: policy.MovePurchase, Credits: 7, Purchased: policy.Date{Year: 2026, Month: 11, Day: 30}}},
		{At: at(11), Move: policy.Move{Kind: policy.MoveHold, Credits: 5}},
		{At: at(11), Move: policy.Move{Kind: policy.MoveCapture, Credits: 3}},
		{At: at(11), Move: policy.Move{Kind: policy.MoveRelease, Credits: 2}},
		{At: at(11), Move: policy.Move{Kind: policy.MoveCorrect, Credits: -4}},
		{At: at(10), Move: policy.Move{Kind: policy.MoveExpire, Credits: 9}},
	} {
		f.addEntry(e)
	}
	want := [policy.MoveCorrect + 1]Credits{policy.MovePurchase: 7, policy.MoveHold: 5, policy.MoveCapture: 3, policy.MoveRelease: 2, policy.MoveCorrect: -4}
	if f.Moved != want {
		t.Errorf("moved %v, want %v", f.Moved, want)
	}
	f.Expiring = &Expiring{}
	today := policy.DateOf(f.now, f.zone)
	for _, l := range []policy.Lot{
		{Quantity: 5, Spent: 2, Entered: true, Purchased: today.AddDays(-policy.ValidDays)},
		{Quantity: 5, Held: 5, Entered: true, Purchased: today.AddDays(-policy.ValidDays)},
		{Quantity: 5, Entered: true, Purchased: today.AddDays(-policy.ValidDays - 1)},
		{Quantity: 5, Purchased: today},
	} {
		f.addLot(l)
	}
	if *f.Expiring != (Expiring{Credits: 3, Lots: 1}) {
		t.Errorf("expiring %+v", *f.Expiring)
	}
}
