package boltstore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"

	"sportello/ticket"
)

// groupLimit is how many calls of Update one commit carries at most.
const groupLimit = 256

// request is one call of Update on its way through the writer.
type request struct {
	f       func(ticket.Tx) error
	alone   func() error // instead of f: between transactions
	claimed atomic.Bool  // by the writer, or by a caller that gave up
	err     error        // of f; valid after done was closed
	done    chan struct{}
}

// Update runs f in the next group and returns when that is on disk; see
// ticket.Store. A panic in f is an error of that call alone.
func (s *Store) Update(ctx context.Context, f func(ticket.Tx) error) error {
	if s.readOnly {
		return ticket.ErrReadOnly
	}
	return s.wait(ctx, &request{f: f, done: make(chan struct{})})
}

// alone runs f in the writer, between two transactions.
func (s *Store) alone(ctx context.Context, f func() error) error {
	return s.wait(ctx, &request{alone: f, done: make(chan struct{})})
}

func (s *Store) wait(ctx context.Context, r *request) error {
	if err := s.enqueue(ctx, r); err != nil {
		return err
	}
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
	}
	if r.claimed.CompareAndSwap(false, true) {
		return ctx.Err()
	}
	<-r.done
	return r.err
}

func (s *Store) enqueue(ctx context.Context, r *request) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.gate.RLock()
	defer s.gate.RUnlock()
	if err := s.failure(); err != nil {
		return err
	}
	if s.closed {
		return ErrClosed
	}
	select {
	case s.queue <- r:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write is the writer: it alone begins write transactions and keeps the witness,
// until Close.
func (s *Store) write() {
	runtime.LockOSThread()
	defer close(s.done)
	tick := time.NewTicker(witnessWithin)
	defer tick.Stop()
	for {
		select {
		case r, ok := <-s.queue:
			if !ok {
				return
			}
			s.serve(s.group(r))
		case <-tick.C:
			s.bearWitness()
		}
	}
}

// group takes what waits in the queue besides r, in order, without those whose
// callers gave up.
func (s *Store) group(r *request) []*request {
	var group []*request
	for n := 0; ; n++ {
		if r.claimed.CompareAndSwap(false, true) {
			group = append(group, r)
		}
		if n == groupLimit {
			return group
		}
		var ok bool
		select {
		case r, ok = <-s.queue:
			if !ok {
				return group
			}
		default:
			return group
		}
	}
}

// serve commits a group and then tells every caller. A call that failed after
// writing undoes the whole transaction, so the others are run again without it.
func (s *Store) serve(group []*request) {
	group = slices.DeleteFunc(group, func(r *request) bool {
		if r.alone == nil {
			return false
		}
		if r.err = s.failure(); r.err == nil {
			r.err = guarded("alone", r.alone)
		}
		close(r.done)
		return true
	})
	err := s.failure()
	for pending := group; err == nil && len(pending) > 0; {
		var failed *request
		if failed, err = s.attempt(pending); failed == nil {
			break
		}
		pending = without(pending, failed)
	}
	if errors.Is(err, errBroken) && s.failure() == nil { // it came out at the end: whose it is they show one by one
		s.oneByOne(group)
		err = nil
	}
	for _, r := range group {
		if err != nil {
			r.err = err
		}
		close(r.done)
	}
}

// oneByOne commits each call of a group by itself: those that a damaged page is in
// the way of fail, the others do not. Those that had failed stay so.
func (s *Store) oneByOne(group []*request) {
	for _, r := range group {
		if r.err != nil {
			continue
		}
		if _, err := s.attempt([]*request{r}); err != nil {
			r.err = err
		}
	}
}

// attempt runs the calls in one transaction and commits it. It returns the call
// whose writes made that impossible, or that met a damaged page; an error is final
// for all, unless it is errBroken: then nothing was written.
func (s *Store) attempt(group []*request) (failed *request, err error) {
	b, err := s.db.Begin(true)
	if err != nil {
		return nil, s.fail(err)
	}
	t := s.newTx(b)
	t.copied = s.changes != nil
	defer b.Rollback() // of nothing, after the commit
	for _, r := range group {
		before := t.writes
		r.err = s.guarded("update", func() error { return r.f(t) })
		if r.err != nil && (t.writes > before || errors.Is(r.err, errBroken)) {
			return r, nil
		}
	}
	if t.writes == 0 {
		return nil, nil
	}
	if err := s.guarded("commit", func() error { return s.commit(b, t) }); err != nil {
		if errors.Is(err, errBroken) {
			return nil, err
		}
		return nil, s.fail(err)
	}
	stats := t.stats
	s.stats.Store(&stats)
	s.leaving.add(t.left)
	if s.changes != nil {
		s.changes.add(t.changed)
	}
	return nil, nil
}

func (s *Store) commit(b *bolt.Tx, t *tx) error {
	if err := t.finish(); err != nil {
		return err
	}
	if err := s.witness.before(sequences(b), uint64(b.ID())-1); err != nil {
		return err
	}
	return b.Commit()
}

// fail breaks the store: nobody knows what is on disk, so nothing is written
// any more.
func (s *Store) fail(err error) error {
	err = fmt.Errorf("store: %w: %w", ticket.ErrCommit, err)
	s.broken.CompareAndSwap(nil, &err)
	return s.failure()
}

// failure is the error that broke the store, or nil.
func (s *Store) failure() error {
	if p := s.broken.Load(); p != nil {
		return *p
	}
	return nil
}

func without(group []*request, out *request) []*request {
	kept := make([]*request, 0, len(group))
	for _, r := range group {
		if r != out {
			kept = append(kept, r)
		}
	}
	return kept
}
