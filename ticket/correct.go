package ticket

import (
	"context"
	"fmt"

	"sportello/policy"
)

// Correct sets a ticket's topic by a person's word and decides anew, as of the
// day it was opened; the event keeps what was, what is and who said so. The
// classifier learns nothing from it. State and due date stay, but that a verdict
// of covered takes an open quote back. ErrInput for an unknown topic.
func (d *Desk) Correct(ctx context.Context, id ID, topic policy.Topic, actor string) error {
	if !d.Policy.KnownTopic(topic) {
		return fmt.Errorf("ticket %d: topic %q: %w", id, topic, ErrInput)
	}
	return d.do(ctx, func(w *work) error {
		t, err := w.ticket(id)
		if err != nil {
			return fmt.Errorf("ticket %d: %w", id, err)
		}
		before := t.clone()
		if err := w.correct(t, topic); err != nil {
			return fmt.Errorf("ticket %d: %w", t.ID, err)
		}
		e := Event{Kind: "verdict", Actor: actor, Cause: "verb correct", Text: verdictText(t)}
		e.Rulings = verdictRulings(t, "set by "+actor)
		return w.save(t, before, e)
	})
}

// correct gives t the topic that a person named, and the verdict that follows.
// What it takes from an allowance follows too. The caller saves t.
func (w *work) correct(t *Ticket, topic policy.Topic) error {
	c, err := CaseOf(w.tx, t)
	if err != nil {
		return err
	}
	if t.Guessed == "" {
		t.Guessed = t.Decision.Topic
	}
	c.Topic, c.Opinion = topic, nil
	t.Decision = w.d.Policy.Decide(c)
	return w.decided(t)
}

// decided makes the rest of t follow a verdict that was changed: what it takes
// from an allowance, and that an open quote is taken back when a plan covers the
// work. What was accepted is for a person to release.
func (w *work) decided(t *Ticket) error {
	if err := w.use(t); err != nil || t.Decision.Coverage != policy.Covered || !t.Quote.open() {
		return err
	}
	_, err := w.withdraw(t)
	return err
}

// CaseOf is t as a policy has to judge it once more: its first message, and what
// its customer has by now, without what t itself took from an allowance. The
// topic that a person set is certain, another one is guessed as it was then.
func CaseOf(tx Tx, t *Ticket) (policy.Case, error) {
	first, err := tx.Message(t.ID, 1)
	if err != nil {
		return policy.Case{}, fmt.Errorf("its first message: %w", err)
	}
	c := policy.Case{
		Subject: first.Subject, Text: first.Text, At: t.Opened, Stranger: t.Customer == "", Opinion: t.Decision.Opinion(),
	}
	if t.Guessed != "" {
		c.Topic = t.Decision.Topic
	}
	if c.Stranger {
		return c, nil
	}
	customer, err := tx.Customer(t.Customer)
	if err != nil {
		return policy.Case{}, fmt.Errorf("its customer: %w", err)
	}
	c.Account = customer.Account(t.ID)
	return c, nil
}

func verdictText(t *Ticket) string {
	return fmt.Sprintf("%s, %s", t.Decision.Topic, t.Decision.Coverage)
}

// verdictRulings tells `why` what a verdict rests on: topicRule is how the
// topic came about, the rule of the coverage is the clause.
func verdictRulings(t *Ticket, topicRule string) []Ruling {
	d := t.Decision
	topic, coverage := d.Grounds()
	return []Ruling{
		{Decision: "topic", Value: string(d.Topic), Rule: topicRule, Evidence: topic},
		{Decision: "coverage", Value: d.Coverage.String(), Rule: d.Clause, Evidence: append(coverage[:len(coverage):len(coverage)], circumstances(t)...)},
	}
}
