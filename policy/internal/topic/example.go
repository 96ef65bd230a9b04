package topic

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// An Example is a request with the label that is right for it.
type Example struct {
	Label, Subject, Text string
	Writer               string // whose words these are
}

// String is the example as a line of a file of several labels.
func (e Example) String() string {
	return e.Label + " | " + e.Subject + " | " + strings.ReplaceAll(e.Text, "\n", `\n`)
}

// ReadExamples reads every *.txt of a directory, one example a line, with \n for a
// line break. LABEL.txt and LABEL+MORE.txt hold "subject | text", by-WRITER.txt
// what one writer wrote: "label | subject | text". # begins a comment. The order is
// that of names and lines.
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
		label, writer, _ := strings.Cut(strings.TrimSuffix(path.Base(name), ".txt"), "+")
		if by, several := strings.CutPrefix(label, "by-"); several {
			label, writer = "", by
		}
		some, err := readExamples(name, label, writer, f)
		f.Close()
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// readExamples reads the lines of one file; each begins with its label when label
// is empty.
func readExamples(name, label, writer string, r io.Reader) (all []Example, err error) {
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<20)
	for n := 1; in.Scan(); n++ {
		line := in.Text()
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		is, ok := label, true
		if label == "" {
			is, line, ok = strings.Cut(line, "|")
		}
		subject, text, found := strings.Cut(line, "|")
		if !ok || !found {
			return nil, fmt.Errorf("%s:%d: no | between subject and text", name, n)
		}
		all = append(all, Example{strings.TrimSpace(is), strings.TrimSpace(subject), strings.ReplaceAll(strings.TrimSpace(text), `\n`, "\n"), writer})
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("read examples %s: %w", name, err)
	}
	return all, nil
}

// Digest identifies examples as the model sees them: it changes with the
// examples, the lexicon, the rules and the way mails are taken apart.
func Digest(examples []Example) [32]byte {
	h := sha256.New()
	for _, e := range examples {
		fmt.Fprintf(h, "%s\n", e.Label)
		d := Read(e.Subject, e.Text)
		var b []byte
		for _, f := range d.Features {
			b = binary.LittleEndian.AppendUint32(b, f.ID)
		}
		d.signs(func(s Sign) { b = binary.LittleEndian.AppendUint32(b, s.ID) })
		h.Write(b)
	}
	return [32]byte(h.Sum(nil))
}
