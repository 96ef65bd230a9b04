package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sportello/ticket"
)

// erasureJSON is what `customer erase --json` prints.
type erasureJSON struct {
	Erasure  ticket.ErasureID   `json:"erasure"` // 0: nothing was erased, --dry-run
	Kind     ticket.ErasureKind `json:"kind"`
	At       string             `json:"at"`
	Done     string             `json:"done"` // "" while the desk goes on with it
	Actor    string             `json:"actor"`
	Reason   string             `json:"reason"`
	Customer string             `json:"customer"` // the pseudonym under which the ledger goes on; "" none
	Tickets  int                `json:"tickets"`
	Messages int                `json:"messages"`
	Letters  int                `json:"letters"`
	Mails    int                `json:"mails"`
	Struck   int                `json:"struck"` // messages of others, which lost the names and their original mail
}

func (a *app) customerErase() *cobra.Command {
	var reason string
	var try bool
	cmd := &cobra.Command{
		Use: "erase ID|ADDRESS", Short: "Erase what is kept of a customer, or of one person, as data protection law asks",
		Long: `Erase what the desk keeps of a customer, by his id, or of one person, by the address:
all that was written on his tickets, his mails, letters to him and about him, his
names and addresses in what others wrote. Mail of others that names him loses its
original and its files; their words stay, without him. Ledgers go on under a
pseudonym, with amounts, dates and causes. Letters that wait are withdrawn. His
tickets must be closed. It asks nothing and cannot be taken back.

A record stays: when, by whom, why and how much, and nothing of the data. It is kept
in keys/erasures as well: what comes back with an older backup is erased again.`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, `TEXT`: it stays in the record, name nobody in it")
	cmd.Flags().BoolVar(&try, "dry-run", false, "change nothing, say what would go")
	cmd.RunE = a.onDesk(func(ctx context.Context, o *office, args []string) error {
		if strings.TrimSpace(reason) == "" && !try {
			return usagef("customer erase: --reason is missing; it stays in the record")
		}
		order := ticket.ErasureOrder{Who: args[0], Reason: strings.TrimSpace(reason), Actor: admin, Try: try, Reread: o.config.newReading(o.desk.Keys).parse}
		if try && order.Reason == "" {
			order.Reason = "-"
		}
		found, err := o.desk.Erase(ctx, order)
		if open, ok := errors.AsType[*ticket.NotClosedError](err); ok {
			return fmt.Errorf("customer erase: %s not closed; close first what is open, which also gives back credits that are held: %s",
				amount(len(open.Tickets), "ticket is", "tickets are"), closeLines(open.Tickets))
		}
		if err == nil && !try {
			err = o.recallErasures(ctx)
		}
		if err != nil {
			return err
		}
		return a.showErasure(o, found, try)
	})
	return cmd
}

// closeLines are the calls that close tickets, as many as a person wants to read.
func closeLines(ids []ticket.ID) string {
	var lines []string
	for _, id := range ids[:min(len(ids), 10)] {
		lines = append(lines, fmt.Sprintf("sportello ticket close %d", id))
	}
	if n := len(ids) - len(lines); n > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", n))
	}
	return strings.Join(lines, "; ")
}

func amount(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (a *app) showErasure(o *office, f ticket.Found, try bool) error {
	n := f.Erased
	if a.json {
		return writeJSON(a.stdout, erasureJSON{f.ID, f.Kind, o.instant(f.At), o.instant(f.Done), f.Actor, f.Reason, f.Customer,
			n.Tickets, n.Messages, n.Letters, n.Mails, f.Struck})
	}
	what := fmt.Sprintf("%s, %s, %s, %s", amount(n.Tickets, "ticket", "tickets"), amount(n.Messages, "message", "messages"),
		amount(n.Letters, "letter", "letters"), amount(n.Mails, "mail", "mails"))
	p := &page{w: a.stdout}
	if try {
		p.line("Would go: %s.", what)
	} else {
		p.line("Erased: %s. It is erasure %d, of %s.", what, f.ID, o.moment(f.At))
	}
	if f.Struck > 0 {
		p.line("Messages of others that name him, kept without him and without their original mail: %d.", f.Struck)
	}
	if f.Customer != "" {
		p.line("The ledger goes on as that of %s.", f.Customer)
	}
	if try {
		return p.err
	}
	if f.Done.IsZero() {
		p.line("Something is being sent or read just now: the running desk finishes it, see sportello fsck.")
	}
	p.line("Backups from before hold all of it still: delete them when you may, and make a new one now. The mail on the server is not the desk's.")
	return p.err
}
