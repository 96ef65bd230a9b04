package main

import (
	"context"
	"encoding"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sportello/mailin"
	"sportello/policy"
	"sportello/ticket"
)

// admin is the actor of what is done from the command line.
const admin = "admin"

func (a *app) ticketVerbs() *cobra.Command {
	return a.family("ticket", "Look at tickets and change them",
		a.ticketListVerb(),
		&cobra.Command{Use: "show N", Short: "Show a ticket with its messages and events", Args: cobra.ExactArgs(1), RunE: a.onDesk(a.ticketShow)},
		a.ticketClose(),
		a.ticketAct("reopen N", "Make a closed or waiting ticket our turn again", 1, func(ctx context.Context, o *office, id ticket.ID, _ []string) error {
			return o.desk.Reopen(ctx, id, admin)
		}),
		a.ticketAct("assign N NAME|none", "Give a ticket to a technician, or to nobody", 2, func(ctx context.Context, o *office, id ticket.ID, args []string) error {
			return o.desk.Assign(ctx, id, args[0], admin)
		}),
		a.ticketMergeVerb(),
		&cobra.Command{
			Use: "attachment N SEQ I", Short: "Write an attachment's bytes to standard output",
			Long: "Write the bytes of attachment I (from 1, as `ticket show` lists them) of message SEQ of ticket N to standard output.",
			Args: cobra.ExactArgs(3), RunE: a.onDesk(a.ticketAttachment),
		},
	)
}

// ticketClose closes a ticket; without --charge what it holds goes back.
func (a *app) ticketClose() *cobra.Command {
	var charge int
	cmd := a.ticketAct("close N", "Close a ticket as solved; the customer is told", 1, func(ctx context.Context, o *office, id ticket.ID, _ []string) error {
		if charge < 0 {
			return usagef("--charge: %d is not allowed; it must be a whole number of credits", charge)
		}
		return o.desk.Close(ctx, id, ticket.Credits(charge), admin)
	})
	cmd.Flags().IntVar(&charge, "charge", 0, "spend `C` of the credits that the ticket holds; the rest goes back to the customer, without this flag all of it")
	return cmd
}

func (a *app) ticketMergeVerb() *cobra.Command {
	var force bool
	cmd := a.ticketAct("merge N INTO", "Join a ticket to another, for ever; what comes for it goes on there", 2, func(ctx context.Context, o *office, id ticket.ID, args []string) error {
		into, err := number[ticket.ID]("ticket", args[0])
		if err != nil {
			return err
		}
		return o.desk.Merge(ctx, id, into, force, admin)
	})
	cmd.Flags().BoolVar(&force, "force", false, "also where the two are of different customers")
	return cmd
}

func (a *app) ticketListVerb() *cobra.Command {
	var state, coverage, topic, customer string
	var limit int
	cmd := &cobra.Command{Use: "list", Short: "List tickets, newest first", Args: cobra.NoArgs}
	cmd.Flags().StringVar(&state, "state", "", "only `STATE`: open, waiting or closed")
	cmd.Flags().StringVar(&coverage, "coverage", "", "only `COVERAGE`: covered, extra, undetermined or none")
	cmd.Flags().StringVar(&topic, "topic", "", "only this `TOPIC`")
	cmd.Flags().StringVar(&customer, "customer", "", "only of customer `ID`")
	cmd.Flags().IntVar(&limit, "limit", defaultLimit, "at most `N`; 0 shows all")
	cmd.RunE = a.onDesk(func(ctx context.Context, o *office, _ []string) error {
		f := ticket.Filter{Topic: policy.Topic(topic), Customer: customer, Limit: limit}
		if err := named("--state", state, "open, waiting or closed", &f.State); err != nil {
			return err
		}
		if err := named("--coverage", coverage, "covered, extra, undetermined or none", &f.Coverage); err != nil {
			return err
		}
		if topics := o.config.Policy.Policy.Topics(); topic != "" && !slices.Contains(topics, f.Topic) {
			return usagef("--topic: %q is no topic%s", topic, hint(topic, topicNames(topics)))
		}
		if err := limited(limit); err != nil {
			return err
		}
		return a.listTickets(ctx, o, f, func(ticket.Tx, *ticket.Ticket) (bool, error) { return true, nil })
	})
	return cmd
}

// named reads the name of a state and the like; "" leaves v alone.
func named(flag, name, allowed string, v encoding.TextUnmarshaler) error {
	if name == "" {
		return nil
	}
	if err := v.UnmarshalText([]byte(name)); err != nil {
		return usagef("%s: %q is not allowed; it must be %s", flag, name, allowed)
	}
	return nil
}

func topicNames(topics []policy.Topic) []string {
	var names []string
	for _, t := range topics {
		names = append(names, string(t))
	}
	return names
}

// listTickets shows the tickets that f and keep let through, as they are found.
func (a *app) listTickets(ctx context.Context, o *office, f ticket.Filter, keep func(ticket.Tx, *ticket.Ticket) (bool, error)) error {
	l := a.listing(f.Limit, "TICKET", "STATE", "COVERAGE", "TOPIC", "DUE", "ASSIGNEE", "REQUESTER", "SUBJECT")
	return wrapped(l.show(ticket.Slices(ctx, o.store, ticket.WalkTickets(f), func(tx ticket.Tx, t *ticket.Ticket) (line, bool, error) {
		if ok, err := keep(tx, t); err != nil || !ok {
			return line{}, false, wrapped(err, "ticket %d", t.ID)
		}
		return line{o.ticketHead(t), o.ticketRow(t)}, true, nil
	})), "listing tickets")
}

// wrapped is err with what was being done; nil stays nil.
func wrapped(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

func (o *office) ticketRow(t *ticket.Ticket) []string {
	due := ""
	if !t.AnswerDue.IsZero() {
		due = policy.DateOf(t.AnswerDue, o.config.Desk.Zone).AddDays(-1).String()
	}
	subject := shorten(t.Subject, 60)
	if t.Erased != 0 {
		subject = "(erased)"
	}
	return []string{"#" + strconv.FormatUint(uint64(t.ID), 10), t.State.String(), t.Decision.Coverage.String(),
		string(t.Decision.Topic), due, t.Assignee, shorten(t.Requester.Address, 34), subject}
}

// ticketAct makes a verb that changes one ticket.
func (a *app) ticketAct(use, short string, args int, do func(ctx context.Context, o *office, id ticket.ID, rest []string) error) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(args)}
	if args > 1 {
		cmd.Args = cobra.MinimumNArgs(args)
	}
	cmd.RunE = a.onDesk(func(ctx context.Context, o *office, args []string) error {
		id, err := number[ticket.ID]("ticket", args[0])
		if err != nil {
			return err
		}
		rest := args[1:]
		if len(rest) > 1 {
			rest = []string{strings.Join(rest, " ")}
		}
		if err := do(ctx, o, id, rest); err != nil {
			return err
		}
		return a.showHead(ctx, o, id)
	})
	return cmd
}

// showHead shows what a ticket has become.
func (a *app) showHead(ctx context.Context, o *office, id ticket.ID) error {
	return o.store.View(ctx, func(tx ticket.Tx) error {
		t, err := tx.Ticket(id)
		if err != nil {
			return fmt.Errorf("ticket %d: %w", id, err)
		}
		if a.json {
			return writeJSON(a.stdout, o.ticketHead(t))
		}
		p := &page{w: a.stdout}
		p.line("#%d is %s%s", t.ID, stateText(o.ticketHead(t)), prefixIf(", assigned to ", t.Assignee))
		if t.MergedInto != 0 {
			p.line("it goes on in #%d", t.MergedInto)
		}
		return p.err
	})
}

func (a *app) ticketAttachment(ctx context.Context, o *office, args []string) error {
	id, err := number[ticket.ID]("ticket", args[0])
	if err != nil {
		return err
	}
	seq, err := number[ticket.ID]("message", args[1])
	if err != nil {
		return err
	}
	i, err := number[ticket.ID]("attachment", args[2])
	if err != nil {
		return err
	}
	var m *ticket.Message
	err = o.store.View(ctx, func(tx ticket.Tx) error {
		m, err = tx.Message(id, int(seq))
		return err
	})
	if err != nil {
		return fmt.Errorf("ticket %d, message %d: %w", id, seq, err)
	}
	if int(i) > len(m.Attachments) {
		return fmt.Errorf("ticket %d, message %d has %d attachments: %w", id, seq, len(m.Attachments), ticket.ErrNotFound)
	}
	raw, err := o.store.Raw(ctx, m.Raw)
	if err != nil {
		return fmt.Errorf("ticket %d, message %d: %w", id, seq, err)
	}
	_, data, err := mailin.Extract(raw, m.Attachments[i-1].Index)
	if err != nil {
		return fmt.Errorf("ticket %d, message %d: %w", id, seq, err)
	}
	if _, err := a.stdout.Write(data); err != nil {
		return fmt.Errorf("writing the attachment: %w", err)
	}
	return nil
}

func prefixIf(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}
