package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sportello/ticket"
	"sportello/ticket/boltstore"
)

// shelves are the UIDs that something became of.
type shelves []uint32

func (s shelves) Place(_ context.Context, at ticket.Source) (ticket.ArrivalID, error) {
	if at.UIDValidity == 7 && slices.Contains(s, at.UID) {
		return 1, nil
	}
	return 0, ticket.ErrNotFound
}

// TestPassedOver: a gap below the cursor is an error, mail that is still to be
// read is none.
func TestPassedOver(t *testing.T) {
	since := time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name     string
		cursor   ticket.Cursor
		validity uint32
		filed    shelves
		uids     []uint32
		want     []string
	}{
		{"all filed", ticket.Cursor{UIDValidity: 7, First: 1, Last: 3}, 7, shelves{1, 2, 3}, []uint32{1, 2, 3}, nil},
		{"a gap", ticket.Cursor{UIDValidity: 7, First: 1, Last: 3}, 7, shelves{1, 3}, []uint32{1, 2, 3}, []string{"error UID 2"}},
		{"still to be read", ticket.Cursor{UIDValidity: 7, First: 1, Last: 3}, 7, shelves{1, 2, 3}, []uint32{3, 4, 5}, nil},
		{"recent at the start", ticket.Cursor{UIDValidity: 7, Last: 5, Old: 3, Since: since}, 7, shelves{4}, []uint32{2, 4, 5}, []string{"error UID 2", "error UID 5"}},
		{"backlog all leaves nothing alone", ticket.Cursor{UIDValidity: 7, Last: 5, Old: 3}, 7, shelves{2}, []uint32{1, 2}, []string{"error UID 1"}},
		{"made anew", ticket.Cursor{UIDValidity: 7, Last: 5}, 8, nil, []uint32{1}, []string{"note mailbox"}},
	} {
		var got []string
		err := passedOver(t.Context(), tt.filed, tt.cursor, tt.validity, tt.uids, func(f boltstore.Finding) {
			got = append(got, fmt.Sprintf("%s %s", f.Level, f.Where))
		})
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: found %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
}

// TestFsckStatusTellsTheWorst: whichever page of a desk is gone, the status is 2
// where an error is found, and 1 for notes alone; there is always a summary, unless
// the database is refused.
func TestFsckStatusTellsTheWorst(t *testing.T) {
	file, _ := testConfig(t)
	dir := filepath.Dir(file)
	customers := filepath.Join(dir, "customers.csv")
	rows := "id,name,language,email,may_spend\n"
	for i := range 100 { // enough for pages of records alone
		rows += fmt.Sprintf("C%d,Rossi,it,mario@rossi%d.example,true\n", i, i)
	}
	must(t, os.WriteFile(customers, []byte(rows), 0o600))
	sportello := func(args ...string) (string, int) {
		var out bytes.Buffer
		code := run(t.Context(), append(args, "--config", file), noEnv, nil, &out, &out)
		return out.String(), code
	}
	if out, code := sportello("import", customers); code != exitOK {
		t.Fatalf("import: %d\n%s", code, out)
	}
	path := filepath.Join(dir, "state", "desk.db")
	whole, err := os.ReadFile(path)
	must(t, err)
	broken := 0
	for at := 2 * 4096; at < len(whole); at += 4096 {
		gone := slices.Clone(whole)
		clear(gone[at : at+4096])
		if bytes.Equal(gone, whole) { // never used
			continue
		}
		must(t, os.WriteFile(path, gone, 0o600))
		out, code := sportello("fsck", "--json")
		want := exitOK
		switch {
		case code == exitRefused:
			continue
		case strings.Contains(out, `"level":"error"`):
			want = 2
		case strings.Contains(out, `"level":"note"`):
			want = 1
		}
		if code != want || !strings.Contains(out, `"level":"summary"`) {
			t.Errorf("page %d: status %d, want %d:\n%s", at/4096, code, want, out)
		}
		if code == 2 {
			broken++
		}
	}
	if broken == 0 {
		t.Error("no page was missed")
	}
}
