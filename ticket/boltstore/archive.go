package boltstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"
	bolt "go.etcd.io/bbolt"
	"golang.org/x/sync/errgroup"

	"sportello/ticket"
)

// Raw mail lies in one bbolt file a month, each mail a zstd frame of its own
// under the next number. A RawRef is "YYYY-MM/number". Months no longer
// written change only when a mail is erased.

var (
	bucketMail = []byte("mail")
	keyDesk    = []byte("desk")  // UUID of the desk
	keyMonth   = []byte("month") // YYYY-MM
)

// maxRaw bounds one mail, and what reading one may allocate.
const maxRaw = 1 << 30

// frameHead is the version and the length of the mail, before the zstd frame.
const frameHead = 1 + 4

type archive struct {
	dir      string
	desk     string // UUID
	readOnly bool
	limit    int
	enc      *zstd.Encoder
	dec      *zstd.Decoder

	mu     sync.Mutex
	free   sync.Cond // somebody released a month
	months map[string]*month
	clock  int // counts uses, for the oldest
	closed bool
}

func openArchive(dir, desk string, o Options) (*archive, error) {
	if o.OpenMonths <= 0 {
		o.OpenMonths = 4
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, refusal(ErrDamaged, dir, errors.New("the archive of raw mail is missing"))
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.db"))
	if err != nil {
		return nil, fmt.Errorf("store: archive: %w", err)
	}
	for _, path := range files { // a damaged month is told now, not in the middle of a mail
		if err := inspect(path); err != nil {
			return nil, err
		}
	}
	a := &archive{dir: dir, desk: desk, readOnly: o.ReadOnly, limit: o.OpenMonths, months: map[string]*month{}}
	a.free.L = &a.mu
	if a.enc, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithLowerEncoderMem(true)); err != nil {
		return nil, fmt.Errorf("store: archive: %w", err)
	}
	a.dec, err = zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxRaw), zstd.WithDecodeAllCapLimit(true),
		zstd.WithDecoderLowmem(true), zstd.WithDecoderConcurrency(runtime.GOMAXPROCS(0)))
	if err != nil {
		return nil, fmt.Errorf("store: archive: %w", err)
	}
	return a, nil
}

// Keep archives raws, one commit for each month they fall in; see ticket.Store.
// When a month cannot be made or opened (a full disk) that is no ErrCommit: the
// same mails may be offered again.
func (s *Store) Keep(ctx context.Context, raws []ticket.RawMail) ([]ticket.RawRef, error) {
	if s.readOnly {
		return nil, ticket.ErrReadOnly
	}
	if err := errors.Join(ctx.Err(), s.failure()); err != nil {
		return nil, err
	}
	frames, err := s.archive.compress(raws)
	if err != nil {
		return nil, fmt.Errorf("keep: %w", err)
	}
	refs := make([]ticket.RawRef, len(raws))
	byMonth := map[string][]int{}
	for i, r := range raws {
		name := monthName(r.At)
		byMonth[name] = append(byMonth[name], i)
	}
	for name, which := range byMonth {
		m, err := s.archive.acquire(name, true)
		if err != nil {
			return nil, fmt.Errorf("keep in %s: %w", name, err)
		}
		err = guarded("keep", func() error { return m.keep(frames, which, refs) })
		s.archive.release(m)
		if errors.Is(err, errBroken) { // nothing was written
			return nil, fmt.Errorf("keep in %s: %w", name, err)
		}
		if err != nil {
			return nil, s.fail(fmt.Errorf("keep in %s: %w", name, err))
		}
	}
	return refs, nil
}

// Raw reads an archived mail; see ticket.Store.
func (s *Store) Raw(ctx context.Context, ref ticket.RawRef) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	raw, err := s.archive.raw(ref)
	if err != nil {
		return nil, fmt.Errorf("raw mail %s: %w", ref, err)
	}
	return raw, nil
}

// compress makes the stored form of each mail, on all cores.
func (a *archive) compress(raws []ticket.RawMail) ([][]byte, error) {
	frames := make([][]byte, len(raws))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, r := range raws {
		if len(r.Raw) > maxRaw {
			return nil, fmt.Errorf("mail of %d bytes: %w", len(r.Raw), ticket.ErrInput)
		}
		g.Go(func() error {
			head := append(make([]byte, 0, frameHead+len(r.Raw)/2), valueVersion)
			frames[i] = a.enc.EncodeAll(r.Raw, binary.BigEndian.AppendUint32(head, uint32(len(r.Raw))))
			return nil
		})
	}
	return frames, g.Wait()
}

// keep commits the frames named by which to the month and fills in their refs.
func (m *month) keep(frames [][]byte, which []int, refs []ticket.RawRef) error {
	return m.db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketMail)
		b.FillPercent = 1
		for _, i := range which {
			n, err := b.NextSequence()
			if err != nil {
				return err
			}
			if err := b.Put(number(n), frames[i]); err != nil {
				return err
			}
			refs[i] = ticket.RawRef(fmt.Sprintf("%s/%d", m.name, n))
		}
		return nil
	})
}

func (a *archive) raw(ref ticket.RawRef) (raw []byte, err error) {
	err = a.frame(ref, func(frame []byte) error {
		raw, err = a.expand(frame)
		return err
	})
	return raw, err
}

// has is nil when the mail is there; it is not read.
func (a *archive) has(ref ticket.RawRef) error {
	return a.frame(ref, func([]byte) error { return nil })
}

// frame runs f on the stored form of a mail, which is valid meanwhile.
func (a *archive) frame(ref ticket.RawRef, f func([]byte) error) error {
	name, n, err := parseRef(ref)
	if err != nil {
		return err
	}
	m, err := a.acquire(name, false)
	if err != nil {
		return err
	}
	defer a.release(m)
	return guarded("read", func() error {
		return m.db.View(func(tx *bolt.Tx) error {
			frame := tx.Bucket(bucketMail).Get(number(n))
			if frame == nil {
				return ticket.ErrNotFound
			}
			return f(frame)
		})
	})
}

// expand never allocates more than the frame says the mail has.
func (a *archive) expand(frame []byte) ([]byte, error) {
	if len(frame) < frameHead || frame[0] != valueVersion {
		return nil, errors.New("not a mail of this version")
	}
	size := binary.BigEndian.Uint32(frame[1:])
	if size > maxRaw {
		return nil, fmt.Errorf("it says it has %d bytes", size)
	}
	raw, err := a.dec.DecodeAll(frame[frameHead:], make([]byte, 0, size))
	if err != nil {
		return nil, err
	}
	if len(raw) != int(size) {
		return nil, fmt.Errorf("it has %d bytes, not %d", len(raw), size)
	}
	return raw, nil
}

// monthName is the month of at, in four digits of year whatever a server says.
func monthName(at time.Time) string {
	at = at.UTC()
	switch {
	case at.Year() < 1:
		return "0001-01"
	case at.Year() > 9999:
		return "9999-12"
	}
	return at.Format("2006-01")
}

// parseRef is strict: a reference is a name of a file of ours and a number.
func parseRef(ref ticket.RawRef) (string, uint64, error) {
	name, digits, _ := strings.Cut(string(ref), "/")
	_, err := time.Parse("2006-01", name)
	n, err2 := strconv.ParseUint(digits, 10, 64)
	if err != nil || err2 != nil || n == 0 {
		return "", 0, ticket.ErrNotFound
	}
	return name, n, nil
}

func (a *archive) path(name string) string { return filepath.Join(a.dir, name+".db") }
