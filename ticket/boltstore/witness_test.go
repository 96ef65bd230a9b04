package boltstore

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// mustOpen opens and returns a store that must be closed.
func mustOpen(t *testing.T, dir string, o Options) *Store {
	t.Helper()
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustClose(t *testing.T, s io.Closer) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOlderCopyIsRefusedAndNumbersGoOn(t *testing.T) {
	dir := closedDesk(t, 3)
	path := filepath.Join(dir, deskFile)
	copyFile(t, path, path+".backup")
	s := mustOpen(t, dir, Options{})
	uuid := s.UUID()
	grow(t, s, 2) // 4 and 5 are known to customers
	mustClose(t, s)

	copyFile(t, path+".backup", path)
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrOlder) {
		t.Fatalf("an older copy: %v, want ErrOlder", err)
	}
	s = mustOpen(t, dir, Options{AfterRestore: true})
	if s.Generation() != 2 || s.UUID() != uuid {
		t.Errorf("generation %d of %s, want 2 of %s", s.Generation(), s.UUID(), uuid)
	}
	id, err := addTicket(s)
	if err != nil || id <= 5 {
		t.Errorf("number %d after the restore, %v: want one above 5", id, err)
	}
	mustClose(t, s)
	mustClose(t, mustOpen(t, dir, Options{})) // it is a desk like any other now

	copyFile(t, path+".backup", path) // of generation 1
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrOlder) {
		t.Errorf("a copy of an older generation: %v, want ErrOlder", err)
	}
}

func TestRestoreWithoutWitnessSkipsNumbers(t *testing.T) {
	dir := closedDesk(t, 3)
	if err := os.Remove(filepath.Join(dir, witnessFile)); err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, dir, Options{AfterRestore: true})
	defer mustClose(t, s)
	if id, err := addTicket(s); err != nil || id != 3+restoreSkip+1 {
		t.Errorf("number %d, %v: want %d", id, err, 3+restoreSkip+1)
	}
}

// A crash leaves the witness behind the database, never before it.
func TestWitnessAfterCrash(t *testing.T) {
	dir := closedDesk(t, 0)
	s := mustOpen(t, dir, Options{})
	grow(t, s, numberBlock+3)
	files := t.TempDir()
	for _, name := range []string{deskFile, witnessFile} { // what a killed process leaves
		copyFile(t, filepath.Join(dir, name), filepath.Join(files, name))
	}
	mustClose(t, s)
	if err := os.Mkdir(filepath.Join(files, archiveDir), 0o700); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, files, Options{})
	defer mustClose(t, s)
	if s.Generation() != 1 {
		t.Errorf("generation %d, want 1", s.Generation())
	}
	if id, err := addTicket(s); err != nil || id != numberBlock+4 {
		t.Errorf("number %d, %v: want %d", id, err, numberBlock+4)
	}
}

// A desk made in the place of a lost one gives out none of its numbers.
func TestCreateGoesOnFromALostDesksWitness(t *testing.T) {
	dir := closedDesk(t, 3)
	if err := os.Remove(filepath.Join(dir, deskFile)); err != nil {
		t.Fatal(err)
	}
	s := must(Create(dir, Options{}))
	defer mustClose(t, s)
	if id, err := addTicket(s); err != nil || id <= 3 {
		t.Errorf("number %d, %v: want one above 3", id, err)
	}
}
