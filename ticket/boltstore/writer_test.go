package boltstore

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sportello/ticket"
)

func TestCallsThatWaitAreOneCommit(t *testing.T) {
	s := newStore(t)
	started, held := make(chan bool), make(chan bool)
	var once sync.Once
	var wg sync.WaitGroup
	wg.Go(func() {
		s.Update(context.Background(), func(tx ticket.Tx) error {
			once.Do(func() { close(started); <-held }) // the others queue up behind
			return tx.Count(ticket.CountSuppressed, 1)
		})
	})
	<-started
	before := s.position()
	const calls = 50
	for range calls {
		r := &request{f: func(tx ticket.Tx) error { _, err := tx.NextTicket(); return err }, done: make(chan struct{})}
		if err := s.enqueue(context.Background(), r); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() { <-r.done })
	}
	close(held)
	wg.Wait()
	if got := s.position() - before; got != 2 {
		t.Errorf("%d calls took %d commits, want 2: the first alone, the others together", calls+1, got)
	}
	if n := s.numbers().Tickets; n != calls {
		t.Errorf("%d numbers given out, want %d", n, calls)
	}
}

func TestCallerThatGivesUpBeforeItsTurnWritesNothing(t *testing.T) {
	s := newStore(t)
	started, held, gone := make(chan bool), make(chan bool), make(chan error)
	go s.Update(context.Background(), func(ticket.Tx) error { close(started); <-held; return nil })
	<-started
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		gone <- s.Update(ctx, func(tx ticket.Tx) error { return tx.PutTicket(&ticket.Ticket{ID: 1}) })
	}()
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want Canceled", err)
	}
	close(held)
	if _, err := addTicket(s); err != nil {
		t.Fatal(err)
	}
	if n := s.Stats().Open; n != 1 {
		t.Errorf("%d open tickets, want 1", n)
	}
}

// A failed commit is final: nothing is written any more, reads go on.
func TestFailedCommitBreaksTheStore(t *testing.T) {
	for name, spoil := range map[string]func(*Store){
		"database": func(s *Store) { s.db.MaxSize = 1 },
		"witness":  func(s *Store) { s.witness.path = filepath.Join(s.dir, "missing", "file") },
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Create(t.TempDir(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			spoil(s)
			big := func(tx ticket.Tx) error {
				if _, err := tx.NextTicket(); err != nil {
					return err
				}
				return tx.PutLetter(1, &ticket.Letter{Chunks: []ticket.Chunk{{Bytes: make([]byte, 40<<20)}}})
			}
			if err := s.Update(context.Background(), big); !errors.Is(err, ticket.ErrCommit) {
				t.Fatalf("error %v, want ErrCommit", err)
			}
			s.db.MaxSize = 0
			if _, err := addTicket(s); !errors.Is(err, ticket.ErrCommit) {
				t.Errorf("a later Update: %v, want ErrCommit", err)
			}
			if _, err := s.Keep(context.Background(), nil); !errors.Is(err, ticket.ErrCommit) {
				t.Errorf("a later Keep: %v, want ErrCommit", err)
			}
			err = s.View(context.Background(), func(tx ticket.Tx) error { _, err := tx.Stats(); return err })
			if err != nil {
				t.Errorf("a later View: %v", err)
			}
		})
	}
}

// Calls that only read, or fail before they write, cost no commit.
func TestNothingWrittenIsNoCommit(t *testing.T) {
	s := newStore(t)
	before := s.position()
	err := s.Update(context.Background(), func(tx ticket.Tx) error { _, err := tx.Ticket(1); return err })
	if !errors.Is(err, ticket.ErrNotFound) || s.position() != before {
		t.Errorf("error %v after %d commits, want ErrNotFound after none", err, s.position()-before)
	}
}

func TestCloseCommitsWhatIsQueued(t *testing.T) {
	dir := t.TempDir()
	s, err := Create(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for range 40 {
		wg.Go(func() {
			_, err := addTicket(s)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				done++
			case !errors.Is(err, ErrClosed):
				t.Errorf("error %v, want ErrClosed", err)
			}
		})
	}
	mustClose(t, s)
	wg.Wait()
	s = mustOpen(t, dir, Options{})
	defer mustClose(t, s)
	if n := s.Stats().Open; n != done {
		t.Errorf("%d tickets stored, %d calls returned nil", n, done)
	}
}

// A panic in a call, ours or bbolt's about a page that it met, is an error of that
// call alone: what stands on other pages goes on.
func TestPanicIsOfTheCallAlone(t *testing.T) {
	s := newStore(t)
	for name, f := range map[string]func(ticket.Tx) error{
		"of bbolt": func(t ticket.Tx) error { return t.(*tx).bolt.Bucket([]byte("there is none")).Put([]byte("k"), nil) },
		"of ours":  func(tx ticket.Tx) error { return tx.PutTicket(nil) },
	} {
		err := s.Update(context.Background(), f)
		if err == nil || errors.Is(err, ticket.ErrCommit) || errors.Is(err, errBroken) != (name == "of bbolt") {
			t.Errorf("a panic %s in Update: %v", name, err)
		}
		if _, err := addTicket(s); err != nil {
			t.Errorf("a later Update: %v", err)
		}
		err = s.View(context.Background(), func(tx ticket.Tx) error { return f(tx) })
		if err == nil || errors.Is(err, ticket.ErrCommit) {
			t.Errorf("a panic %s in View: %v", name, err)
		}
	}
	checkClean(t, s)
}

// The store works under a false clock and leaves no goroutine behind.
func TestInBubble(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := must(Create(dir, Options{}))
		defer mustClose(t, s)
		began := time.Now()
		for range 3 {
			if _, err := fileOne(s); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
		}
		synctest.Wait()
		checkClean(t, s)
		if got := time.Since(began); got != 3*time.Hour {
			t.Errorf("%v passed, want 3h", got)
		}
	})
}
