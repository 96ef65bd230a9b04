package boltstore

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sportello/ticket"
)

// A desk is smaller afterwards, says what it said, and goes on: also after it was
// closed, and for its witness.
func TestCompact(t *testing.T) {
	dir := deskOf(t, "schema4")
	s := mustOpen(t, dir, Options{})
	want, position := everything(t, s), s.position()
	for range 2 {
		done, err := s.Compact(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if info := must(os.Stat(filepath.Join(dir, deskFile))); done.After != info.Size() || done.Before < done.After {
			t.Errorf("%+v, the file has %d bytes", done, info.Size())
		}
		if d := cmp.Diff(want, everything(t, s)); d != "" {
			t.Errorf("(-before +now):\n%s", d)
		}
		if s.position() <= position {
			t.Errorf("transaction %d after %d", s.position(), position)
		}
		position = s.position()
		if err := s.Attached(); err != nil {
			t.Error(err)
		}
		checkClean(t, s)
		if _, err := sendOne(s); err != nil {
			t.Fatal(err)
		}
		putAway(t, s)
		want = everything(t, s)
	}
	mustClose(t, s)
	s = mustOpen(t, dir, Options{})
	defer mustClose(t, s)
	if d := cmp.Diff(want, everything(t, s)); d != "" {
		t.Errorf("opened again (-before +now):\n%s", d)
	}
	checkClean(t, s)
}

// What comes while a desk is compacted is there afterwards, and who reads meanwhile
// reads on.
func TestCompactWhileTheDeskWorks(t *testing.T) {
	s := newStore(t)
	for range 20 {
		must(sendOne(s))
	}
	stop := make(chan struct{})
	var ids [3][]ticket.ID
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				id, err := sendOne(s)
				if err != nil {
					t.Error(err)
					return
				}
				ids[i] = append(ids[i], id)
			}
		})
	}
	reading, read := make(chan struct{}), make(chan struct{})
	wg.Go(func() {
		if err := s.View(context.Background(), func(tx ticket.Tx) error {
			close(reading)
			<-read
			_, err := tx.Ticket(1)
			return err
		}); err != nil {
			t.Error(err)
		}
	})
	<-reading
	for range 5 {
		if _, err := s.Compact(context.Background()); err != nil {
			t.Error(err)
		}
	}
	close(read)
	close(stop)
	wg.Wait()
	if err := s.View(t.Context(), func(tx ticket.Tx) error {
		for _, ids := range ids {
			for _, id := range ids {
				if _, err := tx.Ticket(id); err != nil {
					t.Error(err)
				}
			}
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	checkClean(t, s)
}

// A copy that was begun is taken away, and where one cannot be made the desk goes on.
func TestCompactBrokenOff(t *testing.T) {
	dir := t.TempDir()
	s := must(Create(dir, Options{}))
	must(fileOne(s))
	left := filepath.Join(dir, deskFile+compactSuffix)
	if err := os.MkdirAll(filepath.Join(left, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Compact(t.Context()); err == nil {
		t.Error("a folder was in the way")
	}
	if err := os.RemoveAll(left); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Compact(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	must(fileOne(s))
	mustClose(t, s)
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, dir, Options{})
	defer mustClose(t, s)
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what was left of a copy: %v", err)
	}
	checkClean(t, s)
}
