package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"sportello/policy"
	"sportello/ticket"
)

func (a *app) exportVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use: "export DIR", Short: "Write everything the desk knows in forms that other programs read",
		Long: `Write what the desk knows into DIR, which must be new or empty:

  tickets.jsonl     every ticket with its messages and events, as ticket show --json
  mail/N-SEQ.eml    the mail that became message SEQ of ticket N, as it came
  mail/arrival-N.eml  mail that became no message
  customers.csv, plans.csv, credits.csv   as import reads them; credits as they were bought
  statements.jsonl  every entry of every ledger, as credit statement --json

A desk is brought back from a backup, not from this.`,
		Args: cobra.ExactArgs(1),
	}
	run := a.onDesk(func(ctx context.Context, o *office, args []string) error {
		if a.writeFile == nil {
			return usagef("export: nobody takes the files")
		}
		done, err := (&exporter{app: a, office: o}).export(ctx)
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
		if a.json {
			return writeJSON(a.stdout, done)
		}
		return a.say("%d tickets, %d mails, %d customers, %d plans, %d lots and %d ledger entries are in %s.",
			done.Tickets, done.Mails, done.Customers, done.Plans, done.Lots, done.Entries, args[0])
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if a.office != nil {
			return run(cmd, args)
		}
		f := &folder{path: args[0]}
		if err := f.mustBeEmpty(); err != nil {
			return err
		}
		a.writeFile = f.extend
		return errors.Join(run(cmd, args), f.close())
	}
	return cmd
}

// exported counts what was written.
type exported struct {
	Tickets   int `json:"tickets"`
	Mails     int `json:"mails"`
	Customers int `json:"customers"`
	Plans     int `json:"plans"`
	Lots      int `json:"lots"`
	Entries   int `json:"entries"`
}

// exporter writes the files one after the other, each in pieces.
type exporter struct {
	app    *app
	office *office
	done   exported
}

func (e *exporter) export(ctx context.Context) (exported, error) {
	for _, part := range []func(context.Context) error{e.customers, e.plans, e.credits, e.statements, e.tickets, e.mails} {
		if err := part(ctx); err != nil {
			return e.done, err
		}
	}
	return e.done, nil
}

// piece is how much of a file is sent at once.
const piece = 256 << 10

// into lets write fill a file, which is there even when it stays empty.
func (e *exporter) into(name string, write func(io.Writer) error) error {
	w := &pieces{send: func(data []byte) error { return e.app.writeFile(name, data) }}
	if err := w.send(nil); err != nil {
		return err
	}
	if err := write(w); err != nil {
		return err
	}
	return w.flush()
}

// pieces collects what is written to it.
type pieces struct {
	bytes.Buffer
	send func([]byte) error
}

func (p *pieces) Write(b []byte) (int, error) {
	n, _ := p.Buffer.Write(b)
	if p.Len() < piece {
		return n, nil
	}
	return n, p.flush()
}

func (p *pieces) flush() error {
	if p.Len() == 0 {
		return nil
	}
	defer p.Reset()
	return p.send(p.Bytes())
}

// csv writes rows below the columns that import tells a file by; rows hands each
// row of a customer to it.
func (e *exporter) csv(ctx context.Context, name string, columns []string, rows func(ctx context.Context, c *ticket.Customer, row func(...any)) error) error {
	return e.into(name, func(w io.Writer) error {
		out := newCSVWriter(w)
		var header []any
		for _, c := range columns {
			header = append(header, c)
		}
		out.row(header...)
		err := e.eachCustomer(ctx, func(c *ticket.Customer) error { return rows(ctx, c, out.row) })
		return errors.Join(err, out.flush())
	})
}

// eachCustomer passes on each customer while nothing is read.
func (e *exporter) eachCustomer(ctx context.Context, do func(*ticket.Customer) error) error {
	for some, err := range ticket.Slices(ctx, e.office.store, ticket.WalkCustomers(), func(_ ticket.Tx, c *ticket.Customer) (*ticket.Customer, bool, error) { return c, true, nil }) {
		for _, c := range some {
			if err == nil {
				err = do(c)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) customers(ctx context.Context) error {
	return e.csv(ctx, "customers.csv", customerColumns, func(_ context.Context, c *ticket.Customer, row func(...any)) error {
		e.done.Customers++
		if len(c.Contacts) == 0 {
			row(c.ID, c.Name, c.Language, "", "")
		}
		for _, p := range c.Contacts {
			row(c.ID, c.Name, cmp.Or(p.Language, c.Language), p.Address, fmt.Sprint(p.MaySpend))
		}
		return nil
	})
}

func (e *exporter) plans(ctx context.Context) error {
	return e.csv(ctx, "plans.csv", planColumns, func(_ context.Context, c *ticket.Customer, row func(...any)) error {
		for _, p := range c.Plans {
			e.done.Plans++
			row(c.ID, string(p.ID), p.Site, p.Purchased.String())
		}
		return nil
	})
}

// credits are the lots as they were bought, which is how import knows them again.
func (e *exporter) credits(ctx context.Context) error {
	return e.csv(ctx, "credits.csv", creditColumns, func(ctx context.Context, c *ticket.Customer, row func(...any)) error {
		bought := map[string]policy.Credits{}
		if err := ticket.Each(ctx, e.office.store, ticket.WalkEntries(c.ID), func(_ ticket.Tx, entry *ticket.Entry) error {
			if entry.Move.Kind == policy.MovePurchase {
				bought[entry.Move.Lot] = entry.Move.Credits
			}
			return nil
		}); err != nil {
			return err
		}
		var lots []policy.Lot
		if err := e.office.store.View(ctx, func(tx ticket.Tx) (err error) { lots, err = tx.Lots(c.ID); return err }); err != nil {
			return err
		}
		for _, l := range lots {
			e.done.Lots++
			n, ok := bought[l.Ref]
			if !ok {
				n = l.Quantity
			}
			row(l.Ref, c.ID, int(n), l.Purchased.String())
		}
		return nil
	})
}

func (e *exporter) statements(ctx context.Context) error {
	return e.into("statements.jsonl", func(w io.Writer) error {
		return e.eachCustomer(ctx, func(c *ticket.Customer) error { return e.statement(ctx, w, c.ID) })
	})
}

func (e *exporter) statement(ctx context.Context, w io.Writer, customer string) error {
	for some, err := range ticket.Slices(ctx, e.office.store, ticket.WalkEntries(customer), func(_ ticket.Tx, v *ticket.Entry) (entryJSON, bool, error) {
		return e.office.entry(v), true, nil
	}) {
		if err != nil {
			return err
		}
		for _, entry := range some {
			e.done.Entries++
			if err := writeJSON(w, struct {
				Customer string `json:"customer"`
				entryJSON
			}{customer, entry}); err != nil {
				return err
			}
		}
	}
	return nil
}

// tickets are written by number, each as of its own instant.
func (e *exporter) tickets(ctx context.Context) error {
	var ids []ticket.ID
	for some, err := range ticket.Slices(ctx, e.office.store, ticket.WalkTickets(ticket.Filter{}), func(_ ticket.Tx, t *ticket.Ticket) (ticket.ID, bool, error) { return t.ID, true, nil }) {
		if err != nil {
			return err
		}
		ids = append(ids, some...)
	}
	slices.Reverse(ids)
	return e.into("tickets.jsonl", func(w io.Writer) error {
		for _, id := range ids {
			t, err := e.office.ticketWhole(ctx, id)
			if err == nil {
				err = writeJSON(w, t)
			}
			if err != nil {
				return err
			}
			e.done.Tickets++
		}
		return nil
	})
}

// mails writes every mail that is in the archive, once.
func (e *exporter) mails(ctx context.Context) error {
	left := e.office.store.Stats().Mails
	for id := ticket.ArrivalID(1); left > 0; id++ {
		a, err := e.arrival(ctx, id)
		if err != nil {
			return err
		}
		if a == nil {
			continue // a number that was skipped
		}
		left--
		if a.Raw == "" {
			continue
		}
		raw, err := e.office.store.Raw(ctx, a.Raw)
		if errors.Is(err, ticket.ErrNotFound) {
			continue // erased
		}
		if err != nil {
			return err
		}
		name := fmt.Sprintf("mail/arrival-%d.eml", a.ID)
		if a.Fate == ticket.FateMessage {
			name = fmt.Sprintf("mail/%d-%d.eml", a.Ticket, a.Seq)
		}
		if err := e.into(name, func(w io.Writer) error { _, err := w.Write(raw); return err }); err != nil {
			return err
		}
		e.done.Mails++
	}
	return nil
}

// arrival reads a mail's record; nil where there is none. One that holds no bytes of
// its own, being a copy, has no Raw.
func (e *exporter) arrival(ctx context.Context, id ticket.ArrivalID) (a *ticket.Arrival, err error) {
	err = e.office.store.View(ctx, func(tx ticket.Tx) error {
		a, err = tx.Arrival(id)
		if err != nil || a.Fate != ticket.FateDuplicate {
			return err
		}
		of, err := tx.Arrival(a.Of)
		if err == nil && of.Raw == a.Raw {
			a.Raw = ""
		}
		return err
	})
	if errors.Is(err, ticket.ErrNotFound) {
		return nil, nil
	}
	return a, err
}
