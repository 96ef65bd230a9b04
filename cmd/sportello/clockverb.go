package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

// clockResetJSON is the object of `clock reset --json`.
type clockResetJSON struct {
	Seen     string `json:"seen"` // the latest time that was recorded before
	Now      string `json:"now"`
	Believed bool   `json:"believed"` // the clock had not been, and is from now on
	Counts   int    `json:"counts"`
	Letters  int    `json:"letters"`
	Held     int    `json:"held"`
	Tickets  int    `json:"tickets"`
}

func (a *app) clockVerbs() *cobra.Command {
	reset := &cobra.Command{
		Use: "reset", Short: "Take the time of day for right and undo what a clock in the future left behind",
		Long: `Take the time of day as it is now for right. Closings, expiries and reminders go on
at once, where they would wait until the clock had held for an hour. What a clock
in the future left behind is undone: counts of limits and digests from then are
forgotten, letters and held mail that would wait until then are looked at now,
closing clocks of waiting tickets begin anew, with their warning. What people were
told, quotes, entries of the ledger and due dates stay as they are. A running desk
does the same by itself once its clock has held for an hour.`,
		Args: cobra.NoArgs,
	}
	reset.RunE = a.onDesk(func(ctx context.Context, o *office, _ []string) error {
		r, err := o.desk.ResetClock(ctx, admin)
		if err != nil {
			return err
		}
		j := clockResetJSON{Seen: o.instant(r.Seen), Now: o.instant(r.Now), Counts: r.Counts, Letters: r.Letters, Held: r.Held, Tickets: r.Tickets,
			Believed: o.believe != nil && o.believe()}
		if a.json {
			return writeJSON(a.stdout, j)
		}
		p := &page{w: a.stdout}
		if r.Seen.After(r.Now) {
			p.line("the latest time that was recorded, %s, is forgotten: it is %s", o.moment(r.Seen), o.moment(r.Now))
		} else {
			p.line("no time after now, %s, was recorded", o.moment(r.Now))
		}
		if j.Believed {
			p.line("closings, expiries and reminders go on at once")
		}
		for _, done := range []struct {
			n    int
			what string
		}{
			{r.Counts, "counts of limits from the future forgotten"}, {r.Letters, "letters that waited for the future go now"},
			{r.Held, "held mails that waited for the future are looked at now"}, {r.Tickets, "closing clocks begin anew"},
		} {
			p.line("%s", fmt.Sprintf("%6d %s", done.n, done.what))
		}
		return p.err
	})
	return a.family("clock", "The time of day as the desk sees it", reset)
}
