package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

// apply imports CSV texts into store in one transaction.
func apply(t *testing.T, store ticket.Store, replace bool, texts ...string) (imported, error) {
	t.Helper()
	b := &batch{}
	for i, text := range texts {
		if found := b.add(fmt.Sprintf("%d.csv", i+1), []byte(text), anyPlan); found != nil {
			t.Fatal(found)
		}
	}
	keys, err := ticket.NewKeys(map[byte][]byte{'a': make([]byte, keySize)})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	desk := &ticket.Desk{Store: store, Keys: keys, Zone: time.UTC, Now: func() time.Time { return now }}
	var done imported
	err = desk.Import(context.Background(), func(tx ticket.Tx, buy func(string, policy.Lot) (bool, error)) (err error) {
		done, err = b.apply(tx, buy, policy.DateOf(now, time.UTC), replace)
		return err
	})
	return done, err
}

// contacts shows who of customer C1 may spend: "a+ b-".
func contacts(t *testing.T, store ticket.Store) string {
	t.Helper()
	var all []string
	err := store.View(context.Background(), func(tx ticket.Tx) error {
		c, err := tx.Customer("C1")
		if err != nil {
			return err
		}
		for _, p := range c.Contacts {
			name, _, _ := strings.Cut(p.Address, "@")
			all = append(all, name+map[bool]string{true: "+", false: "-"}[p.MaySpend])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// contactsCSV writes a customers file of C1: "a", "b:yes", "c:no".
func contactsCSV(who ...string) string {
	text := "id,name,language,email,may_spend\n"
	for _, w := range who {
		name, spend, _ := strings.Cut(w, ":")
		text += fmt.Sprintf("C1,Rossi,it,%s@example.com,%s\n", name, spend)
	}
	return text
}

// TestMaySpend: an empty cell means yes for a customer's only contact, no for a
// new one among several, and nothing for one that is known.
func TestMaySpend(t *testing.T) {
	for _, c := range []struct {
		name    string
		files   []string
		replace bool
		want    string
	}{
		{"only contact", []string{contactsCSV("a")}, false, "a+"},
		{"only contact, said no", []string{contactsCSV("a:no")}, false, "a-"},
		{"two, nothing said", []string{contactsCSV("a", "b")}, false, "a- b-"},
		{"two, one said", []string{contactsCSV("a:sì", "b")}, false, "a+ b-"},
		{"a second one later", []string{contactsCSV("a"), contactsCSV("b")}, false, "a+ b-"},
		{"and the first file again", []string{contactsCSV("a"), contactsCSV("b"), contactsCSV("a")}, false, "a+ b-"},
		{"taken back", []string{contactsCSV("a"), contactsCSV("a:no")}, false, "a-"},
		{"kept when nothing is said", []string{contactsCSV("a:no"), contactsCSV("a")}, false, "a-"},
		{"missing rows stay", []string{contactsCSV("a:yes", "b:yes"), contactsCSV("b:no")}, false, "a+ b-"},
		{"missing rows go", []string{contactsCSV("a:yes", "b:no"), contactsCSV("b")}, true, "b-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := storetest.NewMem()
			for _, f := range c.files {
				if _, err := apply(t, store, c.replace, f); err != nil {
					t.Fatal(err)
				}
			}
			if got := contacts(t, store); got != c.want {
				t.Errorf("contacts %q, want %q", got, c.want)
			}
			again, err := apply(t, store, c.replace, c.files[len(c.files)-1])
			if err != nil || again.Contacts.New+again.Contacts.Changed+again.Contacts.Removed != 0 || again.Customers.Unchanged != 1 {
				t.Errorf("the same file again: %+v, %v", again, err)
			}
		})
	}
}

// TestImportFaults: everything that does not fit the desk is told, and nothing
// of the call stays.
func TestImportFaults(t *testing.T) {
	store := storetest.NewMem()
	lots := func(rows ...string) string {
		return "ref,customer,credits,purchased\n" + strings.Join(rows, "\n") + "\n"
	}
	if _, err := apply(t, store, false, contactsCSV("a"), lots("R1,C1,5,2026-01-01")); err != nil {
		t.Fatal(err)
	}
	_, err := apply(t, store, false,
		contactsCSV("b"),
		"id,name,language,email,may_spend\nC2,Verdi,it,v@example.com,yes\nC2,Verde,it,v@example.com,no\n",
		lots("R1,C1,6,2026-01-01", "R2,C2,1,2026-01-01", "R2,C2,2,2026-01-01", "R3,C9,1,2026-01-01"),
		"customer,plan,site,purchased\nC8,hosting,,2026-01-01\n")
	found, ok := errors.AsType[faults](err)
	if !ok {
		t.Fatalf("the import ended with %v", err)
	}
	for _, want := range []string{
		"2.csv:3: name: \"Verde\" differs", "2.csv:3: email: ", "3.csv:2: ref: \"R1\" was imported before as 5 credits of C1",
		"3.csv:4: ref: \"R2\" stands in line 3", "3.csv:5: customer: \"C9\"", "4.csv:2: customer: \"C8\"",
	} {
		if !strings.Contains(found.Error(), want) {
			t.Errorf("no fault %q in\n%v", want, found)
		}
	}
	if len(found) != 6 {
		t.Errorf("%d faults:\n%v", len(found), found)
	}
	if got := contacts(t, store); got != "a+" {
		t.Errorf("contacts %q after an import that failed", got)
	}
	err = store.View(context.Background(), func(tx ticket.Tx) error {
		_, err := tx.Customer("C2")
		return err
	})
	if !errors.Is(err, ticket.ErrNotFound) {
		t.Errorf("customer C2: %v, want not found", err)
	}
}

// TestImportKeepsUses: what was taken from an allowance is no business of the
// files, whatever they replace.
func TestImportKeepsUses(t *testing.T) {
	const hyper = "customer,plan,site,purchased\nC1,hyper,a.example,2026-01-01\n"
	store := storetest.NewMem()
	if _, err := apply(t, store, false, contactsCSV("a"), hyper); err != nil {
		t.Fatal(err)
	}
	use := ticket.PlanUse{Plan: policy.Plan{ID: "hyper", Site: "a.example", Purchased: policy.Date{Year: 2026, Month: 1, Day: 1}}, Ticket: 4}
	err := store.Update(t.Context(), func(tx ticket.Tx) error {
		c, err := tx.Customer("C1")
		if err != nil {
			return err
		}
		c.Uses = []ticket.PlanUse{use}
		return tx.PutCustomer(c)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, replace := range []bool{false, true} {
		if _, err := apply(t, store, replace, contactsCSV("b"), hyper); err != nil {
			t.Fatal(err)
		}
		err := store.View(t.Context(), func(tx ticket.Tx) error {
			c, err := tx.Customer("C1")
			if err == nil && (!slices.Equal(c.Uses, []ticket.PlanUse{use}) || c.Account(0).Used[c.Plans[0]] != 1) {
				t.Errorf("replace %v: uses %v, plans %v", replace, c.Uses, c.Plans)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
