package policy

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestGroundsTellTopicFromCoverage(t *testing.T) {
	d := Default(rome(t)).decide(Case{At: asked, Account: Account{Plans: []Plan{{"hosting", "a.it", bought}}}},
		func(string, string) ([]Guess, []string) {
			return []Guess{{MailDown, 0.97}}, []string{"mail", "topic mail-down: quoted"}
		})
	topic, coverage := d.Grounds()
	if want := []string{"mail", "topic mail-down: quoted", "topic mail-down: confidence 0.97"}; !slices.Equal(topic, want) {
		t.Errorf("topic: %q, want %q", topic, want)
	}
	if !slices.Equal(coverage, d.Evidence[3:]) || len(coverage) != 3 {
		t.Errorf("coverage: %q", coverage)
	}
	if topic, coverage := (Decision{Evidence: []string{"x"}}).Grounds(); len(topic) != 0 || len(coverage) != 1 {
		t.Errorf("no topic: %q, %q", topic, coverage)
	}
}

// Whatever was decided is decided again from its own opinion, without the text.
func TestAnOpinionOfADecisionDecidesTheSame(t *testing.T) {
	p := Default(rome(t))
	c := Case{Subject: "Casella", Text: "Potete creare la casella info@a.it? Grazie.", At: asked,
		Account: Account{Plans: []Plan{{"hosting", "a.it", bought}, {"hyper", "b.it", bought}}}}
	for _, topic := range append([]Topic{""}, Topics...) {
		c.Topic, c.Opinion = "", nil
		was := p.decide(c, func(subject, text string) ([]Guess, []string) {
			if topic == "" {
				return classified(subject, text)
			}
			return []Guess{{topic, 0.9}, {Unclear, 0.05}}, []string{"words"}
		})
		c.Opinion = was.Opinion()
		if diff := cmp.Diff(was, p.Decide(c), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: decided anew (-was +is):\n%s", topic, diff)
		}
	}
	if o := (Decision{}).Opinion(); o != nil {
		t.Errorf("a decision without topic has the opinion %v", o)
	}
}

func TestTheCoveringPlanIsNamedAsItWasBought(t *testing.T) {
	p, plan := Default(rome(t)), Plan{"hosting", "a.it", bought}
	c := Case{At: asked, Topic: MailDown, Account: Account{Plans: []Plan{plan}}}
	if d := p.Decide(c); d.Bought() != plan {
		t.Errorf("covered by %v, want %v", d.Bought(), plan)
	}
	c.Topic = MailboxAdmin
	if d := p.Decide(c); d.Bought() != (Plan{}) {
		t.Errorf("an extra is covered by %v", d.Bought())
	}
}

func TestPricesInWords(t *testing.T) {
	for want, p := range map[string]Price{
		"":               {Kind: PriceNone},
		"1 credit":       {PriceFixed, 1, 1},
		"1 to 3 credits": {PriceRange, 1, 3},
		"after analysis": {Kind: PriceAfterAnalysis},
	} {
		if p.String() != want {
			t.Errorf("%v is %q, want %q", p.Kind, p.String(), want)
		}
	}
}
