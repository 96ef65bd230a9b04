package ticket_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"sportello/policy"
	"sportello/ticket"
	"sportello/ticket/storetest"
)

const paola = "paola@verdi.example" // contact of C3, which has a hyper plan

var hyper = policy.Plan{ID: "hyper", Site: "verdi.example", Purchased: policy.Date{Year: 2026, Month: 9, Day: 1}}

// hyperBench is a bench with a customer whose plan has an allowance of 12.
func hyperBench(t *testing.T, plans ...policy.Plan) *bench {
	t.Helper()
	b := newBench(t, storetest.NewMem())
	b.must(b.PutCustomers(b.ctx, []*ticket.Customer{{ID: "C3", Name: "Verdi", Language: "it",
		Contacts: []ticket.Contact{{Address: paola, MaySpend: true}}, Plans: append([]policy.Plan{hyper}, plans...)}}, nil))
	return b
}

// asks makes the classifier sure of a topic.
func asks(topic policy.Topic) func(*ticket.Inbound) {
	return func(m *ticket.Inbound) { m.Opinion = policy.Decision{Topic: topic, Confidence: 0.99}.Opinion() }
}

// ask files a request of paola, two hours after the last one, and returns its letters.
func (b *bench) ask(topic policy.Topic, text string) (ticket.ID, []ticket.Notice) {
	b.t.Helper()
	b.now = b.now.Add(2 * time.Hour)
	b.receive(b.mail(paola, "Richiesta", fmt.Sprintf("%s (%d)", text, b.uid), asks(topic)))
	letters := b.send()
	return pick(b.t, letters, ticket.NoticeTicketNew, anna).Ticket, letters
}

// answer lets anna answer the ticket that letters are about.
func (b *bench) answer(letters []ticket.Notice) {
	b.t.Helper()
	b.receive(b.mail(anna, "Re: Richiesta", "Fatto.", replyTo(pick(b.t, letters, ticket.NoticeTicketNew, anna))))
	b.send()
}

// used is what the customer's plans are known to have spent.
func (b *bench) used(customer string) (used map[policy.Plan]int) {
	b.t.Helper()
	b.view(func(tx ticket.Tx) error {
		c, err := tx.Customer(customer)
		used = c.Account(0).Used
		return err
	})
	return used
}

func (b *bench) wantUsed(want map[policy.Plan]int) {
	b.t.Helper()
	if got := b.used("C3"); !maps.Equal(got, want) {
		b.t.Errorf("used %v, want %v", got, want)
	}
}

// TestAllowance is POLICY.md's "one intervention is one ticket so covered,
// counted when a technician first answers it; past it they are extra".
func TestAllowance(t *testing.T) {
	b := hyperBench(t)
	for n := range 12 {
		id, letters := b.ask(policy.BackupRestore, "Ripristinate il sito")
		want := policy.Allowance{Used: n, Of: 12}
		ack := pick(t, letters, ticket.NoticeAck, paola)
		if ack.Allowance == nil || *ack.Allowance != want || ack.Coverage != policy.Covered {
			t.Fatalf("letter %d says %s, %v, want %v", n+1, ack.Coverage, ack.Allowance, want)
		}
		b.answer(letters)
		b.receive(b.mail(anna, "Re: Richiesta", "E ancora.", replyTo(pick(t, letters, ticket.NoticeTicketNew, anna)))) // a second answer is no second intervention
		if d := b.ticket(id).Decision; *d.Allowance != want {
			t.Errorf("ticket %d says %v, want %v", id, *d.Allowance, want)
		}
		b.wantUsed(map[policy.Plan]int{hyper: n + 1})
	}

	id, letters := b.ask(policy.BackupRestore, "Ripristinate il sito")
	ack := pick(t, letters, ticket.NoticeQuote, paola)
	if ack.Coverage != policy.Extra || ack.ClauseText != b.Policy.ClauseText("hyper-used-up", "it") {
		t.Errorf("the 13th is %s: %s", ack.Coverage, ack.ClauseText)
	}
	b.answer(letters)
	b.wantUsed(map[policy.Plan]int{hyper: 12})

	b.must(b.Correct(b.ctx, 1, policy.ContentEdit, "Anna Ferretti")) // gives one back
	b.wantUsed(map[policy.Plan]int{hyper: 11})
	b.must(b.Correct(b.ctx, id, policy.LogAnalysis, "Anna Ferretti")) // answered already: counted under the new verdict
	if d := b.ticket(id).Decision; d.Coverage != policy.Covered || d.Allowance == nil || *d.Allowance != (policy.Allowance{Used: 11, Of: 12}) {
		t.Errorf("the 13th, once one is given back: %+v", d)
	}
	b.wantUsed(map[policy.Plan]int{hyper: 12})
	b.must(b.Correct(b.ctx, id, policy.BackupRestore, "Anna Ferretti")) // its own use does not stand in its way
	if d := b.ticket(id).Decision; d.Coverage != policy.Covered {
		t.Errorf("corrected once more: %+v", d)
	}
	b.wantUsed(map[policy.Plan]int{hyper: 12})
}

func TestAllowanceCountsOnlyWhatItCovers(t *testing.T) {
	for _, c := range []struct {
		name   string
		topic  policy.Topic
		answer bool
		want   int
	}{
		{"answered", policy.ScriptBug, true, 1},
		{"not answered", policy.ScriptBug, false, 0},
		{"covered without the allowance", policy.ScriptUpdate, true, 0},
		{"extra", policy.TemplateChange, true, 0},
		{"commercial", policy.Commercial, true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := hyperBench(t)
			_, letters := b.ask(c.topic, "Guardate")
			if c.answer {
				b.answer(letters)
			}
			if got := b.used("C3")[hyper]; got != c.want {
				t.Errorf("%d used, want %d", got, c.want)
			}
			if next, _ := b.ask(policy.ScriptBug, "Guardate"); b.ticket(next).Decision.Allowance.Used != c.want {
				t.Errorf("the next says %d used", b.ticket(next).Decision.Allowance.Used)
			}
		})
	}
}

func TestANoteIsNoIntervention(t *testing.T) {
	b := hyperBench(t)
	_, letters := b.ask(policy.ScriptBug, "Guardate")
	n := pick(t, letters, ticket.NoticeTicketNew, anna)
	b.receive(b.mail(anna, "Re: Richiesta", "#take", replyTo(n)))
	b.receive(b.mail(anna, "Re: Richiesta", "#note\nDa vedere.", replyTo(n)))
	b.wantUsed(nil)
}

// A plan that is bought again has an allowance of its own.
func TestAllowanceIsOfThePlanAsBought(t *testing.T) {
	renewed := hyper
	renewed.Purchased = policy.Date{Year: 2027, Month: 9, Day: 2}
	other := policy.Plan{ID: "hyper", Site: "altro.example", Purchased: hyper.Purchased}
	b := hyperBench(t, renewed, other)
	_, letters := b.ask(policy.ScriptBug, "verdi.example è rotto")
	b.answer(letters)
	_, letters = b.ask(policy.ScriptBug, "altro.example è rotto")
	b.answer(letters)
	b.wantUsed(map[policy.Plan]int{hyper: 1, other: 1})

	b.now = time.Date(2027, 10, 1, 10, 0, 0, 0, b.Zone)
	id, letters := b.ask(policy.ScriptBug, "verdi.example è rotto")
	if d := b.ticket(id).Decision; d.Bought() != renewed || d.Allowance.Used != 0 {
		t.Errorf("after the renewal: %+v", d)
	}
	b.answer(letters)
	b.wantUsed(map[policy.Plan]int{hyper: 1, other: 1, renewed: 1})

	// What was asked in the first year and is corrected in the second is of the first.
	b.must(b.Correct(b.ctx, 1, policy.LogAnalysis, "admin"))
	b.wantUsed(map[policy.Plan]int{hyper: 1, other: 1, renewed: 1})
}

// The site that the first mail named counts in a correction too.
func TestCorrectionGoesByTheFirstMail(t *testing.T) {
	other := policy.Plan{ID: "hyper", Site: "altro.example", Purchased: hyper.Purchased}
	b := hyperBench(t, other)
	for _, plan := range []policy.Plan{hyper, other} {
		id, letters := b.ask(policy.TemplateChange, "Sul sito "+plan.Site)
		b.answer(letters)
		b.must(b.Correct(b.ctx, id, policy.ScriptBug, "admin"))
		if got := b.ticket(id).Decision.Bought(); got != plan {
			t.Errorf("%s named, covered by %v", plan.Site, got)
		}
	}
	b.wantUsed(map[policy.Plan]int{hyper: 1, other: 1})
}

// Who corrects before anybody has answered takes nothing yet.
func TestCorrectionBeforeTheAnswer(t *testing.T) {
	b := hyperBench(t)
	id, letters := b.ask(policy.TemplateChange, "Guardate")
	b.must(b.Correct(b.ctx, id, policy.ScriptBug, "admin"))
	b.wantUsed(nil)
	b.answer(letters)
	b.wantUsed(map[policy.Plan]int{hyper: 1})
}

// Customers that are stored again keep what they have used.
func TestUsesStayWithTheCustomer(t *testing.T) {
	b := hyperBench(t)
	_, letters := b.ask(policy.ScriptBug, "Guardate")
	b.answer(letters)
	again := &ticket.Customer{ID: "C3", Name: "Verdi e figli", Plans: []policy.Plan{hyper}, Uses: []ticket.PlanUse{{Plan: hyper, Ticket: 7}, {Plan: hyper, Ticket: 8}}}
	b.must(b.PutCustomers(b.ctx, []*ticket.Customer{again, {ID: "C4", Name: "Neri", Uses: []ticket.PlanUse{{Plan: hyper, Ticket: 9}}}}, nil))
	b.wantUsed(map[policy.Plan]int{hyper: 1})
	if got := b.used("C4"); len(got) != 0 {
		t.Errorf("a new customer has used %v", got)
	}
	if len(again.Uses) != 2 {
		t.Error("the caller's customer was changed")
	}
}

// Interventions count in the order in which they are answered. When the last one
// is taken, the requests that counted on it become extra at once, the technicians
// are told, and whoever answers there takes nothing.
func TestTheLastInterventionGoesToWhoIsAnsweredFirst(t *testing.T) {
	b := hyperBench(t)
	for range 11 {
		_, letters := b.ask(policy.BackupRestore, "Ripristinate il sito")
		b.answer(letters)
	}
	first, one := b.ask(policy.BackupRestore, "Ripristinate anche questo")
	second, two := b.ask(policy.BackupRestore, "E quest'altro")
	third, three := b.ask(policy.ScriptUpdate, "Aggiornate WordPress") // of the plan, not of its allowance
	for _, letters := range [][]ticket.Notice{one, two} {
		if ack := pick(t, letters, ticket.NoticeAck, paola); ack.Allowance == nil || *ack.Allowance != (policy.Allowance{Used: 11, Of: 12}) {
			t.Errorf("told %+v", ack.Allowance)
		}
	}
	b.receive(b.mail(anna, "Re: Richiesta", "Fatto.", replyTo(pick(t, two, ticket.NoticeTicketNew, anna))))
	letters := b.send()
	wantLetters(t, letters, "answer paola, alert anna, alert bruno, ticket-reply bruno")
	if alert := pick(t, letters, ticket.NoticeAlert, anna); alert.Ticket != first || alert.Coverage != policy.Extra {
		t.Errorf("alert about #%d, %s", alert.Ticket, alert.Coverage)
	}
	b.wantUsed(map[policy.Plan]int{hyper: 12})
	if d := b.ticket(second).Decision; d.Coverage != policy.Covered || *d.Allowance != (policy.Allowance{Used: 11, Of: 12}) {
		t.Errorf("the one that was answered: %+v", d)
	}
	if d := b.ticket(first).Decision; d.Coverage != policy.Extra || d.Allowance != nil || d.Clause != "hyper-used-up" || d.Price.Max != 3 {
		t.Errorf("the other: %+v", d)
	}
	if d := b.ticket(third).Decision; d.Coverage != policy.Covered {
		t.Errorf("one beside the allowance: %+v", d)
	}
	b.answer(one)
	b.answer(three)
	b.wantUsed(map[policy.Plan]int{hyper: 12})
}
