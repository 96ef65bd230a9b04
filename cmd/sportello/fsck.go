package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"sportello/ticket/boltstore"
)

// summaryJSON is the last object of `fsck --json`, after one a finding.
type summaryJSON struct {
	Level  string `json:"level"` // summary
	Errors int    `json:"errors"`
	Notes  int    `json:"notes"`
}

func (a *app) fsckVerb() *cobra.Command {
	var quick, deep bool
	cmd := &cobra.Command{
		Use: "fsck", Short: "Check the database: exit 0 clean, 1 notes only, 2 errors found", Args: cobra.NoArgs,
	}
	cmd.Flags().BoolVar(&quick, "quick", false, "only what is looked at before each start")
	cmd.Flags().BoolVar(&deep, "deep", false, "also read every raw mail again")
	cmd.MarkFlagsMutuallyExclusive("quick", "deep")
	cmd.RunE = a.onDesk(func(ctx context.Context, o *office, _ []string) error {
		sum := summaryJSON{Level: "summary"}
		if !quick { // the quick look was taken when the store was opened
			if err := a.fullCheck(ctx, o, deep, &sum); err != nil {
				return err
			}
		}
		return a.showSummary(sum)
	})
	return cmd
}

// fullCheck prints what the store does not like about itself, and counts it.
func (a *app) fullCheck(ctx context.Context, o *office, deep bool, sum *summaryJSON) error {
	var failed error
	err := o.store.Check(ctx, deep, func(f boltstore.Finding) {
		if f.Level == "error" {
			sum.Errors++
		} else {
			sum.Notes++
		}
		if failed != nil {
			return
		}
		if a.json {
			failed = writeJSON(a.stdout, f)
			return
		}
		p := &page{w: a.stdout}
		p.line("%-5s %-4s %s: %s", f.Level, f.Promise, plain(f.Where), plain(f.Text))
		failed = p.err
	})
	if err != nil {
		return fmt.Errorf("fsck: %w", err)
	}
	return failed
}

// showSummary ends the output; the exit status tells the worst that was found.
func (a *app) showSummary(sum summaryJSON) error {
	p := &page{w: a.stdout}
	if a.json {
		p.err = writeJSON(a.stdout, sum)
	} else {
		p.line("%d errors, %d notes", sum.Errors, sum.Notes)
	}
	switch {
	case p.err != nil:
		return p.err
	case sum.Errors > 0:
		return statusError{code: 2}
	case sum.Notes > 0:
		return statusError{code: 1}
	}
	return nil
}
