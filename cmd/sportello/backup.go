package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sportello/cmd/sportello/internal/bundle"
	"sportello/ticket/boltstore"
)

func (a *app) backupVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use: "backup FILE", Short: "Write the whole desk into one file, while it runs, and read it back",
		Long: `Write the database, the archive of raw mail and the keys into FILE, as they are at
one instant, while the desk goes on. FILE holds everything that customers wrote
and the keys of the desk: only its owner may read it, keep it that way. What was
written is read back and every page of the database checked before FILE takes
the place of one that is there.`,
		Args: cobra.ExactArgs(1),
	}
	run := a.onDesk(func(ctx context.Context, o *office, _ []string) error { return a.writeBackup(ctx, o) })
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if a.office != nil {
			return run(cmd, args)
		}
		a.begun = true
		return a.backup(cmd.Context(), args[0], func() error { return run(cmd, args) })
	}
	return cmd
}

// writeBackup writes the desk to a.bulk.
func (a *app) writeBackup(ctx context.Context, o *office) error {
	if a.bulk == nil {
		return usagef("backup: nobody takes it")
	}
	w := bundle.NewWriter(a.bulk)
	err := o.store.Backup(ctx, w.Add)
	if err != nil {
		return err
	}
	dir := o.config.Desk.StateDir
	ids, err := keyFiles(dir) // after the database, which knows no key that is not there yet
	if err != nil {
		return err
	}
	for _, id := range ids {
		key, err := os.ReadFile(filepath.Join(dir, keysDir, string(id)))
		if err != nil {
			return fmt.Errorf("backup of key %c: %w", id, err)
		}
		if err := w.Add(keysDir+"/"+string(id), int64(len(key)), func(to io.Writer) error { _, err := to.Write(key); return err }); err != nil {
			return err
		}
	}
	_, err = w.Close(bundle.Manifest{
		Desk: o.store.UUID(), Address: o.config.Desk.Address, Generation: o.store.Generation(),
		Taken: o.now().UTC().Truncate(time.Second), Build: buildVersion(),
	})
	return err
}

// backup lets write fill a new file through a.bulk, reads that back, and gives it
// its name. After an error nothing is left of it.
func (a *app) backup(ctx context.Context, name string, write func() error) (err error) {
	if err := a.outside(name); err != nil {
		return err
	}
	if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() {
		return usagef("%s: it is no file that a backup could take the place of", name)
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".sportello-backup-") // 0600
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() {
		if f.Close(); err != nil {
			os.Remove(f.Name())
		}
	}()
	a.bulk = f
	if err := write(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	m, err := a.readBack(ctx, f)
	if err != nil {
		return fmt.Errorf("backup: reading back what was written: %w", err)
	}
	if err := errors.Join(os.Rename(f.Name(), name), syncDir(filepath.Dir(name))); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return a.showBackup(name, m)
}

// outside refuses a place for a backup that goes down with the desk.
func (a *app) outside(name string) error {
	c, err := a.config(false)
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(c.Desk.StateDir)
	if err != nil {
		return err
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	if strings.HasPrefix(path, dir+string(filepath.Separator)) {
		return usagef("%s lies in the state directory: a backup belongs elsewhere, best on another machine", name)
	}
	return nil
}

// readBack reads a backup from its begin, and checks every page of the database in it.
func (a *app) readBack(ctx context.Context, f *os.File) (m bundle.Manifest, err error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return m, err
	}
	db, err := os.CreateTemp(filepath.Dir(f.Name()), ".sportello-check-")
	if err != nil {
		return m, err
	}
	defer os.Remove(db.Name())
	m, err = bundle.Read(f, func(name string, r io.Reader) error {
		if name != bundle.Database {
			return nil
		}
		_, err := io.Copy(db, r)
		return err
	})
	if err = errors.Join(err, db.Close()); err != nil {
		return m, err
	}
	return m, a.checkFileInChild(ctx, db.Name())
}

// backupJSON is what `backup --json` and `restore --json` print.
type backupJSON struct {
	File       string `json:"file"`
	Desk       string `json:"desk"`
	Address    string `json:"address"`
	Generation int    `json:"generation"`
	Taken      string `json:"taken"`
	Files      int    `json:"files"`
	Size       int64  `json:"size"`
}

func newBackup(name string, m bundle.Manifest) backupJSON {
	return backupJSON{name, m.Desk, m.Address, m.Generation, m.Taken.Format(time.RFC3339), len(m.Files), m.Size()}
}

func (a *app) showBackup(name string, m bundle.Manifest) error {
	if a.json {
		return writeJSON(a.stdout, newBackup(name, m))
	}
	return a.say("%s holds the desk %s as of %s: %d files, %s, read back and checked.", name, m.Address, m.Taken.Format(time.RFC3339), len(m.Files), shownSize(m.Size()))
}

// checkFileVerb looks at every page of a database that nobody holds: the side of the
// child, see child.go.
func (a *app) checkFileVerb() *cobra.Command {
	return &cobra.Command{Use: "inspect-file FILE", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: a.verb(func(_ context.Context, args []string) error { return boltstore.CheckFile(args[0]) })}
}

// checkFileInChild is boltstore.CheckFile in a process of its own.
func (a *app) checkFileInChild(ctx context.Context, path string) error {
	said, err := child(ctx, nil, "inspect-file", path)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return childVerdict(err, said, "check", path)
}
