// Package monthly draws the desk's figures, month by month, as one page of HTML
// that needs nothing else: no script, no remote content, charts as inline SVG
// whose colours follow the reader's light or dark.
package monthly

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

// Page is what a page shows.
type Page struct {
	Desk     string            // its name
	Language string            // it or en
	Now      time.Time         // in the desk's zone
	Months   []*ticket.Figures // in order; the last is shown at length
	// Topic describes a topic in the page's language; "" where nothing is known.
	Topic func(policy.Topic) string
}

//go:embed page.html
var source string

// parsed is the page; its functions are put in their place for each language.
var parsed = template.Must(template.New("page").Funcs((&speaker{}).funcs()).Parse(source))

// Write writes p. There is at least one month.
func (p Page) Write(w io.Writer) error {
	say := newSpeaker(p.Language)
	charts, err := p.charts(say)
	if err != nil {
		return err
	}
	t, err := parsed.Clone()
	if err != nil {
		return fmt.Errorf("report page: %w", err)
	}
	var out bytes.Buffer
	if err := t.Funcs(say.funcs()).Execute(&out, map[string]any{
		"Page": p, "Last": p.Months[len(p.Months)-1], "Charts": charts, "Topics": p.topics(), "Months": newestFirst(p.Months),
	}); err != nil {
		return fmt.Errorf("report page: %w", err)
	}
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("report page: %w", err)
	}
	return nil
}

func newestFirst(months []*ticket.Figures) []*ticket.Figures {
	months = slices.Clone(months)
	slices.Reverse(months)
	return months
}

// topicRow is a topic of the last month.
type topicRow struct {
	Topic policy.Topic
	Text  string
	Count ticket.Coverages
}

// topics lists those of the last month, the most frequent first.
func (p Page) topics() (rows []topicRow) {
	for topic, c := range p.Months[len(p.Months)-1].Requests {
		r := topicRow{Topic: topic, Count: *c}
		if p.Topic != nil {
			r.Text = p.Topic(topic)
		}
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b topicRow) int {
		if n, m := a.Count.Sum(), b.Count.Sum(); n != m {
			return m - n
		}
		return strings.Compare(string(a.Topic), string(b.Topic))
	})
	return rows
}
