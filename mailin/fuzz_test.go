package mailin

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzParse reads anything: see sound for what must hold.
func FuzzParse(f *testing.F) {
	for _, raw := range hostileMails() {
		if len(raw) < 10_000 {
			f.Add([]byte(raw))
		}
	}
	files, err := filepath.Glob(filepath.Join("..", "testdata", "mail", "*.eml"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		sound(t, raw, Parse(raw, Options{}))
	})
}
