package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"

	"github.com/spf13/cobra"

	"sportello/ticket"
)

// arrivalJSON is one object of `quarantine list --json`.
type arrivalJSON struct {
	ID      string      `json:"id"`
	Reason  string      `json:"reason"`
	Kind    ticket.Kind `json:"kind"`
	From    string      `json:"from"`
	Subject string      `json:"subject"`
	Arrived string      `json:"arrived"`
	Size    int64       `json:"size"`
}

func (o *office) arrival(r *ticket.Arrival) arrivalJSON {
	return arrivalJSON{strconv.FormatUint(uint64(r.ID), 10), r.Reason, r.Kind, r.From, r.Subject, o.instant(r.Arrived), r.Size}
}

func (a *app) quarantineVerbs() *cobra.Command {
	var ignored, raw bool
	var limit int
	all := &cobra.Command{Use: "list", Short: "List mail that could not be filed or waits for a person", Args: cobra.NoArgs}
	all.Flags().BoolVar(&ignored, "ignored", false, "list the mail that was ignored instead")
	all.Flags().IntVar(&limit, "limit", defaultLimit, "at most `N`; 0 shows all")
	all.RunE = a.onDesk(func(ctx context.Context, o *office, _ []string) error {
		if err := limited(limit); err != nil {
			return err
		}
		fates := []ticket.Fate{ticket.FateQuarantine, ticket.FateHeld}
		if ignored {
			fates = []ticket.Fate{ticket.FateIgnored}
		}
		return a.quarantineList(ctx, o, fates, limit)
	})
	show := &cobra.Command{Use: "show ID", Short: "Show how such a mail is read", Args: cobra.ExactArgs(1)}
	show.Flags().BoolVar(&raw, "raw", false, "write the mail's own bytes")
	show.RunE = a.onDesk(func(ctx context.Context, o *office, args []string) error {
		return a.quarantineShow(ctx, o, args[0], raw)
	})
	return a.family("quarantine", "Look at mail that is not on a ticket, file it or drop it", all, show,
		a.quarantineRetry(),
		a.quarantineAct("drop ID|all", "Give a mail up; its bytes stay in the archive", func(ctx context.Context, o *office, id ticket.ArrivalID) error {
			return o.desk.Drop(ctx, id, admin)
		}))
}

// eachArrival yields what read makes of the mails that have one of fates, oldest first.
func eachArrival[R any](ctx context.Context, o *office, fates []ticket.Fate, read func(*ticket.Arrival) R) iter.Seq2[[]R, error] {
	return func(yield func([]R, error) bool) {
		for _, f := range fates {
			for some, err := range ticket.Slices(ctx, o.store, ticket.WalkArrivals(f), func(_ ticket.Tx, r *ticket.Arrival) (R, bool, error) { return read(r), true, nil }) {
				if !yield(some, wrapped(err, "listing the quarantine")) || err != nil {
					return
				}
			}
		}
	}
}

func (a *app) quarantineList(ctx context.Context, o *office, fates []ticket.Fate, limit int) error {
	return a.listing(limit, "ID", "ARRIVED", "KIND", "FROM", "SUBJECT", "SIZE", "REASON").show(eachArrival(ctx, o, fates, func(r *ticket.Arrival) line {
		j := o.arrival(r)
		return line{j, []string{j.ID, o.moment(r.Arrived), j.Kind.String(), j.From, shorten(j.Subject, 40), shownSize(j.Size), shorten(j.Reason, 80)}}
	}))
}

func (a *app) quarantineShow(ctx context.Context, o *office, arg string, bytes bool) error {
	id, err := number[ticket.ArrivalID]("mail", arg)
	if err != nil {
		return err
	}
	var r *ticket.Arrival
	err = o.store.View(ctx, func(tx ticket.Tx) error {
		r, err = tx.Arrival(id)
		return err
	})
	if err != nil {
		return fmt.Errorf("mail %d: %w", id, err)
	}
	raw, err := o.store.Raw(ctx, r.Raw)
	if err != nil && (bytes || !errors.Is(err, ticket.ErrNotFound)) {
		return fmt.Errorf("mail %d: %w", id, err)
	}
	if bytes {
		if _, err := a.stdout.Write(raw); err != nil {
			return fmt.Errorf("writing the mail: %w", err)
		}
		return nil
	}
	return a.showArrival(ctx, o, r, raw)
}

// showArrival shows what became of a mail and how it is read; raw may be nil.
func (a *app) showArrival(ctx context.Context, o *office, r *ticket.Arrival, raw []byte) error {
	var e *explained
	if raw != nil {
		read := o.config.reader(false)
		read.options.OwnID = ownLetters(o.desk.Keys)
		e = read.explain(ctx, "", raw)
	}
	if a.json {
		text := ""
		if e != nil {
			text = e.Text
		}
		return writeJSON(a.stdout, struct {
			arrivalJSON
			Text string `json:"text"`
		}{o.arrival(r), text})
	}
	p := &page{w: a.stdout}
	p.title(fmt.Sprintf("mail %d: %s", r.ID, r.Fate))
	p.row("Reason", r.Reason)
	p.row("Arrived", o.moment(r.Arrived))
	p.row("Ticket", ticketNumber(r.Ticket))
	if p.err != nil || e == nil {
		return p.err
	}
	return e.write(a.stdout, false)
}

// quarantineRetry releases mail. What speaks against itself wants its ID and
// --force, and "all" leaves it where it is.
func (a *app) quarantineRetry() *cobra.Command {
	var force bool
	cmd := a.quarantineAct("retry ID|all", "File a mail after all", func(ctx context.Context, o *office, id ticket.ArrivalID) error {
		err := o.desk.Retry(ctx, id, force)
		if against := (*ticket.ForceError)(nil); errors.As(err, &against) {
			return fmt.Errorf("%w; --force does that", err)
		}
		return err
	})
	cmd.Flags().BoolVar(&force, "force", false, "file one mail that speaks against itself, to be read and without effect")
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if force && args[0] == "all" {
			return usagef("--force wants the ID of one mail")
		}
		return run(cmd, args)
	}
	return cmd
}

func (a *app) quarantineAct(use, short string, do func(context.Context, *office, ticket.ArrivalID) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(1), RunE: a.onDesk(func(ctx context.Context, o *office, args []string) error {
		if args[0] != "all" {
			id, err := number[ticket.ArrivalID]("mail", args[0])
			if err != nil {
				return err
			}
			return do(ctx, o, id)
		}
		var all []ticket.ArrivalID
		for some, err := range eachArrival(ctx, o, []ticket.Fate{ticket.FateQuarantine, ticket.FateHeld}, func(r *ticket.Arrival) ticket.ArrivalID { return r.ID }) {
			if err != nil {
				return err
			}
			all = append(all, some...)
		}
		return a.actOnAll(len(all), "mail", func(i int) error {
			err := do(ctx, o, all[i])
			if against := (*ticket.ForceError)(nil); errors.As(err, &against) {
				fmt.Fprintf(a.stderr, "left: %v\n", err)
				return ticket.ErrState
			}
			return err
		})
	})}
}
