package main

import (
	"os"
	"path/filepath"
	"testing"
)

// Names come from a daemon: none may lead out of the folder or overwrite.
func TestFolderKeepsToItself(t *testing.T) {
	home := t.TempDir()
	f := &folder{path: filepath.Join(home, "new", "examples")}
	defer f.close()
	if err := f.mustBeEmpty(); err != nil {
		t.Fatal(err)
	}
	if err := f.write("mail-down/ticket-1.eml", []byte("first")); err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(home, "outside")
	if err := os.Mkdir(outside, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(f.path, "link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"mail-down/ticket-1.eml", "../ticket-1.eml", "a/../../b.eml", "link/ticket-1.eml", filepath.Join(outside, "x"), "", "mail-down"} {
		if err := f.write(name, []byte("second")); err == nil {
			t.Errorf("%q was written", name)
		}
	}
	if b, err := os.ReadFile(filepath.Join(f.path, "mail-down", "ticket-1.eml")); err != nil || string(b) != "first" {
		t.Errorf("the first file holds %q, %v", b, err)
	}
	for dir, want := range map[string]int{outside: 0, filepath.Join(home, "new"): 1} {
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != want {
			t.Errorf("%s holds %v, %v", dir, entries, err)
		}
	}
	if err := (&folder{path: f.path}).mustBeEmpty(); exitCode(err) != exitUsage {
		t.Errorf("a folder that holds something: %v", err)
	}
}
