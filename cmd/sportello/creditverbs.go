package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sportello/policy"
	"sportello/ticket"
)

func (a *app) creditVerbs() *cobra.Command {
	return a.family("credit", "Look at bought credits, add and correct them", a.creditAdd(),
		&cobra.Command{Use: "list [CUSTOMER]", Short: "List lots of credits", Args: cobra.MaximumNArgs(1), RunE: a.onDesk(a.creditList)},
		&cobra.Command{Use: "statement CUSTOMER", Short: "Show every entry of a customer's credits, oldest first", Args: cobra.ExactArgs(1), RunE: a.onDesk(a.creditStatement)},
		a.creditCorrect())
}

func (a *app) creditAdd() *cobra.Command {
	var ref, purchased string
	cmd := &cobra.Command{Use: "add CUSTOMER N", Short: "Add bought credits to a customer", Args: cobra.ExactArgs(2)}
	cmd.Flags().StringVar(&ref, "ref", "", "unique `REF` of the purchase; the same again changes nothing")
	cmd.Flags().StringVar(&purchased, "purchased", "", "`DATE` of the purchase; today, or as recorded under REF, when not given")
	cmd.RunE = a.onDesk(func(ctx context.Context, o *office, args []string) error {
		lot, err := o.newPurchase(args[1], ref, purchased)
		if err != nil {
			return err
		}
		if lot, err = o.desk.Buy(ctx, args[0], lot); err != nil {
			return err
		}
		return a.showLots([]lotJSON{newLot(args[0], lot)})
	})
	return cmd
}

// newPurchase reads the arguments of `credit add`; without a day of purchase
// that is for the desk to know.
func (o *office) newPurchase(n, ref, purchased string) (policy.Lot, error) {
	quantity, err := strconv.Atoi(n)
	if err != nil || quantity < 1 || quantity > int(policy.MaxLot) {
		return policy.Lot{}, usagef("%q credits: it must be a whole number from 1 to %d", n, policy.MaxLot)
	}
	if strings.TrimSpace(ref) == "" || len(ref) > 100 || strings.ContainsFunc(ref, isControl) {
		return policy.Lot{}, usagef("--ref is required: at most 100 characters that name this purchase and no other")
	}
	lot := policy.Lot{Ref: ref, Quantity: policy.Credits(quantity)}
	if purchased != "" {
		if lot.Purchased, err = readDate(purchased); err != nil {
			return policy.Lot{}, usagef("--purchased: %q is no day; it must be written 2026-03-31 or 31/03/2026", purchased)
		}
		if o.today().Before(lot.Purchased) {
			return policy.Lot{}, usagef("--purchased: %s is a day to come; credits are added once they were bought", lot.Purchased)
		}
	}
	return lot, nil
}

// today is the civil day at the desk.
func (o *office) today() policy.Date { return policy.DateOf(o.now(), o.config.Desk.Zone) }

func (a *app) creditCorrect() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "correct CUSTOMER REF N", Short: "Correct what was bought in a lot by N credits, up or down (-3)",
		Long: `Correct what was bought in a lot by N credits: 3 adds three, -3 takes three away
that are neither held, spent nor expired. The correction is an entry of its own
with its reason; the same one for the same reason again changes nothing.`,
		Args: cobra.ExactArgs(3),
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever reads the ledger (`TEXT`, required)")
	cmd.RunE = a.onDesk(func(ctx context.Context, o *office, args []string) error {
		n, err := strconv.Atoi(args[2])
		if err != nil || n == 0 || max(n, -n) > int(policy.MaxLot) {
			return usagef("%q credits: it must be a whole number like 3 or -3", args[2])
		}
		if reason = strings.TrimSpace(reason); reason == "" || len(reason) > 500 || strings.ContainsFunc(reason, isControl) {
			return usagef("--reason is required: why, on one line of at most 500 characters")
		}
		lot, err := o.desk.CorrectLot(ctx, args[0], args[1], policy.Credits(n), reason, "admin")
		var short *policy.ShortError
		switch {
		case errors.As(err, &short):
			return fmt.Errorf("lot %s: %d credits cannot be taken away: %d of them are not left", args[1], -n, short.Missing)
		case errors.Is(err, policy.ErrBooks):
			return fmt.Errorf("lot %s: %d credits cannot be added: it has expired, or would hold more than %d", args[1], n, policy.MaxLot)
		case err != nil:
			return err
		}
		return a.showLots([]lotJSON{newLot(args[0], lot)})
	})
	return cmd
}

var belowZero = regexp.MustCompile(`^-[0-9]+$`)

// belowZeroLast lets the N of `credit correct` be below zero, where a flag would
// be read: it goes last, after "--". Other calls stay as they are.
func belowZeroLast(args []string) []string {
	at := slices.Index(args, "credit")
	i := slices.IndexFunc(args, belowZero.MatchString)
	if at < 0 || i < 0 || !slices.Contains(args[at:], "correct") || slices.Contains(args, "--") || slices.Index(args, "--reason") == i-1 {
		return args
	}
	return append(slices.Delete(slices.Clone(args), i, i+1), "--", args[i])
}

// entryJSON is a line of `credit statement --json`.
type entryJSON struct {
	Seq       int             `json:"seq"`
	At        string          `json:"at"`
	Kind      policy.MoveKind `json:"kind"`
	Ref       string          `json:"ref"` // of the lot
	Credits   policy.Credits  `json:"credits"`
	Ticket    ticket.ID       `json:"ticket"`
	Available policy.Credits  `json:"available"`
	Held      policy.Credits  `json:"held"`
}

func (o *office) entry(e *ticket.Entry) entryJSON {
	return entryJSON{e.Seq, o.instant(e.At), e.Move.Kind, e.Move.Lot, e.Move.Credits, e.Ticket, e.Available, e.Held}
}

func (a *app) creditStatement(ctx context.Context, o *office, args []string) error {
	if err := o.known(ctx, args[0]); err != nil {
		return err
	}
	l := a.listing(0, "AT", "ENTRY", "LOT", "CREDITS", "TICKET", "AVAILABLE", "HELD", "REASON")
	return wrapped(l.show(ticket.Slices(ctx, o.store, ticket.WalkEntries(args[0]), func(_ ticket.Tx, e *ticket.Entry) (line, bool, error) {
		return line{o.entry(e), []string{o.moment(e.At), e.Move.Kind.String(), e.Move.Lot, strconv.Itoa(int(e.Move.Credits)), shownTicket(e.Ticket),
			strconv.Itoa(int(e.Available)), strconv.Itoa(int(e.Held)), shorten(e.Reason, 60)}}, true, nil
	})), "statement")
}

// known is an error when there is no such customer.
func (o *office) known(ctx context.Context, customer string) error {
	return o.store.View(ctx, func(tx ticket.Tx) error {
		_, err := tx.Customer(customer)
		return wrapped(err, "customer %s", customer)
	})
}

// shownTicket is a ticket's number as people write it; "" for none.
func shownTicket(id ticket.ID) string {
	if id == 0 {
		return ""
	}
	return fmt.Sprintf("#%d", id)
}

func (a *app) creditList(ctx context.Context, o *office, args []string) error {
	var all []lotJSON
	add := func(tx ticket.Tx, id string) error {
		lots, err := tx.Lots(id)
		for _, l := range lots {
			all = append(all, newLot(id, l))
		}
		return err
	}
	var err error
	if len(args) == 1 {
		err = o.store.View(ctx, func(tx ticket.Tx) error {
			if _, err := tx.Customer(args[0]); err != nil {
				return fmt.Errorf("customer %s: %w", args[0], err)
			}
			return add(tx, args[0])
		})
	} else {
		err = wrapped(ticket.Each(ctx, o.store, ticket.WalkCustomers(), func(tx ticket.Tx, c *ticket.Customer) error { return add(tx, c.ID) }), "listing credits")
	}
	if err != nil {
		return err
	}
	return a.showLots(all)
}

func (a *app) showLots(lots []lotJSON) error {
	var rows [][]string
	for _, l := range lots {
		if !a.json {
			rows = append(rows, []string{l.Customer, l.Ref, strconv.Itoa(int(l.Quantity)), strconv.Itoa(int(l.Left)), l.Purchased.String(), l.Expires.String()})
		} else if err := writeJSON(a.stdout, l); err != nil {
			return err
		}
	}
	return table(a.stdout, []string{"CUSTOMER", "REF", "CREDITS", "LEFT", "BOUGHT", "UNTIL"}, rows)
}
