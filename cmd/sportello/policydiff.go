package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sportello/policy"
	"sportello/ticket"
)

// verdictJSON is who pays, and how much.
type verdictJSON struct {
	Coverage policy.Coverage `json:"coverage"`
	Plan     string          `json:"plan"`
	Clause   string          `json:"clause"`
	Price    shownPrice      `json:"price"`
}

// verdictChange is a ticket that another policy file would judge otherwise: one
// object of `policy diff --json`.
type verdictChange struct {
	ID     ticket.ID    `json:"id"`
	Topic  policy.Topic `json:"topic"`
	Before verdictJSON  `json:"before"`
	After  verdictJSON  `json:"after"`
}

// fileChange is what a policy file says otherwise: one object of `policy diff
// --json`, before those of tickets.
type fileChange struct {
	Path   string `json:"path"`
	Before string `json:"before"`
	After  string `json:"after"`
	Text   string `json:"text"`
}

func (a *app) policyDiffVerb() *cobra.Command {
	limit := 20
	cmd := &cobra.Command{
		Use:   "diff FILE",
		Short: "Show what another policy file says otherwise, and which tickets it would judge otherwise",
		Long: `Show what FILE (- is standard input) says otherwise than the policy in use. Then
judge every ticket once by each, as of the day it was opened and by what its customer
has now, and show where coverage, plan, clause or price differ. Topics stay as they
were guessed, or set by people; where the files teach other topics they are guessed
anew. A plan that customers hold and FILE lacks is a fault. Nothing is changed.`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().IntVar(&limit, "limit", limit, "show at most `N` tickets; 0 shows all")
	run := a.onDeskWith(argsAreFiles, func(ctx context.Context, o *office, files []string) error {
		p, err := a.policyFrom(files[0], o.config.Desk.Zone)
		if err != nil {
			return err
		}
		if err := limited(limit); err != nil {
			return err
		}
		held := o.heldFaults(ctx, files[0], p)
		if err := a.policyDiff(ctx, o, p, limit); err != nil {
			return errors.Join(held, err)
		}
		return held
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if args[0] == "-" && a.office == nil {
			if err := a.keepInput(cmd.Context()); err != nil {
				return err
			}
		}
		if _, err := a.readFile(args[0]); err != nil {
			return usagef("policy file: %w", err)
		}
		return run(cmd, args)
	}
	return cmd
}

// keepInput lets the file "-" be standard input, as often as it is read.
func (a *app) keepInput(ctx context.Context) error {
	data, err := a.readMail(ctx, "-")
	if err != nil {
		return err
	}
	files := a.readFile
	a.stdin, a.readFile = bytes.NewReader(data), func(name string) ([]byte, error) {
		if name == "-" {
			return data, nil
		}
		return files(name)
	}
	return nil
}

// policyDiff shows what p says otherwise and what it would judge otherwise, the
// newest ticket first, at most limit of them (0: all).
func (a *app) policyDiff(ctx context.Context, o *office, p *policy.Policy, limit int) error {
	page := &page{w: a.stdout}
	if err := a.showFileChanges(page, o.config.Policy.Policy.Changes(p)); err != nil {
		return err
	}
	seen, changed, kinds := 0, []verdictChange{}, map[string]int{}
	anew := !o.config.Policy.Policy.TeachesAs(p)
	if err := ticket.Each(ctx, o.store, ticket.WalkTickets(ticket.Filter{}), func(tx ticket.Tx, t *ticket.Ticket) error {
		seen++
		c, err := o.verdictChange(tx, t, p, anew)
		if err != nil || c.Before == c.After {
			return wrapped(err, "ticket %d", t.ID)
		}
		kinds[c.kind()]++
		if limit == 0 || len(changed) < limit {
			changed = append(changed, c)
		}
		return nil
	}); err != nil {
		return fmt.Errorf("judging tickets: %w", err)
	}
	if !a.json {
		page.line("%s", changesText(seen, kinds))
	}
	for _, c := range changed {
		if err := a.showChange(page, c); err != nil {
			return err
		}
	}
	if left := sum(kinds) - len(changed); left > 0 && !a.json {
		page.line("and %d more: --limit 0 shows all", left)
	}
	return page.err
}

func sum(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

func (a *app) showFileChanges(p *page, changes []policy.Change) error {
	for _, c := range changes {
		if !a.json {
			p.line("%s", c)
		} else if err := writeJSON(a.stdout, fileChange{c.Path, c.Before, c.After, c.String()}); err != nil {
			return err
		}
	}
	if !a.json && len(changes) > 0 {
		p.line("")
	}
	return p.err
}

// verdictChange judges t by the policy in use and by p, of the same facts, so
// that nothing differs but what the files say. anew: its topic is guessed by each.
func (o *office) verdictChange(tx ticket.Tx, t *ticket.Ticket, p *policy.Policy, anew bool) (verdictChange, error) {
	c, err := ticket.CaseOf(tx, t)
	if err != nil {
		return verdictChange{}, err
	}
	if anew {
		c.Opinion = nil
	}
	return verdictChange{t.ID, t.Decision.Topic, verdictOf(o.config.Policy.Policy.Decide(c)), verdictOf(p.Decide(c))}, nil
}

func verdictOf(d policy.Decision) verdictJSON {
	return verdictJSON{d.Coverage, d.Plan, d.Clause, shownPrice(d.Price)}
}

func (a *app) showChange(p *page, c verdictChange) error {
	if a.json {
		return writeJSON(a.stdout, c)
	}
	p.line("#%d  %s", c.ID, c.Topic)
	p.row("before", c.Before.String())
	p.row("after", c.After.String())
	return p.err
}

func (v verdictJSON) String() string {
	text := v.Coverage.String()
	if v.Plan != "" {
		text += " by " + v.Plan
	}
	text += ", clause " + v.Clause
	if price := v.Price.String(); price != "" {
		text += ", " + price
	}
	return text
}

// kind sorts changes for the summary.
func (c verdictChange) kind() string {
	switch {
	case c.Before.Coverage != c.After.Coverage:
		return fmt.Sprintf("%s → %s", c.Before.Coverage, c.After.Coverage)
	case c.Before.Price != c.After.Price:
		return "another price"
	}
	return "another plan or clause"
}

// changesText sums up how many of the tickets would change, and how.
func changesText(seen int, kinds map[string]int) string {
	changed, parts := sum(kinds), []string{}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		parts = append(parts, fmt.Sprintf("%d %s", kinds[kind], kind))
	}
	text := fmt.Sprintf("%d of %d tickets would be judged otherwise", changed, seen)
	if changed == 0 {
		return text
	}
	return text + ": " + strings.Join(parts, ", ")
}
