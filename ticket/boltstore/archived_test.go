package boltstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"sportello/ticket"
)

// december is another month than the one that fileOne files in.
var december = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)

// fileRaw files a mail that arrived at that time, and returns its reference.
func fileRaw(s *Store, at time.Time, text string) (ref ticket.RawRef, err error) {
	refs, err := s.Keep(context.Background(), []ticket.RawMail{{At: at, Raw: []byte(text)}})
	if err != nil {
		return "", err
	}
	return refs[0], s.Update(context.Background(), func(tx ticket.Tx) error {
		id, err := tx.NextArrival()
		if err != nil {
			return err
		}
		return tx.PutArrival(&ticket.Arrival{ID: id, Arrived: at, Raw: refs[0], Fate: ticket.FateIgnored, Reason: "a test"})
	})
}

// losses are what may happen to a month between two starts, and must be refused.
var losses = []struct {
	name string
	lose func(t *testing.T, path, older string)
	want error
}{
	{"removed", func(t *testing.T, path, _ string) { os.Remove(path) }, ErrMonth},
	{"an older copy", func(t *testing.T, path, older string) { copyFile(t, older, path) }, ErrMonth},
	{"made anew, empty", func(t *testing.T, path, _ string) { os.WriteFile(path, nil, 0o600) }, ErrEmpty},
	{"cut", func(t *testing.T, path, _ string) { os.Truncate(path, 5000) }, ErrShort},
	{"another desk's", func(t *testing.T, path, _ string) {
		other := newStore(t)
		for range 5 {
			keepOne(t, other, december, "theirs")
		}
		copyFile(t, other.archive.path("2026-12"), path)
	}, ErrForeign},
	{"another month", func(t *testing.T, path, _ string) {
		copyFile(t, filepath.Join(filepath.Dir(path), "2026-11.db"), path)
	}, ErrForeign},
	{"the number taken back", func(t *testing.T, path, _ string) {
		inBolt(func(tx *bolt.Tx) error { return tx.Bucket(bucketMail).SetSequence(2) })(t, path)
	}, ErrMonth},
	{"a folder", func(t *testing.T, path, _ string) { os.Remove(path); os.Mkdir(path, 0o700) }, ErrForeign},
}

// deskOfTwoMonths has three mails in December, and a copy of that month that
// holds the first only.
func deskOfTwoMonths(t *testing.T) (dir, older string, refs []ticket.RawRef) {
	t.Helper()
	dir, older = filepath.Join(t.TempDir(), "state"), filepath.Join(t.TempDir(), "older.db")
	s := must(Create(dir, Options{}))
	if _, err := fileOne(s); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		ref, err := fileRaw(s, december, fmt.Sprintf("the secret of customer %d", i))
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, ref)
		if i == 0 {
			mustClose(t, s)
			copyFile(t, s.archive.path("2026-12"), older)
			s = mustOpen(t, dir, Options{})
		}
	}
	checkClean(t, s)
	mustClose(t, s)
	return dir, older, refs
}

func TestALostMonthIsRefusedWithInstructions(t *testing.T) {
	for _, c := range losses {
		t.Run(c.name, func(t *testing.T) {
			dir, older, _ := deskOfTwoMonths(t)
			path := filepath.Join(dir, archiveDir, "2026-12.db")
			c.lose(t, path, older)
			for _, readOnly := range []bool{true, false} {
				s, err := Open(dir, Options{ReadOnly: readOnly})
				if err == nil {
					s.Close()
				}
				if !errors.Is(err, c.want) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), advice[c.want]) {
					t.Errorf("error %v, want %v that names %s and what to do", err, c.want, path)
				}
			}
		})
	}
}

// Whatever became of the month, a desk that is told to go on never shows other
// bytes under a reference, and gives no number to a second mail.
func TestAReferenceNeverShowsAnotherMail(t *testing.T) {
	for _, c := range losses[:2] {
		t.Run(c.name, func(t *testing.T) {
			dir, older, refs := deskOfTwoMonths(t)
			c.lose(t, filepath.Join(dir, archiveDir, "2026-12.db"), older)
			s := mustOpen(t, dir, Options{AfterRestore: true})
			defer mustClose(t, s)
			var later []ticket.RawRef
			for i := range 3 {
				ref, err := fileRaw(s, december, fmt.Sprintf("a later mail %d", i))
				if err != nil {
					t.Fatal(err)
				}
				later = append(later, ref)
			}
			for i, ref := range refs {
				raw, err := s.Raw(t.Context(), ref)
				if want := fmt.Sprintf("the secret of customer %d", i); err == nil && string(raw) != want || err != nil && !errors.Is(err, ticket.ErrNotFound) {
					t.Errorf("%s: %q, %v", ref, raw, err)
				}
			}
			for i, ref := range later {
				if raw, err := s.Raw(t.Context(), ref); err != nil || string(raw) != fmt.Sprintf("a later mail %d", i) {
					t.Errorf("%s: %q, %v", ref, raw, err)
				}
			}
		})
	}
}

// A month taken away from under the running desk is not begun again.
func TestAMonthThatGoesMissingIsNotMadeAnew(t *testing.T) {
	dir := t.TempDir()
	mustClose(t, must(Create(dir, Options{})))
	s := mustOpen(t, dir, Options{OpenMonths: 1})
	defer s.Close()
	if _, err := fileRaw(s, december, "one"); err != nil {
		t.Fatal(err)
	}
	keepOne(t, s, month0, "another month, so that the first is closed")
	if err := os.Remove(s.archive.path("2026-12")); err != nil {
		t.Fatal(err)
	}
	_, err := fileRaw(s, december, "two")
	if !errors.Is(err, ErrMonth) || !errors.Is(err, ticket.ErrCommit) {
		t.Errorf("error %v, want one that ends the desk", err)
	}
	if _, err := s.Raw(t.Context(), "2026-12/1"); !errors.Is(err, ErrMonth) {
		t.Errorf("reading: %v", err)
	}
}

// Two mails exchanged in a month, or one put in another's place, are told by the
// reference; so is a bit of any frame.
func TestAFrameUnderAnotherNumberIsTold(t *testing.T) {
	dir, _, refs := deskOfTwoMonths(t)
	path := filepath.Join(dir, archiveDir, "2026-12.db")
	frames := [][]byte{}
	inBolt(func(tx *bolt.Tx) error {
		for n := range uint64(3) {
			frames = append(frames, bytes.Clone(tx.Bucket(bucketMail).Get(number(n+1))))
		}
		return nil
	})(t, path)
	put := func(n int, frame []byte) {
		inBolt(func(tx *bolt.Tx) error { return tx.Bucket(bucketMail).Put(number(uint64(n+1)), frame) })(t, path)
	}
	see := func(what string, wrong int) {
		t.Helper()
		s := mustOpen(t, dir, Options{ReadOnly: true})
		defer mustClose(t, s)
		bad := 0
		for i, ref := range refs {
			raw, err := s.Raw(t.Context(), ref)
			if err != nil {
				bad++
			} else if string(raw) != fmt.Sprintf("the secret of customer %d", i) {
				t.Errorf("%s: %s shows %q", what, ref, raw)
			}
		}
		if bad != wrong {
			t.Errorf("%s: %d cannot be read, want %d", what, bad, wrong)
		}
	}
	put(0, frames[1])
	see("doubled", 1)
	put(1, frames[0])
	see("exchanged", 2)
	put(0, frames[0])
	put(1, frames[1])
	see("put right", 0)
	for i := range frames[2] {
		spoiled := bytes.Clone(frames[2])
		spoiled[i] ^= 1 << (i % 8)
		put(2, spoiled)
		see(fmt.Sprintf("bit of byte %d", i), 1)
	}
}

// What the disk says while a month is made ends the desk, unless it says that
// there is no room.
func TestOnlyWantOfRoomIsTriedAgain(t *testing.T) {
	for _, c := range []struct {
		err   error
		waits bool
	}{
		{syscall.ENOSPC, true}, {&fs.PathError{Op: "write", Err: syscall.EDQUOT}, true}, {fmt.Errorf("open: %w", syscall.EMFILE), true}, {ErrClosed, true},
		{syscall.EIO, false}, {&fs.PathError{Op: "sync", Err: syscall.EIO}, false}, {errors.Join(syscall.EIO, os.ErrNotExist), false},
		{syscall.EROFS, false}, {ErrMonth, false}, {errors.New("anything else"), false}, {errors.Join(syscall.EIO, syscall.ENOSPC), false},
	} {
		if got := noRoom(c.err); got != c.waits {
			t.Errorf("%v: tried again %v, want %v", c.err, got, c.waits)
		}
	}
}

// An older store, whose archive is not remembered, learns it when it is opened.
func TestAnOlderDeskLearnsHowFarItsArchiveGoes(t *testing.T) {
	dir := deskOf(t, "schema3")
	mustClose(t, mustOpen(t, dir, Options{}))
	path := filepath.Join(dir, archiveDir, "2026-11.db")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrMonth) {
		t.Errorf("error %v, want ErrMonth", err)
	}
}
