package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// verbs lists everything the program can do.
func (a *app) verbs() []*cobra.Command {
	return append([]*cobra.Command{
		a.initVerb(), a.serveVerb(), a.checkVerb(), a.explainVerb(), a.assessVerb(), a.importVerb(),
		a.ticketVerbs(), a.searchVerb(), a.whyVerb(), a.customerVerbs(), a.creditVerbs(), a.quoteVerb(), a.policyVerbs(), a.lettersVerb(),
		a.queueVerbs(), a.quarantineVerbs(), a.statsVerb(), a.reportVerb(), a.fsckVerb(), a.clockVerbs(), a.keyVerbs(), a.backupVerb(), a.restoreVerb(), a.exportVerb(), a.compactVerb(), a.profileVerb(), a.checkFileVerb(), a.inspectVerb(), a.demoVerb(),
	}, a.manualVerbs()...)
}

// verb makes do the body of a command that needs no open desk; a daemon does
// not run it for others. From here on an error is the verb's, no longer one of
// usage.
func (a *app) verb(do func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if a.office != nil {
			return usagef("%s is not for the control socket", cmd.CommandPath())
		}
		a.begun = true
		return do(cmd.Context(), args)
	}
}

// config reads the configuration that --config names.
func (a *app) config(secrets bool) (*Config, error) {
	c, err := loadConfig(a.configFile, a.env, secrets)
	if err != nil {
		return nil, statusError{exitUsage, err}
	}
	return c, nil
}

// family makes the parent of verbs that belong together.
func (a *app) family(name, short string, verbs ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: name, Short: short, Args: cobra.ArbitraryArgs, RunE: a.group}
	cmd.AddCommand(verbs...)
	return cmd
}

// number reads an id from the command line: "1042" or "#1042".
func number[T ~uint64](what, s string) (T, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "#"), 10, 62)
	if err != nil || n == 0 {
		return 0, usagef("%q is no %s; it must be a whole number from 1", s, what)
	}
	return T(n), nil
}
