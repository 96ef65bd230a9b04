package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sportello/policy"
	"sportello/ticket"
)

// heldPlan is a plan that customers hold and a policy file does not have: what
// they bought would cover nothing.
type heldPlan struct {
	plan      string
	customers int
}

// missingPlans lists the plans that count today or later for some customer and
// that p does not have, by name.
func missingPlans(ctx context.Context, store ticket.Store, p *policy.Policy, today policy.Date) ([]heldPlan, error) {
	count := map[string]int{}
	err := ticket.Each(ctx, store, ticket.WalkCustomers(), func(_ ticket.Tx, c *ticket.Customer) error {
		seen := map[string]bool{}
		for _, plan := range c.Plans {
			if !p.KnownPlan(plan.ID) && !plan.Expires().Before(today) && !seen[plan.ID] {
				seen[plan.ID] = true
				count[plan.ID]++
			}
		}
		return nil
	})
	var all []heldPlan
	for plan, n := range count {
		all = append(all, heldPlan{plan, n})
	}
	slices.SortFunc(all, func(a, b heldPlan) int { return cmp.Compare(a.plan, b.plan) })
	return all, wrapped(err, "looking for plans that customers hold")
}

// heldFaults are the missing plans as faults of a policy file.
func heldFaults(file string, missing []heldPlan, p *policy.Policy) (all faults) {
	for _, m := range missing {
		holders := fmt.Sprintf("%d customers hold it", m.customers)
		if m.customers == 1 {
			holders = "1 customer holds it"
		}
		all = append(all, fault{text: fmt.Sprintf("%s:1: plan.%s: missing, must be there as long as it counts for somebody: %s; the file has %s",
			file, m.plan, holders, strings.Join(p.Plans(), ", "))})
	}
	return all
}

// heldFaults looks for plans that the desk's customers hold and p, the policy of
// file, lacks.
func (o *office) heldFaults(ctx context.Context, file string, p *policy.Policy) error {
	missing, err := missingPlans(ctx, o.store, p, policy.DateOf(o.now(), o.config.Desk.Zone))
	if err != nil || len(missing) == 0 {
		return err
	}
	return heldFaults(file, missing, p)
}

// policyName is how faults name the policy file in use.
func (c *Config) policyName() string { return cmp.Or(c.Policy.File, "default.toml") }

// heldVerb holds a policy file against the customers of the desk; `check` asks it,
// so that a desk that runs answers too.
func (a *app) heldVerb() *cobra.Command {
	return &cobra.Command{
		Use: "held [FILE]", Short: "Look for plans that customers hold and a policy file lacks", Hidden: true, Args: cobra.MaximumNArgs(1),
		RunE: a.onDeskWith(argsAreFiles, func(ctx context.Context, o *office, files []string) error {
			if len(files) == 0 {
				return o.heldFaults(ctx, "default.toml", policy.Default(o.config.Desk.Zone))
			}
			p, err := a.policyFrom(files[0], o.config.Desk.Zone)
			if err != nil {
				return err
			}
			return o.heldFaults(ctx, files[0], p)
		}),
	}
}

// checkHeld holds the policy of a configuration against the customers of its desk,
// whether it runs or not. Where there is no desk, or not one that may be opened
// here, there is nothing to hold it against.
func (a *app) checkHeld(ctx context.Context, c *Config) error {
	asks := *a
	asks.args = []string{"policy", "held"}
	if c.Policy.File != "" {
		asks.args = append(asks.args, c.Policy.File)
	}
	verb := asks.heldVerb()
	verb.SetContext(ctx)
	err := verb.RunE(verb, asks.args[2:])
	if held, ok := errors.AsType[faults](err); ok {
		return held
	}
	if status, ok := errors.AsType[statusError](err); ok && status.err == nil {
		return err // a daemon said it
	}
	return nil
}
