package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"sportello/mailin"
	"sportello/ticket"
)

// witnessName is the file in the state directory that tells the next process
// which mails this one was filing. It is empty at rest.
const witnessName = "filing"

// fileWitness keeps a trial in a file. It is written without a sync: what was
// written outlives the process, and a machine that loses power blames no mail.
type fileWitness string

func witnessIn(stateDir string) fileWitness { return fileWitness(filepath.Join(stateDir, witnessName)) }

const (
	witnessForm = "%d %d %d %t %d %d %d\n"
	witnessOnce = 5 // fields of those that a desk wrote before it read mail before its turn
	witnessSize = 96
)

// Trial reads what the last process left. Where there is nothing to read, none is suspected.
func (w fileWitness) Trial() (t mailin.Trial, err error) {
	b, err := os.ReadFile(string(w))
	if errors.Is(err, os.ErrNotExist) || err == nil && len(b) == 0 {
		return t, nil
	}
	if err != nil {
		return t, err
	}
	n, err := fmt.Sscanf(string(b), witnessForm, &t.UIDValidity, &t.Last, &t.Alone, &t.Reading, &t.Deaths, &t.Early, &t.EarlyLast)
	if err != nil && n != witnessOnce {
		return mailin.Trial{}, fmt.Errorf("%s: %w", w, err)
	}
	return t, nil
}

// Keep writes t over what was there; a length that never changes is in no need
// of room. A disk that fails ends the desk, whatever else goes wrong leaves it
// without a witness: that must not stop the mail.
func (w fileWitness) Keep(t mailin.Trial) error {
	err := w.write(t)
	if errors.Is(err, syscall.EIO) {
		return fmt.Errorf("%w: %w", ticket.ErrCommit, err)
	}
	return nil
}

func (w fileWitness) write(t mailin.Trial) error {
	if t == (mailin.Trial{}) {
		return os.Truncate(string(w), 0)
	}
	f, err := os.OpenFile(string(w), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	line := fmt.Sprintf(witnessForm, t.UIDValidity, t.Last, t.Alone, t.Reading, t.Deaths, t.Early, t.EarlyLast)
	_, err = f.WriteAt([]byte(line+strings.Repeat(" ", max(0, witnessSize-len(line)))), 0)
	return errors.Join(err, f.Close())
}
