package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sportello/policy"
	"sportello/ticket"
)

func (a *app) quoteVerb() *cobra.Command {
	var days int
	var text string
	cmd := &cobra.Command{
		Use: "quote N CREDITS", Short: "Offer the work on ticket N for CREDITS; the customer gets the quote",
		Long: `Offer the work on ticket N for CREDITS. The quote goes to the requester or, when he
may not spend, to the contacts who may, and he is told; it takes the place of
one that is still open. --text describes the work; "-" reads it from standard
input.`,
		Args: cobra.ExactArgs(2),
	}
	cmd.Flags().IntVar(&days, "days", 0, "how many `DAYS` after today it can be accepted; as the policy file says when not given")
	cmd.Flags().StringVar(&text, "text", "", "`TEXT` that describes the work; what the ticket is about when not given")
	files := func([]string) []string {
		if text == "-" {
			return []string{"-"}
		}
		return nil
	}
	cmd.RunE = a.onDeskWith(files, func(ctx context.Context, o *office, args []string) error {
		id, err := number[ticket.ID]("ticket", args[0])
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(args[1])
		if err != nil || n < 1 || n > int(policy.MaxLot) {
			return usagef("%q credits: it must be a whole number from 1 to %d", args[1], policy.MaxLot)
		}
		if cmd.Flags().Changed("days") && days < 1 {
			return usagef("--days: %d is not allowed; it must be 1 or more", days)
		}
		words := text
		if text == "-" {
			if words, err = a.standardInput(ctx); err != nil {
				return err
			}
		}
		q, err := o.desk.Offer(ctx, id, ticket.Offer{Credits: policy.Credits(n), Text: strings.TrimSpace(words), Days: days, Cause: "verb quote", Actor: admin})
		if err != nil {
			return err
		}
		if a.json {
			return a.showHead(ctx, o, id)
		}
		p := &page{w: a.stdout}
		p.line("%s is offered: %s, valid %s", q.Code, credits(q.Credits), lastDay(o.instant(q.ValidUntil)))
		return p.err
	})
	return cmd
}

// standardInput is the whole of it. A daemon has it from whoever called it.
func (a *app) standardInput(ctx context.Context) (string, error) {
	read := a.readMail
	if a.office != nil {
		read = func(_ context.Context, name string) ([]byte, error) { return a.readFile(name) }
	}
	data, err := read(ctx, "-")
	if err == nil && len(data) > ticket.MaxText {
		err = fmt.Errorf("the text is larger than %d bytes", ticket.MaxText)
	}
	return string(data), err
}
