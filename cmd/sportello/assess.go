package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sportello/mailin"
	"sportello/mailout"
	"sportello/policy"
	"sportello/ticket"
)

// assessed is what the policy says: one object of `assess --json`.
type assessed struct {
	File         string          `json:"file"`
	Topic        policy.Topic    `json:"topic"`
	Confidence   float64         `json:"confidence"`
	Alternatives []assessedGuess `json:"alternatives"`
	Coverage     policy.Coverage `json:"coverage"`
	Plan         string          `json:"plan"`
	Clause       string          `json:"clause"`
	Price        shownPrice      `json:"price"`
	Evidence     []string        `json:"evidence"`
	Language     string          `json:"language"`
}

type assessedGuess struct {
	Topic      policy.Topic `json:"topic"`
	Confidence float64      `json:"confidence"`
}

type shownPrice struct {
	Kind policy.PriceKind `json:"kind"`
	Min  policy.Credits   `json:"min"`
	Max  policy.Credits   `json:"max"`
}

// assessor asks the policy about mail of one imagined customer.
type assessor struct {
	reader   *reader
	stranger bool
	plans    []string
	now      time.Time
	// of the letters that it writes; nil: none
	composer  *mailout.Composer
	language  string
	addresses ticket.Addresses
}

func (a *app) assessVerb() *cobra.Command {
	var plans []string
	var stranger bool
	var file string
	var letter bool
	cmd := &cobra.Command{
		Use:   "assess FILE...",
		Short: "Show what the policy says to mail; without --plan of a known customer with no active plan",
		Args:  cobra.MinimumNArgs(1),
		RunE: a.verb(func(ctx context.Context, files []string) error {
			as, err := a.assessor(file, plans, stranger)
			if err != nil {
				return err
			}
			if letter {
				if err := a.writesLetters(as); err != nil {
					return err
				}
			}
			return a.eachMail(ctx, files, func(w io.Writer, file string, raw []byte) error {
				if letter {
					return a.showLetter(ctx, w, as, file, raw)
				}
				s := as.assess(file, raw)
				if a.json {
					return writeJSON(w, s)
				}
				return s.write(w)
			})
		}),
	}
	cmd.Flags().StringArrayVar(&plans, "plan", nil, "a `PLAN` the customer has, as in the policy file; may be repeated")
	cmd.Flags().BoolVar(&stranger, "stranger", false, "nobody knows the sender")
	cmd.Flags().BoolVar(&letter, "letter", false, "show the letter that the customer would get at once, instead")
	cmd.Flags().StringVar(&file, "policy", "", "policy `FILE` to ask instead of the desk's")
	return cmd
}

func (a *app) assessor(file string, plans []string, stranger bool) (*assessor, error) {
	r, err := a.reader(false)
	if err != nil {
		return nil, err
	}
	if file != "" {
		if r.policy, err = a.policyFrom(file, r.zone); err != nil {
			return nil, err
		}
	}
	now, _ := newClock(a.env)
	as := &assessor{reader: r, stranger: stranger, now: now()}
	for _, p := range plans {
		switch {
		case p == "none":
		case !r.policy.KnownPlan(p):
			return nil, usagef("--plan %s: the policy file has no such plan, it has %s%s", p, strings.Join(r.policy.Plans(), ", "), hint(p, r.policy.Plans()))
		default:
			as.plans = append(as.plans, p)
		}
	}
	if stranger && len(as.plans) > 0 {
		return nil, usagef("--stranger and --plan exclude each other: a stranger has no plan")
	}
	return as, nil
}

// policyFrom reads another policy file.
func (a *app) policyFrom(file string, zone *time.Location) (*policy.Policy, error) {
	data, err := a.readFile(file)
	if err != nil {
		return nil, usagef("policy file: %w", err)
	}
	if zone == nil {
		if zone, err = time.LoadLocation("Europe/Rome"); err != nil {
			return nil, fmt.Errorf("time zone: %w", err)
		}
	}
	p, err := policy.Load(file, data, zone)
	if err != nil {
		return nil, policyFaults(err)
	}
	return p, nil
}

func (as *assessor) assess(file string, raw []byte) *assessed {
	in := mailin.Parse(raw, as.reader.options)
	d := as.reader.policy.Decide(policy.Case{
		Subject: in.Subject, Text: in.Words(), Below: in.Below(), At: as.now, Stranger: as.stranger, Account: as.account(),
	})
	s := &assessed{
		File: file, Topic: d.Topic, Confidence: d.Confidence, Alternatives: []assessedGuess{},
		Coverage: d.Coverage, Plan: d.Plan, Clause: d.Clause,
		Price: shownPrice{d.Price.Kind, d.Price.Min, d.Price.Max}, Evidence: list(d.Evidence), Language: in.Language,
	}
	for _, g := range d.Alternatives {
		s.Alternatives = append(s.Alternatives, assessedGuess{g.Topic, g.Confidence})
	}
	return s
}

// account holds the imagined plans, bought today.
func (as *assessor) account() policy.Account {
	var a policy.Account
	for _, id := range as.plans {
		a.Plans = append(a.Plans, policy.Plan{ID: id, Purchased: policy.DateOf(as.now, time.UTC).AddDays(-1)})
	}
	return a
}

// write prints s for a person.
func (s *assessed) write(w io.Writer) error {
	p := &page{w: w}
	p.title(s.File)
	p.row("Topic", fmt.Sprintf("%s (%.0f %%)", s.Topic, 100*s.Confidence))
	for _, g := range s.Alternatives {
		p.row("or", fmt.Sprintf("%s (%.0f %%)", g.Topic, 100*g.Confidence))
	}
	p.row("Coverage", s.Coverage.String())
	p.row("Plan", s.Plan)
	p.row("Clause", s.Clause)
	p.row("Price", s.Price.String())
	p.row("Language", s.Language)
	p.row("Because of", strings.Join(s.Evidence, "; "))
	p.line("")
	return p.err
}

func (p shownPrice) String() string { return policy.Price(p).String() }

func credits(n policy.Credits) string {
	if n == 1 {
		return "1 credit"
	}
	return fmt.Sprintf("%d credits", n)
}
