package ticket_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

func (b *bench) events(id ticket.ID) (list []*ticket.Event) {
	b.t.Helper()
	b.view(func(tx ticket.Tx) (err error) { list, err = tx.Events(id); return err })
	return list
}

func TestCorrect(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Casella", mailbox, asks(policy.ContentEdit)))
	b.send()
	was := b.ticket(1)
	if was.Guessed != "" || was.Decision.Coverage != policy.Extra {
		t.Fatalf("opened as %+v", was.Decision)
	}
	b.must(b.Correct(b.ctx, 1, policy.MailDown, "Anna Ferretti"))
	is := b.ticket(1)
	if is.Decision.Topic != policy.MailDown || is.Decision.Confidence != 1 || is.Decision.Coverage != policy.Covered || is.Decision.Plan != "hosting" {
		t.Errorf("decided anew: %+v", is.Decision)
	}
	if is.Guessed != policy.ContentEdit || is.State != was.State || !is.AnswerDue.Equal(was.AnswerDue) {
		t.Errorf("guessed %q, %s, due %s", is.Guessed, is.State, is.AnswerDue)
	}
	events := b.events(1)
	e := events[len(events)-1]
	if e.Kind != "verdict" || e.Actor != "Anna Ferretti" || e.Text != "mail-down, covered" {
		t.Errorf("event %+v", e)
	}
	want := []ticket.Change{
		{Field: "topic", Before: "content-edit", After: "mail-down"}, {Field: "coverage", Before: "extra", After: "covered"},
		{Field: "plan", Before: "", After: "hosting"}, {Field: "clause", Before: was.Decision.Clause, After: "hosting-mail"},
		{Field: "guessed", Before: "", After: "content-edit"},
	}
	if !slices.Equal(e.Changes, want) {
		t.Errorf("changes %v, want %v", e.Changes, want)
	}
	if len(e.Rulings) != 2 || e.Rulings[0].Rule != "set by Anna Ferretti" || e.Rulings[1].Rule != "hosting-mail" {
		t.Errorf("rulings %+v", e.Rulings)
	}
	wantLetters(t, b.send(), "")

	b.must(b.Correct(b.ctx, 1, policy.MailboxAdmin, "Bruno Conti"))
	if tk := b.ticket(1); tk.Guessed != policy.ContentEdit || tk.Decision.Topic != policy.MailboxAdmin {
		t.Errorf("after a second correction: guessed %q, is %q", tk.Guessed, tk.Decision.Topic)
	}
	if err := b.Correct(b.ctx, 1, "gossip", "admin"); !errors.Is(err, ticket.ErrInput) {
		t.Errorf("unknown topic: %v", err)
	}
	if err := b.Correct(b.ctx, 99, policy.MailDown, "admin"); !errors.Is(err, ticket.ErrNotFound) {
		t.Errorf("unknown ticket: %v", err)
	}
}

// A correction is judged as of the day of the request, not of the correction.
func TestCorrectIsAsOfTheRequest(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(mario, "Casella", mailbox, asks(policy.ContentEdit)))
	ack := pick(t, b.send(), ticket.NoticeAck, mario)
	b.now = b.now.AddDate(1, 0, 0) // the plan has expired since
	b.receive(b.mail(mario, "Re: Casella", "Ci siete?", replyTo(ack)))
	b.must(b.Correct(b.ctx, 1, policy.MailDown, "admin"))
	if d := b.ticket(1).Decision; d.Coverage != policy.Covered {
		t.Errorf("%+v", d)
	}
}

func TestCorrectingAStrangerLeavesItUndetermined(t *testing.T) {
	b := newBench(t, storetest.NewMem())
	b.receive(b.mail(stranger, "Casella", mailbox))
	b.must(b.Correct(b.ctx, 1, policy.MailDown, "admin"))
	if d := b.ticket(1).Decision; d.Coverage != policy.Undetermined || d.Topic != policy.MailDown {
		t.Errorf("%+v", d)
	}
}

// The rulings of a verdict say everything that `why` has to print.
func TestWhyOfAVerdict(t *testing.T) {
	b := hyperBench(t)
	b.receive(b.mail(paola, "Casella", mailbox, asks(policy.MailboxAdmin)))
	rulings := b.events(1)[0].Rulings
	at := slices.IndexFunc(rulings, func(r ticket.Ruling) bool { return r.Decision == "topic" })
	topic, coverage := rulings[at], rulings[at+1]
	if topic.Value != "mailbox-admin" || topic.Rule != "confidence 0.99" || !slices.Contains(topic.Evidence, "topic mailbox-admin: confidence 0.99") {
		t.Errorf("topic: %+v", topic)
	}
	if coverage.Value != "extra" || coverage.Rule != b.ticket(1).Decision.Clause {
		t.Errorf("coverage: %+v", coverage)
	}
	evidence := strings.Join(coverage.Evidence, "\n")
	for what, line := range map[string]string{
		"a plan that counted": "plan hyper for verdi.example, 2026-09-01 to 2027-09-01: extra",
		"the threshold":       "extra: confidence 0.99, needed ",
		"the doubt":           "extra: covered with probability 0.000, allowed ",
		"the clause":          "clause " + coverage.Rule + ": " + b.Policy.ClauseText(coverage.Rule, "en"),
		"the price":           "price 1 credit\n",
		"whose it is":         "customer C3",
		"the policy":          "policy " + b.Policy.Digest(),
	} {
		if !strings.Contains(evidence, line) {
			t.Errorf("%s is missing: %q in\n%s", what, line, evidence)
		}
	}
}

// What is decided once more, of the same facts, is decided the same.
func TestCaseOfATicket(t *testing.T) {
	b := hyperBench(t)
	for i, topic := range policy.Topics {
		id, letters := b.ask(topic, fmt.Sprintf("Guardate %d", i))
		was := b.ticket(id).Decision
		b.answer(letters)
		b.view(func(tx ticket.Tx) error {
			c, err := ticket.CaseOf(tx, b.ticket(id))
			if is := b.Policy.Decide(c); is.Topic != topic || is.Coverage != was.Coverage || is.Clause != was.Clause || is.Price != was.Price {
				t.Errorf("%s: was %s by %s, is %s by %s", topic, was.Coverage, was.Clause, is.Coverage, is.Clause)
			}
			return err
		})
	}
	b.must(b.Correct(b.ctx, 1, policy.MailDown, "admin"))
	b.view(func(tx ticket.Tx) error {
		c, err := ticket.CaseOf(tx, b.ticket(1))
		if c.Topic != policy.MailDown {
			t.Errorf("a corrected topic is not certain: %+v", c)
		}
		return err
	})
}
