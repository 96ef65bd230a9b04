package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"sportello/ticket"
)

// plainly words an error for the person at the terminal: what is wrong and what
// to do, without the names that the program's own packages give to things. What
// two layers said alike ("ticket 9: ticket 9: …") is said once.
func plainly(err error) string {
	text := err.Error()
	if n, ok := errors.AsType[*strconv.NumError](err); ok {
		text = strings.ReplaceAll(text, n.Error(), fmt.Sprintf("%q is no whole number", n.Num))
	}
	if t, ok := errors.AsType[*time.ParseError](err); ok {
		text = strings.ReplaceAll(text, t.Error(), fmt.Sprintf("%q is no date", t.Value))
	}
	for sentinel, words := range sentinels {
		text = strings.ReplaceAll(text, sentinel.Error(), words)
	}
	parts := slices.Compact(strings.Split(text, ": "))
	if end := slices.Index(parts, missing); end > 0 {
		first := end // of those that name the thing, each layer in its own way
		for first > 0 && lists[firstWord(parts[first-1])] != "" {
			first--
		}
		if first < end {
			parts = slices.Replace(parts, first, end+1,
				fmt.Sprintf("there is no %s; `sportello %s` shows those there are", parts[first], lists[firstWord(parts[first])]))
		}
	}
	return strings.Join(parts, ": ")
}

const missing = "there is none"

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

// sentinels are the desk's errors in plain words.
var sentinels = map[error]string{
	ticket.ErrNotFound: missing,
	ticket.ErrState:    "that is not possible now",
	ticket.ErrInput:    "that means nothing here",
	ticket.ErrReadOnly: "nothing can be changed here",
	ticket.ErrStale:    "it is not to be sent any more",
	ticket.ErrCommit:   "the database could not be written, and what is on disk is not known; start the desk again",
}

// lists says which verb shows the things of a kind.
var lists = map[string]string{
	"ticket": "ticket list", "message": "ticket show N", "customer": "customer list",
	"letter": "queue list", "row": "queue list", "notice": "queue list", "mail": "quarantine list", "arrival": "quarantine list",
}

// explainUsage words what cobra and pflag find wrong with a call, here and in
// all verbs below: how the verb is written, and what it got.
func explainUsage(cmd *cobra.Command) {
	if wants := cmd.Args; wants != nil {
		cmd.Args = func(c *cobra.Command, args []string) error {
			if wants(c, args) == nil {
				return nil
			}
			return usagef("write %q; there %s", written(c), counted(len(args)))
		}
	}
	for _, below := range cmd.Commands() {
		explainUsage(below)
	}
}

// written is how a verb is called, with the names of its arguments.
func written(c *cobra.Command) string {
	if parent := c.Parent(); parent != nil {
		return parent.CommandPath() + " " + c.Use
	}
	return c.Use
}

func counted(n int) string {
	switch n {
	case 0:
		return "was no argument"
	case 1:
		return "was 1 argument"
	}
	return fmt.Sprintf("were %d arguments", n)
}

// flagFault words what is wrong with a flag.
func flagFault(c *cobra.Command, err error) error {
	var known []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			known = append(known, "--"+f.Name)
		}
	})
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return usagef("--%s: %q is %s", e.GetFlag().Name, e.GetValue(), unlike(e))
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return usagef("--%s wants a value behind it, as in `--%s %s`", e.GetFlag().Name, e.GetFlag().Name, valueName(e.GetFlag()))
	}
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		name := "--" + e.GetSpecifiedName()
		if short := e.GetSpecifiedShortnames(); short != "" {
			name = "-" + short
		}
		return usagef("%q has no flag %s%s", c.CommandPath(), name, hint(name, known))
	}
	if e, ok := errors.AsType[*pflag.InvalidSyntaxError](err); ok {
		return usagef("%s is no flag; %q has %s", e.GetSpecifiedFlag(), c.CommandPath(), strings.Join(known, ", "))
	}
	return err
}

// unlike says what the value of a flag should have been.
func unlike(e *pflag.InvalidValueError) string {
	switch kind := e.GetFlag().Value.Type(); {
	case kind == "bool":
		return "neither true nor false"
	case strings.HasPrefix(kind, "int") || strings.HasPrefix(kind, "uint") || kind == "count":
		return "no whole number"
	case strings.HasPrefix(kind, "float"):
		return "no number"
	case kind == "duration":
		return "no length of time; write it like 90s, 15m or 24h"
	}
	if cause := e.Unwrap(); cause != nil {
		return "refused: " + plainly(cause)
	}
	return "not possible"
}

func valueName(f *pflag.Flag) string {
	if name, _ := pflag.UnquoteUsage(f); name != "" {
		return strings.ToUpper(name)
	}
	return "VALUE"
}
