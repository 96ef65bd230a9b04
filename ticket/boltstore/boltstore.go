// Package boltstore keeps the desk in bbolt: one file of working data,
// desk.db, and one file of raw mail a month in archive/. It implements
// ticket.Store and knows no rules of the desk.
//
// One goroutine owns the write transactions and commits calls of Update in
// groups. Reads run on snapshots beside it and never wait for it.
package boltstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"

	"sportello/ticket"
)

// Names inside the state directory.
const (
	deskFile    = "desk.db"
	archiveDir  = "archive"
	witnessFile = "generation"
	lockFile    = "desk.lock"
)

// Options change how a store is opened. The zero value is right for a daemon.
type Options struct {
	// ReadOnly opens beside other readers; every write returns ErrReadOnly.
	ReadOnly bool
	// AfterRestore accepts a database that is older than its witness, or has
	// none: it becomes the next generation, and numbers go on where the witness
	// stands (without one that is newer they skip 10,000).
	AfterRestore bool
	// Restored, when not nil, is what the desk changes in the same transaction in
	// which AfterRestore begins the next generation.
	Restored func(ticket.Tx) error
	// Timeout is how long to wait for another holder; zero means one second.
	Timeout time.Duration
	// OpenMonths bounds the archive files held open; zero means 4.
	OpenMonths int
	// Looked is called after each View with how many entries it took up; nil: nobody
	// asks.
	Looked func(entries int)
	// CheckPages looks at the pages of a file for Check, in another process if it
	// can; nil: CheckPages.
	CheckPages func(ctx context.Context, path string, v PageVersion, report func(Finding)) error
}

// Store is the desk on disk. Its methods may be used by several goroutines.
type Store struct {
	dir      string
	readOnly bool
	db       *bolt.DB
	meta     metaRecord
	lock     *os.File
	witness  *witness
	parting  sync.Mutex // held while letters go from the working pages into the archive
	archive  *archive
	rack     rack
	stats    atomic.Pointer[ticket.Stats]
	leaving  leaving
	file     os.FileInfo // of desk.db when it was opened
	looked   func(entries int)
	look     func(ctx context.Context, path string, v PageVersion, report func(Finding)) error

	swap    sync.RWMutex   // held while another file takes the place of desk.db
	byName  sync.Mutex     // held while desk.db is read by its name, or copied
	changes *changes       // what was written since a copy of desk.db was begun; the writer's
	olds    sync.WaitGroup // files that were replaced and are still read

	gate            sync.RWMutex // held for reading while a request enters the queue
	closed          bool
	queue           chan *request
	done            chan struct{} // closed when the writer has ended
	ends            sync.Once
	closing, tidied chan struct{} // closed when Close begins, when tidy has ended
	broken          atomic.Pointer[error]
	gone            atomic.Bool // desk.db is no more what was opened: it is not read either
}

var _ ticket.Store = (*Store)(nil)

// Open opens the desk in dir. An error is one of the sentinels of refuse.go
// when the file must not be used as it is; nothing was changed then. The
// caller must Close the store.
func Open(dir string, o Options) (*Store, error) {
	if o.Timeout == 0 {
		o.Timeout = time.Second
	}
	path := filepath.Join(dir, deskFile)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, refusal(ErrMissing, path, nil)
	}
	lock, err := lockDir(dir, o)
	if err != nil {
		return nil, err
	}
	s, err := open(dir, o)
	if err != nil {
		lock.Close()
		return nil, err
	}
	s.lock = lock
	if !o.ReadOnly {
		go s.write()
		go s.tidy()
	}
	return s, nil
}

// deskSpace is how much of the address space desk.db gets, whatever its size. When a
// file outgrows its map, the commit that made it grow waits for every read under way
// before it maps it anew: with room for decades none ever does.
const deskSpace = 64 << 30

// open does the work of Open under the lock.
func open(dir string, o Options) (_ *Store, err error) {
	path := filepath.Join(dir, deskFile)
	if err := inspect(path); err != nil {
		return nil, err
	}
	if !o.ReadOnly {
		if err := removeIfThere(path + compactSuffix); err != nil {
			return nil, fmt.Errorf("store: a copy that was begun: %w", err)
		}
	}
	db, err := openBolt(path, o.ReadOnly, o.Timeout, deskSpace)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, readOnly: o.ReadOnly, db: db, look: o.CheckPages, looked: o.Looked, queue: make(chan *request, groupLimit), done: make(chan struct{}), closing: make(chan struct{}), tidied: make(chan struct{}), leaving: leaving{some: make(chan struct{}, 1)}}
	if s.look == nil {
		s.look = CheckPages
	}
	defer func() {
		if err != nil {
			if s.archive != nil {
				s.archive.close()
			}
			db.Close()
		}
	}()
	if s.file, err = os.Stat(path); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if err = guarded("open", func() (err error) {
		if s.meta, err = readMeta(db, path); err == nil {
			s.witness, err = openWitness(s, o)
		}
		return err
	}); errors.Is(err, errBroken) {
		return nil, refusal(ErrDamaged, path, err)
	} else if err != nil {
		return nil, err
	}
	named, err := s.named()
	if err != nil {
		return nil, refusal(ErrDamaged, path, err)
	}
	s.archive, err = openArchive(filepath.Join(dir, archiveDir), s.meta.UUID, named, o)
	if err != nil {
		return nil, err
	}
	if !o.ReadOnly {
		if err := guarded("open", func() error { return s.enter(o) }); errors.Is(err, errBroken) {
			return nil, refusal(ErrDamaged, path, err)
		} else if err != nil {
			return nil, err
		}
	}
	if err := s.loadStats(); err != nil {
		return nil, refusal(ErrDamaged, path, err)
	}
	return s, nil
}

// UUID identifies the desk; a copy or restore keeps it.
func (s *Store) UUID() string { return s.meta.UUID }

// Generation counts the lives of the desk: 1 from Create, one more with each
// restore.
func (s *Store) Generation() int { return s.meta.Generation }

// View runs f on a snapshot; see ticket.Store. A panic in f, or a page that it
// cannot read, is an error of that call alone.
func (s *Store) View(ctx context.Context, f func(ticket.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.gone.Load() {
		return s.failure()
	}
	s.swap.RLock()
	b, err := s.db.Begin(false)
	s.swap.RUnlock()
	if err != nil {
		return fmt.Errorf("store: read: %w", closedError(err))
	}
	defer b.Rollback()
	t := s.newTx(b)
	if s.looked != nil {
		defer func() { s.looked(t.looked) }()
	}
	return s.guarded("read", func() error { return f(t) })
}

// newTx is a transaction that shares what the store holds in memory.
func (s *Store) newTx(b *bolt.Tx) *tx {
	t := newTx(b, s.meta)
	t.rack, t.archive = &s.rack, s.archive
	return t
}

// Stats are the counts as of the last commit, without a transaction.
func (s *Store) Stats() ticket.Stats { return *s.stats.Load() }

func (s *Store) loadStats() error {
	return s.View(context.Background(), func(t ticket.Tx) error {
		n, err := t.Stats()
		s.stats.Store(&n)
		return err
	})
}

// Close commits what is queued, waits for reads under way, and releases the
// files. Later calls return ErrClosed.
func (s *Store) Close() error {
	s.ends.Do(func() { close(s.closing) })
	if !s.readOnly {
		<-s.tidied // what it has begun it ends, while there is still a writer
	}
	s.gate.Lock()
	if s.closed {
		s.gate.Unlock()
		return nil
	}
	s.closed = true
	close(s.queue)
	s.gate.Unlock()
	var errs []error
	if !s.readOnly {
		<-s.done
		if s.broken.Load() == nil {
			errs = append(errs, s.witness.settle(s.position()))
		}
	}
	errs = append(errs, s.archive.close(), s.db.Close(), s.lock.Close())
	s.olds.Wait()
	return errors.Join(errs...)
}

// position is the number of the last committed transaction.
func (s *Store) position() uint64 {
	b, err := s.db.Begin(false)
	if err != nil {
		return 0
	}
	defer b.Rollback()
	return uint64(b.ID())
}
