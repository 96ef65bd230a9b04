package topic

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
)

// examplesData are examples of every label, as EncodeExamples writes them.
//
//go:embed examples.bin
var examplesData []byte

// mostKept is how many examples of a label lessons are held against: enough to
// know it, few enough to be read in no time.
const mostKept = 100

// Padding is the label of sentences that are no requests.
const Padding = "padding"

// EncodeExamples packs up to mostKept requests of each label, evenly chosen; equal
// examples give equal bytes.
func EncodeExamples(examples []Example) ([]byte, error) {
	of, place := map[string]int{}, map[string]int{}
	for _, e := range examples {
		of[e.Label]++
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	for _, e := range examples {
		n, take := place[e.Label], min(mostKept, of[e.Label])
		place[e.Label]++
		if e.Label != Padding && (n+1)*take/of[e.Label] > n*take/of[e.Label] {
			io.WriteString(z, e.String()+"\n")
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("encode examples: %w", err)
	}
	return b.Bytes(), nil
}

func decodeExamples(data []byte) ([]Example, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("decode examples: %w", err)
	}
	return readExamples("examples.bin", "", "", z)
}
