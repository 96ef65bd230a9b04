package boltstore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
)

// errBroken: bbolt panicked, or the memory map has a hole, so the file is not what
// it should be.
var errBroken = errors.New("the database is damaged")

// guarded runs f, which reads pages through the memory map, and makes an error of
// whatever ends it: a damaged page is an error of who reads it (PROMISES.md H06).
// What f did not read is as good as before.
func guarded(what string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		p := recover()
		switch {
		case p == nil:
		case isFault(p) || panicInBolt():
			err = fmt.Errorf("store: %s: %w: %v", what, errBroken, p)
		default:
			err = fmt.Errorf("store: %s panicked: %v\n%s", what, p, debug.Stack())
		}
	}()
	return f()
}

// guarded is the package's guarded for desk.db. Where the file itself was cut or
// taken away nothing of it is to be believed any more.
func (s *Store) guarded(what string, f func() error) error {
	err := guarded(what, f)
	if errors.Is(err, errBroken) {
		if gone := s.Attached(); gone != nil {
			return gone
		}
	}
	return err
}

// Attached tells whether desk.db is still the file that was opened, and whole
// (PROMISES.md H08, H26). An error is final: it is ticket.ErrCommit, and nothing is
// read or written any more.
func (s *Store) Attached() error {
	if err := s.failure(); err != nil {
		return err
	}
	s.swap.RLock()
	defer s.swap.RUnlock()
	path := filepath.Join(s.dir, deskFile)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		err = refusal(ErrMissing, path, errors.New("it was taken away while the desk used it"))
	case err == nil && !os.SameFile(info, s.file):
		err = refusal(ErrForeign, path, errors.New("it was replaced while the desk used it"))
	case err == nil:
		err = inspectInUse(path)
	}
	if err == nil {
		return nil
	}
	s.gone.Store(true)
	return s.fail(err)
}

// isFault tells an access to memory that is not there: a page that the disk does
// not give, or a file that was cut.
func isFault(p any) bool {
	_, ok := p.(interface {
		runtime.Error
		Addr() uintptr
	})
	return ok
}

// panicInBolt tells, in a deferred function, whether the panic came out of
// bbolt and not out of what called it.
func panicInBolt() bool {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
	for panicking, more := false, true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			panicking = true
		case panicking && !strings.HasPrefix(f.Function, "runtime."):
			return strings.HasPrefix(f.Function, "go.etcd.io/bbolt")
		}
	}
	return false
}
