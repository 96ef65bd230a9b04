package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sportello/mailin"
)

// sentLetters is a look-up of the letters in files and folders of .eml files:
// by Message-ID and by the address that they ask to answer to, of several that
// ask for one address the first that was written: a quote, and not what was said
// to the answer. nil: no places were named.
func sentLetters(places []string) (func(key string) []byte, error) {
	if len(places) == 0 {
		return nil, nil
	}
	letters, written := map[string][]byte{}, map[string]time.Time{}
	for _, place := range places {
		err := filepath.WalkDir(place, func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || name != place && !strings.EqualFold(filepath.Ext(name), ".eml") {
				return err
			}
			raw, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			in := mailin.Parse(raw, mailin.Options{})
			if in.MessageID != "" {
				letters[in.MessageID] = raw
			}
			for _, to := range in.ReplyTo {
				if first, ok := written[to.Address]; !ok || in.Date.Before(first) {
					letters[to.Address], written[to.Address] = raw, in.Date
				}
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("letters that were sent: %w", err)
		}
	}
	return func(key string) []byte { return letters[key] }, nil
}
