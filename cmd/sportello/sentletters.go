package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sportello/mailin"
)

// sentLetters is a look-up of the letters in files and folders of .eml files: by
// Message-ID and, the newest first, by the address that they ask to answer to.
// nil: no places were named.
func sentLetters(places []string) (func(key string) [][]byte, error) {
	if len(places) == 0 {
		return nil, nil
	}
	type letter struct {
		raw     []byte
		written time.Time
	}
	letters := map[string][]letter{}
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
				letters[in.MessageID] = []letter{{raw, in.Date}}
			}
			for _, to := range in.ReplyTo {
				letters[to.Address] = append(letters[to.Address], letter{raw, in.Date})
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("letters that were sent: %w", err)
		}
	}
	sent := map[string][][]byte{}
	for key, list := range letters {
		slices.SortStableFunc(list, func(a, b letter) int { return b.written.Compare(a.written) })
		for _, l := range list {
			sent[key] = append(sent[key], l.raw)
		}
	}
	return func(key string) [][]byte { return sent[key] }, nil
}
