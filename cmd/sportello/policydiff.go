package main

import (
	"context"
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

func (a *app) policyDiffVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "diff FILE",
		Short: "Show which tickets another policy file would judge otherwise",
		Long: `Judge every ticket once by the policy in use and once by FILE, as of the day it
was opened and by what its customer has now, and show where coverage, plan, clause
or price differ. Topics stay as they were guessed, or set by people. Nothing is
changed.`,
		Args: cobra.ExactArgs(1),
	}
	run := a.onDeskWith(argsAreFiles, func(ctx context.Context, o *office, files []string) error {
		p, err := a.policyFrom(files[0], o.config.Desk.Zone)
		if err != nil {
			return err
		}
		return a.policyDiff(ctx, o, p)
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := a.readFile(args[0]); err != nil {
			return usagef("policy file: %w", err)
		}
		return run(cmd, args)
	}
	return cmd
}

// policyDiff shows what p would judge otherwise, as it is read, the newest
// ticket first.
func (a *app) policyDiff(ctx context.Context, o *office, p *policy.Policy) error {
	page, seen := &page{w: a.stdout}, 0
	kinds := map[string]int{}
	err := o.store.View(ctx, func(tx ticket.Tx) error {
		for t, err := range tx.Tickets(ticket.Filter{}) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return fmt.Errorf("judging tickets: %w", err)
			}
			seen++
			c, err := o.verdictChange(tx, t, p)
			if err != nil {
				return fmt.Errorf("ticket %d: %w", t.ID, err)
			}
			if c.Before == c.After {
				continue
			}
			kinds[c.kind()]++
			if err := a.showChange(page, c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || a.json {
		return err
	}
	page.line("%s", changesText(seen, kinds))
	return page.err
}

// verdictChange judges t by the policy in use and by p, of the same facts, so
// that nothing differs but what the files say.
func (o *office) verdictChange(tx ticket.Tx, t *ticket.Ticket, p *policy.Policy) (verdictChange, error) {
	c, err := ticket.CaseOf(tx, t)
	if err != nil {
		return verdictChange{}, err
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
	changed, parts := 0, []string{}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		changed += kinds[kind]
		parts = append(parts, fmt.Sprintf("%d %s", kinds[kind], kind))
	}
	text := fmt.Sprintf("%d of %d tickets would be judged otherwise", changed, seen)
	if changed == 0 {
		return text
	}
	return text + ": " + strings.Join(parts, ", ")
}
