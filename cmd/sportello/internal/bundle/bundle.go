// Package bundle is the form of a backup: one tar file (POSIX.1-2001, the GNU way
// of writing large sizes) of the files of a desk and, at its end, a manifest with
// their sums. Every bit of it counts: one that was changed, a file that was cut or
// has anything behind its end, or that holds another name, is refused.
package bundle

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"
)

// Manifest says what a backup holds. It stands last in the file.
type Manifest struct {
	Format     int       `json:"format"` // 1
	Desk       string    `json:"desk"`   // UUID
	Address    string    `json:"address"`
	Generation int       `json:"generation"`
	Taken      time.Time `json:"taken"`
	Build      string    `json:"build"`  // of the program that wrote it
	Files      []File    `json:"files"`  // in the order in which they stand
	Sum        string    `json:"sha256"` // of the manifest without it
}

// sealed is m with its sum, and how it is written.
func (m Manifest) sealed() (Manifest, []byte, error) {
	m.Sum = ""
	data, err := json.Marshal(m)
	if err != nil {
		return m, nil, err
	}
	m.Sum = fmt.Sprintf("%x", sha256.Sum256(data))
	data, err = json.Marshal(m)
	return m, data, err
}

// File is one file of a backup.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Size is how many bytes the files have together.
func (m Manifest) Size() (n int64) {
	for _, f := range m.Files {
		n += f.Size
	}
	return n
}

// ErrBad: the file is no backup, or not as it was written.
var ErrBad = errors.New("it is no backup of a desk, or was damaged")

// The database comes first: what it refers to in the others is there before it is.
const (
	Database     = "desk.db"
	manifestName = "manifest.json"
	format       = 1
	maxManifest  = 16 << 20
	block        = 512
)

// named are the names that may stand in a backup: none leads anywhere else.
var named = regexp.MustCompile(`^(desk\.db|archive/[0-9]{4}-[0-9]{2}\.db|keys/[a-z])$`)

// Writer writes a backup.
type Writer struct {
	tar   *tar.Writer
	files []File
}

// NewWriter writes to w, which the caller closes.
func NewWriter(w io.Writer) *Writer { return &Writer{tar: tar.NewWriter(w)} }

// Add writes a file of exactly size bytes, which write must write.
func (w *Writer) Add(name string, size int64, write func(io.Writer) error) error {
	if !named.MatchString(name) {
		return fmt.Errorf("backup: %q has no place in it", name)
	}
	sum, err := w.add(name, size, write)
	if err != nil {
		return fmt.Errorf("backup of %s: %w", name, err)
	}
	w.files = append(w.files, File{name, size, hex.EncodeToString(sum)})
	return nil
}

func (w *Writer) add(name string, size int64, write func(io.Writer) error) ([]byte, error) {
	if err := w.tar.WriteHeader(header(name, size)); err != nil {
		return nil, err
	}
	sum := sha256.New()
	err := write(io.MultiWriter(w.tar, sum))
	if err == nil {
		err = w.tar.Flush() // fails where less was written than was said
	}
	return sum.Sum(nil), err
}

// header is how a file begins: the same for the same file, wherever it was written.
func header(name string, size int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: time.Unix(0, 0), Format: tar.FormatGNU}
}

// Close ends the backup with its manifest, whose Files are those that were added.
func (w *Writer) Close(m Manifest) (Manifest, error) {
	m.Format, m.Files = format, w.files
	m, data, err := m.sealed()
	if err == nil {
		_, err = w.add(manifestName, int64(len(data)), func(to io.Writer) error {
			_, err := to.Write(data)
			return err
		})
	}
	if err == nil {
		err = w.tar.Close()
	}
	if err != nil {
		return m, fmt.Errorf("backup: manifest: %w", err)
	}
	return m, nil
}

// Read reads a backup to its end. Every file is handed to each, which may be nil and
// must not keep r; what it reads there is proved only when Read returns without error.
// An error that is ErrBad is about the backup itself.
func Read(from io.Reader, each func(name string, r io.Reader) error) (Manifest, error) {
	p := &padded{from: from}
	t := tar.NewReader(p)
	var found []File
	for {
		h, err := t.Next()
		switch {
		case err != nil:
			return Manifest{}, bad("%v", p.or(err))
		case h.Name != manifestName && !named.MatchString(h.Name):
			return Manifest{}, bad("%q has no place in it", h.Name)
		case !p.begins(h.Name, h.Size):
			return Manifest{}, bad("%q does not begin as it was written", h.Name)
		}
		if h.Name == manifestName {
			return finish(t, p, h.Size, found)
		}
		sum := sha256.New()
		if err := pass(io.TeeReader(t, sum), h.Name, each); err != nil {
			return Manifest{}, p.or(err)
		}
		p.pad(h.Size)
		found = append(found, File{h.Name, h.Size, hex.EncodeToString(sum.Sum(nil))})
	}
}

// pass hands a file to each and reads what that left.
func pass(r io.Reader, name string, each func(string, io.Reader) error) error {
	if each != nil {
		if err := each(name, r); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return bad("%s: %v", name, err)
	}
	return nil
}

// finish holds what was found against the manifest and makes sure that nothing
// stands behind it.
func finish(t *tar.Reader, p *padded, size int64, found []File) (m Manifest, err error) {
	if size > maxManifest {
		return m, bad("its manifest has %d bytes", size)
	}
	data, err := io.ReadAll(t)
	if err != nil {
		return m, bad("manifest: %v", p.or(err))
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, bad("manifest: %v", err)
	}
	if m.Format != format {
		return m, fmt.Errorf("a backup of format %d, this program knows %d: %w", m.Format, format, ErrBad)
	}
	if _, again, err := m.sealed(); err != nil || string(again) != string(data) {
		return m, bad("its manifest is not as it was written")
	}
	p.pad(size)
	p.zeros += 2 * block
	if _, err := t.Next(); !errors.Is(err, io.EOF) || p.err != nil {
		return m, bad("something stands behind its end: %v", p.or(err))
	}
	if n, err := io.Copy(io.Discard, p); n != 0 || err != nil || p.zeros != 0 {
		return m, bad("something stands behind its end")
	}
	if len(found) == 0 || found[0].Name != Database {
		return m, bad("the database does not stand first")
	}
	if len(found) != len(m.Files) {
		return m, bad("it has %d files, its manifest says %d", len(found), len(m.Files))
	}
	seen := map[string]bool{}
	for i, f := range found {
		if f != m.Files[i] || seen[f.Name] {
			return m, bad("%s is not what its manifest says", f.Name)
		}
		seen[f.Name] = true
	}
	return m, nil
}

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrBad, fmt.Sprintf(format, args...))
}

// padded passes a tar file on and makes sure that what stands between its files is
// nothing but zeros.
type padded struct {
	from  io.Reader
	zeros int64       // so many of the next bytes must be zero
	last  [block]byte // read
	err   error
}

// begins tells whether the block that was read last is the header of such a file.
func (p *padded) begins(name string, size int64) bool {
	var b bytes.Buffer
	err := tar.NewWriter(&b).WriteHeader(header(name, size))
	return err == nil && bytes.Equal(b.Bytes(), p.last[:])
}

// pad expects what fills the block up after size bytes.
func (p *padded) pad(size int64) { p.zeros += -size & (block - 1) }

func (p *padded) Read(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.from.Read(b)
	for _, c := range b[:min(int64(n), p.zeros)] {
		if c != 0 {
			p.err = errors.New("something stands between its files")
			return 0, p.err
		}
	}
	p.zeros -= min(int64(n), p.zeros)
	kept := max(0, block-n)
	copy(p.last[:], p.last[block-kept:])
	copy(p.last[kept:], b[max(0, n-block):n])
	return n, err
}

// or is what went wrong first.
func (p *padded) or(err error) error {
	if p.err != nil {
		return bad("%v", p.err)
	}
	return err
}
