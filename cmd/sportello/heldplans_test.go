package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/boltstore"
)

// A policy file that lacks what customers hold is not put in use while the desk
// runs; a plan that counts for nobody any more may go.
func TestAReloadKeepsThePlansThatCustomersHold(t *testing.T) {
	file, rewrite := testConfig(t)
	c, err := loadConfig(file, noEnv, true)
	if err != nil {
		t.Fatal(err)
	}
	a := &app{env: noEnv}
	s, err := a.openService(c, zerolog.Nop(), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.store.Close()
	s.notify = func(...string) {}
	today := policy.DateOf(time.Now(), time.UTC)
	err = s.store.Update(context.Background(), func(tx ticket.Tx) error {
		for id, plan := range map[string]policy.Plan{
			"C1": {ID: "hyper", Purchased: today}, "C2": {ID: "hyper", Site: "b.it", Purchased: today.AddDays(-5)},
			"C3": {ID: "maintenance", Purchased: today.AddDays(-policy.ValidDays - 3)},
		} {
			if err := tx.PutCustomer(&ticket.Customer{ID: id, Plans: []policy.Plan{plan, plan}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	use := func(without ...string) error {
		text := string(policy.DefaultFile())
		for _, plan := range without {
			from := strings.Index(text, "[plan."+plan+"]")
			end := strings.Index(text[from:], "\n\n")
			text = text[:from] + text[from+end:]
		}
		if err := os.WriteFile(filepath.Join(filepath.Dir(file), "policy.toml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := s.reload()
		return err
	}
	rewrite("[security]", "[policy]\nfile = \"policy.toml\"\n\n[security]")
	if err := use("maintenance"); err != nil {
		t.Errorf("a plan that counts for nobody is asked for: %v", err)
	}
	err = use("hyper")
	if err == nil || !strings.Contains(err.Error(), "plan.hyper: missing, must be there as long as it counts for somebody: 2 customers hold it; the file has hosting, hosting-dev, maintenance") {
		t.Errorf("a plan that two customers hold may go: %v", err)
	}
}
