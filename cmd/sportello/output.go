package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"sportello/ticket"
)

// writeJSON writes v as one line.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}

// say prints one line for a person.
func (a *app) say(format string, args ...any) error {
	if _, err := fmt.Fprintf(a.stdout, format+"\n", args...); err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	return nil
}

// list makes a missing list an empty one: JSON shows [] and never null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

// instant shows t as RFC 3339 in the desk's zone; "" for none.
func instant(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(time.RFC3339)
}

// moment shows t to a person; "" for none.
func moment(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format("2006-01-02 15:04")
}

// shownTime is an instant of JSON for a person, to the minute.
func shownTime(rfc3339 string) string {
	t, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil {
		return rfc3339
	}
	return t.Format("2006-01-02 15:04")
}

// lastDay is the last day that counts before a deadline of JSON.
func lastDay(rfc3339 string) string {
	t, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil {
		return rfc3339
	}
	return "through " + t.Add(-time.Nanosecond).Format("Monday 2006-01-02")
}

// page is text for a person: labelled rows and blocks. err holds the first
// failed write.
type page struct {
	w   io.Writer
	err error
}

func (p *page) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

func (p *page) title(text string) { p.line("%s", plain(text)) }

// row prints a labelled value; nothing when there is no value.
func (p *page) row(label, value string) {
	if value != "" {
		p.line("  %-13s%s", label, plain(value))
	}
}

// block prints text as it was written, set in by a bar.
func (p *page) block(label, text string) {
	p.line("  %s", label)
	for l := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		p.line("  | %s", plain(l))
	}
}

// plain keeps what a stranger wrote from steering the terminal: controls and
// characters that turn the direction of writing become U+FFFD.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < 0x20, r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return '\uFFFD'
		}
		return r
	}, s)
}

// table prints rows in columns; cells must hold no tabs.
func table(w io.Writer, header []string, rows [][]string) error {
	if len(rows) == 0 {
		return nil
	}
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, strings.Join(header, "\t"))
	for _, r := range rows {
		for i := range r {
			r[i] = plain(r[i])
		}
		fmt.Fprintln(tw, strings.Join(r, "\t"))
	}
	if err := tw.Flush(); err != nil {
		return fmt.Errorf("writing a table: %w", err)
	}
	return nil
}

// shorten cuts s to n characters.
func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func shownMailbox(m ticket.Mailbox) string {
	if m.Name == "" {
		return m.Address
	}
	return fmt.Sprintf("%s <%s>", m.Name, m.Address)
}

func shownMailboxes(all []ticket.Mailbox) string {
	shown := make([]string, len(all))
	for i, m := range all {
		shown[i] = shownMailbox(m)
	}
	return strings.Join(shown, ", ")
}

// shownSize is a number of bytes for a person.
func shownSize(n int64) string {
	switch {
	case n >= 10_000_000:
		return fmt.Sprintf("%d MB", n/1_000_000)
	case n >= 10_000:
		return fmt.Sprintf("%d KB", n/1000)
	}
	return fmt.Sprintf("%d bytes", n)
}

func withReason(what, why string) string {
	if why == "" {
		return what
	}
	return what + " (" + why + ")"
}
