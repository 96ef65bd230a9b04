package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"sportello/mailin"
	"sportello/ticket"
)

// volume is the file system that a state directory lies on.
type volume struct {
	kind       string // of those that matter to a database; "" any other
	free, size uint64 // bytes; free for who is not root
}

// volumeOf looks at the file system of dir, or of where dir will be made.
func volumeOf(dir string) (volume, error) {
	for {
		v, err := statfs(dir)
		parent := filepath.Dir(dir)
		if !errors.Is(err, os.ErrNotExist) || parent == dir {
			return v, err
		}
		dir = parent
	}
}

// refused tells why no desk may lie there: over a network locks do not hold,
// what was synced may be gone, and pages change under a memory map.
func (v volume) refused(dir string) error {
	switch v.kind {
	case "nfs", "smb", "cifs", "9p", "ceph", "afs", "coda":
		return statusError{exitRefused, fmt.Errorf("%s lies on a network file system (%s), where a database can be damaged: move state_dir to a disk of this machine (sportello backup, then sportello restore)", dir, v.kind)}
	}
	return nil
}

// warning says what to think of before a desk lies there; "" nothing.
func (v volume) warning(dir string) string {
	switch v.kind {
	case "overlay":
		return dir + " lies on an overlay file system: it ends with the container; keep state_dir on a volume of its own"
	case "tmpfs":
		return dir + " lies in memory (tmpfs): the desk is gone after a reboot; keep state_dir on a disk"
	case "fuse":
		return dir + " lies on a FUSE file system: if it is a network one, move state_dir to a disk of this machine"
	}
	return ""
}

// checkVolume refuses a state directory on a file system that is unfit, and
// returns the warning about a doubtful one. What cannot be looked at is let be.
func checkVolume(stateDir string) (warning string, err error) {
	v, err := volumeOf(stateDir)
	if err != nil {
		return "", nil
	}
	return v.warning(stateDir), v.refused(stateDir)
}

// leastRoom is how much must be free for mail to be fetched; of a volume of less
// than half a gigabyte, an eighth of it.
const leastRoom = 64 << 20

// roomy lets mail be filed only while there is room for it: mail that is not
// fetched is safe on its server, a full disk is no place for it (PROMISES.md
// H01). The poller asks for the cursor before it fetches anything.
type roomy struct {
	mailin.Receiver
	dir    string
	volume func(dir string) (volume, error)
}

func (r roomy) Receive(ctx context.Context, in []*ticket.Inbound, c ticket.Cursor) error {
	if err := r.room(); err != nil {
		return err
	}
	return r.Receiver.Receive(ctx, in, c)
}

func (r roomy) Cursor(ctx context.Context) (ticket.Cursor, error) {
	if err := r.room(); err != nil {
		return ticket.Cursor{}, err
	}
	return r.Receiver.Cursor(ctx)
}

// room is an error while there is too little.
func (r roomy) room() error {
	v, err := r.volume(r.dir)
	if err != nil || v.size == 0 || v.free >= min(leastRoom, v.size/8) {
		return nil
	}
	return fmt.Errorf("the disk of %s is full: %s are free, %s are needed; mail stays on the server until there is room", r.dir,
		shownSize(int64(v.free)), shownSize(int64(min(leastRoom, v.size/8))))
}
