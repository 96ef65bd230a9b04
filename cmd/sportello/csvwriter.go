package main

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// csvWriter writes rows for spreadsheets (RFC 4180): numbers as they are, every
// text quoted, and one that a spreadsheet would compute behind an apostrophe,
// which reading takes off again.
type csvWriter struct {
	w *bufio.Writer
}

func newCSVWriter(w io.Writer) csvWriter { return csvWriter{bufio.NewWriter(w)} }

// row writes cells that are ints, strings, or nil for nothing.
func (c csvWriter) row(cells ...any) {
	for i, cell := range cells {
		if i > 0 {
			c.w.WriteByte(',')
		}
		switch v := cell.(type) {
		case nil:
		case int:
			c.w.WriteString(strconv.Itoa(v))
		case string:
			c.w.WriteString(csvText(v))
		default:
			panic(fmt.Sprintf("a cell of type %T", cell))
		}
	}
	c.w.WriteString("\r\n")
}

// flush writes out what is buffered and returns the first failure.
func (c csvWriter) flush() error {
	if err := c.w.Flush(); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
}

func csvText(s string) string {
	if computed(s) || s != "" && s[0] == '\'' && computed(s[1:]) {
		s = "'" + s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
