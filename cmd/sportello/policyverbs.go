package main

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"sportello/policy"
)

func (a *app) policyVerbs() *cobra.Command {
	return a.family("policy", "Look at the policy",
		a.policyShowVerb(),
		&cobra.Command{Use: "calendar YEAR", Short: "Print the days of a year on which the office is closed", Args: cobra.ExactArgs(1), RunE: a.verb(a.policyCalendar)},
		a.policyDiffVerb(), a.correctionsVerb(), a.heldVerb(),
	)
}

// policyInUse is the policy of the configuration and the text of its file; the
// embedded one where there is no configuration and none was asked for.
func (a *app) policyInUse() (*policy.Policy, []byte, error) {
	if _, err := os.Stat(a.configFile); err != nil && !a.configSet {
		r, err := a.reader(false)
		if err != nil {
			return nil, nil, err
		}
		return r.policy, policy.DefaultFile(), nil
	}
	c, err := a.config(false)
	if err != nil || c.Policy.File == "" {
		return policyOf(c), policy.DefaultFile(), err
	}
	text, err := os.ReadFile(c.Policy.File)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the policy file: %w", err)
	}
	return c.Policy.Policy, text, nil
}

func policyOf(c *Config) *policy.Policy {
	if c == nil {
		return nil
	}
	return c.Policy.Policy
}

func (a *app) policyShowVerb() *cobra.Command {
	var language string
	cmd := &cobra.Command{Use: "show", Short: "Print the policy file in use", Args: cobra.NoArgs}
	cmd.Flags().StringVar(&language, "language", "en", "the `LANGUAGE` of the embedded file's comments: it or en; a file of your own is printed as it is")
	cmd.RunE = a.verb(func(context.Context, []string) error { return a.policyShow(language) })
	return cmd
}

func (a *app) policyShow(language string) error {
	if language != "it" && language != "en" {
		return usagef("--language: %q is not allowed; it must be it or en", language)
	}
	p, text, err := a.policyInUse()
	if err != nil {
		return err
	}
	if p.Digest() == policy.Default(nil).Digest() {
		text = policy.DefaultFileIn(language)
	}
	if a.json {
		return writeJSON(a.stdout, struct {
			Digest string `json:"digest"`
			Text   string `json:"text"`
		}{p.Digest(), string(text)})
	}
	if _, err := a.stdout.Write(text); err != nil {
		return fmt.Errorf("writing the policy: %w", err)
	}
	return nil
}

func (a *app) policyCalendar(_ context.Context, args []string) error {
	year, err := strconv.Atoi(args[0])
	if err != nil || year < 1900 || year > 2500 {
		return usagef("%q is no year; it must be 1900 to 2500", args[0])
	}
	p, _, err := a.policyInUse()
	if err != nil {
		return err
	}
	var rows [][]string
	for _, d := range p.DaysOff(year) {
		if !a.json {
			rows = append(rows, []string{d.Date.String(), d.Date.Weekday().String(), d.Name})
			continue
		}
		err := writeJSON(a.stdout, struct {
			Date policy.Date `json:"date"`
			Name string      `json:"name"`
		}{d.Date, d.Name})
		if err != nil {
			return err
		}
	}
	return table(a.stdout, []string{"DAY", "WEEKDAY", "CLOSED FOR"}, rows)
}
