package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"
)

// compactedJSON is what compact did.
type compactedJSON struct {
	Before  int64   `json:"before"` // bytes of desk.db
	After   int64   `json:"after"`
	PauseMS float64 `json:"pause_ms"` // how long no commit was made
}

func (a *app) compactVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use: "compact", Short: "Write the database anew, without the room that it does not need", Args: cobra.NoArgs,
		Long: `Write desk.db anew, its pages in order and full, and put that in its place. A
running desk goes on meanwhile; only at the end no commit is made for a moment. As
much room as desk.db then takes must be free beside it. Records of older programs
are packed, and letters that have left go into the archive.`,
	}
	cmd.RunE = a.onDesk(func(ctx context.Context, o *office, _ []string) error {
		done, err := o.store.Compact(ctx)
		if err != nil {
			return err
		}
		if a.json {
			return writeJSON(a.stdout, compactedJSON{done.Before, done.After, float64(done.Pause.Microseconds()) / 1000})
		}
		return a.say("desk.db had %s bytes and has %s; commits waited for %v.", grouped(int(done.Before)), grouped(int(done.After)), done.Pause.Round(time.Millisecond))
	})
	return cmd
}
