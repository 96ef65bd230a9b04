package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/boltstore"
)

// bigOffice is a desk with so many rows of each kind, and looks says how many entries
// the longest read since the last call took up.
func bigOffice(t *testing.T, rows int) (o *office, looks func() int) {
	t.Helper()
	file, _ := testConfig(t)
	c, err := loadConfig(file, noEnv, true)
	must(t, err)
	var most atomic.Int64 // the store puts letters away on its own
	o, err = openOffice(c, noEnv, boltstore.Options{Looked: func(n int) {
		for m := most.Load(); int64(n) > m && !most.CompareAndSwap(m, int64(n)); m = most.Load() {
		}
	}})
	must(t, err)
	t.Cleanup(func() { must(t, o.store.Close()) })
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	must(t, o.store.Update(t.Context(), func(tx ticket.Tx) error {
		for i := 1; i <= rows; i++ {
			id, err := tx.NextTicket()
			arrival, err2 := tx.NextArrival()
			notice, err3 := tx.NextNotice()
			customer := fmt.Sprintf("c%04d", i)
			v := &ticket.Ticket{ID: id, State: ticket.StateOpen, Subject: fmt.Sprintf("Stampante %d", i), Customer: customer, Requester: ticket.Mailbox{Address: "mario@x.example"},
				Language: "it", Opened: at, Changed: at, Messages: 1, Events: 1}
			v.Decision = policy.Decision{Topic: policy.Topics[0], Coverage: policy.Covered}
			if err := errors.Join(err, err2, err3, tx.PutTicket(v), tx.AddMessage(id, &ticket.Message{Seq: 1, Kind: ticket.MessageRequest, Text: "È ferma.", At: at}),
				tx.AddEvent(id, &ticket.Event{Seq: 1, At: at, Kind: "opened", Actor: "mario@x.example", Cause: "arrival 1"}),
				tx.PutRow(&ticket.Row{Notice: ticket.Notice{ID: notice, Kind: ticket.NoticeAck, Ticket: id, At: at}, State: ticket.RowFailed}),
				tx.PutArrival(&ticket.Arrival{ID: arrival, Arrived: at, Fate: ticket.FateQuarantine, Reason: "r"}),
				tx.PutCustomer(&ticket.Customer{ID: customer, Name: "Rossi"}), tx.PutLot(customer, policy.Lot{Ref: "O-" + customer, Quantity: 1, Purchased: policy.Date{Year: 2026, Month: 3, Day: 1}}),
				tx.AddEntry("c0001", &ticket.Entry{Seq: i, At: at, Cause: fmt.Sprint("lot ", i), Move: policy.Move{Kind: policy.MovePurchase, Credits: 1}})); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, o.store.PutAway(t.Context()))
	return o, func() int { return int(most.Swap(0)) }
}

// However many rows there are, no verb that lists, finds or writes out takes up more
// of them in one read than a hundred with what belongs to each; lists that grow with
// the mail end at a hundred, and say so.
func TestLongReadsGoInSlices(t *testing.T) {
	const rows = 420
	o, looks := bigOffice(t, rows)
	for _, c := range []struct {
		verb  string
		shown int
	}{
		{"ticket list", 100}, {"ticket list --limit 0", rows}, {"ticket list --limit 7", 7}, {"ticket list --state open --limit 0", rows}, {"ticket list --state closed", 0},
		{"search stampante", 100}, {"search ferma --limit 0", rows}, {"search nonsense", 0}, {"search 17 --limit 1", 1},
		{"queue list", 100}, {"queue list --limit 0", rows}, {"queue list --state failed", 100}, {"queue list --state failed --limit 0", rows},
		{"queue list --ticket 5 --limit 0", 1}, {"quarantine list", 100}, {"quarantine list --limit 0", rows}, {"quarantine list --ignored", 0},
		{"customer list", rows}, {"credit list", rows}, {"credit statement c0001", rows}, {"policy corrections", 0}, {"export out", 1}, {"report --month 2026-11", 1},
	} {
		for _, form := range []string{"", " --json"} {
			var out, errs bytes.Buffer
			a := &app{office: o, env: noEnv, args: strings.Fields(c.verb + form), stdin: strings.NewReader(""), stdout: &out, stderr: &errs,
				writeFile: func(string, []byte) error { return nil }}
			looks()
			if code := a.run(t.Context()); code != exitOK {
				t.Fatalf("%s: exit %d: %s", c.verb, code, &errs)
			}
			if n := looks(); n > 1000 {
				t.Errorf("%s: one read takes up %d entries", c.verb, n)
			}
			lines := strings.Count(out.String(), "\n")
			if form == "" && c.shown > 1 {
				lines-- // the header
			}
			if !strings.HasPrefix(c.verb, "export") && !strings.HasPrefix(c.verb, "report") && c.shown > 1 && lines != c.shown {
				t.Errorf("%s: %d lines, not %d", c.verb+form, lines, c.shown)
			}
			if stopped := strings.Contains(errs.String(), "--limit"); stopped != (c.shown == 100 || c.shown == 7 || strings.HasSuffix(c.verb, "--limit 1")) {
				t.Errorf("%s: on the side %q", c.verb, &errs)
			}
		}
	}
}

// slowly is an output that counts how often it was sent on its way.
type slowly struct {
	bytes.Buffer
	sent []int // lines by then
}

func (s *slowly) Flush() error {
	s.sent = append(s.sent, strings.Count(s.String(), "\n"))
	return nil
}

// What is found is on its way before the search goes on, and later rows stand below
// the earlier ones.
func TestWhatIsFoundIsSentAtOnce(t *testing.T) {
	o, _ := bigOffice(t, 250)
	out := &slowly{}
	a := &app{office: o, env: noEnv, args: []string{"search", "stampante", "--limit", "0"}, stdin: strings.NewReader(""), stdout: out, stderr: &bytes.Buffer{}}
	if code := a.run(t.Context()); code != exitOK || fmt.Sprint(out.sent) != "[101 201 251]" {
		t.Errorf("exit %d, sent after %v lines", code, out.sent)
	}
	column := -1
	for line := range strings.Lines(out.String()) {
		at := strings.Index(line, "mario@x.example")
		if at < 0 {
			at = strings.Index(line, "REQUESTER")
		}
		if column >= 0 && at != column {
			t.Fatalf("the columns do not stand below each other: %q", line)
		}
		column = at
	}
}
