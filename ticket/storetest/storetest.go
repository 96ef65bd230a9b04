// Package storetest holds the suite that any ticket.Store must pass, a store in
// memory that passes it, and a wrapper that fails at a chosen step.
package storetest

import (
	"context"
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sportello/ticket"
)

// Run checks that the stores which open makes, each empty, keep the contract of
// ticket.Store. It closes them.
func Run(t *testing.T, open func(t *testing.T) ticket.Store) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := suite{t, open(t)}
			defer func() { s.ok(s.Close()) }()
			c.run(s)
		})
	}
}

// Reopen checks what must outlive Close: open is called several times for the
// same store.
func Reopen(t *testing.T, open func(t *testing.T) ticket.Store) {
	reopen(t, open)
}

var cases = []struct {
	name string
	run  func(suite)
}{
	{"an error in Update changes nothing", rollback},
	{"a panic in Update is an error and changes nothing", panics},
	{"View may not write", readOnly},
	{"View is a snapshot and Update does not wait for it", snapshot},
	{"what does not exist is ErrNotFound or empty", notFound},
	{"copies outlive the transaction and share nothing", copies},
	{"numbers count from 1 and are not given twice", numbering},
	{"calls of Update together: the failing one alone fails", group},
	{"a cancelled context writes nothing", cancelled},
	{"a value comes back whole", values},
	{"an entry of a thread follows the last one", threads},
	{"tickets by filter, newest first", filters},
	{"a loop over tickets may write", writingLoop},
	{"tickets and customers by the months in which something happened", months},
	{"awake tickets, earliest first", awake},
	{"the first ticket keeps a Message-ID", messageIDs},
	{"the first arrival keeps a fingerprint", fingerprints},
	{"arrivals are listed by fate while they have it", fates},
	{"contacts follow their customers", contacts},
	{"lots by expiry, purchase, ref; a ref belongs to one customer", lots},
	{"lots come due once they have run out and something is left", dueLots},
	{"an entry of a ledger follows the last one; a cause is one customer's", ledgers},
	{"a hold belongs to one customer", holds},
	{"the outbox goes by class, time and number", queue},
	{"rows by state", rows},
	{"letters come back byte for byte", letters},
	{"hits within a window", hits},
	{"cursor and seen", cursorAndSeen},
	{"gathered", gathered},
	{"ring of keys", ring},
	{"after a restore", restored},
	{"counts are in step with the records", counts},
	{"raw mail comes back byte for byte", raws},
	{"what is erased is gone, its numbers stay", erased},
	{"a customer's books move with him", moved},
	{"after Close nothing works", closed},
}

// suite is one case at work on one store.
type suite struct {
	*testing.T
	ticket.Store
}

var background = context.Background()

// day is when everything in the suite happens.
var day = time.Date(2026, 11, 22, 10, 0, 0, 123456789, time.UTC)

func at(minutes int) time.Time { return day.Add(time.Duration(minutes) * time.Minute) }

func (s suite) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// is fails unless err is want.
func (s suite) is(err, want error) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Errorf("error %v, want %v", err, want)
	}
}

// same fails unless got equals want; empty and nil slices are equal.
func (s suite) same(what string, got, want any) {
	s.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		s.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// update runs f, which must succeed. Test failures inside f would end the
// writer, so f returns errors.
func (s suite) update(f func(ticket.Tx) error) {
	s.Helper()
	s.ok(s.Update(background, f))
}

func (s suite) view(f func(ticket.Tx) error) {
	s.Helper()
	s.ok(s.View(background, f))
}

// put stores values of any kind.
func (s suite) put(values ...any) {
	s.Helper()
	s.update(func(tx ticket.Tx) error {
		for _, v := range values {
			if err := put(tx, v); err != nil {
				return err
			}
		}
		return nil
	})
}

func put(tx ticket.Tx, v any) error {
	switch v := v.(type) {
	case *ticket.Ticket:
		return tx.PutTicket(v)
	case *ticket.Arrival:
		return tx.PutArrival(v)
	case *ticket.Customer:
		return tx.PutCustomer(v)
	case *ticket.Row:
		return tx.PutRow(v)
	}
	return errors.New("storetest: a value of no known kind")
}

// list reads a sequence to its end.
func list[V any](seq iter.Seq2[V, error]) ([]V, error) {
	var all []V
	for v, err := range seq {
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// numbersOf lists what id finds in each of a sequence.
func numbersOf[V any, N any](seq iter.Seq2[V, error], id func(V) N) ([]N, error) {
	var ns []N
	all, err := list(seq)
	for _, v := range all {
		ns = append(ns, id(v))
	}
	return ns, err
}

func ticketID(t *ticket.Ticket) ticket.ID          { return t.ID }
func arrivalID(a *ticket.Arrival) ticket.ArrivalID { return a.ID }
func rowID(r *ticket.Row) ticket.NoticeID          { return r.Notice.ID }
