package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"sportello/ticket"
)

// findingJSON is one object of `fsck --json`.
type findingJSON struct {
	Level   string `json:"level"` // error or note
	Promise string `json:"promise"`
	Where   string `json:"where"`
	Text    string `json:"text"`
}

// summaryJSON is the last object of `fsck --json`.
type summaryJSON struct {
	Level  string `json:"level"` // summary
	Errors int    `json:"errors"`
	Notes  int    `json:"notes"`
}

func (a *app) fsckVerb() *cobra.Command {
	var quick, deep bool
	cmd := &cobra.Command{Use: "fsck", Short: "Check the database", Args: cobra.NoArgs}
	cmd.Flags().BoolVar(&quick, "quick", false, "only what is looked at before each start")
	cmd.Flags().BoolVar(&deep, "deep", false, "also read every raw mail again")
	cmd.MarkFlagsMutuallyExclusive("quick", "deep")
	cmd.RunE = a.onDesk(func(ctx context.Context, o *office, _ []string) error {
		found, err := o.fsck(ctx, quick, deep)
		if err != nil {
			return err
		}
		return a.showFindings(found)
	})
	return cmd
}

// showFindings prints findings and summary; the exit status tells the worst.
func (a *app) showFindings(found []findingJSON) error {
	sum := summaryJSON{Level: "summary"}
	p := &page{w: a.stdout}
	for _, f := range found {
		if f.Level == "error" {
			sum.Errors++
		} else {
			sum.Notes++
		}
		if !a.json {
			p.line("%-5s %-4s %s: %s", f.Level, f.Promise, plain(f.Where), plain(f.Text))
		} else if err := writeJSON(a.stdout, f); err != nil {
			return err
		}
	}
	if a.json {
		if err := writeJSON(a.stdout, sum); err != nil {
			return err
		}
	} else {
		p.line("%d errors, %d notes", sum.Errors, sum.Notes)
	}
	switch {
	case sum.Errors > 0:
		return statusError{code: 2}
	case sum.Notes > 0:
		return statusError{code: 1}
	}
	return p.err
}

// fsck checks what the desk's own bookkeeping says against its records. The
// pages of the file were looked at when it was opened.
func (o *office) fsck(ctx context.Context, quick, deep bool) ([]findingJSON, error) {
	if quick {
		return nil, nil
	}
	c := &recount{o: o}
	err := o.store.View(ctx, func(tx ticket.Tx) error {
		for _, step := range []func(context.Context, ticket.Tx) error{c.tickets, c.arrivals, c.letters, c.compare} {
			if err := step(ctx, tx); err != nil {
				return fmt.Errorf("fsck: %w", err)
			}
		}
		return nil
	})
	if err == nil && deep {
		err = c.raws(ctx)
	}
	return c.found, err
}

// recount counts the records anew.
type recount struct {
	o      *office
	counts ticket.Stats
	refs   []*ticket.Message // with raw mail
	found  []findingJSON
}

func (c *recount) fault(promise, where, format string, args ...any) {
	c.found = append(c.found, findingJSON{"error", promise, where, fmt.Sprintf(format, args...)})
}

func (c *recount) tickets(ctx context.Context, tx ticket.Tx) error {
	for t, err := range tx.Tickets(ticket.Filter{}) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		switch t.State {
		case ticket.StateOpen:
			c.counts.Open++
		case ticket.StateWaiting:
			c.counts.Waiting++
		default:
			c.counts.Closed++
		}
		if err := c.thread(tx, t); err != nil {
			return err
		}
	}
	return nil
}

// thread checks that the messages and events of t are complete and in order,
// and that each message of a mail is what its arrival became.
func (c *recount) thread(tx ticket.Tx, t *ticket.Ticket) error {
	where := fmt.Sprintf("ticket %d", t.ID)
	messages, err := tx.Messages(t.ID)
	if err != nil {
		return err
	}
	events, err := tx.Events(t.ID)
	if err != nil {
		return err
	}
	if len(messages) != t.Messages || len(events) != t.Events {
		c.fault("P14", where, "has %d messages and %d events, the ticket says %d and %d", len(messages), len(events), t.Messages, t.Events)
	}
	for i, e := range events {
		if e.Seq != i+1 || e.Cause == "" {
			c.fault("P14", where, "event %d of %d has number %d and cause %q", i+1, len(events), e.Seq, e.Cause)
		}
	}
	for i, m := range messages {
		if m.Seq != i+1 {
			c.fault("P14", where, "message %d of %d has number %d", i+1, len(messages), m.Seq)
		}
		if m.Raw != "" {
			c.refs = append(c.refs, m)
		}
		if m.Arrival == 0 {
			continue
		}
		a, err := tx.Arrival(m.Arrival)
		if err != nil {
			c.fault("P1", where, "message %d: arrival %d: %v", m.Seq, m.Arrival, err)
		} else if a.Fate != ticket.FateMessage || a.Ticket != t.ID || a.Seq != m.Seq {
			c.fault("P1", where, "message %d: arrival %d is %s of ticket %d, message %d", m.Seq, m.Arrival, a.Fate, a.Ticket, a.Seq)
		}
	}
	return nil
}

func (c *recount) arrivals(ctx context.Context, tx ticket.Tx) error {
	for _, f := range []ticket.Fate{ticket.FateQuarantine, ticket.FateHeld, ticket.FateIgnored} {
		for a, err := range tx.Arrivals(f) {
			if err != nil {
				return err
			}
			if a.Fate != f || a.Reason == "" {
				c.fault("P1", fmt.Sprintf("arrival %d", a.ID), "is listed as %s, is %s because of %q", f, a.Fate, a.Reason)
			}
			if f == ticket.FateIgnored {
				c.counts.Ignored++
			} else {
				c.counts.Quarantine++
			}
		}
	}
	return ctx.Err()
}

// letters checks that every letter is in one state and that no Message-ID
// stands twice.
func (c *recount) letters(ctx context.Context, tx ticket.Tx) error {
	seen := map[string]ticket.NoticeID{}
	for r, err := range tx.Rows(0) {
		if err != nil {
			return err
		}
		where := fmt.Sprintf("letter %d", r.Notice.ID)
		if r.State < ticket.RowQueued || r.State > ticket.RowHeld {
			c.fault("P8", where, "is in state %d", r.State)
			continue
		}
		c.counts.Outbox[r.State]++
		if other, twice := seen[r.Notice.MessageID]; twice && r.Notice.MessageID != "" {
			c.fault("P8", where, "has the Message-ID of letter %d", other)
		}
		seen[r.Notice.MessageID] = r.Notice.ID
	}
	return ctx.Err()
}

// compare holds the counts against those that the store keeps in step.
func (c *recount) compare(_ context.Context, tx ticket.Tx) error {
	kept, err := tx.Stats()
	if err != nil {
		return err
	}
	same := func(promise, what string, counted, says int) {
		if counted != says {
			c.fault(promise, what, "%d were counted, the statistics say %d", counted, says)
		}
	}
	same("P14", "open tickets", c.counts.Open, kept.Open)
	same("P14", "waiting tickets", c.counts.Waiting, kept.Waiting)
	same("P14", "closed tickets", c.counts.Closed, kept.Closed)
	same("P1", "ignored mail", c.counts.Ignored, kept.Ignored)
	if c.counts.Quarantine > kept.Quarantine { // what was dropped is not listed, but counted
		same("P1", "quarantine", c.counts.Quarantine, kept.Quarantine)
	}
	same("P1", "mail", kept.Messages+kept.Duplicates+kept.Ignored+kept.Quarantine, kept.Mails)
	for s := ticket.RowQueued; s <= ticket.RowHeld; s++ {
		same("P8", s.String()+" letters", c.counts.Outbox[s], kept.Outbox[s])
	}
	return nil
}

// raws reads every raw mail that a message refers to.
func (c *recount) raws(ctx context.Context) error {
	for _, m := range c.refs {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := c.o.store.Raw(ctx, m.Raw); err != nil {
			c.fault("P1", "raw mail "+string(m.Raw), "%v", err)
		}
	}
	return nil
}
