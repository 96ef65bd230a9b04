//go:build manual

package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// manualVerbs writes the manual pages, a page a verb, from what --help says. It is
// there with -tags manual alone: the desk has no use for it.
func (a *app) manualVerbs() []*cobra.Command {
	cmd := &cobra.Command{Use: "manual DIR", Short: "Write the manual pages", Args: cobra.ExactArgs(1), Hidden: true}
	cmd.RunE = a.verb(func(_ context.Context, args []string) error {
		root := cmd.Root()
		root.DisableAutoGenTag = true
		if err := os.MkdirAll(args[0], 0o755); err != nil {
			return fmt.Errorf("writing the manual: %w", err)
		}
		header := &doc.GenManHeader{Section: "1", Source: "Sportello " + buildVersion(), Manual: "Sportello"}
		if err := doc.GenManTree(root, header, args[0]); err != nil {
			return fmt.Errorf("writing the manual: %w", err)
		}
		return nil
	})
	return []*cobra.Command{cmd}
}
