package bundle

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

func whole(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b)
	for _, f := range []struct {
		name string
		size int
	}{{"desk.db", 1500}, {"archive/2026-10.db", 512}, {"archive/2026-11.db", 1}, {"keys/a", 65}, {"keys/b", 0}} {
		err := w.Add(f.name, int64(f.size), func(to io.Writer) error {
			_, err := to.Write(bytes.Repeat([]byte{byte(f.size) | 1}, f.size))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(Manifest{Desk: "d", Address: "a@example.it", Generation: 3, Taken: time.Date(2026, 11, 29, 5, 0, 0, 0, time.UTC)}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatWasWrittenIsRead(t *testing.T) {
	var got []string
	m, err := Read(bytes.NewReader(whole(t)), func(name string, r io.Reader) error {
		data, err := io.ReadAll(r)
		got = append(got, fmt.Sprintf("%s %d", name, len(data)))
		return err
	})
	if want := "desk.db 1500, archive/2026-10.db 512, archive/2026-11.db 1, keys/a 65, keys/b 0"; err != nil || strings.Join(got, ", ") != want {
		t.Errorf("%v, %v", got, err)
	}
	if m.Desk != "d" || m.Generation != 3 || m.Size() != 2078 || len(m.Files) != 5 {
		t.Errorf("manifest %+v", m)
	}
	if _, err := Read(bytes.NewReader(whole(t)), func(string, io.Reader) error { return nil }); err != nil {
		t.Errorf("where nothing is read: %v", err)
	}
}

// TestEveryBitCounts: no bit of a backup may change, no byte be missing or more.
func TestEveryBitCounts(t *testing.T) {
	b := whole(t)
	for i := range b {
		for _, bit := range []int{i % 8, 4} { // bit 4 makes a blank of a digit, which tar would read alike
			b[i] ^= 1 << bit
			if _, err := Read(bytes.NewReader(b), nil); !errors.Is(err, ErrBad) {
				t.Fatalf("bit %d of byte %d: %v", bit, i, err)
			}
			b[i] ^= 1 << bit
		}
	}
	for n := range b {
		if _, err := Read(bytes.NewReader(b[:n]), nil); !errors.Is(err, ErrBad) {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
	}
	for _, more := range [][]byte{{0}, {1}, make([]byte, 512), b} {
		if _, err := Read(bytes.NewReader(append(bytes.Clone(b), more...)), nil); !errors.Is(err, ErrBad) {
			t.Errorf("%d bytes more: %v", len(more), err)
		}
	}
}

// TestForeignArchives: what others wrote is no backup, whatever its names are.
func TestForeignArchives(t *testing.T) {
	for name, headers := range map[string][]tar.Header{
		"empty":               nil,
		"no manifest":         {{Name: "desk.db", Typeflag: tar.TypeReg}},
		"a manifest alone":    {{Name: "manifest.json", Typeflag: tar.TypeReg}},
		"another's":           {{Name: "etc/passwd", Typeflag: tar.TypeReg}},
		"upwards":             {{Name: "archive/../../x", Typeflag: tar.TypeReg}},
		"absolute":            {{Name: "/desk.db", Typeflag: tar.TypeReg}},
		"a link":              {{Name: "desk.db", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}},
		"a hard link":         {{Name: "keys/a", Typeflag: tar.TypeLink, Linkname: "desk.db"}},
		"a folder":            {{Name: "archive", Typeflag: tar.TypeDir}},
		"a device":            {{Name: "desk.db", Typeflag: tar.TypeChar}},
		"a long key":          {{Name: "keys/aa", Typeflag: tar.TypeReg}},
		"a name behind a NUL": {{Name: "desk.db/../x", Typeflag: tar.TypeReg}},
	} {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for _, h := range headers {
			if err := w.WriteHeader(&h); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(&b, func(name string, _ io.Reader) error {
			if !named.MatchString(name) {
				t.Errorf("%s: %q was handed on", name, name)
			}
			return nil
		}); !errors.Is(err, ErrBad) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, junk := range []string{"", "PK\x03\x04", strings.Repeat("x", 2000), strings.Repeat("\x00", 1024)} {
		if _, err := Read(strings.NewReader(junk), nil); !errors.Is(err, ErrBad) {
			t.Errorf("%q: %v", junk[:min(4, len(junk))], err)
		}
	}
}

// TestWriterRefuses what no backup holds, and a file that is not as long as was said.
func TestWriterRefuses(t *testing.T) {
	write := func(n int) func(io.Writer) error {
		return func(w io.Writer) error { _, err := w.Write(make([]byte, n)); return err }
	}
	for name, err := range map[string]error{
		"name":  NewWriter(io.Discard).Add("../x", 1, write(1)),
		"short": NewWriter(io.Discard).Add("desk.db", 2, write(1)),
		"long":  NewWriter(io.Discard).Add("desk.db", 1, write(2)),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestErrorsOfTheReaderAreItsOwn: a disk that fails is no damaged backup.
func TestErrorsOfTheReaderAreItsOwn(t *testing.T) {
	full := errors.New("disk full")
	if _, err := Read(bytes.NewReader(whole(t)), func(string, io.Reader) error { return full }); !errors.Is(err, full) || errors.Is(err, ErrBad) {
		t.Errorf("%v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(whole(f))
	f.Add([]byte("desk.db"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Read(bytes.NewReader(b), nil)
		if err == nil && (len(m.Files) == 0 || int64(len(b)) < m.Size()) {
			t.Errorf("a backup of %d bytes: %+v", len(b), m)
		}
	})
}
