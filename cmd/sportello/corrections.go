package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"sportello/policy"
	"sportello/ticket"
)

// correction is how often people set one topic where the classifier had said
// another: one object of `policy corrections --json`.
type correction struct {
	From    policy.Topic `json:"from"`
	To      policy.Topic `json:"to"`
	Count   int          `json:"count"`
	Tickets []ticket.ID  `json:"tickets"`
}

func (a *app) correctionsVerb() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "corrections",
		Short: "Show where people set another topic than the classifier, most frequent first",
		Args:  cobra.NoArgs,
	}
	cmd.Flags().StringVar(&dir, "eml", "", "also write the first mail of each ticket to `DIR`/TOPIC/ticket-N.eml; DIR must be new or empty")
	run := a.onDesk(func(ctx context.Context, o *office, _ []string) error {
		all, err := o.corrections(ctx)
		if err != nil {
			return err
		}
		if err := a.showCorrections(all); err != nil || dir == "" {
			return err
		}
		return a.writeExamples(ctx, o, all)
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if dir == "" || a.office != nil {
			return run(cmd, args)
		}
		f := &folder{path: dir}
		if err := f.mustBeEmpty(); err != nil {
			return err
		}
		defer f.close()
		a.writeFile = f.write
		return run(cmd, args)
	}
	return cmd
}

// corrections counts the pairs, the most frequent first.
func (o *office) corrections(ctx context.Context) ([]correction, error) {
	pairs := map[[2]policy.Topic][]ticket.ID{}
	err := o.store.View(ctx, func(tx ticket.Tx) error {
		for t, err := range tx.Tickets(ticket.Filter{}) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return fmt.Errorf("looking for corrected tickets: %w", err)
			}
			if t.Guessed != "" && t.Guessed != t.Decision.Topic {
				pair := [2]policy.Topic{t.Guessed, t.Decision.Topic}
				pairs[pair] = append(pairs[pair], t.ID)
			}
		}
		return nil
	})
	var all []correction
	for pair, ids := range pairs {
		slices.Sort(ids)
		all = append(all, correction{pair[0], pair[1], len(ids), ids})
	}
	slices.SortFunc(all, func(x, y correction) int {
		return cmp.Or(-cmp.Compare(x.Count, y.Count), cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To))
	})
	return all, err
}

func (a *app) showCorrections(all []correction) error {
	var rows [][]string
	for _, c := range all {
		if !a.json {
			rows = append(rows, []string{strconv.Itoa(c.Count), string(c.From), string(c.To), ticketNumbers(c.Tickets)})
		} else if err := writeJSON(a.stdout, c); err != nil {
			return err
		}
	}
	return table(a.stdout, []string{"COUNT", "CLASSIFIER SAID", "PEOPLE SAY", "TICKETS"}, rows)
}

// writeExamples writes the first mail of each corrected ticket under the topic
// that people gave it. Mail that is not in the archive is said on stderr, the
// others are written nevertheless.
func (a *app) writeExamples(ctx context.Context, o *office, all []correction) error {
	failed := false
	for _, c := range all {
		for _, id := range c.Tickets {
			raw, err := o.firstMail(ctx, id)
			if err != nil {
				fmt.Fprintln(a.stderr, prefixed(err))
				failed = true
				continue
			}
			if err := a.writeFile(fmt.Sprintf("%s/ticket-%d.eml", c.To, id), raw); err != nil {
				return err
			}
		}
	}
	if failed {
		return statusError{code: exitFailed}
	}
	return nil
}

// firstMail is the mail that opened a ticket, byte for byte.
func (o *office) firstMail(ctx context.Context, id ticket.ID) ([]byte, error) {
	var first *ticket.Message
	err := o.store.View(ctx, func(tx ticket.Tx) (err error) {
		first, err = tx.Message(id, 1)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ticket %d, first message: %w", id, err)
	}
	raw, err := o.store.Raw(ctx, first.Raw)
	if err != nil {
		return nil, fmt.Errorf("ticket %d, first mail: %w", id, err)
	}
	return raw, nil
}
