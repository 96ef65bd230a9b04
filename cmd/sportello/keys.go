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

// keysDir holds the ring of keys in the state directory: a file for each, called by
// its letter, in hexadecimal. Other files there are left alone.
const keysDir = "keys"

// keyFiles lists the ids of the keys that lie in stateDir.
func keyFiles(stateDir string) (ids []byte, err error) {
	entries, err := os.ReadDir(filepath.Join(stateDir, keysDir))
	if err != nil {
		return nil, fmt.Errorf("reading the keys: %w", err)
	}
	for _, e := range entries {
		if name := e.Name(); len(name) == 1 && name[0] >= ticket.FirstKey && name[0] <= ticket.LastKey {
			ids = append(ids, name[0])
		}
	}
	return ids, nil
}

// readKeys reads the ring of keys.
func readKeys(stateDir string) (ticket.Keys, error) {
	ids, err := keyFiles(stateDir)
	if err != nil {
		return ticket.Keys{}, err
	}
	secrets := map[byte][]byte{}
	for _, id := range ids {
		path := filepath.Join(stateDir, keysDir, string(id))
		text, err := readSecret(path)
		if err != nil {
			return ticket.Keys{}, fmt.Errorf("reading key %c: %w", id, err)
		}
		key, err := hex.DecodeString(strings.TrimSpace(text))
		if err != nil {
			return ticket.Keys{}, fmt.Errorf("reading key %s: %w", path, errors.New("is not hexadecimal"))
		}
		secrets[id] = key
	}
	keys, err := ticket.NewKeys(secrets)
	if err != nil {
		return ticket.Keys{}, fmt.Errorf("reading the keys in %s: %w", filepath.Join(stateDir, keysDir), err)
	}
	return keys, nil
}

// makeKey writes the first key of a desk, unless it has some: a restored desk
// keeps the keys that its letters were signed with, and where one of them cannot
// be read none takes its place.
func makeKey(stateDir string, random io.Reader) error {
	dir := filepath.Join(stateDir, keysDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the keys: %w", err)
	}
	there, err := keyFiles(stateDir)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		_, err := readKeys(stateDir)
		return err
	}
	if err := writeKey(stateDir, ticket.FirstKey, random); err != nil {
		return err
	}
	return syncDir(stateDir)
}

// writeKey makes the key of this id, so that its file is either whole under its
// name or not there; one that is there is never written over.
func writeKey(stateDir string, id byte, random io.Reader) error {
	path := filepath.Join(stateDir, keysDir, string(id))
	err := func() error {
		key := make([]byte, keySize)
		if _, err := io.ReadFull(random, key); err != nil {
			return err
		}
		if err := writeDurably(path+".new", fmt.Appendf(nil, "%x\n", key)); err != nil {
			return err
		}
		return errors.Join(os.Link(path+".new", path), os.Remove(path+".new"), syncDir(filepath.Dir(path)))
	}()
	if err != nil {
		return fmt.Errorf("making key %c: %w", id, err)
	}
	return nil
}

// writeDurably writes a file that only its owner may read.
func writeDurably(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncDir makes the names in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
