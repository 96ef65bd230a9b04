package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

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
	Created   string            `json:"created"`
	Sent      string            `json:"sent"`
	Response  string            `json:"response"`
	Lane      ticket.Lane       `json:"lane"`
}

func (o *office) row(r *ticket.Row) rowJSON {
	j := rowJSON{
		ID: strconv.FormatUint(uint64(r.Notice.ID), 10), Ticket: r.Notice.Ticket, Notice: r.Notice.Kind, To: r.Notice.To.Address,
		State: r.State, Tries: r.Tries, LastError: r.LastError, MessageID: r.Notice.MessageID,
		Created: o.instant(r.Notice.At), Response: r.Response, Lane: r.Notice.Kind.Lane(),
	}
	switch r.State {
	case ticket.RowQueued:
		j.Next = o.instant(r.Next)
	case ticket.RowSent:
		j.Sent = o.instant(r.Settled)
	}
	return j
}

// said is what the server last said to a letter, or why it was not sent.
func (j rowJSON) said() string {
	if j.Response != "" {
		return j.Response
	}
	return j.LastError
}

func (a *app) queueVerbs() *cobra.Command {
	return a.family("queue", "Look at the letters to send and move them", a.queueListVerb(),
		a.queueAct("retry ID|all", "Send letters again that failed, are unknown or held", ticket.LetterRetry, ticket.RowFailed, ticket.RowQueued),
		a.queueAct("drop ID|all", "Give up letters that were not sent", ticket.LetterDrop, ticket.RowQueued, ticket.RowHeld),
		a.queueAct("hold ID|all", "Keep letters until they are released", ticket.LetterHold, ticket.RowQueued),
		a.queueAct("release [ID|all]", "Let held letters go", ticket.LetterRelease, ticket.RowHeld),
	)
}

// letters selects rows of the outbox; zero fields select all.
type letters struct {
	state  ticket.RowState
	ticket ticket.ID
	kind   ticket.NoticeKind
}

func (l letters) selects(r *ticket.Row) bool {
	return (l.ticket == 0 || r.Notice.Ticket == l.ticket) && (l.kind == 0 || r.Notice.Kind == l.kind)
}

// noticeFlag reads --notice.
func noticeFlag(s string) (k ticket.NoticeKind, err error) {
	err = named("--notice", s, "ack, quote, answer, ticket-new or another that stands in X-Sportello-Notice", &k)
	return k, err
}

func (a *app) queueListVerb() *cobra.Command {
	var state, about, notice string
	var limit int
	cmd := &cobra.Command{Use: "list", Short: "List letters, newest first; with a state oldest first", Args: cobra.NoArgs}
	cmd.Flags().StringVar(&state, "state", "", "only `STATE`: queued, sending, sent, unknown, failed or held")
	cmd.Flags().StringVar(&about, "ticket", "", "only letters about ticket `N`")
	cmd.Flags().StringVar(&notice, "notice", "", "only letters of `KIND`, like ack or ticket-new")
	cmd.Flags().IntVar(&limit, "limit", defaultLimit, "at most `N`; 0 shows all")
	cmd.RunE = a.onDesk(func(ctx context.Context, o *office, _ []string) error {
		var l letters
		err := named("--state", state, "queued, sending, sent, unknown, failed or held", &l.state)
		if err == nil {
			l.kind, err = noticeFlag(notice)
		}
		if err == nil && about != "" {
			l.ticket, err = number[ticket.ID]("ticket", about)
		}
		if err == nil {
			err = limited(limit)
		}
		if err != nil {
			return err
		}
		return a.queueList(ctx, o, l, limit)
	})
	return cmd
}

// errEnough ends a walk: what comes then is not wanted.
var errEnough = errors.New("enough")

func (a *app) queueList(ctx context.Context, o *office, l letters, limit int) error {
	var began time.Time
	if err := o.store.View(ctx, func(tx ticket.Tx) (err error) { began, err = l.began(tx); return err }); err != nil {
		return err
	}
	list := a.listing(limit, "ID", "TIME", "STATE", "LETTER", "TICKET", "TO", "TRIES", "NEXT", "SERVER'S ANSWER")
	err := list.show(ticket.Slices(ctx, o.store, ticket.WalkRows(l.state), func(_ ticket.Tx, r *ticket.Row) (line, bool, error) {
		if l.state == 0 && r.Notice.At.Before(began) {
			return line{}, false, errEnough
		}
		if !l.selects(r) {
			return line{}, false, nil
		}
		j := o.row(r)
		return line{j, []string{j.ID, shownTime(cmp.Or(j.Sent, j.Created)), j.State.String(), j.Notice.String(), ticketNumber(j.Ticket), j.To,
			strconv.Itoa(j.Tries), shownTime(j.Next), shorten(j.said(), 60)}}, true, nil
	}))
	if errors.Is(err, errEnough) {
		return nil
	}
	return wrapped(err, "listing letters")
}

// began is a moment before which no letter about the ticket was queued, so that
// a list from the newest may end there; zero when no ticket is selected. A
// ticket that does not exist is an error.
func (l letters) began(tx ticket.Tx) (time.Time, error) {
	if l.ticket == 0 {
		return time.Time{}, nil
	}
	t, err := tx.Ticket(l.ticket)
	if err != nil {
		return time.Time{}, fmt.Errorf("ticket %d: %w", l.ticket, err)
	}
	return t.Opened.Add(-24 * time.Hour), nil // a clock may have gone back
}

func ticketNumber(id ticket.ID) string {
	if id == 0 {
		return ""
	}
	return ticketNumbers([]ticket.ID{id})
}

// queueAct makes a verb that moves one letter, or all in the given states, or
// those of them that are of one kind.
func (a *app) queueAct(use, short string, verb ticket.LetterVerb, states ...ticket.RowState) *cobra.Command {
	var notice string
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.MaximumNArgs(1)}
	cmd.Flags().StringVar(&notice, "notice", "", "all letters of `KIND`, like ack or ticket-new")
	cmd.RunE = a.onDesk(func(ctx context.Context, o *office, args []string) error {
		kind, err := noticeFlag(notice)
		if err != nil {
			return err
		}
		one := len(args) == 1 && args[0] != "all"
		switch {
		case len(args) == 0 && kind == 0 && verb != ticket.LetterRelease:
			return usagef("%s: which letter? Its ID, all, or --notice KIND", use)
		case one && kind != 0:
			return usagef("%s: either an ID or --notice, not both", use)
		case one:
			id, err := number[ticket.NoticeID]("letter", args[0])
			if err != nil {
				return err
			}
			return o.desk.MoveLetter(ctx, verb, id, admin)
		}
		if verb == ticket.LetterRelease && kind == 0 { // of a restored desk: what comes next waits no more either
			if err := o.desk.EndHolding(ctx); err != nil {
				return err
			}
		}
		ids, err := o.lettersIn(ctx, states, kind)
		if err != nil {
			return err
		}
		moved, err := o.desk.MoveLetters(ctx, verb, ids, admin)
		return errors.Join(a.showDone(moved, len(ids), "letter"), err)
	})
	return cmd
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
	return errors.Join(a.showDone(done, n, what), errors.Join(failed...))
}

// showDone says of how many things something was done.
func (a *app) showDone(done, of int, what string) error {
	if a.json {
		return writeJSON(a.stdout, struct {
			Done int `json:"done"`
			Of   int `json:"of"`
		}{done, of})
	}
	return a.say("%d of %d %ss", done, of, what)
}

// lettersIn are the letters in one of states, of a kind or of all; without those
// that were given up: only by its ID does one of them come back.
func (o *office) lettersIn(ctx context.Context, states []ticket.RowState, kind ticket.NoticeKind) ([]ticket.NoticeID, error) {
	var ids []ticket.NoticeID
	for _, state := range states {
		for some, err := range ticket.Slices(ctx, o.store, ticket.WalkRows(state), func(_ ticket.Tx, r *ticket.Row) (ticket.NoticeID, bool, error) {
			return r.Notice.ID, !r.Dropped() && (letters{kind: kind}).selects(r), nil
		}) {
			if err != nil {
				return nil, fmt.Errorf("listing letters: %w", err)
			}
			ids = append(ids, some...)
		}
	}
	return ids, nil
}
