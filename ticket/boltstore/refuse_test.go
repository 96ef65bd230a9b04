package boltstore

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"sportello/ticket"
)

// closedDesk makes a desk with some tickets in it and closes it.
func closedDesk(t *testing.T, tickets int) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "state")
	s, err := Create(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	grow(t, s, tickets)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// grow adds tickets, one commit each.
func grow(t *testing.T, s *Store, tickets int) {
	t.Helper()
	for range tickets {
		if _, err := addTicket(s); err != nil {
			t.Fatal(err)
		}
	}
}

func addTicket(s *Store) (id ticket.ID, err error) {
	err = s.Update(context.Background(), func(tx ticket.Tx) error {
		if id, err = tx.NextTicket(); err != nil {
			return err
		}
		return tx.PutTicket(&ticket.Ticket{ID: id, State: ticket.StateOpen, Subject: strings.Repeat("oggetto ", 20)})
	})
	return id, err
}

// damage is done to the desk.db at path.
type damage func(t *testing.T, path string)

func overwrite(at int64, b []byte) damage {
	return func(t *testing.T, path string) {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.WriteAt(b, at); err != nil {
			t.Fatal(err)
		}
	}
}

func truncate(size int64) damage {
	return func(t *testing.T, path string) {
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
	}
}

func inBolt(f func(*bolt.Tx) error) damage {
	return func(t *testing.T, path string) {
		db, err := bolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(db.Update(f), db.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

var refusals = []struct {
	name  string
	spoil damage
	want  error
}{
	{"missing", func(t *testing.T, path string) { os.Remove(path) }, ErrMissing},
	{"empty", truncate(0), ErrEmpty},
	{"one page", truncate(4096), ErrShort},
	{"a few bytes", truncate(100), ErrShort},
	{"cut behind the meta pages", truncate(3 * 4096), ErrShort},
	{"a text file", func(t *testing.T, path string) {
		if err := os.WriteFile(path, []byte(strings.Repeat("not a database\n", 1000)), 0o600); err != nil {
			t.Fatal(err)
		}
	}, ErrForeign},
	{"both meta pages zeroed", overwrite(0, make([]byte, 2*4096)), ErrDamaged},
	{"both meta pages scribbled on", overwrite(pageHeader+20, make([]byte, 4096+10)), ErrDamaged},
	{"all pages zeroed behind the meta pages", overwrite(2*4096, make([]byte, 200*4096)), ErrDamaged},
	{"somebody else's bolt file", inBolt(func(tx *bolt.Tx) error { return tx.DeleteBucket(bucketMeta) }), ErrForeign},
	{"a bucket is missing", inBolt(func(tx *bolt.Tx) error { return tx.DeleteBucket(bucketQueue) }), ErrDamaged},
	{"newer schema", inBolt(func(tx *bolt.Tx) error {
		return putMeta(tx, metaRecord{UUID: "u", Schema: schema + 1, Generation: 1})
	}), ErrNewer},
	{"another desk's generation file", func(t *testing.T, path string) {
		other := closedDesk(t, 0)
		copyFile(t, filepath.Join(other, witnessFile), filepath.Join(filepath.Dir(path), witnessFile))
	}, ErrForeign},
	{"no generation file", func(t *testing.T, path string) { os.Remove(filepath.Join(filepath.Dir(path), witnessFile)) }, ErrUnwitnessed},
	{"no archive", func(t *testing.T, path string) { os.RemoveAll(filepath.Join(filepath.Dir(path), archiveDir)) }, ErrDamaged},
}

func TestOpenRefuses(t *testing.T) {
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			dir := closedDesk(t, 30)
			path := filepath.Join(dir, deskFile)
			c.spoil(t, path)
			before, _ := os.ReadFile(path)
			s, err := Open(dir, Options{})
			if err == nil {
				s.Close()
			}
			if !errors.Is(err, c.want) {
				t.Fatalf("error %v, want %v", err, c.want)
			}
			if !strings.Contains(err.Error(), advice[c.want]) || !strings.Contains(err.Error(), dir) {
				t.Errorf("the error does not name the file and what to do: %v", err)
			}
			after, _ := os.ReadFile(path)
			if string(before) != string(after) {
				t.Error("the refused file was changed")
			}
			lock, err := lockDir(dir, Options{})
			if err != nil {
				t.Fatalf("the lock was not given back: %v", err)
			}
			lock.Close()
		})
	}
}

// One meta page is enough: the other was torn by a crash.
func TestOpenWithOneMetaPage(t *testing.T) {
	for page := range int64(2) {
		dir := closedDesk(t, 3)
		path := filepath.Join(dir, deskFile)
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		older, err := olderMeta(f)
		if err != nil {
			t.Fatal(err)
		}
		if older != page {
			f.Close()
			continue
		}
		if _, err := f.WriteAt(make([]byte, 4096), page*4096); err != nil {
			t.Fatal(err)
		}
		f.Close()
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatalf("meta page %d torn: %v", page, err)
		}
		if got := s.Stats().Open; got != 3 {
			t.Errorf("meta page %d torn: %d tickets, want 3", page, got)
		}
		s.Close()
	}
}

func olderMeta(f *os.File) (int64, error) {
	a, err := readBoltMeta(f, 0)
	b, err2 := readBoltMeta(f, 4096)
	if a.txid > b.txid {
		return 1, errors.Join(err, err2)
	}
	return 0, errors.Join(err, err2)
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCreateRefusesWhatIsThere(t *testing.T) {
	dir := closedDesk(t, 1)
	if _, err := Create(dir, Options{}); !errors.Is(err, ErrExists) {
		t.Errorf("error %v, want ErrExists", err)
	}
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.Stats().Open != 1 {
		t.Error("the desk that was there lost its ticket")
	}
}

func TestCreateModes(t *testing.T) {
	dir := closedDesk(t, 1)
	for name, want := range map[string]os.FileMode{"": 0o700, deskFile: 0o600, witnessFile: 0o600, lockFile: 0o600, archiveDir: 0o700} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%q has mode %o, want %o", name, got, want)
		}
	}
}

func TestBusy(t *testing.T) {
	dir := closedDesk(t, 1)
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, readOnly := range []bool{false, true} {
		_, err = Open(dir, Options{ReadOnly: readOnly, Timeout: time.Millisecond})
		busy, ok := errors.AsType[*BusyError](err)
		if !ok || !errors.Is(err, ErrBusy) || busy.PID != os.Getpid() {
			t.Errorf("read-only %v: error %v, want ErrBusy with our pid", readOnly, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	one, err := Open(dir, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	two, err := Open(dir, Options{ReadOnly: true})
	if err != nil {
		t.Fatalf("a second reader: %v", err)
	}
	defer two.Close()
	if _, err := addTicket(two); !errors.Is(err, ticket.ErrReadOnly) {
		t.Errorf("Update on a read-only store: %v, want ErrReadOnly", err)
	}
	if _, err := two.Keep(context.Background(), nil); !errors.Is(err, ticket.ErrReadOnly) {
		t.Errorf("Keep on a read-only store: %v, want ErrReadOnly", err)
	}
	if two.Stats().Open != 1 {
		t.Error("a reader does not see the ticket")
	}
}

func TestQuickCheck(t *testing.T) {
	dir := closedDesk(t, 50)
	path := filepath.Join(dir, deskFile)
	if err := QuickCheck(path); err != nil {
		t.Errorf("a good file: %v", err)
	}
	if err := QuickCheck(path + "x"); !errors.Is(err, ErrMissing) {
		t.Errorf("no file: %v, want ErrMissing", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	m, err := liveMeta(f)
	if err != nil {
		t.Fatal(err)
	}
	for page := uint64(2); page < m.high; page++ { // all but what inspect reads
		if page != m.root && page != m.freelist {
			if _, err := f.WriteAt(make([]byte, m.pageSize), int64(page)*int64(m.pageSize)); err != nil {
				t.Fatal(err)
			}
		}
	}
	f.Close()
	if err := QuickCheck(path); !errors.Is(err, ErrDamaged) {
		t.Errorf("zeroed pages: %v, want ErrDamaged", err)
	}
}

// TestLostMeta: where the newer of the two meta pages is damaged the file shows an
// older state: that is damage and no copy that somebody put there; where it is the
// other one nothing is lost, and Check tells of it.
func TestLostMeta(t *testing.T) {
	for n := range int64(2) {
		dir := closedDesk(t, 20)
		path := filepath.Join(dir, deskFile)
		m, err := liveMeta(mustOpenFile(t, path))
		if err != nil {
			t.Fatal(err)
		}
		overwrite(n*int64(m.pageSize)+pageHeader+8, make([]byte, 64))(t, path)
		s, err := Open(dir, Options{})
		if newer := n == int64(m.txid%2); newer {
			if !errors.Is(err, ErrDamaged) || errors.Is(err, ErrOlder) || strings.Contains(err.Error(), "after-restore") {
				t.Errorf("the newer one: %v", err)
			}
			continue
		}
		if err != nil {
			t.Errorf("the older one: %v", err)
			continue
		}
		var found []string
		if err := s.Pages(t.Context(), func(f Finding) { found = append(found, f.Text) }); err != nil || len(found) != 1 || !strings.Contains(found[0], "meta page") {
			t.Errorf("%q, %v", found, err)
		}
		grow(t, s, 2)
		checkClean(t, s)
		mustClose(t, s)
	}
}
