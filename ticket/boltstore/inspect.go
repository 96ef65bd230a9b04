package boltstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"runtime/debug"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// The layout of a bbolt file, as far as it must be read without mapping it:
// a mapped page that a cut file lacks kills the process.
const (
	boltMagic    = 0xED0CDAED
	pageHeader   = 16
	metaBytes    = 64
	leafPage     = 0x02
	branchPage   = 0x01
	freelistPage = 0x10
	noFreelist   = 1<<64 - 1
)

// boltMeta is one of the two meta pages.
type boltMeta struct {
	pageSize             uint32
	root, freelist, high uint64 // page numbers; high is the first never used
	txid                 uint64
}

// inspect looks at a bbolt file with plain reads: size, meta pages, root and
// freelist pages. What it accepts can be mapped without a fault.
func inspect(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	switch {
	case !info.Mode().IsRegular():
		return refusal(ErrForeign, path, errors.New("it is no file"))
	case info.Size() == 0:
		return refusal(ErrEmpty, path, nil)
	}
	m, err := liveMeta(f)
	if err != nil {
		return refusal(kindOfFault(f, info.Size()), path, err)
	}
	if need := m.high * uint64(m.pageSize); uint64(info.Size()) < need {
		return refusal(ErrShort, path, fmt.Errorf("%d bytes of %d", info.Size(), need))
	}
	if err := m.pages(f); err != nil {
		return refusal(ErrDamaged, path, err)
	}
	return nil
}

// inspectInUse is inspect of a file that is written meanwhile: two commits later the
// pages of which its head told are others. What the last of several looks finds is
// believed, and what one finds whose head stayed.
func inspectInUse(path string) (err error) {
	for range 20 {
		before := lastTxid(path)
		if err = inspect(path); err == nil || before == lastTxid(path) {
			return err
		}
	}
	return err
}

// lastTxid is the last transaction of which a file tells; 0: it tells of none.
func lastTxid(path string) uint64 {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	m, err := liveMeta(f)
	if err != nil {
		return 0
	}
	return m.txid
}

// kindOfFault tells a file that never was ours from one that lost its head.
func kindOfFault(r io.ReaderAt, size int64) error {
	var head [pageHeader + 4]byte
	n, _ := r.ReadAt(head[:], 0)
	switch {
	case n == len(head) && binary.NativeEndian.Uint32(head[pageHeader:]) == boltMagic:
		if size < 2*4096 {
			return ErrShort
		}
		return ErrDamaged
	case head == [pageHeader + 4]byte{}:
		return ErrDamaged
	}
	return ErrForeign
}

// liveMeta is the valid meta page with the higher transaction.
func liveMeta(r io.ReaderAt) (boltMeta, error) {
	first, err := readBoltMeta(r, 0)
	if err == nil {
		second, err := readBoltMeta(r, int64(first.pageSize))
		if err == nil && second.txid > first.txid {
			return second, nil
		}
		return first, nil
	}
	for size := int64(1024); size <= 1<<16; size *= 2 {
		if m, err := readBoltMeta(r, size); err == nil && int64(m.pageSize) == size {
			return m, nil
		}
	}
	return boltMeta{}, err
}

// lostMeta is what is wrong with one of the two meta pages of a file, while the
// other serves; nil: nothing. The next commit but one would write over it: until then
// the file shows the state before its last commit.
func lostMeta(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	m, err := liveMeta(f)
	if err != nil {
		return nil
	}
	for n := range int64(2) {
		for range 3 { // it may be written just now
			if _, err = readBoltMeta(f, n*int64(m.pageSize)); err == nil {
				break
			}
		}
		if err != nil {
			return fmt.Errorf("meta page %d: %w", n, err)
		}
	}
	return nil
}

func readBoltMeta(r io.ReaderAt, at int64) (boltMeta, error) {
	var page [pageHeader + metaBytes]byte
	if _, err := r.ReadAt(page[:], at); err != nil {
		return boltMeta{}, fmt.Errorf("meta page: %w", err)
	}
	b, e := page[pageHeader:], binary.NativeEndian
	sum := fnv.New64a()
	sum.Write(b[:metaBytes-8])
	switch {
	case e.Uint32(b) != boltMagic:
		return boltMeta{}, errors.New("no meta page")
	case e.Uint32(b[4:]) != 2:
		return boltMeta{}, fmt.Errorf("meta page of format %d", e.Uint32(b[4:]))
	case e.Uint64(b[metaBytes-8:]) != sum.Sum64():
		return boltMeta{}, errors.New("meta page: wrong checksum")
	}
	m := boltMeta{pageSize: e.Uint32(b[8:]), root: e.Uint64(b[16:]), freelist: e.Uint64(b[32:]), high: e.Uint64(b[40:]), txid: e.Uint64(b[48:])}
	if m.pageSize < 1024 || m.pageSize > 1<<16 || m.root >= m.high || m.freelist >= m.high && m.freelist != noFreelist {
		return boltMeta{}, errors.New("meta page: impossible numbers")
	}
	return m, nil
}

// pages reads the heads of the root and freelist pages.
func (m boltMeta) pages(r io.ReaderAt) error {
	if flags, err := m.flags(r, m.root); err != nil {
		return fmt.Errorf("root page: %w", err)
	} else if flags != leafPage && flags != branchPage {
		return fmt.Errorf("root page %d is of kind %#x", m.root, flags)
	}
	if m.freelist == noFreelist {
		return nil
	}
	if flags, err := m.flags(r, m.freelist); err != nil {
		return fmt.Errorf("freelist page: %w", err)
	} else if flags != freelistPage {
		return fmt.Errorf("freelist page %d is of kind %#x", m.freelist, flags)
	}
	return nil
}

// flags reads a page's kind and checks its number and that it ends in the file.
func (m boltMeta) flags(r io.ReaderAt, id uint64) (uint16, error) {
	var head [pageHeader]byte
	if _, err := r.ReadAt(head[:], int64(id)*int64(m.pageSize)); err != nil {
		return 0, err
	}
	e := binary.NativeEndian
	if got := e.Uint64(head[:]); got != id {
		return 0, fmt.Errorf("page %d says it is %d", id, got)
	}
	if id+uint64(e.Uint32(head[12:])) >= m.high {
		return 0, fmt.Errorf("page %d runs past the end", id)
	}
	return e.Uint16(head[8:]), nil
}

// openBolt opens a file that inspect accepted. The freelist is kept on disk, so
// that opening takes as long at any size.
func openBolt(path string, readOnly bool, timeout time.Duration, mmap int) (db *bolt.DB, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = refusal(ErrDamaged, path, fmt.Errorf("%v", p))
		}
	}()
	db, err = bolt.Open(path, 0o600, &bolt.Options{Timeout: timeout, ReadOnly: readOnly,
		FreelistType: bolt.FreelistMapType, InitialMmapSize: mmap})
	if errors.Is(err, syscall.ENOMEM) { // a limit on address space
		return openBolt(path, readOnly, timeout, mmap/64)
	}
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, berrors.ErrTimeout):
		return nil, &BusyError{}
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("store: %w", err)
	}
	return nil, refusal(ErrDamaged, path, err)
}

// QuickCheck looks at a desk.db that nobody holds: size, meta pages, whose it
// is, and the first and last entry of every bucket. It takes as long at any
// size. Run it in a process of its own: reading a damaged file through a memory
// map can kill the process that does it.
func QuickCheck(path string) (err error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return refusal(ErrMissing, path, nil)
	}
	if err := inspect(path); err != nil {
		return err
	}
	db, err := openBolt(path, true, time.Second, 0)
	if err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			err = refusal(ErrDamaged, path, fmt.Errorf("%v", p))
			return // without Close, which waits for the transaction that panicked
		}
		err = errors.Join(err, db.Close())
	}()
	m, err := readMeta(db, path)
	if err != nil {
		return err
	}
	return db.View(func(b *bolt.Tx) error {
		t := newTx(b, m)
		_, err := t.Stats()
		for _, name := range buckets {
			if b := t.bucket(name); b != nil && !bytes.Equal(name, bucketMeta) {
				c := b.cursor()
				c.first()
				c.last()
				err = errors.Join(err, c.err)
			}
		}
		if err != nil {
			return refusal(ErrDamaged, path, err)
		}
		return nil
	})
}
