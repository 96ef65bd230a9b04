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
	open *os.File // that extend writes to
	name string   // of it
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
func (f *folder) write(name string, data []byte) error {
	file, err := f.create(name)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// extend is write for files that come in pieces, one file after the other.
func (f *folder) extend(name string, data []byte) (err error) {
	if f.open == nil || f.name != name {
		if err := f.finish(); err != nil {
			return err
		}
		if f.open, err = f.create(name); err != nil {
			return err
		}
		f.name = name
	}
	if _, err := f.open.Write(data); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// create makes a new file.
func (f *folder) create(name string) (_ *os.File, err error) {
	if f.root == nil {
		if err := os.MkdirAll(f.path, 0o700); err != nil {
			return nil, fmt.Errorf("making the folder: %w", err)
		}
		if f.root, err = os.OpenRoot(f.path); err != nil {
			return nil, fmt.Errorf("opening the folder: %w", err)
		}
	}
	if err := f.root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return nil, fmt.Errorf("writing %s: %w", name, err)
	}
	file, err := f.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("writing %s: %w", name, err)
	}
	return file, nil
}

// finish ends the file that extend writes to.
func (f *folder) finish() error {
	if f.open == nil {
		return nil
	}
	err := f.open.Close()
	if f.open = nil; err != nil {
		return fmt.Errorf("writing %s: %w", f.name, err)
	}
	return nil
}

func (f *folder) close() error {
	err := f.finish()
	if f.root != nil {
		err = errors.Join(err, f.root.Close())
	}
	return err
}
