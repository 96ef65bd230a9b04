package mailin

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSurvival reads every mail of the corpus as it is, cut short, with other
// line ends and with bytes changed: see sound for what must hold.
func TestSurvival(t *testing.T) {
	folder := corpus(t, "dev")
	r := rand.New(rand.NewPCG(1, 2))
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".jsonl") {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil || len(raw) > 1<<20 {
			return err
		}
		changed := bytes.Clone(raw)
		for range 1 + len(raw)/200 {
			changed[r.IntN(len(raw))] = byte(r.Uint32())
		}
		for name, b := range map[string][]byte{
			"as it is": raw, "cut": raw[:r.IntN(len(raw)+1)], "changed": changed,
			"LF": bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), "CR": bytes.ReplaceAll(raw, []byte("\n"), []byte("\r")),
		} {
			sound(t, b, Parse(b, Options{}))
			if t.Failed() {
				t.Fatalf("%s, %s", path, name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
