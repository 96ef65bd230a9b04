package main

import (
	"context"

	"github.com/spf13/cobra"
)

// verbs lists everything the program can do.
func (a *app) verbs() []*cobra.Command {
	return []*cobra.Command{a.checkVerb()}
}

// verb makes do the body of a command. From here on an error is the verb's,
// no longer one of usage.
func (a *app) verb(do func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
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
