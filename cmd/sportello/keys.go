package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"sportello/ticket"
)

// keySize is the length of a desk key in bytes.
const keySize = 32

// readKeys reads the ring of keys: one file for each in state_dir/keys, called
// by its letter, in hexadecimal. Other files there are left alone.
func readKeys(stateDir string) (ticket.Keys, error) {
	dir := filepath.Join(stateDir, "keys")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ticket.Keys{}, fmt.Errorf("reading the keys: %w", err)
	}
	secrets := map[byte][]byte{}
	for _, e := range entries {
		name := e.Name()
		if len(name) != 1 || name[0] < 'a' || name[0] > 'z' {
			continue
		}
		text, err := readSecret(filepath.Join(dir, name))
		if err != nil {
			return ticket.Keys{}, fmt.Errorf("reading key %s: %w", name, err)
		}
		key, err := hex.DecodeString(strings.TrimSpace(text))
		if err != nil {
			return ticket.Keys{}, fmt.Errorf("reading key %s: %w", filepath.Join(dir, name), errors.New("is not hexadecimal"))
		}
		secrets[name[0]] = key
	}
	keys, err := ticket.NewKeys(secrets)
	if err != nil {
		return ticket.Keys{}, fmt.Errorf("reading the keys in %s: %w", dir, err)
	}
	return keys, nil
}

// makeKey writes the first key of a desk, unless it has one: a restored desk
// keeps the keys that its letters were signed with.
func makeKey(stateDir string, random io.Reader) error {
	dir := filepath.Join(stateDir, "keys")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the keys: %w", err)
	}
	if _, err := readKeys(stateDir); err == nil {
		return nil
	}
	key := make([]byte, keySize)
	if _, err := io.ReadFull(random, key); err != nil {
		return fmt.Errorf("making the keys: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "a"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("making the keys: %w", err)
	}
	_, err = fmt.Fprintf(f, "%x\n", key)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("making the keys: %w", err)
	}
	return nil
}
