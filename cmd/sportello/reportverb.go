package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"sportello/policy"
	"sportello/ticket"
)

// reportMonths is how many months `report` shows when none is named.
const reportMonths = 12

func (a *app) reportVerb() *cobra.Command {
	var month, html string
	var asCSV bool
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Show the desk in figures, month by month",
		Long: `Show, month by month, how many requests came in, by topic and coverage, how many
were answered in time and how long they waited; what became of quotes; credits
sold, held, spent and expired, and those that will expire within 60 days. Without
--month: the last twelve months, the latest at length. A page with charts always
shows the eleven months before.

A request belongs to the month in which it came in and a quote to the month in
which it was offered, whenever they were settled; credits belong to the month in
which they moved, and are sold on the day of their purchase. Months are those of
the desk's time zone. --csv has a row a month for a spreadsheet, --html writes one
file that needs nothing else, in the desk's language.`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().StringVar(&month, "month", "", "only this `MONTH`, like 2026-11")
	cmd.Flags().BoolVar(&asCSV, "csv", false, "print CSV, a row a month")
	cmd.Flags().StringVar(&html, "html", "", "write a page with charts to `FILE`")
	run := a.onDesk(func(ctx context.Context, o *office, _ []string) error {
		all, err := o.figures(ctx, month, html != "")
		switch {
		case err != nil:
			return err
		case html != "":
			page, err := o.reportPage(all)
			if err != nil {
				return err
			}
			return a.writeFile(html, page)
		case asCSV:
			return writeReportCSV(a.stdout, all)
		case a.json:
			for _, f := range all {
				if err := writeJSON(a.stdout, newMonthJSON(f)); err != nil {
					return err
				}
			}
			return nil
		}
		return writeReport(&page{w: a.stdout}, all)
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if asCSV && (a.json || html != "") {
			return usagef("--csv goes alone, without --json and --html")
		}
		if html == "" || a.office != nil {
			return run(cmd, args)
		}
		a.writeFile = func(_ string, data []byte) error { return writePage(html, data) }
		if err := run(cmd, args); err != nil {
			return err
		}
		return a.printFile(html)
	}
	return cmd
}

// figures are those of one month, with those before it where a page draws them,
// or of the last ones; without months before anything happened.
func (o *office) figures(ctx context.Context, month string, before bool) ([]*ticket.Figures, error) {
	now := policy.MonthOf(o.now(), o.config.Desk.Zone)
	last := now
	if month != "" {
		m, err := policy.ParseMonth(month)
		switch {
		case err != nil:
			return nil, usagef("--month: %q is no month; it must be written like 2026-11", month)
		case now.Before(m):
			return nil, usagef("--month: %s is still to come", m)
		}
		last = m
	}
	first := last
	if before || month == "" {
		first = last.Add(1 - reportMonths)
	}
	var all []*ticket.Figures
	for m := first; !last.Before(m); m = m.Add(1) {
		f, err := o.desk.Figures(ctx, m)
		if err != nil {
			return nil, fmt.Errorf("report: %w", err)
		}
		if len(all) > 0 || !f.Empty() || m == last {
			all = append(all, f)
		}
	}
	return all, nil
}

// writePage puts a whole file in the place of path, or leaves that alone.
func writePage(path string, data []byte) error {
	tmp := path + ".new"
	if err := os.WriteFile(tmp, data, 0o644); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return errors.Join(fmt.Errorf("writing the report: %w", err), os.Remove(tmp))
	}
	return nil
}
