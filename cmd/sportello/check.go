package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"sportello/policy"
)

func (a *app) checkVerb() *cobra.Command {
	var online bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Read configuration and policy and report every fault at once",
		Args:  cobra.NoArgs,
		RunE: a.verb(func(ctx context.Context, _ []string) error {
			c, err := a.config(true)
			if err != nil {
				return err
			}
			if err := a.checkHeld(ctx, c); err != nil {
				return err
			}
			volume, err := checkVolume(c.Desk.StateDir)
			if err != nil {
				return err
			}
			for _, w := range slices.Concat(c.exposed(a.env), c.trusting(), c.Policy.Policy.Warnings(), []string{volume}) {
				if w == "" {
					continue
				}
				fmt.Fprintf(a.stderr, "warning: %s\n", w)
			}
			if err := a.showTold(c.Policy.Policy); err != nil {
				return err
			}
			if online {
				return a.checkOnline(ctx, c)
			}
			if a.json {
				return a.showStep(stepJSON{"configuration", "ok", c.File + ": no faults"})
			}
			return a.say("%s: no faults", c.File)
		}),
	}
	cmd.Flags().BoolVar(&online, "online", false, "also try IMAP, SMTP, DNS, mail to itself at a token address, a forged Authentication-Results")
	return cmd
}

// showTold says how well the policy file's own topics are told from the others.
func (a *app) showTold(p *policy.Policy) error {
	for _, told := range p.Told() {
		show := func() error { return a.say("topic %s", told) }
		if a.json {
			show = func() error { return a.showStep(stepJSON{"topic " + string(told.Topic), "ok", told.String()}) }
		}
		if err := show(); err != nil {
			return err
		}
	}
	return nil
}
