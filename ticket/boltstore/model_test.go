package boltstore

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

// pair is the store and a plain one that should always answer alike.
type pair struct {
	bolt *Store
	mem  *storetest.Mem
}

// update runs f on both; they must agree on what came out.
func (p *pair) update(t *rapid.T, f func(ticket.Tx) error) {
	t.Helper()
	err, err2 := p.bolt.Update(context.Background(), f), p.mem.Update(context.Background(), f)
	if !sameError(err, err2) {
		t.Fatalf("bolt: %v\nmem: %v", err, err2)
	}
}

// sameError compares by sentinel.
func sameError(a, b error) bool {
	for _, e := range []error{nil, ticket.ErrNotFound, ticket.ErrInput, errWanted} {
		if errors.Is(a, e) && errors.Is(b, e) {
			return true
		}
	}
	return (a == nil) == (b == nil) && a == nil
}

var errWanted = errors.New("wanted")

// see asks both the same and compares the answers.
func (p *pair) see(t *rapid.T, what string, f func(ticket.Tx) (any, error)) {
	t.Helper()
	ask := func(s ticket.Store) (v any, err error) {
		viewErr := s.View(context.Background(), func(tx ticket.Tx) error { v, err = f(tx); return nil })
		return v, errors.Join(err, viewErr)
	}
	got, err := ask(p.bolt)
	want, err2 := ask(p.mem)
	if !sameError(err, err2) {
		t.Fatalf("%s: bolt: %v\nmem: %v", what, err, err2)
	}
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("%s (-mem +bolt):\n%s", what, d)
	}
}

// all reads a sequence to its end, or to n entries.
func all[V any](seq iter.Seq2[V, error]) (any, error) {
	var vs []V
	for v, err := range seq {
		if err != nil {
			return nil, err
		}
		vs = append(vs, v)
	}
	return vs, nil
}

// Few values of each kind, so that they meet.
var (
	someID      = rapid.Uint64Range(1, 12)
	someText    = rapid.SampledFrom([]string{"", "a", "a\x00", "ab", "b", "é"})
	someTime    = rapid.Map(rapid.IntRange(-3, 12), func(n int) time.Time { return month0.Add(time.Duration(n) * time.Minute) })
	someState   = rapid.Map(rapid.IntRange(0, 3), func(n int) ticket.State { return ticket.State(n) })
	someTicket  = rapid.Custom(drawTicket)
	someArrival = rapid.Custom(drawArrival)
	someRow     = rapid.Custom(drawRow)
)

func drawTicket(t *rapid.T) *ticket.Ticket {
	v := &ticket.Ticket{ID: ticket.ID(someID.Draw(t, "id")), State: someState.Draw(t, "state"), Customer: someText.Draw(t, "customer"),
		Assignee: someText.Draw(t, "assignee"), ClosesAt: someTime.Draw(t, "closes"), Subject: someText.Draw(t, "subject")}
	v.Decision.Coverage = policy.Coverage(rapid.IntRange(0, 4).Draw(t, "coverage"))
	v.Decision.Topic = policy.Topic(someText.Draw(t, "topic"))
	return v
}

func drawArrival(t *rapid.T) *ticket.Arrival {
	return &ticket.Arrival{ID: ticket.ArrivalID(someID.Draw(t, "id")), Fate: ticket.Fate(rapid.IntRange(1, 6).Draw(t, "fate")),
		RawSum: [32]byte{rapid.Byte().Draw(t, "raw") % 5}, Content: [32]byte{rapid.Byte().Draw(t, "content") % 5}, Reason: someText.Draw(t, "reason")}
}

func drawRow(t *rapid.T) *ticket.Row {
	kind := rapid.SampledFrom([]ticket.NoticeKind{ticket.NoticeAck, ticket.NoticeAnswer, ticket.NoticeQuote, ticket.NoticeAlert, ticket.NoticeClosed}).Draw(t, "kind")
	return &ticket.Row{Notice: ticket.Notice{ID: ticket.NoticeID(someID.Draw(t, "id")), Kind: kind},
		State: ticket.RowState(rapid.IntRange(1, 6).Draw(t, "state")), Next: someTime.Draw(t, "next"), Tries: rapid.IntRange(0, 3).Draw(t, "tries")}
}

// step is one random write.
func step(t *rapid.T) func(ticket.Tx) error {
	id, text, at, n := someID.Draw(t, "id"), someText.Draw(t, "text"), someTime.Draw(t, "at"), rapid.IntRange(0, 4).Draw(t, "n")
	v, a, r := someTicket.Draw(t, "ticket"), someArrival.Draw(t, "arrival"), someRow.Draw(t, "row")
	steps := []func(ticket.Tx) error{
		func(tx ticket.Tx) error { return tx.PutTicket(v) },
		func(tx ticket.Tx) error { return tx.PutArrival(a) },
		func(tx ticket.Tx) error { return tx.PutRow(r) },
		func(tx ticket.Tx) error { return tx.AddMessage(ticket.ID(id), &ticket.Message{Seq: n, Text: text}) },
		func(tx ticket.Tx) error { return tx.AddEvent(ticket.ID(id), &ticket.Event{Seq: n, Kind: text}) },
		func(tx ticket.Tx) error { return tx.FileMessageID(text, ticket.ID(id)) },
		func(tx ticket.Tx) error {
			return tx.PutCustomer(&ticket.Customer{ID: text, Contacts: []ticket.Contact{{Address: fmt.Sprint(n)}, {Address: text}}})
		},
		func(tx ticket.Tx) error {
			day := policy.Date{Year: 2026, Month: 1, Day: n + 1}
			return tx.PutLot(text, policy.Lot{Ref: fmt.Sprint(id), Quantity: policy.Credits(n), Purchased: day, Entered: id%3 > 0})
		},
		func(tx ticket.Tx) error {
			return tx.AddEntry(text, &ticket.Entry{Seq: n, Cause: fmt.Sprint(id), Available: policy.Credits(id)})
		},
		func(tx ticket.Tx) error {
			return tx.PutHold(text, policy.Hold{Code: fmt.Sprint(id % 4), Parts: []policy.Part{{Lot: text, Credits: policy.Credits(n)}}})
		},
		func(tx ticket.Tx) error { return tx.Hit(text, at, at.Add(-5*time.Minute)) },
		func(tx ticket.Tx) error { return tx.SetSeen(at) },
		func(tx ticket.Tx) error { return tx.Count(ticket.Counter(n%2), n) },
		func(tx ticket.Tx) error { _, err := tx.NextTicket(); return err },
		func(tx ticket.Tx) error { return tx.PutLetter(ticket.NoticeID(id), &ticket.Letter{Text: text}) },
		func(tx ticket.Tx) error { return errWanted },
	}
	return steps[rapid.IntRange(0, len(steps)-1).Draw(t, "step")]
}

// compare asks for everything.
func (p *pair) compare(t *rapid.T) {
	f := ticket.Filter{State: someState.Draw(t, "state"), Customer: someText.Draw(t, "customer"), Assignee: someText.Draw(t, "assignee"),
		Topic: policy.Topic(someText.Draw(t, "topic")), Limit: rapid.IntRange(0, 3).Draw(t, "limit")}
	at, n, text := someTime.Draw(t, "now"), rapid.IntRange(0, 20).Draw(t, "n"), someText.Draw(t, "text")
	sum, id := [32]byte{rapid.Byte().Draw(t, "sum") % 5}, someID.Draw(t, "id")
	skip := func(id ticket.NoticeID) bool { return id%3 == 0 }
	p.see(t, "tickets", func(tx ticket.Tx) (any, error) { return all(tx.Tickets(ticket.Filter{})) })
	p.see(t, fmt.Sprintf("%+v", f), func(tx ticket.Tx) (any, error) { return all(tx.Tickets(f)) })
	p.see(t, "awake", func(tx ticket.Tx) (any, error) { return tx.Awake(at, n) })
	p.see(t, "queued", func(tx ticket.Tx) (any, error) { return tx.Queued(ticket.Lane(1+n%2), at, n, skip) })
	p.see(t, "next", func(tx ticket.Tx) (any, error) { return tx.NextQueued(at) })
	p.see(t, "rows", func(tx ticket.Tx) (any, error) { return all(tx.Rows(ticket.RowState(n%7), 0)) })
	p.see(t, "arrivals", func(tx ticket.Tx) (any, error) { return all(tx.Arrivals(ticket.Fate(n%7), 0)) })
	p.see(t, "raw", func(tx ticket.Tx) (any, error) { return tx.ByRaw(sum) })
	p.see(t, "content", func(tx ticket.Tx) (any, error) { return tx.ByContent(sum) })
	p.see(t, "message-id", func(tx ticket.Tx) (any, error) { return tx.ByMessageID(text) })
	p.see(t, "messages", func(tx ticket.Tx) (any, error) { return tx.Messages(ticket.ID(id)) })
	p.see(t, "events", func(tx ticket.Tx) (any, error) { return tx.Events(ticket.ID(id)) })
	p.see(t, "customers", func(tx ticket.Tx) (any, error) { return all(tx.Customers("")) })
	p.see(t, "contact", func(tx ticket.Tx) (any, error) { return tx.ByContact(text) })
	p.see(t, "lots", func(tx ticket.Tx) (any, error) { return tx.Lots(text) })
	p.see(t, "lot", func(tx ticket.Tx) (any, error) { _, lot, err := tx.LotByRef(fmt.Sprint(id)); return lot, err })
	p.see(t, "due lots", func(tx ticket.Tx) (any, error) { return tx.DueLots(policy.Date{Year: 2027, Month: 1, Day: 1 + n%5}, n) })
	p.see(t, "entries", func(tx ticket.Tx) (any, error) { return all(tx.Entries(text, 0)) })
	p.see(t, "last entry", func(tx ticket.Tx) (any, error) { return tx.LastEntry(text) })
	p.see(t, "cause", func(tx ticket.Tx) (any, error) { _, e, err := tx.ByCause(fmt.Sprint(id)); return e, err })
	p.see(t, "hold", func(tx ticket.Tx) (any, error) { _, h, err := tx.Hold(fmt.Sprint(id % 4)); return h, err })
	p.see(t, "hits", func(tx ticket.Tx) (any, error) { return tx.Hits(text, at) })
	p.see(t, "seen", func(tx ticket.Tx) (any, error) { return tx.Seen() })
	p.see(t, "stats", func(tx ticket.Tx) (any, error) { return tx.Stats() })
}

// Whatever is written, the store answers as the plain one does, and its indexes
// and counts stay in step with its records.
func TestAnswersAsThePlainStore(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := &pair{newStore(t), storetest.NewMem()}
		p.bolt.db.NoSync = true
		r.Repeat(map[string]func(*rapid.T){
			"compare": func(r *rapid.T) {
				if rapid.IntRange(0, 4).Draw(r, "now") == 0 { // at the end in any case
					p.compare(r)
				}
			},
			"write": func(r *rapid.T) {
				var steps []func(ticket.Tx) error
				for range rapid.IntRange(1, 4).Draw(r, "steps") {
					steps = append(steps, step(r))
				}
				p.update(r, func(tx ticket.Tx) error {
					for _, s := range steps {
						if err := s(tx); err != nil {
							return err
						}
					}
					return nil
				})
			},
		})
		p.compare(r)
		err := p.bolt.Check(context.Background(), false, func(f Finding) {
			// What a desk means by its records is not part of this.
			if strings.HasPrefix(f.Where, "index listed") || f.Where == "stats" || f.Where == "desk.db" {
				r.Errorf("%+v", f)
			}
		})
		if err := errors.Join(err, p.bolt.Close()); err != nil {
			r.Fatal(err)
		}
	})
}
