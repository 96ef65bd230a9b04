package topic

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// An Example is a request with the label that is right for it.
type Example struct {
	Label, Subject, Text string
}

// ReadExamples reads every *.txt of a directory. LABEL.txt and LABEL+MORE.txt
// hold examples of LABEL, one a line: "subject | text", with \n for a line
// break. # begins a comment. The order is that of names and lines.
func ReadExamples(dir fs.FS) ([]Example, error) {
	names, err := fs.Glob(dir, "*.txt")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var all []Example
	for _, name := range names {
		f, err := dir.Open(name)
		if err != nil {
			return nil, fmt.Errorf("read examples: %w", err)
		}
		label, _, _ := strings.Cut(strings.TrimSuffix(path.Base(name), ".txt"), "+")
		in := bufio.NewScanner(f)
		in.Buffer(nil, 1<<20)
		for n := 1; in.Scan(); n++ {
			line := in.Text()
			if strings.TrimSpace(line) == "" || line[0] == '#' {
				continue
			}
			subject, text, ok := strings.Cut(line, "|")
			if !ok {
				return nil, fmt.Errorf("%s:%d: no | between subject and text", name, n)
			}
			all = append(all, Example{label, strings.TrimSpace(subject), strings.ReplaceAll(strings.TrimSpace(text), `\n`, "\n")})
		}
		f.Close()
		if err := in.Err(); err != nil {
			return nil, fmt.Errorf("read examples %s: %w", name, err)
		}
	}
	return all, nil
}

// Digest identifies examples as the model sees them: it changes with the
// examples, the lexicon, the rules and the way mails are taken apart.
func Digest(examples []Example) [32]byte {
	h := sha256.New()
	for _, e := range examples {
		fmt.Fprintf(h, "%s\n", e.Label)
		for _, f := range Read(e.Subject, e.Text).Features {
			var b [4]byte
			binary.LittleEndian.PutUint32(b[:], f.ID)
			h.Write(b[:])
		}
	}
	return [32]byte(h.Sum(nil))
}
