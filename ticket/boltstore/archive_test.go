package boltstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sportello/ticket"
)

// month0 is the first of the months that these tests fill.
var month0 = time.Date(2026, 1, 31, 23, 59, 59, 0, time.UTC)

func keepOne(t *testing.T, s *Store, at time.Time, raw string) ticket.RawRef {
	t.Helper()
	refs, err := s.Keep(context.Background(), []ticket.RawMail{{At: at, Raw: []byte(raw)}})
	if err != nil {
		t.Fatal(err)
	}
	return refs[0]
}

func TestMonthOfArrivalChoosesTheFile(t *testing.T) {
	s := newStore(t)
	for _, c := range []struct {
		at   time.Time
		want ticket.RawRef
	}{
		{month0, "2026-01/1"}, {month0.Add(time.Second), "2026-02/1"}, {month0.In(time.FixedZone("CET", 3600)), "2026-01/2"},
		{time.Time{}, "0001-01/1"}, {month0, "2026-01/3"},
		{month0.AddDate(20000, 0, 0), "9999-12/1"}, {month0.AddDate(-5000, 0, 0), "0001-01/2"},
	} {
		got := keepOne(t, s, c.at, "x")
		if name, n, mark, err := parseRef(got); err != nil || mark == "" || ticket.RawRef(fmt.Sprintf("%s/%d", name, n)) != c.want {
			t.Errorf("%v: %s, want %s", c.at, got, c.want)
		}
		if _, err := s.Raw(context.Background(), got); err != nil {
			t.Errorf("%v: %v", c.at, err)
		}
	}
}

// Few months are held open, whatever is read and written.
func TestOpenMonthsAreBounded(t *testing.T) {
	dir := t.TempDir()
	mustClose(t, must(Create(dir, Options{})))
	s := mustOpen(t, dir, Options{OpenMonths: 2})
	defer mustClose(t, s)
	var refs []ticket.RawRef
	for i := range 8 {
		refs = append(refs, keepOne(t, s, month0.AddDate(0, 0, 30*i), fmt.Sprint(i)))
	}
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			raw, err := s.Raw(context.Background(), refs[i%8])
			if err != nil || string(raw) != fmt.Sprint(i%8) {
				t.Errorf("%s: %q, %v", refs[i%8], raw, err)
			}
			if i%5 == 0 { // a month open for reading is opened again for writing
				if _, err := s.Keep(context.Background(), []ticket.RawMail{{At: month0.AddDate(0, 0, 30*(i%8)), Raw: raw}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(s.archive.months); n > 2 {
		t.Errorf("%d months are open, want 2 at most", n)
	}
}

func TestMonthsThatAreNotOurs(t *testing.T) {
	s, other := newStore(t), newStore(t)
	keepOne(t, s, month0, "ours")
	keepOne(t, other, month0, "theirs")
	mine := func(name string) string { return filepath.Join(s.dir, archiveDir, name) }
	copyFile(t, filepath.Join(other.dir, archiveDir, "2026-01.db"), mine("2025-12.db"))
	copyFile(t, mine("2026-01.db"), mine("2025-11.db"))
	if err := os.WriteFile(mine("2025-10.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	copyFile(t, mine("2026-01.db"), mine("2025-09.db"))
	if err := os.Truncate(mine("2025-09.db"), 9000); err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[ticket.RawRef]error{"2025-12/1": ErrForeign, "2025-11/1": ErrForeign, "2025-10/1": ErrEmpty, "2025-09/1": ErrShort} {
		if _, err := s.Raw(context.Background(), ref); !errors.Is(err, want) {
			t.Errorf("%s: error %v, want %v", ref, err, want)
		}
	}
	if _, err := s.Raw(context.Background(), "2026-01/1"); err != nil {
		t.Error(err)
	}
}

// A frame that expands to more than it says is refused before it takes memory.
func TestBombIsRefused(t *testing.T) {
	s := newStore(t)
	bomb, err := compress([]ticket.RawMail{{Raw: bytes.Repeat([]byte{0}, 64<<20)}}, s.archive.enc)
	if err != nil {
		t.Fatal(err)
	}
	frame := bomb[0].stored
	copy(frame[1:frameHead], []byte{0, 0, 0, 10}) // "10 bytes"
	if raw, err := s.archive.expand(frame); err == nil || cap(raw) > 1<<20 {
		t.Errorf("%d bytes, error %v: want an error and no memory", cap(raw), err)
	}
	copy(frame[1:frameHead], []byte{0xFF, 0xFF, 0xFF, 0xFF})
	if _, err := s.archive.expand(frame); err == nil {
		t.Error("a mail of 4 GiB was accepted")
	}
}

func TestRawMailIsCompressed(t *testing.T) {
	s := newStore(t)
	keepOne(t, s, month0, strings.Repeat("Buongiorno, il sito non funziona.\r\n", 100_000))
	info, err := os.Stat(s.archive.path("2026-01"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 1<<20 {
		t.Errorf("3.5 MB of mail take %d bytes", info.Size())
	}
}

func TestKeepOfManyMailsIsOneCommit(t *testing.T) {
	s := newStore(t)
	keepOne(t, s, month0, "x")
	m, err := s.archive.acquire("2026-01", false)
	if err != nil {
		t.Fatal(err)
	}
	defer s.archive.release(m)
	position := func() int {
		tx, err := m.db.Begin(false)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		return tx.ID()
	}
	before := position()
	mails := make([]ticket.RawMail, 100)
	for i := range mails {
		mails[i] = ticket.RawMail{At: month0, Raw: []byte(fmt.Sprint(i))}
	}
	refs, err := s.Keep(context.Background(), mails)
	if err != nil {
		t.Fatal(err)
	}
	if got := position() - before; got != 1 || !strings.HasPrefix(string(refs[99]), "2026-01/101/") {
		t.Errorf("%d commits, last reference %s: want 1 and 2026-01/101", got, refs[99])
	}
}

// A month that was cut short stops the start, not the filing of a mail.
func TestDamagedMonthIsRefusedAtStart(t *testing.T) {
	dir := t.TempDir()
	s := must(Create(dir, Options{}))
	keepOne(t, s, month0, "x")
	mustClose(t, s)
	path := filepath.Join(dir, archiveDir, "2026-01.db")
	if err := os.Truncate(path, 3*4096); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(dir, Options{}); !errors.Is(err, ErrShort) || !strings.Contains(err.Error(), path) {
		if err == nil {
			s.Close()
		}
		t.Errorf("error %v, want ErrShort naming %s", err, path)
	}
}
