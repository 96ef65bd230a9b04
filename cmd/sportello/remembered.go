package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// What must outlive the database stands in files beside the keys, each a list in JSON:
// a desk that is restored from an older backup reads there what came since.

// readRemembered reads such a file; none when there is no file. what names its
// contents, lose what follows where one that cannot be read is removed.
func readRemembered[T any](path, what, lose string) (all []T, err error) {
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if len(data) > 0 {
		if err := json.Unmarshal(data, &all); err != nil {
			return nil, statusError{exitRefused, fmt.Errorf("%s cannot be read: %w; put it back from where the desk was copied, or remove it: then %s", path, err, lose)}
		}
	}
	return all, nil
}

// writeRemembered puts a new file in the old one's place.
func writeRemembered[T any](path string, all []T) error {
	data, err := json.Marshal(all)
	if err == nil {
		err = writeDurably(path+".new", append(data, '\n'))
	}
	if err == nil {
		err = errors.Join(os.Rename(path+".new", path), syncDir(filepath.Dir(path)))
	}
	return err
}
