package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"sportello/ticket"
)

// rowJSON is one object of `queue list --json`.
type rowJSON struct {
	ID        string            `json:"id"`
	Ticket    ticket.ID         `json:"ticket"`
	Notice    ticket.NoticeKind `json:"notice"`
	To        string            `json:"to"`
	State     ticket.RowState   `json:"state"`
	Tries     int               `json:"tries"`
	Next      string            `json:"next"`
	LastError string            `json:"last_error"`
	MessageID string            `json:"message_id"`
}

func (o *office) row(r *ticket.Row) rowJSON {
	j := rowJSON{
		ID: strconv.FormatUint(uint64(r.Notice.ID), 10), Ticket: r.Notice.Ticket, Notice: r.Notice.Kind, To: r.Notice.To.Address,
		State: r.State, Tries: r.Tries, LastError: r.LastError, MessageID: r.Notice.MessageID,
	}
	if r.State == ticket.RowQueued {
		j.Next = o.instant(r.Next)
	}
	return j
}

func (a *app) queueVerbs() *cobra.Command {
	var state string
	var limit int
	all := &cobra.Command{Use: "list", Short: "List letters, newest first; with a state oldest first", Args: cobra.NoArgs}
	all.Flags().StringVar(&state, "state", "", "only `STATE`: queued, sending, sent, unknown, failed or held")
	all.Flags().IntVar(&limit, "limit", 0, "at most `N`; 0 shows all")
	all.RunE = a.onDesk(func(ctx context.Context, o *office, _ []string) error {
		var s ticket.RowState
		if err := named("--state", state, "queued, sending, sent, unknown, failed or held", &s); err != nil {
			return err
		}
		return a.queueList(ctx, o, s, limit)
	})
	return a.family("queue", "Look at the letters to send and move them", all,
		a.queueAct("retry ID|all", "Send a letter again that failed, is unknown or held",
			[]ticket.RowState{ticket.RowFailed, ticket.RowQueued}, func(ctx context.Context, o *office, id ticket.NoticeID) error {
				return o.desk.RetryLetter(ctx, id)
			}),
		a.queueAct("drop ID|all", "Give up a letter that was not sent",
			[]ticket.RowState{ticket.RowQueued, ticket.RowHeld}, func(ctx context.Context, o *office, id ticket.NoticeID) error {
				return o.desk.DropLetter(ctx, id, admin)
			}),
		a.queueAct("release [ID|all]", "Let held letters go",
			[]ticket.RowState{ticket.RowHeld}, func(ctx context.Context, o *office, id ticket.NoticeID) error {
				return o.desk.ReleaseLetter(ctx, id)
			}),
	)
}

func (a *app) queueList(ctx context.Context, o *office, s ticket.RowState, limit int) error {
	var rows [][]string
	shown := 0
	err := o.store.View(ctx, func(tx ticket.Tx) error {
		for r, err := range tx.Rows(s) {
			if err != nil {
				return fmt.Errorf("listing letters: %w", err)
			}
			j := o.row(r)
			if !a.json {
				rows = append(rows, []string{j.ID, j.State.String(), j.Notice.String(), ticketNumber(j.Ticket), j.To,
					strconv.Itoa(j.Tries), shownTime(j.Next), shorten(j.LastError, 60)})
			} else if err := writeJSON(a.stdout, j); err != nil {
				return err
			}
			if shown++; shown == limit {
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return table(a.stdout, []string{"ID", "STATE", "LETTER", "TICKET", "TO", "TRIES", "NEXT", "LAST ERROR"}, rows)
}

func ticketNumber(id ticket.ID) string {
	if id == 0 {
		return ""
	}
	return ticketNumbers([]ticket.ID{id})
}

// queueAct makes a verb that moves one letter, or all in the given states.
func (a *app) queueAct(use, short string, states []ticket.RowState, do func(context.Context, *office, ticket.NoticeID) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: cobra.MaximumNArgs(1), RunE: a.onDesk(func(ctx context.Context, o *office, args []string) error {
		if len(args) == 0 && use != "release [ID|all]" {
			return usagef("%s: which letter? Its ID, or all", use)
		}
		if len(args) == 1 && args[0] != "all" {
			id, err := number[ticket.NoticeID]("letter", args[0])
			if err != nil {
				return err
			}
			return do(ctx, o, id)
		}
		ids, err := o.lettersIn(ctx, states)
		if err != nil {
			return err
		}
		return a.actOnAll(len(ids), "letter", func(i int) error { return do(ctx, o, ids[i]) })
	})}
}

// actOnAll does something n times; what has changed meanwhile is no error.
func (a *app) actOnAll(n int, what string, do func(i int) error) error {
	done := 0
	var failed []error
	for i := range n {
		switch err := do(i); {
		case err == nil:
			done++
		case errors.Is(err, ticket.ErrState) && !errors.Is(err, ticket.ErrCommit):
		default:
			failed = append(failed, err)
		}
	}
	if !a.json {
		fmt.Fprintf(a.stdout, "%d of %d %ss\n", done, n, what)
	}
	return errors.Join(failed...)
}

func (o *office) lettersIn(ctx context.Context, states []ticket.RowState) ([]ticket.NoticeID, error) {
	var ids []ticket.NoticeID
	err := o.store.View(ctx, func(tx ticket.Tx) error {
		for _, s := range states {
			for r, err := range tx.Rows(s) {
				if err != nil {
					return fmt.Errorf("listing letters: %w", err)
				}
				if !r.Dropped() { // given up: only by its ID does it come back
					ids = append(ids, r.Notice.ID)
				}
			}
		}
		return nil
	})
	return ids, err
}
