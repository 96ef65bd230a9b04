package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sportello/cmd/sportello/internal/bundle"
	"sportello/ticket"
	"sportello/ticket/boltstore"
)

func (a *app) restoreVerb() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use: "restore FILE --dir DIR", Short: "Bring a desk back from a backup",
		Long: `Bring the desk in FILE back into DIR, which must not be there, be empty, or hold
only what is left of the desk that was lost: the file generation, by which no
number is given twice, and the folder keys. Without that file numbers go on
10,000 higher. Nothing is changed unless FILE is right to the last bit.

The desk then sends nothing until "sportello queue release all": the mailbox is
read again from where the backup was made, and what the desk has sent since must
not be sent a second time.`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().StringVar(&dir, "dir", "", "the state directory to be, `DIR`")
	if err := cmd.MarkFlagRequired("dir"); err != nil {
		panic(err)
	}
	cmd.RunE = a.verb(func(ctx context.Context, args []string) error { return a.restore(ctx, args[0], dir) })
	return cmd
}

// restoringDir is where a restore works in the state directory until everything is
// in its place: the database last. While it is there and the database is not, the
// rest is a restore's that was cut short.
const restoringDir = "restoring"

func (a *app) restore(ctx context.Context, file, dir string) (err error) {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer f.Close()
	if _, err := bundle.Read(f, nil); err != nil { // before anything is touched
		return badBackup(file, err)
	}
	made, err := a.restorable(dir)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(filepath.Join(dir, restoringDir))
			if made {
				os.Remove(dir)
			}
		}
	}()
	work := filepath.Join(dir, restoringDir)
	m, err := unpack(f, work)
	if err != nil {
		return badBackup(file, err)
	}
	if err := sameKeys(work, dir); err != nil {
		return statusError{exitRefused, err}
	}
	if err := bringAlong(filepath.Join(dir, "generation"), filepath.Join(work, "generation")); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := a.checkFileInChild(ctx, filepath.Join(work, bundle.Database)); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	now, _ := newClock(a.env)
	generation, err := boltstore.Adopt(work, func(tx ticket.Tx) error { return ticket.BeginAgain(tx, now()) })
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := settleIn(work, dir); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	m.Generation = generation
	return a.showRestored(dir, file, m)
}

// badBackup is the refusal of a file that is no backup, else err itself.
func badBackup(file string, err error) error {
	err = fmt.Errorf("restore %s: %w", file, err)
	if errors.Is(err, bundle.ErrBad) {
		return statusError{exitRefused, fmt.Errorf("%w; nothing was changed, take another backup", err)}
	}
	return err
}

// restorable makes sure that a desk may be brought back into dir, and makes it.
func (a *app) restorable(dir string) (made bool, err error) {
	if err := actAsOwner(dir); err != nil {
		return false, fmt.Errorf("restore: %w", err)
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		made = true
	case err != nil:
		return false, fmt.Errorf("restore: %w", err)
	}
	names := map[string]bool{}
	for _, e := range entries {
		names[e.Name()] = true
	}
	if names[restoringDir] && !names[bundle.Database] { // one that was cut short: from the start
		delete(names, restoringDir)
		if err := errors.Join(os.RemoveAll(filepath.Join(dir, restoringDir)), os.RemoveAll(filepath.Join(dir, "archive"))); err != nil {
			return false, fmt.Errorf("restore: %w", err)
		}
		delete(names, "archive")
	}
	for name := range names {
		if name != "generation" && name != keysDir {
			return false, statusError{exitRefused, fmt.Errorf("%s holds %s: a desk is brought back into a directory that is new, or holds nothing but the file generation and the folder keys of the one that was lost; move the rest away", dir, name)}
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, restoringDir), 0o700); err != nil {
		return false, fmt.Errorf("restore: %w", err)
	}
	warning, err := checkVolume(dir)
	if warning != "" {
		fmt.Fprintf(a.stderr, "warning: %s\n", warning)
	}
	if err != nil {
		return made, errors.Join(err, os.RemoveAll(filepath.Join(dir, restoringDir)))
	}
	return made, os.Chmod(dir, 0o700)
}

// unpack writes the files of a backup into dir, durably.
func unpack(f *os.File, dir string) (m bundle.Manifest, err error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return m, err
	}
	for _, sub := range []string{"archive", keysDir} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return m, err
		}
	}
	m, err = bundle.Read(f, func(name string, r io.Reader) error {
		to, err := os.OpenFile(filepath.Join(dir, filepath.FromSlash(name)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_, err = io.Copy(to, r)
		if err == nil {
			err = to.Sync()
		}
		return errors.Join(err, to.Close())
	})
	if err != nil {
		return m, err
	}
	return m, errors.Join(syncDir(filepath.Join(dir, "archive")), syncDir(filepath.Join(dir, keysDir)), syncDir(dir))
}

// sameKeys makes sure that no key of the backup is another in what is left of the
// desk that was lost.
func sameKeys(backup, dir string) error {
	ids, err := keyFiles(backup)
	if err != nil {
		return err
	}
	for _, id := range ids {
		theirs, err := os.ReadFile(filepath.Join(dir, keysDir, string(id)))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		ours, err2 := os.ReadFile(filepath.Join(backup, keysDir, string(id)))
		if err := errors.Join(err, err2); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		if strings.TrimSpace(string(theirs)) != strings.TrimSpace(string(ours)) {
			return fmt.Errorf("restore: key %c in %s is another than in the backup: they are of two desks, or one was damaged; move the folder keys away to take those of the backup", id, dir)
		}
	}
	return nil
}

// bringAlong copies a small file that may not be there.
func bringAlong(from, to string) error {
	data, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return writeDurably(to, data)
}

// settleIn moves what was made ready in work to its place in dir. The database comes
// last: until it is there the desk is none.
func settleIn(work, dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, keysDir), 0o700); err != nil {
		return err
	}
	ids, err := keyFiles(work)
	if err != nil {
		return err
	}
	there, err := keyFiles(dir)
	if err != nil {
		return err
	}
	var moves [][2]string
	for _, id := range ids {
		if !slices.Contains(there, id) {
			moves = append(moves, [2]string{filepath.Join(work, keysDir, string(id)), filepath.Join(dir, keysDir, string(id))})
		}
	}
	for _, name := range []string{"archive", "generation"} {
		moves = append(moves, [2]string{filepath.Join(work, name), filepath.Join(dir, name)})
	}
	for _, m := range moves {
		if err := os.Rename(m[0], m[1]); err != nil {
			return err
		}
	}
	if err := errors.Join(syncDir(filepath.Join(dir, keysDir)), syncDir(dir)); err != nil {
		return err
	}
	if err := errors.Join(os.Rename(filepath.Join(work, bundle.Database), filepath.Join(dir, bundle.Database)), syncDir(dir)); err != nil {
		return err
	}
	return os.RemoveAll(work)
}

func (a *app) showRestored(dir, file string, m bundle.Manifest) error {
	if a.json {
		return writeJSON(a.stdout, newBackup(file, m))
	}
	p := &page{w: a.stdout}
	p.line("The desk %s is in %s as of %s. Next:", m.Address, dir, shownTime(newBackup(file, m).Taken))
	p.line("  sportello serve              reads the mailbox again from there; nothing that arrived before now is acknowledged or sent again")
	p.line("  sportello queue list         what waits (held), and what may have been sent before (--state unknown)")
	p.line("  sportello queue release all  lets letters go, also those to come")
	p.line("Where imap.move_to is set, first move the mail that was filed since the backup from that folder back into the mailbox.")
	return p.err
}
