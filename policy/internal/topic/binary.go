package topic

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const magic = "topics3\n"

// sizes is what the file of a panel begins with, after the magic.
type sizes struct {
	Labels, Rows, Hidden, Signs uint32
	RowIDs, SignIDs             uint32 // bytes that these take
}

// Encode writes the panel in the form that Decode reads; equal panels give equal
// bytes.
func (p *Panel) Encode() ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	m, n := p.Model, p.Net
	rows, signs := m.Rows.pack(), n.Rows.pack()
	h := sizes{uint32(len(m.Labels)), uint32(m.Rows.Len()), uint32(n.Hidden), uint32(n.Rows.Len()), uint32(len(rows)), uint32(len(signs))}
	io.WriteString(z, magic)
	for _, part := range []any{
		h, m.Digest, m.Step, m.Bias, rows, m.Weights, n.Step, n.Start, n.Out, n.Bias, signs, n.Table,
	} {
		if err := binary.Write(z, binary.LittleEndian, part); err != nil {
			return nil, fmt.Errorf("encode the panel: %w", err)
		}
	}
	for _, l := range m.Labels {
		io.WriteString(z, l+"\n")
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("encode the panel: %w", err)
	}
	return b.Bytes(), nil
}

// Decode reads a panel.
func Decode(data []byte) (*Panel, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("decode the panel: %w", err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("decode the panel: %w", err)
	}
	r := bytes.NewReader(raw)
	var name [len(magic)]byte
	var h sizes
	m, n := &Model{}, &Net{}
	if err := read(r, &name, &h, &m.Digest, &m.Step); err != nil {
		return nil, err
	}
	size := uint64(h.Labels)*uint64(h.Rows) + uint64(h.Hidden)*uint64(h.Signs) + uint64(h.RowIDs) + uint64(h.SignIDs)
	if string(name[:]) != magic || h.Labels == 0 || h.Hidden == 0 || size > uint64(len(raw)) {
		return nil, errors.New("decode the panel: not one of topics")
	}
	m.Bias, m.Weights = make([]float32, h.Labels), make([]int8, h.Labels*h.Rows)
	n.Hidden = int(h.Hidden)
	n.Start, n.Out, n.Bias = make([]float32, h.Hidden), make([]float32, h.Labels*h.Hidden), make([]float32, h.Labels)
	n.Table = make([]int8, h.Hidden*h.Signs)
	rows, signs := make([]byte, h.RowIDs), make([]byte, h.SignIDs)
	if err := read(r, m.Bias, rows, m.Weights, &n.Step, n.Start, n.Out, n.Bias, signs, n.Table); err != nil {
		return nil, err
	}
	if m.Rows, err = unpackRows(rows); err != nil {
		return nil, err
	}
	if n.Rows, err = unpackRows(signs); err != nil {
		return nil, err
	}
	if m.Rows.Len() != int(h.Rows) || n.Rows.Len() != int(h.Signs) {
		return nil, errors.New("decode the panel: ids missing")
	}
	rest, _ := io.ReadAll(r)
	for _, l := range bytes.Fields(rest) {
		m.Labels = append(m.Labels, string(l))
	}
	if len(m.Labels) != int(h.Labels) {
		return nil, errors.New("decode the panel: labels missing")
	}
	return &Panel{m, n}, nil
}

func read(r io.Reader, parts ...any) error {
	for _, part := range parts {
		if err := binary.Read(r, binary.LittleEndian, part); err != nil {
			return fmt.Errorf("decode the panel: %w", err)
		}
	}
	return nil
}
