package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

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
	var asTOML bool
	cmd := &cobra.Command{
		Use:   "corrections",
		Short: "Show where people set another topic than the classifier, most frequent first",
		Args:  cobra.NoArgs,
	}
	cmd.Flags().StringVar(&dir, "eml", "", "also write the first mail of each ticket to `DIR`/TOPIC/ticket-N.eml; DIR must be new or empty")
	cmd.Flags().BoolVar(&asTOML, "toml", false, "print the first mail of each ticket as an example for the policy file, without what tells who wrote it")
	run := a.onDesk(func(ctx context.Context, o *office, _ []string) error {
		all, err := o.corrections(ctx)
		if err != nil {
			return err
		}
		if asTOML {
			return a.showExamples(ctx, o, all)
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
		a.writeFile = f.write
		return errors.Join(run(cmd, args), f.close())
	}
	return cmd
}

// corrections counts the pairs, the most frequent first.
func (o *office) corrections(ctx context.Context) ([]correction, error) {
	pairs := map[[2]policy.Topic][]ticket.ID{}
	err := ticket.Each(ctx, o.store, ticket.WalkTickets(ticket.Filter{}), func(_ ticket.Tx, t *ticket.Ticket) error {
		if t.Guessed != "" && t.Guessed != t.Decision.Topic {
			pair := [2]policy.Topic{t.Guessed, t.Decision.Topic}
			pairs[pair] = append(pairs[pair], t.ID)
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
	return all, wrapped(err, "looking for corrected tickets")
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

// showExamples prints the corrected requests as tables of a policy file: topics in
// order, newest ticket last, each list to be put under the table of its name.
func (a *app) showExamples(ctx context.Context, o *office, all []correction) error {
	tickets := map[policy.Topic][]ticket.ID{}
	for _, c := range all {
		tickets[c.To] = append(tickets[c.To], c.Tickets...)
	}
	p := &page{w: a.stdout}
	if len(tickets) > 0 {
		p.line("# Requests to which people gave another topic than the classifier. Read each before you")
		p.line("# put it under the table of its topic in the policy file: addresses, sites, numbers and")
		p.line("# known names were taken out, other words may still tell who wrote them.")
	}
	for _, to := range slices.Sorted(maps.Keys(tickets)) {
		slices.Sort(tickets[to])
		p.line("")
		p.line("[topic.%s]", to)
		p.line("examples = [")
		for _, id := range tickets[to] {
			text, err := o.example(ctx, id)
			if err != nil {
				return err
			}
			p.line("  %s, # ticket %d", quotedTOML(text), id)
		}
		p.line("]")
	}
	return p.err
}

// example is the first message of a ticket without what tells whose it is.
func (o *office) example(ctx context.Context, id ticket.ID) (text string, err error) {
	err = o.store.View(ctx, func(tx ticket.Tx) error {
		t, err := tx.Ticket(id)
		if err != nil {
			return fmt.Errorf("ticket %d: %w", id, err)
		}
		first, err := tx.Message(id, 1)
		if err != nil {
			return fmt.Errorf("ticket %d, first message: %w", id, err)
		}
		names := []string{first.From.Name, t.Requester.Name, localPart(first.From.Address)}
		if t.Customer != "" {
			c, err := tx.Customer(t.Customer)
			if err != nil {
				return fmt.Errorf("ticket %d, its customer: %w", id, err)
			}
			names = append(names, c.Name)
			for _, one := range c.Contacts {
				names = append(names, localPart(one.Address))
			}
		}
		text = o.config.Policy.Policy.AsExample(first.Subject, first.Text, names...)
		return nil
	})
	return text, err
}

// localPart is what stands before the @, where it is likely a name.
func localPart(address string) string {
	local, _, _ := strings.Cut(address, "@")
	if slices.Contains([]string{"info", "mail", "posta", "admin", "ordini", "office", "support", "sales", "webmaster"}, local) {
		return ""
	}
	return local
}

// quotedTOML is a basic string of TOML on one line.
func quotedTOML(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r < ' ' || r == 0x7f:
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
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
