package boltstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"

	"sportello/ticket"
)

// Numbers are announced in the witness in blocks, before the first of a block
// is committed; and the witness is brought up to date every so many commits, and
// at the latest within a minute of the last.
const (
	numberBlock   = 256
	witnessEvery  = 256
	witnessWithin = time.Minute
	// restoreSkip is how far numbers jump when a restored desk has no witness.
	restoreSkip = 10_000
)

// witnessRecord is what the file generation says (JSON).
type witnessRecord struct {
	UUID       string  `json:"uuid"`
	Generation int     `json:"generation"`
	Position   uint64  `json:"position"` // a transaction that the database has reached
	Highest    numbers `json:"highest"`  // no number above these was ever given out
}

// numbers are the last ticket, notice and arrival, and the highest version of a quote.
type numbers struct {
	Tickets  uint64 `json:"tickets"`
	Notices  uint64 `json:"notices"`
	Arrivals uint64 `json:"arrivals"`
	Quotes   uint64 `json:"quotes"`
}

func (n numbers) covers(m numbers) bool {
	return n.Tickets >= m.Tickets && n.Notices >= m.Notices && n.Arrivals >= m.Arrivals && n.Quotes >= m.Quotes
}

func (n numbers) max(m numbers) numbers {
	return numbers{max(n.Tickets, m.Tickets), max(n.Notices, m.Notices), max(n.Arrivals, m.Arrivals), max(n.Quotes, m.Quotes)}
}

func (n numbers) plus(d uint64) numbers {
	return numbers{n.Tickets + d, n.Notices + d, n.Arrivals + d, n.Quotes + d}
}

// witness is the file generation beside the database. It remembers how far the
// database once was, so that an older copy put in its place is noticed and no
// number is given out twice. Only the writer uses it.
type witness struct {
	path string
	disk witnessRecord // as last saved
	// newer tells that the database lay behind it when it was opened.
	newer bool
}

// openWitness compares the database with its witness. One that stands the
// comparison is brought up to date, unless it is only read.
func openWitness(s *Store, o Options) (_ *witness, err error) {
	w := &witness{path: filepath.Join(s.dir, witnessFile)}
	lost := w.load()
	if lost == nil && w.disk.UUID != s.meta.UUID {
		return nil, refusal(ErrForeign, w.path, fmt.Errorf("it belongs to desk %s, the database is %s", w.disk.UUID, s.meta.UUID))
	}
	if !o.AfterRestore {
		if lost != nil {
			return nil, refusal(ErrUnwitnessed, w.path, lost)
		}
		if path := filepath.Join(s.dir, deskFile); s.olderThan(w.disk) {
			if lost := lostMeta(path); lost != nil {
				return nil, refusal(ErrDamaged, path, fmt.Errorf("%w: what was committed last cannot be found", lost))
			}
			return nil, refusal(ErrOlder, path, nil)
		}
	}
	if o.ReadOnly {
		return w, nil
	}
	w.newer = lost == nil && s.olderThan(w.disk)
	s.meta, err = modernise(s.db, s.meta)
	return w, err
}

// enter begins the next generation where o.AfterRestore asks for it, and brings the
// witness up to date.
func (s *Store) enter(o Options) error {
	w := s.witness
	if o.AfterRestore {
		if err := s.nextGeneration(w.disk, w.newer, o.Restored); err != nil {
			return err
		}
	}
	return w.save(witnessRecord{UUID: s.meta.UUID, Generation: s.meta.Generation, Position: s.position(),
		Highest: w.disk.Highest.max(s.numbers())})
}

// olderThan tells whether the database lies behind what w has seen of it.
func (s *Store) olderThan(w witnessRecord) bool {
	if s.meta.Generation != w.Generation {
		return s.meta.Generation < w.Generation
	}
	return s.position() < w.Position
}

// nextGeneration starts a new life after a restore: its numbers lie above all
// that were given out before. A witness that is no newer than the database may have
// come back with it, and knows nothing of what was given out since.
func (s *Store) nextGeneration(w witnessRecord, newer bool, restored func(ticket.Tx) error) error {
	m := s.meta
	m.Generation = max(m.Generation, w.Generation) + 1
	next := s.numbers().max(w.Highest)
	if !newer {
		next = next.plus(restoreSkip)
	}
	err := s.db.Update(func(tx *bolt.Tx) error {
		t := newTx(tx, m)
		t.archive = s.archive
		if err := errors.Join(putMeta(tx, m), t.setSequences(next)); err != nil {
			return err
		}
		if restored != nil {
			if err := restored(t); err != nil {
				return err
			}
		}
		return t.finish()
	})
	if err != nil {
		return fmt.Errorf("store: begin generation %d: %w", m.Generation, err)
	}
	s.meta = m
	return nil
}

// numbers are the last ones given out, as committed.
func (s *Store) numbers() (n numbers) {
	s.db.View(func(tx *bolt.Tx) error {
		n = sequences(tx)
		return nil
	})
	return n
}

func sequences(tx *bolt.Tx) numbers {
	return numbers{tx.Bucket(bucketTickets).Sequence(), tx.Bucket(bucketRows).Sequence(), tx.Bucket(bucketArrivals).Sequence(), tx.Bucket(bucketHolds).Sequence()}
}

func (t *tx) setSequences(n numbers) error {
	return errors.Join(t.bucket(bucketTickets).giveUpTo(n.Tickets),
		t.bucket(bucketRows).giveUpTo(n.Notices), t.bucket(bucketArrivals).giveUpTo(n.Arrivals), t.bucket(bucketHolds).giveUpTo(n.Quotes))
}

// before is called with the numbers of the transaction about to be committed.
// It saves the witness when a block of numbers is begun, or when it fell behind.
func (w *witness) before(given numbers, position uint64) error {
	if w.disk.Highest.covers(given) && position-w.disk.Position < witnessEvery {
		return nil
	}
	next := w.disk
	next.Position = position
	if !next.Highest.covers(given) {
		next.Highest = next.Highest.max(given).plus(numberBlock)
	}
	return w.save(next)
}

// bearWitness brings the witness up to date. A full disk may be in the way: then
// it is done at the next time.
func (s *Store) bearWitness() {
	if s.failure() != nil {
		return
	}
	if err := s.witness.settle(s.position()); errors.Is(err, syscall.EIO) {
		s.fail(err)
	}
}

// settle brings the witness up to the last commit.
func (w *witness) settle(position uint64) error {
	if position <= w.disk.Position {
		return nil
	}
	next := w.disk
	next.Position = position
	return w.save(next)
}

func (w *witness) load() error {
	b, err := os.ReadFile(w.path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, &w.disk); err != nil {
		w.disk = witnessRecord{}
		return err
	}
	return nil
}

// save replaces the file, durably and as a whole.
func (w *witness) save(r witnessRecord) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("store: witness: %w", err)
	}
	tmp := w.path + ".new"
	if err := writeDurably(tmp, append(b, '\n')); err != nil {
		return fmt.Errorf("store: witness: %w", err)
	}
	if err := os.Rename(tmp, w.path); err != nil {
		return fmt.Errorf("store: witness: %w", err)
	}
	if err := syncDir(filepath.Dir(w.path)); err != nil {
		return fmt.Errorf("store: witness: %w", err)
	}
	w.disk = r
	return nil
}

func writeDurably(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
