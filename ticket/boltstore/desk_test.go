package boltstore

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

// fortnight is a desk at work for twenty days: requests, answers, robots,
// copies, mail that cannot be filed, letters that fail.
type fortnight struct {
	*ticket.Desk
	now  time.Time
	uid  uint32
	mail map[string]*ticket.Inbound // by raw bytes
}

func newFortnight(s ticket.Store) (*fortnight, error) {
	keys, err := ticket.NewKeys(map[byte][]byte{'a': bytes.Repeat([]byte{7}, 32)})
	f := &fortnight{now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), mail: map[string]*ticket.Inbound{}}
	f.Desk = &ticket.Desk{Store: s, Policy: policy.Default(time.UTC), Keys: keys, Name: "Assistenza", Language: "it", Zone: time.UTC, ReopenDays: 30,
		Addresses:       ticket.Addresses{Desk: "desk@example.it", Pattern: ticket.PlusPattern("desk@example.it")},
		Technicians:     []ticket.Technician{{Name: "Anna", Addresses: []string{"anna@example.it"}}},
		TokenTechnician: true, TokenCustomer: true, Now: func() time.Time { return f.now },
		Reread: func(raw []byte, _ time.Time) *ticket.Inbound { return f.mail[string(raw)] }}
	c := &ticket.Customer{ID: "C1", Contacts: []ticket.Contact{{Address: "mario@x.example", MaySpend: true}}}
	lot := policy.Lot{Ref: "O-1", Quantity: 5, Purchased: policy.Date{Year: 2026, Month: 3, Day: 1}}
	return f, errors.Join(err, f.PutCustomers(context.Background(), []*ticket.Customer{c}, map[string][]policy.Lot{"C1": {lot}}))
}

// in makes mail n of the plan.
func (f *fortnight) in(n int, edit func(*ticket.Inbound)) *ticket.Inbound {
	f.uid++
	from := []string{"mario@x.example", "anna@example.it", "nessuno@y.example"}[n%3]
	m := &ticket.Inbound{Source: ticket.Source{UIDValidity: 1, UID: f.uid}, Arrived: f.now, MessageID: fmt.Sprintf("m%d@c", n),
		From: []ticket.Mailbox{{Address: from}}, Recipients: []string{"desk@example.it"}, Kind: ticket.KindRequest, Language: "it",
		Subject: fmt.Sprintf("Richiesta %d", n), Text: "Il sito non funziona più, errore 500.", Reply: "Il sito non funziona più, errore 500."}
	if n%7 == 6 {
		m.Kind = ticket.KindAutoReply
	}
	if n%11 == 10 {
		m.Unfit = "no From"
	}
	if edit != nil {
		edit(m)
	}
	m.Raw = []byte(fmt.Sprintf("%s %s %v", m.MessageID, m.Subject, m.Recipients))
	m.RawSum, m.Content, m.Size = sha256.Sum256(m.Raw), sha256.Sum256([]byte(m.MessageID)), int64(len(m.Raw))
	f.mail[string(m.Raw)] = m
	return m
}

// day takes in some mail, sends the letters that are due, and sweeps.
func (f *fortnight) day(ctx context.Context, d int) error {
	var in []*ticket.Inbound
	for i := range 6 {
		in = append(in, f.in(10*d+i, nil))
	}
	in = append(in, f.in(10*d, nil)) // a copy
	rows, _, err := f.Take(ctx, ticket.LaneCustomers, 100, func(ticket.NoticeID) bool { return false })
	if err != nil {
		return err
	}
	slices.SortFunc(rows, func(a, b *ticket.Row) int { return cmp.Compare(a.Notice.ID, b.Notice.ID) })
	for i, r := range rows {
		n := r.Notice
		if n.ReplyTo != "" && i%4 == 0 {
			in = append(in, f.in(10*d+6+i, func(m *ticket.Inbound) {
				m.From, m.Recipients, m.InReplyTo = []ticket.Mailbox{{Address: n.To.Address}}, []string{n.ReplyTo}, []string{n.MessageID}
			}))
		}
		outcome := ticket.Outcome{State: []ticket.RowState{ticket.RowSent, ticket.RowUnknown, ticket.RowFailed, ticket.RowSent}[i%4], Error: "e"}
		err := errors.Join(err, f.Begin(ctx, n.ID, storetest.Letter(&n)), f.Settle(ctx, n.ID, outcome))
		if err != nil && !errors.Is(err, ticket.ErrStale) {
			return err
		}
	}
	if err := f.Receive(ctx, in, ticket.Cursor{UIDValidity: 1, First: 1, Last: f.uid}); err != nil {
		return err
	}
	f.now = f.now.Add(24 * time.Hour)
	return f.Sweep(ctx)
}

// What a desk writes in three weeks passes every check, and the plain store
// under the same desk counts the same.
func TestDeskAtWorkPassesEveryCheck(t *testing.T) {
	s, mem := newStore(t), storetest.NewMem()
	var want ticket.Stats
	for _, store := range []ticket.Store{s, mem} {
		f, err := newFortnight(store)
		if err != nil {
			t.Fatal(err)
		}
		for d := range 20 {
			if err := f.day(context.Background(), d); err != nil {
				t.Fatalf("day %d: %v", d, err)
			}
		}
	}
	if err := mem.View(context.Background(), func(tx ticket.Tx) (err error) { want, err = tx.Stats(); return err }); err != nil {
		t.Fatal(err)
	}
	if got := s.Stats(); got != want {
		t.Errorf("bolt %+v\nmem  %+v", got, want)
	}
	if want.Closed == 0 || want.Duplicates == 0 || want.Ignored == 0 || want.Quarantine == 0 || want.Messages < 60 || want.Outbox[ticket.RowSent] == 0 {
		t.Errorf("the three weeks were too quiet: %+v", want)
	}
	checkClean(t, s)
}
