//go:build !manual

package main

import "github.com/spf13/cobra"

// manualVerbs are none: see manual.go.
func (a *app) manualVerbs() []*cobra.Command { return nil }
