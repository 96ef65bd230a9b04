package boltstore

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/klauspost/compress/zstd"
	bolt "go.etcd.io/bbolt"
	"golang.org/x/sync/errgroup"

	"sportello/ticket"
)

// Raw mail, and what was sent, lie in one bbolt file a month, each mail and each
// letter a zstd frame of its own under the next number. A RawRef is "YYYY-MM/number/mark": the mark is the
// beginning of the mail's SHA-256, so that a reference never shows other bytes
// than those it was made for (references of older programs have none). Months no
// longer written change only when a mail is erased.

var (
	bucketMail = []byte("mail")
	keyDesk    = []byte("desk")  // UUID of the desk
	keyMonth   = []byte("month") // YYYY-MM
)

// maxRaw bounds one mail, and what reading one may allocate.
const maxRaw = 1 << 30

// frameHead is the version and the length of the mail, before the zstd frame.
// Behind it stands a checksum of the number and all of that, from frameVersion on.
const (
	frameHead    = 1 + 4
	frameVersion = 2
)

type archive struct {
	dir      string
	desk     string // UUID
	readOnly bool
	limit    int
	enc      *zstd.Encoder
	dec      *zstd.Decoder

	mu      sync.Mutex
	free    sync.Cond // somebody released a month
	months  map[string]*month
	given   map[string]uint64 // by month, the highest number known to be given out
	synced  map[string]bool   // months whose names were made durable by this process
	went    map[string]uint64 // by month, the highest number when the archive was opened
	orphans map[orphan]ticket.RawRef
	clock   int // counts uses, for the oldest
	closed  bool
}

func openArchive(dir, desk string, named map[string]uint64, o Options) (*archive, error) {
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
	a := &archive{dir: dir, desk: desk, readOnly: o.ReadOnly, limit: o.OpenMonths, months: map[string]*month{},
		given: maps.Clone(named), synced: map[string]bool{}, went: map[string]uint64{}, orphans: map[orphan]ticket.RawRef{}}
	a.free.L = &a.mu
	if err := a.complete(o); err != nil {
		return nil, err
	}
	if a.enc, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithLowerEncoderMem(true)); err != nil {
		return nil, fmt.Errorf("store: archive: %w", err)
	}
	a.dec, err = zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxRaw), zstd.WithDecoderDicts(lettersDict), zstd.WithDecodeAllCapLimit(true),
		zstd.WithDecoderLowmem(true), zstd.WithDecoderConcurrency(runtime.GOMAXPROCS(0)))
	if err != nil {
		return nil, fmt.Errorf("store: archive: %w", err)
	}
	return a, a.adopt(named)
}

// Keep archives raws, one commit for each month they fall in; see ticket.Store.
func (s *Store) Keep(ctx context.Context, raws []ticket.RawMail) ([]ticket.RawRef, error) {
	return s.keep(ctx, raws, s.archive.enc)
}

// keep archives raws, each compressed by itself with enc.
// When a month cannot be made or opened because there is no room that is no
// ErrCommit: the same mails may be offered again. After any other fault nobody
// knows what is on disk.
func (s *Store) keep(ctx context.Context, raws []ticket.RawMail, enc *zstd.Encoder) ([]ticket.RawRef, error) {
	if s.readOnly {
		return nil, ticket.ErrReadOnly
	}
	if err := errors.Join(ctx.Err(), s.failure()); err != nil {
		return nil, err
	}
	frames, err := compress(raws, enc)
	if err != nil {
		return nil, fmt.Errorf("keep: %w", err)
	}
	refs := make([]ticket.RawRef, len(raws))
	byMonth := map[string][]int{}
	for i, r := range raws {
		name := monthName(r.At)
		if refs[i] = s.archive.adopted(name, frames[i].sum); refs[i] == "" {
			byMonth[name] = append(byMonth[name], i)
		}
	}
	for name, which := range byMonth {
		m, err := s.archive.acquire(name, true)
		if err != nil && (noRoom(err) || errors.Is(err, ErrDamaged) || errors.Is(err, errBroken)) { // nothing was written
			return nil, fmt.Errorf("keep in %s: %w", name, err)
		}
		if err == nil {
			err = guarded("keep", func() error { return m.keep(frames, which, refs) })
			s.archive.release(m)
			if errors.Is(err, errBroken) { // nothing was written
				return nil, fmt.Errorf("keep in %s: %w", name, err)
			}
		}
		if err != nil {
			return nil, s.fail(fmt.Errorf("keep in %s: %w", name, err))
		}
	}
	return refs, nil
}

// noRoom tells a fault that passes by itself and left nothing half done.
func noRoom(err error) bool {
	if errors.Is(err, syscall.EIO) {
		return false
	}
	for _, e := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EMFILE, syscall.ENFILE, ErrClosed} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
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
func compress(raws []ticket.RawMail, enc *zstd.Encoder) ([]frame, error) {
	frames := make([]frame, len(raws))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, r := range raws {
		if len(r.Raw) > maxRaw {
			return nil, fmt.Errorf("mail of %d bytes: %w", len(r.Raw), ticket.ErrInput)
		}
		g.Go(func() error {
			if r.Sum == [32]byte{} {
				r.Sum = sha256.Sum256(r.Raw)
			}
			head := append(make([]byte, 0, frameHead+len(r.Raw)/2+sumSize), frameVersion)
			frames[i] = frame{enc.EncodeAll(r.Raw, binary.BigEndian.AppendUint32(head, uint32(len(r.Raw)))), r.Sum}
			return nil
		})
	}
	return frames, g.Wait()
}

// keep commits the frames named by which to the month and fills in their refs.
func (m *month) keep(frames []frame, which []int, refs []ticket.RawRef) error {
	return m.db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketMail)
		b.FillPercent = 1
		for _, i := range which {
			n, err := b.NextSequence()
			if err == nil && b.Get(number(n)) != nil {
				err = fmt.Errorf("number %d was given to another mail", n)
			}
			if err == nil {
				err = b.Put(number(n), sealFrame(n, frames[i].stored))
			}
			if err != nil {
				return err
			}
			refs[i] = ticket.RawRef(fmt.Sprintf("%s/%d/%s", m.name, n, markOf(frames[i].sum)))
		}
		return nil
	})
}

func (a *archive) raw(ref ticket.RawRef) (raw []byte, err error) {
	_, n, mark, err := parseRef(ref)
	if err != nil {
		return nil, err
	}
	err = a.frame(ref, func(frame []byte) error {
		if isStone(frame) {
			return readStone(n, frame)
		}
		if frame, err = openFrame(n, frame); err == nil {
			raw, err = a.expand(frame)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if mark != "" && mark != markOf(sha256.Sum256(raw)) {
		return nil, errOther
	}
	return raw, nil
}

// sealFrame puts a checksum behind a frame, which is bound to its number.
func sealFrame(n uint64, frame []byte) []byte {
	return binary.BigEndian.AppendUint32(frame, frameSum(n, frame))
}

func frameSum(n uint64, frame []byte) uint32 {
	return crc32.Update(crc32.Checksum(number(n), castagnoli), castagnoli, frame)
}

// openFrame returns the frame without its checksum.
func openFrame(n uint64, stored []byte) ([]byte, error) {
	if len(stored) > 0 && stored[0] == valueVersion { // of an older program
		return stored, nil
	}
	end := len(stored) - sumSize
	if end < frameHead || stored[0] != frameVersion ||
		binary.BigEndian.Uint32(stored[end:]) != frameSum(n, stored[:end]) {
		return nil, ErrSpoiled
	}
	return stored[:end], nil
}

// errOther: under a number lies another mail than the one that was kept there.
var errOther = errors.New("it is not the mail that the reference was made for")

// has is nil when the mail is there; it is not read. Of one that was erased it is an
// *ticket.ErasedError.
func (a *archive) has(ref ticket.RawRef) error {
	_, n, _, err := parseRef(ref)
	if err != nil {
		return err
	}
	return a.frame(ref, func(frame []byte) error {
		if isStone(frame) {
			return readStone(n, frame)
		}
		return nil
	})
}

// frame runs f on the stored form of a mail, which is valid meanwhile.
func (a *archive) frame(ref ticket.RawRef, f func([]byte) error) error {
	name, n, _, err := parseRef(ref)
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
	if len(frame) < frameHead {
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

// frame is a mail as it is stored, and the SHA-256 of its bytes.
type frame struct {
	stored []byte
	sum    [32]byte
}

// markSize is how much of a SHA-256 a reference holds: enough that no mistake
// and no damage has it by chance.
const markSize = 8

func markOf(sum [32]byte) string { return base64.RawURLEncoding.EncodeToString(sum[:markSize]) }

// parseRef is strict: a reference is a name of a file of ours, a number and a
// mark, which is "" where an older program made it.
func parseRef(ref ticket.RawRef) (name string, n uint64, mark string, err error) {
	name, rest, _ := strings.Cut(string(ref), "/")
	digits, mark, marked := strings.Cut(rest, "/")
	_, err = time.Parse("2006-01", name)
	n, err2 := strconv.ParseUint(digits, 10, 64)
	if err != nil || err2 != nil || n == 0 || marked != (len(mark) == base64.RawURLEncoding.EncodedLen(markSize)) {
		return "", 0, "", ticket.ErrNotFound
	}
	return name, n, mark, nil
}

func (a *archive) path(name string) string { return filepath.Join(a.dir, name+".db") }
