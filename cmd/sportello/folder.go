package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
)

// folder takes files that a verb writes out. It makes its directory with the
// first of them, and nothing ever leads out of it or overwrites anything:
// names come from a daemon that may be another user's.
type folder struct {
	path string
	root *os.Root
}

// mustBeEmpty refuses a directory that holds anything.
func (f *folder) mustBeEmpty() error {
	entries, err := os.ReadDir(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return usagef("%s: it must be a new or empty directory: %w", f.path, err)
	case len(entries) > 0:
		return usagef("%s: it must be a new or empty directory; this one holds %s", f.path, entries[0].Name())
	}
	return nil
}

// write makes a new file, readable by its owner alone. name is relative to the
// folder, with slashes.
func (f *folder) write(name string, data []byte) (err error) {
	if f.root == nil {
		if err := os.MkdirAll(f.path, 0o700); err != nil {
			return fmt.Errorf("making the folder: %w", err)
		}
		if f.root, err = os.OpenRoot(f.path); err != nil {
			return fmt.Errorf("opening the folder: %w", err)
		}
	}
	if err := f.root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	file, err := f.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	_, err = file.Write(data)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

func (f *folder) close() {
	if f.root != nil {
		_ = f.root.Close()
	}
}
