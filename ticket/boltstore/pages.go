package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// PageVersion names one state of the pages of a bbolt file. The zero value is the
// last one that was committed, of a file that nobody writes.
type PageVersion struct {
	Size                 uint32 `json:"size"` // of a page
	Root, Freelist, High uint64 // page numbers; High is the first never used
	Txid                 uint64
}

// PagesAt keeps the pages of desk.db as they are now until release is called, for
// CheckPages to look at: bbolt gives no page of a state that is read to another
// use. It must be short, for the file grows meanwhile.
func (s *Store) PagesAt() (path string, v PageVersion, release func(), err error) {
	s.byName.Lock()
	path = filepath.Join(s.dir, deskFile)
	v, end, err := pagesAt(s.db, path)
	if err != nil {
		s.byName.Unlock()
		return path, v, nil, err
	}
	return path, v, func() { end(); s.byName.Unlock() }, nil
}

// pagesAt is PagesAt of any file that is open as db.
func pagesAt(db *bolt.DB, path string) (v PageVersion, release func(), err error) {
	f, err := os.Open(path)
	if err != nil {
		return v, nil, fmt.Errorf("store: pages: %w", err)
	}
	defer f.Close()
	for range 100 { // two commits in between write over the meta page that was sought
		b, err := db.Begin(false)
		if err != nil {
			return v, nil, fmt.Errorf("store: pages: %w", closedError(err))
		}
		for at := range int64(2) {
			m, err := readBoltMeta(f, at*int64(db.Info().PageSize))
			if err == nil && m.txid == uint64(b.ID()) {
				return PageVersion{m.pageSize, m.root, m.freelist, m.high, m.txid}, func() { b.Rollback() }, nil
			}
		}
		b.Rollback()
	}
	return v, nil, refusal(ErrDamaged, path, errors.New("its meta pages are not those in use"))
}

// mostPageFaults bounds what is reported of one file: a page that is lost takes
// everything below it along.
const mostPageFaults = 50

// CheckPages looks at every page of a bbolt file as of v: that each is there once
// and is what it says, that keys are in order, that every other page is free. It
// reads, and maps nothing: no page can end the process. What stands in the values
// is not looked at. An error means that it could not look.
func CheckPages(ctx context.Context, path string, v PageVersion, report func(Finding)) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("check pages: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("check pages: %w", err)
	}
	found := func(text string) {
		report(Finding{Level: "error", Promise: "P11", Where: filepath.Base(path), Text: text})
	}
	if lost := lostMeta(path); lost != nil {
		found(lost.Error())
	}
	if err := checkPages(ctx, f, uint64(info.Size()), v, found); err != nil {
		return fmt.Errorf("check pages of %s: %w", path, err)
	}
	return nil
}

func checkPages(ctx context.Context, file io.ReaderAt, size uint64, v PageVersion, report func(string)) error {
	m := boltMeta{v.Size, v.Root, v.Freelist, v.High, v.Txid}
	if v == (PageVersion{}) {
		var err error
		if m, err = liveMeta(file); err != nil {
			report(err.Error())
			return nil
		}
	}
	if m.pageSize == 0 || m.high > size/uint64(m.pageSize) {
		report("it is cut short")
		return nil
	}
	w := &pageWalk{ctx: ctx, file: file, meta: m, used: newPageSet(m.high), free: newPageSet(m.high), report: report}
	return w.all()
}

// pageSet holds numbers up to a limit: of pages, or of mails.
type pageSet []uint64

func newPageSet(limit uint64) pageSet { return make(pageSet, limit/64+1) }

func (s pageSet) has(n uint64) bool { return s[n/64]&(1<<(n%64)) != 0 }
func (s pageSet) add(n uint64)      { s[n/64] |= 1 << (n % 64) }
func (s pageSet) drop(n uint64)     { s[n/64] &^= 1 << (n % 64) }

func (s pageSet) count() (n int) {
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

// pageWalk is one look at a file.
type pageWalk struct {
	ctx    context.Context
	file   io.ReaderAt
	meta   boltMeta
	used   pageSet // reachable
	free   pageSet
	faults int
	report func(string)
}

func (w *pageWalk) fault(format string, args ...any) {
	switch w.faults++; {
	case w.faults <= mostPageFaults:
		w.report(fmt.Sprintf(format, args...))
	case w.faults == mostPageFaults+1:
		w.report("and more of this kind")
	}
}

// all walks the tree and counts what lies beside it.
func (w *pageWalk) all() error {
	w.used.add(0)
	w.used.add(1)
	if w.meta.freelist != noFreelist {
		w.freelist()
	}
	if err := w.tree(w.meta.root, nil, nil, 0); err != nil {
		return err
	}
	for n := range w.meta.high {
		switch used, free := w.used.has(n), w.free.has(n); {
		case used && free:
			w.fault("page %d: in use, and listed as free", n)
		case !used && !free && w.meta.freelist != noFreelist:
			w.fault("page %d: nobody uses it, and it is not listed as free", n)
		}
	}
	return nil
}

// page is one page with those that it runs over into.
type page struct {
	id    uint64
	flags uint16
	count int
	data  []byte // behind the head
}

// take reads a page that something leads to, once; ok is false when it is not to
// be gone into.
func (w *pageWalk) take(id uint64, from string) (p page, ok bool) {
	if id < 2 || id >= w.meta.high {
		w.fault("page %d: %s leads there, there are %d", id, from, w.meta.high)
		return p, false
	}
	if w.used.has(id) {
		w.fault("page %d: %s leads there, and something else does", id, from)
		return p, false
	}
	w.used.add(id)
	var head [pageHeader]byte
	size := int64(w.meta.pageSize)
	if _, err := w.file.ReadAt(head[:], int64(id)*size); err != nil {
		w.fault("page %d: %v", id, err)
		return p, false
	}
	e := binary.NativeEndian
	more := uint64(e.Uint32(head[12:]))
	p = page{id: e.Uint64(head[:]), flags: e.Uint16(head[8:]), count: int(e.Uint16(head[10:]))}
	if p.id != id {
		w.fault("page %d: it says that it is page %d", id, p.id)
		return p, false
	}
	if id+more >= w.meta.high {
		w.fault("page %d: it runs over the end", id)
		return p, false
	}
	for n := id + 1; n <= id+more; n++ {
		if w.used.has(n) {
			w.fault("page %d: page %d runs over it, and something else leads there", n, id)
		}
		w.used.add(n)
	}
	p.data = make([]byte, (int64(more)+1)*size-pageHeader)
	if _, err := w.file.ReadAt(p.data, int64(id)*size+pageHeader); err != nil {
		w.fault("page %d: %v", id, err)
		return p, false
	}
	return p, true
}

// freelist reads which pages are free.
func (w *pageWalk) freelist() {
	p, ok := w.take(w.meta.freelist, "the list of free pages")
	if !ok {
		return
	}
	e, ids, count := binary.NativeEndian, p.data, uint64(p.count)
	if p.count == 0xFFFF {
		count, ids = e.Uint64(ids), ids[8:]
	}
	if p.flags != freelistPage || count > uint64(len(ids)/8) {
		w.fault("page %d: it is no list of free pages", p.id)
		return
	}
	for i := range count {
		switch n := e.Uint64(ids[i*8:]); {
		case n < 2 || n >= w.meta.high:
			w.fault("page %d: listed as free, there are %d", n, w.meta.high)
		case w.free.has(n):
			w.fault("page %d: listed as free twice", n)
		default:
			w.free.add(n)
		}
	}
}

// mostDeep bounds a tree: pages hold two keys at least.
const mostDeep = 64

// tree walks the tree below a page, whose keys must lie in [from, to); nil: no limit.
func (w *pageWalk) tree(id uint64, from, to []byte, depth int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	p, ok := w.take(id, "the tree")
	if !ok {
		return nil
	}
	return w.node(p, from, to, depth)
}

func (w *pageWalk) node(p page, from, to []byte, depth int) error {
	entries, err := p.entries()
	if err == nil && depth > mostDeep {
		err = errors.New("the tree is too deep")
	}
	if err != nil {
		w.fault("page %d: %v", p.id, err)
		return nil
	}
	for i, x := range entries {
		if i > 0 && bytes.Compare(entries[i-1].key, x.key) >= 0 || from != nil && bytes.Compare(x.key, from) < 0 || to != nil && bytes.Compare(x.key, to) >= 0 {
			w.fault("page %d: entry %d is out of order", p.id, i)
		}
		switch {
		case p.flags == branchPage:
			end := to
			if i+1 < len(entries) {
				end = entries[i+1].key
			}
			err = w.tree(x.child, x.key, end, depth+1)
		case x.bucket:
			err = w.bucket(p.id, x.value, depth)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bucket goes into a bucket that stands as value in a leaf: its tree, or where it
// is small the only page of it.
func (w *pageWalk) bucket(at uint64, value []byte, depth int) error {
	const head = 16
	if len(value) < head {
		w.fault("page %d: a bucket is cut short", at)
		return nil
	}
	e := binary.NativeEndian
	if root := e.Uint64(value); root != 0 {
		return w.tree(root, nil, nil, depth+1)
	}
	if value = value[head:]; len(value) < pageHeader {
		w.fault("page %d: a bucket is cut short", at)
		return nil
	}
	return w.node(page{at, e.Uint16(value[8:]), int(e.Uint16(value[10:])), value[pageHeader:]}, nil, nil, depth+1)
}

// pageEntry is one entry of a page.
type pageEntry struct {
	key, value []byte
	child      uint64 // of a branch
	bucket     bool   // value is one
}

// entries takes a page apart. All of them lie within it.
func (p page) entries() ([]pageEntry, error) {
	if p.flags != branchPage && p.flags != leafPage {
		return nil, fmt.Errorf("it is of kind %#x", p.flags)
	}
	const size = 16
	if p.count*size > len(p.data) || p.count == 0 && p.flags == branchPage {
		return nil, fmt.Errorf("%d entries in %d bytes", p.count, len(p.data))
	}
	e, entries := binary.NativeEndian, make([]pageEntry, p.count)
	for i := range entries {
		b := p.data[i*size:]
		var pos, keys, values uint64
		if p.flags == branchPage {
			pos, keys, entries[i].child = uint64(e.Uint32(b)), uint64(e.Uint32(b[4:])), e.Uint64(b[8:])
		} else {
			pos, keys, values = uint64(e.Uint32(b[4:])), uint64(e.Uint32(b[8:])), uint64(e.Uint32(b[12:]))
			entries[i].bucket = e.Uint32(b)&1 != 0
		}
		if pos+keys+values > uint64(len(b)) || pos < size {
			return nil, fmt.Errorf("entry %d does not lie in it", i)
		}
		entries[i].key, entries[i].value = b[pos:pos+keys], b[pos+keys:pos+keys+values]
	}
	return entries, nil
}
