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

// customerJSON is the object of `customer show --json`; `customer list` leaves
// the lots out.
type customerJSON struct {
	ID       string        `json:"id"`
	Name     string        `json:"name"`
	Language string        `json:"language"`
	Contacts []contactJSON `json:"contacts"`
	Plans    []planJSON    `json:"plans"`
	Credits  creditsJSON   `json:"credits"`
}

type contactJSON struct {
	Email    string `json:"email"`
	MaySpend bool   `json:"may_spend"`
}

type planJSON struct {
	Plan      string      `json:"plan"`
	Site      string      `json:"site"`
	Purchased policy.Date `json:"purchased"`
	Expires   policy.Date `json:"expires"`
}

type creditsJSON struct {
	Available policy.Credits `json:"available"`
	Held      policy.Credits `json:"held"`
	Lots      *[]lotJSON     `json:"lots,omitempty"`
}

type lotJSON struct {
	Customer  string         `json:"customer,omitempty"`
	Ref       string         `json:"ref"`
	Quantity  policy.Credits `json:"quantity"`
	Left      policy.Credits `json:"left"`
	Purchased policy.Date    `json:"purchased"`
	Expires   policy.Date    `json:"expires"`
}

func newLot(customer string, l policy.Lot) lotJSON {
	return lotJSON{customer, l.Ref, l.Quantity, l.Left(), l.Purchased, l.Expires()}
}

func (a *app) customerVerbs() *cobra.Command {
	return a.family("customer", "Look at customers",
		&cobra.Command{Use: "list", Short: "List customers", Args: cobra.NoArgs, RunE: a.onDesk(a.customerList)},
		&cobra.Command{Use: "show ID", Short: "Show a customer with contacts, plans and credits", Args: cobra.ExactArgs(1), RunE: a.onDesk(a.customerShow)},
		a.customerErase(),
	)
}

// customer is c as it is shown, with what its lots hold today.
func (o *office) customer(tx ticket.Tx, c *ticket.Customer) (customerJSON, error) {
	j := customerJSON{ID: c.ID, Name: c.Name, Language: c.Language, Contacts: []contactJSON{}, Plans: []planJSON{}}
	for _, p := range c.Contacts {
		j.Contacts = append(j.Contacts, contactJSON{p.Address, p.MaySpend})
	}
	for _, p := range c.Plans {
		j.Plans = append(j.Plans, planJSON{p.ID, p.Site, p.Purchased, p.Expires()})
	}
	lots, err := tx.Lots(c.ID)
	if err != nil {
		return j, fmt.Errorf("customer %s: %w", c.ID, err)
	}
	account := policy.Account{Lots: lots}
	j.Credits = creditsJSON{Available: account.Available(policy.DateOf(o.now(), o.config.Desk.Zone)), Held: account.Held(), Lots: &[]lotJSON{}}
	for _, l := range lots {
		*j.Credits.Lots = append(*j.Credits.Lots, newLot("", l))
	}
	return j, nil
}

func (a *app) customerList(ctx context.Context, o *office, _ []string) error {
	l := a.listing(0, "CUSTOMER", "NAME", "LANGUAGE", "CONTACTS", "PLANS", "CREDITS", "HELD")
	return wrapped(l.show(ticket.Slices(ctx, o.store, ticket.WalkCustomers(), func(tx ticket.Tx, c *ticket.Customer) (line, bool, error) {
		j, err := o.customer(tx, c)
		j.Credits.Lots = nil
		return line{j, []string{j.ID, j.Name, j.Language, strconv.Itoa(len(j.Contacts)), planNames(j.Plans),
			strconv.Itoa(int(j.Credits.Available)), strconv.Itoa(int(j.Credits.Held))}}, true, err
	})), "listing customers")
}

func planNames(plans []planJSON) string {
	var names []string
	for _, p := range plans {
		names = append(names, p.Plan)
	}
	return strings.Join(names, ", ")
}

func (a *app) customerShow(ctx context.Context, o *office, args []string) error {
	return o.store.View(ctx, func(tx ticket.Tx) error {
		c, err := tx.Customer(args[0])
		if err != nil {
			return fmt.Errorf("customer %s: %w", args[0], err)
		}
		j, err := o.customer(tx, c)
		if err != nil {
			return err
		}
		if a.json {
			return writeJSON(a.stdout, j)
		}
		return j.write(&page{w: a.stdout})
	})
}

// write prints j for a person.
func (j customerJSON) write(p *page) error {
	p.title(j.ID + "  " + j.Name)
	p.row("Language", j.Language)
	for _, c := range j.Contacts {
		text := c.Email
		if c.MaySpend {
			text += ", may spend"
		}
		p.row("Contact", text)
	}
	for _, l := range j.Plans {
		p.row("Plan", fmt.Sprintf("%s%s, bought %s, until %s", l.Plan, prefixIf(" for ", l.Site), l.Purchased, l.Expires))
	}
	p.row("Credits", fmt.Sprintf("%d available, %d held", j.Credits.Available, j.Credits.Held))
	for _, l := range *j.Credits.Lots {
		p.row("Lot", fmt.Sprintf("%s: %d of %d left, bought %s, until %s", l.Ref, l.Left, l.Quantity, l.Purchased, l.Expires))
	}
	return p.err
}
