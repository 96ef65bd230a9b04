package boltstore

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"

	"sportello/ticket"
)

// makeOlder leaves a store as programs before checksums wrote it.
func makeOlder(tx *bolt.Tx, m metaRecord, schema int) error {
	for _, name := range buckets[1:] {
		b := tx.Bucket(name)
		var all []entry
		if err := b.ForEach(func(k, v []byte) error {
			all = append(all, entry{bytes.Clone(k), append([]byte{}, v[:len(v)-sumSize]...)})
			return nil
		}); err != nil {
			return err
		}
		for _, e := range all {
			if err := b.Put(e.key, e.value); err != nil {
				return err
			}
		}
	}
	if err := tx.Bucket(bucketDesk).Delete(keyTally); err != nil {
		return err
	}
	m.Schema, m.Sum = schema, 0
	v, err := encode(m)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketMeta).Put(keyMeta, v)
}

// deskOf unpacks a desk that a program of an older schema kept for six days.
func deskOf(t *testing.T, schema string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	f, err := os.Open(filepath.Join("testdata", schema+".tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for in := tar.NewReader(z); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return dir
		}
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, h.Name)
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(to, 0o700)
		} else {
			var b []byte
			if b, err = io.ReadAll(in); err == nil {
				err = os.WriteFile(to, b, 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// everything is what a store answers, in one text.
func everything(t *testing.T, s *Store) string {
	t.Helper()
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	if err := s.View(t.Context(), func(tx ticket.Tx) error {
		for v, err := range tx.Tickets(ticket.Filter{}) {
			if err != nil {
				return err
			}
			messages, err := tx.Messages(v.ID)
			events, err2 := tx.Events(v.ID)
			if err := errors.Join(err, err2, out.Encode(v), out.Encode(messages), out.Encode(events)); err != nil {
				return err
			}
		}
		for r, err := range tx.Rows(0, 0) {
			if err != nil {
				return err
			}
			l, err := tx.Letter(r.Notice.ID)
			if err != nil && !errors.Is(err, ticket.ErrNotFound) {
				return err
			}
			if err := errors.Join(out.Encode(r), out.Encode(l)); err != nil {
				return err
			}
		}
		lots, err := tx.Lots("C1")
		stats, err2 := tx.Stats()
		cursor, err3 := tx.Cursor()
		seen, err4 := tx.Seen()
		return errors.Join(err, err2, err3, err4, out.Encode(lots), out.Encode(stats), out.Encode(cursor), out.Encode(seen))
	}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A desk from before checksums is brought up to date a bounded number of entries
// at a time. Wherever that was broken off it can be read as it was, and the next
// start goes on.
func TestADeskOlderThanItsChecksumsIsSealedInSteps(t *testing.T) {
	dir := deskOf(t, "schema3")
	s := mustOpen(t, dir, Options{ReadOnly: true})
	want := everything(t, s)
	checkClean(t, s)
	mustClose(t, s)

	path := filepath.Join(dir, deskFile)
	steps := 0
	for done := false; !done; steps++ {
		db, err := openBolt(path, false, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		m, err := readMeta(db, path)
		if err != nil {
			t.Fatal(err)
		}
		if m.Schema < 4 {
			m, err = beginSealing(db, m)
		} else {
			m, err = sealSome(db, m, 50, 4000)
		}
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		done = m.Sealing.Bucket == len(buckets)
		if steps%5 == 0 {
			s := mustOpen(t, dir, Options{ReadOnly: true})
			if d := cmp.Diff(want, everything(t, s)); d != "" {
				t.Fatalf("after step %d, at %+v (-before +now):\n%s", steps, m.Sealing, d)
			}
			checkClean(t, s)
			mustClose(t, s)
			if err := QuickCheck(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	if steps < 50 {
		t.Errorf("%d steps: they are not bounded", steps)
	}
	isOfNow(t, dir, want)
}

// A desk from before dictionaries reads as it did, and is one of this schema once
// it was opened for writing.
func TestADeskOlderThanItsDictionaries(t *testing.T) {
	dir := deskOf(t, "schema4")
	s := mustOpen(t, dir, Options{ReadOnly: true})
	want := everything(t, s)
	checkClean(t, s)
	mustClose(t, s)
	isOfNow(t, dir, want)
}

// What an older program finds tells it that it is too old, not that the file is
// somebody else's.
func TestAnOlderProgramUnderstandsMeta(t *testing.T) {
	s := newStore(t)
	if err := s.db.View(func(tx *bolt.Tx) error {
		var m struct {
			UUID   string `json:"uuid"`
			Schema int    `json:"schema"`
		}
		v := tx.Bucket(bucketMeta).Get(keyMeta)
		if err := json.Unmarshal(v[1:], &m); err != nil || m.UUID != s.UUID() || m.Schema != schema {
			t.Errorf("%q: %+v, %v", v, m, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// isOfNow opens a desk that was brought up to date, twice, and files a mail each time:
// it is of this schema, and holds what it held.
func isOfNow(t *testing.T, dir, want string) {
	t.Helper()
	for range 2 {
		s := mustOpen(t, dir, Options{})
		if s.meta.Schema != schema || s.meta.Sealing != nil {
			t.Errorf("%+v", s.meta)
		}
		if d := cmp.Diff(want, everything(t, s)); d != "" {
			t.Errorf("(-before +now):\n%s", d)
		}
		checkClean(t, s)
		if _, err := fileOne(s); err != nil {
			t.Fatal(err)
		}
		want = everything(t, s)
		mustClose(t, s)
	}
}
