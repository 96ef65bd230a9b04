package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"sportello/policy"
	"sportello/ticket"
)

// errDry gives a transaction up that was only tried.
var errDry = errors.New("dry run")

func (a *app) importVerb() *cobra.Command {
	var dry, replace bool
	cmd := &cobra.Command{
		Use:   "import FILE.csv...",
		Short: "Take over customers, plans or credits; nothing unless all files are right",
		Long: `Take over customers, plans or credits from CSV files, told apart by the header line:

  id,name,language,email,may_spend     customers, a row a contact
  customer,plan,site,purchased         plans
  ref,customer,credits,purchased       credits

What is there already is brought up to date; rows that are missing stay.`,
		Args: cobra.MinimumNArgs(1),
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "check and count, but change nothing")
	cmd.Flags().BoolVar(&replace, "replace", false, "contacts and plans of the customers in the files become those of the files")
	cmd.RunE = a.onDeskWith(argsAreFiles, func(ctx context.Context, o *office, files []string) error {
		b := &batch{}
		var found faults
		for _, file := range files {
			data, err := a.readFile(file)
			if err != nil {
				return fmt.Errorf("reading a file to import: %w", err)
			}
			found = append(found, b.add(file, data, o.config.Policy.Policy.Plans())...)
		}
		if replace && len(b.credits) > 0 {
			return usagef("--replace concerns contacts and plans; bought credits cannot be replaced, leave the credits file out")
		}
		if len(found) > 0 {
			return statusError{exitFailed, found}
		}
		done, err := o.importBatch(ctx, b, replace, dry)
		if f, ok := errors.AsType[faults](err); ok {
			return statusError{exitFailed, f}
		}
		if err != nil {
			return err
		}
		return a.showImported(done)
	})
	return cmd
}

// importBatch applies b in one transaction; a dry one leaves no trace.
func (o *office) importBatch(ctx context.Context, b *batch, replace, dry bool) (imported, error) {
	var done imported
	today := o.today()
	err := o.desk.Import(ctx, func(tx ticket.Tx, buy func(string, policy.Lot) (bool, error)) (err error) {
		if done, err = b.apply(tx, buy, today, replace); err == nil && dry {
			return errDry
		}
		return err
	})
	done.DryRun = dry
	if err != nil && !errors.Is(err, errDry) {
		return imported{}, fmt.Errorf("importing: %w", err)
	}
	return done, nil
}

func (a *app) showImported(done imported) error {
	if a.json {
		return writeJSON(a.stdout, done)
	}
	p := &page{w: a.stdout}
	if done.DryRun {
		p.line("Nothing was changed (--dry-run). It would be:")
	}
	p.line("customers  %s", done.Customers)
	p.line("contacts   %s", done.Contacts)
	p.line("plans      %s", done.Plans)
	p.line("credits    %s", done.Credits)
	return p.err
}
