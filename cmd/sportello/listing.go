package main

import (
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"
)

// defaultLimit is how many rows a list shows unless it is told otherwise.
const defaultLimit = 100

// listing prints rows as they are found: as JSON, one object a line, or in columns,
// which grow wider where a later row needs it. What was printed is on its way before
// more is read.
type listing struct {
	app    *app
	header []string
	limit  int // 0: all
	widths []int
	shown  int
}

func (a *app) listing(limit int, header ...string) *listing {
	return &listing{app: a, limit: limit, header: header}
}

// limited refuses a limit that is none.
func limited(limit int) error {
	if limit < 0 {
		return usagef("--limit: %d is not allowed; it must be 0 (all) or more", limit)
	}
	return nil
}

// line is a row in both its forms.
type line struct {
	json  any
	cells []string
}

// show prints what slices yield. At the limit it stops reading, and says so on the side.
func (l *listing) show(slices iter.Seq2[[]line, error]) error {
	for some, err := range slices {
		if l.limit > 0 {
			some = some[:min(len(some), l.limit-l.shown)]
		}
		if err := l.print(some); err != nil {
			return err
		}
		if l.limit > 0 && l.shown == l.limit {
			_, err := fmt.Fprintf(l.app.stderr, "sportello: it ends at %d, as --limit says; there may be more, and 0 shows all\n", l.limit)
			return err
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// print prints some rows, and sends them on their way.
func (l *listing) print(some []line) error {
	if len(some) == 0 {
		return nil
	}
	l.shown += len(some)
	if !l.app.json {
		if err := l.columns(some); err != nil {
			return err
		}
	} else {
		for _, r := range some {
			if err := writeJSON(l.app.stdout, r.json); err != nil {
				return err
			}
		}
	}
	if w, ok := l.app.stdout.(interface{ Flush() error }); ok {
		if err := w.Flush(); err != nil {
			return fmt.Errorf("writing: %w", err)
		}
	}
	return nil
}

// columns prints some rows, the first ones below the header.
func (l *listing) columns(some []line) error {
	var rows [][]string
	if l.widths == nil {
		rows, l.widths = append(rows, l.header), make([]int, len(l.header))
	}
	for _, r := range some {
		rows = append(rows, r.cells)
	}
	for _, r := range rows {
		for i := range r {
			r[i] = plain(r[i])
			l.widths[i] = max(l.widths[i], utf8.RuneCountInString(r[i]))
		}
	}
	var b strings.Builder
	for _, r := range rows {
		for i, cell := range r {
			b.WriteString(cell)
			if i < len(r)-1 {
				b.WriteString(strings.Repeat(" ", l.widths[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		b.WriteString("\n")
	}
	if _, err := io.WriteString(l.app.stdout, b.String()); err != nil {
		return fmt.Errorf("writing a table: %w", err)
	}
	return nil
}
