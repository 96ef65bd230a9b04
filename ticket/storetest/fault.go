package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"sportello/ticket"
)

// Moment says when a faulty step fails.
type Moment int

const (
	// Before: nothing of it is on disk.
	Before Moment = iota + 1
	// After: it is all on disk, but nobody was told.
	After
)

// Fault passes calls to a store and fails one of them, as a crash or an I/O
// error would: with ErrCommit. From then on every write fails, since the
// process would have ended; reads go on. Start again on the store below.
type Fault struct {
	ticket.Store
	mu      sync.Mutex
	commit  fuse
	keep    fuse
	failure error
}

// fuse counts calls down to the one that fails.
type fuse struct {
	left   int // 0: never, or it has blown
	moment Moment
	calls  int
}

// NewFault returns a wrapper of s that fails nothing yet.
func NewFault(s ticket.Store) *Fault { return &Fault{Store: s} }

// FailUpdate lets the nth call of Update from now fail (1: the next one).
func (f *Fault) FailUpdate(n int, m Moment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.commit.left, f.commit.moment = n, m
}

// FailKeep lets the nth call of Keep from now fail.
func (f *Fault) FailKeep(n int, m Moment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.keep.left, f.keep.moment = n, m
}

// Calls tells how many calls of Update and Keep there were.
func (f *Fault) Calls() (updates, keeps int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.commit.calls, f.keep.calls
}

// Broken tells whether the fault has happened.
func (f *Fault) Broken() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failure != nil
}

// Update passes on, or fails.
func (f *Fault) Update(ctx context.Context, do func(ticket.Tx) error) error {
	moment, err := f.burn(&f.commit, "update")
	switch moment {
	case Before: // do has run, and nothing of it stays
		f.Store.Update(ctx, func(t ticket.Tx) error { return errors.Join(do(t), err) })
		return err
	case After:
		if failed := f.Store.Update(ctx, do); failed != nil {
			return failed
		}
		return err
	}
	if err != nil {
		return err
	}
	return f.Store.Update(ctx, do)
}

// Keep passes on, or fails.
func (f *Fault) Keep(ctx context.Context, raws []ticket.RawMail) ([]ticket.RawRef, error) {
	moment, err := f.burn(&f.keep, "keep")
	if err != nil && moment != After {
		return nil, err
	}
	refs, failed := f.Store.Keep(ctx, raws)
	if err := errors.Join(failed, err); err != nil {
		return nil, err
	}
	return refs, nil
}

// burn counts a call. Moment 0 with an error means that the store was broken before.
func (f *Fault) burn(u *fuse, what string) (Moment, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	u.calls++
	if f.failure != nil {
		return 0, f.failure
	}
	if u.left == 0 {
		return 0, nil
	}
	if u.left--; u.left > 0 {
		return 0, nil
	}
	f.failure = fmt.Errorf("storetest: fault in %s %d: %w", what, u.calls, ticket.ErrCommit)
	return u.moment, f.failure
}
