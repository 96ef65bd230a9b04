package main

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
)

// No cell of text is computed by a spreadsheet, whatever stands in it, and it
// comes back as it was, from a CSV reader and from our own files.
func TestCSVTextIsNeverComputed(t *testing.T) {
	for _, text := range []string{
		"", "plain", "-", "=1+2", "+39 02 1234", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "'=1", "'quoted'", `say "no"`, "a,b;c", "two\r\nlines", " =1",
	} {
		var out bytes.Buffer
		w := newCSVWriter(&out)
		w.row(text, 7, nil, text)
		if err := w.flush(); err != nil {
			t.Fatal(err)
		}
		line := out.String()
		if !strings.HasPrefix(line, `"`) || computed(strings.TrimPrefix(line, `"`)) {
			t.Errorf("%q is written as %q", text, line)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(rows) != 1 || len(rows[0]) != 4 || rows[0][1] != "7" || rows[0][2] != "" {
			t.Fatalf("%q is read as %q, %v", line, rows, err)
		}
		back := rows[0][3]
		if rest, ok := strings.CutPrefix(back, "'"); ok && (computed(rest) || strings.HasPrefix(rest, "'")) {
			back = rest
		}
		if back != strings.ReplaceAll(text, "\r\n", "\n") { // the reader's own doing
			t.Errorf("%q comes back as %q", text, back)
		}
	}
}
